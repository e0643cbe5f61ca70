/* Handles are closed and freed in unusual orders: each keeps alive what it needs. */
#include "story.h"

static hc_directory *open_with_two_users(const char *path)
{
    hc_directory *directory = NULL;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    (void)hc_user_create(directory, HC_STR("ann@ex.co"), NULL, NULL, NULL);
    (void)hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL);
    check_seats(directory, 5, 2, 0);
    return directory;
}

/* A cursor keeps a freed directory open, and users outlive both. */
static void freed_directory(const char *path)
{
    hc_directory *directory = open_with_two_users(path), *again = UNTOUCHED(hc_directory);
    hc_cursor *cursor = NULL;
    hc_user *ann = NULL, *bob = NULL;
    hc_error *error = NULL;
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    hc_directory_free(directory);

    CHECK_OK(hc_cursor_next(cursor, &ann, NULL));
    CHECK_STATUS(HC_STATUS_ALREADY_OPEN,
                 hc_directory_open(HC_STR(path), NULL, &again, &error));
    CHECK(again == UNTOUCHED(hc_directory));
    CHECK(details_of(error).is_retryable == 1);
    CHECK_OK(hc_cursor_next(cursor, &bob, NULL));
    hc_cursor_free(cursor);

    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &again, NULL));
    verify_and_free(again);
    CHECK_TEXT("ann@ex.co", hc_user_email(ann));
    CHECK_TEXT("bob@ex.co", hc_user_email(bob));
    hc_user_free(bob);
    hc_user_free(ann);
    CHECK(strstr(hc_error_message(error), "open") != NULL);
    hc_error_free(error);
}

/* A list that was interrupted fails each time: reporting its end would claim that it was
 * complete. */
static void cut_off(const char *path)
{
    uint8_t buffer[4096];
    size_t written = 77;
    hc_directory *directory = open_with_two_users(path);
    hc_cursor *users[2] = { NULL, NULL };
    hc_workspaces *workspaces[2] = { NULL, NULL };
    hc_user *user = UNTOUCHED(hc_user);
    hc_workspace *workspace = NULL;
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), HC_STR("ann@ex.co"), &workspace, NULL));
    hc_workspace_free(workspace);
    workspace = UNTOUCHED(hc_workspace);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(hc_directory_list_users(directory, &users[i], NULL));
        CHECK_OK(hc_directory_list_workspaces(directory, &workspaces[i], NULL));
    }
    CHECK_OK(hc_directory_close(directory, NULL));
    for (int i = 0; i < 6; i++) {
        CHECK_STATUS(HC_STATUS_CLOSED, hc_cursor_next(users[i / 3], &user, NULL));
        CHECK_STATUS(HC_STATUS_CLOSED,
                     hc_cursor_next_batch(users[1 - i / 3], buffer, sizeof buffer, &written, NULL));
        CHECK_STATUS(HC_STATUS_CLOSED,
                     hc_workspaces_next(workspaces[i / 3], &workspace, NULL));
        CHECK_STATUS(HC_STATUS_CLOSED,
                     hc_workspaces_next_batch(workspaces[1 - i / 3], buffer, sizeof buffer,
                                              &written, NULL));
    }
    CHECK(user == UNTOUCHED(hc_user) && workspace == UNTOUCHED(hc_workspace) && written == 77);
    for (int i = 0; i < 2; i++) {
        hc_cursor_free(users[i]);
        hc_workspaces_free(workspaces[i]);
    }
    hc_directory_free(directory);
}

/* Closing releases the file at once, even if there are cursors; the handles must still be
 * freed, in any order. */
static void closed_directory(const char *path)
{
    hc_directory *directory = open_with_two_users(path), *again = NULL;
    hc_cursor *first = NULL, *second = NULL;
    hc_user *user = NULL;
    CHECK_OK(hc_directory_list_users(directory, &first, NULL));
    CHECK_OK(hc_directory_list_users(directory, &second, NULL));
    CHECK_OK(hc_cursor_next(first, &user, NULL));
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK_OK(hc_directory_close(directory, NULL));
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &again, NULL));

    CHECK_STATUS(HC_STATUS_CLOSED,
                 hc_user_create(directory, HC_STR("cho@ex.co"), NULL, NULL, NULL));
    CHECK_STATUS(HC_STATUS_CLOSED, hc_directory_verify(directory, NULL, NULL));
    hc_cursor_free(second);
    hc_directory_free(directory);
    hc_cursor_free(first);
    CHECK_TEXT("ann@ex.co", hc_user_username(user));
    verify_and_free(again);
    hc_user_free(user);
}

static int has_log(const char *path)
{
    int found = 0;
    for (int number = 0; number < 2; number++) {
        char name[4096];
        FILE *file;
        CHECK(snprintf(name, sizeof name, "%s-log%d", path, number) < (int)sizeof name);
        file = fopen(name, "rb");
        if (file != NULL) {
            found++;
            fclose(file);
        }
    }
    return found > 0;
}

/* The log exists until the directory is closed, however often it is synced. */
static void log_beside(const char *path)
{
    static const uint64_t sync_ms[] = { 0, 1, 86400000 };
    for (int i = 0; i < 3; i++) {
        hc_directory *directory = NULL;
        hc_options *options = hc_options_new();
        CHECK_OK(hc_options_set(options, HC_OPTION_LOG_BYTES, 2 << 20, NULL));
        CHECK_OK(hc_options_set(options, HC_OPTION_SYNC_INTERVAL_MS, 5, NULL));
        CHECK_OK(hc_options_set(options, HC_OPTION_SYNC_INTERVAL_MS, sync_ms[i], NULL));
        CHECK_OK(hc_directory_open(HC_STR(path), options, &directory, NULL));
        hc_options_free(options);
        CHECK(!has_log(path));
        CHECK_OK(hc_user_deactivate(directory, HC_STR("bob@ex.co"), NULL, NULL));
        CHECK_OK(hc_user_activate(directory, HC_STR("bob@ex.co"), NULL, NULL));
        CHECK(has_log(path));
        verify_and_free(directory);
        CHECK(!has_log(path));
    }
    hc_directory_free(open_with_two_users(path));
    CHECK(!has_log(path));
}

/* Arguments are not kept. */
static void freed_arguments(void)
{
    hc_directory *directory = NULL;
    hc_options *options = hc_options_new();
    hc_new_user *new_user = hc_new_user_new();
    hc_batch *batch = hc_batch_new();
    hc_user *user = NULL;
    char *email = malloc(9);
    CHECK(email != NULL);
    memcpy(email, "ann@ex.co", 9); /* without a NUL */
    CHECK_OK(hc_options_set_license_if_new(options, HC_LICENSE_SEATS, 1, NULL));
    CHECK_OK(hc_directory_open_in_memory(options, &directory, NULL));
    hc_options_free(options);
    CHECK_OK(hc_new_user_set_given_name(new_user, email, 9, NULL));
    CHECK_OK(hc_batch_create_user(batch, email, 9, new_user, NULL));
    hc_new_user_free(new_user);
    memset(email, 'x', 9);
    free(email);
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    CHECK_OK(hc_user_get(directory, HC_STR("ann@ex.co"), &user, NULL));
    CHECK_TEXT("ann@ex.co", hc_user_given_name(user));
    hc_user_free(user);
    check_seats(directory, 1, 1, 0);
    hc_directory_free(directory);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    freed_directory(argv[1]);
    closed_directory(argv[1]);
    cut_off(argv[1]);
    log_beside(argv[1]);
    freed_arguments();
    return 0;
}
