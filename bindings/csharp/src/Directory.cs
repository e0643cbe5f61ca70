using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Headcount
{
    /// <summary>
    /// A user directory: users, a license that says how many may be active, and workspaces. Where a parameter is
    /// called user, it takes an id as text, an email or a username. All methods may be called by any thread at
    /// any time.
    /// </summary>
    [NullableContext(1)]
    public sealed partial class Directory : IDisposable
    {
        [ThreadStatic]
        private static byte[] scratch;

        [ThreadStatic]
        private static byte[] records;

        private readonly DirectoryHandle handle;
        private readonly IntPtr generation;
        private readonly HostCache cache;
        private readonly Watch watch;

        private Directory(DirectoryHandle handle, HostCache cache)
        {
            this.handle = handle;
            this.cache = cache;
            watch = new Watch(handle);
            generation = Native.hc_directory_generation(handle);
        }

        /// <summary>Opens the directory in a file, which is created if it is missing.</summary>
        /// <exception cref="HeadcountException">
        /// AlreadyOpen when another process or handle has the file, UnsupportedFormat, Corrupted.
        /// </exception>
        public static Directory Open(string path) { return Open(path, new Options()); }

        /// <summary>Opens the directory in a file with options. Waiting for the file can be cancelled.</summary>
        /// <exception cref="OperationCanceledException">When the token is cancelled.</exception>
        public static Directory Open(string path, Options options, CancellationToken cancellation = default(CancellationToken))
        {
            var waited = Stopwatch.StartNew();
            var cache = CacheOf(options);
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    return OpenNow(path, options, cache);
                }
                catch (HeadcountException held) when (held.Kind == ErrorKind.AlreadyOpen && waited.Elapsed < options.Wait)
                {
                    cancellation.WaitHandle.WaitOne(5);
                }
            }
        }

        private static Directory OpenNow(string path, Options options, HostCache cache)
        {
            var p = Interop.Utf8(path);
            return Open(options, cache, (IntPtr o, out DirectoryHandle d, out IntPtr e) =>
                Native.hc_directory_open(p, Interop.Size(p), o, out d, out e));
        }

        /// <summary>Creates a directory in memory, which is gone when it is closed.</summary>
        public static Directory InMemory([Nullable(2)] Options options = null)
        {
            options = options ?? new Options();
            return Open(options, CacheOf(options), Native.hc_directory_open_in_memory);
        }

        private delegate int Opening(IntPtr options, out DirectoryHandle directory, out IntPtr error);

        private static HostCache CacheOf(Options options)
        {
            return new HostCache(Interop.NotNull(options, nameof(options)).HostUsers);
        }

        /// The cache is there before the file is locked: nothing may go wrong between that and the handle.
        private static Directory Open(Options options, HostCache cache, Opening how)
        {
            Abi.Check();
            return options.Use(o =>
            {
                Interop.Check(how(o, out var opened, out var error), error);
                return new Directory(opened, cache);
            });
        }

        /// <summary>
        /// Finishes pending work, releases the file, and reports if that failed. Other calls then
        /// fail with ErrorKind.Closed, including those that wait in other threads. Disposing again does nothing.
        /// </summary>
        public void Dispose()
        {
            // The handle itself is freed when nothing uses it any more.
            Interop.Check(Native.hc_directory_close(handle, out var error), error);
        }

        /// <summary>The user that an id, an email or a username names; null if there is none.</summary>
        [return: Nullable(2)]
        public User FindUser(string user) { return Find(KeyKind.Any, user); }

        /// <summary>The user with this id; null if there is none.</summary>
        [return: Nullable(2)]
        public User FindUserById(Guid id)
        {
            var before = Generation();
            return cache.Get(before, KeyKind.Id, null, id) ?? Keep(before, KeyKind.Id, null, id, Read(KeyKind.Id, Interop.Bytes(id), 16));
        }

        /// <summary>The user with this email; null if there is none.</summary>
        [return: Nullable(2)]
        public User FindUserByEmail(string email) { return Find(KeyKind.Email, email); }

        /// <summary>The user with this username; null if there is none.</summary>
        [return: Nullable(2)]
        public User FindUserByUsername(string username) { return Find(KeyKind.Username, username); }

        /// <summary>
        /// The users with these emails, in their order; an email that nobody has finds null. It makes one call for many users, and
        /// bypasses the cache of this package: it neither reads nor fills it. Use it where few of the users are likely to be
        /// cached, such as for a report; for cached users, <see cref="FindUserByEmail"/> is faster.
        /// </summary>
        [return: Nullable(new byte[] { 1, 2 })]
        public IReadOnlyList<User> FindUsersByEmails(IEnumerable<string> emails)
        {
            return Read(KeyKind.Email, emails.Select(Interop.Utf8).ToList());
        }

        /// <summary>The users with these ids, in their order, as <see cref="FindUsersByEmails"/>; an id that nobody has finds null.</summary>
        [return: Nullable(new byte[] { 1, 2 })]
        public IReadOnlyList<User> FindUsersByIds(IEnumerable<Guid> ids)
        {
            return Read(KeyKind.Id, ids.Select(Interop.Bytes).ToList());
        }

        /// <summary>The user for whom a provisioner, such as an identity provider, has this id; null if there is none.</summary>
        [return: Nullable(2)]
        public User FindUserByExternalId(string provisioner, string id)
        {
            byte[] p = Interop.Utf8(provisioner), i = Interop.Utf8(id);
            Interop.Check(Native.hc_user_get_by_external_id(handle, p, Interop.Size(p), i, Interop.Size(i), out var found, out var error), error);
            return Copies.User(found);
        }

        /// <summary>
        /// Notes that a user is seen now, such as at a login or with a request. Call it as often as you like: it mostly costs a
        /// look-up. The first sighting is on disk when this returns; others are gathered and written at most once a minute and when
        /// the directory is closed, so a crash can lose them.
        /// </summary>
        /// <exception cref="HeadcountException">UserNotFound, ReadOnly.</exception>
        public void TouchUser(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_touch(handle, r, Interop.Size(r), out var error), error);
        }

        /// <summary>When a user was last seen, to about an hour; null where nobody said so with TouchUser. No change is made of it, and no version.</summary>
        /// <exception cref="HeadcountException">UserNotFound.</exception>
        public DateTimeOffset? LastSeen(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_get_last_seen_micros(handle, r, Interop.Size(r), out var micros, out var error), error);
            return Interop.PerhapsMoment(micros);
        }

        /// <summary>Creates a user, who needs a seat unless inactive.</summary>
        /// <exception cref="HeadcountException">EmailTaken, UsernameTaken, IdTaken, NoFreeSeat, or a kind of malformed input.</exception>
        public User CreateUser(NewUser user)
        {
            return ApplyOne(Interop.NotNull(user, nameof(user)).Operation());
        }

        /// <summary>Changes fields of a user, and returns the updated user.</summary>
        /// <exception cref="HeadcountException">UserNotFound, Conflict, LastAdmin, or as CreateUser.</exception>
        public User UpdateUser(string user, UserUpdate update)
        {
            return ApplyOne(Interop.NotNull(update, nameof(update)).Operation(user));
        }

        /// Applies an operation, and returns the user it was about.
        private User ApplyOne(Operation operation)
        {
            return Apply(new Batch().Append(operation)).Outcomes[0].User;
        }

        /// <summary>Makes a user active. Does nothing if the user is active.</summary>
        /// <exception cref="HeadcountException">UserNotFound, NoFreeSeat.</exception>
        public User ActivateUser(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_activate(handle, r, Interop.Size(r), out var made, out var error), error);
            return Copies.User(made);
        }

        /// <summary>Makes a user inactive, which frees a seat. Does nothing if the user is inactive.</summary>
        /// <exception cref="HeadcountException">UserNotFound, LastAdmin, LastOwner, OwnAccount.</exception>
        public User DeactivateUser(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_deactivate(handle, r, Interop.Size(r), out var made, out var error), error);
            return Copies.User(made);
        }

        /// <summary>
        /// Deletes a user for good. The id is not given again as long as the change that deletes the user is kept
        /// (TrimChanges forgets old ones); the email and the username are free for others.
        /// </summary>
        /// <exception cref="HeadcountException">UserNotFound, LastAdmin, LastOwner, OwnAccount.</exception>
        public void DeleteUser(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_delete(handle, r, Interop.Size(r), out var error), error);
        }

        /// <summary>All users, active or not, ordered by email, as they are when the loop begins.</summary>
        public IEnumerable<User> Users() { return Cursors((out CursorHandle c, out IntPtr e) => Native.hc_directory_list_users(handle, out c, out e)); }

        /// <summary>One page of the users that match.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, InvalidArgument for a position from a query in another order.</exception>
        public Page Query(UserQuery query)
        {
            return Interop.NotNull(query, nameof(query)).Use(q =>
            {
                CursorHandle cursor = null;
                var users = Cursors((out CursorHandle c, out IntPtr e) =>
                {
                    var status = Native.hc_directory_query(handle, q, out cursor, out e);
                    c = cursor;
                    return status;
                });
                using (var reading = users.GetEnumerator())
                {
                    var next = Interop.Text(Native.hc_cursor_next_page(cursor));
                    var page = new List<User>();
                    while (reading.MoveNext())
                        page.Add(reading.Current);
                    return new Page(page, next);
                }
            });
        }

        /// <summary>All users that match, page after page. Each page is of its own moment.</summary>
        public IEnumerable<User> Find(UserQuery query)
        {
            for (var page = Query(query); ; page = Query(query.Copy().After(page.Next)))
            {
                foreach (var user in page.Users)
                    yield return user;
                if (page.Next == null)
                    yield break;
            }
        }

        /// <summary>How many users match, regardless of the limit and the position of the query.</summary>
        public ulong Count(UserQuery query)
        {
            return Interop.NotNull(query, nameof(query)).Use(q =>
            {
                Interop.Check(Native.hc_directory_count(handle, q, out var count, out var error), error);
                return count;
            });
        }

        /// <summary>How the seats are used.</summary>
        public Seats Seats()
        {
            var s = new hc_seats { struct_size = (uint)Marshal.SizeOf(typeof(hc_seats)) };
            Interop.Check(Native.hc_directory_get_seats(handle, ref s, out var error), error);
            return Copies.Seats(s);
        }

        /// <summary>
        /// The most users that were active at one time, on each day (UTC) since that of a moment; without one, since the first day
        /// on record. It is kept for three years.
        /// </summary>
        public SeatHistory SeatHistory(DateTimeOffset? since = null)
        {
            var h = new hc_seat_history { struct_size = (uint)Marshal.SizeOf(typeof(hc_seat_history)) };
            var days = new hc_seat_day[Native.HC_SEAT_DAYS_MAX];
            Interop.Check(Native.hc_directory_get_seat_history(handle, since == null ? 0 : Interop.Micros(since.Value), ref h, ref days[0],
                (UIntPtr)Native.HC_SEAT_DAYS_MAX, out var error), error);
            var listed = days.Take((int)Math.Min(h.day_count, Native.HC_SEAT_DAYS_MAX)).Select(of => new SeatDay(Interop.Moment(of.day_micros), of.peak, of.last));
            return new SeatHistory(Interop.Moment(h.since_micros), h.peak, Interop.PerhapsMoment(h.peak_day_micros), listed.ToList());
        }

        /// <summary>Sets the license. One with fewer seats than are in use is accepted: nobody is deactivated.</summary>
        public void SetLicense(License license)
        {
            Interop.NotNull(license, nameof(license));
            Interop.Check(Native.hc_directory_set_license(handle, license.Code, license.Count, out var error), error);
        }

        /// <summary>A handle on the same directory, whose writes are made by a user: each change records the user, who can't deactivate or delete themself. Closing one of the two closes both.</summary>
        public Directory ActingAs(Guid actor)
        {
            Interop.Check(Native.hc_directory_acting_as(handle, Interop.Bytes(actor), out var acting, out var error), error);
            return new Directory(acting, cache);
        }

        /// <summary>A handle on the same directory, whose writes come through a door: a short name of the client or interface, such as "rest" or "scim:okta", that each change records. You choose the names: 1 to 32 letters, digits and -_.:/ of ASCII. Closing one of the two closes both.</summary>
        /// <exception cref="HeadcountException">InvalidArgument for another name.</exception>
        public Directory Through(string door)
        {
            var n = Interop.Utf8(door);
            Interop.Check(Native.hc_directory_through(handle, n, Interop.Size(n), out var through, out var error), error);
            return new Directory(through, cache);
        }

        /// <summary>The workspace with this id; null if there is none.</summary>
        [return: Nullable(2)]
        public Workspace FindWorkspace(ulong workspace)
        {
            Interop.Check(Native.hc_workspace_get(handle, workspace, out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>The workspace with this name; null if there is none.</summary>
        [return: Nullable(2)]
        public Workspace FindWorkspaceByName(string name)
        {
            var n = Interop.Utf8(name);
            Interop.Check(Native.hc_workspace_get_by_name(handle, n, Interop.Size(n), out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>The workspace for which a provisioner, such as an identity provider, has this id; null if there is none.</summary>
        [return: Nullable(2)]
        public Workspace FindWorkspaceByExternalId(string provisioner, string id)
        {
            byte[] p = Interop.Utf8(provisioner), i = Interop.Utf8(id);
            Interop.Check(Native.hc_workspace_get_by_external_id(handle, p, Interop.Size(p), i, Interop.Size(i), out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Sets the id that a provisioner has for a workspace, and leaves those of others; null removes it.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, WorkspaceArchived, ExternalIdTaken, InvalidArgument.</exception>
        public Workspace SetWorkspaceExternalId(ulong workspace, string provisioner, [Nullable(2)] string id)
        {
            byte[] p = Interop.Utf8(provisioner), i = id == null ? null : Interop.Utf8(id);
            var size = i == null ? UIntPtr.Zero : Interop.Size(i);
            Interop.Check(Native.hc_workspace_set_external_id(handle, workspace, p, Interop.Size(p), i, size, out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Creates a workspace, whose first owner must be an active user, with the ids that other systems have for it, by the names of these provisioners.</summary>
        /// <exception cref="HeadcountException">WorkspaceNameTaken, UserNotFound, LastOwner, ExternalIdTaken, InvalidArgument.</exception>
        public Workspace CreateWorkspace(string name, string owner, [Nullable(2)] IReadOnlyDictionary<string, string> externalIds = null)
        {
            if (externalIds != null)
            {
                var batch = new Batch().CreateWorkspace(name, Interop.NotNull(owner));
                foreach (var each in externalIds)
                    batch.SetWorkspaceExternalId(name, each.Key, Interop.NotNull(each.Value));
                return FindWorkspace(Apply(batch).Outcomes[0].WorkspaceId.Value)
                    ?? throw new HeadcountException(ErrorKind.WorkspaceNotFound, "the workspace was created, and deleted before it could be read");
            }
            var n = Interop.Utf8(name);
            var o = Interop.Utf8(owner);
            Interop.Check(Native.hc_workspace_create(handle, n, Interop.Size(n), o, Interop.Size(o), out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>The default workspace of a user, who owns it; it is created on first use.</summary>
        /// <exception cref="HeadcountException">UserNotFound.</exception>
        public Workspace DefaultWorkspace(string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_user_get_default_workspace(handle, r, Interop.Size(r), out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Renames a workspace.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, WorkspaceNameTaken, WorkspaceArchived, InvalidArgument.</exception>
        public Workspace RenameWorkspace(ulong workspace, string name)
        {
            var n = Interop.Utf8(name);
            Interop.Check(Native.hc_workspace_rename(handle, workspace, n, Interop.Size(n), out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Archives a workspace. Does nothing if it is archived.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound.</exception>
        public Workspace ArchiveWorkspace(ulong workspace)
        {
            Interop.Check(Native.hc_workspace_archive(handle, workspace, out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Restores an archived workspace. Does nothing if it is not archived.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound.</exception>
        public Workspace RestoreWorkspace(ulong workspace)
        {
            Interop.Check(Native.hc_workspace_restore(handle, workspace, out var found, out var error), error);
            return Copies.Workspace(found);
        }

        /// <summary>Deletes a workspace and its memberships for good.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, DefaultWorkspace.</exception>
        public void DeleteWorkspace(ulong workspace)
        {
            Interop.Check(Native.hc_workspace_delete(handle, workspace, out var error), error);
        }

        /// <summary>All workspaces, archived ones included, ordered by id, as they are when the loop begins.</summary>
        public IEnumerable<Workspace> Workspaces()
        {
            return new PackedList<Workspace, WorkspacesHandle>((out WorkspacesHandle list, out IntPtr e) =>
                Native.hc_directory_list_workspaces(handle, out list, out e), Native.hc_workspaces_next_batch, Packed.Workspace);
        }

        /// <summary>The members of a workspace: owners first, then users, each ordered by email.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound.</exception>
        public IReadOnlyList<Member> Members(ulong workspace)
        {
            return MemberList((out MembersHandle list, out IntPtr e) => Native.hc_workspace_list_members(handle, workspace, out list, out e));
        }

        /// <summary>The workspaces of a user, with the role in each, ordered by id.</summary>
        /// <exception cref="HeadcountException">UserNotFound.</exception>
        public IReadOnlyList<Member> WorkspacesOf(string user)
        {
            var r = Interop.Utf8(user);
            return MemberList((out MembersHandle list, out IntPtr e) => Native.hc_user_list_workspaces(handle, r, Interop.Size(r), out list, out e));
        }

        /// <summary>Makes a user a member of a workspace. Does nothing if the user is a member in this role.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, UserNotFound, RoleDiffers, WorkspaceArchived.</exception>
        public void AddMember(ulong workspace, string user, Role role)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_workspace_add_member(handle, workspace, r, Interop.Size(r), (int)role, out var error), error);
        }

        /// <summary>Changes the role of a member. Does nothing if the member has this role.</summary>
        /// <exception cref="HeadcountException">MemberNotFound, LastOwner, DefaultWorkspace, or as AddMember.</exception>
        public void SetRole(ulong workspace, string user, Role role)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_workspace_set_role(handle, workspace, r, Interop.Size(r), (int)role, out var error), error);
        }

        /// <summary>Removes a member from a workspace.</summary>
        /// <exception cref="HeadcountException">WorkspaceNotFound, UserNotFound, MemberNotFound, LastOwner, DefaultWorkspace.</exception>
        public void RemoveMember(ulong workspace, string user)
        {
            var r = Interop.Utf8(user);
            Interop.Check(Native.hc_workspace_remove_member(handle, workspace, r, Interop.Size(r), out var error), error);
        }

        /// <summary>Applies a batch: all of it, or nothing. It fails with the first refusal.</summary>
        public Applied Apply(Batch batch)
        {
            return Interop.NotNull(batch, nameof(batch)).Use(b =>
            {
                Interop.Check(Native.hc_directory_apply(handle, b, out var applied, out var error), error);
                return Copies.Applied(applied);
            });
        }

        /// <summary>Returns what Apply would return, without applying the batch.</summary>
        public Applied DryRun(Batch batch)
        {
            return Interop.NotNull(batch, nameof(batch)).Use(b =>
            {
                Interop.Check(Native.hc_directory_dry_run(handle, b, out var applied, out var error), error);
                return Copies.Applied(applied);
            });
        }

        /// <summary>Returns the refusals of a batch, without applying it: all those of single operations, in their order, or else those of the batch as a whole.</summary>
        public IReadOnlyList<HeadcountException> Preview(Batch batch)
        {
            return Interop.NotNull(batch, nameof(batch)).UseWellFormed((b, indexes, malformed) =>
            {
                Interop.Check(Native.hc_directory_preview(handle, b, out var list, out var error), error);
                var refusals = new List<HeadcountException>(malformed);
                foreach (var refusal in Copies.Refusals(list))
                {
                    // Without what is malformed, the whole is another one.
                    if (refusal.Operation == null && malformed.Count > 0)
                        continue;
                    if (refusal.Operation != null)
                        refusal.Operation = indexes[refusal.Operation.Value];
                    refusals.Add(refusal);
                }
                return refusals.OrderBy(refusal => refusal.Operation ?? 0).ToList();
            });
        }

        /// <summary>The changes with numbers above a given one that there are now, the first one first. A loop over them
        /// fails with <see cref="ErrorKind.HistoryTrimmed"/> or <see cref="ErrorKind.ChangeNotYet"/>.</summary>
        public IEnumerable<Change> Changes(ulong after)
        {
            using (var feed = Follow(after))
            {
                for (var change = feed.Next(TimeSpan.Zero); change != null; change = feed.Next(TimeSpan.Zero))
                    yield return change;
            }
        }

        /// <summary>Follows the changes with numbers above a given one; 0 begins with the first.</summary>
        public Feed Follow(ulong after)
        {
            Interop.Check(Native.hc_directory_follow(handle, after, out var feed, out var error), error);
            return new Feed(feed, watch, after);
        }

        /// <summary>Forgets the changes with numbers below a given one, and their request ids, and returns how many it forgot.</summary>
        public ulong TrimChanges(ulong before)
        {
            Interop.Check(Native.hc_directory_trim_changes(handle, before, out var trimmed, out var error), error);
            return trimmed;
        }

        /// <summary>Recounts the seats and checks every index against the users, both ways.</summary>
        /// <exception cref="HeadcountException">Corrupted when something is wrong.</exception>
        public Verified Verify()
        {
            var v = new hc_verified { struct_size = (uint)Marshal.SizeOf(typeof(hc_verified)) };
            Interop.Check(Native.hc_directory_verify(handle, ref v, out var error), error);
            return Copies.Verified(v);
        }

        /// <summary>Figures to monitor the directory with.</summary>
        public Stats Stats()
        {
            // A library that is older than the limit leaves it as it is here.
            var s = new hc_stats { struct_size = (uint)Marshal.SizeOf(typeof(hc_stats)), seats_limit = Copies.NoLimit };
            Interop.Check(Native.hc_directory_get_stats(handle, ref s, out var error), error);
            return Copies.Stats(s);
        }

        /// <summary>All figures in the text format of Prometheus. They contain no personal data.</summary>
        public string StatsText()
        {
            var buffer = new byte[4096];
            var written = Packed.Fill(ref buffer, (byte[] b, UIntPtr n, out UIntPtr w, out IntPtr e) =>
                Native.hc_directory_write_stats_text(handle, b, n, out w, out e));
            return Encoding.UTF8.GetString(buffer, 0, written);
        }

        /// <summary>Copies the directory, as it is now, to a new file, while others can read and write.</summary>
        /// <exception cref="HeadcountException">IO when there is a file, AlreadyOpen when that is open.</exception>
        public Copied Backup(string path, bool overwrite = false)
        {
            var p = Interop.Utf8(path);
            var copied = Copies.NewCopied();
            Interop.Check(Native.hc_directory_backup(handle, p, Interop.Size(p), overwrite ? 1 : 0, ref copied, IntPtr.Zero, IntPtr.Zero, out var error), error);
            return Copies.Copied(copied);
        }

        /// <summary>
        /// Writes all records as lines of JSON, as they are at one moment: the format of "headcount export". Others can
        /// read and write meanwhile. What the stream throws is thrown.
        /// </summary>
        public void Export(System.IO.Stream to)
        {
            Transfer.To(Interop.NotNull(to, nameof(to)), (IntPtr write, out IntPtr e) => Native.hc_directory_export(handle, write, IntPtr.Zero, IntPtr.Zero, out e));
        }

        /// <summary>
        /// Loads the lines of Export into an empty directory, in one transaction. If this fails,
        /// nothing is changed. What the stream throws is thrown.
        /// </summary>
        /// <exception cref="HeadcountException">InvalidArgument when the directory is not empty, or lines are missing.</exception>
        public void Load(System.IO.Stream lines)
        {
            Transfer.From(Interop.NotNull(lines, nameof(lines)), (IntPtr read, out IntPtr e) => Native.hc_directory_load(handle, read, IntPtr.Zero, IntPtr.Zero, out e));
        }

        /// <summary>Lists what is wrong with the directory, up to a limit; all faults are counted.</summary>
        public FaultList FindFaults(int limit)
        {
            Interop.Check(Native.hc_directory_find_faults(handle, (UIntPtr)Interop.Unsigned(nameof(limit), limit), out var faults, out var error), error);
            return Copies.Faults(faults);
        }

        /// <summary>Puts a copy of the directory in one file in the place of another.</summary>
        /// <exception cref="HeadcountException">AlreadyOpen when either is open, or as Backup.</exception>
        public static Copied Restore(string backup, string path, bool overwrite = false)
        {
            Abi.Check();
            byte[] from = Interop.Utf8(backup), to = Interop.Utf8(path);
            var copied = Copies.NewCopied();
            Interop.Check(Native.hc_file_restore(from, Interop.Size(from), to, Interop.Size(to), overwrite ? 1 : 0, ref copied, IntPtr.Zero, IntPtr.Zero, out var error), error);
            return Copies.Copied(copied);
        }

        /// <summary>Makes the file of a directory as small as possible, in place, and returns its size in bytes.</summary>
        /// <exception cref="HeadcountException">AlreadyOpen, Corrupted.</exception>
        public static ulong Compact(string path)
        {
            Abi.Check();
            var p = Interop.Utf8(path);
            Interop.Check(Native.hc_file_compact(p, Interop.Size(p), IntPtr.Zero, out _, out var bytes, out var error), error);
            return bytes;
        }

        /// <summary>Lists what is wrong with the directory in a file, even one too damaged to be opened.</summary>
        /// <exception cref="HeadcountException">AlreadyOpen, Corrupted.</exception>
        public static FaultList FindFaultsIn(string path, int limit)
        {
            Abi.Check();
            var p = Interop.Utf8(path);
            Interop.Check(Native.hc_file_find_faults(p, Interop.Size(p), IntPtr.Zero, (UIntPtr)Interop.Unsigned(nameof(limit), limit), out var faults, out var error), error);
            return Copies.Faults(faults);
        }

        /// <summary>Repairs the directory in a file, in one transaction. Records that it removes are written to a new file; with null, it changes nothing and returns what a repair would do.</summary>
        /// <exception cref="HeadcountException">InvalidArgument when the other file exists, AlreadyOpen, Corrupted.</exception>
        public static FaultList Repair(string path, [Nullable(2)] string aside, int limit)
        {
            Abi.Check();
            var p = Interop.Utf8(path);
            var a = aside == null ? null : Interop.Utf8(aside);
            var size = a == null ? UIntPtr.Zero : Interop.Size(a);
            Interop.Check(Native.hc_file_repair(p, Interop.Size(p), IntPtr.Zero, a, size, (UIntPtr)Interop.Unsigned(nameof(limit), limit), out var faults, out var error), error);
            return Copies.Faults(faults);
        }

        /// <summary>Checks an email address, and returns its key: two addresses belong to one user exactly when their keys are equal.</summary>
        /// <exception cref="HeadcountException">EmailRequired, InvalidEmail, InternationalEmail.</exception>
        public static string EmailKey(string email)
        {
            var key = new byte[Native.HC_KEY_BYTES];
            var t = Interop.Utf8(email);
            Interop.Check(Native.hc_email_key(t, Interop.Size(t), key, out var error), error);
            return Copies.Text(key);
        }

        /// <summary>Checks a username that is not an email address, and returns its key: two users can't have usernames with equal keys.</summary>
        /// <exception cref="HeadcountException">InvalidUsername.</exception>
        public static string UsernameKey(string username)
        {
            var key = new byte[Native.HC_KEY_BYTES];
            var t = Interop.Utf8(username);
            Interop.Check(Native.hc_username_key(t, Interop.Size(t), key, out var error), error);
            return Copies.Text(key);
        }

        /// <summary>Draws a new, unique id: a UUID of version 7.</summary>
        public static Guid NewId()
        {
            var id = new byte[16];
            Interop.Check(Native.hc_id_generate(id, out var error), error);
            return Interop.Id(id, 0);
        }

        /// <summary>Reads "owner", "user" or its older name "collaborator".</summary>
        /// <exception cref="HeadcountException">InvalidArgument for another text.</exception>
        public static Role ParseRole(string text)
        {
            var t = Interop.Utf8(text);
            Interop.Check(Native.hc_role_from_text(t, Interop.Size(t), out var role, out var error), error);
            return (Role)role;
        }

        internal unsafe ulong Generation()
        {
            var now = (ulong)Volatile.Read(ref *(long*)generation);
            GC.KeepAlive(handle);
            return now;
        }

        /// Lets a test lengthen the time between reading a user and keeping it.
        internal Action AfterRead { get; set; }

        internal int Cached { get { return cache.Count; } }

        internal bool IsCachedByEmail(string email) { return cache.Get(Generation(), KeyKind.Email, email, Guid.Empty) != null; }

        private User Find(KeyKind kind, string key)
        {
            if (key == null)
                throw new ArgumentNullException(nameof(key));
            var before = Generation();
            var user = cache.Get(before, kind, key, Guid.Empty);
            if (user != null)
                return user;
            var bytes = scratch ?? (scratch = new byte[1024]);
            if (key.Length * 3 > bytes.Length)
                bytes = new byte[key.Length * 3];
            return Keep(before, kind, key, Guid.Empty, Read(kind, bytes, Interop.Utf8(key, bytes)));
        }

        /// How many users are read in one call at most.
        private const int ReadAtOnce = 1024;

        private IReadOnlyList<User> Read(KeyKind kind, IReadOnlyList<byte[]> keys)
        {
            var users = new List<User>(keys.Count);
            var buffer = new byte[64 << 10];
            var offsets = new uint[Math.Max(1, Math.Min(keys.Count, ReadAtOnce))];
            do // Without keys too: a closed directory fails.
            {
                var end = Math.Min(keys.Count, users.Count + ReadAtOnce);
                var packed = Pack(keys, users.Count, end);
                var bytes = packed.Length;
                do
                {
                    Interop.Check(Native.hc_user_read_many(handle, (int)kind, packed, (UIntPtr)(uint)bytes, buffer, Interop.Size(buffer),
                        offsets, (UIntPtr)(uint)(end - users.Count), out var read, out var _, out var error), error);
                    var done = 0;
                    for (var i = 0; i < (int)read; i++)
                    {
                        done += 4 + keys[users.Count].Length;
                        users.Add(offsets[i] == 0 ? null : Packed.User(buffer, (int)offsets[i]));
                    }
                    bytes -= done;
                    Buffer.BlockCopy(packed, done, packed, 0, bytes);
                } while (users.Count < end);
            } while (users.Count < keys.Count);
            return users;
        }

        /// The keys from start to end, as hc_user_read_many takes them.
        private static byte[] Pack(IReadOnlyList<byte[]> keys, int start, int end)
        {
            var bytes = 0;
            for (var i = start; i < end; i++)
                bytes += 4 + keys[i].Length;
            var packed = new byte[bytes];
            var at = 0;
            for (var i = start; i < end; i++)
            {
                var key = keys[i];
                for (var shift = 0; shift < 32; shift += 8)
                    packed[at++] = (byte)(key.Length >> shift);
                Buffer.BlockCopy(key, 0, packed, at, key.Length);
                at += key.Length;
            }
            return packed;
        }

        private User Keep(ulong before, KeyKind kind, string text, Guid id, User user)
        {
            if (user != null)
                cache.Put(before, kind, text, id, user);
            return user;
        }

        private User Read(KeyKind kind, byte[] key, int bytes)
        {
            while (true)
            {
                var buffer = records ?? (records = new byte[4096]);
                var status = Native.hc_user_read(handle, (int)kind, key, (UIntPtr)(uint)bytes, buffer, Interop.Size(buffer), out var written, out var error);
                if (status == 0)
                {
                    var user = (uint)written == 0 ? null : Packed.User(buffer, Packed.I32(buffer, 4));
                    AfterRead?.Invoke();
                    return user;
                }
                var refused = HeadcountException.Take(status, error);
                if (refused.Kind != ErrorKind.BufferTooSmall)
                    throw refused;
                records = new byte[refused.BufferBytes];
            }
        }

        private static IEnumerable<User> Cursors(PackedList<User, CursorHandle>.Opening open)
        {
            return new PackedList<User, CursorHandle>(open, Native.hc_cursor_next_batch, Packed.User);
        }

        private static IReadOnlyList<Member> MemberList(PackedList<Member, MembersHandle>.Opening open)
        {
            return new PackedList<Member, MembersHandle>(open, Native.hc_members_next_batch, Packed.Member).ToList();
        }
    }
}
