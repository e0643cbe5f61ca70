package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What programs do to a directory while they use it in other ways. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTest {
    private static final Options ENTERPRISE = new Options().licenseIfNew(License.ENTERPRISE);

    @TempDir
    Path folder;

    @Test
    void aStreamMayUseTheDirectory() throws Exception {
        Directory directory = Directory.open(folder.resolve("users.redb"), ENTERPRISE);
        directory.createUser(NewUser.of("a@ex.co"));
        AtomicInteger calls = new AtomicInteger();
        directory.export(writing(() -> {
            directory.createUser(NewUser.of("u" + calls.incrementAndGet() + "@ex.co"));
            directory.user("a@ex.co").orElseThrow();
            directory.export(OutputStream.nullOutputStream());
        }));
        assertTrue(calls.get() > 0);
        try { // Closing ends the export, or comes after its end.
            directory.export(writing(directory::close));
        } catch (HeadcountException closed) {
            assertEquals(ErrorKind.CLOSED, closed.kind());
        }
        closed(() -> directory.user("a@ex.co"));
    }

    private static void closed(Executable call) {
        assertEquals(ErrorKind.CLOSED, assertThrows(HeadcountException.class, call).kind());
    }

    private static OutputStream writing(Executable call) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("one byte");
            }

            @Override
            public void write(byte[] bytes) {
                try {
                    call.execute();
                } catch (RuntimeException failure) {
                    throw failure;
                } catch (Throwable failure) {
                    throw new AssertionError(failure);
                }
            }
        };
    }

    /** Calls of every kind that are under way when the directory is closed, or come after it. */
    @Test
    void closingEndsEveryCall() throws Exception {
        for (int round = 0; round < 20; round++) {
            Directory directory = Directory.open(folder.resolve(round + ".redb"), ENTERPRISE);
            directory.createUser(NewUser.of("a@ex.co"));
            AtomicInteger number = new AtomicInteger();
            Map<String, Executable> calls = new TreeMap<>(Map.of("user", () -> directory.user("a@ex.co"),
                    "createUser", () -> directory.createUser(NewUser.of("u" + number.incrementAndGet() + "@ex.co")),
                    "users", () -> directory.users().count(), "find", () -> directory.find(new UserQuery().limit(1)).count(),
                    "export", () -> directory.export(OutputStream.nullOutputStream()), "verify", directory::verify,
                    "through", () -> directory.through("rest"), "parallel", () -> directory.users().parallel().count(),
                    "statsText", directory::statsText, "follow", () -> directory.follow(0).poll(Duration.ofMillis(1))));
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            calls.forEach((name, call) -> threads.add(Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        call.execute();
                    }
                } catch (Throwable failure) {
                    if (!(failure instanceof HeadcountException refused) || refused.kind() != ErrorKind.CLOSED) {
                        wrong.add(name + ": " + failure);
                    }
                }
            })));
            Thread.sleep(round);
            threads.add(Thread.ofPlatform().start(directory::close));
            directory.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), List.copyOf(wrong));
        }
    }

    @Test
    void whatIsForgottenIsFreed() throws Exception {
        Path path = folder.resolve("users.redb");
        Thread.ofPlatform().start(() -> {
            Directory directory = Directory.open(path, ENTERPRISE);
            directory.createUser(NewUser.of("a@ex.co"));
            directory.through("rest").users().iterator().next();
            try {
                directory.follow(0).take();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }).join();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (true) {
                System.gc();
                try {
                    Directory.open(path).close();
                    return;
                } catch (HeadcountException held) {
                    assertEquals(ErrorKind.ALREADY_OPEN, held.kind());
                    Thread.sleep(1);
                }
            }
        });
    }

    /** Garbage is collected while handles that nobody holds are in use. */
    @Test
    void handlesLiveUntilTheirCallsReturn() throws Exception {
        Thread collector = Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.interrupted()) {
                System.gc();
            }
        });
        try {
            long start = System.nanoTime();
            do {
                assertEquals("a@ex.co", Directory.inMemory(ENTERPRISE).createUser(NewUser.of("a@ex.co")).email());
                assertEquals(Optional.empty(), Directory.inMemory(ENTERPRISE).user("a@ex.co"));
                assertEquals(Optional.empty(), Directory.inMemory(ENTERPRISE).follow(0).poll(Duration.ofNanos(1)));
                assertEquals(0, Directory.inMemory(ENTERPRISE).through("rest").users().count());
                assertTrue(Directory.inMemory(ENTERPRISE).statsText().contains("headcount_"));
            } while (System.nanoTime() - start < 2_000_000_000L);
        } finally {
            collector.interrupt();
            collector.join();
        }
    }

    @Test
    void aStreamMayBeReadInPartsAndInParallel() {
        try (Directory directory = Directory.inMemory(ENTERPRISE)) {
            Batch batch = new Batch();
            IntStream.range(0, 3000).forEach(i -> batch.createUser(NewUser.of("u" + i + "@ex.co")));
            directory.apply(batch);
            assertEquals(3000, directory.users().parallel().map(User::id).distinct().count());
            assertEquals(10, directory.users().limit(10).count());
            Iterator<User> one = directory.users().iterator();
            Iterator<User> other = directory.users().iterator();
            while (one.hasNext()) {
                assertEquals(one.next(), other.next());
            }
            assertEquals(0, directory.users().skip(3000).count());
            assertEquals(3000, directory.changes(0).findFirst().orElseThrow().events().size());
        }
    }

    @Test
    void virtualThreadsWaitAndWriteTogether() throws Exception {
        try (Directory directory = Directory.open(folder.resolve("users.redb"), ENTERPRISE);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Feed> feeds = IntStream.range(0, 20).mapToObj(i -> directory.follow(0)).toList();
            List<Future<Long>> waits = feeds.stream().map(feed -> threads.submit(() -> feed.take().sequence())).toList();
            List<Future<User>> writes = IntStream.range(0, 300)
                    .mapToObj(i -> threads.submit(() -> directory.createUser(NewUser.of("u" + i + "@ex.co")))).toList();
            for (Future<User> write : writes) {
                assertEquals(Optional.of(write.get()), directory.user(write.get().email()));
            }
            for (Future<Long> wait : waits) {
                assertEquals(1, wait.get());
            }
            Feed last = directory.follow(300);
            Future<Change> interrupted = threads.submit(last::take);
            while (!last.isBeingRead()) {
                Thread.onSpinWait();
            }
            interrupted.cancel(true);
            feeds.forEach(Feed::close);
        }
    }

    /** A program that ends without closing anything, while others write and wait. */
    @Test
    void aProgramMayEndWithOpenHandles() throws Exception {
        Path program = folder.resolve("Main.java");
        Files.writeString(program, """
                import headcount.*;
                import java.nio.file.Path;
                import java.util.concurrent.CountDownLatch;

                class Main {
                    public static void main(String[] arguments) throws Exception {
                        Directory directory = Directory.open(Path.of(arguments[0]), new Options().licenseIfNew(License.ENTERPRISE));
                        new Thread(() -> directory.changes(0).count()).start();
                        Feed feed = directory.follow(1_000_000_000);
                        CountDownLatch wrote = new CountDownLatch(10);
                        for (int writer = 0; writer < 4; writer++) {
                            String name = "w" + writer;
                            new Thread(() -> {
                                for (int i = 0; ; i++) {
                                    String email = directory.createUser(NewUser.of(name + "n" + i + "@ex.co")).email();
                                    System.out.println("wrote " + email);
                                    wrote.countDown();
                                }
                            }).start();
                        }
                        wrote.await();
                        System.exit(0);
                    }
                }
                """);
        Path users = folder.resolve("users.redb");
        ProcessBuilder builder = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-cp", "target/classes", program.toString(), users.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        try (Directory directory = Directory.open(users)) {
            List<String> wrote = output.lines().filter(line -> line.startsWith("wrote ") && line.endsWith("@ex.co")).toList();
            wrote.forEach(line -> directory.userByEmail(line.substring(6)).orElseThrow());
            assertTrue(wrote.size() > 0);
        }
    }
}
