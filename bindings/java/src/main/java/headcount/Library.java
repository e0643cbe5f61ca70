package headcount;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds the native library: where the property {@code headcount.library.path} says (a file, or a
 * folder with one), else in the jar, else where the system looks for libraries.
 */
final class Library {
    static final String PROPERTY = "headcount.library.path";
    private static final String NAME = System.mapLibraryName("headcount");
    private static final SymbolLookup SYMBOLS = load();

    private Library() {}

    /** A function of the library. Critical ones must be short, and never wait. */
    static MethodHandle function(String name, FunctionDescriptor descriptor, boolean critical) {
        var address = SYMBOLS.find(name).orElseThrow(() -> new UnsatisfiedLinkError(
                "the headcount library lacks " + name + ": use one of the same release as this package"));
        Linker linker = Linker.nativeLinker();
        return critical
                ? linker.downcallHandle(address, descriptor, Linker.Option.critical(false))
                : linker.downcallHandle(address, descriptor);
    }

    private static SymbolLookup load() {
        try {
            SymbolLookup symbols = find();
            checkAbi((int) Linker.nativeLinker()
                    .downcallHandle(symbols.find("hc_abi_version").orElseThrow(() -> new UnsatisfiedLinkError(
                            "the library has no hc_abi_version: it is not headcount's")),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact());
            return symbols;
        } catch (IllegalCallerException denied) {
            throw refused(denied);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    static void checkAbi(int found) {
        if (found != Native.HC_ABI_VERSION) {
            throw new UnsatisfiedLinkError("the headcount library has ABI version " + found + ", and this package needs "
                    + Native.HC_ABI_VERSION + ": use both of the same release");
        }
    }

    static UnsatisfiedLinkError refused(Throwable denied) {
        var error = new UnsatisfiedLinkError("native access is not enabled for headcount: start java with "
                + "--enable-native-access=" + (Library.class.getModule().isNamed() ? "headcount" : "ALL-UNNAMED"));
        error.initCause(denied);
        return error;
    }

    private static SymbolLookup find() {
        String said = System.getProperty(PROPERTY);
        if (said != null) {
            Path path = Path.of(said);
            return lookUp(Files.isDirectory(path) ? path.resolve(NAME) : path);
        }
        String resource = "/headcount/native/" + platform() + "/" + NAME;
        try (InputStream packed = Library.class.getResourceAsStream(resource)) {
            if (packed == null) {
                return lookUp(Path.of(NAME));
            }
            Path folder = Files.createTempDirectory("headcount");
            Path copy = folder.resolve(NAME);
            Files.copy(packed, copy, StandardCopyOption.REPLACE_EXISTING);
            try {
                return lookUp(copy);
            } finally {
                // The library stays mapped.
                Files.deleteIfExists(copy);
                Files.deleteIfExists(folder);
            }
        } catch (IOException failure) {
            throw unfit(resource, failure);
        }
    }

    private static SymbolLookup lookUp(Path path) {
        try {
            return path.getParent() == null
                    ? SymbolLookup.libraryLookup(path.toString(), Arena.global())
                    : SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException failure) {
            throw unfit(path.toString(), failure);
        }
    }

    private static UnsatisfiedLinkError unfit(String what, Throwable cause) {
        var error = new UnsatisfiedLinkError("can't load the headcount library from " + what
                + " (temporary folders may forbid it): put it where programs may be run from, and start java with -D"
                + PROPERTY + "=PATH");
        error.initCause(cause);
        return error;
    }

    /** Such as {@code linux-amd64}. */
    static String platform() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "") + "-" + System.getProperty("os.arch");
    }
}
