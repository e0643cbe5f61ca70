/* Faults of a directory are listed and repaired; and its figures as a text. */
#include "story.h"

#define NONE NULL, 0

static void figures(const hc_directory *directory)
{
    uint8_t buffer[4096];
    size_t written = 77;
    hc_error *error = NULL;
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_directory_write_stats_text(directory, buffer, 10, &written, &error));
    CHECK(written == 77);
    hc_error_free(error);
    CHECK_OK(hc_directory_write_stats_text(directory, buffer, sizeof buffer, &written, NULL));
    CHECK(written > 500 && written < sizeof buffer);
    buffer[written] = 0;
    CHECK(strstr((const char *)buffer, "headcount_users{state=\"active\"} 1\n") != NULL);
    CHECK(strstr((const char *)buffer, "headcount_commit_duration_seconds_count 1\n") != NULL);
}

static void check_sound(hc_faults *faults)
{
    CHECK(hc_faults_total(faults) == 0 && hc_faults_count(faults) == 0);
    CHECK(hc_faults_set_aside(faults) == 0 && hc_faults_seats_over(faults) == 0);
    CHECK_TEXT("", hc_faults_text_at(faults, 0));
    CHECK_TEXT("", hc_faults_kind_at(faults, 0));
    hc_faults_free(faults);
}

int main(int argc, char **argv)
{
    const char *path = argv[1];
    char aside[1024];
    hc_directory *directory = NULL;
    hc_faults *faults = NULL;
    CHECK(argc == 2 && strlen(path) < sizeof aside - 10);
    CHECK(snprintf(aside, sizeof aside, "%s.aside", path) > 0);
    CHECK_STATUS(HC_STATUS_IO, hc_file_find_faults(HC_STR(path), NULL, 9, &faults, NULL));

    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_directory_find_faults(directory, 9, &faults, NULL));
    check_sound(faults);
    figures(directory);
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_file_repair(HC_STR(path), NULL, NONE, 9, &faults, NULL));
    verify_and_free(directory);

    CHECK_OK(hc_file_find_faults(HC_STR(path), NULL, 9, &faults, NULL));
    check_sound(faults);
    CHECK_OK(hc_file_repair(HC_STR(path), NULL, NONE, 9, &faults, NULL));
    check_sound(faults);
    CHECK_OK(hc_file_repair(HC_STR(path), NULL, HC_STR(aside), 9, &faults, NULL));
    check_sound(faults);
    CHECK(fopen(aside, "rb") == NULL);
    return 0;
}
