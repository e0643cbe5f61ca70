/* Builds queries from the script. */
#include "runner.h"

#include <string.h>

#define E &call->error

/* The fields of a query that are texts, numbers or times. */
static const struct field {
    const char *name;
    int32_t field;
    enum { AS_TEXT, AS_NUMBER, AS_TIME } kind;
} fields[] = {
    {"active", HC_QUERY_FIELD_ACTIVE, AS_NUMBER},
    {"admins", HC_QUERY_FIELD_ADMINS, AS_NUMBER},
    {"descending", HC_QUERY_FIELD_DESCENDING, AS_NUMBER},
    {"limit", HC_QUERY_FIELD_LIMIT, AS_NUMBER},
    {"email_prefix", HC_QUERY_FIELD_EMAIL_PREFIX, AS_TEXT},
    {"email_domain", HC_QUERY_FIELD_EMAIL_DOMAIN, AS_TEXT},
    {"username_prefix", HC_QUERY_FIELD_USERNAME_PREFIX, AS_TEXT},
    {"search", HC_QUERY_FIELD_SEARCH, AS_TEXT},
    {"after", HC_QUERY_FIELD_AFTER, AS_TEXT},
    {"created_since", HC_QUERY_FIELD_CREATED_SINCE, AS_TIME},
    {"created_before", HC_QUERY_FIELD_CREATED_BEFORE, AS_TIME},
    {"changed_since", HC_QUERY_FIELD_CHANGED_SINCE, AS_TIME},
    {"changed_before", HC_QUERY_FIELD_CHANGED_BEFORE, AS_TIME},
    {"seen_since", HC_QUERY_FIELD_SEEN_SINCE, AS_TIME},
    {"seen_before", HC_QUERY_FIELD_SEEN_BEFORE, AS_TIME},
};

static hc_status set(hc_query *query, const struct field *field, const json_t *value,
                     hc_error **error)
{
    hc_status status = HC_STATUS_OK;
    uint64_t number = json_is_boolean(value) ? json_is_true(value)
                                             : (uint64_t)json_integer_value(value);
    if (field->kind == AS_TEXT)
        return hc_query_set_text(query, field->field, TEXT(value), error);
    if (field->kind == AS_TIME)
        status = hc_time_from_text(TEXT(value), &number, error);
    if (status != HC_STATUS_OK)
        return status;
    return hc_query_set_number(query, field->field, number, error);
}

static hc_status set_sort(hc_query *query, const char *sort, hc_error **error)
{
    uint64_t number = strcmp(sort, "email") == 0      ? HC_SORT_EMAIL
                      : strcmp(sort, "username") == 0 ? HC_SORT_USERNAME
                                                      : HC_SORT_CREATED;
    return hc_query_set_number(query, HC_QUERY_FIELD_SORT, number, error);
}

static hc_status member_of(struct call *call, hc_query *query)
{
    uint64_t id = 0;
    int32_t role = HC_ROLE_ANY;
    hc_status status = HC_STATUS_OK;
    if (in(call, "role") != NULL)
        status = hc_role_from_text(TEXT(in(call, "role")), &role, E);
    if (status == HC_STATUS_OK)
        status = workspace(call, &id);
    return status == HC_STATUS_OK ? hc_query_set_member_of(query, id, role, E) : status;
}

static hc_status set_attributes(hc_query *query, const json_t *value, hc_error **error)
{
    const char *name;
    json_t *each;
    size_t at;
    hc_status status = HC_STATUS_OK;
    json_array_foreach (value, at, each)
        if (status == HC_STATUS_OK)
            status = hc_query_set_attribute(query, TEXT(each), NULL, 0, error);
    json_object_foreach ((json_t *)(size_t)value, name, each)
        if (status == HC_STATUS_OK)
            status = hc_query_set_attribute(query, HC_STR(name), TEXT(each), error);
    return status;
}

static hc_status fill(struct call *call, hc_query *query)
{
    const char *key;
    json_t *value;
    hc_status status = HC_STATUS_OK;
    json_object_foreach ((json_t *)(size_t)call->in, key, value) {
        size_t at = 0, count = sizeof fields / sizeof *fields;
        while (at < count && strcmp(fields[at].name, key) != 0)
            at++;
        if (at < count)
            status = set(query, &fields[at], value, E);
        else if (strcmp(key, "sort") == 0)
            status = set_sort(query, json_string_value(value), E);
        else if (strcmp(key, "member_of") == 0)
            status = member_of(call, query);
        else if (strcmp(key, "attributes") == 0 || strcmp(key, "has_attributes") == 0)
            status = set_attributes(query, value, E);
        else if (strcmp(key, "role") != 0)
            stop("no query has the field", key);
        if (status != HC_STATUS_OK)
            return status;
    }
    return status;
}

json_t *query(struct call *call)
{
    hc_query *query = hc_query_new();
    hc_cursor *cursor = NULL;
    uint64_t count = 0;
    json_t *shown = NULL, *all;
    hc_status status = fill(call, query);
    if (status == HC_STATUS_OK && strcmp(call->name, "count") == 0) {
        status = hc_directory_count(call->directory, query, &count, E);
        shown = status == HC_STATUS_OK ? json_integer((json_int_t)count) : NULL;
    } else if (status == HC_STATUS_OK) {
        status = hc_directory_query(call->directory, query, &cursor, E);
        if (status == HC_STATUS_OK && (all = all_users(cursor, E)) != NULL)
            shown = json_pack("{so ss?}", "users", all, "next", hc_cursor_next_page(cursor));
        hc_cursor_free(cursor);
    }
    hc_query_free(query);
    return shown;
}
