package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Native memory for the arguments and results of calls, used again by later calls. It belongs to
 * one thread between {@link #open} and {@link #close}.
 */
final class Frame implements AutoCloseable {
    private static final int BYTES = 40 << 10;
    private static final int START = 64;
    private static final AtomicReferenceArray<Frame> IDLE = new AtomicReferenceArray<>(64);

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 8);
    private final MemorySegment error = memory.asSlice(0, 8);
    private final MemorySegment out = memory.asSlice(8, 8);
    private final MemorySegment out2 = memory.asSlice(16, 8);
    private long used = START;
    private MemorySegment kept = MemorySegment.NULL;

    private Frame() {}

    static Frame open() {
        Frame frame = IDLE.getAndSet((int) Thread.currentThread().threadId() & 63, null);
        if (frame == null) {
            frame = new Frame();
        }
        frame.used = START;
        frame.error.set(ADDRESS, 0, MemorySegment.NULL);
        frame.out.set(ADDRESS, 0, MemorySegment.NULL);
        return frame;
    }

    @Override
    public void close() {
        IDLE.set((int) Thread.currentThread().threadId() & 63, this);
    }

    /** Where a call puts its error. */
    MemorySegment error() {
        return error;
    }

    /** Where a call puts a pointer or a number. */
    MemorySegment out() {
        return out;
    }

    /** Where a call puts another. */
    MemorySegment out2() {
        return out2;
    }

    MemorySegment pointer() {
        return out.get(ADDRESS, 0);
    }

    long number() {
        return out.get(JAVA_LONG, 0);
    }

    long number2() {
        return out2.get(JAVA_LONG, 0);
    }

    /** Throws what a call failed with. */
    void check(int status) {
        if (status != 0) {
            throw Failures.take(status, error.get(ADDRESS, 0));
        }
    }

    /** Notes a struct that the call fills in. */
    void keep(MemorySegment struct) {
        kept = struct;
    }

    MemorySegment kept() {
        return kept;
    }

    MemorySegment allocate(long bytes) {
        long start = used;
        if (bytes > BYTES - start) {
            return Arena.ofAuto().allocate(Math.max(bytes, 1), 8);
        }
        used = (start + bytes + 7) & -8;
        return memory.asSlice(start, bytes);
    }

    /** A text; its length in bytes is that of the segment. */
    MemorySegment text(String text) {
        return bytes(utf8(text));
    }

    /** Encodes a text in UTF-8, and refuses half of a surrogate pair, which Java would replace with a question mark. */
    static byte[] utf8(String text) {
        Objects.requireNonNull(text, "a text is null");
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                checkPairs(text, at);
                break;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void checkPairs(String text, int start) {
        for (int at = start; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at)) && Character.charCount(text.codePointAt(at++)) == 1) {
                throw new HeadcountException(ErrorKind.INVALID_UTF8, "half of a surrogate pair stands at "
                        + (at - 1) + " in the text: give the whole character");
            }
        }
    }

    /** A path of the default file system. One inside an archive, for example, is refused. */
    MemorySegment path(Path path) {
        return text(Objects.requireNonNull(path, "a path is null").toFile().getPath());
    }

    /** A number that the library takes without a sign. */
    static long unsigned(String what, long number) {
        if (number < 0) {
            throw new IllegalArgumentException(what + " is 0 or more, not " + number);
        }
        return number;
    }

    MemorySegment bytes(byte[] bytes) {
        MemorySegment segment = allocate(bytes.length);
        MemorySegment.copy(bytes, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    /** The 16 bytes of an id in network order. */
    MemorySegment id(UUID id) {
        MemorySegment segment = allocate(16);
        segment.set(Packed.NETWORK, 0, id.getMostSignificantBits());
        segment.set(Packed.NETWORK, 8, id.getLeastSignificantBits());
        return segment;
    }

    /** A struct that begins with its own size. */
    MemorySegment struct(int bytes) {
        MemorySegment segment = allocate(bytes);
        segment.fill((byte) 0);
        segment.set(JAVA_INT, 0, bytes);
        return segment;
    }
}
