using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Text;

namespace Headcount
{
    /// Reads packed records, which docs/packed.md specifies.
    internal static class Packed
    {
        internal const byte Version = 1;
        internal const int HeaderBytes = 16, OutcomeBytes = 48;

        private static readonly IReadOnlyDictionary<string, string> NoPairs = new ReadOnlyDictionary<string, string>(new Dictionary<string, string>());

        internal static int U16(byte[] b, int at) { return b[at] | b[at + 1] << 8; }

        internal static int I32(byte[] b, int at) { return b[at] | b[at + 1] << 8 | b[at + 2] << 16 | b[at + 3] << 24; }

        internal static ulong U64(byte[] b, int at) { return (uint)I32(b, at) | (ulong)(uint)I32(b, at + 4) << 32; }

        private static Guid? Perhaps(bool there, byte[] b, int at) { return there ? Interop.Id(b, at) : (Guid?)null; }

        /// The text whose place is at `place`; null where there is none.
        private static string Text(byte[] b, int record, int place)
        {
            var start = I32(b, place);
            return start == 0 ? null : Encoding.UTF8.GetString(b, record + start, I32(b, place + 4));
        }

        internal static User User(byte[] b, int r)
        {
            var flags = U16(b, r + 6);
            var email = Text(b, r, r + 48);
            var username = I32(b, r + 48) == I32(b, r + 56) ? email : Text(b, r, r + 56);
            return new User(Interop.Id(b, r + 8), email, username, Text(b, r, r + 64), Text(b, r, r + 72), (flags & 1) != 0,
                (flags & 2) != 0, Pairs(b, r, r + 80), Pairs(b, r, r + 96), U64(b, r + 24), Interop.Moment(U64(b, r + 32)), Interop.Moment(U64(b, r + 40)),
                Interop.PerhapsMoment(U64(b, r + 88)));
        }

        /// The table whose place is at `place`.
        private static IReadOnlyDictionary<string, string> Pairs(byte[] b, int r, int place)
        {
            int entry = r + I32(b, place), count = I32(b, place + 4);
            if (count == 0)
                return NoPairs;
            var pairs = new Dictionary<string, string>(count);
            for (var end = entry + 16 * count; entry < end; entry += 16)
                pairs.Add(Text(b, r, entry), Text(b, r, entry + 8));
            return new ReadOnlyDictionary<string, string>(pairs);
        }

        internal static Workspace Workspace(byte[] b, int r)
        {
            var flags = U16(b, r + 6);
            return new Workspace(U64(b, r + 8), Text(b, r, r + 56), (flags & 1) != 0, Perhaps((flags & 2) != 0, b, r + 40),
                Pairs(b, r, r + 64), U64(b, r + 16), Interop.Moment(U64(b, r + 24)), Interop.Moment(U64(b, r + 32)));
        }

        internal static Member Member(byte[] b, int r)
        {
            return new Member(U64(b, r + 8), Interop.Id(b, r + 16), (Role)U16(b, r + 6), Interop.Moment(U64(b, r + 32)), U64(b, r + 40));
        }

        internal static Change Change(byte[] b, int r)
        {
            var flags = U16(b, r + 6);
            int table = r + I32(b, r + 56), bytes = I32(b, r + 64);
            var events = new Event[I32(b, r + 60)];
            for (var i = 0; i < events.Length; i++)
                events[i] = Event(b, table + i * bytes);
            return new Change(U64(b, r + 8), Interop.Moment(U64(b, r + 16)), Perhaps((flags & 1) != 0, b, r + 24),
                Text(b, r, r + 72), Perhaps((flags & 2) != 0, b, r + 40), events);
        }

        internal static Outcome Outcome(byte[] b, int r, User user)
        {
            var workspace = U64(b, r + 16);
            var id = Interop.Id(b, r + 24);
            return new Outcome((Subject)I32(b, r + 40), (U16(b, r + 6) & 1) != 0, U64(b, r + 8), workspace == 0 ? (ulong?)null : workspace,
                id == Guid.Empty ? (Guid?)null : id, user);
        }

        private static Event Event(byte[] b, int e)
        {
            var flags = U16(b, e + 2);
            var kind = (EventKind)U16(b, e);
            var role = I32(b, e + 32);
            return new Event(kind, Perhaps((flags & 1) != 0, b, e + 16), (flags & 2) != 0 ? U64(b, e + 8) : (ulong?)null,
                (Fields)I32(b, e + 4), (flags & 4) != 0, role == 0 ? (Role?)null : (Role)role,
                kind == EventKind.LicenseSet ? License.Of(I32(b, e + 36), U64(b, e + 40)) : null);
        }

        internal delegate int NextBatch(byte[] buffer, UIntPtr capacity, out UIntPtr written, out IntPtr error);

        /// Reads the next batch into the buffer, which it replaces if that is too small.
        internal static int Fill(ref byte[] buffer, NextBatch next)
        {
            while (true)
            {
                var status = next(buffer, Interop.Size(buffer), out var written, out var error);
                if (status == 0)
                    return (int)written;
                var refused = HeadcountException.Take(status, error);
                if (refused.Kind != ErrorKind.BufferTooSmall || refused.BufferBytes <= (ulong)buffer.Length)
                    throw refused;
                buffer = new byte[refused.BufferBytes];
            }
        }
    }
}
