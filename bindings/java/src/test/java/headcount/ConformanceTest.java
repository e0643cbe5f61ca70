package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The binding does what the script of all bindings says. */
class ConformanceTest {
    private static final Path SCRIPTS = Path.of("../../tests/conformance");
    @TempDir Path folder;

    @Test void everyCasePasses() throws Exception {
        Conformance run = run(SCRIPTS);
        System.out.println(run.passed + " passed, " + run.failures.size() + " failed, skipped: " + run.skipped);
        assertEquals(List.of(), run.failures);
        assertEquals(93, run.passed);
        assertEquals(List.of("a child of fork is refused", "a child of fork is refused in memory too"), run.skipped);
    }

    @Test void eachPlantedErrorIsFound() throws Exception {
        Conformance run = run(SCRIPTS.resolve("planted"));
        assertEquals(List.of(0, 40), List.of(run.passed, run.failures.size()));
    }

    /** Errors that this runner could overlook, and the line of each. */
    @Test void eachErrorOfThisRunnerIsFound() throws Exception {
        Files.writeString(folder.resolve("errors.jsonl"), """
                {"case":"passes","open":{}}
                {"do":"create_user","in":{"email":"a@ex.co","given_name":{"$repeat":"a$\\\\","times":2}},"out":{"given_name":"a$\\\\a$\\\\"}}
                {"do":"follow","in":{"after":0}}
                {"case":"the feed of an earlier case","open":{}}
                {"do":"position"}
                {"case":"an exception that is no refusal","open":{}}
                {"do":"users_by_emails","in":{"emails":[null]}}
                {"case":"an exception that is no refusal, where one is expected","open":{}}
                {"do":"users_by_emails","in":{"emails":[null]},"err":"closed"}
                {"case":"a name that is not bound","open":{}}
                {"do":"user","in":{"user":"$nobody"},"out":null}
                {"case":"two lists under one name","open":{}}
                {"do":"users","out":"$users"}
                {"do":"create_user","in":{"email":"a@ex.co"},"out":{"email":"a@ex.co"}}
                {"do":"users","out":"$users"}
                {"case":"can't be opened","open":{"path":"none.redb","create_if_missing":false}}
                """);
        Conformance run = run(folder);
        assertEquals(1, run.passed);
        List<String> lines = run.failures.stream().map(failure -> failure.split(":")[1]).toList();
        assertEquals(List.of("5", "7", "9", "11", "15", "16"), lines, () -> String.join("\n", run.failures));
    }

    private Conformance run(Path scripts) throws Exception {
        Conformance run = new Conformance();
        run.run(scripts, folder);
        return run;
    }
}
