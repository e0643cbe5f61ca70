using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Headcount
{
    /// <summary>A user as one call found it: later changes don't affect it.</summary>
    [NullableContext(1)]
    public sealed class User
    {
        internal User(Guid id, string email, string username, string givenName, string familyName, bool isActive, bool isAdmin, IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<string, string> externalIds, ulong version, DateTimeOffset createdAt, DateTimeOffset updatedAt, DateTimeOffset? deactivatedAt)
        {
            Id = id;
            Email = email;
            Username = username;
            GivenName = givenName;
            FamilyName = familyName;
            IsActive = isActive;
            IsAdmin = isAdmin;
            Attributes = attributes;
            ExternalIds = externalIds;
            Version = version;
            CreatedAt = createdAt;
            UpdatedAt = updatedAt;
            DeactivatedAt = deactivatedAt;
        }

        /// <summary>Never given to another user.</summary>
        public Guid Id { get; }

        /// <summary>The address as it was given.</summary>
        public string Email { get; }

        /// <summary>The username, which is the email unless another one was set.</summary>
        public string Username { get; }

        /// <summary>The given (first) name; null if there is none.</summary>
        [Nullable(2)]
        public string GivenName { get; }

        /// <summary>The family (last) name; null if there is none.</summary>
        [Nullable(2)]
        public string FamilyName { get; }

        /// <summary>Whether the user takes a seat.</summary>
        public bool IsActive { get; }

        /// <summary>Whether the user administers the platform.</summary>
        public bool IsAdmin { get; }

        /// <summary>All attributes.</summary>
        public IReadOnlyDictionary<string, string> Attributes { get; }

        /// <summary>The ids that other systems have for the user, by the names of these provisioners.</summary>
        public IReadOnlyDictionary<string, string> ExternalIds { get; }

        /// <summary>1 at creation, incremented by each change.</summary>
        public ulong Version { get; }

        /// <summary>When the user was created, in UTC and microseconds.</summary>
        public DateTimeOffset CreatedAt { get; }

        /// <summary>When the record last changed.</summary>
        public DateTimeOffset UpdatedAt { get; }

        /// <summary>When the user was deactivated; null for a user who is active or never was.</summary>
        public DateTimeOffset? DeactivatedAt { get; }

        /// <summary>The id and the email.</summary>
        public override string ToString() { return Id + " " + Email; }
    }

    /// <summary>A workspace as one call found it: later changes don't affect it.</summary>
    [NullableContext(1)]
    public sealed class Workspace
    {
        internal Workspace(ulong id, string name, bool isArchived, Guid? defaultOf, IReadOnlyDictionary<string, string> externalIds, ulong version, DateTimeOffset createdAt, DateTimeOffset updatedAt)
        {
            Id = id;
            Name = name;
            IsArchived = isArchived;
            DefaultOf = defaultOf;
            ExternalIds = externalIds;
            Version = version;
            CreatedAt = createdAt;
            UpdatedAt = updatedAt;
        }

        /// <summary>A number from 1 up, never given to another workspace.</summary>
        public ulong Id { get; }

        /// <summary>Unique among workspaces, without regard to case.</summary>
        public string Name { get; }

        /// <summary>Whether it can't be changed until it is restored.</summary>
        public bool IsArchived { get; }

        /// <summary>The user whose default it is; null for nobody's.</summary>
        public Guid? DefaultOf { get; }

        /// <summary>The ids that other systems have for it, by the names of these provisioners.</summary>
        public IReadOnlyDictionary<string, string> ExternalIds { get; }

        /// <summary>1 at creation, incremented by each change.</summary>
        public ulong Version { get; }

        /// <summary>When it was created.</summary>
        public DateTimeOffset CreatedAt { get; }

        /// <summary>When the record last changed; changes of members don't count.</summary>
        public DateTimeOffset UpdatedAt { get; }
    }

    /// <summary>The membership of a user in a workspace.</summary>
    [NullableContext(1)]
    public sealed class Member
    {
        internal Member(ulong workspace, Guid user, Role role, DateTimeOffset since, ulong version)
        {
            Workspace = workspace;
            User = user;
            Role = role;
            Since = since;
            Version = version;
        }

        /// <summary>The id of the workspace.</summary>
        public ulong Workspace { get; }

        /// <summary>The id of the user.</summary>
        public Guid User { get; }

        /// <summary>The role of the user.</summary>
        public Role Role { get; }

        /// <summary>When the user was added.</summary>
        public DateTimeOffset Since { get; }

        /// <summary>1 when added, incremented by each change.</summary>
        public ulong Version { get; }
    }

    /// <summary>One batch that was applied. It contains no personal data except ids.</summary>
    [NullableContext(1)]
    public sealed class Change
    {
        internal Change(ulong sequence, DateTimeOffset at, Guid? actor, string door, Guid? requestId, IReadOnlyList<Event> events)
        {
            Sequence = sequence;
            At = at;
            Actor = actor;
            Door = door;
            RequestId = requestId;
            Events = events;
        }

        /// <summary>The number of the change: 1, 2, 3 and so on.</summary>
        public ulong Sequence { get; }

        /// <summary>When it was made.</summary>
        public DateTimeOffset At { get; }

        /// <summary>The user who made it; null for none.</summary>
        public Guid? Actor { get; }

        /// <summary>The door that it came through; null for none. See Directory.Through.</summary>
        [Nullable(2)]
        public string Door { get; }

        /// <summary>The request id of the batch; null for none.</summary>
        public Guid? RequestId { get; }

        /// <summary>The events, in the order of the batch.</summary>
        public IReadOnlyList<Event> Events { get; }
    }

    /// <summary>One thing that happened in a change.</summary>
    [NullableContext(1)]
    public sealed class Event
    {
        internal Event(EventKind kind, Guid? user, ulong? workspace, Fields fields, bool isActive, Role? role, License license)
        {
            Kind = kind;
            User = user;
            Workspace = workspace;
            Fields = fields;
            IsActive = isActive;
            Role = role;
            License = license;
        }

        /// <summary>The kind of the event.</summary>
        public EventKind Kind { get; }

        /// <summary>The user that it concerns; null for none.</summary>
        public Guid? User { get; }

        /// <summary>The workspace that it concerns; null for none.</summary>
        public ulong? Workspace { get; }

        /// <summary>The fields that UserUpdated changed.</summary>
        public Fields Fields { get; }

        /// <summary>Whether UserCreated created an active user.</summary>
        public bool IsActive { get; }

        /// <summary>The role of the member; null for none.</summary>
        public Role? Role { get; }

        /// <summary>The license that LicenseSet set; otherwise null.</summary>
        [Nullable(2)]
        public License License { get; }
    }

    /// <summary>How the seats of the license are used, at one moment.</summary>
    [NullableContext(1)]
    public sealed class Seats
    {
        internal Seats(License license, ulong licenseVersion, ulong? limit, ulong active, ulong inactive, ulong? free, ulong overBy)
        {
            License = license;
            LicenseVersion = licenseVersion;
            Limit = limit;
            Active = active;
            Inactive = inactive;
            Free = free;
            OverBy = overBy;
        }

        /// <summary>The license in force.</summary>
        public License License { get; }

        /// <summary>The version of the license, for Batch.IfVersion.</summary>
        public ulong LicenseVersion { get; }

        /// <summary>Its seats; null without a limit.</summary>
        public ulong? Limit { get; }

        /// <summary>Users who are active: each takes one seat.</summary>
        public ulong Active { get; }

        /// <summary>Users who are inactive.</summary>
        public ulong Inactive { get; }

        /// <summary>Seats that are free, 0 when over the limit; null without a limit.</summary>
        public ulong? Free { get; }

        /// <summary>How many more users are active than there are seats.</summary>
        public ulong OverBy { get; }
    }

    /// <summary>A day (UTC) on which the number of active users changed.</summary>
    [NullableContext(1)]
    public sealed class SeatDay
    {
        internal SeatDay(DateTimeOffset day, ulong peak, ulong last)
        {
            Day = day;
            Peak = peak;
            Last = last;
        }

        /// <summary>The beginning of the day.</summary>
        public DateTimeOffset Day { get; }

        /// <summary>The most users that were active at one time on it.</summary>
        public ulong Peak { get; }

        /// <summary>How many were active at its end, or are now.</summary>
        public ulong Last { get; }
    }

    /// <summary>How many users were active since a day.</summary>
    [NullableContext(1)]
    public sealed class SeatHistory
    {
        internal SeatHistory(DateTimeOffset since, ulong peak, DateTimeOffset? peakDay, IReadOnlyList<SeatDay> days)
        {
            Since = since;
            Peak = peak;
            PeakDay = peakDay;
            Days = days;
        }

        /// <summary>The beginning of the day that was asked for, or of the first one on record.</summary>
        public DateTimeOffset Since { get; }

        /// <summary>The most users that were active at one time since then.</summary>
        public ulong Peak { get; }

        /// <summary>The latest day with that peak; null if the number has not changed since.</summary>
        public DateTimeOffset? PeakDay { get; }

        /// <summary>The days on which the number changed, oldest first.</summary>
        public IReadOnlyList<SeatDay> Days { get; }
    }

    /// <summary>The numbers of records that Directory.Verify checked.</summary>
    [NullableContext(1)]
    public sealed class Verified
    {
        internal Verified(ulong active, ulong inactive, ulong deleted, ulong workspaces, ulong members, ulong changes)
        {
            Active = active;
            Inactive = inactive;
            Deleted = deleted;
            Workspaces = workspaces;
            Members = members;
            Changes = changes;
        }

        /// <summary>Users who are active, counted one by one.</summary>
        public ulong Active { get; }

        /// <summary>Users who are inactive.</summary>
        public ulong Inactive { get; }

        /// <summary>Ids of users who were deleted.</summary>
        public ulong Deleted { get; }

        /// <summary>Workspaces, archived ones included.</summary>
        public ulong Workspaces { get; }

        /// <summary>Memberships.</summary>
        public ulong Members { get; }

        /// <summary>Changes on record.</summary>
        public ulong Changes { get; }
    }

    /// <summary>Figures to monitor a directory with, counted since it was opened.</summary>
    [NullableContext(1)]
    public sealed class Stats
    {
        internal Stats(ulong usersActive, ulong usersInactive, ulong workspaces, ulong latestChange, ulong cacheEntries, ulong cacheBytes, ulong cacheHits, ulong cacheMisses, ulong commitRequests, ulong commitGroups,
            ulong? seatsLimit, ulong fileBytes, ulong logBytes, ulong checkpoints, ulong checkpointMicros, ulong checkpointMicrosMax)
        {
            UsersActive = usersActive;
            UsersInactive = usersInactive;
            Workspaces = workspaces;
            LatestChange = latestChange;
            CacheEntries = cacheEntries;
            CacheBytes = cacheBytes;
            CacheHits = cacheHits;
            CacheMisses = cacheMisses;
            CommitRequests = commitRequests;
            CommitGroups = commitGroups;
            SeatsLimit = seatsLimit;
            FileBytes = fileBytes;
            LogBytes = logBytes;
            Checkpoints = checkpoints;
            CheckpointMicros = checkpointMicros;
            CheckpointMicrosMax = checkpointMicrosMax;
        }

        /// <summary>Users who take a seat.</summary>
        public ulong UsersActive { get; }

        /// <summary>Users who don't.</summary>
        public ulong UsersInactive { get; }

        /// <summary>Workspaces, archived ones included.</summary>
        public ulong Workspaces { get; }

        /// <summary>The number of the latest change; 0 before the first.</summary>
        public ulong LatestChange { get; }

        /// <summary>Users in the library's cache.</summary>
        public ulong CacheEntries { get; }

        /// <summary>About how much memory these take.</summary>
        public ulong CacheBytes { get; }

        /// <summary>Lookups that the cache answered.</summary>
        public ulong CacheHits { get; }

        /// <summary>Lookups that read the store.</summary>
        public ulong CacheMisses { get; }

        /// <summary>Batches that were submitted.</summary>
        public ulong CommitRequests { get; }

        /// <summary>Transactions that they were grouped into.</summary>
        public ulong CommitGroups { get; }

        /// <summary>Seats of the license; null for no limit.</summary>
        public ulong? SeatsLimit { get; }

        /// <summary>The size of the main file; 0 for a directory in memory or opened read-only.</summary>
        public ulong FileBytes { get; }

        /// <summary>The size of the log's files, as of the latest commit; 0 before the first one, and for a
        /// directory in memory or opened read-only.</summary>
        public ulong LogBytes { get; }

        /// <summary>Checkpoints, which write the log's commits to the main file; without the one at closing.</summary>
        public ulong Checkpoints { get; }

        /// <summary>The duration of all checkpoints in microseconds.</summary>
        public ulong CheckpointMicros { get; }

        /// <summary>The duration of the longest checkpoint in microseconds.</summary>
        public ulong CheckpointMicrosMax { get; }
    }

    /// <summary>What a backup or restore copied.</summary>
    [NullableContext(1)]
    public sealed class Copied
    {
        internal Copied(ulong users, ulong sequence, ulong bytes)
        {
            Users = users;
            Sequence = sequence;
            Bytes = bytes;
        }

        /// <summary>Users in the copy, active or not.</summary>
        public ulong Users { get; }

        /// <summary>The number of the latest change in it.</summary>
        public ulong Sequence { get; }

        /// <summary>The size of the new file.</summary>
        public ulong Bytes { get; }
    }

    /// <summary>One page of the users that match a query.</summary>
    [NullableContext(1)]
    public sealed class Page
    {
        internal Page(IReadOnlyList<User> users, string next)
        {
            Users = users;
            Next = next;
        }

        /// <summary>The users, up to the limit of the query.</summary>
        public IReadOnlyList<User> Users { get; }

        /// <summary>Where the next page begins, for UserQuery.After; null if this is the last. Treat it as personal data.</summary>
        [Nullable(2)]
        public string Next { get; }
    }

    /// <summary>The result of one operation of a batch.</summary>
    [NullableContext(1)]
    public sealed class Outcome
    {
        internal Outcome(Subject subject, bool changed, ulong version, ulong? workspaceId, Guid? userId, User user)
        {
            Subject = subject;
            Changed = changed;
            Version = version;
            WorkspaceId = workspaceId;
            UserId = userId;
            User = user;
        }

        /// <summary>The kind of record that it concerned.</summary>
        public Subject Subject { get; }

        /// <summary>Whether it changed anything: activating an active user does not.</summary>
        public bool Changed { get; }

        /// <summary>The record's version afterwards; 0 if it was deleted.</summary>
        public ulong Version { get; }

        /// <summary>The workspace that it concerned; null for none.</summary>
        public ulong? WorkspaceId { get; }

        /// <summary>The user that it concerned; null for none.</summary>
        public Guid? UserId { get; }

        /// <summary>The user as the batch left it; null for one who was deleted, and for an outcome that was replayed.</summary>
        [Nullable(2)]
        public User User { get; }
    }

    /// <summary>The result of a batch.</summary>
    [NullableContext(1)]
    public sealed class Applied
    {
        internal Applied(ulong? sequence, bool isReplayed, IReadOnlyList<Outcome> outcomes, IReadOnlyList<ulong> ownerless)
        {
            Sequence = sequence;
            IsReplayed = isReplayed;
            Outcomes = outcomes;
            Ownerless = ownerless;
        }

        /// <summary>The number of the change that it made; null when nothing changed.</summary>
        public ulong? Sequence { get; }

        /// <summary>Whether this is the outcome of an earlier batch with the same request id, and nothing was done now.</summary>
        public bool IsReplayed { get; }

        /// <summary>An outcome for each operation.</summary>
        public IReadOnlyList<Outcome> Outcomes { get; }

        /// <summary>The ids of the workspaces that the batch left without an active owner, which only Batch.AllowOwnerless allows; none if it was replayed.</summary>
        public IReadOnlyList<ulong> Ownerless { get; }
    }

    /// <summary>One thing that is wrong with a directory.</summary>
    [NullableContext(1)]
    public sealed class Fault
    {
        internal Fault(string kind, string text)
        {
            Kind = kind;
            Text = text;
        }

        /// <summary>The name of its kind, such as missing or dangling.</summary>
        public string Kind { get; }

        /// <summary>What was expected and found, in a line without personal data but ids.</summary>
        public string Text { get; }
    }

    /// <summary>What is wrong with a directory, or what a repair did about it.</summary>
    [NullableContext(1)]
    public sealed class FaultList
    {
        internal FaultList(ulong total, IReadOnlyList<Fault> listed, ulong setAside, ulong seatsOver)
        {
            Total = total;
            Listed = listed;
            SetAside = setAside;
            SeatsOver = seatsOver;
        }

        /// <summary>How many faults there are.</summary>
        public ulong Total { get; }

        /// <summary>The faults, up to as many as were asked for.</summary>
        public IReadOnlyList<Fault> Listed { get; }

        /// <summary>How many records a repair wrote to the other file.</summary>
        public ulong SetAside { get; }

        /// <summary>How many more users are active than there are seats, which is not a fault.</summary>
        public ulong SeatsOver { get; }
    }
}
