/* The library logs to a callback; threads replace it concurrently, and each destructor is
 * called once, after the last call. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <pthread.h>

struct listener {
    pthread_mutex_t mutex;
    int opened, closed, destroyed, in_use, max_level;
    const char *path;
};

static struct listener new_listener(int max_level, const char *path)
{
    struct listener listener = { PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, 0, NULL };
    listener.max_level = max_level;
    listener.path = path;
    return listener;
}

static void listen(void *userdata, int32_t level, const char *target, const char *message)
{
    struct listener *listener = userdata;
    CHECK(pthread_mutex_lock(&listener->mutex) == 0);
    CHECK(!listener->destroyed);
    CHECK(level >= HC_LOG_LEVEL_ERROR && level <= listener->max_level);
    CHECK(strncmp(target, "headcount", 9) == 0);
    CHECK(strlen(message) > 0 && strchr(message, '\n') == NULL);
    listener->opened += strstr(message, "opened") != NULL;
    listener->closed += strstr(message, "closed") != NULL;
    if (listener->path != NULL && strstr(message, "opened") != NULL)
        CHECK(strstr(message, listener->path) != NULL);
    CHECK(pthread_mutex_unlock(&listener->mutex) == 0);
}

static void destroy(void *userdata)
{
    struct listener *listener = userdata;
    CHECK(pthread_mutex_lock(&listener->mutex) == 0);
    listener->destroyed++;
    CHECK(pthread_mutex_unlock(&listener->mutex) == 0);
}

static void open_and_close(const char *path)
{
    hc_directory *directory = NULL;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    verify_and_free(directory);
}

static void told(const char *path)
{
    struct listener first = new_listener(HC_LOG_LEVEL_TRACE, path);
    struct listener second = new_listener(HC_LOG_LEVEL_ERROR, path);
    open_and_close(path); /* nobody listens yet */
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_TRACE, listen, &first, destroy, NULL));
    open_and_close(path);
    CHECK(first.opened == 1 && first.closed == 1 && first.destroyed == 0);

    /* Replacing releases the first; the second takes errors only. */
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_ERROR, listen, &second, destroy, NULL));
    CHECK(first.destroyed == 1);
    open_and_close(path);
    CHECK(second.opened == 0 && second.destroyed == 0 && first.opened == 1);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_TRACE, NULL, NULL, NULL, NULL));
    CHECK(second.destroyed == 1 && first.destroyed == 1);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));
    open_and_close(path);
    CHECK(first.opened == 1 && second.opened == 0);
}

static void hear_failure(void *userdata, int32_t level, const char *target, const char *message)
{
    int *heard = userdata;
    (void)target;
    *heard += level == HC_LOG_LEVEL_WARN && strstr(message, "/missing/x.redb") != NULL;
}

/* Failures of the system are logged even if the caller takes no error. */
static void failures(void)
{
    hc_directory *directory = NULL;
    int heard = 0;
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_WARN, hear_failure, &heard, NULL, NULL));
    CHECK_STATUS(HC_STATUS_IO,
                 hc_directory_open(HC_STR("/missing/x.redb"), NULL, &directory, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_EMAIL, /* a refusal is not logged */
                 hc_user_create(directory = in_memory(), HC_STR("/missing/x.redb"), NULL, NULL,
                                NULL));
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));
    CHECK(heard == 1);
    hc_directory_free(directory);
}

static void refused(const char *path)
{
    static const int32_t no_levels[] = { -1, 6, INT32_MAX, INT32_MIN };
    struct listener listener = new_listener(HC_LOG_LEVEL_INFO, path);
    hc_error *error = NULL;
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_INFO, listen, &listener, NULL, NULL));
    for (size_t i = 0; i < sizeof no_levels / sizeof *no_levels; i++) {
        CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                     hc_log_set_callback(no_levels[i], listen, &listener, destroy, &error));
        CHECK(strstr(hc_error_message(error), "HC_LOG_LEVEL") != NULL);
        hc_error_free(error);
    }
    CHECK(listener.destroyed == 0);
    open_and_close(path); /* the previous callback is still set */
    CHECK(listener.opened == 1 && listener.closed == 1);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, listen, &listener, destroy, NULL));
    open_and_close(path);
    CHECK(listener.opened == 1);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, &listener, destroy, NULL));
    CHECK(listener.destroyed == 1);
}

/* Removes itself from within a call, and is released only after it returns. Messages that
 * it causes meanwhile are dropped. */
static void remove_itself(void *userdata, int32_t level, const char *target,
                          const char *message)
{
    struct listener *listener = userdata;
    hc_directory *inner = NULL;
    (void)level, (void)target, (void)message;
    listener->in_use++;
    CHECK(listener->in_use == 1);
    inner = in_memory();
    CHECK_OK(hc_directory_close(inner, NULL));
    hc_directory_free(inner);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));
    CHECK(listener->destroyed == 0);
    listener->in_use--;
}

static void removed_from_within(const char *path)
{
    struct listener listener = new_listener(HC_LOG_LEVEL_TRACE, path);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_TRACE, remove_itself, &listener, destroy, NULL));
    open_and_close(path);
    CHECK(listener.destroyed == 1 && listener.in_use == 0);
}

enum { LISTENERS = 64, THREADS = 8 };

static struct listener listeners[LISTENERS];
static int rounds;

static void *speak(void *unused)
{
    for (int i = 0; i < rounds; i++) {
        hc_directory *directory = in_memory();
        CHECK_OK(hc_directory_close(directory, NULL));
        hc_directory_free(directory);
    }
    return unused;
}

static void *replace(void *half)
{
    size_t begin = *(size_t *)half;
    for (int i = 0; i < rounds; i++)
        for (size_t at = begin; at < begin + LISTENERS / 2; at++) {
            struct listener *listener = &listeners[at];
            int destroyed = 0;
            CHECK(pthread_mutex_lock(&listener->mutex) == 0);
            destroyed = listener->destroyed;
            listener->destroyed = 0;
            CHECK(pthread_mutex_unlock(&listener->mutex) == 0);
            if (i > 0 && destroyed != 1) { /* a call is still running */
                CHECK(destroyed == 0);
                continue;
            }
            CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_TRACE, listen, listener, destroy, NULL));
        }
    return half;
}

static void under_threads(void)
{
    static size_t halves[2] = { 0, LISTENERS / 2 };
    pthread_t threads[THREADS];
    for (int i = 0; i < LISTENERS; i++)
        listeners[i] = new_listener(HC_LOG_LEVEL_TRACE, NULL);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, i < 2 ? replace : speak,
                             i < 2 ? &halves[i] : NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    rounds = atoi(argv[1]);
    failures();
    told(argv[2]);
    refused(argv[2]);
    removed_from_within(argv[2]);
    under_threads();
    return 0;
}
