using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Headcount
{
    internal delegate int Step(IntPtr builder, out IntPtr error);

    /// <summary>A user to create: by default active, not an admin, with the email as username.</summary>
    [NullableContext(1)]
    public sealed class NewUser
    {
        private readonly Operation operation = new Operation(OpCode.CreateUser);

        /// <summary>A user with this email.</summary>
        public NewUser(string email) { operation.Text(OpField.Email, email); }

        /// <summary>Sets the id; by default the directory draws one.</summary>
        public NewUser Id(Guid id)
        {
            operation.Id(OpField.UserId, id);
            return this;
        }

        /// <summary>Sets the username. If it is the user's own email, it follows the email.</summary>
        public NewUser Username(string username)
        {
            operation.Text(OpField.Username, username);
            return this;
        }

        /// <summary>Sets the given (first) name, of at most 255 bytes; empty for none.</summary>
        public NewUser GivenName(string name)
        {
            operation.Text(OpField.GivenName, name);
            return this;
        }

        /// <summary>Sets the family (last) name, of at most 255 bytes; empty for none.</summary>
        public NewUser FamilyName(string name)
        {
            operation.Text(OpField.FamilyName, name);
            return this;
        }

        /// <summary>Sets whether the user is active, which is the default, and so takes a seat.</summary>
        public NewUser Active(bool active)
        {
            operation.Flag(OpField.Active, active);
            return this;
        }

        /// <summary>Sets whether the user administers the platform.</summary>
        public NewUser Admin(bool admin)
        {
            operation.Flag(OpField.Admin, admin);
            return this;
        }

        /// <summary>Sets when the user was created in another system; by default now.</summary>
        public NewUser CreatedAt(DateTimeOffset at)
        {
            operation.Number(OpField.CreatedAt, Interop.Micros(at));
            return this;
        }

        /// <summary>Sets an attribute. A user has at most 64, of 16 KiB in all.</summary>
        public NewUser Attribute(string name, string value)
        {
            operation.Attribute(name, Interop.NotNull(value));
            return this;
        }

        /// <summary>Sets the id that a provisioner, such as an identity provider, has for the user: 1 to 255 bytes, compared exactly. A user may have ids of up to 16 provisioners, with names of 1 to 64 bytes.</summary>
        public NewUser ExternalId(string provisioner, string id)
        {
            operation.ExternalId(provisioner, Interop.NotNull(id));
            return this;
        }

        /// The operation that creates the user.
        internal Operation Operation() { return operation.Copy(); }
    }

    /// <summary>Changes to a user. Fields that are not set stay as they are.</summary>
    [NullableContext(1)]
    public sealed class UserUpdate
    {
        private readonly Operation operation = new Operation(OpCode.UpdateUser);

        /// <summary>Refuses the update with ErrorKind.Conflict unless the user still has this version.</summary>
        public UserUpdate IfVersion(ulong version)
        {
            operation.Number(OpField.IfVersion, version);
            return this;
        }

        /// <summary>Changes the email. A username that is the email follows.</summary>
        public UserUpdate Email(string email)
        {
            operation.Text(OpField.Email, email);
            return this;
        }

        /// <summary>Changes the username.</summary>
        public UserUpdate Username(string username)
        {
            operation.Text(OpField.Username, username);
            return this;
        }

        /// <summary>Makes the username follow the email again.</summary>
        public UserUpdate ResetUsername()
        {
            operation.None(OpField.Username);
            return this;
        }

        /// <summary>Changes the given (first) name; an empty one removes it.</summary>
        public UserUpdate GivenName(string name)
        {
            operation.Text(OpField.GivenName, name);
            return this;
        }

        /// <summary>Changes the family (last) name; an empty one removes it.</summary>
        public UserUpdate FamilyName(string name)
        {
            operation.Text(OpField.FamilyName, name);
            return this;
        }

        /// <summary>Sets whether the user administers the platform.</summary>
        public UserUpdate Admin(bool admin)
        {
            operation.Flag(OpField.Admin, admin);
            return this;
        }

        /// <summary>Sets one attribute and leaves the others.</summary>
        public UserUpdate Attribute(string name, string value)
        {
            operation.Attribute(name, Interop.NotNull(value));
            return this;
        }

        /// <summary>Removes one attribute, if the user has it.</summary>
        public UserUpdate RemoveAttribute(string name)
        {
            operation.Attribute(name, null);
            return this;
        }

        /// <summary>Removes all attributes except those that this update sets.</summary>
        public UserUpdate ReplaceAttributes()
        {
            operation.Flag(OpField.ReplaceAttributes, true);
            return this;
        }

        /// <summary>Sets the id that a provisioner has for the user, and leaves those of others.</summary>
        public UserUpdate ExternalId(string provisioner, string id)
        {
            operation.ExternalId(provisioner, Interop.NotNull(id));
            return this;
        }

        /// <summary>Removes the id that a provisioner has for the user, if there is one.</summary>
        public UserUpdate RemoveExternalId(string provisioner)
        {
            operation.ExternalId(provisioner, null);
            return this;
        }

        /// The operation that changes this user so.
        internal Operation Operation(string user) { return operation.Copy().User(user); }
    }

    /// <summary>Which users to return, in what order and how many. All conditions must be met. By default: all users, ordered by email, 100 on a page.</summary>
    [NullableContext(1)]
    public sealed class UserQuery
    {
        private readonly List<Step> steps = new List<Step>();

        /// <summary>Only users who are active.</summary>
        public UserQuery Active()
        {
            return Number(Native.HC_QUERY_FIELD_ACTIVE, 1);
        }

        /// <summary>Only users who are not active.</summary>
        public UserQuery Inactive()
        {
            return Number(Native.HC_QUERY_FIELD_ACTIVE, 0);
        }

        /// <summary>Only admins.</summary>
        public UserQuery AdminsOnly()
        {
            return Number(Native.HC_QUERY_FIELD_ADMINS, 1);
        }

        /// <summary>Only members of a workspace, in a role.</summary>
        public UserQuery MemberOf(ulong workspace, Role role = Role.Any)
        {
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_query_set_member_of(b, workspace, (int)role, out e));
            return this;
        }

        /// <summary>Only emails that start like this.</summary>
        public UserQuery EmailPrefix(string prefix)
        {
            return Text(Native.HC_QUERY_FIELD_EMAIL_PREFIX, prefix);
        }

        /// <summary>Only emails at this domain, in either of its forms.</summary>
        public UserQuery EmailDomain(string domain)
        {
            return Text(Native.HC_QUERY_FIELD_EMAIL_DOMAIN, domain);
        }

        /// <summary>Only usernames that start like this.</summary>
        public UserQuery UsernamePrefix(string prefix)
        {
            return Text(Native.HC_QUERY_FIELD_USERNAME_PREFIX, prefix);
        }

        /// <summary>Only users created at this moment or later.</summary>
        public UserQuery CreatedSince(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_CREATED_SINCE, Interop.Micros(at));
        }

        /// <summary>Only users created or changed at this moment or later.</summary>
        public UserQuery ChangedSince(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_CHANGED_SINCE, Interop.Micros(at));
        }

        /// <summary>Only users whose email, username or names contain each word of a text, in any case.</summary>
        public UserQuery Search(string text)
        {
            return Text(Native.HC_QUERY_FIELD_SEARCH, text);
        }

        /// <summary>Only users with this value of an attribute, compared exactly. A query can ask for up to 16 attributes.</summary>
        public UserQuery Attribute(string name, string value)
        {
            return Attribute(Interop.Utf8(name), Interop.Utf8(value));
        }

        /// <summary>Only users with an attribute, of any value.</summary>
        public UserQuery HasAttribute(string name)
        {
            return Attribute(Interop.Utf8(name), null);
        }

        /// <summary>Only users created before this moment.</summary>
        public UserQuery CreatedBefore(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_CREATED_BEFORE, Interop.Micros(at));
        }

        /// <summary>Only users who were last created or changed before this moment.</summary>
        public UserQuery ChangedBefore(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_CHANGED_BEFORE, Interop.Micros(at));
        }

        /// <summary>Only users last seen at this moment or later. A user who was never seen counts as seen at creation.</summary>
        public UserQuery SeenSince(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_SEEN_SINCE, Interop.Micros(at));
        }

        /// <summary>Only users last seen before this moment, as <see cref="SeenSince"/>.</summary>
        public UserQuery SeenBefore(DateTimeOffset at)
        {
            return Number(Native.HC_QUERY_FIELD_SEEN_BEFORE, Interop.Micros(at));
        }

        /// <summary>Sets the order; by email by default.</summary>
        public UserQuery Sort(Sort sort)
        {
            return Number(Native.HC_QUERY_FIELD_SORT, (ulong)sort);
        }

        /// <summary>Reverses the order: newest first, for example.</summary>
        public UserQuery Descending()
        {
            return Number(Native.HC_QUERY_FIELD_DESCENDING, 1);
        }

        /// <summary>Sets how many users a page may have: 1 to 10,000; 100 by default.</summary>
        public UserQuery Limit(int users)
        {
            return Number(Native.HC_QUERY_FIELD_LIMIT, Interop.Unsigned(nameof(users), users));
        }

        /// <summary>Sets where the page begins, from Page.Next.</summary>
        public UserQuery After(string place)
        {
            return Text(Native.HC_QUERY_FIELD_AFTER, place);
        }

        private UserQuery Text(int field, string value)
        {
            var t = Interop.Utf8(value);
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_query_set_text(b, field, t, Interop.Size(t), out e));
            return this;
        }

        private UserQuery Number(int field, ulong value)
        {
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_query_set_number(b, field, value, out e));
            return this;
        }

        private UserQuery Attribute(byte[] name, byte[] value)
        {
            var size = value == null ? UIntPtr.Zero : Interop.Size(value);
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_query_set_attribute(b, name, Interop.Size(name), value, size, out e));
            return this;
        }

        internal UserQuery Copy()
        {
            var copy = new UserQuery();
            copy.steps.AddRange(steps);
            return copy;
        }

        internal T Use<T>(Func<IntPtr, T> function)
        {
            var builder = Native.hc_query_new();
            try
            {
                foreach (var step in steps)
                    Interop.Check(step(builder, out var error), error);
                return function(builder);
            }
            finally
            {
                Native.hc_query_free(builder);
            }
        }
    }

    /// <summary>Options for opening a directory. By default a missing file is created, with the Community license.</summary>
    [NullableContext(1)]
    public sealed class Options
    {
        private readonly List<Step> steps = new List<Step>();
        internal TimeSpan Wait { get; private set; }

        internal int HostUsers { get; private set; } = 65536;

        /// <summary>Sets whether to create a missing file.</summary>
        public Options CreateIfMissing(bool create)
        {
            return Number(Native.HC_OPTION_CREATE_IF_MISSING, create ? 1UL : 0UL);
        }

        /// <summary>Sets the license of a new directory.</summary>
        public Options LicenseIfNew(License license)
        {
            Interop.NotNull(license, nameof(license));
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_options_set_license_if_new(b, license.Code, license.Count, out e));
            return this;
        }

        /// <summary>Sets whether to open the file for reading only.</summary>
        public Options ReadOnly(bool readOnly)
        {
            return Number(Native.HC_OPTION_READ_ONLY, readOnly ? 1UL : 0UL);
        }

        /// <summary>Sets how long to wait for a file that another process or handle has open: by default, not at all; with Timeout.InfiniteTimeSpan, until it is free.</summary>
        /// <exception cref="ArgumentOutOfRangeException">When the time is negative.</exception>
        public Options OpenTimeout(TimeSpan wait)
        {
            Wait = Interop.Wait(nameof(wait), wait);
            return this;
        }

        /// <summary>Limits the memory for pages of the file: 64 MiB by default.</summary>
        public Options PageCacheBytes(ulong bytes)
        {
            return Number(Native.HC_OPTION_PAGE_CACHE_BYTES, bytes);
        }

        /// <summary>Limits the library's memory for cached users: 64 MiB by default.</summary>
        public Options CacheBytes(ulong bytes)
        {
            return Number(Native.HC_OPTION_USER_CACHE_BYTES, bytes);
        }

        /// <summary>
        /// Sets the maximum number of users that this assembly caches, so that reading one again costs no call into C: 65,536 by
        /// default, 0 for none, and more than 4,194,304 count as that. A user who is read by email and by id counts twice, once
        /// for each key. Cached reads always reflect the latest commit.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">When the number is negative.</exception>
        public Options HostCacheUsers(int users)
        {
            HostUsers = (int)Interop.Unsigned(nameof(users), users);
            return this;
        }

        /// <summary>Limits the log beside the file; by default 64 MiB, or a quarter of a file
        /// above 256 MiB, up to 128 MiB.</summary>
        public Options LogBytes(ulong bytes)
        {
            return Number(Native.HC_OPTION_LOG_BYTES, bytes);
        }

        /// <summary>
        /// Trades durability for speed: writes are on disk after this time at the latest, up to a day, in milliseconds, to which
        /// it is rounded up. With zero, the default, each write is on disk when it returns. Opening refuses more than a day with
        /// ErrorKind.InvalidArgument.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">When the time is negative.</exception>
        public Options SyncInterval(TimeSpan interval)
        {
            return Number(Native.HC_OPTION_SYNC_INTERVAL_MS, Interop.Milliseconds(Interop.Wait(nameof(interval), interval)));
        }

        /// <summary>Sets whether to open a directory whose log can't be used, without the writes that are only in the log.</summary>
        public Options SalvageLog(bool salvage)
        {
            return Number(Native.HC_OPTION_SALVAGE_LOG, salvage ? 1UL : 0UL);
        }

        private Options Number(int option, ulong value)
        {
            steps.Add((IntPtr b, out IntPtr e) => Native.hc_options_set(b, option, value, out e));
            return this;
        }

        internal T Use<T>(Func<IntPtr, T> function)
        {
            var builder = Native.hc_options_new();
            try
            {
                foreach (var step in steps)
                    Interop.Check(step(builder, out var error), error);
                return function(builder);
            }
            finally
            {
                Native.hc_options_free(builder);
            }
        }
    }
}
