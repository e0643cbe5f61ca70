package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Rare but legal texts, numbers, times, paths and orders of calls, and illegal ones. */
class AwkwardValuesTest {
    @TempDir
    Path folder;

    private static void refused(ErrorKind kind, Executable call) {
        assertEquals(kind, assertThrows(HeadcountException.class, call).kind());
    }

    private static Directory enterprise() {
        return Directory.inMemory(new Options().licenseIfNew(License.ENTERPRISE));
    }

    @Test
    void textsComeBackAsTheyWere() {
        try (Directory directory = enterprise()) {
            for (String name : List.of("😀 🦀", "שלום עולם", "x".repeat(200), "é".repeat(100), "\uFFFD", "?")) {
                User user = directory.createUser(NewUser.of("a@ex.co").givenName(name).attribute(name, "a\0b" + name));
                for (User read : List.of(user, directory.userByEmail("a@ex.co").orElseThrow(),
                        directory.usersByIds(List.of(user.id())).getFirst().orElseThrow(), directory.activateUser("a@ex.co"))) {
                    assertEquals(Optional.of(name), read.givenName());
                    assertEquals(Map.of(name, "a\0b" + name), read.attributes());
                }
                directory.deleteUser("a@ex.co");
            }
            assertEquals(Optional.empty(), directory.createUser(NewUser.of("a@ex.co").givenName("")).givenName());
            assertEquals(Optional.empty(), directory.userByEmail(""));
        }
    }

    @Test
    void halfOfASurrogatePairIsRefusedAndNotReplaced() {
        try (Directory directory = enterprise()) {
            long place = directory.createWorkspace("w", directory.createUser(NewUser.of("a@ex.co").username("?")).email()).id();
            for (String half : List.of("\ud83e", "\udd80", "x\ud83e", "\udd80\ud83e", "🦀\udd80")) {
                for (Consumer<String> call : List.<Consumer<String>>of(directory::user, directory::userByUsername,
                        text -> directory.createWorkspace(text, "a@ex.co"), directory::through, directory::touchUser,
                        text -> directory.usersByEmails(List.of(text)),
                        text -> directory.userByExternalId("okta", text),
                        text -> directory.createUser(NewUser.of("b@ex.co").givenName(text)),
                        text -> directory.createUser(NewUser.of("b@ex.co").attribute("a", text)),
                        text -> directory.updateUser("a@ex.co", new UserUpdate().attribute(text, "a")),
                        text -> directory.query(new UserQuery().search(text)),
                        text -> directory.renameWorkspace(place, text),
                        Keys::ofUsername, License::parse)) {
                    refused(ErrorKind.INVALID_UTF8, () -> call.accept(half));
                }
            }
        }
    }

    @Test
    void numbersWithoutASignAreNotTakenForHugeOnes() {
        try (Directory directory = enterprise()) {
            User ann = directory.createUser(NewUser.of("ann@ex.co"));
            directory.createUser(NewUser.of("bob@ex.co"));
            for (Executable call : List.<Executable>of(() -> License.seats(-1), () -> directory.trimChanges(-1),
                    () -> directory.changes(-1), () -> directory.follow(-1), () -> directory.findFaults(-1),
                    () -> new UserQuery().limit(-1), () -> new UserUpdate().ifVersion(-1), () -> new Options().logBytes(-1),
                    () -> new Batch().activateUser("ann@ex.co").ifVersion(Long.MIN_VALUE),
                    () -> new Options().syncInterval(Duration.ofNanos(-1)), () -> new Options().openTimeout(Duration.ofNanos(-1)))) {
                assertThrows(IllegalArgumentException.class, call);
            }
            assertEquals(2, directory.changes(0).count());
            HeadcountException conflict = assertThrows(HeadcountException.class,
                    () -> directory.updateUser("ann@ex.co", new UserUpdate().ifVersion(Long.MAX_VALUE).givenName("x")));
            assertEquals(Optional.of(new HeadcountException.VersionConflict(Long.MAX_VALUE, 1)), conflict.versions());
            refused(ErrorKind.INVALID_ARGUMENT, () -> directory.query(new UserQuery().limit(Integer.MAX_VALUE)));
            refused(ErrorKind.INVALID_ARGUMENT, () -> directory.query(new UserQuery().limit(0)));
            refused(ErrorKind.CHANGE_NOT_YET, () -> directory.changes(Long.MAX_VALUE).count());
            refused(ErrorKind.WORKSPACE_NOT_FOUND, () -> directory.members(-1));
            assertEquals(Optional.empty(), directory.workspace(Long.MIN_VALUE));
            assertEquals(License.seats(Long.MAX_VALUE), directory.setLicense(License.seats(Long.MAX_VALUE)).license());
            assertEquals(0, directory.setLicense(License.seats(0)).free().orElseThrow());
            assertEquals(Optional.of(ann), directory.userById(ann.id()));
        }
    }

    @Test
    void momentsThatTheLibraryDoesNotHaveAreRefused() {
        try (Directory directory = enterprise()) {
            for (Instant at : List.of(Instant.EPOCH.minusNanos(1), Instant.MIN, Instant.MAX,
                    Instant.parse("9999-12-31T23:59:59.999999999Z").plusNanos(1))) {
                refused(ErrorKind.INVALID_ARGUMENT, () -> NewUser.of("a@ex.co").createdAt(at));
                refused(ErrorKind.INVALID_ARGUMENT, () -> new UserQuery().createdSince(at));
                refused(ErrorKind.INVALID_ARGUMENT, () -> directory.seatHistory(at));
            }
            Instant late = Instant.parse("9999-01-01T00:00:00Z");
            assertEquals(late, directory.createUser(NewUser.of("a@ex.co").createdAt(late)).createdAt());
            assertEquals(0, directory.count(new UserQuery().createdBefore(Instant.EPOCH)));
            assertEquals(1, directory.count(new UserQuery().createdSince(Instant.EPOCH)));
        }
    }

    @Test
    void waitsMayBeLongerThanThereIsTime() throws Exception {
        Path path = folder.resolve("users.redb");
        try (Directory directory = Directory.open(path); Feed feed = directory.follow(0)) {
            CompletableFuture<Directory> second = CompletableFuture.supplyAsync(
                    () -> Directory.open(path, new Options().openTimeout(Duration.ofSeconds(Long.MAX_VALUE))));
            directory.createUser(NewUser.of("a@ex.co"));
            assertEquals(1, feed.poll(Duration.ofSeconds(Long.MAX_VALUE)).orElseThrow().sequence());
            assertEquals(Optional.empty(), feed.poll(Duration.ofSeconds(Long.MIN_VALUE)));
            directory.close();
            second.get().close();
        }
        refused(ErrorKind.INVALID_ARGUMENT, () -> Directory.open(path, new Options().syncInterval(Duration.ofDays(400))));
    }

    @Test
    void aShortIntervalIsNotTakenForNone() throws Exception {
        for (Duration interval : List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofMillis(1), Duration.ofHours(24))) {
            Path path = folder.resolve(interval + ".redb");
            try (Directory directory = Directory.open(path, new Options().syncInterval(interval))) {
                directory.createUser(NewUser.of("a@ex.co"));
                // With an interval, a thread syncs the file, which names itself when it first runs.
                long begun = System.nanoTime();
                while (!interval.isZero() && !threads().contains("headcount-sync")
                        && System.nanoTime() - begun < 20_000_000_000L) {
                    Thread.sleep(1);
                }
                assertEquals(!interval.isZero(), threads().contains("headcount-sync"), interval.toString());
            }
        }
        refused(ErrorKind.INVALID_ARGUMENT, () -> Directory.inMemory(new Options().syncInterval(Duration.ofHours(24).plusNanos(1))));
    }

    private static List<String> threads() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : (Iterable<Path>) threads::iterator) {
                try {
                    names.add(Files.readString(thread.resolve("comm")).strip());
                } catch (IOException ended) {
                    continue; // The thread has ended.
                }
            }
        }
        return names;
    }

    @Test
    void whatAStreamThrowsIsThrown() {
        try (Directory directory = enterprise(); Directory empty = enterprise()) {
            directory.createUser(NewUser.of("a@ex.co"));
            for (Throwable thrown : List.of(new IOException("full"), new IllegalStateException(), new StackOverflowError(),
                    new TimeoutException("of another language"), new Throwable())) {
                OutputStream to = new OutputStream() {
                    @Override
                    public void write(int b) {
                        AwkwardValuesTest.<RuntimeException>toss(thrown);
                    }
                };
                InputStream from = new InputStream() {
                    @Override
                    public int read() {
                        AwkwardValuesTest.<RuntimeException>toss(thrown);
                        return -1;
                    }
                };
                assertSame(thrown, assertThrows(Throwable.class, () -> directory.export(to)));
                assertSame(thrown, assertThrows(Throwable.class, () -> empty.load(from)));
            }
            assertEquals(1, directory.users().count());
        }
    }

    /** Throws what the compiler takes for unchecked, as code in Kotlin or Scala does. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void toss(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void aPathIsThatOfAFile() throws Exception {
        Path odd = Files.createDirectories(folder.resolve("größe 李 🦀")).resolve(" users 'a' \"b\".redb");
        Directory.open(odd).close();
        assertTrue(Files.exists(odd));
        refused(ErrorKind.IO, () -> Directory.open(folder.resolve("none").resolve("users.redb")));
        refused(ErrorKind.IO, () -> Directory.open(folder.resolve("none"), new Options().createIfMissing(false)));
        assertThrows(HeadcountException.class, () -> Directory.open(folder));
        try (Directory reader = Directory.open(odd, new Options().readOnly(true));
                Directory another = Directory.open(odd, new Options().readOnly(true))) {
            refused(ErrorKind.READ_ONLY, () -> reader.createUser(NewUser.of("a@ex.co")));
            assertEquals(0, another.users().count());
        }
        URI archive = URI.create("jar:" + folder.resolve("a.zip").toUri());
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            assertThrows(UnsupportedOperationException.class, () -> Directory.open(zip.getPath("/users.redb")));
        }
    }

    @Test
    void listsGoOnWhileOthersWriteAndEndWhenTheDirectoryIsClosed() {
        Directory directory = enterprise();
        Batch batch = new Batch();
        for (int i = 0; i < 5000; i++) {
            batch.createUser(NewUser.of("u" + i + "@ex.co").givenName("x".repeat(100)));
        }
        directory.apply(batch);
        try (Stream<User> users = directory.users()) {
            Iterator<User> one = users.iterator();
            List<String> seen = new ArrayList<>();
            while (one.hasNext()) {
                seen.add(one.next().email());
                if (seen.size() % 1000 == 0) {
                    directory.deleteUser("u" + seen.size() / 1000 + "@ex.co");
                    System.gc();
                }
            }
            assertEquals(5000, seen.size());
        }
        assertThrows(IllegalStateException.class, () -> directory.users().forEach(user -> {
            throw new IllegalStateException("of the visitor");
        }));
        Iterator<User> left = directory.users().iterator();
        left.next();
        directory.close();
        refused(ErrorKind.CLOSED, () -> left.forEachRemaining(user -> {}));
        refused(ErrorKind.CLOSED, () -> directory.user("u7@ex.co"));
    }
}
