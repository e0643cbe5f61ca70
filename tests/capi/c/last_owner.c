/* The two owners of a workspace leave at once, from two threads, repeatedly: one leaves,
 * the other is refused with the reason. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <pthread.h>

static hc_directory *directory;
static pthread_barrier_t start;
static uint64_t team;

struct owner {
    pthread_t thread;
    const char *email;
    int32_t status;
};

static void *leave(void *argument)
{
    struct owner *owner = argument;
    pthread_barrier_wait(&start);
    owner->status = hc_workspace_remove_member(directory, team, HC_STR(owner->email), NULL);
    return NULL;
}

static void round_of(struct owner *owners)
{
    int left = 0;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&owners[i].thread, NULL, leave, &owners[i]) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(owners[i].thread, NULL) == 0);
    for (int i = 0; i < 2; i++) {
        if (owners[i].status == HC_STATUS_OK) {
            left++;
            CHECK_OK(hc_workspace_add_member(directory, team, HC_STR(owners[i].email),
                                             HC_ROLE_OWNER, NULL));
        } else {
            CHECK_STATUS(HC_STATUS_LAST_OWNER, owners[i].status);
        }
    }
    CHECK(left == 1);
}

int main(int argc, char **argv)
{
    struct owner owners[2] = { { 0, "ann@ex.co", 0 }, { 0, "bob@ex.co", 0 } };
    hc_workspace *workspace = NULL;
    CHECK(argc == 2);
    directory = in_memory();
    CHECK(pthread_barrier_init(&start, NULL, 2) == 0);
    for (int i = 0; i < 2; i++)
        CHECK_OK(hc_user_create(directory, HC_STR(owners[i].email), NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), HC_STR("ann@ex.co"), &workspace,
                                 NULL));
    team = hc_workspace_id(workspace);
    hc_workspace_free(workspace);
    CHECK_OK(hc_workspace_add_member(directory, team, HC_STR("bob@ex.co"), HC_ROLE_OWNER,
                                     NULL));
    for (int rounds = atoi(argv[1]); rounds > 0; rounds--)
        round_of(owners);
    CHECK(pthread_barrier_destroy(&start) == 0);
    verify_and_free(directory);
    return 0;
}
