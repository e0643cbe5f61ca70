/* What the parts of the runner share. */
#ifndef RUNNER_H
#define RUNNER_H

#include "headcount.h"

#include <jansson.h>

/* The state of a case: a folder, the current directory, and perhaps a feed. */
struct session {
    char folder[64];
    hc_directory *directory;
    hc_feed *feed;
};

/* The current call. */
struct call {
    struct session *session;
    const hc_directory *directory;
    const char *name;
    const json_t *in;
    hc_error *error;
};

/* The two arguments for a JSON text, or for a number as a text. */
#define TEXT(value) text_of(value), text_len(value)

/* Returns NULL from the function when a call fails. */
#define TRY(status)                                                             \
    do {                                                                        \
        if ((status) != HC_STATUS_OK)                                           \
            return NULL;                                                        \
    } while (0)

_Noreturn void stop(const char *what, const char *which);

/* helper.c: texts of JSON; arguments with the values of their names and, in a race, the
 * number of the thread; whether a value is what a step expects; the cases of a script; and a
 * key of a line that calls.json lacks. */
const char *text_of(const json_t *value);
size_t text_len(const json_t *value);
const json_t *in(const struct call *call, const char *key);
json_t *filled(const json_t *given, json_t *names, int i);
int matches(const json_t *wanted, const json_t *found, json_t *names);
json_t *cases(const char *script);
int is_one_of(const char *word, const char *words);
const char *unknown_word(const json_t *line);
void remove_folder(const char *path);

/* calls.c: the result of the call, to be freed; NULL if it failed, and call->error says
 * why. */
json_t *make_call(struct call *call);
hc_status open_directory(struct session *session, const json_t *how, hc_error **error);
hc_status workspace(struct call *call, uint64_t *id);
json_t *all_users(hc_cursor *cursor, hc_error **error);
const char *file(const struct call *call, const char *key, char *room); /* its path, 512 bytes */

/* queries.c: the calls `query` and `count`; NULL as above. */
json_t *query(struct call *call);

/* upkeep.c: the calls about faults, space and figures as text; NULL as above. */
json_t *faults(struct call *call);
json_t *compact(struct call *call);
json_t *stats_text(struct call *call);
json_t *replace_in_file(struct call *call);

/* batches.c: builders and batches from the script; NULL as above. */
hc_new_user *new_user(const json_t *in, hc_error **error);
hc_user_update *user_update(const json_t *in, hc_error **error);
json_t *apply(struct call *call);

/* show.c: records in the form of the script. */
json_t *show_id(const uint8_t *id);
json_t *show_time(uint64_t micros);
json_t *show_user(hc_user *user);
json_t *show_workspace(hc_workspace *workspace);
json_t *show_members(hc_members *members);
json_t *show_seats(const hc_directory *directory, hc_error **error);
json_t *show_stats(const hc_stats *stats);
json_t *show_license(int32_t license, uint64_t seats);
json_t *show_changes(const uint8_t *batch, size_t length);
json_t *show_applied(hc_applied *applied);
json_t *show_error(const hc_error *error);

#endif
