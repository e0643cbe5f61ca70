package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the module and the native library are found, and what is said where they can't be used. */
class LoadingTest {
    private static final String NATIVE_ACCESS = "--enable-native-access=headcount";

    @TempDir
    Path folder;

    @Test
    void theModuleNeedsNothingAndExportsOnePackage() {
        ModuleDescriptor module = Directory.class.getModule().getDescriptor();
        assertEquals("headcount", module.name());
        Set<String> needed = module.requires().stream()
                .filter(each -> !each.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name).collect(Collectors.toSet());
        assertEquals(Set.of("java.base"), needed);
        assertEquals(Set.of("headcount"), module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
        assertTrue(Directory.class.getPackage().isAnnotationPresent(NullMarked.class));
    }

    @Test
    void anotherLibraryIsRefusedInWords() throws Exception {
        UnsatisfiedLinkError abi = assertThrows(UnsatisfiedLinkError.class, () -> Library.checkAbi(7));
        assertEquals("the headcount library has ABI version 7, and this package needs 1: use both of the same release",
                abi.getMessage());
        String missing = java(List.of(), "-Dheadcount.library.path=/nowhere/libheadcount.so", NATIVE_ACCESS);
        assertTrue(missing.contains("can't load the headcount library from /nowhere/libheadcount.so"), missing);
        assertTrue(missing.contains("-Dheadcount.library.path=PATH"), missing);
    }

    @Test
    void deniedNativeAccessNamesTheFlag() throws Exception {
        String denied = java(List.of(), property(), "--illegal-native-access=deny");
        assertTrue(denied.contains(NATIVE_ACCESS), denied);
    }

    @Test
    void aTemporaryFolderThatForbidsProgramsNamesTheProperty() throws Exception {
        List<String> noexec = mounting();
        // The program itself can't be beneath the folder that something else is mounted on.
        String fromJar = java(noexec, "-Djava.io.tmpdir=" + folder, NATIVE_ACCESS);
        assertTrue(fromJar.contains("-Dheadcount.library.path=PATH"), fromJar);
        assertEquals("opened\n", java(noexec, "-Djava.io.tmpdir=" + folder, NATIVE_ACCESS, property()));
    }

    @Test
    void thePropertyNamesAFileOrAFolder() throws Exception {
        Path given = Path.of(System.getProperty(Library.PROPERTY)).toAbsolutePath();
        Path file = Files.isDirectory(given) ? given.resolve(System.mapLibraryName("headcount")) : given;
        for (Path named : List.of(file, file.getParent())) {
            assertEquals("opened\n", java(List.of(), "-D" + Library.PROPERTY + "=" + named, NATIVE_ACCESS));
        }
        // Without it, the library comes from the jar.
        assertEquals("opened\n", java(List.of(), NATIVE_ACCESS));
    }

    /** What runs a program with {@link #folder} mounted noexec; without it, the test is skipped, but not with CI=true. */
    private List<String> mounting() throws Exception {
        // Root needs no user namespace, which some machines forbid.
        for (String namespaces : List.of("-m", "-rm")) {
            List<String> noexec = List.of("unshare", namespaces, "sh", "-c",
                    "mount -t tmpfs -o noexec tmpfs \"$0\" && exec \"$@\"", folder.toString());
            try {
                if (shown(noexec, List.of("echo", "mounted")).equals("mounted\n")) {
                    return noexec;
                }
            } catch (IOException missing) {
                // There is no unshare.
            }
        }
        String needed = "a folder mounted noexec: it needs unshare (util-linux), and root or user namespaces";
        System.out.println("SKIPPED: " + needed);
        assertNotEquals("true", System.getenv("CI"), needed);
        return abort(needed);
    }

    private static String property() {
        return "-D" + Library.PROPERTY + "=" + System.getProperty(Library.PROPERTY);
    }

    /** What a program that only opens a directory prints; {@code before} runs it. */
    private static String java(List<String> before, String... options) throws Exception {
        Path program = Files.createTempFile(Path.of("target"), "Main", ".java");
        try {
            Files.writeString(program, "public class Main { public static void main(String[] a) {"
                    + " headcount.Directory.inMemory(new headcount.Options()).close(); System.out.println(\"opened\"); } }");
            List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
            command.addAll(List.of(options));
            command.addAll(List.of("-p", "target/classes", "--add-modules", "headcount", program.toString()));
            return shown(before, command);
        } finally {
            Files.delete(program);
        }
    }

    private static String shown(List<String> before, List<String> command) throws Exception {
        List<String> all = new ArrayList<>(before);
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        // Java tells of them in its output.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
