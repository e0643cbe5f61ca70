/* A child of fork() can't use its parent's directory, and doesn't harm it. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct handles {
    hc_directory *directory;
    hc_cursor *cursor;
    hc_user *user;
    const uint64_t *generation;
};

static void in_the_child(struct handles *parents)
{
    hc_directory *own = NULL;
    hc_error *error = NULL;
    hc_user *user = UNTOUCHED(hc_user);
    CHECK_STATUS(HC_STATUS_FORKED, hc_user_get_by(parents->directory, HC_USER_KEY_EMAIL, HC_STR("ann@ex.co"), &user, &error));
    CHECK(user == UNTOUCHED(hc_user));
    CHECK(strstr(hc_error_message(error), "fork") != NULL);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_FORKED,
                 hc_user_create(parents->directory, HC_STR("b@ex.co"), NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_FORKED, hc_cursor_next(parents->cursor, &user, NULL));
    CHECK_STATUS(HC_STATUS_FORKED, hc_directory_close(parents->directory, NULL));
    CHECK(hc_cursor_remaining(parents->cursor) == 0);
    CHECK(*parents->generation % 2 == 1);
    CHECK(hc_directory_generation(parents->directory) == NULL);
    hc_cursor_free(parents->cursor);
    hc_directory_free(parents->directory);

    /* A user is plain data, and the child may have a directory of its own. */
    CHECK_TEXT("ann@ex.co", hc_user_email(parents->user));
    hc_user_free(parents->user);
    own = in_memory();
    CHECK_OK(hc_user_create(own, HC_STR("own@ex.co"), NULL, NULL, NULL));
    verify_and_free(own);
}

/* Forks a child that never touches the directory, and lets it sleep. */
static pid_t sleeper(void)
{
    const struct timespec minute = { 60, 0 };
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        nanosleep(&minute, NULL);
        _exit(0);
    }
    return child;
}

static void wake(pid_t child)
{
    CHECK(kill(child, SIGKILL) == 0);
}

/* A child that doesn't use the directory doesn't keep it locked. */
static void lingering_child(const char *path)
{
    hc_directory *directory = NULL;
    hc_options *options = hc_options_new();
    pid_t child, parent;
    int pipes[2], ended = -1;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    child = sleeper();
    CHECK_OK(hc_user_create(directory, HC_STR("cho@ex.co"), NULL, NULL, NULL));
    verify_and_free(directory);
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    verify_and_free(directory);
    wake(child);
    CHECK(waitpid(child, NULL, 0) == child);

    /* Neither does a child whose parent was killed. */
    CHECK(pipe(pipes) == 0);
    parent = fork();
    CHECK(parent >= 0);
    if (parent == 0) {
        CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
        CHECK_OK(hc_user_create(directory, HC_STR("dee@ex.co"), NULL, NULL, NULL));
        child = sleeper();
        CHECK(write(pipes[1], &child, sizeof child) == (ssize_t)sizeof child);
        kill(getpid(), SIGKILL);
    }
    CHECK(waitpid(parent, &ended, 0) == parent);
    CHECK(WIFSIGNALED(ended));
    CHECK(read(pipes[0], &child, sizeof child) == (ssize_t)sizeof child);
    /* The child releases the file as soon as it runs. */
    CHECK_OK(hc_options_set(options, HC_OPTION_OPEN_TIMEOUT_MS, 30000, NULL));
    CHECK_OK(hc_directory_open(HC_STR(path), options, &directory, NULL));
    hc_options_free(options);
    check_seats(directory, 5, 4, 0);
    verify_and_free(directory);
    wake(child);
    close(pipes[0]);
    close(pipes[1]);
}

int main(int argc, char **argv)
{
    struct handles handles = { NULL, NULL, NULL, NULL };
    hc_directory *again = UNTOUCHED(hc_directory);
    pid_t child;
    int ended = -1;
    CHECK(argc == 2);
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &handles.directory, NULL));
    CHECK_OK(hc_user_create(handles.directory, HC_STR("ann@ex.co"), NULL, &handles.user, NULL));
    CHECK_OK(hc_directory_list_users(handles.directory, &handles.cursor, NULL));

    handles.generation = hc_directory_generation(handles.directory);
    CHECK(*handles.generation > 0 && *handles.generation % 2 == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        in_the_child(&handles);
        _exit(0);
    }
    CHECK(waitpid(child, &ended, 0) == child);
    CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);

    /* The parent's directory still works, and still has its file to itself. */
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_directory_open(HC_STR(argv[1]), NULL, &again, NULL));
    CHECK_OK(hc_user_create(handles.directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    check_seats(handles.directory, 5, 2, 0);
    CHECK(*handles.generation % 2 == 0);
    CHECK(hc_cursor_remaining(handles.cursor) == 1);
    hc_cursor_free(handles.cursor);
    hc_user_free(handles.user);
    verify_and_free(handles.directory);
    lingering_child(argv[1]);
    return 0;
}
