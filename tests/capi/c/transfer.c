/* Records are exported as lines and loaded again, with progress. */
#include "story.h"

struct lines {
    char *bytes;
    size_t length, at;
    size_t calls, chunk;
    uint64_t told_done, told_bytes;
    int32_t answer;
};

static int32_t keep(void *userdata, const uint8_t *bytes, size_t bytes_len)
{
    struct lines *lines = userdata;
    CHECK(bytes_len > 0 && bytes[bytes_len - 1] == '\n');
    lines->calls++;
    if (lines->answer != 0)
        return lines->answer;
    lines->bytes = realloc(lines->bytes, lines->length + bytes_len + 1);
    CHECK(lines->bytes != NULL);
    memcpy(lines->bytes + lines->length, bytes, bytes_len);
    lines->length += bytes_len;
    lines->bytes[lines->length] = 0;
    return 0;
}

static int32_t give(void *userdata, uint8_t *buffer, size_t capacity, size_t *read)
{
    struct lines *lines = userdata;
    size_t left = lines->length - lines->at;
    CHECK(*read == 0);
    if (lines->answer != 0)
        return lines->answer;
    *read = lines->chunk < left ? lines->chunk : left;
    CHECK(*read <= capacity);
    memcpy(buffer, lines->bytes + lines->at, *read);
    lines->at += *read;
    return 0;
}

/* Claims to have read more than there was room for. */
static int32_t boast(void *userdata, uint8_t *buffer, size_t capacity, size_t *read)
{
    (void)userdata;
    buffer[0] = '{';
    *read = capacity + 1;
    return 0;
}

static void tell(void *userdata, uint64_t done, uint64_t bytes)
{
    struct lines *lines = userdata;
    CHECK(done > lines->told_done && bytes > lines->told_bytes);
    lines->told_done = done;
    lines->told_bytes = bytes;
}

static void fill(hc_directory *directory)
{
    hc_batch *batch = hc_batch_new();
    char email[32];
    int i;
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    for (i = 0; i < 1500; i++) {
        snprintf(email, sizeof email, "u%d@ex.co", i);
        CHECK_OK(hc_batch_create_user(batch, HC_STR(email), NULL, NULL));
    }
    CHECK_OK(hc_directory_apply(directory, batch, NULL, NULL));
    hc_batch_free(batch);
    CHECK_OK(hc_workspace_create(directory, HC_STR("Lab"), HC_STR("u7@ex.co"), NULL, NULL));
    CHECK_OK(hc_user_delete(directory, HC_STR("u8@ex.co"), NULL));
}

static void refused_with(hc_status status, const char *words, const char *text, size_t length)
{
    hc_directory *directory = in_memory();
    hc_error *error = NULL;
    struct lines lines = { NULL, 0, 0, 0, 4096, 0, 0, 0 };
    lines.bytes = (char *)(size_t)text;
    lines.length = length;
    CHECK_STATUS(status, hc_directory_load(directory, give, NULL, &lines, &error));
    CHECK(strstr(hc_error_message(error), words) != NULL);
    hc_error_free(error);
    check_seats(directory, 5, 0, 0);
    verify_and_free(directory);
}

static void gives_up(hc_directory *directory, struct lines *lines)
{
    hc_directory *empty = in_memory();
    hc_error *error = NULL;
    size_t calls = lines->calls;
    lines->answer = 7;
    CHECK_STATUS(HC_STATUS_IO, hc_directory_export(directory, keep, NULL, lines, &error));
    CHECK(strstr(hc_error_message(error), "returned 7") != NULL);
    CHECK(lines->calls == calls + 1);
    hc_error_free(error);
    lines->at = 0;
    CHECK_STATUS(HC_STATUS_IO, hc_directory_load(empty, give, NULL, lines, &error));
    CHECK(strstr(hc_error_message(error), "returned 7") != NULL);
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_IO, hc_directory_load(empty, boast, NULL, lines, &error));
    CHECK(strstr(hc_error_message(error), "read into a buffer of") != NULL);
    hc_error_free(error);
    lines->answer = 0;
    /* Only an empty directory can be loaded into. */
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_load(directory, give, NULL, lines, NULL));
    verify_and_free(empty);
}

int main(void)
{
    hc_directory *directory = in_memory(), *copy = in_memory();
    struct lines lines = { NULL, 0, 0, 0, 0, 0, 0, 0 }, again = { NULL, 0, 0, 0, 0, 0, 0, 0 };
    fill(directory);
    CHECK_OK(hc_directory_export(directory, keep, tell, &lines, NULL));
    CHECK(lines.calls > 2 && lines.told_done == 1000 && lines.told_bytes < lines.length);
    CHECK(strncmp(lines.bytes, "{\"headcount_export\":1,", 22) == 0);

    /* However the bytes are divided, the directory is the same. */
    lines.chunk = 777;
    lines.told_done = lines.told_bytes = 0;
    CHECK_OK(hc_directory_load(copy, give, tell, &lines, NULL));
    CHECK(lines.told_done == 1000 && lines.at == lines.length);
    CHECK_OK(hc_directory_export(copy, keep, NULL, &again, NULL));
    CHECK(again.length == lines.length && memcmp(again.bytes, lines.bytes, again.length) == 0);
    check_seats(copy, UINT64_MAX, 1499, 0);

    refused_with(HC_STATUS_INVALID_ARGUMENT, "line 1: the file ends here", "", 0);
    refused_with(HC_STATUS_INVALID_ARGUMENT, "part of it is missing", lines.bytes,
                 lines.length - strlen("{\"record\":\"end\",\"records\":1505}\n"));
    refused_with(HC_STATUS_INVALID_ARGUMENT, "line 1: column", "\xff\n", 2);
    gives_up(directory, &lines);
    free(lines.bytes);
    free(again.bytes);
    verify_and_free(copy);
    verify_and_free(directory);
    return 0;
}
