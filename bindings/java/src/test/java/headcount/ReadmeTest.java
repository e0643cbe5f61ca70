package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    /** What README.md begins with, used in an empty folder as it says, but for the jar, which is made after the tests. */
    @Test
    void theProgramOfTheReadmeRuns(@TempDir Path folder) throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        Files.writeString(folder.resolve("Main.java"), block(readme, "java"));
        String jar = "target/" + System.getProperty("headcount.jar") + ".jar";
        String command = block(readme, "sh");
        assertTrue(command.contains("/bindings/java/" + jar), command);
        ProcessBuilder shell = new ProcessBuilder("sh", "-e", "-c", command.replace(jar, "target/classes"))
                .directory(folder.toFile()).redirectErrorStream(true);
        shell.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        shell.environment().put("HEADCOUNT", Path.of("../..").toRealPath().toString());
        shell.environment().merge("PATH", System.getProperty("java.home") + "/bin", (path, bin) -> bin + ":" + path);
        Process process = shell.start();
        assertEquals("steve false\n", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, process.waitFor());
    }

    /** The first block of a language in a text. */
    private static String block(String text, String language) {
        return text.split("```" + language + "\n")[1].split("```\n")[0];
    }

    @Test
    void keysAndIdsAreOfTheLibrary() {
        assertEquals("steve@xn--bcher-kva.example", Keys.ofEmail("Steve@Bücher.example"));
        assertEquals("steve", Keys.ofUsername("Steve"));
        assertEquals(7, Keys.newId().version());
    }
}
