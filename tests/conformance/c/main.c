/* The conformance script against the C ABI: ../README.md has the format. Takes the scripts
 * as arguments, prints the cases that failed, and `N passed, N failed` at the end. */
#define _GNU_SOURCE
#include "runner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RACERS_MAX 64

static char problem[8192];

_Noreturn void stop(const char *what, const char *which)
{
    fprintf(stderr, "%s %s\n", what, which);
    exit(2);
}

/* Makes a call; sets *error if it fails. */
static json_t *made(struct session *session, const json_t *step, json_t *in, const json_t *as,
                    json_t **error)
{
    struct call call = {session, session->directory, NULL, in, NULL};
    hc_directory *acting = NULL, *through = NULL;
    const json_t *door = json_object_get(step, "through");
    hc_status status = HC_STATUS_OK;
    uint8_t id[16];
    json_t *out = NULL;
    call.name = json_string_value(json_object_get(step, "do"));
    if (as != NULL) {
        status = hc_id_from_text(TEXT(as), id, &call.error);
        if (status == HC_STATUS_OK)
            status = hc_directory_acting_as(session->directory, id, &acting, &call.error);
        call.directory = acting;
    }
    if (status == HC_STATUS_OK && door != NULL) {
        status = hc_directory_through(call.directory, TEXT(door), &through, &call.error);
        call.directory = through;
    }
    if (status == HC_STATUS_OK)
        out = make_call(&call);
    *error = out == NULL ? show_error(call.error) : NULL;
    hc_error_free(call.error);
    hc_directory_free(through);
    hc_directory_free(acting);
    return out;
}

/* Whether the result or the error is what the step expects. */
static int as_said(const json_t *wanted, const json_t *err, const json_t *out,
                   const json_t *error, json_t *names)
{
    const char *kind;
    json_t *numbers;
    if (out != NULL)
        return err == NULL && (wanted == NULL || matches(wanted, out, names));
    if (json_is_string(err))
        return json_equal(err, json_object_get(error, "kind"));
    json_object_foreach ((json_t *)(size_t)err, kind, numbers)
        return strcmp(kind, json_string_value(json_object_get(error, "kind"))) == 0
            && matches(numbers, error, names);
    return 0;
}

struct racer {
    pthread_barrier_t *start;
    struct session *session;
    const json_t *step;
    json_t *in, *out, *error;
};

static void *run_racer(void *data)
{
    struct racer *racer = data;
    pthread_barrier_wait(racer->start);
    racer->out = made(racer->session, racer->step, racer->in, NULL, &racer->error);
    return NULL;
}

static int race(struct session *session, const json_t *step, size_t count, json_t *names)
{
    struct racer racers[RACERS_MAX];
    pthread_t threads[RACERS_MAX];
    pthread_barrier_t start;
    size_t i, won = 0;
    int good = 1;
    pthread_barrier_init(&start, NULL, (unsigned)count);
    for (i = 0; i < count; i++) {
        json_t *given = filled(json_object_get(step, "in"), names, (int)i);
        racers[i] = (struct racer){&start, session, step, given, NULL, NULL};
        pthread_create(&threads[i], NULL, run_racer, &racers[i]);
    }
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (i = 0; i < count; i++) {
        int is_won = racers[i].out != NULL;
        json_t *own = json_copy(names);
        won += (size_t)is_won;
        good &= as_said(json_object_get(step, "out"), is_won ? NULL : json_object_get(step, "err"),
                        racers[i].out, racers[i].error, own);
        json_decref(own);
        json_decref(racers[i].in);
        json_decref(racers[i].out);
        json_decref(racers[i].error);
    }
    pthread_barrier_destroy(&start);
    snprintf(problem, sizeof problem, "was won by %zu", won);
    return good && won == (size_t)json_integer_value(json_object_get(step, "won"));
}

static int take(struct session *session, const json_t *step, json_t *names)
{
    size_t racers = (size_t)json_integer_value(json_object_get(step, "race"));
    json_t *given, *as, *out, *error = NULL;
    char *told;
    int good, status;
    pid_t child = 0;
    const char *unknown = unknown_word(step);
    if (unknown != NULL && snprintf(problem, sizeof problem, "has %s", unknown))
        return 0;
    if (racers > 0)
        return race(session, step, racers, names);
    if (json_is_true(json_object_get(step, "fork")) && (child = fork()) > 0)
        return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    given = filled(json_object_get(step, "in"), names, -1);
    as = filled(json_object_get(step, "as"), names, -1);
    out = made(session, step, given, as, &error);
    good = as_said(json_object_get(step, "out"), json_object_get(step, "err"), out, error, names);
    if (json_is_true(json_object_get(step, "fork")))
        _exit(!good);
    told = json_dumps(out == NULL ? error : out, JSON_ENCODE_ANY);
    snprintf(problem, sizeof problem, "gave %s", told);
    free(told);
    json_decref(given);
    json_decref(as);
    json_decref(out);
    json_decref(error);
    return good;
}

/* Runs a case, whose first line opens its directory; 0 where a step was not as it should be. */
static int run(const char *script, json_t *lines)
{
    struct session session = {"/tmp/headcount-XX" "XX" "XX", NULL, NULL};
    json_t *names = json_object(), *line;
    size_t at;
    int good = 1;
    json_array_foreach (lines, at, line) {
        const json_t *step = json_object_get(line, "step");
        snprintf(problem, sizeof problem, "can't be opened, or has an unknown key");
        if (at > 0)
            good = take(&session, step, names);
        else
            good = unknown_word(step) == NULL && mkdtemp(session.folder) != NULL
                && open_directory(&session, json_object_get(step, "open"), NULL) == HC_STATUS_OK;
        if (!good) {
            char *told = json_dumps(step, 0);
            printf("%s:%lld: %s\n    %s\n", script,
                   json_integer_value(json_object_get(line, "number")), told, problem);
            free(told);
            break;
        }
    }
    hc_directory_close(session.directory, NULL);
    hc_directory_free(session.directory);
    hc_feed_free(session.feed);
    json_decref(names);
    remove_folder(session.folder);
    return good;
}

int main(int argc, char **argv)
{
    size_t passed = 0, failed = 0, at;
    for (int i = 1; i < argc; i++) {
        json_t *all = cases(argv[i]), *lines;
        json_array_foreach (all, at, lines)
            run(argv[i], lines) ? passed++ : failed++;
        json_decref(all);
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0;
}
