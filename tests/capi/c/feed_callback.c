/* A feed calls back when it has something to read: once until that is read, and never
 * after the callback was removed. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <pthread.h>
#include <stdatomic.h>

enum { USERS = 200 };

static void count(void *userdata)
{
    atomic_fetch_add((atomic_int *)userdata, 1);
}

static void create(hc_directory *directory, int number)
{
    char email[32];
    snprintf(email, sizeof email, "u%d@ex.co", number);
    CHECK_OK(hc_user_create(directory, HC_STR(email), NULL, NULL, NULL));
}

/* Reads everything, and returns the number of bytes. */
static size_t read_all(hc_feed *feed)
{
    uint8_t buffer[4096];
    size_t written = 0, all = 0;
    do {
        CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
        all += written;
    } while (written > 0);
    return all;
}

static void once(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    atomic_int calls = 0, others = 0;
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK_OK(hc_feed_set_callback(feed, count, &calls, NULL));
    CHECK(calls == 0);
    create(directory, 1);
    CHECK(calls == 1);
    create(directory, 2);
    CHECK(calls == 1); /* not read yet */
    CHECK(read_all(feed) > 0);
    create(directory, 3);
    CHECK(calls == 2);

    /* Another callback replaces it: only the new one is called, for the changes that are
     * there. */
    CHECK_OK(hc_feed_set_callback(feed, count, &others, NULL));
    CHECK(others == 1 && calls == 2);
    CHECK(read_all(feed) > 0);
    CHECK_OK(hc_feed_set_callback(feed, NULL, NULL, NULL));
    create(directory, 4);
    CHECK(others == 1 && calls == 2);
    CHECK(read_all(feed) > 0);

    CHECK_OK(hc_feed_set_callback(feed, count, &others, NULL));
    CHECK(others == 1);
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK(others == 2);
    CHECK_STATUS(HC_STATUS_CLOSED, hc_feed_set_callback(feed, count, &calls, NULL));
    CHECK_OK(hc_feed_set_callback(feed, NULL, NULL, NULL));
    hc_feed_free(feed);
    hc_directory_free(directory);
}

static void *write_all(void *directory)
{
    for (int number = 0; number < USERS; number++)
        create(directory, number);
    return NULL;
}

/* While another thread writes, feeds are freed with their callbacks, and nothing is
 * missed. */
static void while_others_write(void)
{
    hc_directory *directory = in_memory();
    hc_feed *feed = NULL;
    pthread_t writer;
    atomic_int calls = 0;
    int waits = 0;
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    CHECK_OK(hc_directory_follow(directory, 1, &feed, NULL));
    CHECK_OK(hc_feed_set_callback(feed, count, &calls, NULL));
    CHECK(pthread_create(&writer, NULL, write_all, directory) == 0);
    /* Reads only after a call, so a missing call hangs the test. */
    while (hc_feed_position(feed) < USERS + 1) {
        atomic_int gone = 0;
        hc_feed *other = NULL;
        CHECK_OK(hc_directory_follow(directory, 0, &other, NULL));
        CHECK_OK(hc_feed_set_callback(other, count, &gone, NULL));
        CHECK(gone == 1); /* for the license */
        hc_feed_free(other); /* and its callback with it */
        if (atomic_exchange(&calls, 0) > 0) {
            read_all(feed);
            waits = 0;
        }
        CHECK(++waits < 10000000);
    }
    CHECK(pthread_join(writer, NULL) == 0);
    hc_feed_free(feed);
    verify_and_free(directory);
}

int main(void)
{
    once();
    while_others_write();
    return 0;
}
