/* The change feed: its events, waiting, and trimmed changes. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"
#include "headcount_packed.h"

#include <pthread.h>
#include <time.h>

#define ANN HC_STR("ann@ex.co")

enum { BUFFER = 4096 };

static uint64_t now_ms(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Reads a batch of one change and returns its first event. */
static hc_packed_event next_event(hc_feed *feed, const uint8_t *actor, uint8_t *buffer)
{
    hc_packed_batch batch;
    hc_packed_change change;
    hc_packed_event event;
    size_t written = 0;
    uint64_t before = hc_feed_position(feed);
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, BUFFER, &written, NULL));
    CHECK(hc_packed_open(&batch, buffer, written) == 1);
    CHECK(batch.kind == HC_PACKED_CHANGES && batch.records == 1);
    CHECK(hc_packed_next_change(&batch, &change) == HC_PACKED_RECORD);
    CHECK(change.sequence == before + 1 && hc_feed_position(feed) == change.sequence);
    CHECK(change.at_micros > 1700000000000000);
    CHECK((change.actor == NULL) == (actor == NULL));
    CHECK(actor == NULL || memcmp(change.actor, actor, 16) == 0);
    CHECK(change.request_id == NULL);
    CHECK(hc_packed_change_event(&change, 0, &event) == 1);
    CHECK(hc_packed_change_event(&change, change.events, &event) == 0);
    CHECK(hc_packed_next_change(&batch, &change) == HC_PACKED_END);
    return event;
}

static void events(void)
{
    hc_directory *directory = in_memory(), *acting = NULL;
    hc_user_update *update = hc_user_update_new();
    hc_feed *feed = NULL;
    hc_user *ann = NULL;
    hc_packed_event event;
    uint8_t buffer[BUFFER];
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK_OK(hc_user_create(directory, ANN, NULL, &ann, NULL));
    event = next_event(feed, NULL, buffer);
    CHECK(event.kind == HC_EVENT_USER_CREATED && event.is_active == 1);
    CHECK(memcmp(event.user, hc_user_id(ann), 16) == 0 && event.workspace == 0);

    CHECK_OK(hc_user_update_set_given_name(update, HC_STR("Ann"), NULL));
    CHECK_OK(hc_user_update_set_admin(update, 1, NULL));
    CHECK_OK(hc_directory_acting_as(directory, hc_user_id(ann), &acting, NULL));
    CHECK_OK(hc_user_update_apply(acting, ANN, update, NULL, NULL));
    event = next_event(feed, hc_user_id(ann), buffer);
    CHECK(event.kind == HC_EVENT_USER_UPDATED);
    CHECK(event.fields == (HC_FIELD_GIVEN_NAME | HC_FIELD_ADMIN));

    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_SEATS, 7, NULL));
    event = next_event(feed, NULL, buffer);
    CHECK(event.kind == HC_EVENT_LICENSE_SET && event.user == NULL);
    CHECK(event.license == HC_LICENSE_SEATS && event.seats == 7);

    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), ANN, NULL, NULL));
    event = next_event(feed, NULL, buffer);
    CHECK(event.kind == HC_EVENT_WORKSPACE_CREATED && event.workspace == 1);
    hc_user_free(ann);
    hc_user_update_free(update);
    hc_directory_free(acting);
    hc_feed_free(feed);
    verify_and_free(directory);
}

/* Many changes: in order, none twice and none skipped, whatever the size of the buffer.
 * */
static void batches(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    hc_error *error = NULL;
    uint8_t buffer[512];
    size_t written = 1, needed = 0;
    uint64_t sequence = 10;
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    for (int i = 0; i < 300; i++) {
        char email[32];
        snprintf(email, sizeof email, "user%d@ex.co", i);
        CHECK_OK(hc_user_create(directory, HC_STR(email), NULL, NULL, NULL));
    }
    CHECK_OK(hc_directory_follow(directory, sequence, &feed, NULL));
    CHECK(hc_feed_position(feed) == 10);
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_feed_next_batch(feed, 0, buffer, 100, &written, &error));
    CHECK(error_buffer_bytes(error, &needed) == 1 && needed == 16 + 80 + 48);
    CHECK(written == 1 && hc_feed_position(feed) == 10);
    hc_error_free(error);
    for (;;) {
        hc_packed_batch batch;
        hc_packed_change change;
        CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, buffer, written) == 1 && batch.records <= 4);
        while (hc_packed_next_change(&batch, &change) == HC_PACKED_RECORD)
            CHECK(change.sequence == ++sequence);
        CHECK(hc_feed_position(feed) == sequence);
    }
    CHECK(sequence == 301);
    hc_feed_free(feed);
    verify_and_free(directory);
}

static void trimming(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    hc_error *error = NULL;
    uint8_t buffer[BUFFER];
    size_t written = 77;
    uint64_t trimmed = 0, resume_after = 0;
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    CHECK_OK(hc_user_deactivate(directory, ANN, NULL, NULL));
    CHECK_OK(hc_user_activate(directory, ANN, NULL, NULL));
    CHECK_OK(hc_directory_trim_changes(directory, 3, &trimmed, NULL));
    CHECK(trimmed == 2);
    CHECK_OK(hc_directory_trim_changes(directory, 3, NULL, NULL));
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK_STATUS(HC_STATUS_HISTORY_TRIMMED,
                 hc_feed_next_batch(feed, 0, buffer, BUFFER, &written, &error));
    CHECK(error_resume_after(error, &resume_after) == 1 && resume_after == 2);
    CHECK(error_buffer_bytes(error, NULL) == 0);
    CHECK(error_latest_change(error, NULL) == 0);
    CHECK(written == 77);
    hc_error_free(error);
    hc_feed_free(feed);
    CHECK_OK(hc_directory_follow(directory, resume_after, &feed, NULL));
    CHECK(next_event(feed, NULL, buffer).kind == HC_EVENT_USER_ACTIVATED);
    hc_feed_free(feed);
    verify_and_free(directory);
}

/* A feed that is ahead of the directory, as after a restore, fails instead of waiting. */
static void ahead(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    hc_error *error = NULL;
    uint8_t buffer[BUFFER];
    size_t written = 77;
    uint64_t latest = 77;
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    CHECK_OK(hc_directory_follow(directory, 2, &feed, NULL));
    CHECK_STATUS(HC_STATUS_CHANGE_NOT_YET,
                 hc_feed_next_batch(feed, UINT64_MAX, buffer, BUFFER, &written, &error));
    CHECK(error_resume_after(error, NULL) == 0);
    CHECK(error_latest_change(error, NULL) == 1);
    CHECK(error_latest_change(error, &latest) == 1 && latest == 1);
    CHECK(written == 77);
    hc_error_free(error);
    hc_feed_free(feed);
    verify_and_free(directory);
}

static void *create_later(void *directory)
{
    const struct timespec pause = { 0, 50000000 };
    nanosleep(&pause, NULL);
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    return NULL;
}

static void *close_later(void *directory)
{
    const struct timespec pause = { 0, 50000000 };
    nanosleep(&pause, NULL);
    CHECK_OK(hc_directory_close(directory, NULL));
    return NULL;
}

static void *wake_later(void *feed)
{
    const struct timespec pause = { 0, 50000000 };
    nanosleep(&pause, NULL);
    hc_feed_wake(feed);
    return NULL;
}

/* hc_feed_wake() wakes the thread that waits, or else the next one that would wait, once.
 * */
static void waking(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    pthread_t thread;
    uint8_t buffer[BUFFER];
    size_t written = 77;
    uint64_t start;
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK(pthread_create(&thread, NULL, wake_later, feed) == 0);
    CHECK_OK(hc_feed_next_batch(feed, UINT64_MAX, buffer, BUFFER, &written, NULL));
    CHECK(written == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    hc_feed_wake(feed);
    CHECK_OK(hc_feed_next_batch(feed, UINT64_MAX, buffer, BUFFER, &written, NULL));
    start = now_ms();
    CHECK_OK(hc_feed_next_batch(feed, 60, buffer, BUFFER, &written, NULL));
    CHECK(written == 0 && now_ms() - start >= 59);
    hc_feed_free(feed);
    verify_and_free(directory);
}

static void waiting(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    pthread_t thread;
    uint8_t buffer[BUFFER];
    size_t written = 77;
    uint64_t start = now_ms();
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK_OK(hc_feed_next_batch(feed, 60, buffer, BUFFER, &written, NULL));
    CHECK(written == 0 && now_ms() - start >= 59);

    CHECK(pthread_create(&thread, NULL, create_later, directory) == 0);
    CHECK_OK(hc_feed_next_batch(feed, 60000, buffer, BUFFER, &written, NULL));
    CHECK(written == 16 + 80 + 48 && hc_feed_position(feed) == 1);
    CHECK(pthread_join(thread, NULL) == 0);

    CHECK(pthread_create(&thread, NULL, close_later, directory) == 0);
    CHECK_STATUS(HC_STATUS_CLOSED,
                 hc_feed_next_batch(feed, UINT64_MAX, buffer, BUFFER, &written, NULL));
    CHECK(pthread_join(thread, NULL) == 0);
    hc_directory_free(directory);
    CHECK(hc_feed_position(feed) == 1);
    hc_feed_free(feed);
}

int main(void)
{
    events();
    batches();
    trimming();
    ahead();
    waiting();
    waking();
    return 0;
}
