/* Eight threads race for the last seat, repeatedly: exactly one gets it each time, and
 * the others are refused with the reason. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <pthread.h>

enum { THREADS = 8 };

static hc_directory *directory;
static pthread_barrier_t start;

struct racer {
    pthread_t thread;
    char email[16];
    int32_t status;
};

static void *race(void *argument)
{
    struct racer *racer = argument;
    hc_error *error = NULL;
    uint64_t limit = 0, active = 0, requested = 0;
    pthread_barrier_wait(&start);
    racer->status = hc_user_activate(directory, HC_STR(racer->email), NULL, &error);
    if (racer->status != HC_STATUS_OK) {
        CHECK(hc_error_status(error) == racer->status);
        CHECK(error_seats(error, &limit, &active, &requested) == 1);
        CHECK(limit == 1 && active == 1 && requested == 1);
    }
    hc_error_free(error);
    return NULL;
}

static void round_of(struct racer *racers)
{
    int winners = 0;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&racers[i].thread, NULL, race, &racers[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(racers[i].thread, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        if (racers[i].status == HC_STATUS_OK) {
            winners++;
            CHECK_OK(hc_user_deactivate(directory, HC_STR(racers[i].email), NULL, NULL));
        } else {
            CHECK_STATUS(HC_STATUS_NO_FREE_SEAT, racers[i].status);
        }
    }
    CHECK(winners == 1);
}

int main(int argc, char **argv)
{
    struct racer racers[THREADS];
    CHECK(argc == 2);
    directory = in_memory();
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_SEATS, 1, NULL));
    CHECK(pthread_barrier_init(&start, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; i++) {
        snprintf(racers[i].email, sizeof racers[i].email, "user%d@ex.co", i);
        CHECK_OK(hc_user_create(directory, HC_STR(racers[i].email), NULL, NULL, NULL));
        CHECK_OK(hc_user_deactivate(directory, HC_STR(racers[i].email), NULL, NULL));
    }
    for (int rounds = atoi(argv[1]); rounds > 0; rounds--)
        round_of(racers);
    check_seats(directory, 1, 0, THREADS);
    CHECK(pthread_barrier_destroy(&start) == 0);
    verify_and_free(directory);
    return 0;
}
