using System;
using System.Threading;

namespace Headcount
{
    /// By what a user is asked for; numbers of the library.
    internal enum KeyKind
    {
        Any = 1,
        Email = 2,
        Username = 3,
        Id = 4
    }

    /// Users on this side of the calls into C, each under the key by which it was read. An entry is valid while the
    /// library's generation is what it was before the user was read; see hc_directory_generation in headcount.h.
    ///
    /// It is a table of places. A key may be in any of a few places in a row, so a hit takes no lock, and there are
    /// never more entries than places.
    internal sealed class HostCache
    {
        /// The places of this many users take 32 MiB before any user is in them.
        internal const int UsersMax = 1 << 22;

        /// Up to this many places may hold a key.
        internal const int Ways = 4;

        private sealed class Entry
        {
            internal ulong Generation;
            internal KeyKind Kind;
            internal string Text;
            internal Guid Id;
            internal User User;

            internal bool IsOf(KeyKind kind, string text, Guid id) { return Kind == kind && Text == text && Id == id; }
        }

        [ThreadStatic]
        private static uint random;

        private readonly Entry[] places;
        private readonly int ways;

        internal HostCache(int users)
        {
            places = new Entry[Math.Min(users, UsersMax)];
            ways = Math.Min(Ways, places.Length);
        }

        internal int Count
        {
            get
            {
                var count = 0;
                foreach (var place in places)
                    count += place == null ? 0 : 1;
                return count;
            }
        }

        /// The user that was kept in this generation under a text of some kind, or an id; null if none was.
        internal User Get(ulong generation, KeyKind kind, string text, Guid id)
        {
            if (generation % 2 != 0)
                return null;
            var start = Start(kind, text, id);
            for (var at = start; at < start + ways; at++)
            {
                var found = Volatile.Read(ref places[at]);
                if (found != null && found.Generation == generation && found.IsOf(kind, text, id))
                    return found.User;
            }
            return null;
        }

        /// Keeps a user that was read after the generation was, unless a commit was going on or there are entries of a
        /// later generation. Where all places are in use, any of them is given up: a fixed choice would let two keys that
        /// are in use evict each other forever.
        internal void Put(ulong generation, KeyKind kind, string text, Guid id, User user)
        {
            if (ways == 0 || generation % 2 != 0)
                return;
            var start = Start(kind, text, id);
            var place = start + Any(ways);
            var replaced = Volatile.Read(ref places[place]);
            for (var at = start + ways - 1; at >= start; at--) // Downward, so that the first free place wins.
            {
                var found = Volatile.Read(ref places[at]);
                if (found == null || found.Generation < generation)
                {
                    place = at;
                    replaced = found;
                }
                else if (found.Generation > generation || found.IsOf(kind, text, id))
                {
                    return;
                }
            }
            // It fails when another thread was faster, whose entry may be of a later generation.
            var entry = new Entry { Generation = generation, Kind = kind, Text = text, Id = id, User = user };
            Interlocked.CompareExchange(ref places[place], entry, replaced);
        }

        /// The first of the places that may hold a key: spread over the starts of as many in a row.
        private int Start(KeyKind kind, string text, Guid id)
        {
            var hash = unchecked((ulong)((text ?? "").GetHashCode() ^ id.GetHashCode()) + 31 * (ulong)kind) * 0x9E3779B97F4A7C15;
            return (int)((hash >> 32) * (ulong)(places.Length - ways + 1) >> 32);
        }

        /// A number below another one, by a xorshift: System.Random is not for several threads.
        private static int Any(int below)
        {
            var next = random == 0 ? (uint)Thread.CurrentThread.ManagedThreadId : random;
            next ^= next << 13;
            next ^= next >> 17;
            next ^= next << 5;
            random = next;
            return (int)(next % (uint)below);
        }
    }
}
