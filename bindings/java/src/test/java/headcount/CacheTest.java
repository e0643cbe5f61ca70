package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CacheTest {
    private static Directory enterprise(int hostCacheUsers) {
        return Directory.inMemory(new Options().licenseIfNew(License.ENTERPRISE).hostCacheUsers(hostCacheUsers));
    }

    /**
     * Writers in other threads and through another handle: nobody who has seen a version sees an older one,
     * through the cache or past it.
     */
    @Test
    void theCacheNeverShowsAnOlderState() throws Exception {
        try (Directory directory = enterprise(65_536)) {
            directory.afterRead = Thread::yield;
            List<String> emails = List.of("ann@ex.co", "bob@ex.co");
            var ids = emails.stream().map(email -> directory.createUser(NewUser.of(email)).id()).toList();
            List<Directory> writing = List.of(directory, directory.actingAs(Keys.newId()));
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong hits = new AtomicLong();
            int enough = 100;
            long begun = System.nanoTime();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(Thread.ofPlatform().start(() -> {
                    long[] seen = new long[2];
                    for (int turn = 0; !done.get(); turn++) {
                        int who = turn % 2;
                        if (turn % 3 != 0 && isCached(directory, emails.get(who))) {
                            hits.incrementAndGet();
                        }
                        // A query goes past the cache.
                        User user = turn % 3 == 0 ? directory.find(new UserQuery().emailPrefix(emails.get(who))).findFirst().get()
                                : (turn % 4 == 0 ? directory.userById(ids.get(who)) : directory.userByEmail(emails.get(who))).get();
                        if (user.version() < seen[who]) {
                            wrong.add("version " + user.version() + " after " + seen[who]);
                        }
                        seen[who] = user.version();
                    }
                }));
            }
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int who = i;
                writers.add(Thread.ofPlatform().start(() -> {
                    // Both go on until the readers have met enough hits.
                    for (int number = 0; number < 500
                            || hits.get() < enough && System.nanoTime() - begun < 120e9; number++) {
                        long wrote = writing.get(who).updateUser(emails.get(who), new UserUpdate().givenName("" + number)).version();
                        long read = directory.userByEmail(emails.get(who)).orElseThrow().version();
                        if (read < wrote) {
                            wrong.add("version " + read + " after " + wrote + " was written");
                        }
                        Thread.yield();
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
            assertEquals(List.of(), List.copyOf(wrong).subList(0, Math.min(wrong.size(), 5)));
            assertTrue(hits.get() >= enough, hits + " hits: no race");
        }
    }

    private static boolean isCached(Directory directory, String email) {
        return directory.cache.get(directory.generation(), Native.HC_USER_KEY_EMAIL, email).isPresent();
    }

    /** As many users as the option says, each counted once for each key by which it was read. */
    @Test
    void theCacheHoldsAsManyUsersAsTheOptionSays() {
        for (int users : List.of(1, 2, 3, 4, 5, 64, 100)) {
            try (Directory directory = enterprise(users)) {
                Batch batch = new Batch();
                IntStream.range(0, 10 * users).forEach(i -> batch.createUser(NewUser.of("u" + i + "@ex.co")));
                directory.apply(batch);
                for (User user : directory.users().toList()) {
                    assertSame(directory.userById(user.id()).get(), directory.userById(user.id()).get());
                    assertSame(directory.user(user.email()).get(), directory.user(user.email()).get());
                }
                assertEquals(users, directory.cache.size());
                String last = "u" + (10 * users - 1) + "@ex.co";
                assertSame(directory.userByEmail(last).get(), directory.userByEmail(last).get());
                assertTrue(isCached(directory, last));
                directory.deleteUser(last);
                assertEquals(Optional.empty(), directory.userByEmail(last));
                directory.close();
                assertEquals(ErrorKind.CLOSED,
                        assertThrows(HeadcountException.class, () -> directory.userByEmail("u0@ex.co")).kind());
            }
        }
        try (Directory directory = enterprise(0)) {
            directory.createUser(NewUser.of("a@ex.co"));
            assertNotSame(directory.userByEmail("a@ex.co").get(), directory.userByEmail("a@ex.co").get());
        }
        enterprise(Integer.MAX_VALUE).close();
        assertThrows(IllegalArgumentException.class, () -> new Options().hostCacheUsers(-1));
    }

    /** Every place is used, and what was read by one key is not found by another. */
    @Test
    void keysOfEveryKindShareTheTable() {
        try (Directory directory = enterprise(0)) {
            Optional<User> ann = Optional.of(directory.createUser(NewUser.of("ann@ex.co")));
            HostCache cache = new HostCache(64);
            for (int i = 0; i < 1000; i++) {
                for (int kind : List.of(Native.HC_USER_KEY_ANY, Native.HC_USER_KEY_EMAIL, Native.HC_USER_KEY_USERNAME)) {
                    cache.put(2, kind, "u" + i, ann);
                    assertEquals(ann, cache.get(2, kind, "u" + i));
                }
                cache.put(2, Native.HC_USER_KEY_ID, new UUID(i, i), ann);
                assertEquals(ann, cache.get(2, Native.HC_USER_KEY_ID, new UUID(i, i)));
            }
            assertEquals(64, cache.size());
            cache.put(2, Native.HC_USER_KEY_EMAIL, "x", ann);
            assertEquals(Optional.empty(), cache.get(2, Native.HC_USER_KEY_USERNAME, "x"));
        }
    }

    /** Two keys that are read in turn both stay in the end, whichever places they hash to. */
    @Test
    void keysDoNotEvictEachOtherForever() {
        try (Directory directory = enterprise(0)) {
            Optional<User> ann = Optional.of(directory.createUser(NewUser.of("ann@ex.co")));
            for (int round = 0; round < 50; round++) {
                HostCache cache = new HostCache(HostCache.WAYS);
                for (String key : List.of("w", "x", "y", "z")) {
                    cache.put(2, 1, key, ann);
                }
                for (int turn = 0; cache.get(2, 1, "a").isEmpty() || cache.get(2, 1, "b").isEmpty(); turn++) {
                    assertTrue(turn < 1000, "two keys evict each other");
                    for (String key : List.of("a", "b")) {
                        if (cache.get(2, 1, key).isEmpty()) {
                            cache.put(2, 1, key, ann);
                        }
                    }
                }
            }
        }
    }

    @Test
    void aLaterEntryIsNotReplacedByAnEarlierOne() {
        try (Directory directory = enterprise(0)) {
            Optional<User> early = Optional.of(directory.createUser(NewUser.of("ann@ex.co")));
            Optional<User> late = Optional.of(directory.updateUser("ann@ex.co", new UserUpdate().givenName("Ann")));
            HostCache cache = new HostCache(HostCache.WAYS);
            for (int i = 0; i < HostCache.WAYS; i++) {
                cache.put(4, 1, "a", late);
                cache.put(2, 1, "a", early);
                cache.put(2, 1, "b", early);
                assertEquals(late, cache.get(4, 1, "a"));
            }
            assertTrue(cache.get(2, 1, "a").isEmpty() && cache.get(2, 1, "b").isEmpty());
            List<String> others = List.of("b", "c", "d", "e");
            others.forEach(key -> cache.put(6, 1, key, late));
            others.forEach(key -> assertEquals(late, cache.get(6, 1, key)));
            cache.put(7, 1, "f", late); // A commit is going on.
            assertTrue(cache.get(7, 1, "f").isEmpty());
        }
    }
}
