package headcount;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a directory as they are made. Any number of feeds can be read at once, each at its own
 * pace.
 *
 * <pre>{@code
 * try (Feed feed = directory.follow(0)) {
 *     while (true) {
 *         handle(feed.take());
 *     }
 * }
 * }</pre>
 */
public final class Feed implements AutoCloseable {
    /** How long a wait may take to notice that it was interrupted or the feed closed. */
    private static final long SLICE_MS = 10;

    private final ReentrantLock reading = new ReentrantLock();
    private final Records<Change> changes;
    private volatile boolean closed;
    private volatile long position;

    Feed(MemorySegment feed, long after) {
        changes = records(feed);
        position = after;
    }

    /** The changes that there are, of a native feed. */
    static Records<Change> records(MemorySegment feed) {
        return new Records<>(feed, Native::hc_feed_free, (f, b, n, w, e) -> Native.hc_feed_next_batch(f, 0, b, n, w, e),
                Packed::change, Long.MAX_VALUE);
    }

    /**
     * Waits for the next change. Each change goes to one of the threads that call this.
     *
     * @return the change
     * @throws InterruptedException when the thread is interrupted
     * @throws HeadcountException {@link ErrorKind#HISTORY_TRIMMED} when the next change is gone, {@link
     *     ErrorKind#CHANGE_NOT_YET} when no change has the number that the feed is at, {@link
     *     ErrorKind#CLOSED} when the feed or the directory was closed
     */
    public Change take() throws InterruptedException {
        while (true) {
            Optional<Change> next = poll(Duration.ofDays(1));
            if (next.isPresent()) {
                return next.get();
            }
        }
    }

    /**
     * Waits for the next change, up to a time; fails as {@link #take} does.
     *
     * @param wait how long to wait; zero for not at all
     * @return the change; empty if none came in time
     * @throws InterruptedException when the thread is interrupted
     */
    public Optional<Change> poll(Duration wait) throws InterruptedException {
        long start = System.nanoTime();
        long waitNs = Math.max(0, TimeUnit.NANOSECONDS.convert(wait));
        // A native call would keep the carrier from all other virtual threads; a sleep gives it to them. Each virtual
        // thread that waits polls every 10 ms, so many of them should share a feed.
        boolean sleeps = Thread.currentThread().isVirtual();
        if (!reading.tryLock(waitNs, TimeUnit.NANOSECONDS)) {
            return Optional.empty();
        }
        try {
            while (true) {
                if (closed) {
                    throw new HeadcountException(ErrorKind.CLOSED, "the feed was closed; follow again");
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long leftMs = Math.ceilDiv(Math.max(0, waitNs - (System.nanoTime() - start)), 1_000_000L);
                long sliceMs = Math.min(leftMs, SLICE_MS);
                Change next = next(sleeps ? 0 : sliceMs);
                if (next != null) {
                    position = next.sequence();
                    return Optional.of(next);
                }
                if (leftMs == 0) {
                    return Optional.empty();
                }
                if (sleeps) {
                    Thread.sleep(sliceMs);
                }
            }
        } finally {
            reading.unlock();
        }
    }

    /** Whether a thread has the feed now: for tests. */
    boolean isBeingRead() {
        return reading.isLocked();
    }

    private @Nullable Change next(long waitMs) {
        if (!changes.isReady() && !changes.read((f, b, n, w, e) -> Native.hc_feed_next_batch(f, waitMs, b, n, w, e))) {
            return null;
        }
        return changes.next();
    }

    /**
     * The number of the last change that was returned, or where the feed began. Store it to continue after
     * a restart.
     *
     * @return the number
     */
    public long position() {
        return position;
    }

    /** Wakes the threads that wait, and frees the feed. Closing again does nothing. */
    @Override
    public void close() {
        closed = true;
        reading.lock();
        try {
            changes.free();
        } finally {
            reading.unlock();
        }
    }
}
