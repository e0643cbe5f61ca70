/* Workspaces and members in batches: each operation, and the rules on the net result. */
#include "story.h"

#define ANN HC_STR("ann@ex.co")
#define BOB HC_STR("bob@ex.co")

static uint64_t outcome_of(const hc_applied *applied, size_t index, int32_t subject,
                           int32_t changed)
{
    hc_outcome outcome = HC_OUTCOME_INIT;
    CHECK_OK(hc_applied_get_outcome(applied, index, &outcome, NULL));
    CHECK(outcome.subject == subject && outcome.changed == changed);
    return outcome.workspace;
}

static hc_applied *apply(const hc_directory *directory, hc_batch *batch)
{
    hc_applied *applied = NULL;
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    hc_batch_free(batch);
    return applied;
}

/* Created and named in the same batch, with an owner from the start. */
static uint64_t founding(const hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied;
    uint64_t own, team;
    CHECK_OK(hc_batch_create_workspace(batch, HC_STR("Team"), ANN, NULL));
    CHECK_OK(hc_batch_add_member(batch, HC_STR("TEAM"), 0, BOB, HC_ROLE_USER, NULL));
    CHECK_OK(hc_batch_default_workspace(batch, ANN, NULL));
    CHECK_OK(hc_batch_default_workspace(batch, ANN, NULL));
    applied = apply(directory, batch);
    team = outcome_of(applied, 0, HC_SUBJECT_WORKSPACE, 1);
    CHECK(outcome_of(applied, 1, HC_SUBJECT_MEMBER, 1) == team);
    own = outcome_of(applied, 2, HC_SUBJECT_WORKSPACE, 1);
    CHECK(own != team && outcome_of(applied, 3, HC_SUBJECT_WORKSPACE, 0) == own);
    hc_applied_free(applied);
    return team;
}

/* A batch in which the owner leaves is refused, unless it also hands over. */
static void handing_over(const hc_directory *directory, uint64_t team)
{
    hc_batch *batch = hc_batch_new();
    hc_members *members = NULL;
    hc_member member = HC_MEMBER_INIT;
    hc_error *error = NULL;
    CHECK_OK(hc_batch_remove_member(batch, NULL, 0, team, ANN, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_directory_apply(directory, batch, NULL, &error));
    CHECK(strstr(hc_error_message(error), "Team") != NULL
          || strstr(hc_error_message(error), "workspace") != NULL);
    hc_error_free(error);
    CHECK_OK(hc_batch_set_role(batch, NULL, 0, team, BOB, HC_ROLE_OWNER, NULL));
    hc_applied_free(apply(directory, batch));
    CHECK_OK(hc_workspace_list_members(directory, team, &members, NULL));
    CHECK(hc_members_count(members) == 1);
    CHECK_OK(hc_members_get(members, 0, &member, NULL));
    CHECK(member.role == HC_ROLE_OWNER && member.version == 2);
    hc_members_free(members);
}

static void changing(const hc_directory *directory, uint64_t team)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied;
    hc_workspace *workspace = NULL;
    CHECK_OK(hc_batch_add_member(batch, NULL, 0, team, ANN, HC_ROLE_USER, NULL));
    CHECK_OK(hc_batch_rename_workspace(batch, NULL, 0, team, HC_STR("Old team"), NULL));
    CHECK_OK(hc_batch_set_if_version(batch, 1, NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, NULL, 0, team, NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, NULL, 0, team, NULL));
    CHECK_OK(hc_batch_restore_workspace(batch, NULL, 0, team, NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, NULL, 0, team, NULL));
    applied = apply(directory, batch);
    CHECK(outcome_of(applied, 2, HC_SUBJECT_WORKSPACE, 1) == team);
    CHECK(outcome_of(applied, 3, HC_SUBJECT_WORKSPACE, 0) == team);
    hc_applied_free(applied);
    CHECK_OK(hc_workspace_get(directory, team, &workspace, NULL));
    CHECK_TEXT("Old team", hc_workspace_name(workspace));
    CHECK(hc_workspace_is_archived(workspace) == 1);
    hc_workspace_free(workspace);
}

/* Offboarding: the batch allows the last owner to leave. (The owner of an archived
 * workspace may always leave.) */
static void offboarding(const hc_directory *directory, uint64_t team)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied;
    CHECK_OK(hc_batch_restore_workspace(batch, NULL, 0, team, NULL));
    hc_applied_free(apply(directory, batch));
    batch = hc_batch_new();
    CHECK_OK(hc_batch_delete_user(batch, BOB, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_batch_set_allow_ownerless(batch, 1, NULL));
    CHECK_OK(hc_batch_set_allow_ownerless(batch, 0, NULL));
    CHECK_STATUS(HC_STATUS_LAST_OWNER, hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_batch_set_allow_ownerless(batch, 1, NULL));
    applied = apply(directory, batch);
    CHECK(hc_applied_ownerless_count(applied) == 1 && hc_applied_ownerless_at(applied, 0) == team);
    CHECK(hc_applied_ownerless_at(applied, 1) == 0);
    hc_applied_free(applied);

    batch = hc_batch_new();
    CHECK_OK(hc_batch_delete_workspace(batch, NULL, 0, team, NULL));
    CHECK_OK(hc_batch_delete_workspace(batch, NULL, 0, team, NULL));
    CHECK_STATUS(HC_STATUS_WORKSPACE_NOT_FOUND,
                 hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
}

/* Names workspaces that the same batch creates, in any case. */
static void by_name(const hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied;
    hc_workspace *workspace = NULL;
    hc_members *members = NULL;
    uint64_t lab;
    CHECK_OK(hc_batch_create_workspace(batch, HC_STR("Lab"), ANN, NULL));
    CHECK_OK(hc_batch_add_member(batch, HC_STR("lab"), 0, BOB, HC_ROLE_USER, NULL));
    CHECK_OK(hc_batch_set_role(batch, HC_STR("LAB"), 0, BOB, HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_batch_remove_member(batch, HC_STR("Lab"), 0, ANN, NULL));
    CHECK_OK(hc_batch_rename_workspace(batch, HC_STR("Lab"), 0, HC_STR("Old lab"), NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, HC_STR("Old lab"), 0, NULL));
    applied = apply(directory, batch);
    lab = outcome_of(applied, 0, HC_SUBJECT_WORKSPACE, 1);
    for (size_t i = 1; i < 4; i++)
        CHECK(outcome_of(applied, i, HC_SUBJECT_MEMBER, 1) == lab);
    hc_applied_free(applied);
    CHECK_OK(hc_workspace_get_by_name(directory, HC_STR("old LAB"), &workspace, NULL));
    CHECK(hc_workspace_id(workspace) == lab && hc_workspace_is_archived(workspace) == 1);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_list_members(directory, lab, &members, NULL));
    CHECK(hc_members_count(members) == 1);
    hc_members_free(members);

    batch = hc_batch_new();
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_batch_set_role(batch, HC_STR("Lab"), 0, BOB, HC_ROLE_ANY, NULL));
    CHECK(hc_batch_count(batch) == 0);
    CHECK_OK(hc_batch_restore_workspace(batch, HC_STR("Old lab"), 0, NULL));
    CHECK_OK(hc_batch_delete_workspace(batch, HC_STR("Old lab"), 0, NULL));
    hc_applied_free(apply(directory, batch));
    CHECK_OK(hc_workspace_get(directory, lab, &workspace, NULL));
    CHECK(workspace == NULL);
}

int main(void)
{
    hc_directory *directory = in_memory();
    uint64_t team;
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    CHECK_OK(hc_user_create(directory, BOB, NULL, NULL, NULL));
    team = founding(directory);
    handing_over(directory, team);
    changing(directory, team);
    by_name(directory);
    offboarding(directory, team);
    verify_and_free(directory);
    return 0;
}
