/* Batches with every operation: previewed, applied, and sent again. */
#include "stress.h"

#include <sched.h>

struct names {
    char owner[TEXT], other[TEXT], user[TEXT], workspace[TEXT], renamed[TEXT];
};

static hc_new_user *inactive_user(void)
{
    hc_new_user *new_user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_active(new_user, 0, NULL));
    return new_user;
}

static void append_packed(hc_batch *batch, const char *user)
{
    uint8_t bytes[256];
    hc_packed_writer writer;
    hc_packed_begin(&writer, bytes, sizeof bytes);
    hc_packed_op(&writer, HC_OPERATION_ACTIVATE_USER);
    hc_packed_put_text(&writer, HC_OP_FIELD_USER, user, strlen(user));
    CHECK_OK(hc_batch_append(batch, bytes, hc_packed_end(&writer), NULL));
}

/* Creates a user and a workspace, and names both before they exist. */
static hc_batch *founding(const struct names *names, const uint8_t *request,
                          const uint8_t *actor)
{
    hc_batch *batch = hc_batch_new();
    hc_new_user *new_user = inactive_user();
    hc_user_update *update = hc_user_update_new();
    CHECK_OK(hc_user_update_set_given_name(update, HC_STR("Ann"), NULL));
    CHECK_OK(hc_batch_set_actor(batch, actor, NULL));
    CHECK_OK(hc_batch_set_request_id(batch, request, NULL));
    CHECK_OK(hc_batch_create_user(batch, HC_STR(names->user), new_user, NULL));
    CHECK_OK(hc_batch_update_user(batch, HC_STR(names->user), update, NULL));
    CHECK_OK(hc_batch_activate_user(batch, HC_STR(names->user), NULL));
    CHECK_OK(hc_batch_deactivate_user(batch, HC_STR(names->user), NULL));
    CHECK_OK(hc_batch_set_license(batch, HC_LICENSE_SEATS, SEATS, NULL));
    CHECK_OK(hc_batch_create_workspace(batch, HC_STR(names->workspace), HC_STR(names->owner),
                                       NULL));
    CHECK_OK(hc_batch_add_member(batch, HC_STR(names->workspace), 0, HC_STR(names->user),
                                         HC_ROLE_USER, NULL));
    CHECK_OK(hc_batch_set_role(batch, HC_STR(names->workspace), 0, HC_STR(names->user),
                                       HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_batch_remove_member(batch, HC_STR(names->workspace), 0,
                                            HC_STR(names->user), NULL));
    CHECK_OK(hc_batch_rename_workspace(batch, HC_STR(names->workspace), 0,
                                               HC_STR(names->renamed), NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, HC_STR(names->renamed), 0, NULL));
    CHECK_OK(hc_batch_restore_workspace(batch, HC_STR(names->renamed), 0, NULL));
    CHECK_OK(hc_batch_default_workspace(batch, HC_STR(names->owner), NULL));
    append_packed(batch, names->owner);
    CHECK(hc_batch_count(batch) == 14);
    hc_new_user_free(new_user);
    hc_user_update_free(update);
    return batch;
}

/* Undoes everything, by the ids, which are known by now. */
static hc_batch *undoing(const struct names *names, uint64_t workspace)
{
    hc_batch *batch = hc_batch_new();
    CHECK_OK(hc_batch_add_member(batch, NULL, 0, workspace, HC_STR(names->other), HC_ROLE_USER, NULL));
    CHECK_OK(hc_batch_set_role(batch, NULL, 0, workspace, HC_STR(names->other), HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_batch_set_if_version(batch, 1, NULL));
    CHECK_OK(hc_batch_remove_member(batch, NULL, 0, workspace, HC_STR(names->owner), NULL));
    CHECK_OK(hc_batch_remove_member(batch, NULL, 0, workspace, HC_STR(names->other), NULL));
    CHECK_OK(hc_batch_set_allow_ownerless(batch, 1, NULL));
    CHECK_OK(hc_batch_archive_workspace(batch, NULL, 0, workspace, NULL));
    CHECK_OK(hc_batch_restore_workspace(batch, NULL, 0, workspace, NULL));
    CHECK_OK(hc_batch_rename_workspace(batch, NULL, 0, workspace, HC_STR(names->workspace), NULL));
    CHECK_OK(hc_batch_delete_user(batch, HC_STR(names->user), NULL));
    return batch;
}

/* Deletes the workspace, in one of two ways. */
static void deleting(const hc_directory *directory, const struct names *names,
                     uint64_t workspace, int by_name)
{
    hc_batch *batch = hc_batch_new();
    if (by_name)
        CHECK_OK(hc_batch_delete_workspace(batch, HC_STR(names->workspace), 0, NULL));
    else
        CHECK_OK(hc_batch_delete_workspace(batch, NULL, 0, workspace, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
}

/* Previews a good batch and a bad one. */
static void ask(const hc_directory *directory, hc_batch *good)
{
    hc_batch *bad = hc_batch_new();
    hc_refusals *refusals = NULL;
    hc_applied *applied = NULL;
    uint64_t index = 0;
    int32_t status = HC_STATUS_OK;
    CHECK_OK(hc_directory_preview(directory, good, &refusals, NULL));
    CHECK(hc_refusals_count(refusals) == 0 && hc_refusals_at(refusals, 0) == NULL);
    hc_refusals_free(refusals);
    CHECK_OK(hc_directory_dry_run(directory, good, &applied, NULL));
    CHECK(hc_applied_count(applied) == 14);
    hc_applied_free(applied);

    CHECK_OK(hc_batch_archive_workspace(bad, NULL, 0, UINT64_MAX, NULL));
    CHECK_OK(hc_batch_delete_user(bad, HC_STR("nobody@t.ex.co"), NULL));
    CHECK_OK(hc_directory_preview(directory, bad, &refusals, NULL));
    CHECK(hc_refusals_count(refusals) == 2);
    status = hc_error_status(hc_refusals_at(refusals, 1));
    CHECK(status == HC_STATUS_USER_NOT_FOUND);
    CHECK(error_op_index(hc_refusals_at(refusals, 1), &index) == 1 && index == 1);
    hc_refusals_free(refusals);
    hc_batch_free(bad);
}

/* All outcomes in one call. */
static void read_outcomes(const hc_applied *applied)
{
    uint8_t bytes[16 + 14 * 48];
    size_t written = 0;
    hc_packed_batch batch;
    hc_packed_outcome outcome;
    CHECK_OK(hc_applied_read(applied, 0, bytes, sizeof bytes, &written, NULL));
    CHECK(hc_packed_open(&batch, bytes, written) && batch.records == 14);
    while (hc_packed_next_outcome(&batch, &outcome) == HC_PACKED_RECORD)
        CHECK(outcome.subject >= HC_SUBJECT_USER && outcome.subject <= HC_SUBJECT_MEMBER);
    CHECK(batch.malformed == 0);
}

static uint64_t workspace_of(const hc_applied *applied, size_t index)
{
    hc_outcome outcome = HC_OUTCOME_INIT;
    CHECK_OK(hc_applied_get_outcome(applied, index, &outcome, NULL));
    CHECK(outcome.subject == HC_SUBJECT_WORKSPACE && outcome.changed == 1);
    return outcome.workspace;
}

/* Sending it again returns the same outcome, unless its change was trimmed meanwhile. */
static void send_again(const hc_directory *directory, const hc_batch *batch,
                       uint64_t workspace)
{
    hc_applied *again = NULL;
    if (CHECK_ONE_OF(hc_directory_apply(directory, batch, &again, NULL),
                     HC_STATUS_EMAIL_TAKEN, HC_STATUS_ROLE_DIFFERS) == HC_STATUS_OK) {
        CHECK(hc_applied_is_replayed(again) == 1 && workspace_of(again, 5) == workspace);
        hc_applied_free(again);
    }
}

static void on_done(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    unsigned *left = userdata;
    CHECK(status == HC_STATUS_OK && error == NULL && hc_applied_count(applied) == 1);
    hc_applied_free(applied);
    CHECK(__atomic_sub_fetch(left, 1, __ATOMIC_RELEASE) < 3);
}

/* Batches that nobody waits for, from all threads at once. */
static void submit(const hc_directory *directory, const char *email)
{
    unsigned left = 3;
    hc_batch *batch = hc_batch_new();
    hc_new_user *new_user = inactive_user();
    CHECK_OK(hc_batch_create_user(batch, HC_STR(email), new_user, NULL));
    CHECK_OK(hc_directory_submit(directory, batch, on_done, &left, NULL));
    hc_batch_free(batch);
    hc_new_user_free(new_user);
    batch = hc_batch_new();
    CHECK_OK(hc_batch_set_door(batch, HC_STR("stress"), NULL));
    CHECK_OK(hc_batch_deactivate_user(batch, HC_STR(email), NULL));
    CHECK_OK(hc_directory_submit(directory, batch, on_done, &left, NULL));
    hc_batch_free(batch);
    batch = hc_batch_new();
    CHECK_OK(hc_batch_delete_user(batch, HC_STR(email), NULL));
    CHECK_OK(hc_directory_submit(directory, batch, on_done, &left, NULL));
    hc_batch_free(batch);
    while (__atomic_load_n(&left, __ATOMIC_ACQUIRE) > 0)
        sched_yield();
}

void part_batches(struct stage *stage, unsigned thread)
{
    const hc_directory *directory = stage->directory;
    struct names names;
    uint8_t request[16], actor[16];
    hc_batch *batch;
    hc_applied *applied = NULL;
    hc_user *user = NULL;
    uint64_t workspace;
    own(names.user, "submitted", thread);
    submit(directory, names.user);
    owner_of(names.owner, thread);
    owner_of(names.other, thread + 3);
    own(names.user, "batched", thread);
    own(names.workspace, "Batched", thread);
    own(names.renamed, "Batch", thread);
    CHECK_OK(hc_id_generate(request, NULL));
    CHECK_OK(hc_id_generate(actor, NULL));

    batch = founding(&names, request, actor);
    ask(directory, batch);
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    CHECK(hc_applied_sequence(applied) > 0 && hc_applied_is_replayed(applied) == 0);
    CHECK(hc_applied_ownerless_count(applied) == 0 && hc_applied_ownerless_at(applied, 0) == 0);
    workspace = workspace_of(applied, 5);
    read_outcomes(applied);
    CHECK_OK(hc_applied_get_user(applied, 0, &user, NULL));
    send_again(directory, batch, workspace);
    hc_batch_free(batch);
    hc_applied_free(applied);
    CHECK_TEXT(names.user, hc_user_email(user)); /* outlives the outcomes */
    hc_user_free(user);

    batch = undoing(&names, workspace);
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    deleting(directory, &names, workspace, thread % 2 == 0);
}
