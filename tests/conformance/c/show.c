/* Records of the library in the form of the script. Frees the handles. */
#include "runner.h"

#include "headcount_packed.h"

#include <ctype.h>
#include <string.h>

static json_t *optional(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

json_t *show_id(const uint8_t *id)
{
    char text[HC_ID_TEXT_BYTES];
    static const uint8_t none[16];
    if (id == NULL || memcmp(id, none, sizeof none) == 0)
        return json_null();
    hc_id_to_text(id, text, NULL);
    return json_string(text);
}

json_t *show_time(uint64_t micros)
{
    char text[HC_TIME_TEXT_BYTES];
    hc_time_to_text(micros, text, NULL);
    return json_string(text);
}

static json_t *show_number(uint64_t number)
{
    return number == HC_NO_LIMIT ? json_null() : json_integer((json_int_t)number);
}

json_t *show_stats(const hc_stats *stats)
{
    const struct {
        const char *name;
        uint64_t value;
    } figures[] = {
        { "users_active", stats->users_active },
        { "users_inactive", stats->users_inactive },
        { "workspaces", stats->workspaces },
        { "latest_change", stats->latest_change },
        { "cache_entries", stats->cache_entries },
        { "cache_bytes", stats->cache_bytes },
        { "cache_hits", stats->cache_hits },
        { "cache_misses", stats->cache_misses },
        { "commit_requests", stats->commit_requests },
        { "commit_groups", stats->commit_groups },
        { "seats_limit", stats->seats_limit },
        { "file_bytes", stats->file_bytes },
        { "log_bytes", stats->log_bytes },
        { "checkpoints", stats->checkpoints },
        { "checkpoint_micros", stats->checkpoint_micros },
        { "checkpoint_micros_max", stats->checkpoint_micros_max },
    };
    json_t *all = json_object();
    size_t i;
    for (i = 0; i < sizeof figures / sizeof *figures; i++)
        json_object_set_new(all, figures[i].name, show_number(figures[i].value));
    return all;
}

/* The external ids of the user, or of the workspace. */
static json_t *external_ids(const hc_user *user, const hc_workspace *workspace)
{
    char provisioner[HC_PROVISIONER_BYTES], id[HC_EXTERNAL_ID_BYTES];
    json_t *all = json_object();
    size_t i;
    for (i = 0; hc_user_external_id_at(user, i, provisioner, id)
                || hc_workspace_external_id_at(workspace, i, provisioner, id); i++)
        json_object_set_new(all, provisioner, json_string(id));
    return all;
}

json_t *show_user(hc_user *user)
{
    json_t *attributes = json_object(), *shown;
    const char *name, *value;
    size_t i, length;
    uint64_t left;
    if (user == NULL) {
        json_decref(attributes);
        return json_null();
    }
    for (i = 0; hc_user_attribute_at(user, i, &name, &value, &length); i++)
        json_object_set_new(attributes, name, json_stringn(value, length));
    left = hc_user_deactivated_at_micros(user);
    shown = json_pack("{so ss ss so so sb sb so so so so so sI}",
        "id", show_id(hc_user_id(user)), "email", hc_user_email(user),
        "username", hc_user_username(user), "given_name", optional(hc_user_given_name(user)),
        "family_name", optional(hc_user_family_name(user)), "active", hc_user_is_active(user),
        "admin", hc_user_is_admin(user), "attributes", attributes,
        "external_ids", external_ids(user, NULL),
        "created_at", show_time(hc_user_created_at_micros(user)),
        "updated_at", show_time(hc_user_updated_at_micros(user)),
        "deactivated_at", left == 0 ? json_null() : show_time(left),
        "version", (json_int_t)hc_user_version(user));
    hc_user_free(user);
    return shown;
}

json_t *show_workspace(hc_workspace *workspace)
{
    json_t *shown;
    if (workspace == NULL)
        return json_null();
    shown = json_pack("{sI ss sb so so so so sI}",
        "id", (json_int_t)hc_workspace_id(workspace), "name", hc_workspace_name(workspace),
        "archived", hc_workspace_is_archived(workspace),
        "default_of", show_id(hc_workspace_default_of(workspace)),
        "external_ids", external_ids(NULL, workspace),
        "created_at", show_time(hc_workspace_created_at_micros(workspace)),
        "updated_at", show_time(hc_workspace_updated_at_micros(workspace)),
        "version", (json_int_t)hc_workspace_version(workspace));
    hc_workspace_free(workspace);
    return shown;
}

static json_t *show_role(int32_t role)
{
    return role == 0 ? json_null() : json_string(role == HC_ROLE_OWNER ? "owner" : "user");
}

json_t *show_members(hc_members *members)
{
    json_t *all = json_array();
    size_t i;
    for (i = 0; i < hc_members_count(members); i++) {
        hc_member member = HC_MEMBER_INIT;
        hc_members_get(members, i, &member, NULL);
        json_array_append_new(all, json_pack("{sI so so so sI}",
            "workspace", (json_int_t)member.workspace, "user", show_id(member.user),
            "role", show_role(member.role), "since", show_time(member.since_micros),
            "version", (json_int_t)member.version));
    }
    hc_members_free(members);
    return all;
}

json_t *show_license(int32_t license, uint64_t seats)
{
    if (license == HC_LICENSE_SEATS)
        return json_sprintf("%llu", (unsigned long long)seats);
    return json_string(license == HC_LICENSE_COMMUNITY ? "community" : "enterprise");
}

json_t *show_seats(const hc_directory *directory, hc_error **error)
{
    hc_seats seats = HC_SEATS_INIT;
    TRY(hc_directory_get_seats(directory, &seats, error));
    return json_pack("{so sI so sI sI so sI}",
        "license", show_license(seats.license, seats.limit),
        "license_version", (json_int_t)seats.license_version,
        "limit", show_number(seats.limit), "active", (json_int_t)seats.active,
        "inactive", (json_int_t)seats.inactive, "free", show_number(seats.free),
        "over_by", (json_int_t)seats.over_by);
}

static json_t *show_event(const hc_packed_event *event)
{
    static const char *const kinds[] = {"", "user_created", "user_updated", "user_activated",
        "user_deactivated", "user_deleted", "license_set", "workspace_created",
        "workspace_renamed", "workspace_archived", "workspace_restored", "workspace_deleted",
        "workspace_undefaulted", "workspace_ownerless", "member_added", "member_role_set",
        "member_removed", "workspace_external_id_set"};
    static const char *const fields[] = {"email", "username", "given_name", "family_name",
                                         "admin", "attributes", "external_ids"};
    json_t *changed = json_array();
    size_t i;
    for (i = 0; i < sizeof fields / sizeof *fields; i++)
        if (event->fields >> i & 1)
            json_array_append_new(changed, json_string(fields[i]));
    return json_pack("{ss so so so sb so so so}", "event", kinds[event->kind],
        "user", show_id(event->user), "default_of", show_id(event->user),
        "workspace", event->workspace ? json_integer((json_int_t)event->workspace) : json_null(),
        "active", event->is_active, "role", show_role(event->role), "fields", changed,
        "license", show_license(event->license, event->seats));
}

json_t *show_changes(const uint8_t *bytes, size_t length)
{
    json_t *all = json_array();
    hc_packed_batch batch;
    hc_packed_change change;
    hc_packed_event event;
    uint32_t i;
    hc_packed_open(&batch, bytes, length);
    while (hc_packed_next_change(&batch, &change) == HC_PACKED_RECORD) {
        json_t *events = json_array();
        for (i = 0; hc_packed_change_event(&change, i, &event); i++)
            json_array_append_new(events, show_event(&event));
        json_array_append_new(all, json_pack("{sI so so so so so}",
            "sequence", (json_int_t)change.sequence, "at", show_time(change.at_micros),
            "actor", show_id(change.actor), "request_id", show_id(change.request_id),
            "door", optional(change.door.bytes),
            "events", events));
    }
    return all;
}

json_t *show_applied(hc_applied *applied)
{
    json_t *outcomes = json_array(), *ownerless = json_array(), *subject;
    size_t i;
    for (i = 0; i < hc_applied_ownerless_count(applied); i++)
        json_array_append_new(ownerless, json_integer((json_int_t)hc_applied_ownerless_at(applied, i)));
    for (i = 0; i < hc_applied_count(applied); i++) {
        hc_outcome outcome = HC_OUTCOME_INIT;
        hc_applied_get_outcome(applied, i, &outcome, NULL);
        if (outcome.subject == HC_SUBJECT_LICENSE)
            subject = json_string("license");
        else
            subject = json_pack("{so}", "user", show_id(outcome.user));
        if (outcome.workspace != 0)
            json_object_set_new(subject, "workspace", json_integer((json_int_t)outcome.workspace));
        json_array_append_new(outcomes, json_pack("{so sb sI}", "subject", subject,
            "changed", outcome.changed, "version", (json_int_t)outcome.version));
    }
    subject = json_pack("{so sb so so}", "sequence",
        hc_applied_sequence(applied) == 0
            ? json_null() : json_integer((json_int_t)hc_applied_sequence(applied)),
        "replayed", hc_applied_is_replayed(applied), "outcomes", outcomes, "ownerless", ownerless);
    hc_applied_free(applied);
    return subject;
}

json_t *show_error(const hc_error *error)
{
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    char kind[64];
    size_t i;
    json_t *shown = json_object();
    hc_error_get_details(error, &details);
    snprintf(kind, sizeof kind, "%s", hc_status_name(details.status) + strlen("HC_STATUS_"));
    for (i = 0; kind[i] != 0; i++)
        kind[i] = (char)tolower((unsigned char)kind[i]);
    json_object_set_new(shown, "kind", json_string(kind));
    json_object_set_new(shown, "message", json_string(details.message));
#define NUMBER(bit, name, value)                                                \
    if (details.given & HC_DETAIL_##bit)                                        \
        json_object_set_new(shown, name, json_integer((json_int_t)details.value))
    NUMBER(OP_INDEX, "op_index", op_index);
    NUMBER(SEATS, "limit", limit);
    NUMBER(SEATS, "active", active);
    NUMBER(SEATS, "requested", requested);
    NUMBER(VERSIONS, "expected", expected);
    NUMBER(VERSIONS, "found", found);
    NUMBER(RESUME_AFTER, "resume_after", resume_after);
    NUMBER(LATEST_CHANGE, "latest", latest_change);
    return shown;
}
