using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Headcount;
using Directory = Headcount.Directory; // not that of System.IO

/// What calls cost here and with SQLite: bindings/costs runs it. A line has the name of a row,
/// and nanoseconds of headcount and of SQLite: those of the quickest batch, taken in turns.
internal static class Compare
{
    private const int Users = 100000, Keys = 1000;
    private static readonly string[] Emails = Enumerable.Range(0, Keys).Select(i => Email(i * 7919 % Users)).ToArray();
    private static double seconds;
    private static ulong sink;

    private static void Main(string[] arguments)
    {
        seconds = arguments.Length > 0 ? double.Parse(arguments[0]) : 2;
        var folder = Path.Combine(Path.GetTempPath(), "headcount-" + Guid.NewGuid());
        System.IO.Directory.CreateDirectory(folder);
        try
        {
            Reads();
            Creates(folder);
        }
        finally
        {
            System.IO.Directory.Delete(folder, true);
        }
        if (sink == 0)
            throw new InvalidOperationException("nothing was read");
    }

    private static string Email(int i) { return "user" + i.ToString("D6") + "@example.com"; }

    private static void Reads()
    {
        using (var cached = Filled(new Options().LicenseIfNew(License.Enterprise)))
        using (var uncached = Filled(new Options().LicenseIfNew(License.Enterprise).HostCacheUsers(0)))
        using (var sqlite = new Sqlite(":memory:"))
        {
            sqlite.Run("begin");
            for (var i = 0; i < Users; i++)
                sqlite.Create(Email(i), "user" + i);
            sqlite.Run("commit");
            Action find = () => { foreach (var email in Emails) sink += sqlite.Find(email).Version; };
            Row("get", Keys, () => { foreach (var email in Emails) sink += uncached.FindUserByEmail(email).Version; }, find);
            Row("hit", Keys, () => { foreach (var email in Emails) sink += cached.FindUserByEmail(email).Version; }, find);
            Row("list", Users, () => { foreach (var user in cached.Users()) sink += user.Version; },
                () => { foreach (var row in sqlite.All()) sink += row.Version; });
        }
    }

    private static Directory Filled(Options options)
    {
        var directory = Directory.InMemory(options);
        for (var at = 0; at < Users; at += 5000)
        {
            var batch = new Batch();
            for (var i = at; i < at + 5000; i++)
                batch.CreateUser(new NewUser(Email(i)).Username("user" + i).GivenName("Ann").FamilyName("Lovelace"));
            directory.Apply(batch);
        }
        return directory;
    }

    private static void Creates(string folder)
    {
        using (var directory = Directory.Open(Path.Combine(folder, "users.redb"), new Options().LicenseIfNew(License.Enterprise)))
        using (var sqlite = new Sqlite(Path.Combine(folder, "users.sqlite")))
        {
            var next = 0;
            Action ours = () =>
            {
                var i = Interlocked.Increment(ref next);
                directory.CreateUser(new NewUser(Email(i)).Username("user" + i).GivenName("Ann").FamilyName("Lovelace"));
            };
            Action theirs = () =>
            {
                var i = Interlocked.Increment(ref next);
                lock (sqlite) // quicker than connections that wait for each other
                    sqlite.Create(Email(i), "user" + i);
            };
            Row("create", 20, () => Threads(1, 20, ours), () => Threads(1, 20, theirs));
            Row("create16", 320, () => Threads(16, 20, ours), () => Threads(16, 20, theirs));
        }
    }

    private static void Threads(int count, int turns, Action work)
    {
        var threads = new List<Thread>();
        for (var i = 0; i < count; i++)
            threads.Add(new Thread(() => { for (var turn = 0; turn < turns; turn++) work(); }));
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private static void Row(string name, int count, Action ours, Action theirs)
    {
        double best = double.MaxValue, other = double.MaxValue;
        var all = Stopwatch.StartNew();
        do
        {
            best = Math.Min(best, Nanoseconds(ours) / count);
            other = Math.Min(other, Nanoseconds(theirs) / count);
        } while (all.Elapsed.TotalSeconds < seconds);
        Console.WriteLine("{0}\t{1:F0}\t{2:F0}", name, best, other);
    }

    private static double Nanoseconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.ElapsedTicks * 1e9 / Stopwatch.Frequency;
    }
}
