/* NULL where a pointer is required: texts, ids, names in batches, and logging. */
#include "story.h"

#define REFUSED(call) CHECK_STATUS(HC_STATUS_NULL_ARGUMENT, call)
#define NONE NULL, 1

static void texts(void)
{
    char key[HC_KEY_BYTES] = "";
    int32_t kind = 77;
    uint64_t number = 77;
    hc_error *error = NULL;
    REFUSED(hc_email_key(NONE, key, &error));
    CHECK(strstr(hc_error_message(error), "email is NULL") != NULL);
    hc_error_free(error);
    REFUSED(hc_username_key(NONE, key, NULL));
    REFUSED(hc_license_from_text(NONE, &kind, &number, NULL));
    REFUSED(hc_license_from_text(HC_STR("9"), NULL, &number, NULL));
    REFUSED(hc_license_from_text(HC_STR("9"), &kind, NULL, NULL));
    REFUSED(hc_role_from_text(NONE, &kind, NULL));
    REFUSED(hc_role_from_text(HC_STR("user"), NULL, NULL));
    REFUSED(hc_time_to_text(0, NULL, NULL));
    REFUSED(hc_time_from_text(NONE, &number, NULL));
    REFUSED(hc_time_from_text(HC_STR("2024-07-11T16:55:59Z"), NULL, NULL));
    REFUSED(hc_id_generate(NULL, NULL));
    CHECK(kind == 77 && number == 77 && key[0] == 0);
}

static void names_in_batches(void)
{
    hc_batch *batch = hc_batch_new();
#define W HC_STR("Lab")
#define A HC_STR("a@b")
    REFUSED(hc_batch_rename_workspace(NULL, W, 0, W, NULL));
    REFUSED(hc_batch_rename_workspace(batch, NONE, 0, W, NULL));
    REFUSED(hc_batch_rename_workspace(batch, W, 0, NONE, NULL));
    REFUSED(hc_batch_archive_workspace(NULL, W, 0, NULL));
    REFUSED(hc_batch_archive_workspace(batch, NONE, 0, NULL));
    REFUSED(hc_batch_restore_workspace(NULL, W, 0, NULL));
    REFUSED(hc_batch_restore_workspace(batch, NONE, 0, NULL));
    REFUSED(hc_batch_delete_workspace(NULL, W, 0, NULL));
    REFUSED(hc_batch_delete_workspace(batch, NONE, 0, NULL));
    REFUSED(hc_batch_set_role(NULL, W, 0, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_set_role(batch, NONE, 0, A, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_set_role(batch, W, 0, NONE, HC_ROLE_USER, NULL));
    REFUSED(hc_batch_remove_member(NULL, W, 0, A, NULL));
    REFUSED(hc_batch_remove_member(batch, NONE, 0, A, NULL));
    REFUSED(hc_batch_remove_member(batch, W, 0, NONE, NULL));
    CHECK(hc_batch_count(batch) == 0);
    hc_batch_free(batch);
}

static void verifying(void)
{
    hc_directory *directory = in_memory();
    hc_verified verified = HC_VERIFIED_INIT;
    hc_stats stats = HC_STATS_INIT;
    hc_seat_history history = HC_SEAT_HISTORY_INIT;
    hc_seat_day days[1] = { { 0, 0, 0 } };
    REFUSED(hc_directory_verify(NULL, &verified, NULL));
    REFUSED(hc_directory_get_stats(NULL, &stats, NULL));
    REFUSED(hc_directory_get_stats(directory, NULL, NULL));
    REFUSED(hc_directory_get_seat_history(NULL, 0, &history, days, 1, NULL));
    REFUSED(hc_directory_get_seat_history(directory, 0, NULL, days, 1, NULL));
    REFUSED(hc_directory_get_seat_history(directory, 0, &history, NULL, 1, NULL));
    CHECK(history.peak == 0 && days[0].peak == 0);
    verify_and_free(directory);
}

static void copying(void)
{
    hc_directory *directory = in_memory();
    uint64_t before = 0, after = 0;
    REFUSED(hc_directory_backup(NULL, HC_STR("x"), 0, NULL, NULL, NULL, NULL));
    REFUSED(hc_directory_backup(directory, NONE, 0, NULL, NULL, NULL, NULL));
    REFUSED(hc_file_restore(NONE, HC_STR("x"), 0, NULL, NULL, NULL, NULL));
    REFUSED(hc_file_restore(HC_STR("x"), NONE, 0, NULL, NULL, NULL, NULL));
    REFUSED(hc_directory_export(NULL, NULL, NULL, NULL, NULL));
    REFUSED(hc_directory_export(directory, NULL, NULL, NULL, NULL));
    REFUSED(hc_directory_load(NULL, NULL, NULL, NULL, NULL));
    REFUSED(hc_directory_load(directory, NULL, NULL, NULL, NULL));
    REFUSED(hc_file_compact(NONE, NULL, &before, &after, NULL));
    CHECK(before == 0 && after == 0);
    verify_and_free(directory);
}

static void faults_and_figures(void)
{
    hc_directory *directory = in_memory();
    hc_faults *faults = UNTOUCHED(hc_faults);
    size_t written = 77;
    uint8_t byte = 0;
    REFUSED(hc_directory_find_faults(NULL, 1, &faults, NULL));
    REFUSED(hc_directory_find_faults(directory, 1, NULL, NULL));
    REFUSED(hc_file_find_faults(NONE, NULL, 1, &faults, NULL));
    REFUSED(hc_file_find_faults(HC_STR("x"), NULL, 1, NULL, NULL));
    REFUSED(hc_file_repair(NONE, NULL, NULL, 0, 1, &faults, NULL));
    REFUSED(hc_file_repair(HC_STR("x"), NULL, NULL, 0, 1, NULL, NULL));
    REFUSED(hc_directory_write_stats_text(NULL, &byte, 1, &written, NULL));
    REFUSED(hc_directory_write_stats_text(directory, NULL, 1, &written, NULL));
    REFUSED(hc_directory_write_stats_text(directory, &byte, 1, NULL, NULL));
    CHECK(faults == UNTOUCHED(hc_faults) && written == 77);
    CHECK(hc_faults_total(NULL) == 0 && hc_faults_count(NULL) == 0);
    CHECK(hc_faults_set_aside(NULL) == 0 && hc_faults_seats_over(NULL) == 0);
    CHECK_TEXT("", hc_faults_text_at(NULL, 0));
    CHECK_TEXT("", hc_faults_kind_at(NULL, 0));
    hc_faults_free(NULL);
    hc_directory_free(directory);
}

int main(void)
{
    texts();
    faults_and_figures();
    copying();
    names_in_batches();
    verifying();
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_INFO, NULL, NULL, NULL, NULL));
    return 0;
}
