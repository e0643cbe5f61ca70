/* Batches: all or nothing, judged on the net result, and safe to send twice. */
#include "story.h"

#define ANN HC_STR("ann@ex.co")
#define BOB HC_STR("bob@ex.co")
#define CHO HC_STR("cho@ex.co")

static const uint8_t request[16] = { 0xfe, 0xed, 7 };

static void append_user(hc_batch *batch, const char *email, int32_t active)
{
    hc_new_user *new_user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_active(new_user, active, NULL));
    CHECK_OK(hc_batch_create_user(batch, HC_STR(email), new_user, NULL));
    hc_new_user_free(new_user);
}

static hc_directory *with_users(const char *path)
{
    hc_directory *directory = NULL;
    hc_batch *batch = hc_batch_new();
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    append_user(batch, "ann@ex.co", 1);
    append_user(batch, "bob@ex.co", 1);
    append_user(batch, "cho@ex.co", 0);
    CHECK_OK(hc_batch_set_license(batch, HC_LICENSE_SEATS, 2, NULL));
    CHECK(hc_batch_count(batch) == 4);
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    check_seats(directory, 2, 2, 1);
    return directory;
}

static uint64_t version_of(const hc_directory *directory, const char *email)
{
    hc_user *user = NULL;
    uint64_t version;
    CHECK_OK(hc_user_get(directory, HC_STR(email), &user, NULL));
    version = hc_user_version(user);
    hc_user_free(user);
    return version;
}

static void full_house(const hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = UNTOUCHED(hc_applied);
    hc_error *error = NULL;
    uint64_t index = 0, limit = 0, requested = 0;
    CHECK_OK(hc_batch_activate_user(batch, CHO, NULL));
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_directory_apply(directory, batch, &applied, &error));
    CHECK(error_seats(error, &limit, NULL, &requested) == 1);
    CHECK(limit == 2 && requested == 1);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_directory_dry_run(directory, batch, &applied, NULL));
    CHECK(applied == UNTOUCHED(hc_applied));

    CHECK_OK(hc_batch_deactivate_user(batch, ANN, NULL)); /* after it, so it fits */
    CHECK_OK(hc_directory_dry_run(directory, batch, &applied, NULL));
    CHECK(hc_applied_count(applied) == 2);
    hc_applied_free(applied);
    check_seats(directory, 2, 2, 1);
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    check_seats(directory, 2, 2, 1);
    CHECK_OK(hc_batch_delete_user(batch, HC_STR("nobody@ex.co"), NULL));
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_directory_apply(directory, batch, NULL, &error));
    CHECK(error_op_index(error, &index) == 1 && index == 2);
    hc_error_free(error);
    hc_batch_free(batch);
}

/* Two users swap their emails, at versions that are checked. */
static void versions(const hc_directory *directory)
{
    hc_user_update *to_bob = hc_user_update_new(), *to_ann = hc_user_update_new();
    hc_batch *batch = hc_batch_new();
    hc_error *error = NULL;
    hc_user *ann = NULL, *bob = NULL, *swapped = NULL;
    uint64_t expected = 0, found = 0, index = 9;
    CHECK_OK(hc_user_get(directory, ANN, &ann, NULL));
    CHECK_OK(hc_user_get(directory, BOB, &bob, NULL));
    CHECK_OK(hc_user_update_set_email(to_bob, BOB, NULL));
    CHECK_OK(hc_user_update_set_email(to_ann, ANN, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_batch_set_if_version(batch, 1, NULL));
    CHECK_OK(hc_batch_update_user(batch, HC_STR(hc_user_id_text(ann)), to_bob, NULL));
    CHECK_OK(hc_batch_set_if_version(batch, hc_user_version(ann), NULL));
    CHECK_OK(hc_batch_update_user(batch, HC_STR(hc_user_id_text(bob)), to_ann, NULL));
    CHECK_OK(hc_batch_set_if_version(batch, 77, NULL));
    CHECK_STATUS(HC_STATUS_CONFLICT, hc_directory_apply(directory, batch, NULL, &error));
    CHECK(error_versions(error, &expected, &found) == 1);
    CHECK(expected == 77 && found == hc_user_version(bob));
    CHECK(error_op_index(error, &index) == 1 && index == 1);
    hc_error_free(error);

    CHECK_OK(hc_batch_set_if_version(batch, hc_user_version(bob), NULL));
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_user_get(directory, BOB, &swapped, NULL));
    CHECK(memcmp(hc_user_id(swapped), hc_user_id(ann), 16) == 0);
    CHECK(hc_user_version(swapped) == hc_user_version(ann) + 1);
    hc_user_free(swapped);
    hc_user_free(ann);
    hc_user_free(bob);
    hc_user_update_free(to_ann);
    hc_user_update_free(to_bob);
    hc_batch_free(batch);
}

static void check_first(const hc_applied *applied, int32_t replayed, uint8_t id[16])
{
    hc_outcome outcome = HC_OUTCOME_INIT;
    hc_user *user = NULL;
    CHECK(hc_applied_is_replayed(applied) == replayed);
    CHECK(hc_applied_count(applied) == 2 && hc_applied_sequence(applied) > 0);
    CHECK_OK(hc_applied_get_outcome(applied, 0, &outcome, NULL));
    CHECK(outcome.subject == HC_SUBJECT_USER && outcome.changed == 1 && outcome.version == 1);
    CHECK(outcome.workspace == 0 && outcome.struct_size == sizeof outcome);
    if (replayed)
        CHECK(memcmp(outcome.user, id, 16) == 0);
    memcpy(id, outcome.user, 16);
    CHECK_OK(hc_applied_get_user(applied, 0, &user, NULL));
    CHECK((user == NULL) == (replayed == 1));
    CHECK(user == NULL || memcmp(hc_user_id(user), id, 16) == 0);
    hc_user_free(user);
    CHECK_OK(hc_applied_get_outcome(applied, 1, &outcome, NULL));
    CHECK(outcome.subject == HC_SUBJECT_LICENSE);
    CHECK_OK(hc_applied_get_user(applied, 1, &user, NULL));
    CHECK(user == NULL);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_applied_get_outcome(applied, 2, &outcome, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_applied_get_user(applied, 2, &user, NULL));
    outcome.struct_size = 4;
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_applied_get_outcome(applied, 0, &outcome, NULL));
}

/* Repeating a request returns the same outcome, also after reopening. */
static hc_directory *replays(hc_directory *directory, const char *path)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = NULL;
    uint8_t id[16];
    append_user(batch, "dee@ex.co", 0);
    CHECK_OK(hc_batch_set_license(batch, HC_LICENSE_SEATS, 3, NULL));
    CHECK_OK(hc_batch_set_request_id(batch, request, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    check_first(applied, 0, id);
    hc_applied_free(applied);
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    check_first(applied, 1, id);
    hc_applied_free(applied);

    verify_and_free(directory);
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    CHECK_OK(hc_batch_activate_user(batch, ANN, NULL));
    CHECK_STATUS(HC_STATUS_REQUEST_ID_REUSED,
                 hc_directory_apply(directory, batch, NULL, NULL));
    hc_directory_free(directory);
    check_first(applied, 1, id); /* outlives the directory */
    hc_applied_free(applied);
    hc_batch_free(batch);
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    check_seats(directory, 3, 2, 2);
    return directory;
}

static void previews(const hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_refusals *refusals = NULL;
    uint64_t index = 0;
    CHECK_OK(hc_directory_preview(directory, batch, &refusals, NULL));
    CHECK(hc_refusals_count(refusals) == 0 && hc_refusals_at(refusals, 0) == NULL);
    hc_refusals_free(refusals);
    append_user(batch, "new@ex.co", 0);
    append_user(batch, "ANN@ex.co", 0);
    CHECK_OK(hc_batch_delete_user(batch, HC_STR("nobody@ex.co"), NULL));
    CHECK_OK(hc_directory_preview(directory, batch, &refusals, NULL));
    CHECK(hc_refusals_count(refusals) >= 1);
    for (size_t i = 0; i < hc_refusals_count(refusals); i++) {
        const hc_error *refusal = hc_refusals_at(refusals, i);
        CHECK(error_op_index(refusal, &index) == 1);
        CHECK_STATUS(index == 1 ? HC_STATUS_EMAIL_TAKEN : HC_STATUS_USER_NOT_FOUND,
                     hc_error_status(refusal));
        CHECK(strlen(hc_error_message(refusal)) > 10);
    }
    hc_refusals_free(refusals);
    hc_batch_free(batch);
}

/* An actor can't deactivate or delete themself, in a batch or on a handle that acts as
 * them. */
static void actors(hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    hc_directory *acting = NULL;
    hc_user *ann = NULL;
    char text[HC_ID_TEXT_BYTES];
    uint8_t id[16];
    CHECK_OK(hc_user_get(directory, ANN, &ann, NULL));
    CHECK_OK(hc_id_to_text(hc_user_id(ann), text, NULL));
    CHECK_TEXT(hc_user_id_text(ann), text);
    CHECK_OK(hc_id_from_text(HC_STR(text), id, NULL));
    CHECK(memcmp(id, hc_user_id(ann), 16) == 0);
    CHECK_OK(hc_batch_deactivate_user(batch, ANN, NULL));
    CHECK_OK(hc_batch_set_actor(batch, hc_user_id(ann), NULL));
    CHECK_STATUS(HC_STATUS_OWN_ACCOUNT, hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_directory_acting_as(directory, hc_user_id(ann), &acting, NULL));
    CHECK_STATUS(HC_STATUS_OWN_ACCOUNT, hc_user_delete(acting, ANN, NULL));
    CHECK_OK(hc_user_delete(acting, HC_STR("dee@ex.co"), NULL));
    hc_directory_free(acting);
    CHECK(version_of(directory, "ann@ex.co") == hc_user_version(ann));
    hc_user_free(ann);
    hc_batch_free(batch);
}

int main(int argc, char **argv)
{
    hc_directory *directory;
    CHECK(argc == 2);
    directory = with_users(argv[1]);
    full_house(directory);
    versions(directory);
    directory = replays(directory, argv[1]);
    previews(directory);
    actors(directory);
    verify_and_free(directory);
    return 0;
}
