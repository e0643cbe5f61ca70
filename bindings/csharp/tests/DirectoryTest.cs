using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using NUnit.Framework;

namespace Headcount.Tests
{
    [TestFixture]
    public class DirectoryTest
    {
        private static HeadcountException Refused(ErrorKind kind, TestDelegate call)
        {
            var refused = Assert.Throws<HeadcountException>(call);
            Assert.AreEqual(kind, refused.Kind, refused.Message);
            return refused;
        }

        private static Directory Enterprise()
        {
            return Directory.InMemory(new Options().LicenseIfNew(License.Enterprise));
        }

        /// Waits for a change in a thread of its own, which has the feed by then, and returns what the wait ended with.
        private static Func<Exception> Begin(Feed feed, Action wait)
        {
            var ended = Begin(wait);
            Assert.IsTrue(SpinWait.SpinUntil(() => feed.IsBeingRead, 20000));
            return ended;
        }

        private static Func<Exception> Begin(Action wait)
        {
            Exception ended = null;
            var thread = new Thread(() =>
            {
                try
                {
                    wait();
                }
                catch (Exception failure)
                {
                    ended = failure;
                }
            });
            thread.Start();
            return () =>
            {
                Assert.IsTrue(thread.Join(10000), "still waits");
                return ended;
            };
        }

        [Test]
        public void EveryFieldOfAUserIsKept()
        {
            var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
            var born = new DateTimeOffset(2024, 7, 11, 18, 55, 59, TimeSpan.FromHours(2)).AddTicks(1730010);
            var attributes = new Dictionary<string, string> { { "team", "ops" }, { "näme", "wärt\0nul" }, { "empty", "" } };
            using (var directory = Enterprise())
            {
                var user = new NewUser("Steve@BÜCHER.example").Id(id).Username("Ştëvé").GivenName("Steve").FamilyName("Öl")
                    .Active(false).Admin(true).CreatedAt(born);
                foreach (var each in attributes)
                    user.Attribute(each.Key, each.Value);
                var made = directory.CreateUser(user);
                foreach (var read in new[] { made, directory.Users().Single(), directory.FindUserById(id), directory.FindUserById(id),
                    directory.FindUserByUsername("ştëvé"), directory.FindUserByEmail("steve@bücher.EXAMPLE"), directory.FindUser(id.ToString()) })
                {
                    Assert.AreEqual("00112233-4455-6677-8899-aabbccddeeff", read.Id.ToString());
                    Assert.AreEqual("Steve@BÜCHER.example", read.Email);
                    Assert.AreEqual("Ştëvé", read.Username);
                    Assert.AreEqual("Steve", read.GivenName);
                    Assert.AreEqual("Öl", read.FamilyName);
                    Assert.IsFalse(read.IsActive);
                    Assert.IsTrue(read.IsAdmin);
                    CollectionAssert.AreEquivalent(attributes, read.Attributes);
                    Assert.AreEqual(1, read.Version);
                    Assert.AreEqual(born, read.CreatedAt);
                    Assert.AreEqual(made.UpdatedAt, read.UpdatedAt);
                    Assert.AreEqual(TimeSpan.Zero, read.UpdatedAt.Offset);
                    Assert.AreEqual(made.DeactivatedAt, read.DeactivatedAt);
                }
                Assert.IsNull(directory.FindUserByEmail("nobody@ex.co"));
                Assert.IsNull(directory.ActivateUser(id.ToString()).DeactivatedAt);
                directory.CreateUser(new NewUser("other@ex.co"));
                Assert.IsNotNull(directory.DeactivateUser("other@ex.co").DeactivatedAt);
                Assert.IsNotNull(directory.FindUser("other@ex.co").DeactivatedAt);
                Assert.Throws<ArgumentNullException>(() => directory.FindUserByEmail(null));
            }
        }

        [Test]
        public void LongTextsAreRead()
        {
            using (var directory = Enterprise())
            {
                var big = new string('ü', 4000);
                directory.CreateUser(new NewUser("big@ex.co").Attribute("note", big));
                Assert.AreEqual(big, directory.FindUserByEmail("big@ex.co").Attributes["note"]);
                Assert.AreEqual(big, directory.FindUser("big@ex.co").Attributes["note"]);
                Assert.IsNull(directory.FindUserByEmail(new string('ü', 4000)));
            }
        }

        [Test]
        public void ErrorsHaveNumbers()
        {
            using (var directory = Directory.InMemory(new Options().LicenseIfNew(License.WithSeats(1))))
            {
                var user = directory.CreateUser(new NewUser("a@ex.co"));
                var full = Refused(ErrorKind.NoFreeSeat, () => directory.CreateUser(new NewUser("b@ex.co")));
                Assert.AreEqual(1, full.Seats.Limit);
                Assert.AreEqual(1, full.Seats.Active);
                Assert.AreEqual(1, full.Seats.Requested);
                Assert.IsFalse(full.IsRetryable);
                Assert.IsNotEmpty(full.Message);
                var stale = Refused(ErrorKind.Conflict, () => directory.UpdateUser("a@ex.co", new UserUpdate().IfVersion(7).GivenName("A")));
                Assert.AreEqual(7, stale.Versions.Expected);
                Assert.AreEqual(user.Version, stale.Versions.Found);
                Refused(ErrorKind.OwnAccount, () => directory.ActingAs(user.Id).DeactivateUser("a@ex.co"));
                Refused(ErrorKind.InvalidArgument, () => License.Parse("many"));
                Assert.AreEqual(License.WithSeats(3), License.Parse("3"));
                Assert.AreEqual(Role.User, Directory.ParseRole("collaborator"));
                Assert.AreEqual("steve@xn--bcher-kva.example", Directory.EmailKey("Steve@Bücher.example"));
                Assert.AreEqual("steve", Directory.UsernameKey("Steve"));
                Assert.AreEqual('7', Directory.NewId().ToString()[14]);
            }
        }

        [Test]
        public void ABatchIsAllOrNothing()
        {
            using (var directory = Directory.InMemory(new Options().LicenseIfNew(License.WithSeats(1))))
            {
                directory.CreateUser(new NewUser("old@ex.co"));
                var batch = new Batch { RequestId = Guid.NewGuid(), Actor = Guid.NewGuid() }.DeactivateUser("old@ex.co").IfVersion(1)
                    .CreateUser(new NewUser("new@ex.co")).CreateWorkspace("Lab", "new@ex.co").AddMember("lab", "old@ex.co", Role.User);
                Assert.AreEqual(4, batch.Count);
                Assert.AreEqual(4, directory.DryRun(batch).Outcomes.Count);
                Assert.IsEmpty(directory.Preview(batch));
                var applied = directory.Apply(batch);
                Assert.AreEqual("new@ex.co", applied.Outcomes[1].User.Email);
                Assert.AreEqual(applied.Outcomes[2].WorkspaceId, applied.Outcomes[3].WorkspaceId);
                Assert.IsFalse(applied.IsReplayed);
                Assert.IsTrue(directory.Apply(batch).IsReplayed);
                Refused(ErrorKind.RequestIdReused, () => directory.Apply(batch.SetLicense(License.Enterprise)));

                var bad = new Batch().ActivateUser("new@ex.co").CreateUser(new NewUser("none")).DeleteUser("nobody@ex.co");
                Assert.AreEqual(1, Refused(ErrorKind.InvalidEmail, () => directory.Apply(bad)).Operation);
                CollectionAssert.AreEqual(new int?[] { 1, 2 }, directory.Preview(bad).Select(refusal => refusal.Operation));
                Assert.Throws<InvalidOperationException>(() => new Batch().IfVersion(1));
            }
        }

        [Test]
        public void ALoopMayBeLeftEarly()
        {
            using (var directory = Enterprise())
            {
                for (var i = 0; i < 2000; i++)
                    directory.CreateUser(new NewUser("user" + i + "@ex.co").GivenName(new string('x', 100)));
                Assert.AreEqual("user0@ex.co", directory.Users().First().Email);
                var users = directory.Users();
                Assert.AreEqual(2000, users.Count());
                Assert.AreEqual(2000, users.Select(user => user.Id).Distinct().Count());
                Assert.AreEqual(2000, directory.Find(new UserQuery().Limit(300)).Count());
                var left = users.GetEnumerator();
                left.MoveNext();
                left.Dispose();
                Assert.IsFalse(left.MoveNext());
                Refused(ErrorKind.WorkspaceNotFound, () => directory.Members(99));
            }
        }

        [Test]
        public void AWaitCanBeCancelled()
        {
            using (var directory = Enterprise())
            using (var feed = directory.Follow(0))
            {
                var cancel = new CancellationTokenSource();
                var cancelled = Begin(() => feed.Next(cancel.Token));
                cancel.Cancel();
                Assert.IsInstanceOf<OperationCanceledException>(cancelled());

                Change next = null;
                var woken = Begin(feed, () => next = feed.Next());
                var user = directory.CreateUser(new NewUser("a@ex.co"));
                Assert.IsNull(woken());
                Assert.AreEqual(user.Id, next.Events.Single().User);
                Assert.AreEqual(1, feed.Position);
                Assert.IsNull(feed.Next(TimeSpan.FromMilliseconds(20)));

                var closed = Begin(feed, () => feed.Next());
                feed.Dispose();
                feed.Dispose();
                Assert.AreEqual(ErrorKind.Closed, ((HeadcountException)closed()).Kind);
                directory.TrimChanges(2);
                directory.SetLicense(License.Community);
                Assert.AreEqual(1, Refused(ErrorKind.HistoryTrimmed, () => directory.Follow(0).Next()).ResumeAfter);
                Assert.AreEqual(2, Refused(ErrorKind.ChangeNotYet, () => directory.Follow(9).Next()).LatestChange);
            }
        }

        [Test]
        public void ClosingIsForGoodAndCanBeRepeated()
        {
            var directory = Enterprise();
            directory.CreateUser(new NewUser("a@ex.co"));
            Assert.IsNotNull(directory.FindUserByEmail("a@ex.co"));
            var feed = directory.Follow(1);
            var waits = Begin(feed, () => feed.Next());
            directory.Dispose();
            directory.Dispose();
            Assert.AreEqual(ErrorKind.Closed, ((HeadcountException)waits()).Kind);
            Refused(ErrorKind.Closed, () => directory.Seats());
            Refused(ErrorKind.Closed, () => directory.FindUserByEmail("a@ex.co"));
        }

        [Test]
        public void AHeldFileIsWaitedFor()
        {
            using (var files = new Files())
            {
                var path = files.Path("users.redb");
                var first = Directory.Open(path);
                Assert.IsTrue(Refused(ErrorKind.AlreadyOpen, () => Directory.Open(path)).IsRetryable);
                var waited = System.Diagnostics.Stopwatch.StartNew();
                Refused(ErrorKind.AlreadyOpen, () => Directory.Open(path, new Options().OpenTimeout(TimeSpan.FromMilliseconds(60))));
                Assert.That(waited.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(60));
                var patient = new Options().OpenTimeout(TimeSpan.FromSeconds(20));
                var cancel = new CancellationTokenSource();
                var cancelled = Begin(() => Directory.Open(path, patient, cancel.Token));
                cancel.Cancel();
                Assert.IsInstanceOf<OperationCanceledException>(cancelled());
                var second = Begin(() => Directory.Open(path, patient).Dispose());
                first.Dispose();
                Assert.IsNull(second());
                using (var reader = Directory.Open(path, new Options().ReadOnly(true)))
                    Refused(ErrorKind.ReadOnly, () => reader.CreateUser(new NewUser("a@ex.co")));
                Refused(ErrorKind.IO, () => Directory.Open(files.Path("none"), new Options().CreateIfMissing(false)));
            }
        }

        [Test]
        public void FilesAreBackedUpRepairedAndCompacted()
        {
            using (var files = new Files())
            {
                string path = files.Path("users.redb"), backup = files.Path("backup.redb");
                using (var directory = Directory.Open(path, new Options().PageCacheBytes(1 << 20).CacheBytes(0).LogBytes(1 << 20)
                    .SyncInterval(TimeSpan.FromMilliseconds(10)).SalvageLog(true)))
                {
                    directory.CreateUser(new NewUser("a@ex.co"));
                    Assert.AreEqual(1, directory.Backup(backup).Users);
                    Refused(ErrorKind.IO, () => directory.Backup(backup));
                    Assert.AreEqual(0, directory.FindFaults(10).Total);
                    StringAssert.Contains("headcount_", directory.StatsText());
                    Assert.AreEqual(1, directory.Stats().LatestChange);
                    Assert.AreEqual(1, directory.Verify().Active);
                }
                Assert.AreEqual(1, Directory.Restore(backup, path, true).Sequence);
                Assert.That(Directory.Compact(path), Is.GreaterThan(0));
                Assert.IsEmpty(Directory.FindFaultsIn(path, 10).Listed);
                Assert.AreEqual(0, Directory.Repair(path, null, 10).SetAside);
                Assert.AreEqual(0, Directory.Repair(path, files.Path("aside"), 10).Total);
                File.WriteAllText(backup, "no directory, whatever its name says");
                Refused(ErrorKind.Corrupted, () => Directory.Open(backup));
            }
        }

        [Test]
        public void AnExportMakesTheSameDirectory()
        {
            using (var directory = Directory.InMemory(new Options().LicenseIfNew(License.WithSeats(3))))
            using (var copy = Directory.InMemory())
            {
                directory.CreateUser(new NewUser("ann@ex.co").Username("änn").Attribute("note", new string('x', 10000)));
                for (var i = 0; i < 20; i++)
                    directory.CreateUser(new NewUser("u" + i + "@ex.co").Active(false).Attribute("note", new string('y', 10000)));
                var lines = new MemoryStream();
                directory.Export(lines);
                var part = new MemoryStream(lines.ToArray(), 0, (int)lines.Length - 30);
                Refused(ErrorKind.InvalidArgument, () => copy.Load(part));
                Assert.AreEqual(0, copy.Count(new UserQuery()));
                lines.Position = 0;
                copy.Load(lines);
                CollectionAssert.AreEqual(directory.Users().Select(user => user.Id + user.Attributes["note"]),
                    copy.Users().Select(user => user.Id + user.Attributes["note"]));
                Assert.AreEqual(License.WithSeats(3), copy.Seats().License);
                Assert.Throws<NotSupportedException>(() => directory.Export(new MemoryStream(new byte[10])));
                var closed = new MemoryStream();
                closed.Dispose();
                Assert.Throws<ObjectDisposedException>(() => Directory.InMemory().Load(closed));
            }
        }

        [Test]
        public void ExternalIdsNameUsersAndWorkspaces()
        {
            using (var directory = Enterprise())
            {
                var ids = new Dictionary<string, string> { { "okta", "00u1" }, { "my idp", "größe" } };
                var ann = directory.CreateUser(new NewUser("ann@ex.co").ExternalId("okta", "00u1").ExternalId("my idp", "größe"));
                foreach (var read in new[] { ann, directory.FindUserById(ann.Id), directory.Users().Single(), directory.FindUserByExternalId("my idp", "größe") })
                    CollectionAssert.AreEquivalent(ids, read.ExternalIds);
                Assert.IsNull(directory.FindUserByExternalId("okta", "00U1"));
                ann = directory.UpdateUser("ann@ex.co", new UserUpdate().RemoveExternalId("okta").ExternalId("entra", "1"));
                CollectionAssert.AreEquivalent(new[] { "entra", "my idp" }, ann.ExternalIds.Keys);
                Refused(ErrorKind.InvalidArgument, () => directory.UpdateUser("ann@ex.co", new UserUpdate().ExternalId("entra", "")));
                Refused(ErrorKind.ExternalIdTaken, () => directory.CreateUser(new NewUser("bob@ex.co").ExternalId("entra", "1")));
                var fraud = directory.CreateWorkspace("Fraud", "ann@ex.co").Id;
                Assert.AreEqual("g1", directory.SetWorkspaceExternalId(fraud, "okta", "g1").ExternalIds["okta"]);
                Assert.AreEqual(fraud, directory.FindWorkspaceByExternalId("okta", "g1").Id);
                Refused(ErrorKind.InvalidArgument, () => directory.SetWorkspaceExternalId(fraud, "okta", ""));
                directory.Apply(new Batch().SetWorkspaceExternalId("fraud", "okta", null).SetWorkspaceExternalId(fraud, "entra", "g2"));
                Assert.AreEqual("entra", directory.Workspaces().Single().ExternalIds.Single().Key);
                Assert.IsEmpty(directory.SetWorkspaceExternalId(fraud, "entra", null).ExternalIds);
            }
        }

        [Test]
        public void ChangesSayTheirDoorAndSightingsAreNone()
        {
            using (var directory = Enterprise())
            using (var feed = directory.Follow(0))
            {
                var ann = directory.CreateUser(new NewUser("ann@ex.co"));
                var rest = directory.Through("rest");
                rest.CreateUser(new NewUser("bob@ex.co"));
                rest.Apply(new Batch { Door = "import" }.CreateUser(new NewUser("cho@ex.co")));
                Refused(ErrorKind.InvalidArgument, () => directory.Through("two words"));
                var wrong = new Batch { Door = "two words" }.CreateUser(new NewUser("dee@ex.co"));
                Refused(ErrorKind.InvalidArgument, () => directory.Apply(wrong));
                Assert.AreEqual(ErrorKind.InvalidArgument, directory.Preview(wrong).First().Kind);

                Assert.IsNull(directory.LastSeen("ann@ex.co"));
                directory.TouchUser("ann@ex.co");
                Assert.That(directory.LastSeen(ann.Id.ToString()), Is.GreaterThanOrEqualTo(ann.CreatedAt));
                Refused(ErrorKind.UserNotFound, () => directory.TouchUser("nobody@ex.co"));
                foreach (var door in new[] { null, "rest", "import" })
                    Assert.AreEqual(door, feed.Next(TimeSpan.Zero).Door);
                Assert.IsNull(feed.Next(TimeSpan.Zero));
            }
        }

        [Test]
        public void MessagesGoToASink()
        {
            var messages = new List<string>();
            Log.SetSink(LogLevel.Debug, (level, target, message) =>
            {
                lock (messages)
                    messages.Add(level + " " + target + " " + message);
                throw new InvalidOperationException("dropped");
            });
            using (var files = new Files())
            {
                Directory.Open(files.Path("users.redb")).Dispose();
                Log.SetSink(LogLevel.Off, null);
                var before = messages.Count;
                Assert.IsTrue(messages.Any(message => message.Contains(" headcount")), string.Join("\n", messages));
                Directory.Open(files.Path("users.redb")).Dispose();
                Assert.AreEqual(before, messages.Count);
            }
        }

        [Test]
        public void AnotherLibraryIsRefusedInWords()
        {
            Assert.AreEqual("the headcount library has ABI version 7, and this assembly needs 1: use both of the same release",
                Assert.Throws<DllNotFoundException>(() => Abi.Check(7)).Message);
        }

        [Test]
        public void WhatIsForgottenIsFreed()
        {
            using (var files = new Files())
            {
                Forget(files.Path("users.redb"));
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Directory.Open(files.Path("users.redb"), new Options().OpenTimeout(TimeSpan.FromSeconds(20))).Dispose();
            }
        }

        private static void Forget(string path)
        {
            // On a stack of its own, which a conservative collector then doesn't look at.
            Begin(() =>
            {
                var directory = Directory.Open(path);
                directory.CreateUser(new NewUser("a@ex.co"));
                directory.Follow(0).Next();
                directory.Users().GetEnumerator().MoveNext();
            })();
        }

        [Test]
        public void ManyUsersAreFoundAtOnce()
        {
            using (var directory = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            {
                var batch = new Batch();
                var emails = Enumerable.Range(0, 2500).Select(i => "u" + i + "@ex.co").ToList();
                foreach (var email in emails.Take(2000))
                    batch.CreateUser(new NewUser(email).GivenName(new string('x', 100)));
                directory.Apply(batch);
                var found = directory.FindUsersByEmails(emails);
                Assert.AreEqual(emails.Select((email, i) => i < 2000 ? email : null), found.Select(user => user?.Email));
                var ids = found.Take(2000).Select(user => user.Id).Concat(new[] { Guid.NewGuid() });
                Assert.AreEqual(emails.Take(2000).Concat(new string[] { null }), directory.FindUsersByIds(ids).Select(user => user?.Email));
                Assert.Throws<ArgumentNullException>(() => directory.FindUsersByEmails(new string[] { null }));
            }
        }
    }
}
