package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner of tests/conformance, which says what every binding does. */
class ConformanceTest {
    private static final Path SCRIPTS = Path.of("../../tests/conformance");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private int passed;
    private final List<String> failures = new ArrayList<>();

    @Test
    void everyCasePasses() throws Exception {
        run(SCRIPTS);
        assertEquals("", String.join("\n", failures));
        assertTrue(passed > 60, passed + " passed");
    }

    @Test
    void eachPlantedErrorIsFound() throws Exception {
        run(SCRIPTS.resolve("planted"));
        assertEquals(0, passed);
        assertTrue(failures.size() >= 20, String.join("\n", failures));
    }

    private record Step(String line, JsonNode node) {}

    private void run(Path scripts) throws Exception {
        List<Path> paths;
        try (var files = Files.list(scripts)) {
            paths = files.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList();
        }
        for (Path path : paths) {
            List<List<Step>> cases = new ArrayList<>();
            List<String> lines = Files.readAllLines(path);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).isEmpty()) {
                    continue;
                }
                JsonNode node = JSON.readTree(lines.get(i));
                if (node.has("case")) {
                    cases.add(new ArrayList<>());
                }
                cases.getLast().add(new Step(path.getFileName() + ":" + (i + 1), node));
            }
            for (List<Step> steps : cases) {
                // Java can't fork.
                if (!steps.getFirst().node().path("needs").toString().matches(".*(fork).*")) {
                    runCase(steps);
                }
            }
        }
    }

    private void runCase(List<Step> steps) throws Exception {
        Map<String, JsonNode> names = new HashMap<>();
        Step at = steps.getFirst();
        try (ConformanceCalls calls = new ConformanceCalls(Files.createTempDirectory(folder, "case"))) {
            calls.open(at.node().path("open"));
            for (Step step : steps.subList(1, steps.size())) {
                at = step;
                take(calls, step.node(), names);
            }
            passed++;
        } catch (AssertionError | HeadcountException failure) {
            failures.add(at.line() + ": " + steps.getFirst().node().get("case") + ": " + failure.getMessage());
        }
    }

    /** What a call came to: a value, or the error as a value. */
    private record Result(JsonNode value, boolean failed) {}

    private static Result call(ConformanceCalls calls, JsonNode step, Map<String, JsonNode> names, String i) throws Exception {
        try {
            String actor = step.has("as") ? filled(step.get("as"), names, i).asText() : null;
            String door = step.has("through") ? step.get("through").asText() : null;
            return new Result(calls.call(step.get("do").asText(), filled(step.path("in"), names, i), actor, door), false);
        } catch (HeadcountException refused) {
            return new Result(ConformanceCalls.shown(refused), true);
        }
    }

    private static void take(ConformanceCalls calls, JsonNode step, Map<String, JsonNode> names) throws Exception {
        if (!step.has("race")) {
            expect(step, call(calls, step, names, ""), names);
            return;
        }
        List<Callable<Result>> racers = new ArrayList<>();
        for (int i = 0; i < step.get("race").asInt(); i++) {
            String number = String.valueOf(i);
            racers.add(() -> call(calls, step, names, number));
        }
        int won = 0;
        try (var threads = Executors.newFixedThreadPool(racers.size())) {
            for (var racer : threads.invokeAll(racers)) {
                Result result = racer.get();
                won += result.failed() ? 0 : 1;
                ObjectNode of = step.deepCopy();
                of.remove(result.failed() ? "out" : "err");
                expect(of, result, new HashMap<>(names));
            }
        }
        if (won != step.path("won").asInt(-1)) {
            throw new AssertionError(step + " was won by " + won);
        }
    }

    private static void expect(JsonNode step, Result result, Map<String, JsonNode> names) {
        JsonNode err = step.path("err");
        boolean right;
        if (err.isMissingNode()) {
            right = !result.failed() && (!step.has("out") || matches(step.get("out"), result.value(), names));
        } else if (err.isTextual()) {
            right = result.failed() && result.value().get("kind").equals(err);
        } else {
            String kind = err.fieldNames().next();
            right = result.failed() && result.value().get("kind").asText().equals(kind)
                    && matches(err.get(kind), result.value(), names);
        }
        if (!right) {
            throw new AssertionError(step + " gave " + result.value());
        }
    }

    private static JsonNode filled(JsonNode given, Map<String, JsonNode> names, String i) {
        if (given.isTextual()) {
            return given.asText().startsWith("$") ? Objects.requireNonNull(names.get(given.asText()))
                    : TextNode.valueOf(given.asText().replace("{i}", i));
        }
        if (given.isArray()) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            given.forEach(item -> all.add(filled(item, names, i)));
            return all;
        }
        if (given.has("$repeat")) {
            return TextNode.valueOf(given.get("$repeat").asText().repeat(given.get("times").asInt()));
        }
        if (given.isObject()) {
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            given.properties().forEach(each -> all.set(each.getKey(), filled(each.getValue(), names, i)));
            return all;
        }
        return given;
    }

    private static boolean matches(JsonNode wanted, JsonNode found, Map<String, JsonNode> names) {
        if (wanted.isTextual() && wanted.asText().startsWith("$")) {
            return !found.isNull() && same(names.computeIfAbsent(wanted.asText(), name -> found), found);
        }
        if (wanted.has("$from")) {
            Instant from = Instant.parse(names.get(wanted.get("$from").asText()).asText());
            return found.isTextual() && !Instant.parse(found.asText()).isBefore(from);
        }
        if (wanted.isObject()) {
            return found.isObject() && wanted.properties().stream().allMatch(each ->
                    matches(each.getValue(), Objects.requireNonNullElse(found.get(each.getKey()), NullNode.instance), names));
        }
        if (wanted.isArray()) {
            boolean same = found.isArray() && found.size() == wanted.size();
            for (int i = 0; same && i < wanted.size(); i++) {
                same = matches(wanted.get(i), found.get(i), names);
            }
            return same;
        }
        return same(wanted, found);
    }

    /** Numbers of different Java types can be the same. */
    private static boolean same(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber() ? one.asText().equals(other.asText()) : one.equals(other);
    }
}
