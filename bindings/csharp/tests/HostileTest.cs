using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using NUnit.Framework;

namespace Headcount.Tests
{
    /// What programs do to a directory while they use it in other ways.
    [TestFixture]
    public class HostileTest
    {
        private static readonly Options Enterprise = new Options().LicenseIfNew(License.Enterprise);

        private static void Closed(TestDelegate call)
        {
            Assert.AreEqual(ErrorKind.Closed, Assert.Throws<HeadcountException>(call).Kind);
        }

        [Test]
        public void AStreamMayUseTheDirectory()
        {
            using (var files = new Files())
            {
                var directory = Directory.Open(files.Path("users.redb"), Enterprise);
                directory.CreateUser(new NewUser("a@ex.co"));
                var calls = 0;
                directory.Export(new Writing(() =>
                {
                    directory.CreateUser(new NewUser("u" + ++calls + "@ex.co"));
                    Assert.IsNotNull(directory.FindUser("a@ex.co"));
                    directory.Export(new MemoryStream());
                }));
                Assert.That(calls, Is.GreaterThan(0));
                try
                {
                    directory.Export(new Writing(directory.Dispose));
                }
                catch (HeadcountException closed)
                {
                    Assert.AreEqual(ErrorKind.Closed, closed.Kind); // Closing ends the export, or comes after its end.
                }
                Closed(() => directory.FindUser("a@ex.co"));
            }
        }

        private sealed class Writing : MemoryStream
        {
            private readonly Action call;

            internal Writing(Action call) { this.call = call; }

            public override void Write(byte[] buffer, int offset, int count) { call(); }
        }

        /// Calls of every kind that are under way when the directory is closed, or come after it.
        [Test]
        public void ClosingEndsEveryCall()
        {
            for (var round = 0; round < 20; round++)
            {
                using (var files = new Files())
                {
                    var directory = Directory.Open(files.Path("users.redb"), Enterprise);
                    directory.CreateUser(new NewUser("a@ex.co"));
                    var number = 0;
                    var calls = new Dictionary<string, Action>
                    {
                        { "FindUser", () => directory.FindUser("a@ex.co") },
                        { "CreateUser", () => directory.CreateUser(new NewUser("u" + Interlocked.Increment(ref number) + "@ex.co")) },
                        { "Users", () => directory.Users().Count() }, { "Find", () => directory.Find(new UserQuery().Limit(1)).Count() },
                        { "Export", () => directory.Export(new MemoryStream()) }, { "Verify", () => directory.Verify() },
                        { "Through", () => directory.Through("rest") }, { "StatsText", () => directory.StatsText() },
                        { "Follow", () => directory.Follow(0).Next(TimeSpan.FromMilliseconds(1)) },
                        { "ApplyAsync", () => directory.ApplyAsync(new Batch().ActivateUser("a@ex.co")).GetAwaiter().GetResult() },
                        { "NextAsync", () => directory.Follow(0).NextAsync(TimeSpan.FromMilliseconds(1)).GetAwaiter().GetResult() }
                    };
                    var wrong = new ConcurrentQueue<string>();
                    var threads = calls.Select(each => new Thread(() =>
                    {
                        try
                        {
                            while (true)
                                each.Value();
                        }
                        catch (Exception failure)
                        {
                            if ((failure as HeadcountException)?.Kind != ErrorKind.Closed)
                                wrong.Enqueue(each.Key + ": " + failure);
                        }
                    })).Concat(new[] { new Thread(directory.Dispose) }).ToList();
                    foreach (var thread in threads.Take(calls.Count))
                        thread.Start();
                    Thread.Sleep(round);
                    threads.Last().Start();
                    directory.Dispose();
                    foreach (var thread in threads)
                        Assert.IsTrue(thread.Join(20000), "still calls");
                    Assert.AreEqual("", string.Join("\n", wrong));
                }
            }
        }

        /// Garbage is collected while handles that nobody holds are in use.
        [Test]
        public void HandlesLiveUntilTheirCallsReturn()
        {
            var done = false;
            var collector = new Thread(() =>
            {
                while (!Volatile.Read(ref done))
                    GC.Collect();
            }) { IsBackground = true };
            collector.Start();
            try
            {
                var clock = Stopwatch.StartNew();
                do
                {
                    Assert.AreEqual("a@ex.co", Directory.InMemory().CreateUser(new NewUser("a@ex.co")).Email);
                    Assert.IsNull(Directory.InMemory().FindUser("a@ex.co"));
                    Assert.IsNull(Directory.InMemory().Follow(0).Next(TimeSpan.Zero));
                    Assert.AreEqual(0, Directory.InMemory().Through("rest").Users().Count());
                    StringAssert.Contains("headcount_", Directory.InMemory().StatsText());
                } while (clock.ElapsedMilliseconds < 2000);
            }
            finally
            {
                Volatile.Write(ref done, true);
                collector.Join();
            }
        }

        /// Nobody can change what others, too, have from the cache.
        [Test]
        public void ResultsCannotBeChanged()
        {
            using (var directory = Directory.InMemory())
            {
                directory.CreateUser(new NewUser("a@ex.co").Attribute("a", "b").ExternalId("okta", "1"));
                directory.CreateUser(new NewUser("b@ex.co"));
                foreach (var user in new[] { directory.FindUser("a@ex.co"), directory.FindUser("b@ex.co"), directory.ActivateUser("a@ex.co") })
                {
                    foreach (var pairs in new[] { user.Attributes, user.ExternalIds })
                        Assert.Throws<NotSupportedException>(() => ((IDictionary<string, string>)pairs).Add("x", "y"));
                }
                var outcomes = directory.Apply(new Batch().ActivateUser("a@ex.co")).Outcomes;
                Assert.Throws<NotSupportedException>(() => ((IList<Outcome>)outcomes).Clear());
            }
        }
    }
}
