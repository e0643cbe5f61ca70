using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Headcount.Tests
{
    [TestFixture]
    public class AsyncTest
    {
        /// What a task comes to within ten seconds.
        private static T Of<T>(Task<T> task)
        {
            Of((Task)task);
            return task.Result;
        }

        private static void Of(Task task)
        {
            Assert.IsTrue(((IAsyncResult)task).AsyncWaitHandle.WaitOne(10000), "still waits");
            task.GetAwaiter().GetResult();
        }

        private static void Cancelled(Task task)
        {
            Assert.That(() => Of(task), Throws.InstanceOf<OperationCanceledException>());
            Assert.IsTrue(task.IsCanceled);
        }

        [Test]
        public void EveryWriteHasATask()
        {
            using (var files = new Files())
            {
                var path = files.Path("users.redb");
                var d = Of(Directory.OpenAsync(path));
                Assert.AreEqual("ann@ex.co", Of(d.CreateUserAsync(new NewUser("ann@ex.co"))).Email);
                Of(d.CreateUserAsync(new NewUser("bob@ex.co")));
                Assert.AreEqual("Ann", Of(d.UpdateUserAsync("ann@ex.co", new UserUpdate().GivenName("Ann"))).GivenName);
                Assert.IsFalse(Of(d.DeactivateUserAsync("ann@ex.co")).IsActive);
                Assert.IsTrue(Of(d.ActivateUserAsync("ann@ex.co")).IsActive);
                var fraud = Of(d.CreateWorkspaceAsync("Fraud", "ann@ex.co", new Dictionary<string, string> { { "okta", "7" } }));
                Assert.AreEqual("7", fraud.ExternalIds["okta"]);
                Of(d.AddMemberAsync(fraud.Id, "bob@ex.co", Role.User));
                Of(d.SetRoleAsync(fraud.Id, "bob@ex.co", Role.Owner));
                Of(d.RemoveMemberAsync(fraud.Id, "bob@ex.co"));
                Assert.AreEqual("Risk", Of(d.RenameWorkspaceAsync(fraud.Id, "Risk")).Name);
                Assert.AreEqual("1", Of(d.SetWorkspaceExternalIdAsync(fraud.Id, "okta", "1")).ExternalIds["okta"]);
                Of(d.TouchUserAsync("ann@ex.co"));
                Assert.IsTrue(Of(d.ArchiveWorkspaceAsync(fraud.Id)).IsArchived);
                Assert.IsFalse(Of(d.RestoreWorkspaceAsync(fraud.Id)).IsArchived);
                Of(d.DeleteWorkspaceAsync(fraud.Id));
                Assert.IsNotNull(Of(d.DefaultWorkspaceAsync("ann@ex.co")).DefaultOf);
                Of(d.SetLicenseAsync(License.WithSeats(9)));
                Assert.AreEqual(1, Of(d.ApplyAsync(new Batch().DeactivateUser("bob@ex.co"))).Outcomes.Count);
                Of(d.DeleteUserAsync("bob@ex.co"));
                Assert.AreEqual(1, Of(d.VerifyAsync()).Active);
                Assert.AreEqual(3, Of(d.TrimChangesAsync(4)));
                Assert.AreEqual(1, Of(d.BackupAsync(files.Path("backup.redb"))).Users);
                var lines = new MemoryStream();
                Of(d.ExportAsync(lines));
                lines.Position = 0;
                using (var copy = Directory.InMemory())
                {
                    Of(copy.LoadAsync(lines));
                    Assert.AreEqual("ann@ex.co", copy.Users().Single().Email);
                }
                Of(d.CloseAsync());
                Assert.AreEqual(ErrorKind.Closed, Assert.Throws<HeadcountException>(() => Of(d.VerifyAsync())).Kind);
                Assert.AreEqual(1, Of(Directory.RestoreAsync(files.Path("backup.redb"), path, true)).Users);
                Assert.That(Of(Directory.CompactAsync(path)), Is.GreaterThan(0));
            }
        }

        [Test]
        public void TasksTakeNoThreadOfThePool()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            {
                Of(Task.WhenAll(Enumerable.Range(0, 200).Select(i => d.CreateUserAsync(new NewUser("u" + i + "@ex.co")))));
                Assert.AreEqual(200, d.Seats().Active);
                var refused = d.CreateUserAsync(new NewUser("u1@ex.co")).ContinueWith(task => task.Exception.InnerException);
                Assert.AreEqual(ErrorKind.EmailTaken, ((HeadcountException)Of(refused)).Kind);
                int free, free2, ports;
                ThreadPool.GetAvailableThreads(out free, out ports);
                var feeds = Enumerable.Range(0, 50).Select(_ => d.Follow(200)).ToList();
                var waits = feeds.Select(feed => feed.NextAsync()).ToList();
                ThreadPool.GetAvailableThreads(out free2, out ports);
                Assert.That(free - free2, Is.LessThan(10));
                d.DeactivateUser("u1@ex.co");
                foreach (var change in Of(Task.WhenAll(waits)))
                    Assert.AreEqual(201, change.Sequence);
                feeds.ForEach(feed => feed.Dispose());
            }
        }

        [Test]
        public void BatchesAreAppliedByTheHundred()
        {
            using (var files = new Files())
            using (var d = Directory.Open(files.Path("users.redb"), new Options().LicenseIfNew(License.WithSeats(1500))))
            {
                // More than the library queues at a time.
                var all = Enumerable.Range(0, 2000).Select(i => d.ApplyAsync(new Batch().CreateUser(new NewUser("u" + i + "@ex.co")))).ToList();
                var refused = new List<ErrorKind>();
                foreach (var one in all)
                {
                    try
                    {
                        Assert.AreEqual(1, Of(one).Outcomes.Count);
                    }
                    catch (HeadcountException failure)
                    {
                        refused.Add(failure.Kind);
                    }
                }
                Assert.AreEqual(1500, d.Seats().Active);
                Assert.AreEqual(500, refused.Count);
                Assert.That(refused, Is.All.EqualTo(ErrorKind.NoFreeSeat));
                var malformed = Assert.Throws<HeadcountException>(() => Of(d.ApplyAsync(new Batch().ActivateUser("u1@ex.co").CreateUser(new NewUser("no address")))));
                Assert.AreEqual(ErrorKind.InvalidEmail, malformed.Kind);
                Assert.AreEqual(1, malformed.Operation);
                Cancelled(d.ApplyAsync(new Batch().DeleteUser("u1@ex.co"), new CancellationToken(true)));
                Assert.IsNotNull(d.FindUser("u1@ex.co"));
            }
        }

        [Test]
        public void WhatIsCancelledBeforeItBeginsIsNotDone()
        {
            var cancelled = new CancellationToken(true);
            using (var files = new Files())
            using (var d = Directory.Open(files.Path("users.redb")))
            {
                Cancelled(d.CreateUserAsync(new NewUser("ann@ex.co"), cancelled));
                Cancelled(Directory.OpenAsync(files.Path("other.redb"), cancelled));
                Assert.IsFalse(File.Exists(files.Path("other.redb")));
                Assert.AreEqual(0, d.Count(new UserQuery()));
                // Sixteen that wait for a stream keep the next one from beginning.
                var gate = new ManualResetEventSlim();
                var entered = new CountdownEvent(16);
                var busy = Enumerable.Range(0, 16).Select(_ => d.ExportAsync(new Gated(entered, gate))).ToList();
                Assert.IsTrue(entered.Wait(20000), "sixteen don't run at once");
                var cancel = new CancellationTokenSource();
                var queued = d.CreateUserAsync(new NewUser("ann@ex.co"), cancel.Token);
                cancel.Cancel();
                Cancelled(queued);
                gate.Set();
                Of(Task.WhenAll(busy));
                Assert.AreEqual(0, d.Count(new UserQuery()));
            }
        }

        [Test]
        public void WaitingForAFileCanBeCancelled()
        {
            using (var files = new Files())
            using (var held = Directory.Open(files.Path("users.redb")))
            {
                var waited = System.Diagnostics.Stopwatch.StartNew();
                var brief = Directory.OpenAsync(files.Path("users.redb"), new Options().OpenTimeout(TimeSpan.FromMilliseconds(60)));
                Assert.AreEqual(ErrorKind.AlreadyOpen, Assert.Throws<HeadcountException>(() => Of(brief)).Kind);
                Assert.That(waited.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(60));
                var patient = new Options().OpenTimeout(TimeSpan.FromSeconds(20));
                var cancel = new CancellationTokenSource();
                var cancelled = Directory.OpenAsync(files.Path("users.redb"), patient, cancel.Token);
                cancel.Cancel();
                Cancelled(cancelled);
                var opened = Directory.OpenAsync(files.Path("users.redb"), patient);
                held.Dispose();
                Of(opened).Dispose();
            }
        }

        [Test]
        public void AFeedIsWaitedForUpToATimeUntilItIsCancelledOrClosed()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            {
                var feed = d.Follow(0);
                Assert.IsNull(Of(feed.NextAsync(TimeSpan.FromMilliseconds(20))));
                var cancel = new CancellationTokenSource();
                var cancelled = feed.NextAsync(cancel.Token); // Waits by the time it returns.
                Assert.IsFalse(cancelled.IsCompleted);
                cancel.Cancel();
                Cancelled(cancelled);
                d.CreateUser(new NewUser("ann@ex.co"));
                Assert.AreEqual(1, Of(feed.NextAsync()).Sequence);
                var left = feed.NextAsync();
                var closed = d.Follow(1).NextAsync();
                Assert.IsFalse(left.IsCompleted || closed.IsCompleted);
                feed.Dispose();
                Assert.AreEqual(ErrorKind.Closed, Assert.Throws<HeadcountException>(() => Of(left)).Kind);
                d.Dispose();
                Assert.AreEqual(ErrorKind.Closed, Assert.Throws<HeadcountException>(() => Of(closed)).Kind);
            }
        }

        [Test]
        public void OneWhoWaitsForAFeedWithoutAnEndHoldsUpNobodyElse()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            using (var feed = d.Follow(0))
            using (var cancel = new CancellationTokenSource())
            {
                var endless = Task.Run(() => feed.Next());
                Assert.IsTrue(SpinWait.SpinUntil(() => feed.IsBeingRead, 20000));
                var wait = TimeSpan.FromMilliseconds(20);
                Assert.IsNull(Of(Task.Run(() => feed.Next(wait))));
                Assert.IsNull(Of(feed.NextAsync(wait)));
                var cancelled = Task.Run(() => feed.Next(cancel.Token), cancel.Token);
                cancel.CancelAfter(20);
                Cancelled(cancelled);
                Cancelled(feed.NextAsync(cancel.Token));
                d.CreateUser(new NewUser("ann@ex.co"));
                Assert.AreEqual(1, Of(endless).Sequence);
            }
        }

        [Test]
        public void AFeedMissesNothingWhileOthersWrite()
        {
            using (var d = Directory.InMemory(new Options().LicenseIfNew(License.Enterprise)))
            {
                Func<Task<List<ulong>>> follow = async () =>
                {
                    var seen = new List<ulong>();
                    var feed = d.Follow(0);
                    while (seen.Count < 200)
                        seen.Add((await feed.NextAsync()).Sequence);
                    return seen;
                };
                Func<int, Task> write = async writer =>
                {
                    for (var i = 0; i < 50; i++)
                    {
                        await d.CreateUserAsync(new NewUser("w" + writer + "n" + i + "@ex.co"));
                        await Task.Delay(i % 3);
                    }
                };
                var followers = Enumerable.Range(0, 3).Select(_ => follow()).ToList();
                Of(Task.WhenAll(Enumerable.Range(0, 4).Select(write)));
                foreach (var seen in Of(Task.WhenAll(followers)))
                    CollectionAssert.AreEqual(Enumerable.Range(1, 200), seen);
            }
        }

        /// A stream that takes nothing until it may.
        private sealed class Gated : MemoryStream
        {
            private readonly CountdownEvent entered;
            private readonly ManualResetEventSlim gate;
            private bool isEntered;

            internal Gated(CountdownEvent entered, ManualResetEventSlim gate)
            {
                this.entered = entered;
                this.gate = gate;
            }

            public override void Write(byte[] buffer, int offset, int count)
            {
                if (!isEntered)
                    entered.Signal();
                isEntered = true;
                gate.Wait();
            }
        }
    }
}
