/* Workspaces from creation to deletion, and their members. */
#include "story.h"

#define ANN HC_STR("ann@ex.co")
#define BOB HC_STR("bob@ex.co")
#define NONE NULL, 0

static hc_directory *with_users(void)
{
    hc_directory *directory = in_memory();
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, BOB, NULL, NULL, NULL));
    return directory;
}

static uint64_t create(const hc_directory *directory, const char *name)
{
    hc_workspace *workspace = NULL;
    uint64_t id;
    CHECK_OK(hc_workspace_create(directory, HC_STR(name), ANN, &workspace, NULL));
    id = hc_workspace_id(workspace);
    CHECK(id > 0 && hc_workspace_version(workspace) == 1);
    CHECK_TEXT(name, hc_workspace_name(workspace));
    CHECK(hc_workspace_is_archived(workspace) == 0);
    CHECK(hc_workspace_default_of(workspace) == NULL);
    CHECK(hc_workspace_created_at_micros(workspace) > 1700000000000000);
    CHECK(hc_workspace_updated_at_micros(workspace)
          == hc_workspace_created_at_micros(workspace));
    hc_workspace_free(workspace);
    return id;
}

static void names(void)
{
    hc_directory *directory = with_users();
    hc_workspace *workspace = NULL;
    uint64_t fraud = create(directory, "Fraud models"), other = create(directory, "\xc3\x89t\xc3\xa9");
    CHECK_STATUS(HC_STATUS_WORKSPACE_NAME_TAKEN,
                 hc_workspace_create(directory, HC_STR("FRAUD models"), ANN, NULL, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER,
                 hc_workspace_create(directory, HC_STR("Nobody's"), NONE, NULL, NULL));
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_workspace_create(directory, HC_STR("x"), HC_STR("x@y"), NULL, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_workspace_create(directory, HC_STR(" "), ANN, NULL, NULL));

    CHECK_OK(hc_workspace_get_by_name(directory, HC_STR("fraud MODELS"), &workspace, NULL));
    CHECK(hc_workspace_id(workspace) == fraud);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_rename(directory, fraud, HC_STR("Fraud"), &workspace, NULL));
    CHECK_TEXT("Fraud", hc_workspace_name(workspace));
    CHECK(hc_workspace_version(workspace) == 2);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_get_by_name(directory, HC_STR("Fraud models"), &workspace, NULL));
    CHECK(workspace == NULL);
    CHECK_OK(hc_workspace_get(directory, other, &workspace, NULL));
    CHECK_TEXT("\xc3\x89t\xc3\xa9", hc_workspace_name(workspace));
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_get(directory, UINT64_MAX, &workspace, NULL));
    CHECK(workspace == NULL);
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_workspace_rename(directory, 99, HC_STR("x"), NULL, NULL));
    verify_and_free(directory);
}

static void archiving(void)
{
    hc_directory *directory = with_users();
    hc_workspace *workspace = NULL;
    uint64_t id = create(directory, "Old");
    CHECK_OK(hc_workspace_archive(directory, id, &workspace, NULL));
    CHECK(hc_workspace_is_archived(workspace) == 1);
    hc_workspace_free(workspace);
    CHECK_STATUS(HC_STATUS_WORKSPACE_ARCHIVED,
                 hc_workspace_rename(directory, id, HC_STR("New"), NULL, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_ARCHIVED,
                 hc_workspace_add_member(directory, id, BOB, HC_ROLE_USER, NULL));
    CHECK_OK(hc_workspace_restore(directory, id, &workspace, NULL));
    CHECK(hc_workspace_is_archived(workspace) == 0 && hc_workspace_version(workspace) == 3);
    hc_workspace_free(workspace);

    CHECK_OK(hc_workspace_delete(directory, id, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND, hc_workspace_delete(directory, id, NULL));
    CHECK(create(directory, "Old") > id);
    verify_and_free(directory);
}

static void members(void)
{
    hc_directory *directory = with_users();
    hc_members *members = NULL;
    hc_member member = HC_MEMBER_INIT;
    hc_user *bob = NULL;
    uint64_t id = create(directory, "Team");
    CHECK_OK(hc_user_get(directory, BOB, &bob, NULL));
    CHECK_OK(hc_workspace_add_member(directory, id, BOB, HC_ROLE_USER, NULL));
    CHECK_OK(hc_workspace_add_member(directory, id, BOB, HC_ROLE_USER, NULL));
    CHECK_STATUS(HC_STATUS_ROLE_DIFFERS,
                 hc_workspace_add_member(directory, id, BOB, HC_ROLE_OWNER, NULL));

    CHECK_OK(hc_workspace_list_members(directory, id, &members, NULL));
    CHECK(hc_members_count(members) == 2);
    CHECK_OK(hc_members_get(members, 0, &member, NULL));
    CHECK(member.role == HC_ROLE_OWNER && member.workspace == id);
    CHECK_OK(hc_members_get(members, 1, &member, NULL));
    CHECK(member.role == HC_ROLE_USER && member.version == 1 && member.since_micros > 0);
    CHECK(member.struct_size == sizeof member);
    CHECK(memcmp(member.user, hc_user_id(bob), 16) == 0);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_members_get(members, 2, &member, NULL));
    member.struct_size = 40;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_members_get(members, 0, &member, NULL));
    hc_members_free(members);
    hc_user_free(bob);

    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_workspace_remove_member(directory, id, ANN, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_user_deactivate(directory, ANN, NULL, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_user_delete(directory, ANN, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER,
                 hc_workspace_set_role(directory, id, ANN, HC_ROLE_USER, NULL));
    CHECK_OK(hc_workspace_set_role(directory, id, BOB, HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_workspace_remove_member(directory, id, ANN, NULL));
    CHECK_STATUS(HC_STATUS_MEMBER_NOT_FOUND,
                 hc_workspace_remove_member(directory, id, ANN, NULL));
    CHECK_STATUS(HC_STATUS_MEMBER_NOT_FOUND,
                 hc_workspace_set_role(directory, id, ANN, HC_ROLE_OWNER, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_workspace_list_members(directory, 99, &members, NULL));
    verify_and_free(directory);
}

static void default_workspaces(void)
{
    hc_directory *directory = with_users();
    hc_workspace *workspace = NULL;
    hc_members *members = NULL;
    hc_member member = HC_MEMBER_INIT;
    hc_user *ann = NULL;
    uint64_t own;
    CHECK_OK(hc_user_get(directory, ANN, &ann, NULL));
    CHECK_OK(hc_user_get_default_workspace(directory, ANN, &workspace, NULL));
    own = hc_workspace_id(workspace);
    CHECK(memcmp(hc_workspace_default_of(workspace), hc_user_id(ann), 16) == 0);
    hc_workspace_free(workspace);
    CHECK_OK(hc_user_get_default_workspace(directory, HC_STR(hc_user_id_text(ann)),
                                           &workspace, NULL));
    CHECK(hc_workspace_id(workspace) == own);
    hc_workspace_free(workspace);
    CHECK_STATUS(HC_STATUS_DEFAULT_WORKSPACE,
                 hc_workspace_remove_member(directory, own, ANN, NULL));
    CHECK_STATUS(HC_STATUS_DEFAULT_WORKSPACE, hc_workspace_delete(directory, own, NULL));
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_user_get_default_workspace(directory, HC_STR("x@y"), &workspace, NULL));

    CHECK_OK(hc_user_create(directory, HC_STR("cho@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_user_deactivate(directory, HC_STR("cho@ex.co"), NULL, NULL));
    CHECK_OK(hc_user_get_default_workspace(directory, HC_STR("cho@ex.co"), &workspace, NULL));
    CHECK(hc_workspace_id(workspace) > own);
    hc_workspace_free(workspace);

    CHECK(create(directory, "Second") > own);
    CHECK_OK(hc_user_list_workspaces(directory, ANN, &members, NULL));
    CHECK(hc_members_count(members) == 2);
    CHECK_OK(hc_members_get(members, 0, &member, NULL));
    CHECK(member.workspace == own && member.role == HC_ROLE_OWNER);
    hc_members_free(members);
    CHECK_OK(hc_user_list_workspaces(directory, BOB, &members, NULL));
    CHECK(hc_members_count(members) == 0);
    hc_members_free(members);
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_user_list_workspaces(directory, HC_STR("x@y"), &members, NULL));
    hc_user_free(ann);
    verify_and_free(directory);
}

/* The list is a snapshot, and outlives the directory. */
static void listing(void)
{
    hc_directory *directory = with_users();
    hc_workspaces *workspaces = NULL;
    hc_workspace *workspace = NULL;
    uint64_t ids[3];
    ids[0] = create(directory, "A");
    ids[1] = create(directory, "B");
    ids[2] = create(directory, "C");
    CHECK_OK(hc_directory_list_workspaces(directory, &workspaces, NULL));
    CHECK_OK(hc_workspace_delete(directory, ids[1], NULL));
    hc_directory_free(directory);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(hc_workspaces_next(workspaces, &workspace, NULL));
        CHECK(hc_workspace_id(workspace) == ids[i]);
        hc_workspace_free(workspace);
    }
    CHECK_OK(hc_workspaces_next(workspaces, &workspace, NULL));
    CHECK(workspace == NULL);
    hc_workspaces_free(workspaces);
}

int main(void)
{
    names();
    archiving();
    members();
    default_workspaces();
    listing();
    return 0;
}
