/* NULL for every pointer of the functions for workspaces, batches, queries, lists and
 * changes: refused where the pointer is required, harmless everywhere, and nothing is
 * written. */
#include "story.h"

#define REFUSED(call) CHECK_STATUS(HC_STATUS_NULL_ARGUMENT, call)
#define A HC_STR("a@b")
#define NONE NULL, 1

static const uint8_t id[16] = { 1 };

static hc_workspace *const untouched = UNTOUCHED(hc_workspace);

static void workspaces(const hc_directory *directory)
{
    hc_workspace *workspace = untouched;
    hc_workspaces *list = NULL;
    uint8_t buffer[64];
    size_t written = 77;
    REFUSED(hc_workspace_get(NULL, 1, &workspace, NULL));
    REFUSED(hc_workspace_get(directory, 1, NULL, NULL));
    REFUSED(hc_workspace_get_by_name(NULL, A, &workspace, NULL));
    REFUSED(hc_workspace_get_by_name(directory, NONE, &workspace, NULL));
    REFUSED(hc_workspace_get_by_name(directory, A, NULL, NULL));
    REFUSED(hc_workspace_create(NULL, A, A, &workspace, NULL));
    REFUSED(hc_workspace_create(directory, NONE, A, &workspace, NULL));
    REFUSED(hc_workspace_create(directory, A, NONE, &workspace, NULL));
    REFUSED(hc_user_get_default_workspace(NULL, A, &workspace, NULL));
    REFUSED(hc_user_get_default_workspace(directory, NONE, &workspace, NULL));
    REFUSED(hc_user_get_default_workspace(directory, A, NULL, NULL));
    REFUSED(hc_workspace_rename(NULL, 1, A, &workspace, NULL));
    REFUSED(hc_workspace_rename(directory, 1, NONE, &workspace, NULL));
    REFUSED(hc_workspace_archive(NULL, 1, &workspace, NULL));
    REFUSED(hc_workspace_restore(NULL, 1, &workspace, NULL));
    REFUSED(hc_workspace_delete(NULL, 1, NULL));

    REFUSED(hc_directory_list_workspaces(NULL, &list, NULL));
    REFUSED(hc_directory_list_workspaces(directory, NULL, NULL));
    REFUSED(hc_workspaces_next(NULL, &workspace, NULL));
    REFUSED(hc_workspaces_next_batch(NULL, buffer, sizeof buffer, &written, NULL));
    CHECK_OK(hc_directory_list_workspaces(directory, &list, NULL));
    REFUSED(hc_workspaces_next(list, NULL, NULL));
    REFUSED(hc_workspaces_next_batch(list, NULL, sizeof buffer, &written, NULL));
    REFUSED(hc_workspaces_next_batch(list, buffer, sizeof buffer, NULL, NULL));
    hc_workspaces_free(list);
    CHECK(workspace == untouched && written == 77);

    CHECK(hc_workspace_id(NULL) == 0);
    CHECK(hc_workspace_name(NULL) == NULL);
    CHECK(hc_workspace_is_archived(NULL) == 0);
    CHECK(hc_workspace_default_of(NULL) == NULL);
    CHECK(hc_workspace_version(NULL) == 0);
    CHECK(hc_workspace_created_at_micros(NULL) == 0);
    CHECK(hc_workspace_updated_at_micros(NULL) == 0);
}

static void members(const hc_directory *directory, uint64_t team)
{
    hc_members *list = UNTOUCHED(hc_members);
    hc_member member = HC_MEMBER_INIT;
    uint8_t buffer[64];
    size_t written = 77;
    REFUSED(hc_workspace_add_member(NULL, 1, A, HC_ROLE_USER, NULL));
    REFUSED(hc_workspace_add_member(directory, 1, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_workspace_set_role(NULL, 1, A, HC_ROLE_USER, NULL));
    REFUSED(hc_workspace_set_role(directory, 1, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_workspace_remove_member(NULL, 1, A, NULL));
    REFUSED(hc_workspace_remove_member(directory, 1, NONE, NULL));
    REFUSED(hc_workspace_list_members(NULL, 1, &list, NULL));
    REFUSED(hc_workspace_list_members(directory, 1, NULL, NULL));
    REFUSED(hc_user_list_workspaces(NULL, A, &list, NULL));
    REFUSED(hc_user_list_workspaces(directory, NONE, &list, NULL));
    REFUSED(hc_user_list_workspaces(directory, A, NULL, NULL));
    CHECK(list == UNTOUCHED(hc_members));
    REFUSED(hc_members_get(NULL, 0, &member, NULL));
    REFUSED(hc_members_next_batch(NULL, buffer, sizeof buffer, &written, NULL));
    CHECK(hc_members_count(NULL) == 0);
    CHECK_OK(hc_workspace_list_members(directory, team, &list, NULL));
    REFUSED(hc_members_get(list, 0, NULL, NULL));
    REFUSED(hc_members_next_batch(list, NULL, sizeof buffer, &written, NULL));
    REFUSED(hc_members_next_batch(list, buffer, sizeof buffer, NULL, NULL));
    hc_members_free(list);
    CHECK(written == 77 && member.workspace == 0);
}

static void batch_of_users(void)
{
    hc_batch *batch = hc_batch_new();
    hc_user_update *update = hc_user_update_new();
    REFUSED(hc_batch_set_actor(NULL, id, NULL));
    REFUSED(hc_batch_set_actor(batch, NULL, NULL));
    REFUSED(hc_batch_set_request_id(NULL, id, NULL));
    REFUSED(hc_batch_set_request_id(batch, NULL, NULL));
    REFUSED(hc_batch_set_allow_ownerless(NULL, 1, NULL));
    REFUSED(hc_batch_set_if_version(NULL, 1, NULL));
    REFUSED(hc_batch_create_user(NULL, A, NULL, NULL));
    REFUSED(hc_batch_create_user(batch, NONE, NULL, NULL));
    REFUSED(hc_batch_update_user(NULL, A, update, NULL));
    REFUSED(hc_batch_update_user(batch, NONE, update, NULL));
    REFUSED(hc_batch_update_user(batch, A, NULL, NULL));
    REFUSED(hc_batch_activate_user(NULL, A, NULL));
    REFUSED(hc_batch_activate_user(batch, NONE, NULL));
    REFUSED(hc_batch_deactivate_user(NULL, A, NULL));
    REFUSED(hc_batch_deactivate_user(batch, NONE, NULL));
    REFUSED(hc_batch_delete_user(NULL, A, NULL));
    REFUSED(hc_batch_delete_user(batch, NONE, NULL));
    REFUSED(hc_batch_set_license(NULL, HC_LICENSE_COMMUNITY, 0, NULL));
    CHECK(hc_batch_count(batch) == 0 && hc_batch_count(NULL) == 0);
    hc_user_update_free(update);
    hc_batch_free(batch);
}

static void batch_of_workspaces(void)
{
    hc_batch *batch = hc_batch_new();
    REFUSED(hc_batch_create_workspace(NULL, A, A, NULL));
    REFUSED(hc_batch_create_workspace(batch, NONE, A, NULL));
    REFUSED(hc_batch_create_workspace(batch, A, NONE, NULL));
    REFUSED(hc_batch_default_workspace(NULL, A, NULL));
    REFUSED(hc_batch_default_workspace(batch, NONE, NULL));
    REFUSED(hc_batch_rename_workspace(NULL, NULL, 0, 1, A, NULL));
    REFUSED(hc_batch_rename_workspace(batch, NULL, 0, 1, NONE, NULL));
    REFUSED(hc_batch_archive_workspace(NULL, NULL, 0, 1, NULL));
    REFUSED(hc_batch_restore_workspace(NULL, NULL, 0, 1, NULL));
    REFUSED(hc_batch_delete_workspace(NULL, NULL, 0, 1, NULL));
    REFUSED(hc_batch_add_member(NULL, NULL, 0, 1, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_add_member(batch, NULL, 0, 1, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_add_member(NULL, A, 0, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_add_member(batch, NONE, 0, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_add_member(batch, A, 0, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_set_role(NULL, NULL, 0, 1, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_set_role(batch, NULL, 0, 1, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_remove_member(NULL, NULL, 0, 1, A, NULL));
    REFUSED(hc_batch_remove_member(batch, NULL, 0, 1, NONE, NULL));
    CHECK(hc_batch_count(batch) == 0);
    hc_batch_free(batch);
}

static void no_answer(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    (void)userdata, (void)status, (void)applied, (void)error;
    CHECK(!"a batch that was refused is not answered");
}

static void applying(hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = UNTOUCHED(hc_applied);
    hc_refusals *refusals = UNTOUCHED(hc_refusals);
    hc_directory *acting = UNTOUCHED(hc_directory);
    hc_outcome outcome = HC_OUTCOME_INIT;
    hc_user *user = UNTOUCHED(hc_user);
    uint64_t micros = 77;
    int32_t descriptor = 77;
    REFUSED(hc_directory_apply(NULL, batch, &applied, NULL));
    REFUSED(hc_directory_apply(directory, NULL, &applied, NULL));
    REFUSED(hc_directory_dry_run(NULL, batch, &applied, NULL));
    REFUSED(hc_directory_dry_run(directory, NULL, &applied, NULL));
    REFUSED(hc_directory_preview(NULL, batch, &refusals, NULL));
    REFUSED(hc_directory_preview(directory, NULL, &refusals, NULL));
    REFUSED(hc_directory_preview(directory, batch, NULL, NULL));
    REFUSED(hc_directory_acting_as(NULL, id, &acting, NULL));
    REFUSED(hc_directory_acting_as(directory, NULL, &acting, NULL));
    REFUSED(hc_directory_acting_as(directory, id, NULL, NULL));
    REFUSED(hc_directory_through(NULL, A, &acting, NULL));
    REFUSED(hc_directory_through(directory, NONE, &acting, NULL));
    REFUSED(hc_directory_through(directory, A, NULL, NULL));
    REFUSED(hc_directory_submit(NULL, batch, no_answer, NULL, NULL));
    REFUSED(hc_directory_submit(directory, NULL, no_answer, NULL, NULL));
    REFUSED(hc_directory_submit(directory, batch, NULL, NULL, NULL));
    REFUSED(hc_feed_get_descriptor(NULL, &descriptor, NULL));
    REFUSED(hc_feed_set_callback(NULL, NULL, NULL, NULL));
    REFUSED(hc_batch_set_door(NULL, A, NULL));
    REFUSED(hc_batch_set_door(batch, NONE, NULL));
    REFUSED(hc_user_touch(NULL, A, NULL));
    REFUSED(hc_user_touch(directory, NONE, NULL));
    REFUSED(hc_user_get_last_seen_micros(NULL, A, &micros, NULL));
    REFUSED(hc_user_get_last_seen_micros(directory, NONE, &micros, NULL));
    REFUSED(hc_user_get_last_seen_micros(directory, A, NULL, NULL));
    REFUSED(hc_applied_get_outcome(NULL, 0, &outcome, NULL));
    REFUSED(hc_applied_get_user(NULL, 0, &user, NULL));
    CHECK(applied == UNTOUCHED(hc_applied) && refusals == UNTOUCHED(hc_refusals));
    CHECK(acting == UNTOUCHED(hc_directory) && user == UNTOUCHED(hc_user));
    CHECK(hc_applied_sequence(NULL) == 0);
    CHECK(hc_applied_is_replayed(NULL) == 0);
    CHECK(hc_applied_ownerless_count(NULL) == 0 && hc_applied_ownerless_at(NULL, 0) == 0);
    CHECK(hc_applied_count(NULL) == 0);
    CHECK(hc_refusals_count(NULL) == 0);
    CHECK(hc_refusals_at(NULL, 0) == NULL);

    CHECK_OK(hc_batch_activate_user(batch, A, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    CHECK(hc_applied_sequence(applied) == 0); /* the user was active */
    REFUSED(hc_applied_get_outcome(applied, 0, NULL, NULL));
    REFUSED(hc_applied_get_user(applied, 0, NULL, NULL));
    hc_applied_free(applied);
    hc_batch_free(batch);
}

static void queries(const hc_directory *directory)
{
    hc_query *query = hc_query_new();
    hc_cursor *cursor = UNTOUCHED(hc_cursor);
    uint8_t buffer[64];
    size_t written = 77;
    uint64_t count = 77;
    REFUSED(hc_query_set_number(NULL, HC_QUERY_FIELD_ACTIVE, 1, NULL));
    REFUSED(hc_query_set_member_of(NULL, 1, HC_ROLE_ANY, NULL));
    REFUSED(hc_query_set_text(NULL, HC_QUERY_FIELD_EMAIL_PREFIX, A, NULL));
    REFUSED(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_PREFIX, NONE, NULL));
    REFUSED(hc_query_set_attribute(NULL, A, A, NULL));
    REFUSED(hc_query_set_attribute(query, NONE, A, NULL));
    REFUSED(hc_query_set_attribute(query, A, NONE, NULL));
    REFUSED(hc_query_unset(NULL, HC_QUERY_FIELD_ACTIVE, NULL));
    REFUSED(hc_directory_query(NULL, query, &cursor, NULL));
    REFUSED(hc_directory_query(directory, NULL, &cursor, NULL));
    REFUSED(hc_directory_query(directory, query, NULL, NULL));
    REFUSED(hc_directory_count(NULL, query, &count, NULL));
    REFUSED(hc_directory_count(directory, NULL, &count, NULL));
    REFUSED(hc_directory_count(directory, query, NULL, NULL));
    REFUSED(hc_cursor_next_batch(NULL, buffer, sizeof buffer, &written, NULL));
    CHECK(cursor == UNTOUCHED(hc_cursor));
    CHECK_OK(hc_directory_query(directory, query, &cursor, NULL));
    REFUSED(hc_cursor_next_batch(cursor, NULL, sizeof buffer, &written, NULL));
    REFUSED(hc_cursor_next_batch(cursor, buffer, sizeof buffer, NULL, NULL));
    CHECK(hc_cursor_next_page(NULL) == NULL);
    CHECK(written == 77 && count == 77);
    hc_cursor_free(cursor);
    hc_query_free(query);
}

static void changes(const hc_directory *directory)
{
    hc_feed *feed = NULL;
    uint8_t buffer[64], bytes[16] = { 0 };
    char text[HC_ID_TEXT_BYTES] = "";
    size_t written = 77;
    uint64_t trimmed = 77;
    REFUSED(hc_directory_follow(NULL, 0, &feed, NULL));
    REFUSED(hc_directory_follow(directory, 0, NULL, NULL));
    REFUSED(hc_directory_trim_changes(NULL, 1, &trimmed, NULL));
    REFUSED(hc_feed_next_batch(NULL, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(hc_feed_position(NULL) == 0);
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    REFUSED(hc_feed_next_batch(feed, 0, NULL, sizeof buffer, &written, NULL));
    REFUSED(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, NULL, NULL));
    hc_feed_free(feed);
    REFUSED(hc_id_to_text(NULL, text, NULL));
    REFUSED(hc_id_to_text(id, NULL, NULL));
    REFUSED(hc_id_from_text(NONE, bytes, NULL));
    REFUSED(hc_id_from_text(A, NULL, NULL));
    CHECK(error_resume_after(NULL, NULL) == 0);
    CHECK(error_latest_change(NULL, NULL) == 0);
    CHECK(error_buffer_bytes(NULL, NULL) == 0);
    CHECK(written == 77 && trimmed == 77 && text[0] == 0 && bytes[0] == 0);
}

static void freeing(void)
{
    hc_applied_free(NULL);
    hc_batch_free(NULL);
    hc_feed_free(NULL);
    hc_members_free(NULL);
    hc_query_free(NULL);
    hc_refusals_free(NULL);
    hc_workspace_free(NULL);
    hc_workspaces_free(NULL);
}

int main(void)
{
    hc_directory *directory = in_memory();
    hc_workspace *team = NULL;
    CHECK_OK(hc_user_create(directory, A, NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), A, &team, NULL));
    workspaces(directory);
    members(directory, hc_workspace_id(team));
    hc_workspace_free(team);
    batch_of_users();
    batch_of_workspaces();
    applying(directory);
    queries(directory);
    changes(directory);
    freeing();
    verify_and_free(directory);
    return 0;
}
