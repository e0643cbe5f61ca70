package headcount;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Users on this side of the calls into C, each under the key by which it was read. An entry is valid while the
 * library's generation is what it was before the user was read; see hc_directory_generation in headcount.h.
 *
 * <p>It is a table of places. A key may be in any of a few places in a row, so a hit takes no lock, and there
 * are never more entries than places.
 */
final class HostCache {
    /** The places of this many users take 16 MiB before any user is in them. */
    static final int USERS_MAX = 1 << 22;

    /** Up to this many places may hold a key. */
    static final int WAYS = 4;

    private static final VarHandle GENERATION = JAVA_LONG.varHandle();

    private record Entry(long generation, int kind, Object key, Optional<User> user) {
        boolean isOf(int otherKind, Object otherKey) {
            return kind == otherKind && key.equals(otherKey);
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> places;
    private final int ways;

    HostCache(int users) {
        places = new AtomicReferenceArray<>(Math.min(users, USERS_MAX));
        ways = Math.min(WAYS, places.length());
    }

    /** The current generation, to which {@code number} points. */
    static long generation(MemorySegment number) {
        return (long) GENERATION.getAcquire(number, 0L);
    }

    /** The user that was kept in this generation under a key of a kind, if one was. */
    Optional<User> get(long generation, int kind, Object key) {
        if (generation % 2 == 0) {
            int start = start(kind, key);
            for (int at = start; at < start + ways; at++) {
                Entry found = places.getAcquire(at);
                if (found != null && found.generation == generation && found.isOf(kind, key)) {
                    return found.user;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Keeps a user that was read after the generation was, unless a commit was going on or there are entries of a
     * later generation. If all places are in use, a random one is overwritten: a fixed choice would let two keys
     * that are in use evict each other forever.
     */
    void put(long generation, int kind, Object key, Optional<User> user) {
        if (ways == 0 || generation % 2 != 0) {
            return;
        }
        int start = start(kind, key);
        int place = start + ThreadLocalRandom.current().nextInt(ways);
        Entry replaced = places.get(place);
        for (int at = start + ways - 1; at >= start; at--) { // Downward, so that the first free place wins.
            Entry found = places.get(at);
            if (found == null || found.generation < generation) {
                place = at;
                replaced = found;
            } else if (found.generation > generation || found.isOf(kind, key)) {
                return;
            }
        }
        // It fails when another thread was faster, whose entry may be of a later generation.
        places.compareAndSet(place, replaced, new Entry(generation, kind, key, user));
    }

    /** The first of the places that may hold a key: spread over the starts of as many in a row. */
    private int start(int kind, Object key) {
        long hash = (key.hashCode() + 31L * kind) * 0x9E3779B97F4A7C15L;
        return (int) ((hash >>> 32) * (places.length() - ways + 1) >>> 32);
    }

    /** How many entries there are. */
    int size() {
        int size = 0;
        for (int at = 0; at < places.length(); at++) {
            size += places.get(at) == null ? 0 : 1;
        }
        return size;
    }
}
