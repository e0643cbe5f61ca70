package headcount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.node.*;
import java.lang.reflect.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;

/** Runs the conformance script: tests/conformance/README.md has the format. Calls are found by reflection, by their names. */
class Conformance {
    private static final JsonNode KNOWN = Json.file("tests/conformance/calls.json");
    private static final Set<Class<?>> WHOLE = Set.of(NewUser.class, UserUpdate.class, UserQuery.class, Batch.class, boolean.class);
    private static final Comparator<JsonNode> SAME = (one, other) -> one.getNodeType() == other.getNodeType() ? one.asText().compareTo(other.asText()) : 1;
    private Path folder;
    private Directory directory;
    private Feed feed;
    private Map<String, JsonNode> names;
    int passed;
    final List<String> failures = new ArrayList<>(), skipped = new ArrayList<>();

    void run(Path scripts, Path root) throws Exception {
        for (String script : Stream.of(scripts.toFile().list()).filter(name -> name.endsWith(".jsonl")).sorted().toList()) {
            List<List<JsonNode>> cases = new ArrayList<>();
            for (var lines = Files.readAllLines(scripts.resolve(script)).listIterator(); lines.hasNext();) {
                JsonNode step = Json.MAPPER.readTree(lines.next());
                if (step.has("case")) cases.add(new ArrayList<>());
                if (step instanceof ObjectNode of) cases.getLast().add(of.put("line", lines.nextIndex()));
            }
            for (var steps : cases) runCase(script, steps, root);
        }
    }

    private void runCase(String script, List<JsonNode> steps, Path root) throws Exception {
        if (steps.getFirst().path("needs").toString().contains("fork")) { skipped.add(steps.getFirst().get("case").asText()); return; } // Java can't.
        folder = Files.createTempDirectory(root, "case");
        names = new ConcurrentHashMap<>();
        JsonNode now = steps.getFirst();
        try {
            for (JsonNode step : steps) checkWords(now = step);
            call("open", steps.getFirst().get("open"), null);
            for (JsonNode step : steps.subList(1, steps.size())) take(now = step);
            passed++;
        } catch (Exception | AssertionError wrong) {
            failures.add(script + ":" + now.get("line") + ": " + steps.getFirst().get("case") + ": " + wrong.getMessage());
        }
        try (AutoCloseable file = directory; AutoCloseable changes = feed) { } catch (HeadcountException gone) { } // A case may have taken its file away.
        feed = null;
    }

    /** Refuses what calls.json lacks: a word that is misspelt would say nothing. */
    private void checkWords(JsonNode line) {
        boolean isHead = line.has("case");
        JsonNode given = line.path(isHead ? "open" : "in");
        checkWords("lines", isHead ? "case" : "step", line);
        checkWords("calls", isHead ? "open" : line.path("do").asText(), given);
        for (JsonNode operation : given.path("operations")) checkWords("operations", operation.path("op").asText(), operation);
    }

    private void checkWords(String part, String name, JsonNode of) {
        JsonNode words = KNOWN.get(part).path(name);
        var unknown = of.properties().stream().filter(each -> !List.of((words.asText() + " line").split(" ")).contains(each.getKey())).toList();
        if (words.isMissingNode() || !unknown.isEmpty()) throw new AssertionError(name + " is unknown, or has " + unknown);
    }

    private void take(JsonNode step) throws Exception {
        boolean isRace = step.has("race");
        var racers = IntStream.range(0, step.path("race").asInt(1)).mapToObj(i -> (Callable<JsonNode>) () -> outcome(step, isRace ? "" + i : "")).toList();
        int won = 0;
        try (var threads = Executors.newFixedThreadPool(racers.size())) {
            for (var call : threads.invokeAll(racers)) {
                JsonNode found = call.get();
                won += found.has("err") ? 0 : 1;
                if (!isExpected(step, found, isRace ? new HashMap<>(names) : names)) throw new AssertionError(step + " gave " + found);
            }
        }
        if (isRace && won != step.path("won").asInt(-1)) throw new AssertionError(step + " was won by " + won);
    }

    private static boolean isExpected(JsonNode step, JsonNode found, Map<String, JsonNode> names) {
        JsonNode err = step.path("err"), kind = found.path("err").path("kind");
        if (found.has("out")) return (err.isMissingNode() || step.has("race")) && (!step.has("out") || matches(step.get("out"), found.get("out"), names));
        return !err.isMissingNode() && err.equals(kind) || err.has(kind.asText()) && matches(err.get(kind.asText()), found.get("err"), names);
    }

    private static boolean matches(JsonNode wanted, JsonNode found, Map<String, JsonNode> names) {
        if (wanted.asText().startsWith("$")) return !found.isNull() && names.computeIfAbsent(wanted.asText(), name -> found).equals(SAME, found);
        if (wanted.has("$has")) return found.asText().contains(wanted.get("$has").asText());
        if (wanted.has("$from")) return !Instant.parse(found.asText()).isBefore(Instant.parse(names.get(wanted.get("$from").asText()).asText()));
        if (wanted.isObject()) return found.isObject() && wanted.properties().stream().allMatch(each ->
                matches(each.getValue(), Objects.requireNonNullElse(found.get(each.getKey()), NullNode.instance), names));
        if (wanted.isArray()) return found.isArray() && wanted.size() == found.size() && IntStream.range(0, wanted.size()).allMatch(at -> matches(wanted.get(at), found.get(at), names));
        return wanted.equals(SAME, found);
    }

    private JsonNode filled(JsonNode given, String i) {
        String text = given.asText();
        if (given.isTextual()) return text.startsWith("$") ? Objects.requireNonNull(names.get(text), text + " is not bound") : TextNode.valueOf(text.replace("{i}", i));
        if (given.has("$repeat")) return TextNode.valueOf(given.get("$repeat").asText().repeat(given.get("times").asInt()));
        if (given.isArray()) return Json.MAPPER.createArrayNode().addAll(IntStream.range(0, given.size()).mapToObj(at -> filled(given.get(at), i)).toList());
        ObjectNode filled = Json.MAPPER.createObjectNode();
        given.properties().forEach(each -> filled.set(each.getKey(), filled(each.getValue(), i)));
        return given.isObject() ? filled : given;
    }

    /** What a call came to: an object with "out" or "err". */
    private JsonNode outcome(JsonNode step, String i) throws Exception {
        try {
            Directory d = step.has("as") ? directory.actingAs(UUID.fromString(filled(step.get("as"), i).asText())) : directory;
            Directory on = step.has("through") ? d.through(step.get("through").asText()) : d;
            return Json.MAPPER.createObjectNode().set("out", Json.of(call(step.get("do").asText(), filled(step.path("in"), i), on)));
        } catch (HeadcountException | InvocationTargetException thrown) {
            Throwable why = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
            if (!(why instanceof HeadcountException)) throw new AssertionError(step + " threw " + why, why);
            return Json.MAPPER.createObjectNode().set("err", Json.of(why));
        }
    }

    private Object call(String name, JsonNode in, Directory d) throws Exception {
        Path path = folder.resolve(in.path("path").asText());
        switch (name) {
            case "open": Options options = built(new Options(), in, "path");
                directory = in.has("path") ? Directory.open(path, options) : Directory.inMemory(options);
                if (d != null) d.close(); return null;
            case "follow": feed = d.follow(in.get("after").asLong()); return null;
            case "position": return feed.position();
            case "next": return feed.poll(Duration.ofMillis(in.get("timeout_ms").asLong()));
            case "len": return d.count(new UserQuery());
            case "delete_workspace": invoke(d, name, in); return in.get("workspace");
            case "export": try (var to = Files.newOutputStream(path)) { d.export(to); } return null;
            case "load": try (var from = Files.newInputStream(path)) { d.load(from); } return null;
            case "copy_file": return Files.copy(folder.resolve(in.get("from").asText()), folder.resolve(in.get("to").asText()));
            case "write_file": return Files.writeString(path, in.get("text").asText());
            case "replace_in_file": String bytes = Files.readString(path, ISO_8859_1).replace(in.get("text").asText(), in.get("with").asText());
                return Files.writeString(path, bytes, ISO_8859_1);
            case "plan_repair": return Directory.repair(path, Optional.empty(), in.get("limit").asInt());
            case "repair": return Directory.repair(path, Optional.of(folder.resolve(in.get("aside").asText())), in.get("limit").asInt());
            case "remove_file": Files.delete(path); return null;
            case "exists": return Files.exists(path);
            default: return invoke(d, name, in);
        }
    }

    /** Calls the method of this name that takes most of what is given: by the names of its parameters, or in their order. */
    private Object invoke(Object on, String name, JsonNode in, JsonNode... values) throws Exception {
        for (Method of : Stream.of(on.getClass().getMethods()).sorted(Comparator.comparing((Method of) -> -of.getParameterCount())
                .thenComparing(of -> Arrays.toString(of.getParameterTypes()))).toList()) { // A text before a number.
            boolean takesFewer = values.length > 0 && values.length - (name.startsWith("remove_") ? 1 : 0) != of.getParameterCount();
            if (takesFewer || !Json.snake(of.getName()).equals(name)) continue;
            List<Object> arguments = new ArrayList<>();
            for (Parameter p : of.getParameters()) {
                JsonNode value = values.length > 0 ? values[arguments.size()] : in.path(p.getName().equals("ref") ? "user" : Json.snake(p.getName()));
                boolean isGiven = !value.isMissingNode() && (values.length > 0 || !value.isNull()) && !(value.isNumber() && p.getType() == String.class);
                if (isGiven || WHOLE.contains(p.getType()) || p.getName().equals("owner")) arguments.add(argument(p, value, in));
            }
            if (arguments.size() == of.getParameterCount()) return of.invoke(on, arguments.toArray());
        }
        if (name.startsWith("set_")) return invoke(on, name.replace("set_", "remove_"), in);
        throw new IllegalArgumentException("no " + name + " takes " + in);
    }

    private Object argument(Parameter of, JsonNode value, JsonNode in) throws Exception {
        Class<?> type = of.getType();
        if (type == NewUser.class) return built(NewUser.of(in.path("email").asText()), in, "email");
        if (type == UserUpdate.class || type == UserQuery.class) return built(type.getConstructor().newInstance(), in);
        if (type == Path.class) return folder.resolve(value.asText());
        if (type == String.class) return value.asText("");
        if (type == long.class && value.isTextual()) return directory.workspace(value.asText()).map(Workspace::id).orElse(Long.MAX_VALUE);
        if (type == License.class) return License.parse(value.asText());
        if (type != Batch.class) return Json.MAPPER.convertValue(value.isMissingNode() ? BooleanNode.FALSE : value, Json.MAPPER.constructType(of.getParameterizedType()));
        Batch batch = built(new Batch(), in);
        for (JsonNode operation : in.get("operations")) {
            invoke(batch, operation.get("op").asText(), operation);
            if (operation.has("if_version")) batch.ifVersion(operation.get("if_version").asLong());
        }
        return batch;
    }

    /** Calls the setter of each key; those of lists and objects once for each item. */
    private <T> T built(T builder, JsonNode in, String... besides) throws Exception {
        for (var each : in.properties()) {
            String name = each.getKey(), one = name.replaceFirst("s$", "");
            JsonNode value = each.getValue();
            if (Set.of("user", "op", "operations", "role").contains(name) || List.of(besides).contains(name)) continue;
            if (name.equals("username") && value.isNull()) invoke(builder, "reset_username", in);
            else if (name.equals("member_of") && in.has("role")) invoke(builder, name, in, value, in.get("role"));
            else if (value.isArray()) for (JsonNode item : value) invoke(builder, one, in, item);
            else if (value.isObject()) for (var of : value.properties())
                invoke(builder, (of.getValue().isNull() ? "remove_" : "") + one, in, TextNode.valueOf(of.getKey()), of.getValue());
            else invoke(builder, name.replace("license", "license_if_new"), in, value);
        }
        return builder;
    }
}
