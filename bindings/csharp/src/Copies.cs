using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Headcount
{
    /// Makes objects of native ones, and frees those.
    internal static class Copies
    {
        internal static User User(IntPtr user)
        {
            if (user == IntPtr.Zero)
                return null;
            try
            {
                return new User(Interop.Id(Native.hc_user_id(user)), Interop.Text(Native.hc_user_email(user)),
                    Interop.Text(Native.hc_user_username(user)), Interop.Text(Native.hc_user_given_name(user)),
                    Interop.Text(Native.hc_user_family_name(user)), Native.hc_user_is_active(user) == 1,
                    Native.hc_user_is_admin(user) == 1, Attributes(user), ExternalIds((i, by, id) => Native.hc_user_external_id_at(user, i, by, id)), Native.hc_user_version(user),
                    Interop.Moment(Native.hc_user_created_at_micros(user)),
                    Interop.Moment(Native.hc_user_updated_at_micros(user)),
                    Interop.PerhapsMoment(Native.hc_user_deactivated_at_micros(user)));
            }
            finally
            {
                Native.hc_user_free(user);
            }
        }

        private static IReadOnlyDictionary<string, string> Attributes(IntPtr user)
        {
            var attributes = new Dictionary<string, string>();
            var count = (ulong)Native.hc_user_attribute_count(user);
            for (ulong i = 0; i < count; i++)
            {
                Native.hc_user_attribute_at(user, (UIntPtr)i, out var name, out var value, out var length);
                attributes.Add(Interop.Text(name), Interop.Text(value, (int)length));
            }
            return new ReadOnlyDictionary<string, string>(attributes);
        }

        private static IReadOnlyDictionary<string, string> ExternalIds(Func<UIntPtr, byte[], byte[], int> at)
        {
            var ids = new Dictionary<string, string>();
            byte[] provisioner = null, id = null;
            while (at((UIntPtr)(uint)ids.Count, provisioner, id) == 1)
            {
                if (id == null)
                {
                    provisioner = new byte[Native.HC_PROVISIONER_BYTES];
                    id = new byte[Native.HC_EXTERNAL_ID_BYTES];
                    continue;
                }
                ids.Add(Text(provisioner), Text(id));
            }
            return new ReadOnlyDictionary<string, string>(ids);
        }

        internal static Workspace Workspace(IntPtr workspace)
        {
            if (workspace == IntPtr.Zero)
                return null;
            try
            {
                var of = Native.hc_workspace_default_of(workspace);
                return new Workspace(Native.hc_workspace_id(workspace), Interop.Text(Native.hc_workspace_name(workspace)),
                    Native.hc_workspace_is_archived(workspace) == 1, of == IntPtr.Zero ? (Guid?)null : Interop.Id(of),
                    ExternalIds((i, by, id) => Native.hc_workspace_external_id_at(workspace, i, by, id)),
                    Native.hc_workspace_version(workspace), Interop.Moment(Native.hc_workspace_created_at_micros(workspace)),
                    Interop.Moment(Native.hc_workspace_updated_at_micros(workspace)));
            }
            finally
            {
                Native.hc_workspace_free(workspace);
            }
        }

        internal static Applied Applied(IntPtr applied)
        {
            try
            {
                var count = (int)Native.hc_applied_count(applied);
                var packed = new byte[Packed.HeaderBytes + Packed.OutcomeBytes * count];
                Interop.Check(Native.hc_applied_read(applied, UIntPtr.Zero, packed, Interop.Size(packed), out _, out var error), error);
                var outcomes = new List<Outcome>(count);
                for (int i = 0, record = Packed.HeaderBytes; i < count; i++, record += Packed.I32(packed, record))
                {
                    Interop.Check(Native.hc_applied_get_user(applied, (UIntPtr)(uint)i, out var user, out error), error);
                    outcomes.Add(Packed.Outcome(packed, record, User(user)));
                }
                var sequence = Native.hc_applied_sequence(applied);
                var ownerless = new ulong[(int)Native.hc_applied_ownerless_count(applied)];
                for (var i = 0; i < ownerless.Length; i++)
                    ownerless[i] = Native.hc_applied_ownerless_at(applied, (UIntPtr)(uint)i);
                return new Applied(sequence == 0 ? (ulong?)null : sequence, Native.hc_applied_is_replayed(applied) == 1,
                    outcomes.AsReadOnly(), Array.AsReadOnly(ownerless));
            }
            finally
            {
                Native.hc_applied_free(applied);
            }
        }

        internal static IReadOnlyList<HeadcountException> Refusals(IntPtr list)
        {
            try
            {
                var refusals = new List<HeadcountException>();
                var count = (ulong)Native.hc_refusals_count(list);
                for (ulong i = 0; i < count; i++)
                    refusals.Add(HeadcountException.Read(Native.hc_refusals_at(list, (UIntPtr)i)));
                return refusals;
            }
            finally
            {
                Native.hc_refusals_free(list);
            }
        }

        internal static FaultList Faults(IntPtr list)
        {
            try
            {
                var listed = new List<Fault>();
                var count = (ulong)Native.hc_faults_count(list);
                for (ulong i = 0; i < count; i++)
                    listed.Add(new Fault(Interop.Text(Native.hc_faults_kind_at(list, (UIntPtr)i)),
                        Interop.Text(Native.hc_faults_text_at(list, (UIntPtr)i))));
                return new FaultList(Native.hc_faults_total(list), listed, Native.hc_faults_set_aside(list),
                    Native.hc_faults_seats_over(list));
            }
            finally
            {
                Native.hc_faults_free(list);
            }
        }

        /// What the library gives for the seats of a license without a limit.
        internal const ulong NoLimit = ulong.MaxValue;

        private static ulong? Limit(ulong seats) { return seats == NoLimit ? (ulong?)null : seats; }

        internal static Seats Seats(hc_seats s)
        {
            return new Seats(License.Of(s.license, s.limit), s.license_version, Limit(s.limit), s.active, s.inactive, Limit(s.free), s.over_by);
        }

        internal static Verified Verified(hc_verified v)
        {
            return new Verified(v.active, v.inactive, v.deleted, v.workspaces, v.members, v.changes);
        }

        internal static Stats Stats(hc_stats s)
        {
            return new Stats(s.users_active, s.users_inactive, s.workspaces, s.latest_change, s.cache_entries, s.cache_bytes,
                s.cache_hits, s.cache_misses, s.commit_requests, s.commit_groups, Limit(s.seats_limit), s.file_bytes, s.log_bytes,
                s.checkpoints, s.checkpoint_micros, s.checkpoint_micros_max);
        }

        internal static Copied Copied(hc_copied c) { return new Copied(c.users, c.sequence, c.bytes); }

        internal static hc_copied NewCopied()
        {
            return new hc_copied { struct_size = (uint)Marshal.SizeOf(typeof(hc_copied)) };
        }

        /// A text with a NUL behind it.
        internal static string Text(byte[] bytes)
        {
            return Encoding.UTF8.GetString(bytes, 0, Array.IndexOf(bytes, (byte)0));
        }
    }
}
