/* NULL for every pointer of the functions that read and write packed records. */
#include "story.h"

#define REFUSED(call) CHECK_STATUS(HC_STATUS_NULL_ARGUMENT, call)

static void reading(void)
{
    hc_directory *directory = in_memory();
    uint8_t bytes[64] = { 0 };
    uint32_t offset = 7;
    size_t read = 77, written = 77;
    const int32_t kind = HC_USER_KEY_ANY;
    REFUSED(hc_user_read(NULL, kind, HC_STR("a"), bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, NULL, 1, bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, HC_USER_KEY_ID, NULL, 16, bytes, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, HC_STR("a"), NULL, 64, &written, NULL));
    REFUSED(hc_user_read(directory, kind, HC_STR("a"), bytes, 64, NULL, NULL));
    REFUSED(hc_user_read_many(NULL, kind, bytes, 4, bytes, 64, &offset, 1, &read, &written, NULL));
    REFUSED(hc_user_read_many(directory, kind, NULL, 4, bytes, 64, &offset, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, NULL, 64, &offset, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, NULL, 1, &read, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, &offset, 1, NULL, &written,
                              NULL));
    REFUSED(hc_user_read_many(directory, kind, bytes, 4, bytes, 64, &offset, 1, &read, NULL,
                              NULL));
    CHECK(offset == 7 && read == 77 && written == 77);
    verify_and_free(directory);
}

static void errors_and_feeds(void)
{
    hc_error *error = NULL;
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    REFUSED(hc_directory_verify(NULL, &error));
    CHECK(hc_error_get_details(NULL, &details) == 0 && details.message == NULL);
    CHECK(hc_error_get_details(error, NULL) == 0);
    hc_error_free(error);
    hc_feed_wake(NULL);
}

static void operations(void)
{
    hc_directory *directory = in_memory();
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = NULL;
    uint8_t bytes[64] = { 0 };
    size_t written = 77;
    REFUSED(hc_batch_append(NULL, bytes, 64, NULL));
    REFUSED(hc_batch_append(batch, NULL, 64, NULL));
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    REFUSED(hc_applied_read(NULL, 0, bytes, 64, &written, NULL));
    REFUSED(hc_applied_read(applied, 0, NULL, 64, &written, NULL));
    REFUSED(hc_applied_read(applied, 0, bytes, 64, NULL, NULL));
    CHECK(written == 77);
    hc_applied_free(applied);
    hc_batch_free(batch);
    verify_and_free(directory);
}

int main(void)
{
    operations();
    reading();
    errors_and_feeds();
    return 0;
}
