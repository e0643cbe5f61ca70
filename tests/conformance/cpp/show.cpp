// Records of the library in the form of the script.
#include "runner.hpp"

#include <algorithm>
#include <cctype>

namespace {

json or_null(const std::optional<std::string_view> &text) { return text ? json(*text) : json(); }

json number(const std::optional<std::uint64_t> &number) { return number ? json(*number) : json(); }

json role(hc::role role)
{
    return role == hc::role::any ? json() : json(role == hc::role::owner ? "owner" : "user");
}

json license(hc::license_kind kind, std::uint64_t seats)
{
    if (kind == hc::license_kind::seats)
        return std::to_string(seats);
    return kind == hc::license_kind::community ? "community" : "enterprise";
}

const std::pair<hc::field, const char *> fields[] = {
    {hc::field::email, "email"},
    {hc::field::username, "username"},
    {hc::field::given_name, "given_name"},
    {hc::field::family_name, "family_name"},
    {hc::field::admin, "admin"},
    {hc::field::attributes, "attributes"},
    {hc::field::external_ids, "external_ids"},
};

const char *name(hc::event_kind kind)
{
    switch (kind) {
    case hc::event_kind::user_created: return "user_created";
    case hc::event_kind::user_updated: return "user_updated";
    case hc::event_kind::user_activated: return "user_activated";
    case hc::event_kind::user_deactivated: return "user_deactivated";
    case hc::event_kind::user_deleted: return "user_deleted";
    case hc::event_kind::license_set: return "license_set";
    case hc::event_kind::workspace_created: return "workspace_created";
    case hc::event_kind::workspace_renamed: return "workspace_renamed";
    case hc::event_kind::workspace_archived: return "workspace_archived";
    case hc::event_kind::workspace_restored: return "workspace_restored";
    case hc::event_kind::workspace_deleted: return "workspace_deleted";
    case hc::event_kind::workspace_undefaulted: return "workspace_undefaulted";
    case hc::event_kind::workspace_ownerless: return "workspace_ownerless";
    case hc::event_kind::member_added: return "member_added";
    case hc::event_kind::member_role_set: return "member_role_set";
    case hc::event_kind::member_removed: return "member_removed";
    case hc::event_kind::workspace_external_id_set: return "workspace_external_id_set";
    }
    return "unknown";
}

} // namespace

json show(const std::optional<hc::id> &id) { return id ? json(id->to_string()) : json(); }

json show(const std::vector<hc::external_id> &ids)
{
    json all = json::object();
    for (const auto &[provisioner, id] : ids)
        all[provisioner] = id;
    return all;
}

json show(const hc::user &user)
{
    json attributes = json::object();
    for (const auto [name, value] : user.attributes())
        attributes[std::string(name)] = value;
    return {{"id", user.id().to_string()},
            {"email", user.email()},
            {"username", user.username()},
            {"given_name", or_null(user.given_name())},
            {"family_name", or_null(user.family_name())},
            {"active", user.is_active()},
            {"admin", user.is_admin()},
            {"attributes", attributes},
            {"external_ids", show(user.external_ids())},
            {"created_at", hc::time_to_text(user.created_at())},
            {"updated_at", hc::time_to_text(user.updated_at())},
            {"deactivated_at", user.deactivated_at() ? json(hc::time_to_text(*user.deactivated_at())) : json()},
            {"version", user.version()}};
}

json show(const hc::workspace &workspace)
{
    return {{"id", workspace.id()},
            {"name", workspace.name()},
            {"archived", workspace.is_archived()},
            {"default_of", show(workspace.default_of())},
            {"external_ids", show(workspace.external_ids())},
            {"created_at", hc::time_to_text(workspace.created_at())},
            {"updated_at", hc::time_to_text(workspace.updated_at())},
            {"version", workspace.version()}};
}

json show(const hc::member &member)
{
    return {{"workspace", member.workspace},
            {"user", member.user.to_string()},
            {"role", role(member.role)},
            {"since", hc::time_to_text(member.since)},
            {"version", member.version}};
}

json show(const hc::seat_history &history)
{
    json days = json::array();
    for (const hc::seat_day &day : history.days)
        days.push_back({{"day", hc::time_to_text(day.day)}, {"peak", day.peak}, {"last", day.last}});
    return {{"since", hc::time_to_text(history.since)},
            {"peak", history.peak},
            {"peak_day", history.peak_day ? json(hc::time_to_text(*history.peak_day)) : json()},
            {"days", days}};
}

json show(const hc::seat_usage &seats)
{
    return {{"license", license(seats.kind, seats.limit.value_or(0))},
            {"license_version", seats.license_version},
            {"limit", number(seats.limit)},
            {"active", seats.active},
            {"inactive", seats.inactive},
            {"free", number(seats.free)},
            {"over_by", seats.over_by}};
}

json show(const hc::change_view &change)
{
    json events = json::array();
    for (const hc::event &event : change) {
        json changed = json::array();
        for (const auto &[field, name] : fields)
            if (event.has(field))
                changed.push_back(name);
        events.push_back({{"event", name(event.kind)},
                          {"user", show(event.user)},
                          {"default_of", show(event.user)},
                          {"workspace", event.workspace ? json(event.workspace) : json()},
                          {"active", event.is_active},
                          {"role", role(event.role)},
                          {"fields", changed},
                          {"license", license(event.license.kind, event.license.seat_count)}});
    }
    return {{"sequence", change.sequence()},
            {"at", hc::time_to_text(change.made_at())},
            {"actor", show(change.actor())},
            {"request_id", show(change.request_id())},
            {"door", or_null(change.door())},
            {"events", events}};
}

json show(const hc::applied &applied)
{
    json outcomes = json::array();
    for (const hc::outcome &outcome : applied.outcomes()) {
        json subject = "license";
        if (outcome.subject != hc::subject::license) {
            subject = {{"user", show(outcome.user)}};
            if (outcome.workspace != 0)
                subject["workspace"] = outcome.workspace;
        }
        outcomes.push_back({{"subject", subject},
                            {"changed", outcome.changed},
                            {"version", outcome.version}});
    }
    return {{"sequence", number(applied.sequence())},
            {"replayed", applied.is_replayed()},
            {"ownerless", applied.ownerless()},
            {"outcomes", outcomes}};
}

json show(const hc::error &error)
{
    std::string kind(error.name().substr(std::string_view("HC_STATUS_").size()));
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    json shown = {{"kind", kind}, {"message", error.message()}, {"op_index", number(error.op_index())}};
    if (const auto seats = error.seats())
        shown.update({{"limit", seats->limit},
                      {"active", seats->active},
                      {"requested", seats->requested}});
    if (const auto versions = error.versions())
        shown.update({{"expected", versions->expected}, {"found", versions->found}});
    shown["resume_after"] = number(error.resume_after());
    shown["latest"] = number(error.latest_change());
    return shown;
}

json show(const hc::fault_list &faults)
{
    json listed = json::array();
    for (const auto &each : faults.faults)
        listed.push_back({{"kind", each.kind}, {"text", each.text}});
    return {{"total", faults.total},
            {"listed", listed},
            {"set_aside", faults.set_aside},
            {"seats_over", faults.seats_over}};
}
