package headcount;

import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** JSON of the repository, and of what this package returns, with the names that all bindings share. */
final class Json {
    static final ObjectMapper MAPPER = JsonMapper.builder().findAndAddModules()
            .addModule(new SimpleModule().addSerializer(License.class, ToStringSerializer.instance))
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING).disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    private Json() {}

    /** Reads a file, whose path is from the root of the repository. */
    static JsonNode file(String path) {
        try {
            return MAPPER.readTree(Path.of("../..", path).toFile());
        } catch (IOException unread) {
            throw new UncheckedIOException(unread);
        }
    }

    /** A name of Java, such as {@code createUser}, as JSON has it: {@code create_user}. */
    static String snake(String name) {
        return new PropertyNamingStrategies.SnakeCaseStrategy().translate(name);
    }

    /** A value that the package returns or throws. */
    static JsonNode of(Object value) {
        if (value instanceof Stream<?> all) return of(all.toList());
        if (value instanceof List<?> all) return MAPPER.createArrayNode().addAll(all.stream().map(Json::of).toList());
        JsonNode shown = MAPPER.valueToTree(value instanceof HeadcountException e ? Map.of("kind", e.kind(), "op_index", e.operation(),
                "resume_after", e.resumeAfter(), "latest", e.latestChange(), "seats", e.seats(), "versions", e.versions()) : value);
        for (String of : List.of("seats", "versions")) if (shown.path(of).isObject()) ((ObjectNode) shown).setAll((ObjectNode) shown.get(of));
        for (JsonNode of : shown.findParents("kind")) ((ObjectNode) of).<ObjectNode>set("event", of.get("kind")).set("default_of", of.get("user"));
        for (JsonNode of : shown.path("outcomes")) {
            String kind = of.get("subject").asText();
            if (!kind.equals("license")) ((ObjectNode) of).putObject("subject").<ObjectNode>setAll(Map.of("user", of.get("user_id"), "workspace", of.get("workspace_id")))
                    .retain(kind.equals("member") ? List.of("user", "workspace") : List.of(kind));
        }
        return shown;
    }
}
