package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.function.Consumer;

/** A stream as the library reads and writes it. What it throws goes around the library. */
final class Transfer {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final InputStream in;
    private final OutputStream out;
    private Throwable failed;

    private Transfer(InputStream in, OutputStream out) {
        this.in = Objects.requireNonNull(in, "a stream is null");
        this.out = Objects.requireNonNull(out, "a stream is null");
    }

    static void to(OutputStream out, Consumer<MemorySegment> call) throws IOException {
        new Transfer(InputStream.nullInputStream(), out).run("write", call,
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    }

    static void from(InputStream in, Consumer<MemorySegment> call) throws IOException {
        new Transfer(in, OutputStream.nullOutputStream()).run("read", call,
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }

    private void run(String name, Consumer<MemorySegment> call, FunctionDescriptor descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MethodType type = descriptor.toMethodType();
            call.accept(Linker.nativeLinker().upcallStub(LOOKUP.findVirtual(Transfer.class, name, type).bindTo(this),
                    descriptor, arena));
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        } catch (HeadcountException refused) {
            throw failed == null ? refused : Transfer.<RuntimeException>asItIs(failed);
        }
    }

    /** For the compiler, what a stream threw is unchecked: other languages throw anything. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E asItIs(Throwable failure) throws E {
        throw (E) failure;
    }

    private int write(MemorySegment userdata, MemorySegment bytes, long length) {
        try {
            out.write(bytes.reinterpret(length).toArray(JAVA_BYTE));
            return 0;
        } catch (Throwable failure) {
            failed = failure;
            return 1;
        }
    }

    private int read(MemorySegment userdata, MemorySegment buffer, long capacity, MemorySegment read) {
        try {
            byte[] bytes = in.readNBytes((int) Math.min(capacity, 64 << 10));
            MemorySegment.copy(bytes, 0, buffer.reinterpret(capacity), JAVA_BYTE, 0, bytes.length);
            read.reinterpret(8).set(JAVA_LONG, 0, bytes.length);
            return 0;
        } catch (Throwable failure) {
            failed = failure;
            return 1;
        }
    }
}
