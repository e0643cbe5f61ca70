import headcount.Batch;
import headcount.Directory;
import headcount.Feed;
import headcount.HeadcountException;
import headcount.License;
import headcount.NewUser;
import headcount.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Keeps users in a file, meets the limit of its seats, and follows the changes:
 *
 * <p>{@code java --enable-native-access=headcount -Dheadcount.library.path=native -p target/classes
 * --add-modules headcount example/Example.java}
 */
class Example {
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("headcount");
        Path file = folder.resolve("users.redb");
        try (Directory directory = Directory.open(file, new Options().licenseIfNew(License.seats(2)))) {
            for (String email : List.of("steve@ex.co", "test@test.com", "late@ex.co")) {
                try {
                    directory.createUser(NewUser.of(email));
                } catch (HeadcountException refused) {
                    refused.seats().ifPresent(s -> System.out.printf(
                            "%s: %d of %d seats are in use%n", email, s.active(), s.limit()));
                }
            }
            // In a full house, one leaves and another comes in.
            directory.apply(new Batch().deactivateUser("steve@ex.co").createUser(NewUser.of("late@ex.co")));
            directory.users().forEach(user -> System.out.println(user.email() + " " + user.active()));
            try (Feed feed = directory.follow(0)) {
                for (var next = feed.poll(Duration.ZERO); next.isPresent(); next = feed.poll(Duration.ZERO)) {
                    var change = next.get();
                    change.events().forEach(event -> System.out.println(change.sequence() + " " + event.kind()));
                }
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}
