/* Packed lists have the same contents as the functions for single records, also for
 * unusual records. */
#include "story.h"
#include "headcount_packed.h"

enum { USERS = 500 };

static void create_full(const hc_directory *directory)
{
    hc_new_user *new_user = hc_new_user_new();
    char name[32];
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR("vollst\xc3\xa4ndig"), NULL));
    CHECK_OK(hc_new_user_set_given_name(new_user, HC_STR("\xe7\x8e\x8b"), NULL));
    CHECK_OK(hc_new_user_set_family_name(new_user, HC_STR("O'Neill-\xc5\xb4"), NULL));
    CHECK_OK(hc_new_user_set_admin(new_user, 1, NULL));
    CHECK_OK(hc_new_user_set_external_id(new_user, HC_STR("okta"), HC_STR("00u1"), NULL));
    CHECK_OK(hc_new_user_set_external_id(new_user, HC_STR("entra"), HC_STR("6F1B"), NULL));
    for (int i = 0; i < 64; i++) {
        snprintf(name, sizeof name, "%02d \xd0\xba\xd0\xbb\xd1\x8e\xd1\x87", i);
        CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR(name),
                                           "a\0\xc3\xa9\0b",
                                           (size_t)(i % 2 ? 6 : i % 3), NULL));
    }
    CHECK_OK(hc_user_create(directory, HC_STR("Full@B\xc3\xbc" "cher.example"), new_user, NULL,
                            NULL));
    hc_new_user_free(new_user);
}

static hc_directory *with_users(void)
{
    hc_directory *directory = in_memory();
    hc_new_user *new_user = hc_new_user_new();
    char email[32];
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    create_full(directory);
    CHECK_OK(hc_new_user_set_given_name(new_user, HC_STR(" "), NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("nothing"), NULL, 0, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("empty@ex.co"), new_user, NULL, NULL));
    hc_new_user_free(new_user);
    for (int i = 2; i < USERS; i++) {
        snprintf(email, sizeof email, "user%d@ex.co", i);
        CHECK_OK(hc_user_create(directory, HC_STR(email), NULL, NULL, NULL));
        if (i % 3 == 0)
            CHECK_OK(hc_user_deactivate(directory, HC_STR(email), NULL, NULL));
    }
    return directory;
}

static void check_text(const char *expected, hc_packed_text text)
{
    CHECK((expected == NULL) == (text.bytes == NULL));
    if (expected != NULL) {
        CHECK_TEXT(expected, text.bytes);
        CHECK(text.length == strlen(expected));
    }
}

static void check_user(const hc_user *user, const hc_packed_user *packed)
{
    hc_packed_text name, value;
    const char *expected_name = NULL, *expected_value = NULL;
    size_t value_len = 0;
    char provisioner[HC_PROVISIONER_BYTES], id[HC_EXTERNAL_ID_BYTES];
    CHECK(memcmp(hc_user_id(user), packed->id, 16) == 0);
    check_text(hc_user_email(user), packed->email);
    check_text(hc_user_username(user), packed->username);
    check_text(hc_user_given_name(user), packed->given_name);
    check_text(hc_user_family_name(user), packed->family_name);
    CHECK(hc_user_is_active(user) == packed->is_active);
    CHECK(hc_user_is_admin(user) == packed->is_admin);
    CHECK(hc_user_version(user) == packed->version);
    CHECK(hc_user_created_at_micros(user) == packed->created_at_micros);
    CHECK(hc_user_updated_at_micros(user) == packed->updated_at_micros);
    CHECK(hc_user_deactivated_at_micros(user) == packed->deactivated_at_micros);
    CHECK(hc_user_attribute_count(user) == packed->attributes);
    for (uint32_t i = 0; i < packed->attributes; i++) {
        CHECK(hc_packed_user_attribute(packed, i, &name, &value) == 1);
        CHECK(hc_user_attribute_at(user, i, &expected_name, &expected_value, &value_len) == 1);
        check_text(expected_name, name);
        CHECK(value.length == value_len);
        CHECK(memcmp(expected_value, value.bytes, value_len + 1) == 0);
    }
    CHECK(hc_packed_user_attribute(packed, packed->attributes, &name, &value) == 0);
    for (uint32_t i = 0; i < packed->external_ids; i++) {
        CHECK(hc_packed_user_external_id(packed, i, &name, &value) == 1);
        CHECK(hc_user_external_id_at(user, i, provisioner, id) == 1);
        check_text(provisioner, name);
        check_text(id, value);
    }
    CHECK(hc_user_external_id_at(user, packed->external_ids, NULL, NULL) == 0);
    CHECK(hc_packed_user_external_id(packed, packed->external_ids, &name, &value) == 0);
}

/* Reads both cursors in parallel: one by one, and in batches of this capacity. */
static void compare(hc_cursor *singly, hc_cursor *packed, size_t capacity)
{
    uint8_t *buffer = malloc(capacity);
    hc_user *user = NULL;
    uint64_t users = 0;
    CHECK(buffer != NULL);
    for (;;) {
        hc_packed_batch batch;
        hc_packed_user found;
        size_t written = 0;
        CHECK_OK(hc_cursor_next_batch(packed, buffer, capacity, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, buffer, written) == 1);
        CHECK(batch.kind == HC_PACKED_USERS && batch.records > 0);
        while (hc_packed_next_user(&batch, &found) == HC_PACKED_RECORD) {
            CHECK_OK(hc_cursor_next(singly, &user, NULL));
            check_user(user, &found);
            hc_user_free(user);
            users++;
        }
        CHECK(batch.malformed == 0 && batch.records == 0);
        CHECK(hc_cursor_remaining(packed) == hc_cursor_remaining(singly));
    }
    CHECK_OK(hc_cursor_next(singly, &user, NULL));
    CHECK(user == NULL && users == USERS);
    hc_cursor_free(singly);
    hc_cursor_free(packed);
    free(buffer);
}

static void users(const hc_directory *directory)
{
    static const size_t capacities[] = { 4200, 5000, 65536, 1 << 20 };
    hc_cursor *singly = NULL, *packed = NULL;
    hc_query *query = hc_query_new();
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        CHECK_OK(hc_directory_list_users(directory, &singly, NULL));
        CHECK_OK(hc_directory_list_users(directory, &packed, NULL));
        compare(singly, packed, capacities[i]);
    }
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, USERS, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_SORT, HC_SORT_CREATED, NULL));
    CHECK_OK(hc_directory_query(directory, query, &singly, NULL));
    CHECK_OK(hc_directory_query(directory, query, &packed, NULL));
    compare(singly, packed, 65536);
    hc_query_free(query);
}

/* A buffer that is too small is refused with the required size, and nothing is lost. */
static void small_buffers(const hc_directory *directory)
{
    hc_cursor *cursor = NULL;
    hc_user *user = NULL;
    hc_error *error = NULL;
    uint8_t *buffer = malloc(65536);
    size_t written = 77, needed = 0;
    CHECK(buffer != NULL);
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    for (size_t capacity = 0; capacity < 100; capacity++)
        CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                     hc_cursor_next_batch(cursor, buffer, capacity, &written, NULL));
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_cursor_next_batch(cursor, buffer, 0, &written, &error));
    CHECK(error_buffer_bytes(error, &needed) == 1 && needed > 100);
    CHECK(strstr(hc_error_message(error), "bytes") != NULL);
    CHECK(error_resume_after(error, NULL) == 0);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_cursor_next_batch(cursor, buffer, needed - 1, &written, NULL));
    CHECK(written == 77 && hc_cursor_remaining(cursor) == USERS);
    CHECK_OK(hc_cursor_next_batch(cursor, buffer, needed, &written, NULL));
    CHECK(written == needed && hc_cursor_remaining(cursor) == USERS - 1);
    /* Reading one by one also continues with the record that didn't fit. */
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_cursor_next_batch(cursor, buffer, 20, &written, NULL));
    CHECK_OK(hc_cursor_next(cursor, &user, NULL));
    CHECK(hc_cursor_remaining(cursor) == USERS - 2);
    hc_user_free(user);
    hc_cursor_free(cursor);
    free(buffer);
}

static void workspaces(const hc_directory *directory)
{
    hc_workspaces *singly = NULL, *packed = NULL;
    hc_workspace *workspace = NULL;
    hc_packed_batch batch;
    hc_packed_workspace found;
    hc_packed_text provisioner, id;
    uint8_t buffer[8192];
    size_t written = 0;
    CHECK_OK(hc_user_get_default_workspace(directory, HC_STR("user2@ex.co"), &workspace, NULL));
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_create(directory, HC_STR("\xc3\x89quipe"), HC_STR("user4@ex.co"),
                                 &workspace, NULL));
    CHECK_OK(hc_workspace_set_external_id(directory, hc_workspace_id(workspace), HC_STR("okta"),
                                          HC_STR("00g1"), NULL, NULL));
    CHECK_OK(hc_workspace_archive(directory, hc_workspace_id(workspace), NULL, NULL));
    hc_workspace_free(workspace);
    CHECK_OK(hc_directory_list_workspaces(directory, &singly, NULL));
    CHECK_OK(hc_directory_list_workspaces(directory, &packed, NULL));
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_workspaces_next_batch(packed, buffer, 30, &written, NULL));
    CHECK_OK(hc_workspaces_next_batch(packed, buffer, sizeof buffer, &written, NULL));
    CHECK(hc_packed_open(&batch, buffer, written) == 1 && batch.records == 2);
    while (hc_packed_next_workspace(&batch, &found) == HC_PACKED_RECORD) {
        const uint8_t *user;
        CHECK_OK(hc_workspaces_next(singly, &workspace, NULL));
        user = hc_workspace_default_of(workspace);
        CHECK(hc_workspace_id(workspace) == found.id);
        check_text(hc_workspace_name(workspace), found.name);
        CHECK(hc_workspace_is_archived(workspace) == found.is_archived);
        CHECK(hc_workspace_version(workspace) == found.version);
        CHECK(hc_workspace_created_at_micros(workspace) == found.created_at_micros);
        CHECK(hc_workspace_updated_at_micros(workspace) == found.updated_at_micros);
        CHECK((user == NULL) == (found.default_of == NULL));
        CHECK(user == NULL || memcmp(user, found.default_of, 16) == 0);
        CHECK(found.external_ids == (found.id == 2));
        CHECK(hc_packed_workspace_external_id(&found, 0, &provisioner, &id)
              == hc_workspace_external_id_at(workspace, 0, NULL, NULL));
        if (found.external_ids > 0) {
            check_text("okta", provisioner);
            check_text("00g1", id);
        }
        hc_workspace_free(workspace);
    }
    CHECK_OK(hc_workspaces_next_batch(packed, buffer, sizeof buffer, &written, NULL));
    CHECK(written == 0 && batch.malformed == 0);
    hc_workspaces_free(singly);
    hc_workspaces_free(packed);
}

static void members(const hc_directory *directory)
{
    hc_workspace *workspace = NULL;
    hc_members *members = NULL;
    hc_packed_batch batch;
    hc_packed_member found;
    hc_member member = HC_MEMBER_INIT;
    uint8_t buffer[16 + 2 * 48];
    size_t written = 0, index = 0;
    uint64_t id;
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), HC_STR("user2@ex.co"), &workspace,
                                 NULL));
    id = hc_workspace_id(workspace);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_add_member(directory, id, HC_STR("user4@ex.co"), HC_ROLE_USER, NULL));
    CHECK_OK(hc_workspace_add_member(directory, id, HC_STR("user5@ex.co"), HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_workspace_list_members(directory, id, &members, NULL));
    for (;;) {
        CHECK_OK(hc_members_next_batch(members, buffer, sizeof buffer, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, buffer, written) == 1);
        while (hc_packed_next_member(&batch, &found) == HC_PACKED_RECORD) {
            CHECK_OK(hc_members_get(members, index++, &member, NULL));
            CHECK(member.workspace == found.workspace && member.role == found.role);
            CHECK(memcmp(member.user, found.user, 16) == 0);
            CHECK(member.since_micros == found.since_micros);
            CHECK(member.version == found.version);
        }
    }
    CHECK(index == 3 && hc_members_count(members) == 3);
    hc_members_free(members);
}

/* One by one and packed alternately, across the pages that the library reads: every user
 * once and in order, as of the moment when the list began. */
static void both_ways(void)
{
    enum { USERS = 700 };
    hc_directory *directory = in_memory();
    hc_batch *batch = hc_batch_new();
    hc_cursor *cursor = NULL;
    uint8_t buffer[2048];
    char email[32];
    unsigned next = 0;
    CHECK_OK(hc_batch_set_license(batch, HC_LICENSE_ENTERPRISE, 0, NULL));
    for (unsigned i = 0; i < USERS; i++) {
        snprintf(email, sizeof email, "user%03u@ex.co", i);
        CHECK_OK(hc_batch_create_user(batch, HC_STR(email), NULL, NULL));
    }
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK_OK(hc_user_delete(directory, HC_STR("user600@ex.co"), NULL));
    for (unsigned turn = 0; next < USERS; turn++) {
        hc_packed_batch packed;
        hc_packed_user one;
        hc_user *user = NULL;
        size_t written = 0;
        for (unsigned i = 0; i < turn % 3; i++) {
            CHECK_OK(hc_cursor_next(cursor, &user, NULL));
            if (user == NULL)
                break;
            snprintf(email, sizeof email, "user%03u@ex.co", next++);
            CHECK_TEXT(email, hc_user_email(user));
            hc_user_free(user);
        }
        CHECK(hc_cursor_remaining(cursor) == USERS - next);
        CHECK_OK(hc_cursor_next_batch(cursor, buffer, 200 + 60 * (turn % 30), &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&packed, buffer, written) == 1);
        while (hc_packed_next_user(&packed, &one) == HC_PACKED_RECORD) {
            snprintf(email, sizeof email, "user%03u@ex.co", next++);
            CHECK_TEXT(email, one.email.bytes);
            CHECK_TEXT(email, one.username.bytes);
        }
        CHECK(packed.malformed == 0);
        CHECK(hc_cursor_remaining(cursor) == USERS - next);
    }
    CHECK(next == USERS && hc_cursor_remaining(cursor) == 0);
    hc_cursor_free(cursor);
    verify_and_free(directory);
}

int main(void)
{
    hc_directory *directory = with_users();
    users(directory);
    small_buffers(directory);
    workspaces(directory);
    members(directory);
    both_ways();
    verify_and_free(directory);
    return 0;
}
