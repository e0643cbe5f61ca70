package headcount;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * Users on this side of the calls into C. An entry is valid while the library's generation is what it was
 * before the user was read; see hc_directory_generation in headcount.h.
 */
final class HostCache {
    private static final VarHandle GENERATION = JAVA_LONG.varHandle();

    final Keyed<String> byRef;
    final Keyed<String> byEmail;
    final Keyed<String> byUsername;
    final Keyed<UUID> byId;

    HostCache(int users) {
        byRef = new Keyed<>(users / 4);
        byEmail = new Keyed<>(users / 4);
        byUsername = new Keyed<>(users / 4);
        byId = new Keyed<>(users / 4);
    }

    /** The generation of now, which is where {@code number} points. */
    static long generation(MemorySegment number) {
        return (long) GENERATION.getAcquire(number, 0L);
    }

    private record Entry(long generation, Object key, Optional<User> user) {}

    /**
     * The users that were asked for by one kind of key. Each key has a set of four places, any of which may hold
     * it: so a hit needs neither a lock nor memory, and touches little of that.
     */
    static final class Keyed<K> {
        private static final int WAYS = 4;

        private final AtomicReferenceArray<Entry> places;
        private int victim;

        private Keyed(int most) {
            places = new AtomicReferenceArray<>(most == 0 ? 0 : Math.max(WAYS, Integer.highestOneBit(most)));
        }

        private int set(K key) {
            int hash = key.hashCode();
            return (hash ^ hash >>> 16) & places.length() - WAYS;
        }

        Optional<User> get(long generation, K key) {
            if (places.length() > 0 && generation % 2 == 0) {
                int set = set(key);
                for (int at = set; at < set + WAYS; at++) {
                    Entry found = places.getAcquire(at);
                    if (found != null && found.generation == generation && found.key.equals(key)) {
                        return found.user;
                    }
                }
            }
            return Optional.empty();
        }

        void put(long generation, K key, Optional<User> user) {
            if (places.length() == 0 || generation % 2 != 0) {
                return;
            }
            // An older state of the key, if it is there, can't be used any more: it is as good as a free place.
            int set = set(key);
            int place = set + (victim++ & WAYS - 1);
            for (int at = set; at < set + WAYS; at++) {
                Entry found = places.getPlain(at);
                if (found == null || found.generation != generation) {
                    place = at;
                    break;
                }
            }
            places.setRelease(place, new Entry(generation, key, user));
        }

        int size() {
            return (int) IntStream.range(0, places.length()).filter(at -> places.get(at) != null).count();
        }
    }
}
