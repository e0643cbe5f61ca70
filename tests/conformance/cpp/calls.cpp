// Makes the calls of the script with the library.
#include "runner.hpp"

#include <fstream>

namespace fs = std::filesystem;

json value(const json &object, const char *key)
{
    return object.is_object() && object.contains(key) ? object[key] : json();
}

std::string text(const json &object, const char *key)
{
    const json found = value(object, key);
    return found.is_string() ? found.get<std::string>() : found.is_null() ? "" : found.dump();
}

void session::open(const json &how)
{
    hc::options options;
    options.read_only(value(how, "read_only") == true);
    options.create_if_missing(value(how, "create_if_missing") != false);
    options.salvage_log(value(how, "salvage_log") == true);
    if (how.contains("license"))
        options.license_if_new(hc::license_from_text(text(how, "license")));
    directory = how.contains("path")
        ? hc::directory::open((folder / text(how, "path")).string(), options)
        : hc::directory::in_memory(options);
}

namespace {

hc::id id(const json &in, const char *key) { return hc::id::parse(text(in, key)); }

std::uint64_t number(const json &in, const char *key) { return value(in, key).get<std::uint64_t>(); }

hc::role role(const json &in) { return hc::role_from_text(text(in, "role")); }

hc::new_user new_user(const json &in)
{
    hc::new_user user(text(in, "email"));
    for (const auto &[key, value] : in.items()) {
        if (key == "id")
            user.id(id(in, "id"));
        else if (key == "username")
            user.username(text(in, "username"));
        else if (key == "given_name")
            user.given_name(text(in, "given_name"));
        else if (key == "family_name")
            user.family_name(text(in, "family_name"));
        else if (key == "active")
            user.active(value == true);
        else if (key == "admin")
            user.admin(value == true);
        else if (key == "created_at")
            user.created_at(hc::time_from_text(text(in, "created_at")));
        else if (key == "attributes")
            for (const auto &[name, of] : value.items())
                user.attribute(name, of.get<std::string>());
        else if (key == "external_ids")
            for (const auto &[provisioner, of] : value.items())
                user.external_id(provisioner, of.get<std::string>());
        else if (key != "email" && key != "op")
            stop("no user has the field " + key);
    }
    return user;
}

hc::user_update user_update(const json &in)
{
    hc::user_update update;
    for (const auto &[key, value] : in.items()) {
        if (key == "email")
            update.email(text(in, "email"));
        else if (key == "username" && value.is_null())
            update.reset_username();
        else if (key == "username")
            update.username(text(in, "username"));
        else if (key == "given_name")
            update.given_name(text(in, "given_name"));
        else if (key == "family_name")
            update.family_name(text(in, "family_name"));
        else if (key == "admin")
            update.admin(value == true);
        else if (key == "replace_attributes")
            update.replace_attributes();
        else if (key == "attributes")
            for (const auto &[name, of] : value.items())
                of.is_null() ? update.remove_attribute(name)
                             : update.attribute(name, of.get<std::string>());
        else if (key == "external_ids")
            for (const auto &[provisioner, of] : value.items())
                of.is_null() ? update.external_id(provisioner, std::nullopt)
                             : update.external_id(provisioner, of.get<std::string>());
        else if (key != "user" && key != "op" && key != "if_version")
            stop("no update has the field " + key);
    }
    return update;
}

// The id of a workspace: as given, or looked up by name.
hc::workspace_id workspace(const hc::directory &directory, const json &named)
{
    if (!named.is_string())
        return named.get<hc::workspace_id>();
    const auto found = directory.find_workspace_by_name(named.get<std::string>());
    return found ? found->id() : 0;
}

template <class Workspace>
void append_to(hc::batch &batch, const std::string &name, const Workspace &at, const json &in)
{
    const std::string user = text(in, "user");
    if (name == "rename_workspace")
        batch.rename_workspace(at, text(in, "name"));
    else if (name == "set_workspace_external_id" && value(in, "id").is_null())
        batch.set_workspace_external_id(at, text(in, "provisioner"), std::nullopt);
    else if (name == "set_workspace_external_id")
        batch.set_workspace_external_id(at, text(in, "provisioner"), text(in, "id"));
    else if (name == "archive_workspace")
        batch.archive_workspace(at);
    else if (name == "restore_workspace")
        batch.restore_workspace(at);
    else if (name == "delete_workspace")
        batch.delete_workspace(at);
    else if (name == "add_member")
        batch.add_member(at, user, role(in));
    else if (name == "set_role")
        batch.set_role(at, user, role(in));
    else if (name == "remove_member")
        batch.remove_member(at, user);
    else
        stop("no operation is named " + name);
}

void append(hc::batch &batch, const json &in)
{
    const std::string name = text(in, "op"), user = text(in, "user");
    if (name == "create_user")
        batch.create_user(new_user(in));
    else if (name == "update_user")
        batch.update_user(user, user_update(in));
    else if (name == "activate_user")
        batch.activate_user(user);
    else if (name == "deactivate_user")
        batch.deactivate_user(user);
    else if (name == "delete_user")
        batch.delete_user(user);
    else if (name == "set_license")
        batch.set_license(hc::license_from_text(text(in, "license")));
    else if (name == "create_workspace")
        batch.create_workspace(text(in, "name"), text(in, "owner"));
    else if (name == "default_workspace")
        batch.default_workspace(user);
    else if (value(in, "workspace").is_string())
        append_to(batch, name, std::string_view(text(in, "workspace")), in);
    else
        append_to(batch, name, number(in, "workspace"), in);
    if (in.contains("if_version"))
        batch.if_version(number(in, "if_version"));
}

hc::batch batch_of(const json &in)
{
    hc::batch batch;
    for (const json &operation : value(in, "operations"))
        append(batch, operation);
    if (in.contains("actor"))
        batch.actor(id(in, "actor"));
    if (in.contains("request_id"))
        batch.request_id(id(in, "request_id"));
    if (in.contains("door"))
        batch.door(text(in, "door"));
    batch.allow_ownerless(value(in, "allow_ownerless") == true);
    return batch;
}

// The refusals: of each operation by the builders, or else of the batch by the directory.
json preview(const hc::directory &directory, const json &in)
{
    json refused = json::array(), indexes = json::array();
    json well_formed = in;
    well_formed["operations"] = json::array();
    for (std::size_t i = 0; i < in["operations"].size(); i++) {
        hc::batch alone;
        append(alone, in["operations"][i]);
        if (alone.failure()) {
            refused.push_back(show(alone.failure()));
            refused.back()["op_index"] = i;
        } else {
            well_formed["operations"].push_back(in["operations"][i]);
            indexes.push_back(i);
        }
    }
    const hc::batch rest = batch_of(well_formed);
    if (rest.failure()) { // a setting of the batch
        refused.push_back(show(rest.failure()));
        return refused;
    }
    for (const hc::error &each : directory.preview(rest)) {
        json shown = show(each);
        if (each.op_index())
            shown["op_index"] = indexes[*each.op_index()];
        auto place = refused.begin();
        while (place != refused.end() && (*place)["op_index"] < shown["op_index"])
            ++place;
        refused.insert(place, shown);
    }
    return refused;
}

hc::query query(const hc::directory &directory, const json &in)
{
    hc::query query;
    for (const auto &[key, value] : in.items()) {
        const std::string of = text(in, key.c_str());
        if (key == "active")
            query.active(value == true);
        else if (key == "admins")
            query.admins(value == true);
        else if (key == "member_of")
            query.member_of(workspace(directory, value),
                            in.contains("role") ? role(in) : hc::role::any);
        else if (key == "email_prefix")
            query.email_prefix(of);
        else if (key == "email_domain")
            query.email_domain(of);
        else if (key == "username_prefix")
            query.username_prefix(of);
        else if (key == "search")
            query.search(of);
        else if (key == "attributes")
            for (const auto &[name, wanted] : value.items())
                query.attribute(name, wanted.get<std::string>());
        else if (key == "has_attributes")
            for (const json &name : value)
                query.attribute(name.get<std::string>());
        else if (key == "created_since")
            query.created_since(hc::time_from_text(of));
        else if (key == "created_before")
            query.created_before(hc::time_from_text(of));
        else if (key == "changed_before")
            query.changed_before(hc::time_from_text(of));
        else if (key == "seen_since")
            query.seen_since(hc::time_from_text(of));
        else if (key == "seen_before")
            query.seen_before(hc::time_from_text(of));
        else if (key == "changed_since")
            query.changed_since(hc::time_from_text(of));
        else if (key == "sort")
            query.sort_by(of == "email"      ? hc::sort::email
                          : of == "username" ? hc::sort::username
                                             : hc::sort::created);
        else if (key == "descending")
            query.descending(value == true);
        else if (key == "limit")
            query.limit(value.get<std::size_t>());
        else if (key == "after")
            query.after(of);
        else if (key != "role")
            stop("no query has the field " + key);
    }
    query.check();
    return query;
}

json all_users(hc::user_list &&list)
{
    json all = json::array();
    while (const auto user = list.next_user())
        all.push_back(show(*user));
    return all;
}

json changes(const hc::directory &directory, std::uint64_t after)
{
    json all = json::array();
    const hc::feed feed = directory.follow(after);
    for (;;) {
        const hc::change_batch batch = feed.read();
        if (batch.empty())
            return all;
        for (const hc::change_view &change : batch)
            all.push_back(show(change));
    }
}

template <class List>
json show_all(const List &list)
{
    json all = json::array();
    for (const auto &each : list)
        all.push_back(show(each));
    return all;
}

std::optional<json> on_users(const hc::directory &d, const std::string &name, const json &in)
{
    const std::string user = text(in, "user");
    if (name == "create_user")
        return show(d.create_user(new_user(in)));
    if (name == "update_user") {
        hc::user_update update = user_update(in);
        if (in.contains("if_version"))
            update.if_version(number(in, "if_version"));
        return show(d.update_user(user, update));
    }
    if (name == "activate_user")
        return show(d.activate_user(user));
    if (name == "deactivate_user")
        return show(d.deactivate_user(user));
    if (name == "delete_user") {
        const auto found = d.find_user(user);
        d.delete_user(user);
        return found->id().to_string();
    }
    if (name == "user")
        return show(d.find_user(user));
    if (name == "user_by_id")
        return show(d.find_user_by_id(id(in, "id")));
    if (name == "user_by_email")
        return show(d.find_user_by_email(text(in, "email")));
    const auto shown = [&](const hc::found_users &found) {
        json all = json::array();
        for (const std::optional<hc::user_view> &user : found)
            all.push_back(user ? show(d.find_user_by_id(user->id())) : json());
        return all;
    };
    if (name == "users_by_emails")
        return shown(d.find_users_by_emails(in.at("emails").get<std::vector<std::string>>()));
    if (name == "users_by_ids") {
        std::vector<hc::id> ids;
        for (const json &id : in.at("ids"))
            ids.push_back(hc::id::parse(id.get<std::string>()));
        return shown(d.find_users_by_ids(ids));
    }
    if (name == "user_by_username")
        return show(d.find_user_by_username(text(in, "username")));
    if (name == "user_by_external_id")
        return show(d.find_user_by_external_id(text(in, "provisioner"), text(in, "id")));
    if (name == "touch_user") {
        d.touch_user(user);
        return json();
    }
    if (name == "last_seen") {
        const auto seen = d.last_seen(user);
        return seen ? json(hc::time_to_text(*seen)) : json();
    }
    if (name == "users")
        return all_users(d.list_users());
    if (name == "query") {
        hc::user_list page = d.query_page(query(d, in));
        const auto next = page.next_page();
        const json after = next ? json(*next) : json();
        return json{{"users", all_users(std::move(page))}, {"next", after}};
    }
    if (name == "count")
        return d.count(query(d, in));
    return std::nullopt;
}

std::optional<json> on_workspaces(const hc::directory &d, const std::string &name, const json &in)
{
    const std::string user = text(in, "user");
    if (name == "workspace_by_external_id")
        return show(d.find_workspace_by_external_id(text(in, "provisioner"), text(in, "id")));
    if (name == "create_workspace" && in.contains("external_ids")) {
        const std::string made = text(in, "name");
        hc::batch batch;
        batch.create_workspace(made, text(in, "owner"));
        for (const auto &[provisioner, id] : in["external_ids"].items())
            batch.set_workspace_external_id(made, provisioner, id.get<std::string>());
        d.apply(batch);
        return show(d.find_workspace_by_name(made));
    }
    if (name == "create_workspace")
        return show(d.create_workspace(text(in, "name"), text(in, "owner")));
    if (name == "default_workspace")
        return show(d.default_workspace(user));
    if (name == "workspaces_of")
        return show_all(d.list_workspaces_of(user));
    if (name == "workspaces") {
        json all = json::array();
        for (const hc::workspace_view &each : d.list_workspaces())
            all.push_back(show(d.find_workspace(each.id())));
        return all;
    }
    if (!in.contains("workspace"))
        return std::nullopt;
    const hc::workspace_id at = workspace(d, in["workspace"]);
    if (name == "workspace")
        return show(d.find_workspace(at));
    if (name == "rename_workspace")
        return show(d.rename_workspace(at, text(in, "name")));
    if (name == "archive_workspace")
        return show(d.archive_workspace(at));
    if (name == "set_workspace_external_id")
        return show(value(in, "id").is_null()
                        ? d.set_workspace_external_id(at, text(in, "provisioner"), std::nullopt)
                        : d.set_workspace_external_id(at, text(in, "provisioner"), text(in, "id")));
    if (name == "restore_workspace")
        return show(d.restore_workspace(at));
    if (name == "members")
        return show_all(d.list_members(at));
    if (name == "add_member")
        d.add_member(at, user, role(in));
    else if (name == "set_role")
        d.set_role(at, user, role(in));
    else if (name == "remove_member")
        d.remove_member(at, user);
    else if (name == "delete_workspace")
        return d.delete_workspace(at), at;
    else
        return std::nullopt;
    return json();
}

std::optional<json> on_directory(const hc::directory &d, const std::string &name, const json &in)
{
    if (name == "set_license")
        d.set_license(hc::license_from_text(text(in, "license")));
    if (name == "seat_history")
        return show(in.contains("since") ? d.seats_since(hc::time_from_text(text(in, "since")))
                                         : d.seats_since());
    if (name == "seats" || name == "set_license")
        return show(d.seats());
    if (name == "len")
        return d.seats().active + d.seats().inactive;
    if (name == "apply")
        return show(d.apply(batch_of(in)));
    if (name == "dry_run")
        return show(d.dry_run(batch_of(in)));
    if (name == "preview")
        return preview(d, in);
    if (name == "changes")
        return changes(d, number(in, "after"));
    if (name == "trim_changes")
        return d.trim_changes(number(in, "before"));
    if (name == "verify") {
        const hc::verified v = d.verify_and_count();
        return json{{"active", v.active},         {"inactive", v.inactive}, {"deleted", v.deleted},
                    {"workspaces", v.workspaces}, {"members", v.members},   {"changes", v.changes}};
    }
    if (name == "stats_text")
        return d.stats_text();
    if (name == "stats") {
        const hc::directory_stats s = d.stats();
        return json{{"users_active", s.users_active},
                    {"users_inactive", s.users_inactive},
                    {"workspaces", s.workspaces},
                    {"latest_change", s.latest_change},
                    {"cache_entries", s.cache_entries},
                    {"cache_bytes", s.cache_bytes},
                    {"cache_hits", s.cache_hits},
                    {"cache_misses", s.cache_misses},
                    {"commit_requests", s.commit_requests},
                    {"commit_groups", s.commit_groups},
                    {"seats_limit", s.seats_limit ? json(*s.seats_limit) : json()},
                    {"file_bytes", s.file_bytes},
                    {"log_bytes", s.log_bytes},
                    {"checkpoints", s.checkpoints},
                    {"checkpoint_micros", s.checkpoint_micros},
                    {"checkpoint_micros_max", s.checkpoint_micros_max}};
    }
    return std::nullopt;
}

// Replaces each occurrence of a text in a file with another of the same length.
void replace_in_file(const std::string &path, const std::string &text, const std::string &with)
{
    std::ifstream from(path, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(from), {});
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at))
        bytes.replace(at, text.size(), with);
    std::ofstream(path, std::ios::binary) << bytes;
}

std::optional<json> on_session(session &all, const std::string &name, const json &in)
{
    const auto path = [&](const char *key) { return (all.folder / text(in, key)).string(); };
    const auto replace = value(in, "overwrite") == true ? hc::overwrite::yes : hc::overwrite::no;
    const auto copied = [](const hc::copied &copied) {
        return json{{"users", copied.users}, {"sequence", copied.sequence}};
    };
    if (name == "backup")
        return copied(all.directory->backup(path("path"), replace));
    if (name == "restore")
        return copied(hc::directory::restore(path("backup"), path("path"), replace));
    const std::size_t limit = in.contains("limit") ? number(in, "limit") : 0;
    if (name == "compact") {
        const hc::compacted made = hc::directory::compact(path("path"));
        return json{{"bytes_before", made.bytes_before}, {"bytes", made.bytes}};
    }
    if (name == "find_faults" && !in.contains("path"))
        return show(all.directory->find_faults(limit));
    if (name == "find_faults")
        return show(hc::find_faults(path("path"), limit));
    if (name == "plan_repair")
        return show(hc::repair(path("path"), std::nullopt, limit));
    if (name == "repair")
        return show(hc::repair(path("path"), path("aside"), limit));
    if (name == "exists")
        return fs::exists(path("path"));
    if (name == "position")
        return all.position;
    if (name == "next") {
        if (all.read.empty())
            for (const hc::change_view &change :
                 all.feed->read(std::chrono::milliseconds(number(in, "timeout_ms"))))
                all.read.push_back(show(change));
        if (all.read.empty())
            return json();
        json next = all.read.front();
        all.read.pop_front();
        all.position = next["sequence"];
        return next;
    }
    if (name == "open")
        all.open(in);
    else if (name == "close")
        all.directory->close();
    else if (name == "copy_file")
        fs::copy_file(path("from"), path("to"));
    else if (name == "write_file")
        std::ofstream(path("path"), std::ios::binary) << text(in, "text");
    else if (name == "replace_in_file")
        replace_in_file(path("path"), text(in, "text"), text(in, "with"));
    else if (name == "export") {
        std::ofstream to(path("path"), std::ios::binary);
        all.directory->export_to([&](std::string_view lines) { to << lines; });
    } else if (name == "load") {
        std::ifstream from(path("path"), std::ios::binary);
        all.directory->load_from([&](char *buffer, std::size_t capacity) {
            from.read(buffer, static_cast<std::streamsize>(capacity));
            return static_cast<std::size_t>(from.gcount());
        });
    } else if (name == "remove_file")
        fs::remove(path("path"));
    else if (name == "follow") {
        all.feed = all.directory->follow(number(in, "after"));
        all.read.clear();
        all.position = number(in, "after");
    } else
        return std::nullopt;
    return json();
}

} // namespace

json call(session &all, const hc::directory &directory, const std::string &name, const json &in)
{
    for (const auto part : {on_users, on_workspaces, on_directory})
        if (auto out = part(directory, name, in))
            return *out;
    if (auto out = on_session(all, name, in))
        return *out;
    stop("no call is named " + name);
}
