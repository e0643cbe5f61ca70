package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    @TempDir
    Path folder;

    private static HeadcountException refused(ErrorKind kind, Executable call) {
        HeadcountException refused = assertThrows(HeadcountException.class, call);
        assertEquals(kind, refused.kind(), refused.getMessage());
        return refused;
    }

    private static Directory enterprise() {
        return Directory.inMemory(new Options().licenseIfNew(License.ENTERPRISE));
    }

    @Test
    void everyFieldOfAUserIsKept() {
        UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        Instant born = Instant.parse("2024-07-11T16:55:59.173001Z");
        Map<String, String> attributes = Map.of("team", "ops", "näme", "wärt\0nul", "empty", "");
        try (Directory directory = enterprise()) {
            NewUser user = NewUser.of("Steve@BÜCHER.example").id(id).username("Ştëvé").givenName("Steve").familyName("Öl")
                    .active(false).admin(true).createdAt(born);
            attributes.forEach(user::attribute);
            User made = directory.createUser(user);
            assertEquals(new User(id, "Steve@BÜCHER.example", "Ştëvé", Optional.of("Steve"), Optional.of("Öl"), false, true,
                    attributes, Map.of(), 1, born, made.updatedAt(), made.deactivatedAt()), made);
            for (Optional<User> read : List.of(directory.users().findFirst(), directory.userById(id),
                    directory.userByUsername("ştëvé"), directory.user(id.toString()))) {
                assertEquals(Optional.of(made), read);
            }
            assertEquals(Optional.empty(), directory.userByEmail("nobody@ex.co"));
            assertThrows(UnsupportedOperationException.class, () -> made.attributes().put("a", "b"));
        }
    }

    @Test
    void anInactiveUserSaysSinceWhen() {
        try (Directory directory = enterprise()) {
            User user = directory.createUser(NewUser.of("a@ex.co"));
            assertEquals(Optional.empty(), user.deactivatedAt());
            Optional<Instant> since = directory.deactivateUser("a@ex.co").deactivatedAt();
            assertEquals(Optional.of(true), since.map(at -> !at.isBefore(user.createdAt())));
            assertEquals(since, directory.userByEmail("a@ex.co").orElseThrow().deactivatedAt());
        }
    }

    @Test
    void externalIdsNameUsersAndWorkspaces() {
        try (Directory directory = enterprise()) {
            Map<String, String> ids = Map.of("okta", "00u1", "my idp", "größe");
            NewUser user = NewUser.of("ann@ex.co");
            ids.forEach(user::externalId);
            User ann = directory.createUser(user);
            assertEquals(ids, ann.externalIds());
            assertEquals(Optional.of(ann), directory.userById(ann.id()));
            assertEquals(Optional.of(ann), directory.users().findFirst());
            assertEquals(Optional.of(ann), directory.userByExternalId("my idp", "größe"));
            assertEquals(Optional.empty(), directory.userByExternalId("okta", "00U1"));
            ann = directory.updateUser("ann@ex.co", new UserUpdate().removeExternalId("okta").externalId("entra", "1"));
            assertEquals(Map.of("my idp", "größe", "entra", "1"), ann.externalIds());
            refused(ErrorKind.INVALID_ARGUMENT, () -> directory.updateUser("ann@ex.co", new UserUpdate().externalId("a", "")));
            refused(ErrorKind.EXTERNAL_ID_TAKEN,
                    () -> directory.createUser(NewUser.of("bob@ex.co").externalId("entra", "1")));
            long fraud = directory.createWorkspace("Fraud", "ann@ex.co").id();
            Workspace named = directory.setWorkspaceExternalId(fraud, "okta", "g1");
            assertEquals(Map.of("okta", "g1"), named.externalIds());
            assertEquals(Optional.of(named), directory.workspaceByExternalId("okta", "g1"));
            assertEquals(Optional.of(named), directory.workspaces().findFirst());
            directory.apply(new Batch().removeWorkspaceExternalId("fraud", "okta")
                    .setWorkspaceExternalId(fraud, "entra", "g2"));
            directory.setWorkspaceExternalId(fraud, "okta", "g3");
            directory.apply(new Batch().removeWorkspaceExternalId(fraud, "okta"));
            directory.setWorkspaceExternalId(fraud, "okta", "g4");
            assertEquals(Map.of("entra", "g2"), directory.removeWorkspaceExternalId(fraud, "okta").externalIds());
            assertEquals(Map.of("entra", "g2"), directory.workspace(fraud).orElseThrow().externalIds());
        }
    }

    @Test
    void changesSayTheirDoorAndSightingsAreNone() throws InterruptedException {
        try (Directory directory = enterprise(); Feed feed = directory.follow(0)) {
            User ann = directory.createUser(NewUser.of("ann@ex.co"));
            Directory rest = directory.through("rest");
            rest.createUser(NewUser.of("bob@ex.co"));
            rest.apply(new Batch().door("import").createUser(NewUser.of("cho@ex.co")));
            refused(ErrorKind.INVALID_ARGUMENT, () -> directory.through("two words"));
            Batch wrong = new Batch().door("two words").createUser(NewUser.of("dee@ex.co"));
            refused(ErrorKind.INVALID_ARGUMENT, () -> directory.apply(wrong));
            assertEquals(ErrorKind.INVALID_ARGUMENT, directory.preview(wrong).getFirst().kind());

            assertEquals(Optional.empty(), directory.lastSeen("ann@ex.co"));
            directory.touchUser("ann@ex.co");
            assertEquals(Optional.of(true), directory.lastSeen(ann.id().toString()).map(at -> !at.isBefore(ann.createdAt())));
            refused(ErrorKind.USER_NOT_FOUND, () -> directory.touchUser("nobody@ex.co"));
            for (Optional<String> door : List.of(Optional.<String>empty(), Optional.of("rest"), Optional.of("import"))) {
                assertEquals(door, feed.poll(Duration.ZERO).orElseThrow().door());
            }
            assertEquals(Optional.empty(), feed.poll(Duration.ZERO));
        }
    }

    @Test
    void messagesGoToALogger() {
        var messages = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        System.Logger logger = new System.Logger() {
            @Override
            public String getName() {
                return "test";
            }

            @Override
            public boolean isLoggable(Level level) {
                return level.getSeverity() >= Level.DEBUG.getSeverity();
            }

            @Override
            public void log(Level level, java.util.ResourceBundle bundle, String message, Throwable thrown) {
                messages.add(level + " " + message);
                throw new IllegalStateException("dropped");
            }

            @Override
            public void log(Level level, java.util.ResourceBundle bundle, String format, Object... values) {
                log(level, bundle, format, (Throwable) null);
            }
        };
        Logging.setLogger(Optional.of(logger));
        Directory.open(folder.resolve("users.redb")).close();
        Logging.setLogger(Optional.empty());
        assertTrue(messages.stream().anyMatch(message -> message.contains(" headcount")), messages.toString());
        assertTrue(messages.stream().noneMatch(message -> message.startsWith("TRACE")), messages.toString());
        int before = messages.size();
        Directory.open(folder.resolve("users.redb")).close();
        assertEquals(before, messages.size());
    }

    @Test
    void closingIsForGoodAndCanBeRepeated() {
        Directory directory = enterprise();
        directory.close();
        directory.close();
        HeadcountException closed = refused(ErrorKind.CLOSED, directory::seats);
        assertEquals("closed", closed.kind().toString());
        assertFalse(closed.getMessage().isEmpty());
    }

    @Test
    void aStreamFreesItsListWhenItIsClosed() {
        try (Directory directory = enterprise()) {
            for (int i = 0; i < 2000; i++) {
                directory.createUser(NewUser.of("user" + i + "@ex.co").givenName("x".repeat(100)));
            }
            try (var users = directory.users()) {
                assertEquals("user0@ex.co", users.iterator().next().email());
            }
            var users = directory.users();
            var iterator = users.iterator();
            iterator.next();
            users.close();
            int rest = 0;
            while (iterator.hasNext()) {
                iterator.next();
                rest++;
            }
            assertTrue(rest <= 1, "nothing is read behind the close: " + rest);
            assertEquals(2000, directory.users().count());
            assertEquals(2000, directory.find(new UserQuery().limit(300)).count());
        }
    }

    @Test
    void aWaitCanBeInterrupted() throws Exception {
        try (Directory directory = enterprise(); Feed feed = directory.follow(0)) {
            Thread waiting = new Thread(() -> assertThrows(InterruptedException.class, feed::take));
            var failures = new java.util.concurrent.atomic.AtomicReference<Throwable>();
            waiting.setUncaughtExceptionHandler((thread, failure) -> failures.set(failure));
            waiting.start();
            awaitReader(feed);
            waiting.interrupt();
            waiting.join(5000);
            assertEquals(null, failures.get());
            assertFalse(waiting.isAlive());

            CompletableFuture<Change> next = CompletableFuture.supplyAsync(() -> take(feed));
            User user = directory.createUser(NewUser.of("a@ex.co"));
            assertEquals(Optional.of(user.id()), next.get().events().getFirst().user());
            assertEquals(1, feed.position());
            CompletableFuture<Change> none = CompletableFuture.supplyAsync(() -> take(feed));
            awaitReader(feed);
            feed.close();
            feed.close();
            Throwable closed = assertThrows(Exception.class, none::get).getCause();
            assertEquals(ErrorKind.CLOSED, assertInstanceOf(HeadcountException.class, closed).kind());
        }
    }

    @Test
    void oneWhoWaitsForAFeedWithoutAnEndHoldsUpNobodyElse() throws Exception {
        try (Directory directory = enterprise(); Feed feed = directory.follow(0)) {
            CompletableFuture<Change> endless = CompletableFuture.supplyAsync(() -> take(feed));
            awaitReader(feed);
            for (Duration wait : List.of(Duration.ZERO, Duration.ofMillis(20))) {
                assertEquals(Optional.empty(), assertTimeoutPreemptively(Duration.ofSeconds(20), () -> feed.poll(wait)));
            }
            directory.createUser(NewUser.of("a@ex.co"));
            assertEquals(1, endless.get(20, TimeUnit.SECONDS).sequence());
        }
    }

    /** Returns when a thread waits for a change. */
    private static void awaitReader(Feed feed) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (!feed.isBeingRead()) {
                Thread.onSpinWait();
            }
        });
    }

    private static Change take(Feed feed) {
        try {
            return feed.take();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void aHeldFileIsWaitedFor() throws Exception {
        Path path = folder.resolve("users.redb");
        Directory first = Directory.open(path);
        assertTrue(refused(ErrorKind.ALREADY_OPEN, () -> Directory.open(path)).isRetryable());
        Options patient = new Options().openTimeout(Duration.ofSeconds(20));
        Thread.currentThread().interrupt();
        refused(ErrorKind.ALREADY_OPEN, () -> Directory.open(path, patient));
        assertTrue(Thread.interrupted());
        CompletableFuture<Directory> second = CompletableFuture.supplyAsync(() -> Directory.open(path, patient));
        first.close();
        second.get().close();
    }

    @Test
    void filesAreBackedUpRepairedAndCompacted() {
        Path path = folder.resolve("users.redb");
        Path backup = folder.resolve("backup.redb");
        try (Directory directory = Directory.open(path, new Options().pageCacheBytes(1 << 20).cacheBytes(0)
                .logBytes(1 << 20).syncInterval(Duration.ofMillis(10)).salvageLog(true))) {
            directory.createUser(NewUser.of("a@ex.co"));
            assertEquals(1, directory.backup(backup, false).users());
            refused(ErrorKind.IO, () -> directory.backup(backup, false));
            assertEquals(0, directory.findFaults(10).total());
            assertTrue(directory.statsText().contains("headcount_"));
            assertEquals(1, directory.stats().latestChange());
        }
        assertEquals(1, Directory.restore(backup, path, true).sequence());
        assertTrue(Directory.compact(path).bytes() > 0);
        assertEquals(List.of(), Directory.findFaults(path, 10).listed());
        assertEquals(0, Directory.repair(path, Optional.empty(), 10).setAside());
    }

    @Test
    void anExportMakesTheSameDirectory() throws Exception {
        try (Directory directory = enterprise(); Directory copy = Directory.inMemory(new Options())) {
            for (int i = 0; i < 20; i++) {
                directory.createUser(NewUser.of("u" + i + "@ex.co").username("ünser" + i).attribute("note", "x".repeat(10_000)));
            }
            var lines = new java.io.ByteArrayOutputStream();
            directory.export(lines);
            byte[] whole = lines.toByteArray();
            refused(ErrorKind.INVALID_ARGUMENT, () -> copy.load(new java.io.ByteArrayInputStream(whole, 0, whole.length - 30)));
            assertEquals(0, copy.count(new UserQuery()));
            copy.load(new java.io.ByteArrayInputStream(whole));
            assertEquals(directory.users().toList(), copy.users().toList());
            assertEquals(License.ENTERPRISE, copy.seats().license());
            java.io.IOException full = assertThrows(java.io.IOException.class, () -> directory.export(new java.io.OutputStream() {
                @Override
                public void write(int b) throws java.io.IOException {
                    throw new java.io.IOException("no space left");
                }
            }));
            assertEquals("no space left", full.getMessage());
            assertThrows(java.io.IOException.class, () -> Directory.inMemory(new Options()).load(
                    new java.io.FileInputStream(folder.toFile()))); // a folder can't be read
        }
    }

    @Test
    void everyConstantOfTheHeaderHasAName() throws Exception {
        String header = Files.readString(Path.of("../../include/headcount.h"));
        var found = Pattern.compile("^ +HC_(STATUS|EVENT|FIELD|ROLE|SORT|SUBJECT)_(\\w+) = (\\d+),", Pattern.MULTILINE)
                .matcher(header);
        int count = 0;
        while (found.find()) {
            String name = found.group(2);
            if (name.equals("OK") || name.equals("ANY")) {
                continue;
            }
            int code = Integer.parseInt(found.group(3));
            Object named = switch (found.group(1)) {
                case "STATUS" -> ErrorKind.of(code);
                case "EVENT" -> EventKind.of(code);
                case "FIELD" -> Field.of(code);
                case "ROLE" -> Role.of(code);
                case "SORT" -> Sort.of(code);
                default -> Subject.of(code);
            };
            assertEquals(name.toLowerCase(java.util.Locale.ROOT), named.toString());
            count++;
        }
        assertTrue(count > 60);
        assertEquals(ErrorKind.UNKNOWN, ErrorKind.of(9999));
    }

    @Test
    void manyUsersAreFoundAtOnce() {
        try (Directory directory = Directory.inMemory(new Options().licenseIfNew(License.ENTERPRISE))) {
            Batch batch = new Batch();
            List<String> emails = IntStream.range(0, 2500).mapToObj(i -> "u" + i + "@ex.co").toList();
            emails.subList(0, 2000).forEach(email -> batch.createUser(NewUser.of(email).givenName("x".repeat(100))));
            directory.apply(batch);
            List<Optional<User>> found = directory.usersByEmails(emails);
            assertEquals(2500, found.size());
            for (int i = 0; i < 2500; i++) {
                assertEquals(i < 2000 ? emails.get(i) : "", found.get(i).map(User::email).orElse(""));
            }
            List<UUID> ids = new ArrayList<>(found.stream().flatMap(Optional::stream).map(User::id).toList());
            ids.add(new UUID(0, 1));
            List<Optional<User>> again = directory.usersByIds(ids);
            assertEquals(found.subList(0, 2000), again.subList(0, 2000));
            assertEquals(List.of(Optional.empty()), again.subList(2000, 2001));
        }
    }
}
