/* The ids that provisioners have for users and workspaces. */
#include "story.h"

#define OKTA HC_STR("okta")
#define ENTRA HC_STR("entra")
#define NO_ID NULL, 0

static void users(hc_directory *directory)
{
    hc_new_user *new_user = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();
    hc_user *user = NULL;
    char provisioner[HC_PROVISIONER_BYTES], id[HC_EXTERNAL_ID_BYTES], longest[256];
    memset(longest, 'x', 255);
    longest[255] = 0;
    CHECK_OK(hc_new_user_set_external_id(new_user, OKTA, HC_STR("00u1"), NULL));
    CHECK_OK(hc_new_user_set_external_id(new_user, ENTRA, HC_STR(longest), NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_new_user_set_external_id(new_user, ENTRA, HC_STR(""), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), new_user, &user, NULL));
    CHECK(hc_user_external_id_at(user, 0, provisioner, id) == 1);
    CHECK_TEXT("entra", provisioner);
    CHECK_TEXT(longest, id);
    CHECK(hc_user_external_id_at(user, 1, NULL, id) == 1);
    CHECK_TEXT("00u1", id);
    CHECK(hc_user_external_id_at(user, 1, provisioner, NULL) == 1);
    CHECK_TEXT("okta", provisioner);
    CHECK(hc_user_external_id_at(user, 2, provisioner, id) == 0);
    CHECK_TEXT("00u1", id);
    hc_user_free(user);

    CHECK_OK(hc_user_get_by_external_id(directory, OKTA, HC_STR("00u1"), &user, NULL));
    CHECK_TEXT("ann@ex.co", hc_user_email(user));
    hc_user_free(user);
    CHECK_OK(hc_user_get_by_external_id(directory, ENTRA, HC_STR("00u1"), &user, NULL));
    CHECK(user == NULL);

    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_update_set_external_id(update, OKTA, HC_STR("00u1"), NULL));
    CHECK_STATUS(HC_STATUS_EXTERNAL_ID_TAKEN,
                 hc_user_update_apply(directory, HC_STR("bob@ex.co"), update, NULL, NULL));
    CHECK_OK(hc_user_update_set_external_id(update, OKTA, NO_ID, NULL));
    CHECK_OK(hc_user_update_apply(directory, HC_STR("ann@ex.co"), update, &user, NULL));
    CHECK(hc_user_external_id_at(user, 0, NULL, NULL) == 1);
    CHECK(hc_user_external_id_at(user, 1, NULL, NULL) == 0);
    hc_user_free(user);
    hc_user_update_free(update);
    hc_new_user_free(new_user);
}

static void workspaces(hc_directory *directory)
{
    hc_workspace *workspace = NULL;
    hc_batch *batch = hc_batch_new();
    char provisioner[HC_PROVISIONER_BYTES], id[HC_EXTERNAL_ID_BYTES];
    uint64_t number;
    CHECK_OK(hc_batch_create_workspace(batch, HC_STR("Lab"), HC_STR("ann@ex.co"), NULL));
    CHECK_OK(hc_batch_set_workspace_external_id(batch, HC_STR("lab"), 0, OKTA, HC_STR("g1"),
                                                NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    CHECK_OK(hc_workspace_get_by_external_id(directory, OKTA, HC_STR("g1"), &workspace, NULL));
    CHECK_TEXT("Lab", hc_workspace_name(workspace));
    CHECK(hc_workspace_external_id_at(workspace, 0, provisioner, id) == 1);
    CHECK_TEXT("okta", provisioner);
    CHECK_TEXT("g1", id);
    CHECK(hc_workspace_external_id_at(workspace, 1, provisioner, id) == 0);
    number = hc_workspace_id(workspace);
    hc_workspace_free(workspace);

    CHECK_OK(hc_workspace_set_external_id(directory, number, OKTA, HC_STR("g2"), &workspace,
                                          NULL));
    CHECK(hc_workspace_external_id_at(workspace, 0, NULL, id) == 1);
    CHECK_TEXT("g2", id);
    hc_workspace_free(workspace);
    batch = hc_batch_new();
    CHECK_OK(hc_batch_set_workspace_external_id(batch, NO_ID, number, OKTA, NO_ID, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    CHECK_OK(hc_workspace_get_by_external_id(directory, OKTA, HC_STR("g2"), &workspace, NULL));
    CHECK(workspace == NULL);
    CHECK_OK(hc_workspace_set_external_id(directory, number, OKTA, HC_STR("g3"), NULL, NULL));
    CHECK_OK(hc_workspace_set_external_id(directory, number, OKTA, NO_ID, &workspace, NULL));
    CHECK(hc_workspace_external_id_at(workspace, 0, provisioner, id) == 0);
    hc_workspace_free(workspace);
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_workspace_set_external_id(directory, 99, OKTA, HC_STR("g"), NULL, NULL));
}

int main(void)
{
    hc_directory *directory = in_memory();
    users(directory);
    workspaces(directory);
    verify_and_free(directory);
    return 0;
}
