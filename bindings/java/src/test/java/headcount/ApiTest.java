package headcount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What this package repeats of the C API is what {@code include/headcount.json} says. */
class ApiTest {
    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID OTHER = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
    private static final JsonNode API = Json.file("include/headcount.json");

    @Test
    void everyFunctionIsDescribedAsItIs() {
        Map<String, Method> declared = Arrays.stream(Native.class.getDeclaredMethods())
                .filter(method -> method.getName().startsWith("hc_"))
                .collect(Collectors.toMap(Method::getName, method -> method));
        for (JsonNode function : API.get("functions")) {
            String name = function.get("name").asText();
            Method method = declared.remove(name);
            List<Class<?>> types = StreamSupport.stream(function.get("parameters").spliterator(), false)
                    .<Class<?>>map(parameter -> type(parameter.get("type").asText())).toList();
            assertEquals(types, List.of(method.getParameterTypes()), name);
            assertEquals(type(function.get("result").get("type").asText()), method.getReturnType(), name);
        }
        assertEquals(Set.of(), declared.keySet());
    }

    /** A critical call keeps the whole JVM from collecting garbage, so it may neither fail nor wait. */
    @Test
    void onlyGettersThatTouchNoDiskAreCritical() throws IOException {
        String generated = Files.readString(Path.of("target/generated-sources/headcount/headcount/Native.java"));
        Map<String, JsonNode> functions = new HashMap<>();
        API.get("functions").forEach(function -> functions.put(function.get("name").asText(), function));
        List<String> critical = Pattern.compile("Library\\.function\\(\"(\\w+)\", .*, true\\);").matcher(generated).results()
                .map(found -> found.group(1)).toList();
        assertTrue(critical.size() > 10, critical + " are too few");
        for (String name : critical) {
            List<String> types = functions.get(name).get("parameters").findValuesAsText("type");
            assertTrue(types.stream().noneMatch(type -> type.contains("hc_error **") || type.contains("hc_directory")
                    || type.contains("hc_feed") || type.contains("callback")), name + types);
        }
    }

    private static Class<?> type(String c) {
        if (c.endsWith("*") || c.endsWith("_callback") || c.endsWith("_destroy")) {
            return MemorySegment.class;
        }
        return switch (c) {
            case "int32_t", "uint32_t", "hc_status" -> int.class;
            case "uint64_t", "size_t" -> long.class;
            case "void" -> void.class;
            default -> throw new IllegalStateException(c);
        };
    }

    @Test
    void constantsAndStructsAreTheLibrarys() throws ReflectiveOperationException {
        Map<String, Long> wanted = new HashMap<>();
        API.get("constants").properties().forEach(each -> wanted.put(each.getKey(), each.getValue().asLong()));
        for (JsonNode values : API.get("enums")) {
            values.get("values").forEach(value -> wanted.put(value.get("name").asText(), value.get("value").asLong()));
        }
        for (JsonNode struct : API.get("structs")) {
            String name = struct.get("name").asText().toUpperCase(Locale.ROOT);
            long at = 0;
            for (JsonNode field : struct.get("fields")) {
                long bytes = switch (field.get("type").asText()) {
                    case "uint8_t" -> 1;
                    case "int32_t", "uint32_t" -> 4;
                    default -> 8;
                };
                at = (at + bytes - 1) / bytes * bytes;
                wanted.put(name + "_" + field.get("name").asText().toUpperCase(Locale.ROOT), at);
                at += bytes * field.get("count").asLong();
            }
            wanted.put("SIZEOF_" + name, (at + 7) / 8 * 8);
        }
        assertTrue(wanted.size() > 150, wanted.size() + " are too few");
        for (Map.Entry<String, Long> each : wanted.entrySet()) {
            Number declared = (Number) Native.class.getDeclaredField(each.getKey()).get(null);
            assertEquals(each.getValue(), declared.longValue(), each.getKey());
        }
        for (ErrorKind kind : ErrorKind.values()) {
            long code = kind == ErrorKind.UNKNOWN ? kind.code() : wanted.remove("HC_STATUS_" + kind.name());
            assertEquals(code, kind.code(), kind.name());
        }
        wanted.keySet().removeIf(name -> !name.startsWith("HC_STATUS_") || name.equals("HC_STATUS_OK"));
        assertEquals(Set.of(), wanted.keySet());
    }

    @Test
    void figuresAreReadFromTheFieldsOfTheirNames() throws ReflectiveOperationException {
        figures("HC_STATS", Native.SIZEOF_HC_STATS, Copies::stats);
        figures("HC_SEATS", Native.SIZEOF_HC_SEATS, Copies::seats);
        figures("HC_VERIFIED", Native.SIZEOF_HC_VERIFIED, Copies::verified);
        figures("HC_COPIED", Native.SIZEOF_HC_COPIED, Copies::copied);
    }

    /** Reads a struct in which each number is its own place. */
    private static void figures(String struct, int bytes, Function<MemorySegment, java.lang.Record> read)
            throws ReflectiveOperationException {
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 8);
        for (long at = 0; at < bytes; at += 8) {
            memory.set(ValueLayout.JAVA_LONG, at, at);
        }
        java.lang.Record found = read.apply(memory);
        for (RecordComponent component : found.getClass().getRecordComponents()) {
            Object figure = component.getAccessor().invoke(found);
            if (!(figure instanceof License)) {
                String field = struct + component.getName().replaceAll("^|(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
                long at = ((Number) Native.class.getDeclaredField(field).get(null)).longValue();
                assertEquals(figure instanceof OptionalLong ? OptionalLong.of(at) : (Object) at, figure, field);
            }
        }
    }

    @Test
    void packedRecordsAreReadFromTheirPlaces() {
        Record user = new Record("User").number("flags", 3).id("id", ID).number("version", 7).number("created at", 1_000_001)
                .number("updated at", 2_000_002).number("deactivated at", 3_000_003).text("email", "ann@ex.co")
                .text("username", "änn").text("given name", "Ann").text("family name", "Öl").pair("attributes", "a", "b")
                .pair("external ids", "okta", "1");
        assertEquals(new User(ID, "ann@ex.co", "änn", Optional.of("Ann"), Optional.of("Öl"), true, true, Map.of("a", "b"),
                Map.of("okta", "1"), 7, micros(1_000_001), micros(2_000_002), Optional.of(micros(3_000_003))),
                Packed.user(user.bytes(), 0));
        Record workspace = new Record("Workspace").number("flags", 3).number("id", 4).number("version", 5)
                .number("created at", 6).number("updated at", 7).id("default of", ID).text("name", "Öl")
                .pair("external ids", "okta", "1");
        assertEquals(new Workspace(4, "Öl", true, Optional.of(ID), Map.of("okta", "1"), 5, micros(6), micros(7)),
                Packed.workspace(workspace.bytes(), 0));
        Record member = new Record("Membership").number("role", 1).number("workspace", 4).id("user", ID).number("since", 5)
                .number("version", 6);
        assertEquals(new Member(4, ID, Role.OWNER, micros(5), 6), Packed.member(member.bytes(), 0));
        Record event = new Record("Change", 1).number("kind", Native.HC_EVENT_MEMBER_ADDED).number("flags", 7)
                .number("fields", 1).number("workspace", 4).id("user", OTHER).number("role", 2);
        Record change = new Record("Change").number("flags", 3).number("sequence", 9).number("at", 8).id("actor", ID)
                .id("request id", OTHER).number("event_bytes", event.bytes().length).text("door", "rest")
                .table("events", event.bytes());
        assertEquals(new Change(9, micros(8), Optional.of(ID), Optional.of("rest"), Optional.of(OTHER),
                List.of(new Event(EventKind.MEMBER_ADDED, Optional.of(OTHER), OptionalLong.of(4), Set.of(Field.EMAIL), true,
                        Optional.of(Role.USER), Optional.empty()))), Packed.change(change.bytes(), 0));
    }

    private static Instant micros(long micros) {
        return Instant.EPOCH.plusNanos(1000 * micros);
    }

    /** A packed record, made where the tables say. */
    private static final class Record {
        private final Map<String, JsonNode> fields = new HashMap<>();
        private final ByteBuffer buffer = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
        private int end;

        Record(String section) {
            this(section, 0);
        }

        /** The first, second and so on of the tables of a section. */
        Record(String section, int table) {
            List<JsonNode> tables = new ArrayList<>();
            API.get("packed").forEach(each -> {
                if (each.get("section").asText().equals(section)) {
                    tables.add(each);
                }
            });
            for (JsonNode field : tables.get(table).get("fields")) {
                fields.put(field.get("field").asText(), field);
                end = field.get("at").asInt() + (field.get("type").asText().equals("u64") ? 8 : 0);
            }
        }

        byte[] bytes() {
            return Arrays.copyOf(buffer.array(), end);
        }

        private int at(String field) {
            return fields.get(field).get("at").asInt();
        }

        Record number(String field, long value) {
            switch (fields.get(field).get("type").asText()) {
                case "u16" -> buffer.putShort(at(field), (short) value);
                case "u32" -> buffer.putInt(at(field), (int) value);
                default -> buffer.putLong(at(field), value);
            }
            return this;
        }

        Record id(String field, UUID id) {
            ByteBuffer bytes = buffer.duplicate().order(ByteOrder.BIG_ENDIAN);
            bytes.putLong(at(field), id.getMostSignificantBits()).putLong(at(field) + 8, id.getLeastSignificantBits());
            return this;
        }

        Record text(String field, String text) {
            place(at(field), text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** A table of one entry. */
        Record table(String field, byte[] entry) {
            place(at(field), entry);
            buffer.putInt(at(field) + 4, 1);
            return this;
        }

        Record pair(String field, String name, String value) {
            table(field, new byte[16]);
            int entry = buffer.getInt(at(field));
            place(entry, name.getBytes(StandardCharsets.UTF_8));
            place(entry + 8, value.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        private void place(int at, byte[] bytes) {
            buffer.putInt(at, end).putInt(at + 4, bytes.length).put(end, bytes);
            end += bytes.length;
        }
    }
}
