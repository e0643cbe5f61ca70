package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    @Test
    void theFirstLinesRunAndAreShown(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("users.redb");
        // begin
        try (Directory directory = Directory.open(path)) {
            User user = directory.createUser(NewUser.of("steve@ex.co").username("steve"));
            directory.deactivateUser(user.email());
            directory.users().forEach(each -> System.out.println(each.username() + " " + each.active()));
        } catch (HeadcountException refused) {
            switch (refused.kind()) {
                case NO_FREE_SEAT -> System.err.println("deactivate somebody first: " + refused.getMessage());
                default -> throw refused;
            }
        }
        // end
        String source = Files.readString(Path.of("src/test/java/headcount/ReadmeTest.java"));
        String lines = source.split("        // (begin|end)\n")[1];
        assertTrue(Files.readString(Path.of("README.md")).contains("```java\n" + lines.replaceAll("(?m)^ {8}", "") + "```"));
    }

    @Test
    void keysAndIdsAreOfTheLibrary() {
        assertEquals("steve@xn--bcher-kva.example", Keys.ofEmail("Steve@Bücher.example"));
        assertEquals("steve", Keys.ofUsername("Steve"));
        assertEquals(7, Keys.newId().version());
    }
}
