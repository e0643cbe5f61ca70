/* Builds users to create, updates and batches from the script. */
#include "runner.h"

#include <string.h>

#define CHECKED(status)                                                         \
    do {                                                                        \
        if ((status) != HC_STATUS_OK)                                           \
            goto failed;                                                        \
    } while (0)

#define IS(name) (strcmp(key, name) == 0)

hc_new_user *new_user(const json_t *in, hc_error **error)
{
    hc_new_user *user = hc_new_user_new();
    const char *key, *name;
    json_t *value, *attribute;
    uint8_t id[16];
    uint64_t micros;
    json_object_foreach ((json_t *)(size_t)in, key, value) {
        if (IS("id")) {
            CHECKED(hc_id_from_text(TEXT(value), id, error));
            CHECKED(hc_new_user_set_id(user, id, error));
        } else if (IS("username")) {
            CHECKED(hc_new_user_set_username(user, TEXT(value), error));
        } else if (IS("given_name")) {
            CHECKED(hc_new_user_set_given_name(user, TEXT(value), error));
        } else if (IS("family_name")) {
            CHECKED(hc_new_user_set_family_name(user, TEXT(value), error));
        } else if (IS("active")) {
            CHECKED(hc_new_user_set_active(user, json_is_true(value), error));
        } else if (IS("admin")) {
            CHECKED(hc_new_user_set_admin(user, json_is_true(value), error));
        } else if (IS("created_at")) {
            CHECKED(hc_time_from_text(TEXT(value), &micros, error));
            CHECKED(hc_new_user_set_created_at_micros(user, micros, error));
        } else if (IS("attributes")) {
            json_object_foreach (value, name, attribute)
                CHECKED(hc_new_user_set_attribute(user, HC_STR(name), TEXT(attribute), error));
        } else if (IS("external_ids")) {
            json_object_foreach (value, name, attribute)
                CHECKED(hc_new_user_set_external_id(user, HC_STR(name), TEXT(attribute), error));
        } else if (!IS("email") && !IS("op")) {
            stop("no user has the field", key);
        }
    }
    return user;
failed:
    hc_new_user_free(user);
    return NULL;
}

hc_user_update *user_update(const json_t *in, hc_error **error)
{
    hc_user_update *update = hc_user_update_new();
    const char *key, *name;
    json_t *value, *attribute;
    json_object_foreach ((json_t *)(size_t)in, key, value) {
        if (IS("email")) {
            CHECKED(hc_user_update_set_email(update, TEXT(value), error));
        } else if (IS("username") && json_is_null(value)) {
            CHECKED(hc_user_update_reset_username(update, error));
        } else if (IS("username")) {
            CHECKED(hc_user_update_set_username(update, TEXT(value), error));
        } else if (IS("given_name")) {
            CHECKED(hc_user_update_set_given_name(update, TEXT(value), error));
        } else if (IS("family_name")) {
            CHECKED(hc_user_update_set_family_name(update, TEXT(value), error));
        } else if (IS("admin")) {
            CHECKED(hc_user_update_set_admin(update, json_is_true(value), error));
        } else if (IS("replace_attributes")) {
            CHECKED(hc_user_update_replace_attributes(update, error));
        } else if (IS("attributes")) {
            json_object_foreach (value, name, attribute) {
                if (json_is_null(attribute))
                    CHECKED(hc_user_update_remove_attribute(update, HC_STR(name), error));
                else
                    CHECKED(hc_user_update_set_attribute(update, HC_STR(name), TEXT(attribute),
                                                         error));
            }
        } else if (IS("external_ids")) {
            json_object_foreach (value, name, attribute)
                CHECKED(hc_user_update_set_external_id(
                    update, HC_STR(name), json_is_null(attribute) ? NULL : text_of(attribute),
                    text_len(attribute), error));
        } else if (!IS("user") && !IS("op") && !IS("if_version")) {
            stop("no update has the field", key);
        }
    }
    return update;
failed:
    hc_user_update_free(update);
    return NULL;
}

static hc_status append_user(hc_batch *batch, const json_t *op, int is_new, hc_error **error)
{
    hc_status status = HC_STATUS_INVALID_ARGUMENT;
    hc_new_user *user = is_new ? new_user(op, error) : NULL;
    hc_user_update *update = is_new ? NULL : user_update(op, error);
    if (user != NULL)
        status = hc_batch_create_user(batch, TEXT(json_object_get(op, "email")), user, error);
    if (update != NULL)
        status = hc_batch_update_user(batch, TEXT(json_object_get(op, "user")), update, error);
    hc_new_user_free(user);
    hc_user_update_free(update);
    return status;
}

/* Calls a function on a workspace given by number or name. */
#define ON_WORKSPACE(function, ...)                                             \
    hc_batch_##function(batch, json_is_integer(at) ? NULL : text_of(at),        \
                        json_is_integer(at) ? 0 : text_len(at),                 \
                        (uint64_t)json_integer_value(at), __VA_ARGS__)

static hc_status append(hc_batch *batch, const json_t *op, hc_error **error)
{
    const char *key = json_string_value(json_object_get(op, "op"));
    const json_t *at = json_object_get(op, "workspace"), *user = json_object_get(op, "user");
    const json_t *name = json_object_get(op, "name"), *id = json_object_get(op, "id");
    int32_t role = 0, kind = 0;
    uint64_t seats = 0;
    hc_status status = HC_STATUS_OK;
    if (json_object_get(op, "role") != NULL)
        status = hc_role_from_text(TEXT(json_object_get(op, "role")), &role, error);
    if (json_object_get(op, "license") != NULL)
        status = hc_license_from_text(TEXT(json_object_get(op, "license")), &kind, &seats, error);
    if (status != HC_STATUS_OK)
        return status;
    if (IS("create_user") || IS("update_user"))
        return append_user(batch, op, IS("create_user"), error);
    if (IS("activate_user"))
        return hc_batch_activate_user(batch, TEXT(user), error);
    if (IS("deactivate_user"))
        return hc_batch_deactivate_user(batch, TEXT(user), error);
    if (IS("delete_user"))
        return hc_batch_delete_user(batch, TEXT(user), error);
    if (IS("set_license"))
        return hc_batch_set_license(batch, kind, seats, error);
    if (IS("create_workspace"))
        return hc_batch_create_workspace(batch, TEXT(name), TEXT(json_object_get(op, "owner")),
                                         error);
    if (IS("default_workspace"))
        return hc_batch_default_workspace(batch, TEXT(user), error);
    if (IS("rename_workspace"))
        return ON_WORKSPACE(rename_workspace, TEXT(name), error);
    if (IS("set_workspace_external_id"))
        return ON_WORKSPACE(set_workspace_external_id, TEXT(json_object_get(op, "provisioner")),
                            json_is_string(id) ? text_of(id) : NULL, text_len(id), error);
    if (IS("archive_workspace"))
        return ON_WORKSPACE(archive_workspace, error);
    if (IS("restore_workspace"))
        return ON_WORKSPACE(restore_workspace, error);
    if (IS("delete_workspace"))
        return ON_WORKSPACE(delete_workspace, error);
    if (IS("add_member"))
        return ON_WORKSPACE(add_member, TEXT(user), role, error);
    if (IS("set_role"))
        return ON_WORKSPACE(set_role, TEXT(user), role, error);
    if (IS("remove_member"))
        return ON_WORKSPACE(remove_member, TEXT(user), error);
    stop("no operation is named", key);
}

/* Fills a batch. Builders refuse malformed parts; a preview lists them as refusals of
 * their operations, in `refused`. `indexes` maps the other operations to their places in
 * the script. */
static hc_status fill(hc_batch *batch, const struct call *call, json_t *refused, json_t *indexes,
                      hc_error **error)
{
    size_t i;
    json_t *op;
    uint8_t id[16];
    json_array_foreach (in(call, "operations"), i, op) {
        hc_status status = append(batch, op, error);
        if (status != HC_STATUS_OK && strcmp(call->name, "preview") == 0) {
            json_array_append_new(refused, show_error(*error));
            json_object_set_new(json_array_get(refused, json_array_size(refused) - 1), "op_index",
                                json_integer((json_int_t)i));
            hc_error_free(*error);
            *error = NULL;
            continue;
        }
        CHECKED(status);
        json_array_append_new(indexes, json_integer((json_int_t)i));
        if (json_object_get(op, "if_version") != NULL)
            CHECKED(hc_batch_set_if_version(batch,
                (uint64_t)json_integer_value(json_object_get(op, "if_version")), error));
    }
    if (in(call, "actor") != NULL) {
        CHECKED(hc_id_from_text(TEXT(in(call, "actor")), id, error));
        CHECKED(hc_batch_set_actor(batch, id, error));
    }
    if (in(call, "request_id") != NULL) {
        CHECKED(hc_id_from_text(TEXT(in(call, "request_id")), id, error));
        CHECKED(hc_batch_set_request_id(batch, id, error));
    }
    CHECKED(hc_batch_set_allow_ownerless(batch, json_is_true(in(call, "allow_ownerless")), error));
    if (in(call, "door") != NULL)
        return hc_batch_set_door(batch, TEXT(in(call, "door")), error);
    return HC_STATUS_OK;
failed:
    return HC_STATUS_INVALID_ARGUMENT;
}

/* Merges the library's refusals with those of the builders, in the order of the script.
 * */
static hc_status preview(const struct call *call, const hc_batch *batch, json_t *refused,
                         const json_t *indexes, hc_error **error)
{
    hc_refusals *refusals = NULL;
    size_t i, at;
    hc_status status = hc_directory_preview(call->directory, batch, &refusals, error);
    for (i = 0; i < hc_refusals_count(refusals); i++) {
        json_t *shown = show_error(hc_refusals_at(refusals, i)), *other;
        json_t *index = json_object_get(shown, "op_index");
        index = json_array_get(indexes, (size_t)json_integer_value(index));
        json_object_set(shown, "op_index", index);
        json_array_foreach (refused, at, other)
            if (json_integer_value(json_object_get(other, "op_index")) > json_integer_value(index))
                break;
        json_array_insert_new(refused, at, shown);
    }
    hc_refusals_free(refusals);
    return status;
}

json_t *apply(struct call *call)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = NULL;
    json_t *shown = json_array(), *indexes = json_array();
    hc_status status = fill(batch, call, shown, indexes, &call->error);
    if (status == HC_STATUS_INVALID_ARGUMENT && in(call, "door") != NULL
        && strcmp(call->name, "preview") == 0) {
        json_array_append_new(shown, show_error(call->error)); /* the setter refused the door */
        status = HC_STATUS_OK;
    } else if (status == HC_STATUS_OK && strcmp(call->name, "preview") == 0)
        status = preview(call, batch, shown, indexes, &call->error);
    else if (status == HC_STATUS_OK)
        status = (strcmp(call->name, "apply") == 0 ? hc_directory_apply : hc_directory_dry_run)(
            call->directory, batch, &applied, &call->error);
    hc_batch_free(batch);
    json_decref(indexes);
    if (status == HC_STATUS_OK && applied == NULL)
        return shown;
    json_decref(shown);
    return applied == NULL ? NULL : show_applied(applied);
}
