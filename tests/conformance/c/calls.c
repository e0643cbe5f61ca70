/* Makes the calls of the script with the library. */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMED(key) TEXT(in(call, key))
#define E &call->error
#define IS(name) (strcmp(key, name) == 0)

static uint64_t number(const struct call *call, const char *key)
{
    return (uint64_t)json_integer_value(in(call, key));
}

const char *file(const struct call *call, const char *key, char *room)
{
    snprintf(room, 512, "%s/%s", call->session->folder, text_of(in(call, key)));
    return room;
}

hc_status open_directory(struct session *session, const json_t *how, hc_error **error)
{
    const json_t *license = json_object_get(how, "license"), *name = json_object_get(how, "path");
    hc_options *options = hc_options_new();
    hc_directory *directory = NULL;
    char room[512];
    int32_t kind = 0;
    uint64_t seats = 0;
    hc_status status = HC_STATUS_OK;
    hc_options_set(options, HC_OPTION_READ_ONLY, json_is_true(json_object_get(how, "read_only")), NULL);
    hc_options_set(options, HC_OPTION_CREATE_IF_MISSING,
                   !json_is_false(json_object_get(how, "create_if_missing")), NULL);
    hc_options_set(options, HC_OPTION_SALVAGE_LOG, json_is_true(json_object_get(how, "salvage_log")),
                   NULL);
    if (license != NULL) {
        status = hc_license_from_text(TEXT(license), &kind, &seats, error);
        hc_options_set_license_if_new(options, kind, seats, NULL);
    }
    snprintf(room, sizeof room, "%s/%s", session->folder, text_of(name));
    if (status == HC_STATUS_OK)
        status = name == NULL ? hc_directory_open_in_memory(options, &directory, error)
                              : hc_directory_open(HC_STR(room), options, &directory, error);
    hc_options_free(options);
    if (status == HC_STATUS_OK) {
        hc_directory_free(session->directory);
        session->directory = directory;
    }
    return status;
}

/* The id of the workspace: as given, or looked up by name. */
hc_status workspace(struct call *call, uint64_t *id)
{
    const json_t *named = in(call, in(call, "member_of") != NULL ? "member_of" : "workspace");
    hc_workspace *found = NULL;
    hc_status status = HC_STATUS_OK;
    *id = (uint64_t)json_integer_value(named);
    if (json_is_string(named)) {
        status = hc_workspace_get_by_name(call->directory, TEXT(named), &found, E);
        *id = hc_workspace_id(found);
        hc_workspace_free(found);
    }
    return status;
}

static json_t *on_user(struct call *call)
{
    const hc_directory *d = call->directory;
    const char *key = call->name;
    hc_user *user = NULL;
    uint8_t id[16];
    if (strcmp(key, "user") == 0) {
        TRY(hc_user_get(d, NAMED("user"), &user, E));
    } else if (strcmp(key, "user_by_email") == 0) {
        TRY(hc_user_get_by(d, HC_USER_KEY_EMAIL, NAMED("email"), &user, E));
    } else if (strcmp(key, "user_by_username") == 0) {
        TRY(hc_user_get_by(d, HC_USER_KEY_USERNAME, NAMED("username"), &user, E));
    } else if (strcmp(key, "user_by_id") == 0) {
        TRY(hc_id_from_text(NAMED("id"), id, E));
        TRY(hc_user_get_by(d, HC_USER_KEY_ID, id, 16, &user, E));
    } else if (strcmp(key, "user_by_external_id") == 0) {
        TRY(hc_user_get_by_external_id(d, NAMED("provisioner"), NAMED("id"), &user, E));
    } else if (strcmp(key, "activate_user") == 0) {
        TRY(hc_user_activate(d, NAMED("user"), &user, E));
    } else {
        TRY(hc_user_deactivate(d, NAMED("user"), &user, E));
    }
    return show_user(user);
}

/* Users by many keys: packs the keys one by one, and reads each found user by id. */
static json_t *users_by(struct call *call)
{
    int32_t kind = strcmp(call->name, "users_by_ids") == 0 ? HC_USER_KEY_ID : HC_USER_KEY_EMAIL;
    const json_t *keys = in(call, kind == HC_USER_KEY_ID ? "ids" : "emails"), *key;
    uint8_t packed[4096], buffer[65536];
    uint32_t offsets[64];
    size_t i, bytes = 0, read, written;
    json_t *users = json_array();
    json_array_foreach (keys, i, key) {
        uint8_t id[16];
        if (kind == HC_USER_KEY_ID)
            TRY(hc_id_from_text(TEXT(key), id, E));
        const size_t length = kind == HC_USER_KEY_ID ? 16 : text_len(key);
        if (length > sizeof packed - 4 - bytes)
            stop("there is no room for the keys of", call->name);
        const uint8_t head[4] = {(uint8_t)length, (uint8_t)(length >> 8), 0, 0};
        memcpy(packed + bytes, head, 4);
        memcpy(packed + bytes + 4, kind == HC_USER_KEY_ID ? (const void *)id : text_of(key), length);
        bytes += 4 + length;
    }
    TRY(hc_user_read_many(call->directory, kind, packed, bytes, buffer, sizeof buffer, offsets, 64,
                          &read, &written, E));
    if (read != json_array_size(keys))
        stop("fewer users were read than", call->name);
    for (i = 0; i < read; i++) {
        hc_user *user = NULL;
        if (offsets[i] != 0)
            TRY(hc_user_get_by(call->directory, HC_USER_KEY_ID, buffer + offsets[i] + 8, 16, &user, E));
        json_array_append_new(users, show_user(user));
    }
    return users;
}

static json_t *seen(struct call *call)
{
    uint64_t micros = 0;
    if (strcmp(call->name, "touch_user") == 0)
        TRY(hc_user_touch(call->directory, NAMED("user"), E));
    else
        TRY(hc_user_get_last_seen_micros(call->directory, NAMED("user"), &micros, E));
    return micros == 0 ? json_null() : show_time(micros);
}

static json_t *create_user(struct call *call)
{
    hc_new_user *new = new_user(call->in, E);
    hc_user *user = NULL;
    hc_status status = HC_STATUS_INVALID_ARGUMENT;
    if (new != NULL)
        status = hc_user_create(call->directory, NAMED("email"), new, &user, E);
    hc_new_user_free(new);
    return status == HC_STATUS_OK ? show_user(user) : NULL;
}

static json_t *update_user(struct call *call)
{
    hc_user_update *update = user_update(call->in, E);
    hc_user *user = NULL;
    hc_status status = HC_STATUS_INVALID_ARGUMENT;
    if (update != NULL) {
        if (in(call, "if_version") != NULL)
            hc_user_update_set_if_version(update, number(call, "if_version"), NULL);
        status = hc_user_update_apply(call->directory, NAMED("user"), update, &user, E);
    }
    hc_user_update_free(update);
    return status == HC_STATUS_OK ? show_user(user) : NULL;
}

static json_t *delete_user(struct call *call)
{
    hc_user *user = NULL;
    json_t *id = NULL;
    TRY(hc_user_get(call->directory, NAMED("user"), &user, E));
    if (hc_user_delete(call->directory, NAMED("user"), E) == HC_STATUS_OK)
        id = show_id(hc_user_id(user));
    hc_user_free(user);
    return id;
}

json_t *all_users(hc_cursor *cursor, hc_error **error)
{
    json_t *all = json_array();
    hc_user *user = NULL;
    hc_status status;
    while ((status = hc_cursor_next(cursor, &user, error)) == HC_STATUS_OK && user != NULL)
        json_array_append_new(all, show_user(user));
    if (status == HC_STATUS_OK)
        return all;
    json_decref(all);
    return NULL;
}

static json_t *users(struct call *call)
{
    hc_cursor *cursor = NULL;
    json_t *all;
    TRY(hc_directory_list_users(call->directory, &cursor, E));
    all = all_users(cursor, E);
    hc_cursor_free(cursor);
    return all;
}

static json_t *seats(struct call *call)
{
    int32_t kind = 0;
    uint64_t count = 0;
    json_t *shown, *all;
    if (strcmp(call->name, "set_license") == 0) {
        TRY(hc_license_from_text(NAMED("license"), &kind, &count, E));
        TRY(hc_directory_set_license(call->directory, kind, count, E));
    }
    shown = show_seats(call->directory, E);
    if (shown == NULL || strcmp(call->name, "len") != 0)
        return shown;
    all = json_integer(json_integer_value(json_object_get(shown, "active"))
                       + json_integer_value(json_object_get(shown, "inactive")));
    json_decref(shown);
    return all;
}

static json_t *seat_history(struct call *call)
{
    hc_seat_history history = HC_SEAT_HISTORY_INIT;
    hc_seat_day days[HC_SEAT_DAYS_MAX];
    json_t *shown = json_array();
    uint64_t since = 0;
    size_t i;
    if (in(call, "since") != NULL)
        TRY(hc_time_from_text(NAMED("since"), &since, E));
    TRY(hc_directory_get_seat_history(call->directory, since, &history, days,
                                      sizeof days / sizeof *days, E));
    for (i = 0; i < history.day_count; i++)
        json_array_append_new(shown, json_pack("{so sI sI}",
            "day", show_time(days[i].day_micros), "peak", (json_int_t)days[i].peak,
            "last", (json_int_t)days[i].last));
    return json_pack("{so sI so so}", "since", show_time(history.since_micros),
        "peak", (json_int_t)history.peak, "peak_day",
        history.peak_day_micros == 0 ? json_null() : show_time(history.peak_day_micros),
        "days", shown);
}

/* A workspace and its external ids, in one batch. */
static json_t *create_with_ids(struct call *call)
{
    hc_batch *batch = hc_batch_new();
    hc_workspace *made = NULL;
    const char *provisioner;
    json_t *id;
    hc_status status = hc_batch_create_workspace(batch, NAMED("name"), NAMED("owner"), E);
    json_object_foreach ((json_t *)(size_t)in(call, "external_ids"), provisioner, id)
        if (status == HC_STATUS_OK)
            status = hc_batch_set_workspace_external_id(batch, NAMED("name"), 0,
                                                        HC_STR(provisioner), TEXT(id), E);
    if (status == HC_STATUS_OK)
        status = hc_directory_apply(call->directory, batch, NULL, E);
    hc_batch_free(batch);
    if (status == HC_STATUS_OK)
        status = hc_workspace_get_by_name(call->directory, NAMED("name"), &made, E);
    return status == HC_STATUS_OK ? show_workspace(made) : NULL;
}

static json_t *on_workspace(struct call *call)
{
    const hc_directory *d = call->directory;
    const char *key = call->name;
    hc_workspace *made = NULL;
    hc_members *members = NULL;
    uint64_t id = 0;
    int32_t role = 0;
    if (IS("create_workspace") && in(call, "external_ids") != NULL)
        return create_with_ids(call);
    if (IS("workspace_by_external_id")) {
        TRY(hc_workspace_get_by_external_id(d, NAMED("provisioner"), NAMED("id"), &made, E));
        return show_workspace(made);
    }
    if (IS("create_workspace")) {
        TRY(hc_workspace_create(d, NAMED("name"), NAMED("owner"), &made, E));
        return show_workspace(made);
    }
    if (IS("default_workspace")) {
        TRY(hc_user_get_default_workspace(d, NAMED("user"), &made, E));
        return show_workspace(made);
    }
    if (IS("workspaces_of")) {
        TRY(hc_user_list_workspaces(d, NAMED("user"), &members, E));
        return show_members(members);
    }
    TRY(workspace(call, &id));
    if (in(call, "role") != NULL)
        TRY(hc_role_from_text(NAMED("role"), &role, E));
    if (IS("add_member")) {
        TRY(hc_workspace_add_member(d, id, NAMED("user"), role, E));
    } else if (IS("set_role")) {
        TRY(hc_workspace_set_role(d, id, NAMED("user"), role, E));
    } else if (IS("remove_member")) {
        TRY(hc_workspace_remove_member(d, id, NAMED("user"), E));
    } else if (IS("set_workspace_external_id")) {
        TRY(hc_workspace_set_external_id(
            d, id, NAMED("provisioner"), json_is_null(in(call, "id")) ? NULL : text_of(in(call, "id")),
            text_len(in(call, "id")), &made, E));
    } else if (IS("delete_workspace")) {
        TRY(hc_workspace_delete(d, id, E));
        return json_integer((json_int_t)id);
    } else if (IS("members")) {
        TRY(hc_workspace_list_members(d, id, &members, E));
        return show_members(members);
    } else if (IS("workspace")) {
        TRY(hc_workspace_get(d, id, &made, E));
    } else if (IS("rename_workspace")) {
        TRY(hc_workspace_rename(d, id, NAMED("name"), &made, E));
    } else if (IS("archive_workspace")) {
        TRY(hc_workspace_archive(d, id, &made, E));
    } else {
        TRY(hc_workspace_restore(d, id, &made, E));
    }
    return show_workspace(made);
}

static json_t *workspaces(struct call *call)
{
    hc_workspaces *list = NULL;
    hc_workspace *each = NULL;
    json_t *all;
    TRY(hc_directory_list_workspaces(call->directory, &list, E));
    all = json_array();
    while (hc_workspaces_next(list, &each, E) == HC_STATUS_OK && each != NULL)
        json_array_append_new(all, show_workspace(each));
    hc_workspaces_free(list);
    return all;
}

static json_t *changes(struct call *call)
{
    static _Thread_local uint8_t buffer[1 << 16];
    hc_feed *feed = NULL;
    size_t written = 0;
    json_t *all, *more;
    TRY(hc_directory_follow(call->directory, number(call, "after"), &feed, E));
    all = json_array();
    do {
        if (hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, E) != HC_STATUS_OK) {
            hc_feed_free(feed);
            json_decref(all);
            return NULL;
        }
        json_array_extend(all, more = show_changes(buffer, written));
        json_decref(more);
    } while (written > 0);
    hc_feed_free(feed);
    return all;
}

static json_t *feed(struct call *call)
{
    struct session *session = call->session;
    static uint8_t buffer[1 << 12];
    size_t written = 0;
    json_t *some, *first;
    if (strcmp(call->name, "follow") == 0) {
        hc_feed_free(session->feed);
        session->feed = NULL;
        TRY(hc_directory_follow(call->directory, number(call, "after"), &session->feed, E));
        return json_null();
    }
    if (strcmp(call->name, "position") == 0)
        return json_integer((json_int_t)hc_feed_position(session->feed));
    TRY(hc_feed_next_batch(session->feed, number(call, "timeout_ms"), buffer,
                           16 + 80 + 48 * 2, &written, E));
    some = show_changes(buffer, written);
    first = json_incref(json_array_get(some, 0));
    json_decref(some);
    return first == NULL ? json_null() : first;
}

static json_t *figures(struct call *call)
{
    hc_verified v = HC_VERIFIED_INIT;
    hc_stats s = HC_STATS_INIT;
    uint64_t trimmed = 0;
#define N(value) (json_int_t)(value)
    if (strcmp(call->name, "trim_changes") == 0) {
        TRY(hc_directory_trim_changes(call->directory, number(call, "before"), &trimmed, E));
        return json_integer(N(trimmed));
    }
    if (strcmp(call->name, "verify") == 0) {
        TRY(hc_directory_verify(call->directory, &v, E));
        return json_pack("{sI sI sI sI sI sI}", "active", N(v.active), "inactive", N(v.inactive),
                         "deleted", N(v.deleted), "workspaces", N(v.workspaces),
                         "members", N(v.members), "changes", N(v.changes));
    }
    TRY(hc_directory_get_stats(call->directory, &s, E));
    return show_stats(&s);
}

static json_t *copies(struct call *call)
{
    hc_copied copied = HC_COPIED_INIT;
    int32_t overwrite = json_is_true(in(call, "overwrite"));
    char from[512], to[512];
    file(call, "path", to);
    if (strcmp(call->name, "backup") == 0)
        TRY(hc_directory_backup(call->directory, HC_STR(to), overwrite, &copied, NULL, NULL, E));
    else
        TRY(hc_file_restore(HC_STR(file(call, "backup", from)), HC_STR(to), overwrite,
                                 &copied, NULL, NULL, E));
    return json_pack("{sI sI}", "users", N(copied.users), "sequence", N(copied.sequence));
}

static json_t *files(struct call *call)
{
    const char *key = call->name;
    char from[512], to[512], bytes[4096];
    size_t length;
    FILE *source, *target;
    file(call, "path", to);
    if (IS("open")) {
        TRY(open_directory(call->session, call->in, E));
    } else if (IS("close")) {
        TRY(hc_directory_close(call->session->directory, E));
    } else if (IS("remove_file")) {
        remove(to);
    } else if (IS("exists")) {
        return json_boolean(access(to, F_OK) == 0);
    } else if (IS("write_file")) {
        target = fopen(to, "wb");
        fwrite(text_of(in(call, "text")), 1, text_len(in(call, "text")), target);
        fclose(target);
    } else {
        source = fopen(file(call, "from", from), "rb");
        target = fopen(file(call, "to", to), "wb");
        while ((length = fread(bytes, 1, sizeof bytes, source)) > 0)
            fwrite(bytes, 1, length, target);
        fclose(source);
        fclose(target);
    }
    return json_null();
}

static int32_t write_lines(void *userdata, const uint8_t *bytes, size_t length)
{
    return fwrite(bytes, 1, length, userdata) != length;
}

static int32_t read_lines(void *userdata, uint8_t *buffer, size_t capacity, size_t *read)
{
    *read = fread(buffer, 1, capacity, userdata);
    return ferror(userdata);
}

static json_t *lines(struct call *call)
{
    char room[512];
    int is_export = strcmp(call->name, "export") == 0;
    FILE *file_of = fopen(file(call, "path", room), is_export ? "wb" : "rb");
    hc_status status =
        is_export ? hc_directory_export(call->directory, write_lines, NULL, file_of, E)
                  : hc_directory_load(call->directory, read_lines, NULL, file_of, E);
    fclose(file_of);
    TRY(status);
    return json_null();
}

json_t *make_call(struct call *call)
{
    static const struct {
        json_t *(*make)(struct call *);
        const char *names;
    } all[] = {
        {create_user, "create_user"},
        {update_user, "update_user"},
        {delete_user, "delete_user"},
        {on_user, "user user_by_id user_by_email user_by_username user_by_external_id activate_user "
                  "deactivate_user"},
        {users_by, "users_by_emails users_by_ids"},
        {seen, "touch_user last_seen"},
        {users, "users"},
        {query, "query count"},
        {seats, "seats len set_license"},
        {on_workspace, "create_workspace default_workspace workspaces_of workspace add_member "
                       "set_role remove_member delete_workspace members rename_workspace "
                       "archive_workspace restore_workspace "
                       "workspace_by_external_id set_workspace_external_id"},
        {workspaces, "workspaces"},
        {apply, "apply dry_run preview"},
        {changes, "changes"},
        {feed, "follow next position"},
        {figures, "trim_changes verify stats"},
        {copies, "backup restore"},
        {lines, "export load"},
        {seat_history, "seat_history"},
        {faults, "find_faults plan_repair repair"},
        {compact, "compact"},
        {stats_text, "stats_text"},
        {replace_in_file, "replace_in_file"},
        {files, "open close copy_file write_file remove_file exists"},
    };
    size_t i;
    for (i = 0; i < sizeof all / sizeof *all; i++)
        if (is_one_of(call->name, all[i].names))
            return all[i].make(call);
    stop("no call is named", call->name);
}
