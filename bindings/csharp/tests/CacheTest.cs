using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using NUnit.Framework;

namespace Headcount.Tests
{
    [TestFixture]
    public class CacheTest
    {
        /// Writers in other threads and through another handle: nobody who has seen a version
        /// sees an older one, through the cache or past it.
        [Test]
        public void TheCacheNeverShowsAnOlderState()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            {
                var emails = new[] { "ann@ex.co", "bob@ex.co" };
                var ids = emails.Select(email => d.CreateUser(new NewUser(email)).Id).ToArray();
                var other = d.ActingAs(Directory.NewId());
                d.AfterRead = () => Thread.Sleep(0);
                var wrong = new List<string>();
                long hits = 0;
                const int enough = 100;
                var begun = Stopwatch.StartNew();
                var done = false;
                var readers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
                {
                    var seen = new ulong[2];
                    while (!Volatile.Read(ref done))
                    {
                        for (var turn = 0; turn < 12; turn++)
                        {
                            var who = turn % 2;
                            if (turn % 3 != 0 && d.IsCachedByEmail(emails[who]))
                                Interlocked.Increment(ref hits);
                            // A list is read past the cache.
                            var user = turn % 3 == 0 ? d.Find(new UserQuery().EmailPrefix(emails[who])).Single()
                                : turn % 4 == 0 ? d.FindUserById(ids[who]) : d.FindUserByEmail(emails[who]);
                            if (user.Version < seen[who])
                                lock (wrong)
                                    wrong.Add("version " + user.Version + " after " + seen[who]);
                            seen[who] = user.Version;
                        }
                    }
                })).ToList();
                var writers = new[] { d, other }.Select((handle, who) => new Thread(() =>
                {
                    // Both go on until the readers have met enough hits.
                    for (var number = 0; number < 500
                        || Interlocked.Read(ref hits) < enough && begun.Elapsed.TotalMinutes < 2; number++)
                    {
                        Thread.Sleep(number % 10 == 0 ? 1 : 0); // so that there are hits
                        var wrote = handle.UpdateUser(emails[who], new UserUpdate().GivenName(number.ToString())).Version;
                        var read = d.FindUserByEmail(emails[who]).Version;
                        if (read < wrote)
                            lock (wrong)
                                wrong.Add("version " + read + " after " + wrote + " was written");
                    }
                })).ToList();
                readers.Concat(writers).ToList().ForEach(thread => thread.Start());
                writers.ForEach(thread => thread.Join());
                Volatile.Write(ref done, true);
                readers.ForEach(thread => thread.Join());
                Assert.AreEqual("", string.Join("\n", wrong.Take(5)));
                Assert.That(hits, Is.AtLeast(enough), "no race");
            }
        }

        /// As many users as the option says, each counted once for each key by which it was read.
        [Test]
        public void TheCacheHoldsAsManyUsersAsTheOptionSays()
        {
            foreach (var users in new[] { 1, 2, 3, 4, 5, 64, 100 })
            {
                using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise).HostCacheUsers(users)))
                {
                    var batch = new Batch();
                    for (var i = 0; i < 10 * users; i++)
                        batch.CreateUser(new NewUser("u" + i + "@ex.co"));
                    d.Apply(batch);
                    foreach (var user in d.Users())
                    {
                        Assert.AreSame(d.FindUserById(user.Id), d.FindUserById(user.Id));
                        Assert.AreSame(d.FindUser(user.Email), d.FindUser(user.Email));
                    }
                    Assert.AreEqual(users, d.Cached);
                    var last = "u" + (10 * users - 1) + "@ex.co";
                    Assert.AreSame(d.FindUserByEmail(last), d.FindUserByEmail(last));
                    Assert.IsTrue(d.IsCachedByEmail(last));
                    d.DeleteUser(last);
                    Assert.IsNull(d.FindUserByEmail(last));
                }
            }
            using (var d = Directory.InMemory(new Options().HostCacheUsers(0)))
            {
                d.CreateUser(new NewUser("a@ex.co"));
                Assert.AreNotSame(d.FindUserByEmail("a@ex.co"), d.FindUserByEmail("a@ex.co"));
            }
            Directory.InMemory(new Options().HostCacheUsers(int.MaxValue)).Dispose();
        }

        private static User Ann()
        {
            using (var d = Directory.InMemory())
                return d.CreateUser(new NewUser("ann@ex.co"));
        }

        /// Every place is used, and what was read by one key is not found by another.
        [Test]
        public void KeysOfEveryKindShareTheTable()
        {
            var ann = Ann();
            var cache = new HostCache(64);
            for (var i = 0; i < 1000; i++)
            {
                foreach (var kind in new[] { KeyKind.Any, KeyKind.Email, KeyKind.Username })
                {
                    cache.Put(2, kind, "u" + i, Guid.Empty, ann);
                    Assert.AreSame(ann, cache.Get(2, kind, "u" + i, Guid.Empty));
                }
                var id = Guid.NewGuid();
                cache.Put(2, KeyKind.Id, null, id, ann);
                Assert.AreSame(ann, cache.Get(2, KeyKind.Id, null, id));
            }
            Assert.AreEqual(64, cache.Count);
            cache.Put(2, KeyKind.Email, "x", Guid.Empty, ann);
            Assert.IsNull(cache.Get(2, KeyKind.Username, "x", Guid.Empty));
        }

        /// Two keys that are read in turn both stay in the end, whichever places they hash to.
        [Test]
        public void KeysDoNotEvictEachOtherForever()
        {
            var ann = Ann();
            for (var round = 0; round < 50; round++)
            {
                var cache = new HostCache(HostCache.Ways);
                Func<string, User> get = key => cache.Get(2, KeyKind.Any, key, Guid.Empty);
                foreach (var key in new[] { "w", "x", "y", "z" })
                    cache.Put(2, KeyKind.Any, key, Guid.Empty, ann);
                for (var turn = 0; get("a") == null || get("b") == null; turn++)
                {
                    Assert.That(turn, Is.LessThan(1000), "two keys evict each other");
                    foreach (var key in new[] { "a", "b" }.Where(key => get(key) == null))
                        cache.Put(2, KeyKind.Any, key, Guid.Empty, ann);
                }
            }
        }

        [Test]
        public void ALaterEntryIsNotReplacedByAnEarlierOne()
        {
            User early = Ann(), late = Ann();
            var cache = new HostCache(HostCache.Ways);
            Action<ulong, string, User> put = (generation, key, user) => cache.Put(generation, KeyKind.Any, key, Guid.Empty, user);
            Func<ulong, string, User> get = (generation, key) => cache.Get(generation, KeyKind.Any, key, Guid.Empty);
            for (var i = 0; i < HostCache.Ways; i++)
            {
                put(4, "a", late);
                put(2, "a", early);
                put(2, "b", early);
                Assert.AreSame(late, get(4, "a"));
            }
            Assert.IsNull(get(2, "a") ?? get(2, "b"));
            var others = new[] { "b", "c", "d", "e" };
            foreach (var key in others)
                put(6, key, late);
            foreach (var key in others)
                Assert.AreSame(late, get(6, key));
            put(7, "f", late); // A commit is going on.
            Assert.IsNull(get(7, "f"));
        }
    }
}
