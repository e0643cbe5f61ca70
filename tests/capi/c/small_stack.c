/* A thread with a small stack calls the functions that need the most. docs/c-api.md says
 * how much. */
#include "story.h"

#include <pthread.h>

static char path[4096], backup[4096];

static int32_t drop(void *userdata, const uint8_t *bytes, size_t bytes_len)
{
    (void)bytes;
    *(size_t *)userdata += bytes_len;
    return 0;
}

static void *work(void *unused)
{
    hc_directory *directory = NULL;
    hc_batch *batch = hc_batch_new();
    hc_query *query = hc_query_new();
    hc_cursor *cursor = NULL;
    hc_user *user = NULL;
    hc_faults *faults = NULL;
    size_t bytes = 0;
    int i;
    (void)unused;
    CHECK_OK(hc_directory_open(HC_STR(path), NULL, &directory, NULL));
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    for (i = 0; i < 200; i++) {
        hc_new_user *new_user = hc_new_user_new();
        char email[64];
        snprintf(email, sizeof email, "u%d@b\xc3\xbc" "cher.example", i);
        CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("team"), HC_STR("red"), NULL));
        CHECK_OK(hc_batch_create_user(batch, HC_STR(email), new_user, NULL));
        hc_new_user_free(new_user);
    }
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Lab"), HC_STR("u1@b\xc3\xbc" "cher.example"),
                                 NULL, NULL));
    CHECK_OK(hc_query_set_member_of(query, 1, HC_ROLE_ANY, NULL));
    CHECK_OK(hc_directory_query(directory, query, &cursor, NULL));
    CHECK_OK(hc_cursor_next(cursor, &user, NULL));
    CHECK(user != NULL);
    hc_user_free(user);
    hc_cursor_free(cursor);
    CHECK_OK(hc_directory_export(directory, drop, NULL, &bytes, NULL));
    CHECK_OK(hc_directory_backup(directory, HC_STR(backup), 1, NULL, NULL, NULL, NULL));
    CHECK_OK(hc_directory_find_faults(directory, 9, &faults, NULL));
    CHECK(bytes > 0 && hc_faults_total(faults) == 0);
    hc_faults_free(faults);
    hc_query_free(query);
    hc_batch_free(batch);
    verify_and_free(directory);
    CHECK_OK(hc_file_compact(HC_STR(path), NULL, NULL, NULL, NULL));
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t small;
    pthread_t thread;
    size_t bytes = 512 << 10; /* for instrumented code, which needs the most */
    CHECK(argc >= 2);
    CHECK(snprintf(path, sizeof path, "%s", argv[1]) < (int)sizeof path);
    CHECK(snprintf(backup, sizeof backup, "%s.backup", argv[1]) < (int)sizeof backup);
    if (argc > 2)
        bytes = (size_t)atol(argv[2]) << 10;
    CHECK(pthread_attr_init(&small) == 0);
    CHECK(pthread_attr_setstacksize(&small, bytes) == 0);
    CHECK(pthread_create(&thread, &small, work, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&small) == 0);
    return 0;
}
