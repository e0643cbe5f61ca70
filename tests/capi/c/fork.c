/* A child of fork() can't use its parent's directory, and does it no harm. */
#define _POSIX_C_SOURCE 200809L
#include "story.h"

#include <sys/wait.h>
#include <unistd.h>

struct handles {
    hc_directory *directory;
    hc_cursor *cursor;
    hc_user *user;
};

static void in_the_child(struct handles *parents)
{
    hc_directory *own = NULL;
    hc_error *error = NULL;
    hc_user *user = UNTOUCHED(hc_user);
    CHECK_STATUS(HC_STATUS_FORKED, hc_user_get_by_email(parents->directory,
                                                        HC_STR("ann@ex.co"), &user, &error));
    CHECK(user == UNTOUCHED(hc_user));
    CHECK(strstr(hc_error_message(error), "fork") != NULL);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_FORKED,
                 hc_user_create(parents->directory, HC_STR("b@ex.co"), NULL, NULL));
    CHECK_STATUS(HC_STATUS_FORKED, hc_cursor_next(parents->cursor, &user, NULL));
    CHECK_STATUS(HC_STATUS_FORKED, hc_directory_close(parents->directory, NULL));
    CHECK(hc_cursor_remaining(parents->cursor) == 0);
    hc_cursor_free(parents->cursor);
    hc_directory_free(parents->directory);

    /* A user is plain data, and the child may have a directory of its own. */
    CHECK_TEXT("ann@ex.co", hc_user_email(parents->user));
    hc_user_free(parents->user);
    own = in_memory();
    CHECK_OK(hc_user_create(own, HC_STR("own@ex.co"), NULL, NULL));
    verify_and_free(own);
}

int main(int argc, char **argv)
{
    struct handles handles = { NULL, NULL, NULL };
    hc_directory *again = UNTOUCHED(hc_directory);
    pid_t child;
    int ended = -1;
    CHECK(argc == 2);
    CHECK_OK(hc_directory_open(HC_STR(argv[1]), NULL, &handles.directory, NULL));
    CHECK_OK(hc_user_create(handles.directory, HC_STR("ann@ex.co"), &handles.user, NULL));
    CHECK_OK(hc_directory_list_users(handles.directory, &handles.cursor, NULL));

    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        in_the_child(&handles);
        _exit(0);
    }
    CHECK(waitpid(child, &ended, 0) == child);
    CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);

    /* The parent's directory works on, and still has its file to itself. */
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_directory_open(HC_STR(argv[1]), NULL, &again, NULL));
    CHECK_OK(hc_user_create(handles.directory, HC_STR("bob@ex.co"), NULL, NULL));
    check_seats(handles.directory, 5, 2, 0);
    CHECK(hc_cursor_remaining(handles.cursor) == 1);
    hc_cursor_free(handles.cursor);
    hc_user_free(handles.user);
    verify_and_free(handles.directory);
    return 0;
}
