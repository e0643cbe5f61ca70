/* Unknown numbers and malformed texts, for workspaces, batches, queries and lists. */
#include "story.h"

#define INVALID(call) CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, call)
#define NOT_UTF8 "ann\xff@ex.co", 10
#define HUGE_TEXT "ann@ex.co", SIZE_MAX - 1
#define BAD_TEXT(call) CHECK_STATUS(HC_STATUS_INVALID_UTF8, call)
#define ANN HC_STR("ann@ex.co")

static void roles(const hc_directory *directory, hc_batch *batch, hc_query *query)
{
    static const int32_t no_roles[] = { -1, 0, 3, 256, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof no_roles / sizeof *no_roles; i++) {
        int32_t role = no_roles[i];
        INVALID(hc_workspace_add_member(directory, 1, ANN, role, NULL));
        INVALID(hc_workspace_set_role(directory, 1, ANN, role, NULL));
        INVALID(hc_batch_add_member(batch, NULL, 0, 1, ANN, role, NULL));
        INVALID(hc_batch_add_member(batch, HC_STR("x"), 0, ANN, role, NULL));
        INVALID(hc_batch_set_role(batch, NULL, 0, 1, ANN, role, NULL));
        if (role != HC_ROLE_ANY)
            INVALID(hc_query_set_member_of(query, 1, role, NULL));
    }
}

static void numbers(hc_batch *batch, hc_query *query)
{
    static const int32_t no_flags[] = { -1, 2, 256, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof no_flags / sizeof *no_flags; i++) {
        INVALID(hc_batch_set_allow_ownerless(batch, no_flags[i], NULL));
        INVALID(hc_query_set_number(query, HC_QUERY_FIELD_ACTIVE, no_flags[i], NULL));
        INVALID(hc_query_set_number(query, HC_QUERY_FIELD_DESCENDING, no_flags[i], NULL));
    }
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_SORT, UINT64_MAX, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_SORT, 3, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 0, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 10001, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, SIZE_MAX, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_CREATED_SINCE, UINT64_MAX, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_CHANGED_SINCE, UINT64_MAX, NULL));
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_SEARCH, 1, NULL)); /* a text */
    INVALID(hc_query_set_number(query, HC_QUERY_FIELD_MEMBER_OF, 1, NULL));
    INVALID(hc_query_set_text(query, HC_QUERY_FIELD_LIMIT, ANN, NULL)); /* a number */
    INVALID(hc_query_set_text(query, HC_QUERY_FIELD_ATTRIBUTES, ANN, NULL));
    INVALID(hc_query_set_number(query, 0, 1, NULL));
    INVALID(hc_query_set_text(query, 19, ANN, NULL));
    INVALID(hc_query_unset(query, INT32_MIN, NULL));
    INVALID(hc_batch_set_license(batch, 3, 0, NULL));
    INVALID(hc_batch_set_license(batch, HC_LICENSE_COMMUNITY, 5, NULL));
    INVALID(hc_batch_set_if_version(batch, 1, NULL));
}

static void texts(const hc_directory *directory, hc_batch *batch, hc_query *query)
{
    hc_workspace *workspace = UNTOUCHED(hc_workspace);
    hc_members *members = UNTOUCHED(hc_members);
    hc_user_update *update = hc_user_update_new();
    uint8_t id[16] = { 7 };
    char long_text[256];
    uint64_t count = 77;
    memset(long_text, 'a', sizeof long_text);
    BAD_TEXT(hc_workspace_get_by_name(directory, NOT_UTF8, &workspace, NULL));
    BAD_TEXT(hc_workspace_create(directory, NOT_UTF8, ANN, &workspace, NULL));
    BAD_TEXT(hc_workspace_create(directory, HC_STR("x"), NOT_UTF8, &workspace, NULL));
    BAD_TEXT(hc_workspace_rename(directory, 1, NOT_UTF8, &workspace, NULL));
    BAD_TEXT(hc_user_get_default_workspace(directory, NOT_UTF8, &workspace, NULL));
    BAD_TEXT(hc_user_list_workspaces(directory, NOT_UTF8, &members, NULL));
    BAD_TEXT(hc_workspace_remove_member(directory, 1, NOT_UTF8, NULL));
    BAD_TEXT(hc_batch_update_user(batch, NOT_UTF8, update, NULL));
    BAD_TEXT(hc_batch_activate_user(batch, NOT_UTF8, NULL));
    BAD_TEXT(hc_batch_create_workspace(batch, NOT_UTF8, ANN, NULL));
    BAD_TEXT(hc_batch_rename_workspace(batch, NULL, 0, 1, NOT_UTF8, NULL));
    BAD_TEXT(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_PREFIX, NOT_UTF8, NULL));
    BAD_TEXT(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_DOMAIN, NOT_UTF8, NULL));
    BAD_TEXT(hc_query_set_text(query, HC_QUERY_FIELD_USERNAME_PREFIX, NOT_UTF8, NULL));
    BAD_TEXT(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, NOT_UTF8, NULL));
    INVALID(hc_workspace_create(directory, HUGE_TEXT, ANN, &workspace, NULL));
    INVALID(hc_batch_delete_user(batch, HUGE_TEXT, NULL));
    INVALID(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_PREFIX, HUGE_TEXT, NULL));
    INVALID(hc_query_set_text(query, HC_QUERY_FIELD_SEARCH, long_text, 256, NULL));
    BAD_TEXT(hc_query_set_attribute(query, NOT_UTF8, ANN, NULL));
    BAD_TEXT(hc_query_set_attribute(query, ANN, NOT_UTF8, NULL));
    for (int i = 0; i < 16; i++) {
        char name[] = { (char)('a' + i), 0 };
        CHECK_OK(hc_query_set_attribute(query, HC_STR(name), NULL, 0, NULL));
    }
    CHECK_OK(hc_query_set_attribute(query, HC_STR("a"), HC_STR("again"), NULL));
    INVALID(hc_query_set_attribute(query, HC_STR("too many"), NULL, 0, NULL));
    CHECK_OK(hc_directory_count(directory, query, &count, NULL)); /* the query is unchanged */
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_ATTRIBUTES, NULL));
    INVALID(hc_id_from_text(HC_STR("45e6b641"), id, NULL));
    INVALID(hc_id_from_text(NULL, 0, id, NULL));
    CHECK(workspace == UNTOUCHED(hc_workspace) && members == UNTOUCHED(hc_members));
    CHECK(id[0] == 7);
    hc_user_update_free(update);
}

int main(void)
{
    hc_directory *directory = in_memory();
    hc_batch *batch = hc_batch_new();
    hc_query *query = hc_query_new();
    uint64_t count = 0;
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), ANN, NULL, NULL));
    roles(directory, batch, query);
    numbers(batch, query);
    texts(directory, batch, query);
    /* The builders are unchanged. */
    CHECK(hc_batch_count(batch) == 0);
    CHECK_OK(hc_directory_count(directory, query, &count, NULL));
    CHECK(count == 1);
    hc_batch_free(batch);
    hc_query_free(query);
    verify_and_free(directory);
    return 0;
}
