package headcount;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

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

    private record Entry(long generation, Optional<User> user) {}

    /** The users that were asked for by one kind of key. */
    static final class Keyed<K> {
        private final ConcurrentHashMap<K, Entry> users = new ConcurrentHashMap<>();
        private final LongAdder added = new LongAdder();
        private final int most;

        private Keyed(int most) {
            this.most = most;
        }

        Optional<User> get(long generation, K key) {
            Entry found = users.get(key);
            return found != null && found.generation == generation && generation % 2 == 0 ? found.user : Optional.empty();
        }

        void put(long generation, K key, Optional<User> user) {
            if (most == 0 || generation % 2 != 0) {
                return;
            }
            // Replaced entries count as added, which only empties it sooner.
            added.increment();
            if (added.sum() > most) {
                users.clear();
                added.reset();
                added.increment();
            }
            users.put(key, new Entry(generation, user));
        }

        int size() {
            return users.size();
        }
    }
}
