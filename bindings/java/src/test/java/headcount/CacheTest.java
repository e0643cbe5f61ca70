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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
                        if (turn % 3 != 0 && directory.cache.byEmail.get(directory.generation(), emails.get(who)).isPresent()) {
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

    @Test
    void theCacheIsBounded() {
        try (Directory directory = enterprise(64)) {
            for (int i = 0; i < 500; i++) {
                User user = directory.createUser(NewUser.of("u" + i + "@ex.co"));
                assertSame(directory.userByEmail(user.email()).get(), directory.userByEmail(user.email()).get());
                assertSame(directory.userById(user.id()).get(), directory.userById(user.id()).get());
                assertTrue(directory.cache.byEmail.size() <= 16);
            }
            directory.deleteUser("u499@ex.co");
            assertEquals(Optional.empty(), directory.userByEmail("u499@ex.co"));
            directory.close();
            assertEquals(ErrorKind.CLOSED,
                    assertThrows(HeadcountException.class, () -> directory.userByEmail("u498@ex.co")).kind());
        }
        try (Directory directory = enterprise(0)) {
            directory.createUser(NewUser.of("a@ex.co"));
            assertNotSame(directory.userByEmail("a@ex.co").get(), directory.userByEmail("a@ex.co").get());
        }
        assertThrows(IllegalArgumentException.class, () -> new Options().hostCacheUsers(-1));
    }
}
