/* The library's own threads in a host's process: they take none of its signals, and the
 * host may close the directory on one of them. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static pthread_t host;

struct closer {
    hc_directory *directory;
    int is_closing; /* only used by its own thread */
    pthread_mutex_t closed; /* held until the directory is closed */
};

/* Closes the directory as soon as the library logs from a thread of its own. */
static void close_it(void *userdata, int32_t level, const char *target, const char *message)
{
    struct closer *closer = userdata;
    (void)level, (void)target, (void)message;
    if (pthread_equal(pthread_self(), host) || closer->is_closing)
        return;
    closer->is_closing = 1;
    CHECK(pthread_mutex_lock(&closer->closed) == 0);
    CHECK_OK(hc_directory_close(closer->directory, NULL));
    CHECK(pthread_mutex_unlock(&closer->closed) == 0);
}

/* A host that waits for SIGTERM, as daemons do: its threads block the signal, which would
 * end the process if any thread took it. */
static void waits_for_signals(const char *path)
{
    hc_directory *directory = NULL;
    sigset_t signals;
    int received = 0;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL));
    CHECK(sigemptyset(&signals) == 0 && sigaddset(&signals, SIGTERM) == 0);
    CHECK(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0);
    CHECK(kill(getpid(), SIGTERM) == 0);
    CHECK(sigwait(&signals, &received) == 0 && received == SIGTERM);
    verify_and_free(directory);
}

static void closes_from_the_log(const char *path)
{
    struct closer closer = { NULL, 0, PTHREAD_MUTEX_INITIALIZER };
    hc_status status = HC_STATUS_OK;
    int created = 0;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &closer.directory, NULL));
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_DEBUG, close_it, &closer, NULL, NULL));
    for (int i = 0; i < 60 * 100 && status == HC_STATUS_OK; i++) {
        const struct timespec moment = { 0, 10 * 1000 * 1000 };
        CHECK(nanosleep(&moment, NULL) == 0);
        if (created < 3) {
            char email[32];
            snprintf(email, sizeof email, "user%d@ex.co", created);
            status = hc_user_create(closer.directory, HC_STR(email), NULL, NULL, NULL);
            created += status == HC_STATUS_OK;
        } else {
            /* When nobody writes, the library moves the log to the file. */
            hc_seats seats = HC_SEATS_INIT;
            status = hc_directory_get_seats(closer.directory, &seats, NULL);
        }
    }
    CHECK(status == HC_STATUS_CLOSED);
    CHECK(pthread_mutex_lock(&closer.closed) == 0);
    CHECK(pthread_mutex_unlock(&closer.closed) == 0);
    hc_directory_free(closer.directory);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));

    hc_directory *directory = NULL;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    check_seats(directory, 5, 1 + (uint64_t)created, 0);
    verify_and_free(directory);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    host = pthread_self();
    waits_for_signals(argv[1]);
    closes_from_the_log(argv[1]);
    return 0;
}
