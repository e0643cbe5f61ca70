/* NULL for every pointer of the functions that read and write packed records. */
#include "story.h"

#define REFUSED(call) CHECK_STATUS(HC_STATUS_NULL_ARGUMENT, call)

static void reading(void)
{
    hc_directory *directory = in_memory();
    uint8_t bytes[64] = { 0 };
    uint32_t offset = 7;
    size_t read = 77, written = 77;
    const int32_t kind = HC_USER_KEY_ANY;
    REFUSED(hc_user_read(NULL, kind, HC_STR("a"), bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, NULL, 1, bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, HC_USER_KEY_ID, NULL, 16, bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, HC_STR("a"), NULL, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, HC_STR("a"), bytes, 64, NULL, NULL));
    REFUSED(hc_user_read_many(NULL, kind, bytes, 4, bytes, 64, &offset, 1, &read, &written, NULL));
    REFUSED(hc_user_read_many(directory, kind, NULL, 4, bytes, 64, &offset, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, NULL, 64, &offset, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, NULL, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, &offset, 1, NULL, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, &offset, 1, &read, NULL,
                              NULL));
    CHECK(offset == 7 && read == 77 && written == 77);
    verify_and_free(directory);
}

static void errors_and_feeds(void)
{
    hc_error *error = NULL;
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    REFUSED(hc_directory_verify(NULL, NULL, &error));
    CHECK(hc_error_get_details(NULL, &details) == 0 && details.message == NULL);
    CHECK(hc_error_get_details(error, NULL) == 0);
    hc_error_free(error);
    hc_feed_wake(NULL);
}

static void operations(void)
{
    hc_directory *directory = in_memory();
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = NULL;
    uint8_t bytes[64] = { 0 };
    size_t written = 77;
    REFUSED(hc_batch_append(NULL, bytes, 64, NULL));
    REFUSED(hc_batch_append(batch, NULL, 64, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    REFUSED(hc_applied_read(NULL, 0, bytes, 64, &written, NULL));
    REFUSED(hc_applied_read(applied, 0, NULL, 64, &written, NULL));
    REFUSED(hc_applied_read(applied, 0, bytes, 64, NULL, NULL));
    CHECK(written == 77);
    hc_applied_free(applied);
    hc_batch_free(batch);
    verify_and_free(directory);
}

#define ID HC_STR("1")
#define NONE NULL, 1

static void external_ids(void)
{
    hc_directory *directory = in_memory();
    hc_new_user *new_user = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();
    hc_batch *batch = hc_batch_new();
    hc_user *user = UNTOUCHED(hc_user);
    hc_workspace *workspace = UNTOUCHED(hc_workspace);
    REFUSED(hc_new_user_set_external_id(NULL, ID, ID, NULL));
    REFUSED(hc_new_user_set_external_id(new_user, NONE, ID, NULL));
    REFUSED(hc_new_user_set_external_id(new_user, ID, NONE, NULL));
    REFUSED(hc_user_update_set_external_id(NULL, ID, ID, NULL));
    REFUSED(hc_user_update_set_external_id(update, NONE, ID, NULL));
    REFUSED(hc_user_update_set_external_id(update, ID, NONE, NULL));
    REFUSED(hc_user_get_by_external_id(NULL, ID, ID, &user, NULL));
    REFUSED(hc_user_get_by_external_id(directory, NONE, ID, &user, NULL));
    REFUSED(hc_user_get_by_external_id(directory, ID, NONE, &user, NULL));
    REFUSED(hc_user_get_by_external_id(directory, ID, ID, NULL, NULL));
    REFUSED(hc_workspace_get_by_external_id(NULL, ID, ID, &workspace, NULL));
    REFUSED(hc_workspace_get_by_external_id(directory, NONE, ID, &workspace, NULL));
    REFUSED(hc_workspace_get_by_external_id(directory, ID, NONE, &workspace, NULL));
    REFUSED(hc_workspace_get_by_external_id(directory, ID, ID, NULL, NULL));
    REFUSED(hc_workspace_set_external_id(NULL, 1, ID, ID, &workspace, NULL));
    REFUSED(hc_workspace_set_external_id(directory, 1, NONE, ID, &workspace, NULL));
    REFUSED(hc_workspace_set_external_id(directory, 1, ID, NONE, &workspace, NULL));
    REFUSED(hc_batch_set_workspace_external_id(NULL, ID, 0, ID, ID, NULL));
    REFUSED(hc_batch_set_workspace_external_id(batch, NONE, 0, ID, ID, NULL));
    REFUSED(hc_batch_set_workspace_external_id(batch, ID, 0, NONE, ID, NULL));
    REFUSED(hc_batch_set_workspace_external_id(batch, ID, 0, ID, NONE, NULL));
    CHECK(hc_user_external_id_at(NULL, 0, NULL, NULL) == 0);
    CHECK(hc_workspace_external_id_at(NULL, 0, NULL, NULL) == 0);
    CHECK(user == UNTOUCHED(hc_user) && workspace == UNTOUCHED(hc_workspace));
    hc_batch_free(batch);
    hc_user_update_free(update);
    hc_new_user_free(new_user);
    verify_and_free(directory);
}

int main(void)
{
    external_ids();
    operations();
    reading();
    errors_and_feeds();
    return 0;
}
