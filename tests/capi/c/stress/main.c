/* Sixteen threads call all functions at the same time: stress SECONDS FOLDER. */
#define _POSIX_C_SOURCE 200809L
#include "stress.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static part *const parts[] = {
    part_users, part_workspaces, part_batches, part_reading, part_feed, part_admin, part_plain,
};

enum { PARTS = sizeof parts / sizeof *parts };

struct player {
    struct stage *stage;
    unsigned thread;
    double deadline;
    unsigned rounds;
};

static double now(void)
{
    struct timespec time;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *play(void *of)
{
    struct player *player = of;
    do {
        parts[(player->thread + player->rounds) % PARTS](player->stage, player->thread);
        player->rounds++;
    } while (player->rounds < PARTS || now() < player->deadline);
    return NULL;
}

static void set_up(struct stage *stage)
{
    char owner[TEXT];
    hc_workspace *hall = NULL;
    stage->options = hc_options_new();
    stage->query = hc_query_new();
    stage->update = hc_user_update_new();
    CHECK_OK(hc_options_set_license_if_new(stage->options, HC_LICENSE_SEATS, SEATS, NULL));
    CHECK_OK(hc_directory_open_in_memory(stage->options, &stage->directory, NULL));
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_OK(hc_user_create(stage->directory, HC_STR(owner_of(owner, i)), NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(stage->directory, HC_STR("Hall"), HC_STR(owner_of(owner, 0)),
                                 &hall, NULL));
    stage->hall = hc_workspace_id(hall);
    hc_workspace_free(hall);
    for (unsigned i = 1; i < THREADS; i++)
        CHECK_OK(hc_workspace_add_member(stage->directory, stage->hall,
                                         HC_STR(owner_of(owner, i)), HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_directory_list_users(stage->directory, &stage->cursor, NULL));
}

/* Checks that all threads have cleaned up. */
static void tear_down(struct stage *stage)
{
    hc_verified verified = HC_VERIFIED_INIT;
    CHECK_OK(hc_directory_verify(stage->directory, &verified, NULL));
    CHECK(verified.active == THREADS && verified.inactive == 0);
    CHECK(verified.workspaces == 1 + THREADS && verified.members == 2 * THREADS);
    CHECK_OK(hc_log_set_callback(HC_LOG_LEVEL_OFF, NULL, NULL, NULL, NULL));
    hc_cursor_free(stage->cursor);
    hc_query_free(stage->query);
    hc_options_free(stage->options);
    hc_user_update_free(stage->update);
    verify_and_free(stage->directory);
}

int main(int argc, char **argv)
{
    static struct stage stage;
    struct player players[THREADS];
    pthread_t threads[THREADS];
    unsigned rounds = 0;
    double deadline;
    CHECK(argc == 3);
    stage.folder = argv[2];
    /* Ends the program even if a thread waits forever. */
    alarm((unsigned)atof(argv[1]) + 120);
    set_up(&stage);
    deadline = now() + atof(argv[1]);
    for (unsigned i = 0; i < THREADS; i++) {
        players[i] = (struct player){ &stage, i, deadline, 0 };
        CHECK(pthread_create(&threads[i], NULL, play, &players[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        rounds += players[i].rounds;
    }
    tear_down(&stage);
    printf("%u rounds\n", rounds);
    return 0;
}
