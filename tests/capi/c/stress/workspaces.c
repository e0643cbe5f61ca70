/* Workspaces are created, filled, renamed, archived and deleted. */
#include "stress.h"

static void look_at(const hc_workspace *workspace, const char *name)
{
    CHECK(hc_workspace_id(workspace) > 0 && hc_workspace_version(workspace) >= 1);
    CHECK(name == NULL || strcmp(hc_workspace_name(workspace), name) == 0);
    CHECK(hc_workspace_is_archived(workspace) == 0 || hc_workspace_is_archived(workspace) == 1);
    CHECK(hc_workspace_created_at_micros(workspace)
          <= hc_workspace_updated_at_micros(workspace));
    (void)hc_workspace_default_of(workspace);
}

/* Counts the records of a batch, which must all be memberships. */
static unsigned count_packed(const uint8_t *buffer, size_t written)
{
    hc_packed_batch batch;
    hc_packed_member member;
    unsigned count = 0;
    CHECK(hc_packed_open(&batch, buffer, written) == 1);
    while (hc_packed_next_member(&batch, &member) == HC_PACKED_RECORD)
        count++;
    CHECK(batch.malformed == 0);
    return count;
}

static void check_members(hc_members *members, size_t at_least, size_t at_most)
{
    static _Thread_local uint8_t buffer[4096];
    size_t count = hc_members_count(members), written = 0;
    hc_member member = HC_MEMBER_INIT;
    CHECK(count >= at_least && count <= at_most);
    CHECK_OK(hc_members_get(members, count - 1, &member, NULL));
    CHECK(member.workspace > 0 && member.version >= 1 && member.since_micros > 0);
    CHECK_OK(hc_members_next_batch(members, buffer, sizeof buffer, &written, NULL));
    CHECK(count_packed(buffer, written) == count);
    CHECK_OK(hc_members_next_batch(members, buffer, sizeof buffer, &written, NULL));
    CHECK(written == 0);
    hc_members_free(members);
}

static void membership(const hc_directory *directory, uint64_t id, unsigned thread)
{
    char other[TEXT], owner[TEXT];
    hc_members *members = NULL;
    owner_of(owner, thread);
    owner_of(other, thread + 1);
    CHECK_OK(hc_workspace_add_member(directory, id, HC_STR(other), HC_ROLE_USER, NULL));
    CHECK_STATUS(HC_STATUS_ROLE_DIFFERS,
                 hc_workspace_add_member(directory, id, HC_STR(other), HC_ROLE_OWNER, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER,
                 hc_workspace_remove_member(directory, id, HC_STR(owner), NULL));
    CHECK_OK(hc_workspace_set_role(directory, id, HC_STR(other), HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_workspace_list_members(directory, id, &members, NULL));
    check_members(members, 2, 2);
    CHECK_OK(hc_user_list_workspaces(directory, HC_STR(other), &members, NULL));
    check_members(members, 2, 8); /* the hall and this one, and those of two threads */
    CHECK_OK(hc_workspace_remove_member(directory, id, HC_STR(other), NULL));
}

/* All workspaces, one by one and packed, while they come and go. */
static void list(const hc_directory *directory)
{
    static _Thread_local uint8_t buffer[4096];
    hc_workspaces *workspaces = NULL;
    hc_workspace *workspace = NULL;
    size_t written = 0;
    uint64_t last = 0;
    CHECK_OK(hc_directory_list_workspaces(directory, &workspaces, NULL));
    CHECK_OK(hc_workspaces_next(workspaces, &workspace, NULL));
    look_at(workspace, "Hall");
    last = hc_workspace_id(workspace);
    hc_workspace_free(workspace);
    do {
        hc_packed_batch batch;
        hc_packed_workspace packed;
        CHECK_OK(hc_workspaces_next_batch(workspaces, buffer, sizeof buffer, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, buffer, written) == 1);
        while (hc_packed_next_workspace(&batch, &packed) == HC_PACKED_RECORD) {
            CHECK(packed.id > last);
            last = packed.id;
        }
        CHECK(batch.malformed == 0);
    } while (written > 0);
    hc_workspaces_free(workspaces);
}

/* The ids that a provisioner has for a user and a workspace of this thread. */
static void identify(const hc_directory *directory, uint64_t id, const char *name, unsigned thread)
{
    hc_batch *batch = hc_batch_new();
    hc_new_user *new_user = hc_new_user_new();
    hc_user_update *update = hc_user_update_new();
    hc_user *user = NULL;
    hc_workspace *workspace = NULL;
    char found[HC_EXTERNAL_ID_BYTES], email[TEXT];
    own(email, "external", thread);
    CHECK_OK(hc_batch_set_workspace_external_id(batch, NULL, 0, id, HC_STR("okta"), HC_STR(name),
                                                NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_workspace_get_by_external_id(directory, HC_STR("okta"), HC_STR(name), &workspace,
                                             NULL));
    CHECK(hc_workspace_external_id_at(workspace, 0, NULL, found) == 1);
    CHECK_TEXT(name, found);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_set_external_id(directory, id, HC_STR("okta"), NULL, 0, NULL, NULL));
    CHECK_OK(hc_new_user_set_active(new_user, 0, NULL));
    CHECK_OK(hc_new_user_set_external_id(new_user, HC_STR("okta"), HC_STR(name), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR(email), new_user, &user, NULL));
    CHECK(hc_user_external_id_at(user, 0, NULL, found) == 1);
    hc_user_free(user);
    CHECK_OK(hc_user_update_set_external_id(update, HC_STR("entra"), HC_STR(name), NULL));
    CHECK_OK(hc_user_update_apply(directory, HC_STR(email), update, NULL, NULL));
    CHECK_OK(hc_user_get_by_external_id(directory, HC_STR("entra"), HC_STR(name), &user, NULL));
    CHECK_TEXT(email, hc_user_email(user));
    hc_user_free(user);
    CHECK_OK(hc_user_delete(directory, HC_STR(email), NULL));
    hc_user_update_free(update);
    hc_new_user_free(new_user);
    hc_batch_free(batch);
}

void part_workspaces(struct stage *stage, unsigned thread)
{
    const hc_directory *directory = stage->directory;
    char name[TEXT], renamed[TEXT], owner[TEXT];
    hc_workspace *workspace = NULL, *same = NULL;
    uint64_t id;
    own(name, "Workspace", thread);
    own(renamed, "Renamed", thread);
    owner_of(owner, thread);
    CHECK_OK(hc_workspace_create(directory, HC_STR(name), HC_STR(owner), &workspace, NULL));
    id = hc_workspace_id(workspace);
    look_at(workspace, name);
    CHECK_OK(hc_workspace_get(directory, id, &same, NULL));
    look_at(same, name);
    hc_workspace_free(same);
    CHECK_OK(hc_workspace_get_by_name(directory, HC_STR(name), &same, NULL));
    CHECK(hc_workspace_id(same) == id);
    hc_workspace_free(same);
    membership(directory, id, thread);
    identify(directory, id, name, thread);
    CHECK_OK(hc_workspace_rename(directory, id, HC_STR(renamed), NULL, NULL));
    CHECK_OK(hc_workspace_archive(directory, id, &same, NULL));
    CHECK(hc_workspace_is_archived(same) == 1);
    hc_workspace_free(same);
    CHECK_OK(hc_workspace_restore(directory, id, &same, NULL));
    look_at(same, renamed);
    hc_workspace_free(same);
    list(directory);
    CHECK_OK(hc_workspace_delete(directory, id, NULL));
    CHECK_OK(hc_workspace_get(directory, id, &same, NULL));
    CHECK(same == NULL);
    look_at(workspace, name);
    hc_workspace_free(workspace);
    CHECK_OK(hc_user_get_default_workspace(directory, HC_STR(owner), &same, NULL));
    CHECK(hc_workspace_default_of(same) != NULL);
    hc_workspace_free(same);
}
