using System;
using System.IO;
using Headcount;
using Directory = Headcount.Directory; // not that of System.IO

/// Keeps users in a file, meets the limit of its seats, and follows the changes.
internal static class Example
{
    private static void Main()
    {
        var path = Path.Combine(Path.GetTempPath(), "headcount-" + Guid.NewGuid() + ".redb");
        try
        {
            using (var directory = Directory.Open(path, new Options().LicenseIfNew(License.WithSeats(2))))
                Run(directory);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Run(Directory directory)
    {
        foreach (var email in new[] { "steve@ex.co", "test@test.com", "late@ex.co" })
        {
            try
            {
                directory.CreateUser(new NewUser(email));
            }
            catch (HeadcountException refused) when (refused.Kind == ErrorKind.NoFreeSeat)
            {
                Console.WriteLine("{0}: {1} of {2} seats are in use", email, refused.Seats.Active, refused.Seats.Limit);
            }
        }

        // In a full house, one leaves and another comes in.
        directory.Apply(new Batch().DeactivateUser("steve@ex.co").CreateUser(new NewUser("late@ex.co").GivenName("Late")));
        foreach (var user in directory.Users())
            Console.WriteLine("{0} {1}", user.Email, user.IsActive ? "active" : "inactive");

        using (var feed = directory.Follow(0))
        {
            for (var change = feed.Next(TimeSpan.Zero); change != null; change = feed.Next(TimeSpan.Zero))
                foreach (var happened in change.Events)
                    Console.WriteLine("{0} {1}", change.Sequence, happened.Kind);
        }
    }
}
