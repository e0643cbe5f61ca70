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

        [Test]
        public void TheCacheIsBounded()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise).HostCacheUsers(64)))
            {
                for (var i = 0; i < 500; i++)
                {
                    var user = d.CreateUser(new NewUser("u" + i + "@ex.co"));
                    Assert.AreSame(d.FindUserByEmail(user.Email), d.FindUserByEmail(user.Email));
                    Assert.That(d.CachedByEmail, Is.InRange(1, 16));
                }
                d.DeleteUser("u499@ex.co");
                Assert.IsNull(d.FindUserByEmail("u499@ex.co"));
            }
            using (var d = Directory.InMemory(new Options().HostCacheUsers(0)))
            {
                d.CreateUser(new NewUser("a@ex.co"));
                Assert.AreNotSame(d.FindUserByEmail("a@ex.co"), d.FindUserByEmail("a@ex.co"));
            }
        }
    }
}
