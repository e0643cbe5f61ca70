import headcount.Batch;
import headcount.Directory;
import headcount.License;
import headcount.NewUser;
import headcount.Options;
import headcount.User;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * What calls cost here and with sqlite-jdbc: bindings/costs runs it. A line has the name of a row, and
 * nanoseconds of headcount and of SQLite: those of the quickest batch, taken in turns.
 */
class Compare {
    private static final int USERS = 100_000;
    private static final int KEYS = 1_000;
    private static final String[] EMAILS = IntStream.range(0, KEYS).mapToObj(i -> email(i * 7919 % USERS)).toArray(String[]::new);
    private static double seconds;
    private static long sink;

    interface Work {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 2;
        reads();
        Path folder = Files.createTempDirectory("headcount");
        try {
            creates(folder);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
        if (sink == 0) {
            throw new IllegalStateException("nothing was read");
        }
    }

    private static String email(int i) {
        return "user%06d@example.com".formatted(i);
    }

    private static void reads() throws Exception {
        Options options = new Options().licenseIfNew(License.ENTERPRISE);
        try (Directory cached = filled(options);
                Directory uncached = filled(new Options().licenseIfNew(License.ENTERPRISE).hostCacheUsers(0));
                Connection sqlite = database(":memory:");
                PreparedStatement insert = sqlite.prepareStatement(INSERT);
                PreparedStatement find = sqlite.prepareStatement("select * from users where email = ?");
                PreparedStatement all = sqlite.prepareStatement("select * from users order by email")) {
            sqlite.setAutoCommit(false);
            for (int i = 0; i < USERS; i++) {
                create(insert, i);
            }
            sqlite.commit();
            Work find1000 = () -> {
                for (String email : EMAILS) {
                    find.setString(1, email);
                    rows(find);
                }
            };
            row("get", KEYS, () -> get(uncached), find1000);
            row("hit", KEYS, () -> get(cached), find1000);
            row("list", USERS, () -> sink += cached.users().mapToLong(User::version).sum(), () -> rows(all));
        }
    }

    private static void get(Directory directory) {
        for (String email : EMAILS) {
            sink += directory.userByEmail(email).orElseThrow().version();
        }
    }

    private static Directory filled(Options options) {
        Directory directory = Directory.inMemory(options);
        for (int at = 0; at < USERS; at += 5_000) {
            Batch batch = new Batch();
            for (int i = at; i < at + 5_000; i++) {
                batch.createUser(user(i));
            }
            directory.apply(batch);
        }
        return directory;
    }

    private static NewUser user(int i) {
        return NewUser.of(email(i)).username("user" + i).givenName("Ann").familyName("Lovelace");
    }

    private static void creates(Path folder) throws Exception {
        try (Directory directory = Directory.open(folder.resolve("users.redb"), new Options().licenseIfNew(License.ENTERPRISE));
                Connection sqlite = database(folder.resolve("users.sqlite").toString());
                PreparedStatement insert = sqlite.prepareStatement(INSERT)) {
            AtomicInteger next = new AtomicInteger();
            Work ours = () -> directory.createUser(user(next.incrementAndGet()));
            Work theirs = () -> {
                synchronized (insert) { // quicker than connections that wait for each other
                    create(insert, next.incrementAndGet());
                }
            };
            row("create", 20, () -> threads(1, 20, ours), () -> threads(1, 20, theirs));
            row("create16", 320, () -> threads(16, 20, ours), () -> threads(16, 20, theirs));
        }
    }

    private static void threads(int count, int turns, Work work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int turn = 0; turn < turns; turn++) {
                        work.run();
                    }
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void row(String name, int count, Work ours, Work theirs) throws Exception {
        // Until it is compiled: a turn of SQLite's takes a hundred times as long as a turn of hits.
        for (long end = System.nanoTime() + (long) (seconds * 5e8); System.nanoTime() < end;) {
            ours.run();
        }
        double best = Double.MAX_VALUE;
        double other = Double.MAX_VALUE;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        do {
            best = Math.min(best, nanoseconds(ours) / count);
            other = Math.min(other, nanoseconds(theirs) / count);
        } while (System.nanoTime() < end);
        System.out.printf("%s\t%.0f\t%.0f%n", name, best, other);
    }

    private static double nanoseconds(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return System.nanoTime() - begun;
    }

    private static final String INSERT = "insert into users values (?, ?, ?, 'Ann', 'Lovelace', 1, 0, 1, 1, 1)";

    private static Connection database(String path) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma synchronous = full");
            statement.execute("create table users (id text primary key, email text not null unique collate nocase,"
                    + " username text not null unique, given_name text, family_name text, active integer not null,"
                    + " admin integer not null, created_at integer not null, updated_at integer not null,"
                    + " version integer not null) without rowid");
        }
        return connection;
    }

    private static void create(PreparedStatement insert, int i) throws SQLException {
        insert.setString(1, UUID.randomUUID().toString());
        insert.setString(2, email(i));
        insert.setString(3, "user" + i);
        insert.executeUpdate();
    }

    private record Row(String id, String email, String username, String givenName, String familyName, boolean active,
            boolean admin, long createdAt, long updatedAt, long version) {}

    private static void rows(PreparedStatement statement) throws SQLException {
        try (ResultSet set = statement.executeQuery()) {
            while (set.next()) {
                sink += new Row(set.getString(1), set.getString(2), set.getString(3), set.getString(4), set.getString(5),
                        set.getBoolean(6), set.getBoolean(7), set.getLong(8), set.getLong(9), set.getLong(10)).version();
            }
        }
    }
}
