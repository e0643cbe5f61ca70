/* What event loops use: batches that the library applies on its own thread, and a
 * descriptor for their changes. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 300 };

/* The results that callbacks receive, in the order of the calls. */
struct told {
    pthread_mutex_t lock;
    pthread_cond_t more;
    unsigned count;
    hc_status statuses[HC_SUBMITTED_MAX + 8];
    uint64_t last_change;
    hc_directory *directory;
};

static struct told told = { .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

static void on_done(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    CHECK(userdata == &told);
    CHECK((status == HC_STATUS_OK) == (applied != NULL) && (applied == NULL) == (error != NULL));
    CHECK(status == (error == NULL ? HC_STATUS_OK : hc_error_status(error)));
    CHECK_OK(pthread_mutex_lock(&told.lock));
    if (applied != NULL) {
        CHECK(hc_applied_sequence(applied) > told.last_change); /* in the order of submission */
        told.last_change = hc_applied_sequence(applied);
    }
    told.statuses[told.count++] = status;
    CHECK_OK(pthread_cond_signal(&told.more));
    CHECK_OK(pthread_mutex_unlock(&told.lock));
    hc_applied_free(applied);
    hc_error_free(error);
}

static void wait_for(unsigned count)
{
    CHECK_OK(pthread_mutex_lock(&told.lock));
    while (told.count < count)
        CHECK_OK(pthread_cond_wait(&told.more, &told.lock));
    CHECK(told.count == count);
    CHECK_OK(pthread_mutex_unlock(&told.lock));
}

/* A batch that creates an inactive user, who needs no seat. */
static hc_batch *creating(const char *email)
{
    hc_batch *batch = hc_batch_new();
    hc_new_user *user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_active(user, 0, NULL));
    CHECK_OK(hc_batch_create_user(batch, HC_STR(email), user, NULL));
    hc_new_user_free(user);
    return batch;
}

static void submit(const hc_directory *directory, unsigned number)
{
    char email[32];
    hc_batch *batch;
    snprintf(email, sizeof email, "user%u@ex.co", number);
    batch = creating(email);
    CHECK_OK(hc_directory_submit(directory, batch, on_done, &told, NULL));
    hc_batch_free(batch); /* the library doesn't keep it */
}

/* All batches are applied in order, also those of another handle; refusals are reported.
 * */
static void in_order(hc_directory *directory)
{
    hc_directory *rest = NULL;
    told.count = 0;
    CHECK_OK(hc_directory_through(directory, HC_STR("rest"), &rest, NULL));
    for (unsigned i = 0; i < MANY; i++)
        submit(i % 2 ? rest : directory, i % 100 == 99 ? 0 : i);
    wait_for(MANY);
    for (unsigned i = 0; i < MANY; i++)
        CHECK(told.statuses[i] == (i % 100 == 99 ? HC_STATUS_EMAIL_TAKEN : HC_STATUS_OK));
    CHECK(told.last_change == MANY - MANY / 100);
    hc_directory_free(rest);
}

static int is_readable(int descriptor)
{
    struct pollfd polled = { descriptor, POLLIN, 0 };
    return poll(&polled, 1, 0) == 1 && (polled.revents & POLLIN) != 0;
}

/* The descriptor of a feed is readable exactly while there is something to read. */
static void notified(hc_directory *directory)
{
    hc_feed *feed = NULL;
    uint8_t buffer[512], byte;
    size_t written = 0;
    int32_t descriptor = -1, again = -1;
    struct pollfd polled;
    CHECK_OK(hc_directory_follow(directory, told.last_change - 3, &feed, NULL));
    CHECK_OK(hc_feed_get_descriptor(feed, &descriptor, NULL));
    CHECK_OK(hc_feed_get_descriptor(feed, &again, NULL));
    CHECK(descriptor > 2 && again == descriptor && is_readable(descriptor));
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, 200, &written, NULL)); /* one of three */
    CHECK(is_readable(descriptor));
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(written > 0 && !is_readable(descriptor));
    CHECK(read(descriptor, &byte, 1) == -1); /* reading it doesn't block the host */

    told.count = 0;
    submit(directory, 1000);
    polled = (struct pollfd){ descriptor, POLLIN, 0 };
    CHECK(poll(&polled, 1, 60000) == 1);
    CHECK(read(descriptor, &byte, 1) == 1); /* a host should not read it, but may */
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(written > 0 && !is_readable(descriptor));
    wait_for(1);
    submit(directory, 1001);
    CHECK(poll(&polled, 1, 60000) == 1);
    wait_for(2);
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_feed_next_batch(feed, 0, buffer, 1, &written, NULL));
    CHECK(is_readable(descriptor));
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(!is_readable(descriptor));
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK(is_readable(descriptor));
    CHECK_STATUS(HC_STATUS_CLOSED,
                 hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(is_readable(descriptor));
    hc_feed_free(feed);
}

static pthread_barrier_t gate;

/* Holds the library's thread until it may go on. */
static void on_held(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    on_done(userdata, status, applied, error);
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
}

static void hold(const hc_directory *directory, hc_submit_callback callback)
{
    hc_batch *batch = creating("held@ex.co");
    told.count = 0;
    CHECK_OK(hc_directory_submit(directory, batch, callback, &told, NULL));
    hc_batch_free(batch);
    pthread_barrier_wait(&gate);
}

/* No more batches than the limit are accepted, and closing waits for all of them. */
static void full(hc_directory *directory)
{
    hc_batch *batch = creating("late@ex.co");
    hc_error *error = NULL;
    hold(directory, on_held);
    for (unsigned i = 1; i < HC_SUBMITTED_MAX; i++)
        submit(directory, 2000 + i);
    CHECK_STATUS(HC_STATUS_QUEUE_FULL,
                 hc_directory_submit(directory, batch, on_done, &told, &error));
    CHECK(details_of(error).is_retryable == 1);
    hc_error_free(error);
    pthread_barrier_wait(&gate);
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK(told.count == HC_SUBMITTED_MAX);
    for (unsigned i = 0; i < HC_SUBMITTED_MAX; i++)
        CHECK(told.statuses[i] == HC_STATUS_OK);
    CHECK_STATUS(HC_STATUS_CLOSED, hc_directory_submit(directory, batch, on_done, &told, NULL));
    hc_batch_free(batch);
}

static void on_closing(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    on_held(userdata, status, applied, error);
    CHECK_OK(hc_directory_close(told.directory, NULL)); /* doesn't wait for itself */
}

static void on_freeing(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    on_held(userdata, status, applied, error);
    hc_directory_free(told.directory);
}

static void on_submitting(void *userdata, hc_status status, hc_applied *applied, hc_error *error)
{
    submit(told.directory, 4000);
    on_done(userdata, status, applied, error);
}

/* What a callback may do: submit, close, free. */
static void from_a_callback(const char *path)
{
    hc_directory *directory = NULL;
    hc_batch *batch = creating("first@ex.co");
    told.last_change = 0;
    told.count = 0;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    told.directory = directory;
    CHECK_OK(hc_directory_submit(directory, batch, on_submitting, &told, NULL));
    wait_for(2);
    CHECK(told.statuses[0] == HC_STATUS_OK && told.statuses[1] == HC_STATUS_OK);

    hold(directory, on_closing);
    submit(directory, 4001);
    pthread_barrier_wait(&gate);
    wait_for(2);
    CHECK(told.statuses[0] == HC_STATUS_OK && told.statuses[1] == HC_STATUS_CLOSED);
    hc_directory_free(directory);

    /* The file is free at once: submitted batches don't keep it open after closing. */
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    told.directory = directory;
    hc_batch_free(batch);
    batch = creating("last@ex.co");
    told.count = 0;
    CHECK_OK(hc_directory_submit(directory, batch, on_freeing, &told, NULL));
    pthread_barrier_wait(&gate);
    submit(directory, 4002);
    pthread_barrier_wait(&gate);
    wait_for(2);
    CHECK(told.statuses[0] == HC_STATUS_OK && told.statuses[1] == HC_STATUS_OK);
    hc_batch_free(batch);
    /* Nobody can wait for a thread that freed the last handle itself. */
    nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
}

int main(int argc, char **argv)
{
    hc_directory *directory = in_memory();
    CHECK(argc == 2);
    CHECK_OK(pthread_barrier_init(&gate, NULL, 2));
    in_order(directory);
    notified(directory);
    hc_directory_free(directory);

    told.last_change = 0;
    directory = in_memory();
    full(directory);
    hc_directory_free(directory);

    /* Freeing waits like closing. */
    told.count = 0;
    told.last_change = 0;
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &directory, NULL));
    for (unsigned i = 0; i < MANY; i++)
        submit(directory, i);
    hc_directory_free(directory);
    CHECK(told.count == MANY);
    told.last_change = 0;
    from_a_callback(argv[1]);
    CHECK_OK(pthread_barrier_destroy(&gate));
    return 0;
}
