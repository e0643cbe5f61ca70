/* What the parts of the stress test share: the objects that sixteen threads use. Each
 * thread goes through all parts in turn, on its own users and workspaces in a shared
 * directory, so that nearly every result can be predicted. */
#ifndef STRESS_H
#define STRESS_H

#include "../story.h"
#include "headcount_packed.h"

/* Each thread has an owner, who is always active; all other users compete for the
 * remaining seats. */
enum { THREADS = 16, SEATS = 20, TEXT = 128, BUFFER = 65536 };

struct stage {
    hc_directory *directory;
    /* A workspace with all owners. */
    uint64_t hall;
    /* Builders that all threads use, and change, at the same time. */
    hc_query *query;
    hc_options *options;
    hc_user_update *update;
    /* A cursor from which all threads take users. */
    hc_cursor *cursor;
    /* The folder for files. */
    const char *folder;
    /* How far each thread has followed the changes. */
    uint64_t followed[THREADS];
};

typedef void part(struct stage *stage, unsigned thread);

part part_users, part_workspaces, part_batches, part_reading, part_feed, part_admin,
    part_plain;

/* Ends the program unless a call returned OK or one of the other statuses. */
#define CHECK_ONE_OF(call, ...)                                                 \
    check_one_of(__FILE__, __LINE__, #call, (call), (const int32_t[]){ __VA_ARGS__ }, \
                 sizeof((const int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t))

static inline int32_t check_one_of(const char *file, int line, const char *call,
                                   int32_t status, const int32_t *allowed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (status == allowed[i])
            return status;
    if (status != HC_STATUS_OK) {
        fprintf(stderr, "%s:%d: %s: %s\n", file, line, hc_status_name(status), call);
        exit(1);
    }
    return status;
}

/* The email of the thread's owner. */
static inline const char *owner_of(char *text, unsigned thread)
{
    snprintf(text, TEXT, "owner%u@ex.co", thread % THREADS);
    return text;
}

/* A name that only this thread uses. */
static inline const char *own(char *text, const char *name, unsigned thread)
{
    snprintf(text, TEXT, "%s%u@t.ex.co", name, thread);
    return text;
}

#endif
