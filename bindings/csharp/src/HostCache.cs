using System;
using System.Collections.Concurrent;

namespace Headcount
{
    /// Users on this side of the calls into C. An entry is valid while the library's generation is what it was
    /// before the user was read; see hc_directory_generation in headcount.h.
    internal sealed class HostCache<TKey>
    {
        private sealed class Entry
        {
            internal ulong Generation;
            internal User User;
        }

        private readonly ConcurrentDictionary<TKey, Entry> users = new ConcurrentDictionary<TKey, Entry>();
        private readonly int most;
        private int added;

        internal HostCache(int most) { this.most = most; }

        internal int Count { get { return users.Count; } }

        internal User Get(ulong generation, TKey key)
        {
            return generation % 2 == 0 && users.TryGetValue(key, out var entry) && entry.Generation == generation ? entry.User : null;
        }

        internal void Put(ulong generation, TKey key, User user)
        {
            if (most <= 0 || generation % 2 != 0)
                return;
            // Counting the entries would take all locks; replaced ones count as added, which only empties it sooner.
            if (System.Threading.Interlocked.Increment(ref added) > most)
            {
                users.Clear();
                System.Threading.Interlocked.Exchange(ref added, 1);
            }
            users[key] = new Entry { Generation = generation, User = user };
        }
    }
}
