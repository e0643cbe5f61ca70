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
    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    CHECK(seats.limit == SEATS && seats.active >= THREADS && seats.active <= SEATS);
    CHECK(seats.over_by == 0 && seats.free == SEATS - seats.active);
    CHECK_OK(hc_directory_verify(directory, NULL));
    CHECK_OK(hc_directory_verify_and_count(directory, &verified, NULL));
    CHECK(verified.active >= THREADS && verified.active <= SEATS);
    CHECK_OK(hc_directory_get_stats(directory, &stats, NULL));
    CHECK(stats.users_active >= THREADS && stats.users_active <= SEATS);
    CHECK(stats.commit_groups <= stats.commit_requests);
}

/* The owner acts, and can't lock itself out. */
static void act(const hc_directory *directory, unsigned thread)
{
    char owner[TEXT];
    hc_user *user = NULL;
    hc_directory *acting = NULL;
    CHECK_OK(hc_user_get(directory, HC_STR(owner_of(owner, thread)), &user, NULL));
    CHECK_OK(hc_directory_acting_as(directory, hc_user_id(user), &acting, NULL));
    CHECK_STATUS(HC_STATUS_OWN_ACCOUNT, hc_user_delete_by_id(acting, hc_user_id(user), NULL));
    hc_user_free(user);
    hc_directory_free(acting);
}

/* A full house of one's own, and what its errors say. */
static void fill(struct stage *stage)
{
    hc_directory *directory = NULL;
    hc_error *error = NULL;
    hc_user_update *update = hc_user_update_new();
    hc_cursor *cursor = NULL;
    uint64_t limit = 0, active = 0, requested = 0, expected = 0, found = 0;
    uint8_t byte = 0;
    size_t written = 0, needed = 0;
    CHECK_OK(hc_options_set_create_if_missing(stage->options, 1, NULL));
    CHECK_OK(hc_options_set_page_cache_bytes(stage->options, 1 << 20, NULL));
    CHECK_OK(hc_options_set_cache_bytes(stage->options, 1 << 16, NULL));
    CHECK_OK(hc_options_set_log_bytes(stage->options, 1 << 20, NULL));
    CHECK_OK(hc_options_set_sync_interval_ms(stage->options, 3, NULL));
    CHECK_OK(hc_directory_open_in_memory(stage->options, &directory, NULL));
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_SEATS, 1, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL));
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_user_create(directory, HC_STR("bob@ex.co"), NULL, &error));
    CHECK(hc_error_get_seats(error, &limit, &active, &requested) == 1);
    CHECK(limit == 1 && active == 1 && requested == 1);
    CHECK(hc_error_is_retryable(error) == 0 && strlen(hc_error_message(error)) > 0);
    hc_error_free(error);

    CHECK_OK(hc_user_update_set_if_version(update, 7, NULL));
    CHECK_STATUS(HC_STATUS_CONFLICT,
                 hc_user_update_apply(directory, HC_STR("ann@ex.co"), update, NULL, &error));
    CHECK(hc_error_get_versions(error, &expected, &found) == 1 && expected == 7 && found == 1);
    hc_error_free(error);
    hc_user_update_free(update);

    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_cursor_next_batch(cursor, &byte, 1, &written, &error));
    CHECK(hc_error_get_buffer_bytes(error, &needed) == 1 && needed > 100);
    hc_error_free(error);
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK_STATUS(HC_STATUS_CLOSED, hc_user_create(directory, HC_STR("c@d"), NULL, NULL));
    hc_directory_free(directory);
    hc_cursor_free(cursor);
}

/* A file is one handle's at a time. */
static void use_a_file(const struct stage *stage, unsigned thread)
{
    char path[4 * TEXT];
    hc_directory *directory = NULL, *again = NULL;
    hc_error *error = NULL;
    snprintf(path, sizeof path, "%s/%u.redb", stage->folder, thread);
    CHECK_OK(hc_directory_open(HC_STR(path), stage->options, &directory, NULL));
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN, hc_directory_open(HC_STR(path), NULL, &again, &error));
    CHECK(hc_error_is_retryable(error) == 1);
    hc_error_free(error);
    CHECK_ONE_OF(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL),
                 HC_STATUS_EMAIL_TAKEN);
    verify_and_free(directory);
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

/* Each callback replaces that of another thread, which may be in use. */
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
}
