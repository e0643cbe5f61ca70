package headcount;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** The calls that tests/conformance names. */
final class ConformanceCalls implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private Directory directory;
    private Feed feed;

    ConformanceCalls(Path folder) {
        this.folder = folder;
    }

    @Override
    public void close() {
        if (feed != null) {
            feed.close();
        }
        if (directory != null) {
            try {
                directory.close();
            } catch (HeadcountException gone) {
                // A case may have taken its file away.
            }
        }
    }

    void open(JsonNode in) {
        Options options = new Options().readOnly(in.path("read_only").asBoolean())
                .createIfMissing(in.path("create_if_missing").asBoolean(true));
        if (in.has("license")) {
            options.licenseIfNew(License.parse(in.get("license").asText()));
        }
        Directory opened = in.has("path") ? Directory.open(path(in, "path"), options) : Directory.inMemory(options);
        if (directory != null) {
            directory.close();
        }
        directory = opened;
    }

    private Path path(JsonNode in, String key) {
        return folder.resolve(in.get(key).asText());
    }

    JsonNode call(String name, JsonNode in, String actor, String door) throws Exception {
        Directory d = actor == null ? directory : directory.actingAs(UUID.fromString(actor));
        d = door == null ? d : d.through(door);
        boolean overwrite = in.path("overwrite").asBoolean();
        Object out = null;
        switch (name) {
            case "open" -> open(in);
            case "close" -> d.close();
            case "backup" -> out = copied(d.backup(path(in, "path"), overwrite));
            case "restore" -> out = copied(Directory.restore(path(in, "backup"), path(in, "path"), overwrite));
            case "export" -> {
                try (var lines = Files.newOutputStream(path(in, "path"))) {
                    d.export(lines);
                }
            }
            case "load" -> {
                try (var lines = Files.newInputStream(path(in, "path"))) {
                    d.load(lines);
                }
            }
            case "copy_file" -> Files.copy(path(in, "from"), path(in, "to"));
            case "write_file" -> Files.writeString(path(in, "path"), in.get("text").asText());
            case "remove_file" -> Files.delete(path(in, "path"));
            case "exists" -> out = Files.exists(path(in, "path"));
            case "follow" -> feed = d.follow(in.get("after").asLong());
            case "position" -> out = feed.position();
            case "next" -> out = feed.poll(Duration.ofMillis(in.path("timeout_ms").asLong())).map(ConformanceCalls::shown);
            default -> out = call(d, name, in);
        }
        return json(out);
    }

    private static Object call(Directory d, String name, JsonNode in) throws Exception {
        String ref = in.path("user").asText();
        return switch (name) {
            case "create_user" -> shown(d.createUser(newUser(in)));
            case "update_user" -> {
                UserUpdate update = update(in);
                if (in.has("if_version")) {
                    update.ifVersion(in.get("if_version").asLong());
                }
                yield shown(d.updateUser(ref, update));
            }
            case "activate_user" -> shown(d.activateUser(ref));
            case "deactivate_user" -> shown(d.deactivateUser(ref));
            case "delete_user" -> {
                Optional<User> user = d.user(ref);
                d.deleteUser(ref);
                yield user.orElseThrow().id();
            }
            case "user" -> d.user(ref).map(ConformanceCalls::shown);
            case "user_by_id" -> d.userById(UUID.fromString(in.get("id").asText())).map(ConformanceCalls::shown);
            case "user_by_email" -> d.userByEmail(in.get("email").asText()).map(ConformanceCalls::shown);
            case "user_by_username" -> d.userByUsername(in.get("username").asText()).map(ConformanceCalls::shown);
            case "user_by_external_id" -> d.userByExternalId(in.get("provisioner").asText(), in.get("id").asText())
                    .map(ConformanceCalls::shown);
            case "workspace_by_external_id" -> d.workspaceByExternalId(in.get("provisioner").asText(), in.get("id").asText())
                    .map(ConformanceCalls::shown);
            case "touch_user" -> {
                d.touchUser(ref);
                yield null;
            }
            case "last_seen" -> d.lastSeen(ref);
            case "users" -> d.users().map(ConformanceCalls::shown).toList();
            case "query" -> {
                Page page = d.query(query(d, in));
                yield map("users", page.users().stream().map(ConformanceCalls::shown).toList(), "next", page.next());
            }
            case "count" -> d.count(query(d, in));
            case "len" -> d.count(new UserQuery());
            case "seats" -> shown(d.seats());
            case "seat_history" -> {
                SeatHistory h = in.has("since") ? d.seatHistory(Instant.parse(in.get("since").asText())) : d.seatHistory();
                yield map("since", h.since(), "peak", h.peak(), "peak_day", h.peakDay(), "days", h.days().stream()
                        .map(of -> map("day", of.day(), "peak", of.peak(), "last", of.last())).toList());
            }
            case "set_license" -> {
                d.setLicense(License.parse(in.get("license").asText()));
                yield shown(d.seats());
            }
            case "create_workspace" -> {
                Batch batch = new Batch().createWorkspace(in.get("name").asText(), in.path("owner").asText());
                in.path("external_ids").properties().forEach(each ->
                        batch.setWorkspaceExternalId(in.get("name").asText(), each.getKey(), each.getValue().asText()));
                if (batch.size() > 1) {
                    d.apply(batch);
                    yield shown(d.workspaceByName(in.get("name").asText()).orElseThrow());
                }
                yield shown(d.createWorkspace(in.get("name").asText(), in.path("owner").asText()));
            }
            case "default_workspace" -> shown(d.defaultWorkspace(ref));
            case "workspaces" -> d.workspaces().map(ConformanceCalls::shown).toList();
            case "workspaces_of" -> d.workspacesOf(ref).stream().map(ConformanceCalls::shown).toList();
            case "apply" -> shown(d.apply(batch(in)));
            case "dry_run" -> shown(d.dryRun(batch(in)));
            case "preview" -> d.preview(batch(in)).stream().map(ConformanceCalls::shown).toList();
            case "changes" -> {
                List<Object> changes = new ArrayList<>();
                try (Feed feed = d.follow(in.get("after").asLong())) {
                    Optional<Change> next;
                    while ((next = feed.poll(Duration.ZERO)).isPresent()) {
                        changes.add(shown(next.get()));
                    }
                }
                yield changes;
            }
            case "trim_changes" -> d.trimChanges(in.get("before").asLong());
            case "verify" -> {
                Verified v = d.verify();
                yield map("active", v.active(), "inactive", v.inactive(), "deleted", v.deleted(), "workspaces", v.workspaces(),
                        "members", v.members(), "changes", v.changes());
            }
            case "stats" -> {
                Stats s = d.stats();
                yield map("users_active", s.usersActive(), "users_inactive", s.usersInactive(), "workspaces", s.workspaces(),
                        "latest_change", s.latestChange(), "seats_limit", d.seats().limit());
            }
            default -> inWorkspace(d, name, in, ref);
        };
    }

    private static Object inWorkspace(Directory d, String name, JsonNode in, String ref) {
        Optional<Workspace> found = workspace(d, in.path("workspace"));
        if (name.equals("workspace")) {
            return found.map(ConformanceCalls::shown);
        }
        long w = found.map(Workspace::id).orElse(Long.MAX_VALUE);
        switch (name) {
            case "rename_workspace" -> {
                return shown(d.renameWorkspace(w, in.get("name").asText()));
            }
            case "set_workspace_external_id" -> {
                String by = in.get("provisioner").asText();
                return shown(in.get("id").isNull() ? d.removeWorkspaceExternalId(w, by)
                        : d.setWorkspaceExternalId(w, by, in.get("id").asText()));
            }
            case "archive_workspace" -> {
                return shown(d.archiveWorkspace(w));
            }
            case "restore_workspace" -> {
                return shown(d.restoreWorkspace(w));
            }
            case "members" -> {
                return d.members(w).stream().map(ConformanceCalls::shown).toList();
            }
            case "delete_workspace" -> d.deleteWorkspace(w);
            case "add_member" -> d.addMember(w, ref, role(in));
            case "set_role" -> d.setRole(w, ref, role(in));
            case "remove_member" -> d.removeMember(w, ref);
            default -> throw new IllegalStateException("no call is named " + name);
        }
        return name.equals("delete_workspace") ? w : null;
    }

    private static Optional<Workspace> workspace(Directory d, JsonNode named) {
        return named.isTextual() ? d.workspaceByName(named.asText()) : d.workspace(named.asLong());
    }

    private static Role role(JsonNode in) {
        return Role.parse(in.get("role").asText());
    }

    private static NewUser newUser(JsonNode in) {
        NewUser user = NewUser.of(in.path("email").asText());
        in.properties().forEach(each -> {
            JsonNode value = each.getValue();
            switch (each.getKey()) {
                case "id" -> user.id(UUID.fromString(value.asText()));
                case "username" -> user.username(value.asText());
                case "given_name" -> user.givenName(value.asText());
                case "family_name" -> user.familyName(value.asText());
                case "active" -> user.active(value.asBoolean());
                case "admin" -> user.admin(value.asBoolean());
                case "created_at" -> user.createdAt(Instant.parse(value.asText()));
                case "external_ids" -> value.properties().forEach(id -> user.externalId(id.getKey(), id.getValue().asText()));
                case "attributes" -> value.properties().forEach(a -> user.attribute(a.getKey(), a.getValue().asText()));
                case "email", "op" -> { }
                default -> throw new IllegalStateException("no user has the field " + each.getKey());
            }
        });
        return user;
    }

    private static UserUpdate update(JsonNode in) {
        UserUpdate update = new UserUpdate();
        in.properties().forEach(each -> {
            JsonNode value = each.getValue();
            String text = value.isNull() ? "" : value.asText();
            switch (each.getKey()) {
                case "email" -> update.email(text);
                case "username" -> {
                    if (value.isNull()) {
                        update.resetUsername();
                    } else {
                        update.username(text);
                    }
                }
                case "given_name" -> update.givenName(text);
                case "family_name" -> update.familyName(text);
                case "admin" -> update.admin(value.asBoolean());
                case "replace_attributes" -> update.replaceAttributes();
                case "external_ids" -> value.properties().forEach(id -> {
                    if (id.getValue().isNull()) {
                        update.removeExternalId(id.getKey());
                    } else {
                        update.externalId(id.getKey(), id.getValue().asText());
                    }
                });
                case "attributes" -> value.properties().forEach(a -> {
                    if (a.getValue().isNull()) {
                        update.removeAttribute(a.getKey());
                    } else {
                        update.attribute(a.getKey(), a.getValue().asText());
                    }
                });
                case "user", "op", "if_version" -> { }
                default -> throw new IllegalStateException("no update has the field " + each.getKey());
            }
        });
        return update;
    }

    private static UserQuery query(Directory d, JsonNode in) {
        UserQuery query = new UserQuery();
        in.properties().forEach(each -> {
            JsonNode value = each.getValue();
            switch (each.getKey()) {
                case "active" -> {
                    if (value.asBoolean()) {
                        query.active();
                    } else {
                        query.inactive();
                    }
                }
                case "admins" -> query.adminsOnly();
                case "member_of" -> {
                    long id = workspace(d, value).map(Workspace::id).orElse(Long.MAX_VALUE);
                    if (in.has("role")) {
                        query.memberOf(id, role(in));
                    } else {
                        query.memberOf(id);
                    }
                }
                case "email_prefix" -> query.emailPrefix(value.asText());
                case "email_domain" -> query.emailDomain(value.asText());
                case "username_prefix" -> query.usernamePrefix(value.asText());
                case "created_since" -> query.createdSince(Instant.parse(value.asText()));
                case "search" -> query.search(value.asText());
                case "attributes" -> value.properties().forEach(a -> query.attribute(a.getKey(), a.getValue().asText()));
                case "has_attributes" -> value.forEach(attribute -> query.hasAttribute(attribute.asText()));
                case "created_before" -> query.createdBefore(Instant.parse(value.asText()));
                case "changed_before" -> query.changedBefore(Instant.parse(value.asText()));
                case "seen_since" -> query.seenSince(Instant.parse(value.asText()));
                case "seen_before" -> query.seenBefore(Instant.parse(value.asText()));
                case "changed_since" -> query.changedSince(Instant.parse(value.asText()));
                case "sort" -> query.sort(Sort.valueOf(value.asText().toUpperCase(Locale.ROOT)));
                case "descending" -> query.descending();
                case "limit" -> query.limit(value.asInt());
                case "after" -> query.after(value.asText());
                case "role" -> { }
                default -> throw new IllegalStateException("no query has the field " + each.getKey());
            }
        });
        return query;
    }

    private static Batch batch(JsonNode in) {
        Batch batch = new Batch().allowOwnerless(in.path("allow_ownerless").asBoolean());
        if (in.has("actor")) {
            batch.actor(UUID.fromString(in.get("actor").asText()));
        }
        if (in.has("request_id")) {
            batch.requestId(UUID.fromString(in.get("request_id").asText()));
        }
        if (in.has("door")) {
            batch.door(in.get("door").asText());
        }
        for (JsonNode op : in.get("operations")) {
            append(batch, op, op.path("user").asText(), op.path("workspace"));
            if (op.has("if_version")) {
                batch.ifVersion(op.get("if_version").asLong());
            }
        }
        return batch;
    }

    private static Batch append(Batch b, JsonNode in, String ref, JsonNode w) {
        boolean named = w.isTextual();
        String name = in.path("name").asText();
        return switch (in.get("op").asText()) {
            case "create_user" -> b.createUser(newUser(in));
            case "update_user" -> b.updateUser(ref, update(in));
            case "activate_user" -> b.activateUser(ref);
            case "deactivate_user" -> b.deactivateUser(ref);
            case "delete_user" -> b.deleteUser(ref);
            case "set_license" -> b.setLicense(License.parse(in.get("license").asText()));
            case "create_workspace" -> b.createWorkspace(name, in.path("owner").asText());
            case "default_workspace" -> b.defaultWorkspace(ref);
            case "rename_workspace" -> named ? b.renameWorkspace(w.asText(), name) : b.renameWorkspace(w.asLong(), name);
            case "set_workspace_external_id" ->
                    b.setWorkspaceExternalId(w.asText(), in.get("provisioner").asText(), in.get("id").asText());
            case "archive_workspace" -> named ? b.archiveWorkspace(w.asText()) : b.archiveWorkspace(w.asLong());
            case "restore_workspace" -> named ? b.restoreWorkspace(w.asText()) : b.restoreWorkspace(w.asLong());
            case "delete_workspace" -> named ? b.deleteWorkspace(w.asText()) : b.deleteWorkspace(w.asLong());
            case "add_member" -> named ? b.addMember(w.asText(), ref, role(in)) : b.addMember(w.asLong(), ref, role(in));
            case "set_role" -> named ? b.setRole(w.asText(), ref, role(in)) : b.setRole(w.asLong(), ref, role(in));
            case "remove_member" -> named ? b.removeMember(w.asText(), ref) : b.removeMember(w.asLong(), ref);
            default -> throw new IllegalStateException("no operation is named " + in.get("op"));
        };
    }

    /** A value as JSON has it. */
    private static JsonNode json(Object value) {
        return JSON.valueToTree(plain(value));
    }

    private static Object plain(Object value) {
        if (value instanceof Optional<?> maybe) {
            return plain(maybe.orElse(null));
        }
        if (value instanceof OptionalLong number) {
            return number.isPresent() ? number.getAsLong() : null;
        }
        if (value instanceof OptionalInt number) {
            return number.isPresent() ? number.getAsInt() : null;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new HashMap<>();
            map.forEach((key, each) -> plain.put(key, plain(each)));
            return plain;
        }
        if (value instanceof Iterable<?> list && !(value instanceof JsonNode)) {
            List<Object> plain = new ArrayList<>();
            list.forEach(each -> plain.add(plain(each)));
            return plain;
        }
        return value == null || value instanceof JsonNode || value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static Object copied(Copied c) {
        return map("users", c.users(), "sequence", c.sequence());
    }

    private static Object shown(User u) {
        return map("id", u.id(), "email", u.email(), "username", u.username(), "given_name", u.givenName(), "family_name",
                u.familyName(), "active", u.active(), "admin", u.admin(), "attributes", u.attributes(), "external_ids",
                u.externalIds(), "created_at", u.createdAt(), "updated_at", u.updatedAt(), "deactivated_at", u.deactivatedAt(), "version", u.version());
    }

    private static Object shown(Seats s) {
        return map("license", s.license(), "license_version", s.licenseVersion(), "limit", s.limit(), "active", s.active(),
                "inactive", s.inactive(), "free", s.free(), "over_by", s.overBy());
    }

    private static Object shown(Workspace w) {
        return map("id", w.id(), "name", w.name(), "archived", w.archived(), "default_of", w.defaultOf(), "external_ids", w.externalIds(), "created_at",
                w.createdAt(), "updated_at", w.updatedAt(), "version", w.version());
    }

    private static Object shown(Member m) {
        return map("workspace", m.workspace(), "user", m.user(), "role", m.role(), "since", m.since(), "version", m.version());
    }

    private static Object shown(Change c) {
        return map("sequence", c.sequence(), "at", c.at(), "actor", c.actor(), "door", c.door(), "request_id", c.requestId(), "events",
                c.events().stream().map(e -> map("event", e.kind(), "user", e.user(), "workspace", e.workspace(), "fields",
                        e.fields(), "active", e.active(), "role", e.role(), "license", e.license(), "default_of", e.user()))
                        .toList());
    }

    private static Object shown(Applied a) {
        return map("sequence", a.sequence(), "replayed", a.replayed(), "outcomes", a.outcomes().stream().map(o -> {
            Object subject = switch (o.subject()) {
                case LICENSE -> "license";
                case USER -> map("user", o.userId());
                case WORKSPACE -> map("workspace", o.workspaceId());
                case MEMBER -> map("workspace", o.workspaceId(), "user", o.userId());
            };
            return map("subject", subject, "changed", o.changed(), "version", o.version());
        }).toList());
    }

    static JsonNode shown(HeadcountException e) {
        Map<String, Object> shown = map("kind", e.kind(), "op_index", e.operation(), "resume_after", e.resumeAfter(), "latest",
                e.latestChange(), "message", e.getMessage());
        e.seats().ifPresent(s -> shown.putAll(map("limit", s.limit(), "active", s.active(), "requested", s.requested())));
        e.versions().ifPresent(v -> shown.putAll(map("expected", v.expected(), "found", v.found())));
        return json(shown);
    }
}
