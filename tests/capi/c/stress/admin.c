/* Seats, checks, trimming, other directories, files, and the log. */
#define _POSIX_C_SOURCE 200809L
#include "stress.h"

#include <stdatomic.h>

/* Never more active users than seats, at any moment. */
static void count_seats(const hc_directory *directory)
{
    hc_seats seats = HC_SEATS_INIT;
    hc_verified verified = HC_VERIFIED_INIT;
    hc_stats stats = HC_STATS_INIT;
    hc_seat_history history = HC_SEAT_HISTORY_INIT;
    hc_seat_day today;
    CHECK_OK(hc_directory_get_seat_history(directory, 0, &history, &today, 1, NULL));
    CHECK(history.peak >= THREADS && history.peak <= SEATS && history.day_count >= 1);
    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    CHECK(seats.limit == SEATS && seats.active >= THREADS && seats.active <= SEATS);
    CHECK(seats.over_by == 0 && seats.free == SEATS - seats.active);
    CHECK_OK(hc_directory_verify(directory, NULL, NULL));
    CHECK_OK(hc_directory_verify(directory, &verified, NULL));
    CHECK(verified.active >= THREADS && verified.active <= SEATS);
    CHECK_OK(hc_directory_get_stats(directory, &stats, NULL));
    CHECK(stats.users_active >= THREADS && stats.users_active <= SEATS);
    CHECK(stats.commit_groups <= stats.commit_requests);
}

/* The owner acts, and can't deactivate or delete themself. */
static void act(const hc_directory *directory, unsigned thread)
{
    char owner[TEXT];
    hc_user *user = NULL;
    hc_directory *acting = NULL;
    uint64_t seen = 0;
    CHECK_OK(hc_user_get(directory, HC_STR(owner_of(owner, thread)), &user, NULL));
    CHECK_OK(hc_directory_acting_as(directory, hc_user_id(user), &acting, NULL));
    CHECK_STATUS(HC_STATUS_OWN_ACCOUNT, hc_user_delete(acting, HC_STR(hc_user_id_text(user)), NULL));
    hc_directory_free(acting);
    CHECK_OK(hc_directory_through(directory, HC_STR("stress"), &acting, NULL));
    CHECK_OK(hc_user_touch(acting, HC_STR(owner_of(owner, thread)), NULL));
    CHECK_OK(hc_user_get_last_seen_micros(directory, HC_STR(owner_of(owner, thread)), &seen,
                                          NULL));
    CHECK(seen > 0);
    hc_user_free(user);
    hc_directory_free(acting);
}

/* Fills a directory of its own, and checks the errors. */
static void fill(struct stage *stage)
{
    hc_directory *directory = NULL;
    hc_error *error = NULL;
    hc_user_update *update = hc_user_update_new();
    hc_cursor *cursor = NULL;
    uint64_t limit = 0, active = 0, requested = 0, expected = 0, found = 0;
    uint8_t byte = 0;
    size_t written = 0, needed = 0;
    CHECK_OK(hc_options_set(stage->options, HC_OPTION_CREATE_IF_MISSING, 1, NULL));
    CHECK_OK(hc_options_set(stage->options, HC_OPTION_PAGE_CACHE_BYTES, 1 << 20, NULL));
    CHECK_OK(hc_options_set(stage->options, HC_OPTION_USER_CACHE_BYTES, 1 << 16, NULL));
    CHECK_OK(hc_options_set(stage->options, HC_OPTION_LOG_BYTES, 1 << 20, NULL));
    CHECK_OK(hc_options_set(stage->options, HC_OPTION_SYNC_INTERVAL_MS, 3, NULL));
    CHECK_OK(hc_directory_open_in_memory(stage->options, &directory, NULL));
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_SEATS, 1, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, &error));
    CHECK(error_seats(error, &limit, &active, &requested) == 1);
    CHECK(limit == 1 && active == 1 && requested == 1);
    CHECK(details_of(error).is_retryable == 0 && strlen(hc_error_message(error)) > 0);
    hc_error_free(error);

    CHECK_OK(hc_user_update_set_if_version(update, 7, NULL));
    CHECK_STATUS(HC_STATUS_CONFLICT,
                 hc_user_update_apply(directory, HC_STR("ann@ex.co"), update, NULL, &error));
    CHECK(error_versions(error, &expected, &found) == 1 && expected == 7 && found == 1);
    hc_error_free(error);
    hc_user_update_free(update);

    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_cursor_next_batch(cursor, &byte, 1, &written, &error));
    CHECK(error_buffer_bytes(error, &needed) == 1 && needed > 100);
    hc_error_free(error);
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK_STATUS(HC_STATUS_CLOSED, hc_user_create(directory, HC_STR("c@d"), NULL, NULL, NULL));
    hc_directory_free(directory);
    hc_cursor_free(cursor);
}

/* Only one handle at a time has a file open. */
static void use_a_file(const struct stage *stage, unsigned thread)
{
    char path[4 * TEXT];
    hc_directory *directory = NULL, *again = NULL;
    hc_error *error = NULL;
    snprintf(path, sizeof path, "%s/%u.redb", stage->folder, thread);
    CHECK_OK(hc_directory_open(HC_STR(path), stage->options, &directory, NULL));
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN, hc_directory_open(HC_STR(path), NULL, &again, &error));
    CHECK(details_of(error).is_retryable == 1);
    hc_error_free(error);
    CHECK_ONE_OF(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL),
                 HC_STATUS_EMAIL_TAKEN);
    verify_and_free(directory);
}

static int32_t count(void *userdata, const uint8_t *bytes, size_t bytes_len)
{
    (void)bytes;
    *(uint64_t *)userdata += bytes_len;
    return 0;
}

static int32_t give_nothing(void *userdata, uint8_t *buffer, size_t capacity, size_t *read)
{
    (void)userdata, (void)buffer, (void)capacity, (void)read;
    return 0;
}

/* Copies, their faults, and figures. */
static void keep_up(const struct stage *stage, unsigned thread)
{
    char path[4 * TEXT], aside[4 * TEXT + 8];
    uint8_t figures[4096];
    hc_copied copied = HC_COPIED_INIT;
    hc_faults *faults = NULL;
    hc_options *options = hc_options_new();
    hc_error *error = NULL;
    hc_feed *feed = NULL;
    hc_directory *reader = NULL;
    uint64_t before = 0, after = 0, latest = 0;
    size_t written = 0;
    snprintf(path, sizeof path, "%s/copy-%u.redb", stage->folder, thread);
    snprintf(aside, sizeof aside, "%s.aside", path);
    CHECK_OK(hc_directory_backup(stage->directory, HC_STR(path), 1, &copied, NULL, NULL, NULL));
    CHECK(copied.users >= THREADS);
    CHECK_OK(hc_file_restore(HC_STR(path), HC_STR(aside), 1, NULL, NULL, NULL, NULL));
    CHECK_OK(hc_directory_export(stage->directory, count, NULL, &before, NULL));
    CHECK(before > 0);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_load(stage->directory, give_nothing, NULL, NULL, NULL));
    CHECK_OK(hc_file_compact(HC_STR(aside), NULL, &before, &after, NULL));
    CHECK(before > 0 && after > 0);
    CHECK_OK(hc_file_find_faults(HC_STR(path), NULL, 9, &faults, NULL));
    CHECK(hc_faults_total(faults) == 0 && hc_faults_count(faults) == 0);
    CHECK(hc_faults_set_aside(faults) == 0 && hc_faults_seats_over(faults) == 0);
    CHECK(strlen(hc_faults_text_at(faults, 0)) == 0 && strlen(hc_faults_kind_at(faults, 0)) == 0);
    hc_faults_free(faults);
    CHECK_OK(hc_file_repair(HC_STR(path), NULL, NULL, 0, 9, &faults, NULL));
    hc_faults_free(faults);
    CHECK_OK(hc_directory_find_faults(stage->directory, 9, &faults, NULL));
    CHECK(hc_faults_total(faults) == 0);
    hc_faults_free(faults);
    CHECK_OK(hc_directory_write_stats_text(stage->directory, figures, sizeof figures, &written,
                                           NULL));
    CHECK(written > 0);

    CHECK_OK(hc_options_set(options, HC_OPTION_READ_ONLY, 1, NULL));
    CHECK_OK(hc_options_set(options, HC_OPTION_OPEN_TIMEOUT_MS, 10, NULL));
    CHECK_OK(hc_options_set(options, HC_OPTION_SALVAGE_LOG, 0, NULL));
    CHECK_OK(hc_directory_open(HC_STR(path), options, &reader, NULL));
    CHECK_STATUS(HC_STATUS_READ_ONLY, hc_user_create(reader, HC_STR("c@d"), NULL, NULL, NULL));
    CHECK_OK(hc_directory_follow(reader, copied.sequence + 1, &feed, NULL));
    CHECK_STATUS(HC_STATUS_CHANGE_NOT_YET,
                 hc_feed_next_batch(feed, 0, figures, sizeof figures, &written, &error));
    hc_feed_free(feed);
    CHECK(error_latest_change(error, &latest) == 1 && latest == copied.sequence);
    hc_error_free(error);
    hc_directory_free(reader);
    hc_options_free(options);
}

struct listener {
    atomic_int heard, destroyed;
};

static void listen(void *userdata, int32_t level, const char *target, const char *message)
{
    struct listener *listener = userdata;
    CHECK(level >= HC_LOG_LEVEL_ERROR && level <= HC_LOG_LEVEL_TRACE);
    CHECK(strlen(target) > 0 && strlen(message) > 0);
    CHECK(atomic_load(&listener->destroyed) == 0);
    atomic_fetch_add(&listener->heard, 1);
}

static void destroy(void *userdata)
{
    struct listener *listener = userdata;
    CHECK(atomic_fetch_add(&listener->destroyed, 1) == 0);
    free(listener);
}

/* Each callback replaces that of another thread, which may be running. */
static void listen_to_all(void)
{
    struct listener *listener = malloc(sizeof *listener);
    CHECK(listener != NULL);
    atomic_init(&listener->heard, 0);
    atomic_init(&listener->destroyed, 0);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_TRACE, listen, listener, destroy, NULL));
}

void part_admin(struct stage *stage, unsigned thread)
{
    uint64_t followed = stage->followed[thread], trimmed = 0;
    count_seats(stage->directory);
    CHECK_OK(hc_directory_set_license(stage->directory, HC_LICENSE_SEATS, SEATS, NULL));
    CHECK_OK(hc_directory_trim_changes(stage->directory, followed, &trimmed, NULL));
    act(stage->directory, thread);
    listen_to_all();
    fill(stage);
    use_a_file(stage, thread);
    keep_up(stage, thread);
}
