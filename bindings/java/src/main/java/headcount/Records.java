package headcount;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The records of a native list, read a buffer at a time. It frees the list at its end. */
final class Records<T> extends Spliterators.AbstractSpliterator<T> {
    /** Reads the next records of a list into a buffer. */
    interface NextBatch {
        int read(MemorySegment list, MemorySegment buffer, long capacity, MemorySegment written, MemorySegment error);
    }

    /** Makes a value of the record that starts at {@code at}. */
    interface Decoder<T> {
        T decode(byte[] batch, int at);
    }

    private final Handle list;
    private final NextBatch next;
    private final Decoder<T> decoder;
    private MemorySegment buffer = Arena.ofAuto().allocate(64 << 10);
    private byte[] batch = new byte[0];
    private int left;
    private int at;
    private boolean ended;

    Records(MemorySegment list, Consumer<MemorySegment> free, NextBatch next, Decoder<T> decoder, long size) {
        super(size, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.list = new Handle(this, list, free);
        this.next = next;
        this.decoder = decoder;
    }

    /** A stream that frees the list when it is closed, or was read to its end. */
    Stream<T> stream() {
        return StreamSupport.stream(this, false).onClose(() -> {
            ended = true;
            left = 0;
            list.free();
        });
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        T record = next();
        if (record == null) {
            ended = true;
            list.free();
            return false;
        }
        action.accept(record);
        return true;
    }

    /** The next record; null if there is none, for which the native function may wait. */
    @Nullable T next() {
        if (left == 0 && (ended || !read(next))) {
            return null;
        }
        left--;
        int record = at;
        at += Packed.i32(batch, record);
        return decoder.decode(batch, record);
    }

    /** Whether a next one is here already. */
    boolean isReady() {
        return left > 0;
    }

    void free() {
        list.free();
    }

    boolean read(NextBatch how) {
        try (Frame frame = Frame.open()) {
            while (true) {
                int status = how.read(list.pointer(), buffer, buffer.byteSize(), frame.out(), frame.error());
                try {
                    frame.check(status);
                    break;
                } catch (HeadcountException small) {
                    if (small.bufferBytes() <= buffer.byteSize()) {
                        throw small;
                    }
                    buffer = Arena.ofAuto().allocate(small.bufferBytes());
                }
            }
            int written = (int) frame.out().get(JAVA_LONG, 0);
            if (written == 0) {
                return false;
            }
            if (batch.length < written) {
                batch = new byte[(int) buffer.byteSize()];
            }
            MemorySegment.copy(buffer, JAVA_BYTE, 0, batch, 0, written);
            at = Packed.i32(batch, 4);
            left = Packed.i32(batch, 12);
            return left > 0;
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }
}
