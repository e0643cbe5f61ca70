using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Headcount.Tests
{
    /// Rare but legal texts, numbers, times, paths and orders of calls, and illegal ones.
    [TestFixture]
    public class AwkwardTest
    {
        private static void Refused(ErrorKind kind, TestDelegate call)
        {
            Assert.AreEqual(kind, Assert.Throws<HeadcountException>(call).Kind);
        }

        private static Directory Enterprise() { return Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)); }

        [Test]
        public void TextsComeBackAsTheyWere()
        {
            using (var directory = Enterprise())
            {
                foreach (var name in new[] { "😀 🦀", "שלום עולם", new string('x', 200), new string('é', 100), "\uFFFD", "?" })
                {
                    var user = directory.CreateUser(new NewUser("a@ex.co").GivenName(name).Attribute(name, "a\0b" + name));
                    foreach (var read in new[] { user, directory.FindUserByEmail("a@ex.co"), directory.FindUsersByIds(new[] { user.Id })[0], directory.ActivateUser("a@ex.co") })
                    {
                        Assert.AreEqual(name, read.GivenName);
                        Assert.AreEqual("a\0b" + name, read.Attributes[name]);
                    }
                    directory.DeleteUser("a@ex.co");
                }
                Assert.IsNull(directory.CreateUser(new NewUser("a@ex.co").GivenName("")).GivenName);
                Assert.IsNull(directory.FindUserByEmail(""));
            }
        }

        [Test]
        public void HalfOfASurrogatePairIsRefusedAndNotReplaced()
        {
            using (var directory = Enterprise())
            {
                directory.CreateUser(new NewUser("a@ex.co"));
                var calls = new List<Action<string>>
                {
                    text => directory.FindUser(text), text => directory.FindUserByUsername(text), text => directory.TouchUser(text),
                    text => directory.Through(text), text => directory.CreateWorkspace(text, "a@ex.co"),
                    text => directory.FindUsersByEmails(new[] { text }), text => directory.FindUserByExternalId("okta", text),
                    text => directory.CreateUser(new NewUser("b@ex.co").GivenName(text)),
                    text => directory.CreateUser(new NewUser("b@ex.co").Attribute("a", text)),
                    text => directory.UpdateUser("a@ex.co", new UserUpdate().Attribute(text, "a")),
                    text => directory.Query(new UserQuery().Search(text)), text => Directory.Open(text),
                    text => License.Parse(text), text => Directory.UsernameKey(text)
                };
                foreach (var half in new[] { "\ud83e", "\udd80", "x\ud83e", "\udd80\ud83e", "🦀\udd80" })
                {
                    foreach (var call in calls)
                        Refused(ErrorKind.InvalidUtf8, () => call(half));
                }
            }
        }

        [Test]
        public void NumbersAndMomentsAtTheirEnds()
        {
            using (var directory = Enterprise())
            {
                var late = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
                Assert.AreEqual(late, directory.CreateUser(new NewUser("a@ex.co").CreatedAt(late)).CreatedAt);
                foreach (var at in new[] { DateTimeOffset.MinValue, new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.FromHours(1)), DateTimeOffset.MaxValue })
                {
                    Refused(ErrorKind.InvalidArgument, () => directory.CreateUser(new NewUser("b@ex.co").CreatedAt(at)));
                    Refused(ErrorKind.InvalidArgument, () => directory.Query(new UserQuery().CreatedSince(at)));
                    Refused(ErrorKind.InvalidArgument, () => directory.SeatHistory(at));
                }
                foreach (var call in new TestDelegate[] { () => directory.FindFaults(-1), () => new UserQuery().Limit(-1), () => new Options().HostCacheUsers(-1),
                    () => new Options().OpenTimeout(TimeSpan.FromSeconds(-1)), () => new Options().SyncInterval(TimeSpan.MinValue), () => new Options().SyncInterval(new TimeSpan(-1)), () => directory.Follow(0).Next(TimeSpan.MinValue) })
                    Assert.Throws<ArgumentOutOfRangeException>(call);
                foreach (var limit in new[] { 0, int.MaxValue })
                    Refused(ErrorKind.InvalidArgument, () => directory.Query(new UserQuery().Limit(limit)));
                var conflict = Assert.Throws<HeadcountException>(() => directory.UpdateUser("a@ex.co", new UserUpdate().IfVersion(ulong.MaxValue)));
                Assert.AreEqual(ulong.MaxValue, conflict.Versions.Expected);
                directory.SetLicense(License.WithSeats(ulong.MaxValue - 1));
                Assert.AreEqual(ulong.MaxValue - 1, directory.Seats().Limit);
                Assert.IsNull(directory.FindWorkspace(ulong.MaxValue));
                Refused(ErrorKind.ChangeNotYet, () => directory.Follow(ulong.MaxValue).Next(TimeSpan.Zero));
            }
        }

        [Test]
        public void WaitsMayHaveNoEnd()
        {
            using (var files = new Files())
            {
                var first = Directory.Open(files.Path("users.redb"));
                var feed = first.Follow(0);
                var next = Task.Run(() => feed.Next(Timeout.InfiniteTimeSpan));
                var later = feed.NextAsync(TimeSpan.MaxValue);
                first.CreateUser(new NewUser("a@ex.co"));
                first.CreateUser(new NewUser("b@ex.co"));
                Assert.AreEqual(3, next.Result.Sequence + later.Result.Sequence);
                Refused(ErrorKind.AlreadyOpen, () => Directory.Open(files.Path("users.redb")));
                var second = Task.Run(() => Directory.Open(files.Path("users.redb"), new Options().OpenTimeout(Timeout.InfiniteTimeSpan)));
                first.Dispose();
                second.Result.Dispose();
                Refused(ErrorKind.InvalidArgument, () => Directory.Open(files.Path("users.redb"), new Options().SyncInterval(TimeSpan.MaxValue)));
            }
        }

        [Test]
        public void AShortIntervalIsNotTakenForNone()
        {
            using (var files = new Files())
            {
                foreach (var interval in new[] { TimeSpan.Zero, new TimeSpan(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24) })
                {
                    using (var directory = Directory.Open(files.Path(interval.Ticks + ".redb"), new Options().SyncInterval(interval)))
                    {
                        directory.CreateUser(new NewUser("a@ex.co"));
                        // With an interval, a thread syncs the file, which names itself when it first runs.
                        var isBackground = interval > TimeSpan.Zero;
                        var deadline = DateTime.UtcNow.AddSeconds(20);
                        while (isBackground && !Threads().Contains("headcount-sync") && DateTime.UtcNow < deadline)
                            Thread.Sleep(1);
                        Assert.AreEqual(isBackground, Threads().Contains("headcount-sync"), interval.ToString());
                    }
                }
                Refused(ErrorKind.InvalidArgument, () => Directory.InMemory(new Options().SyncInterval(TimeSpan.FromHours(24) + new TimeSpan(1))));
            }
        }

        private static List<string> Threads()
        {
            var names = new List<string>();
            foreach (var thread in System.IO.Directory.GetDirectories("/proc/self/task"))
            {
                try
                {
                    names.Add(File.ReadAllText(Path.Combine(thread, "comm")).Trim());
                }
                catch (IOException)
                {
                    // The thread has ended.
                }
            }
            return names;
        }

        [Test]
        public void APathIsThatOfAFile()
        {
            using (var files = new Files())
            {
                var folder = files.Path("größe 李 🦀");
                System.IO.Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, " users 'a' \"b\".redb");
                Directory.Open(path).Dispose();
                Assert.IsTrue(File.Exists(path));
                Refused(ErrorKind.IO, () => Directory.Open(Path.Combine(folder, "none", "users.redb")));
                Refused(ErrorKind.IO, () => Directory.Open(Path.Combine(folder, "none"), new Options().CreateIfMissing(false)));
                foreach (var wrong in new[] { folder, "", "a\0b" })
                    Assert.Throws<HeadcountException>(() => Directory.Open(wrong));
                using (var reader = Directory.Open(path, new Options().ReadOnly(true)))
                using (Directory.Open(path, new Options().ReadOnly(true)))
                    Refused(ErrorKind.ReadOnly, () => reader.CreateUser(new NewUser("a@ex.co")));
            }
        }

        [Test]
        public void ListsGoOnWhileOthersWriteAndEndWhenTheDirectoryIsClosed()
        {
            var directory = Enterprise();
            var batch = new Batch();
            for (var i = 0; i < 5000; i++)
                batch.CreateUser(new NewUser("u" + i + "@ex.co").GivenName(new string('x', 100)));
            directory.Apply(batch);
            var seen = 0;
            foreach (var user in directory.Users())
            {
                if (++seen % 1000 != 0)
                    continue;
                directory.DeleteUser("u" + seen / 1000 + "@ex.co");
                GC.Collect();
            }
            Assert.AreEqual(5000, seen);
            Assert.Throws<InvalidOperationException>(() =>
            {
                foreach (var user in directory.Users())
                    throw new InvalidOperationException("of the loop");
            });
            using (var left = directory.Users().GetEnumerator())
            {
                left.MoveNext();
                directory.Dispose();
                directory.Dispose();
                Refused(ErrorKind.Closed, () => { while (left.MoveNext()) { } });
            }
            Refused(ErrorKind.Closed, () => directory.FindUser("u7@ex.co"));
        }
    }
}
