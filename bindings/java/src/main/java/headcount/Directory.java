package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A user directory: users, a license that says how many may be active, and workspaces.
 *
 * <pre>{@code
 * try (Directory directory = Directory.open(Path.of("users.redb"))) {
 *     User steve = directory.createUser(NewUser.of("steve@ex.co").username("steve"));
 *     directory.userByEmail("steve@ex.co").ifPresent(System.out::println);
 * }
 * }</pre>
 *
 * <p>Each method fails with {@link ErrorKind#CLOSED} when the directory was closed, and with {@link
 * ErrorKind#IO} and its like when the disk fails.
 */
public final class Directory implements AutoCloseable {
    private final Handle handle;
    private final MemorySegment generation;
    final HostCache cache;

    /** Lets a test lengthen the time between reading a user and keeping it. */
    Runnable afterRead = () -> {};

    private Directory(MemorySegment pointer, HostCache cache) {
        handle = new Handle(this, pointer, Native::hc_directory_free);
        generation = Native.hc_directory_generation(pointer).reinterpret(8);
        this.cache = cache;
    }

    /** A native call on the handle, which is kept until it returned. */
    private interface Call {
        int run(Frame frame, MemorySegment directory);
    }

    private <T> T call(Call call, Result<T> result) {
        try (Frame frame = Frame.open()) {
            frame.check(call.run(frame, handle.pointer()));
            return result.of(frame);
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    private interface Result<T> {
        T of(Frame frame);
    }

    private static final Result<Void> NOTHING = frame -> null;

    /**
     * Opens the directory in a file, which is created if it is missing.
     *
     * @param path the file
     * @return a directory to close
     * @throws HeadcountException {@link ErrorKind#ALREADY_OPEN} when another process or handle has the file,
     *     {@link ErrorKind#UNSUPPORTED_FORMAT}, {@link ErrorKind#CORRUPTED}
     */
    public static Directory open(Path path) {
        return open(path, new Options());
    }

    /**
     * Opens the directory in a file with options, and fails as {@link #open(Path)} does. If the thread is
     * interrupted while it waits for the file, it stops waiting, and the thread stays interrupted.
     *
     * @param path the file
     * @param options how to open it
     * @return a directory to close
     */
    public static Directory open(Path path, Options options) {
        long start = System.nanoTime();
        long wait = TimeUnit.NANOSECONDS.convert(options.openTimeout());
        HostCache cache = new HostCache(options.hostCacheUsers());
        while (true) {
            try {
                return opened(options, cache, (f, o) -> {
                    MemorySegment p = f.path(path);
                    return Native.hc_directory_open(p, p.byteSize(), o, f.out(), f.error());
                });
            } catch (HeadcountException held) {
                if (held.kind() != ErrorKind.ALREADY_OPEN || System.nanoTime() - start >= wait || !pause()) {
                    throw held;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Creates a directory in memory, which is gone when it is closed.
     *
     * @param options its license
     * @return a directory to close
     */
    public static Directory inMemory(Options options) {
        HostCache cache = new HostCache(options.hostCacheUsers());
        return opened(options, cache, (f, o) -> Native.hc_directory_open_in_memory(o, f.out(), f.error()));
    }

    /** The cache is there before the file is locked: nothing may go wrong between that and the handle. */
    private static Directory opened(Options options, HostCache cache, Call how) {
        try (Frame f = Frame.open()) {
            return options.use(f, o -> {
                f.check(how.run(f, o));
                return new Directory(f.pointer(), cache);
            });
        }
    }

    /**
     * Finishes pending work, releases the file, and throws if that failed. Other calls then fail with {@link
     * ErrorKind#CLOSED}, including those that wait in other threads. Closing again does nothing.
     */
    @Override
    public void close() {
        call((f, d) -> Native.hc_directory_close(d, f.error()), NOTHING);
    }

    /**
     * The user that an id, an email or a username names.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the user, if there is one
     */
    public Optional<User> user(String ref) {
        return find(Native.HC_USER_KEY_ANY, ref, Frame::text);
    }

    /**
     * The user with this id.
     *
     * @param id the id
     * @return the user, if there is one
     */
    public Optional<User> userById(UUID id) {
        return find(Native.HC_USER_KEY_ID, id, Frame::id);
    }

    /**
     * The user with this email.
     *
     * @param email the email, in any case
     * @return the user, if there is one
     */
    public Optional<User> userByEmail(String email) {
        return find(Native.HC_USER_KEY_EMAIL, email, Frame::text);
    }

    /**
     * The user with this username.
     *
     * @param username the username, in any case
     * @return the user, if there is one
     */
    public Optional<User> userByUsername(String username) {
        return find(Native.HC_USER_KEY_USERNAME, username, Frame::text);
    }

    /**
     * The users with these emails, in their order. It makes one call for many users, and bypasses the cache of
     * this package: it neither reads nor fills it. Use it where few of the users are likely to be cached, such as for
     * a report; for cached users, {@link #userByEmail} is faster.
     *
     * @param emails emails, in any case
     * @return for each email its user; empty if nobody has it
     */
    public List<Optional<User>> usersByEmails(Collection<String> emails) {
        return users(Native.HC_USER_KEY_EMAIL, emails.stream().map(Frame::utf8).toList());
    }

    /**
     * The users with these ids, in their order, as {@link #usersByEmails}.
     *
     * @param ids ids of users
     * @return for each id its user; empty if nobody has it
     */
    public List<Optional<User>> usersByIds(Collection<UUID> ids) {
        return users(Native.HC_USER_KEY_ID, ids.stream().map(id -> ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array()).toList());
    }

    /** How many users are read in one call at most. */
    private static final int READ_AT_ONCE = 1024;

    private List<Optional<User>> users(int kind, List<byte[]> keys) {
        List<Optional<User>> users = new ArrayList<>(keys.size());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(64 << 10);
            MemorySegment offsets = arena.allocate(JAVA_INT, READ_AT_ONCE);
            do { // Without keys too: a closed directory fails.
                read(kind, keys.subList(users.size(), Math.min(keys.size(), users.size() + READ_AT_ONCE)), buffer, offsets, users);
            } while (users.size() < keys.size());
        }
        return users;
    }

    /** Adds the users of these keys, in as many calls as their records need. */
    private void read(int kind, List<byte[]> keys, MemorySegment buffer, MemorySegment offsets, List<Optional<User>> users) {
        int end = users.size() + keys.size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packed = packed(arena, keys);
            long start = 0;
            do {
                MemorySegment left = packed.asSlice(start);
                int before = users.size();
                call((f, d) -> Native.hc_user_read_many(d, kind, left, left.byteSize(), buffer, buffer.byteSize(), offsets,
                        READ_AT_ONCE, f.out2(), f.out(), f.error()), f -> {
                    byte[] batch = buffer.asSlice(0, f.number()).toArray(JAVA_BYTE);
                    for (int i = 0; i < f.number2(); i++) {
                        int at = offsets.getAtIndex(JAVA_INT, i);
                        users.add(at == 0 ? Optional.empty() : Optional.of(Packed.user(batch, at)));
                    }
                    return null;
                });
                for (byte[] key : keys.subList(keys.size() - (end - before), keys.size() - (end - users.size()))) {
                    start += 4 + key.length;
                }
            } while (users.size() < end);
        }
    }

    /** Keys as hc_user_read_many takes them. */
    private static MemorySegment packed(Arena arena, List<byte[]> keys) {
        ByteBuffer packed = ByteBuffer.allocate(keys.stream().mapToInt(key -> 4 + key.length).sum()).order(ByteOrder.LITTLE_ENDIAN);
        keys.forEach(key -> packed.putInt(key.length).put(key));
        return arena.allocateFrom(JAVA_BYTE, packed.array());
    }

    /**
     * The user for whom a provisioner, such as an identity provider, has this id.
     *
     * @param provisioner the provisioner
     * @param id the id, as it was given
     * @return the user, if there is one
     */
    public Optional<User> userByExternalId(String provisioner, String id) {
        return call((f, d) -> {
            MemorySegment p = f.text(provisioner);
            MemorySegment i = f.text(id);
            return Native.hc_user_get_by_external_id(d, p, p.byteSize(), i, i.byteSize(), f.out(), f.error());
        }, Copies::user);
    }

    /**
     * Records that a user is seen now, such as at a login or with a request. Call it as often as you like: it
     * usually costs a lookup. The first sighting is on disk when this returns; later ones are written together, at
     * most once a minute and when the directory is closed, so a crash can lose them.
     *
     * @param ref the id of a user as text, an email or a username
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}, {@link ErrorKind#READ_ONLY}
     */
    public void touchUser(String ref) {
        call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_touch(d, r, r.byteSize(), f.error());
        }, NOTHING);
    }

    /**
     * When a user was last seen, to about an hour. Sightings are not changes and leave the version as it is.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the time, if {@link #touchUser} recorded one
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}
     */
    public Optional<Instant> lastSeen(String ref) {
        return call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_get_last_seen_micros(d, r, r.byteSize(), f.out(), f.error());
        }, f -> Packed.perhapsMoment(f.number()));
    }

    /** Writes a key into a frame. It captures nothing, so that a hit of the cache makes no object. */
    private interface Write<K> {
        MemorySegment in(Frame frame, K key);
    }

    /** The user whom a key names: from the cache of this package, or from the library. */
    private <K> Optional<User> find(int kind, K key, Write<K> write) {
        long before = generation();
        Optional<User> user = cache.get(before, kind, key);
        if (user.isEmpty()) {
            user = read(kind, key, write);
            if (user.isPresent()) {
                cache.put(before, kind, key, user);
            }
        }
        return user;
    }

    /** Repeats {@link #call}, because the call and the reading of its result share the memory of the record. */
    private <K> Optional<User> read(int kind, K key, Write<K> write) {
        try (Frame f = Frame.open()) {
            MemorySegment k = write.in(f, key);
            MemorySegment record = f.allocate(Packed.USER_BYTES_MAX);
            f.check(Native.hc_user_read(
                    handle.pointer(), kind, k, k.byteSize(), record, record.byteSize(), f.out(), f.error()));
            Optional<User> user = Packed.oneUser(record, (int) f.number());
            afterRead.run();
            return user;
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    /** The library's count of commits that changed users; odd while one is under way. */
    long generation() {
        try {
            return HostCache.generation(generation);
        } finally {
            java.lang.ref.Reference.reachabilityFence(this);
        }
    }

    /**
     * Creates a user, who takes a seat unless inactive.
     *
     * @param user the user to create
     * @return the user
     * @throws HeadcountException {@link ErrorKind#EMAIL_TAKEN}, {@link ErrorKind#USERNAME_TAKEN}, {@link
     *     ErrorKind#ID_TAKEN} when another user has those, {@link ErrorKind#NO_FREE_SEAT} when all seats are
     *     in use, or a kind of malformed input
     */
    public User createUser(NewUser user) {
        return applyOne(user.operation());
    }

    /**
     * Changes fields of a user.
     *
     * @param ref the id of a user as text, an email or a username
     * @param update what to change
     * @return the user as it is then
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}, {@link ErrorKind#CONFLICT}, {@link
     *     ErrorKind#LAST_ADMIN}, or as {@link #createUser}
     */
    public User updateUser(String ref, UserUpdate update) {
        return applyOne(update.operation(ref));
    }

    /** Applies an operation, and returns the user it was about. */
    private User applyOne(Operation operation) {
        return apply(new Batch().append(operation)).outcomes().getFirst().user().orElseThrow();
    }

    /**
     * Makes a user active. Does nothing if the user is active.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the user as it is then
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}, {@link ErrorKind#NO_FREE_SEAT}
     */
    public User activateUser(String ref) {
        return call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_activate(d, r, r.byteSize(), f.out(), f.error());
        }, Copies::oneUser);
    }

    /**
     * Makes a user inactive, which frees a seat. Does nothing if the user is inactive.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the user as it is then
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}, {@link ErrorKind#LAST_ADMIN}, {@link
     *     ErrorKind#LAST_OWNER}, {@link ErrorKind#OWN_ACCOUNT}
     */
    public User deactivateUser(String ref) {
        return call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_deactivate(d, r, r.byteSize(), f.out(), f.error());
        }, Copies::oneUser);
    }

    /**
     * Deletes a user for good. The id is not given again as long as the change that deletes the user is kept
     * (see {@link #trimChanges}); the email and the username are free for others.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the id of the user
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}, {@link ErrorKind#LAST_ADMIN}, {@link
     *     ErrorKind#LAST_OWNER}, {@link ErrorKind#OWN_ACCOUNT}
     */
    public UUID deleteUser(String ref) {
        return apply(new Batch().deleteUser(ref)).outcomes().getFirst().userId().orElseThrow();
    }

    /**
     * All users, active or not, ordered by email, as they are now. Close the stream unless it is read to
     * its end.
     *
     * @return the users
     */
    public Stream<User> users() {
        return call((f, d) -> Native.hc_directory_list_users(d, f.out(), f.error()), f -> users(f.pointer()).stream());
    }

    /**
     * One page of the users that match.
     *
     * @param query which users
     * @return the page
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#INVALID_ARGUMENT}
     *     for a position from a query in another order
     */
    public Page query(UserQuery query) {
        return call((f, d) -> query.use(f, q -> Native.hc_directory_query(d, q, f.out(), f.error())), f -> {
            MemorySegment cursor = f.pointer();
            // Before it is read to its end, which frees it.
            String next = Packed.cString(Native.hc_cursor_next_page(cursor));
            return new Page(users(cursor).stream().toList(), Optional.of(next).filter(place -> !place.isEmpty()));
        });
    }

    /**
     * All users that match, page after page. Each page is of its own moment.
     *
     * @param query which users
     * @return the users
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#INVALID_ARGUMENT}
     */
    public Stream<User> find(UserQuery query) {
        return Stream.iterate(Optional.of(query(query)), Optional::isPresent,
                        page -> page.orElseThrow().next().map(place -> query(query.copy().after(place))))
                .flatMap(page -> page.orElseThrow().users().stream());
    }

    /**
     * How many users match, regardless of the limit and the position of the query.
     *
     * @param query which users
     * @return the number
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}
     */
    public long count(UserQuery query) {
        return call((f, d) -> query.use(f, q -> Native.hc_directory_count(d, q, f.out(), f.error())), Frame::number);
    }

    /**
     * How the seats are used.
     *
     * @return the seats
     */
    public Seats seats() {
        return struct(Native.SIZEOF_HC_SEATS, Native::hc_directory_get_seats, Copies::seats);
    }

    /**
     * The most users that were active at one time, on each day (UTC) since the first one on record. It is
     * kept for three years.
     *
     * @return the history
     */
    public SeatHistory seatHistory() {
        return seatHistory(Instant.EPOCH);
    }

    /**
     * The most users that were active at one time, on each day (UTC) since that of a moment.
     *
     * @param since a moment from 1970 on
     * @return the history
     */
    public SeatHistory seatHistory(Instant since) {
        return call((f, d) -> {
            MemorySegment history = f.struct(Native.SIZEOF_HC_SEAT_HISTORY);
            MemorySegment days = f.allocate((long) Native.HC_SEAT_DAYS_MAX * Native.SIZEOF_HC_SEAT_DAY);
            f.keep(history);
            f.out2().set(ADDRESS, 0, days);
            return Native.hc_directory_get_seat_history(d, Packed.micros(since), history, days, Native.HC_SEAT_DAYS_MAX, f.error());
        }, Copies::seatHistory);
    }

    /**
     * Sets the license. One with fewer seats than are in use is accepted: nobody is deactivated, but nobody
     * can be activated until enough others are inactive.
     *
     * @param license the license
     * @return how the seats are used now, which may be under a license that was set in the meantime
     */
    public Seats setLicense(License license) {
        call((f, d) -> Native.hc_directory_set_license(d, license.code(), license.count(), f.error()), NOTHING);
        return seats();
    }

    /**
     * A handle on the same directory, whose writes are made by a user: each change records the user, who
     * can't deactivate or delete themself. Closing one of the two closes both.
     *
     * @param actor the id of the user
     * @return the directory
     */
    public Directory actingAs(UUID actor) {
        return call((f, d) -> Native.hc_directory_acting_as(d, f.id(actor), f.out(), f.error()), f -> new Directory(f.pointer(), cache));
    }

    /**
     * A handle on the same directory, whose writes come through a door: a short name of the client or interface,
     * such as {@code rest} or {@code scim:okta}, that each change records. Closing one of the two closes both.
     *
     * @param door 1 to 32 letters, digits and {@code -_.:/} of ASCII, which you choose
     * @return the directory
     * @throws HeadcountException {@link ErrorKind#INVALID_ARGUMENT}
     */
    public Directory through(String door) {
        return call((f, d) -> {
            MemorySegment n = f.text(door);
            return Native.hc_directory_through(d, n, n.byteSize(), f.out(), f.error());
        }, f -> new Directory(f.pointer(), cache));
    }

    /**
     * The workspace with this id.
     *
     * @param workspace its id
     * @return the workspace, if there is one
     */
    public Optional<Workspace> workspace(long workspace) {
        return call((f, d) -> Native.hc_workspace_get(d, workspace, f.out(), f.error()), Copies::workspace);
    }

    /**
     * The workspace with this name.
     *
     * @param workspace its name, in any case
     * @return the workspace, if there is one
     */
    public Optional<Workspace> workspace(String workspace) {
        return call((f, d) -> {
            MemorySegment n = f.text(workspace);
            return Native.hc_workspace_get_by_name(d, n, n.byteSize(), f.out(), f.error());
        }, Copies::workspace);
    }

    /**
     * The workspace for which a provisioner, such as an identity provider, has this id.
     *
     * @param provisioner the provisioner
     * @param id the id, as it was given
     * @return the workspace, if there is one
     */
    public Optional<Workspace> workspaceByExternalId(String provisioner, String id) {
        return call((f, d) -> {
            MemorySegment p = f.text(provisioner);
            MemorySegment i = f.text(id);
            return Native.hc_workspace_get_by_external_id(d, p, p.byteSize(), i, i.byteSize(), f.out(), f.error());
        }, Copies::workspace);
    }

    /**
     * Sets the id that a provisioner has for a workspace, and leaves those of others.
     *
     * @param workspace the id of the workspace
     * @param provisioner the provisioner: 1 to 64 bytes
     * @param id 1 to 255 bytes
     * @return the workspace as it is then
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#WORKSPACE_ARCHIVED}, {@link
     *     ErrorKind#EXTERNAL_ID_TAKEN}, {@link ErrorKind#INVALID_ARGUMENT}
     */
    public Workspace setWorkspaceExternalId(long workspace, String provisioner, String id) {
        return externalId(workspace, provisioner, f -> f.text(id));
    }

    /**
     * Removes the id that a provisioner has for a workspace. Does nothing if there is none.
     *
     * @param workspace the id of the workspace
     * @param provisioner the provisioner
     * @return the workspace as it is then
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#WORKSPACE_ARCHIVED}
     */
    public Workspace removeWorkspaceExternalId(long workspace, String provisioner) {
        return externalId(workspace, provisioner, f -> MemorySegment.NULL);
    }

    private Workspace externalId(long workspace, String provisioner, Function<Frame, MemorySegment> id) {
        return call((f, d) -> {
            MemorySegment p = f.text(provisioner);
            MemorySegment i = id.apply(f);
            return Native.hc_workspace_set_external_id(
                    d, workspace, p, p.byteSize(), i, i.byteSize(), f.out(), f.error());
        }, Copies::oneWorkspace);
    }

    /**
     * Creates a workspace.
     *
     * @param name 1 to 128 characters, none of them a control or invisible one
     * @param owner its first owner, who must be active: an id as text, an email or a username
     * @return the workspace
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NAME_TAKEN}, {@link ErrorKind#USER_NOT_FOUND},
     *     {@link ErrorKind#LAST_OWNER}, {@link ErrorKind#INVALID_ARGUMENT}
     */
    public Workspace createWorkspace(String name, String owner) {
        return call((f, d) -> {
            MemorySegment n = f.text(name);
            MemorySegment o = f.text(owner);
            return Native.hc_workspace_create(d, n, n.byteSize(), o, o.byteSize(), f.out(), f.error());
        }, Copies::oneWorkspace);
    }

    /**
     * Creates a workspace with the ids that other systems have for it, as {@link #createWorkspace(String, String)}
     * does.
     *
     * @param name 1 to 128 characters, none of them a control or invisible one
     * @param owner its first owner, who must be active: an id as text, an email or a username
     * @param externalIds the ids by the names of their provisioners: see {@link #setWorkspaceExternalId}
     * @return the workspace, read after it was created: with what others changed in the meantime
     * @throws HeadcountException {@link ErrorKind#EXTERNAL_ID_TAKEN}, or as {@link #createWorkspace(String, String)};
     *     {@link ErrorKind#WORKSPACE_NOT_FOUND} where it was created, and deleted before it was read
     */
    public Workspace createWorkspace(String name, String owner, Map<String, String> externalIds) {
        Batch batch = new Batch().createWorkspace(name, owner);
        externalIds.forEach((provisioner, id) -> batch.setWorkspaceExternalId(name, provisioner, id));
        long id = apply(batch).outcomes().getFirst().workspaceId().orElseThrow();
        return workspace(id).orElseThrow(() -> new HeadcountException(ErrorKind.WORKSPACE_NOT_FOUND,
                "the workspace was created, and deleted by another call before it was read"));
    }

    /**
     * The default workspace of a user, who owns it; it is created on first use.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the workspace
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}
     */
    public Workspace defaultWorkspace(String ref) {
        return call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_get_default_workspace(d, r, r.byteSize(), f.out(), f.error());
        }, Copies::oneWorkspace);
    }

    /**
     * Renames a workspace.
     *
     * @param workspace its id
     * @param name the new name
     * @return the workspace as it is then
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link
     *     ErrorKind#WORKSPACE_NAME_TAKEN}, {@link ErrorKind#WORKSPACE_ARCHIVED}, {@link
     *     ErrorKind#INVALID_ARGUMENT}
     */
    public Workspace renameWorkspace(long workspace, String name) {
        return call((f, d) -> {
            MemorySegment n = f.text(name);
            return Native.hc_workspace_rename(d, workspace, n, n.byteSize(), f.out(), f.error());
        }, Copies::oneWorkspace);
    }

    /**
     * Archives a workspace. Does nothing if it is archived.
     *
     * @param workspace its id
     * @return the workspace as it is then
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}
     */
    public Workspace archiveWorkspace(long workspace) {
        return call((f, d) -> Native.hc_workspace_archive(d, workspace, f.out(), f.error()), Copies::oneWorkspace);
    }

    /**
     * Restores an archived workspace. Does nothing if it is not archived.
     *
     * @param workspace its id
     * @return the workspace as it is then
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}
     */
    public Workspace restoreWorkspace(long workspace) {
        return call((f, d) -> Native.hc_workspace_restore(d, workspace, f.out(), f.error()), Copies::oneWorkspace);
    }

    /**
     * Deletes a workspace and its memberships for good.
     *
     * @param workspace its id
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#DEFAULT_WORKSPACE}
     */
    public void deleteWorkspace(long workspace) {
        call((f, d) -> Native.hc_workspace_delete(d, workspace, f.error()), NOTHING);
    }

    /**
     * All workspaces, archived ones included, ordered by id, as they are now. Close the stream unless it
     * is read to its end.
     *
     * @return the workspaces
     */
    public Stream<Workspace> workspaces() {
        return call((f, d) -> Native.hc_directory_list_workspaces(d, f.out(), f.error()), f -> new Records<>(f.pointer(),
                Native::hc_workspaces_free, Native::hc_workspaces_next_batch, Packed::workspace, Long.MAX_VALUE).stream());
    }

    /**
     * The members of a workspace: owners first, then users, each ordered by email.
     *
     * @param workspace its id
     * @return the memberships
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}
     */
    public List<Member> members(long workspace) {
        return call((f, d) -> Native.hc_workspace_list_members(d, workspace, f.out(), f.error()), Directory::members);
    }

    /**
     * The workspaces of a user, with the role in each, ordered by id.
     *
     * @param ref the id of a user as text, an email or a username
     * @return the memberships
     * @throws HeadcountException {@link ErrorKind#USER_NOT_FOUND}
     */
    public List<Member> workspacesOf(String ref) {
        return call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_user_list_workspaces(d, r, r.byteSize(), f.out(), f.error());
        }, Directory::members);
    }

    /**
     * Makes a user a member of a workspace. Does nothing if the user is a member in this role.
     *
     * @param workspace its id
     * @param ref the id of a user as text, an email or a username
     * @param role the role
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#USER_NOT_FOUND},
     *     {@link ErrorKind#ROLE_DIFFERS}, {@link ErrorKind#WORKSPACE_ARCHIVED}
     */
    public void addMember(long workspace, String ref, Role role) {
        call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_workspace_add_member(d, workspace, r, r.byteSize(), role.code(), f.error());
        }, NOTHING);
    }

    /**
     * Changes the role of a member. Does nothing if the member has this role.
     *
     * @param workspace its id
     * @param ref the id of a user as text, an email or a username
     * @param role the role
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#USER_NOT_FOUND},
     *     {@link ErrorKind#MEMBER_NOT_FOUND}, {@link ErrorKind#LAST_OWNER}, {@link
     *     ErrorKind#DEFAULT_WORKSPACE}, {@link ErrorKind#WORKSPACE_ARCHIVED}
     */
    public void setRole(long workspace, String ref, Role role) {
        call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_workspace_set_role(d, workspace, r, r.byteSize(), role.code(), f.error());
        }, NOTHING);
    }

    /**
     * Removes a member from a workspace.
     *
     * @param workspace its id
     * @param ref the id of a user as text, an email or a username
     * @throws HeadcountException {@link ErrorKind#WORKSPACE_NOT_FOUND}, {@link ErrorKind#USER_NOT_FOUND},
     *     {@link ErrorKind#MEMBER_NOT_FOUND}, {@link ErrorKind#LAST_OWNER}, {@link
     *     ErrorKind#DEFAULT_WORKSPACE}
     */
    public void removeMember(long workspace, String ref) {
        call((f, d) -> {
            MemorySegment r = f.text(ref);
            return Native.hc_workspace_remove_member(d, workspace, r, r.byteSize(), f.error());
        }, NOTHING);
    }

    /**
     * Applies a batch: all of it, or nothing. It is one transaction and one change.
     *
     * @param batch the operations
     * @return its result
     * @throws HeadcountException the first refusal; {@link HeadcountException#operation} is the operation that
     *     it concerns
     */
    public Applied apply(Batch batch) {
        return batch.use(b -> call((f, d) -> Native.hc_directory_apply(d, b, f.out(), f.error()), Copies::applied));
    }

    /**
     * Returns what {@link #apply} would return now, except for the ids that it would draw, and changes
     * nothing.
     *
     * @param batch the operations
     * @return the result that it would have
     * @throws HeadcountException as {@link #apply}
     */
    public Applied dryRun(Batch batch) {
        return batch.use(b -> call((f, d) -> Native.hc_directory_dry_run(d, b, f.out(), f.error()), Copies::applied));
    }

    /**
     * Returns the refusals of a batch, without applying it: all those of single operations, in their
     * order, or else those of the batch as a whole.
     *
     * @param batch the operations
     * @return the refusals; none if it would be accepted now
     */
    public List<HeadcountException> preview(Batch batch) {
        return batch.useWellFormed(built -> {
            List<HeadcountException> refusals = new ArrayList<>(built.malformed());
            call((f, d) -> Native.hc_directory_preview(d, built.batch(), f.out(), f.error()), Copies::refusals).forEach(r -> {
                if (r.operation().isPresent()) {
                    refusals.add(r.at(built.indexes().get(r.operation().getAsInt())));
                } else if (built.malformed().isEmpty()) {
                    refusals.add(r); // Without what is malformed, the whole is another one.
                }
            });
            refusals.sort(Comparator.comparingInt(r -> r.operation().orElse(0)));
            return List.copyOf(refusals);
        });
    }

    /**
     * The changes with numbers above a given one that there are now, the first one first. Close the stream unless it
     * is read to its end.
     *
     * @param after the number of the last change that is known; 0 to begin with the first
     * @return the changes
     * @throws HeadcountException {@link ErrorKind#HISTORY_TRIMMED}, {@link ErrorKind#CHANGE_NOT_YET}
     */
    public Stream<Change> changes(long after) {
        Frame.unsigned("the number of a change", after);
        return call((f, d) -> Native.hc_directory_follow(d, after, f.out(), f.error()), f -> Feed.records(f.pointer()).stream());
    }

    /**
     * Follows the changes with numbers above a given one.
     *
     * @param after the number of the last change that is known; 0 to begin with the first
     * @return a feed to close
     */
    public Feed follow(long after) {
        Frame.unsigned("the number of a change", after);
        return call((f, d) -> Native.hc_directory_follow(d, after, f.out(), f.error()), f -> new Feed(f.pointer(), after));
    }

    /**
     * Forgets the changes with numbers below a given one, and their request ids.
     *
     * @param before the number of the first change to keep
     * @return how many changes were forgotten
     */
    public long trimChanges(long before) {
        Frame.unsigned("the number of a change", before);
        return call((f, d) -> Native.hc_directory_trim_changes(d, before, f.out(), f.error()), Frame::number);
    }

    /**
     * Recounts the seats and checks every index against the users, both ways. It takes time in proportion
     * to the size of the directory.
     *
     * @return the numbers of records that it checked
     * @throws HeadcountException {@link ErrorKind#CORRUPTED} when something is wrong
     */
    public Verified verify() {
        return struct(Native.SIZEOF_HC_VERIFIED, Native::hc_directory_verify, Copies::verified);
    }

    /**
     * Figures to monitor the directory with.
     *
     * @return the current figures
     */
    public Stats stats() {
        return struct(Native.SIZEOF_HC_STATS, (d, stats, error) -> {
            stats.set(JAVA_LONG, Native.HC_STATS_SEATS_LIMIT, Copies.NO_LIMIT); // An older library leaves it.
            return Native.hc_directory_get_stats(d, stats, error);
        }, Copies::stats);
    }

    /**
     * All figures in the text format of Prometheus. It contains no personal data.
     *
     * @return the text
     */
    public String statsText() {
        long bytes = 4 << 10;
        while (true) {
            MemorySegment buffer = java.lang.foreign.Arena.ofAuto().allocate(bytes);
            try {
                return call((f, d) -> Native.hc_directory_write_stats_text(d, buffer, buffer.byteSize(), f.out(), f.error()),
                        f -> new String(buffer.asSlice(0, f.number()).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                                StandardCharsets.UTF_8));
            } catch (HeadcountException small) {
                if (small.bufferBytes() <= bytes) {
                    throw small;
                }
                bytes = small.bufferBytes();
            }
        }
    }

    /**
     * Copies the directory, as it is now, to a new file, while others can read and write. The copy is
     * verified before it takes its place.
     *
     * @param path the path of the new file
     * @param overwrite whether to replace the directory that is there; other files are never replaced
     * @return what was copied
     * @throws HeadcountException {@link ErrorKind#IO} when there is a file, {@link ErrorKind#ALREADY_OPEN}
     *     when that is open
     */
    public Copied backup(Path path, boolean overwrite) {
        return call((f, d) -> {
            MemorySegment p = f.path(path);
            MemorySegment copied = f.struct(Native.SIZEOF_HC_COPIED);
            f.keep(copied);
            return Native.hc_directory_backup(d, p, p.byteSize(), overwrite ? 1 : 0, copied, MemorySegment.NULL, MemorySegment.NULL, f.error());
        }, f -> Copies.copied(f.kept()));
    }

    /**
     * Writes all records as lines of JSON, as they are at one moment: the format of {@code headcount export}.
     * Others can read and write meanwhile.
     *
     * @param to where the lines go
     * @throws IOException what the stream throws
     */
    public void export(OutputStream to) throws IOException {
        Transfer.to(to, write -> call((f, d) -> Native.hc_directory_export(d, write, MemorySegment.NULL, MemorySegment.NULL,
                f.error()), NOTHING));
    }

    /**
     * Loads the lines of {@link #export} into an empty directory, in one transaction.
     * If this fails, nothing is changed.
     *
     * @param lines where the lines come from
     * @throws IOException what the stream throws
     * @throws HeadcountException {@link ErrorKind#INVALID_ARGUMENT} when the directory is not empty, or lines
     *     are missing
     */
    public void load(InputStream lines) throws IOException {
        Transfer.from(lines, read -> call((f, d) -> Native.hc_directory_load(d, read, MemorySegment.NULL, MemorySegment.NULL,
                f.error()), NOTHING));
    }

    /**
     * Lists what is wrong with the directory; all faults are counted.
     *
     * @param limit how many to list
     * @return the faults
     */
    public Faults findFaults(int limit) {
        Frame.unsigned("a limit", limit);
        return call((f, d) -> Native.hc_directory_find_faults(d, limit, f.out(), f.error()), Copies::faults);
    }

    /**
     * Puts a copy of the directory in one file in the place of another.
     *
     * @param backup the file to copy
     * @param path the path to restore it to
     * @param overwrite whether to replace the directory that is there
     * @return what was copied
     * @throws HeadcountException {@link ErrorKind#ALREADY_OPEN} when either is open, or as {@link #backup}
     */
    public static Copied restore(Path backup, Path path, boolean overwrite) {
        try (Frame f = Frame.open()) {
            MemorySegment from = f.path(backup);
            MemorySegment to = f.path(path);
            MemorySegment copied = f.struct(Native.SIZEOF_HC_COPIED);
            f.check(Native.hc_file_restore(from, from.byteSize(), to, to.byteSize(), overwrite ? 1 : 0, copied, MemorySegment.NULL, MemorySegment.NULL, f.error()));
            return Copies.copied(copied);
        }
    }

    /**
     * Makes the file of a directory as small as possible, in place. Nobody may have it open.
     *
     * @param path the file
     * @return its sizes before and after
     * @throws HeadcountException {@link ErrorKind#ALREADY_OPEN}, {@link ErrorKind#CORRUPTED}
     */
    public static Compacted compact(Path path) {
        try (Frame f = Frame.open()) {
            MemorySegment p = f.path(path);
            f.check(Native.hc_file_compact(p, p.byteSize(), MemorySegment.NULL, f.out(), f.out2(), f.error()));
            return new Compacted(f.number(), f.number2());
        }
    }

    /**
     * Lists what is wrong with the directory in a file, even if it is too damaged to be opened. It creates
     * no file.
     *
     * @param path the file
     * @param limit how many to list
     * @return the faults
     * @throws HeadcountException {@link ErrorKind#ALREADY_OPEN}, {@link ErrorKind#CORRUPTED}
     */
    public static Faults findFaults(Path path, int limit) {
        try (Frame f = Frame.open()) {
            MemorySegment p = f.path(path);
            f.check(Native.hc_file_find_faults(p, p.byteSize(), MemorySegment.NULL, Frame.unsigned("a limit", limit), f.out(), f.error()));
            return Copies.faults(f);
        }
    }

    /**
     * Repairs the directory in a file, in one transaction; nobody may have it open.
     *
     * @param path the file
     * @param aside a new file for records that are removed; empty to change nothing and return what a repair would do
     * @param limit how many faults to list
     * @return what was wrong
     * @throws HeadcountException {@link ErrorKind#INVALID_ARGUMENT} when the file {@code aside} exists,
     *     {@link ErrorKind#ALREADY_OPEN}, {@link ErrorKind#CORRUPTED}
     */
    public static Faults repair(Path path, Optional<Path> aside, int limit) {
        try (Frame f = Frame.open()) {
            MemorySegment p = f.path(path);
            MemorySegment a = aside.isPresent() ? f.path(aside.get()) : MemorySegment.NULL;
            f.check(Native.hc_file_repair(p, p.byteSize(), MemorySegment.NULL, a, a.byteSize(), Frame.unsigned("a limit", limit), f.out(), f.error()));
            return Copies.faults(f);
        }
    }

    private interface Fill {
        int fill(MemorySegment directory, MemorySegment struct, MemorySegment error);
    }

    private <T> T struct(int bytes, Fill fill, java.util.function.Function<MemorySegment, T> read) {
        return call((f, d) -> {
            MemorySegment struct = f.struct(bytes);
            f.keep(struct);
            return fill.fill(d, struct, f.error());
        }, f -> read.apply(f.kept()));
    }

    private static Records<User> users(MemorySegment cursor) {
        return new Records<>(cursor, Native::hc_cursor_free, Native::hc_cursor_next_batch, Packed::user,
                Native.hc_cursor_remaining(cursor));
    }

    private static List<Member> members(Frame frame) {
        MemorySegment list = frame.pointer();
        return new Records<>(list, Native::hc_members_free, Native::hc_members_next_batch, Packed::member,
                Native.hc_members_count(list)).stream().toList();
    }
}
