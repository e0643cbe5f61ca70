/* One user as a packed record in one call, the users of many keys, and all details of an
 * error in one struct. */
#include "story.h"
#include "headcount_packed.h"

enum { BUFFER = 4096 };

static uint8_t buffer[BUFFER];

/* The one user in the buffer. */
static hc_packed_user only_user(size_t written)
{
    hc_packed_batch batch;
    hc_packed_user user;
    CHECK(hc_packed_open(&batch, buffer, written) == 1);
    CHECK(batch.kind == HC_PACKED_USERS && batch.records == 1);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_END);
    return user;
}

static size_t read_by(const hc_directory *directory, int32_t kind, const char *key)
{
    size_t written = 77;
    CHECK_OK(hc_user_read(directory, kind, HC_STR(key), buffer, BUFFER, &written, NULL));
    return written;
}

/* Appends a key; returns the size of all keys. */
static size_t put_key(uint8_t *keys, size_t bytes, const void *key, uint8_t length)
{
    const uint8_t head[4] = { length, 0, 0, 0 };
    memcpy(keys + bytes, head, 4);
    memcpy(keys + bytes + 4, key, length);
    return bytes + 4 + length;
}

static void one(const hc_directory *directory, const hc_user *ann)
{
    size_t written = 77, needed = 0;
    hc_error *error = NULL;
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    const struct {
        int32_t kind;
        const char *key;
    } found[] = {
        { HC_USER_KEY_ANY, hc_user_id_text(ann) }, { HC_USER_KEY_ANY, "ANN@ex.co" },
        { HC_USER_KEY_ANY, "Ann" },                { HC_USER_KEY_EMAIL, "ann@ex.co" },
        { HC_USER_KEY_USERNAME, "ann" },
    }, absent[] = {
        { HC_USER_KEY_ANY, "nobody" },         { HC_USER_KEY_EMAIL, "ann" },
        { HC_USER_KEY_USERNAME, "ann@ex.co" }, { HC_USER_KEY_ANY, "" },
    };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
            hc_packed_user user = only_user(read_by(directory, found[i].kind, found[i].key));
            CHECK(memcmp(user.id, hc_user_id(ann), 16) == 0);
            CHECK_TEXT("ann@ex.co", user.email.bytes);
            CHECK_TEXT("ann", user.username.bytes);
            CHECK(user.version == hc_user_version(ann) && user.is_active == 1);
        }
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        CHECK(read_by(directory, absent[i].kind, absent[i].key) == 0);
    CHECK_OK(hc_user_read(directory, HC_USER_KEY_ID, hc_user_id(ann), 16, buffer, BUFFER,
                          &written, NULL));
    CHECK_TEXT("ann@ex.co", only_user(written).email.bytes);

    needed = written;
    written = 77;
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_user_read(directory, HC_USER_KEY_ANY, HC_STR("ann"), buffer, needed - 1,
                              &written, &error));
    CHECK(hc_error_get_details(error, &details) == 1);
    CHECK(details.status == HC_STATUS_BUFFER_TOO_SMALL && details.is_retryable == 0);
    CHECK(details.given == HC_DETAIL_BUFFER_BYTES && details.buffer_bytes == needed);
    CHECK(details.message == hc_error_message(error));
    CHECK(details.message_len == strlen(details.message));
    hc_error_free(error);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_user_read(directory, HC_USER_KEY_ID, hc_user_id(ann), 15, buffer, BUFFER,
                              &written, NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_user_read(directory, 5, HC_STR("ann"), buffer, BUFFER, &written, NULL));
    CHECK(written == 77);
}

static void many(const hc_directory *directory, const hc_user *ann)
{
    uint8_t keys[256];
    uint32_t offsets[4] = { 7, 7, 7, 7 };
    size_t bytes = 0, read = 77, written = 77, needed;
    hc_packed_batch batch;
    hc_packed_user user;
    bytes = put_key(keys, bytes, "bob@ex.co", 9);
    bytes = put_key(keys, bytes, "nobody", 6);
    bytes = put_key(keys, bytes, "ann", 3);
    CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_ANY, keys, bytes, buffer, BUFFER, offsets,
                               4, &read, &written, NULL));
    CHECK(read == 3 && offsets[0] == 16 && offsets[1] == 0 && offsets[3] == 7);
    CHECK(hc_packed_open(&batch, buffer, written) == 1 && batch.records == 2);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD);
    CHECK_TEXT("bob@ex.co", user.email.bytes);
    CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD);
    CHECK(memcmp(buffer + offsets[2] + 8, hc_user_id(ann), 16) == 0);
    CHECK(memcmp(user.id, hc_user_id(ann), 16) == 0);

    /* As many as there is room for offsets and for records. */
    CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_ANY, keys, bytes, buffer, BUFFER, offsets,
                               2, &read, &written, NULL));
    CHECK(read == 2);
    needed = written;
    CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_ANY, keys, bytes, buffer, needed, offsets,
                               4, &read, &written, NULL));
    CHECK(read == 2 && written == needed);
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_user_read_many(directory, HC_USER_KEY_ANY, keys, bytes, buffer, 20, offsets,
                                   4, &read, &written, NULL));
    CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_ANY, NULL, 0, buffer, BUFFER, offsets, 4,
                               &read, &written, NULL));
    CHECK(read == 0 && written == 0);
    for (size_t cut = 1; cut < 13; cut++)
        CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                     hc_user_read_many(directory, HC_USER_KEY_ANY, keys, cut, buffer, BUFFER,
                                       offsets, 4, &read, &written, NULL));
    memset(keys, 0xff, sizeof keys);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_user_read_many(directory, HC_USER_KEY_ANY, keys, sizeof keys, buffer, BUFFER,
                                   offsets, 4, &read, &written, NULL));
    bytes = put_key(keys, 0, "\xff", 1);
    CHECK_STATUS(HC_STATUS_INVALID_UTF8,
                 hc_user_read_many(directory, HC_USER_KEY_ANY, keys, bytes, buffer, BUFFER,
                                   offsets, 4, &read, &written, NULL));
    CHECK(read == 0 && written == 0);
}

/* More keys than are looked up at once, some of which nobody has, with buffers too small
 * for all users. */
static void in_parts(hc_directory *directory, int32_t kind)
{
    static uint8_t keys[300 * 32], buffer[4096];
    static uint32_t offsets[300];
    static size_t ends[301];
    size_t i, done = 0, read, written, calls = 0;
    for (i = 0; i < 300; i++) {
        char email[32];
        hc_user *user = NULL;
        snprintf(email, sizeof email, "%c%zu@ex.co", kind == HC_USER_KEY_ID ? 'i' : 'e', i);
        if (i % 3 != 1)
            CHECK_OK(hc_user_create(directory, HC_STR(email), NULL, &user, NULL));
        if (kind != HC_USER_KEY_ID)
            ends[i + 1] = put_key(keys, ends[i], email, strlen(email));
        else
            ends[i + 1] = put_key(keys, ends[i], user != NULL ? (const char *)hc_user_id(user)
                                                              : "nobody's id here", 16);
        hc_user_free(user);
    }
    while (done < 300) {
        CHECK_OK(hc_user_read_many(directory, kind, keys + ends[done], ends[300] - ends[done],
                                   buffer, sizeof buffer, offsets, 100, &read, &written, NULL));
        CHECK(read > 0 && read <= 100 && written <= sizeof buffer);
        for (i = 0; i < read; i++, done++) {
            char email[32];
            const uint8_t *record = buffer + offsets[i];
            snprintf(email, sizeof email, "%c%zu@ex.co", kind == HC_USER_KEY_ID ? 'i' : 'e', done);
            CHECK((offsets[i] == 0) == (done % 3 == 1));
            if (offsets[i] != 0)
                CHECK(memcmp(record + (record[48] | record[49] << 8), email, strlen(email)) == 0);
        }
        calls++;
    }
    CHECK(calls > 3 && done == 300);
}

/* Users so large that a buffer holds few of them: few are looked up in vain. Without a
 * cache, each lookup is a miss. */
static void large_ones(void)
{
    enum { USERS = 60 };
    static uint8_t keys[USERS * 32], buffer[65536];
    uint32_t offsets[USERS];
    size_t ends[USERS + 1] = { 0 }, i, done = 0, read, written;
    char value[2001] = "";
    hc_directory *directory = NULL;
    hc_options *options = hc_options_new();
    hc_stats before = HC_STATS_INIT, after = HC_STATS_INIT;
    CHECK_OK(hc_options_set(options, HC_OPTION_USER_CACHE_BYTES, 0, NULL));
    CHECK_OK(hc_directory_open_in_memory(options, &directory, NULL));
    hc_options_free(options);
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    memset(value, 'x', sizeof value - 1);
    for (i = 0; i < USERS; i++) {
        char email[32], name[2] = "a";
        hc_new_user *new_user = hc_new_user_new();
        snprintf(email, sizeof email, "u%zu@ex.co", i);
        for (; name[0] < 'i'; name[0]++)
            CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR(name), HC_STR(value), NULL));
        CHECK_OK(hc_user_create(directory, HC_STR(email), new_user, NULL, NULL));
        hc_new_user_free(new_user);
        ends[i + 1] = put_key(keys, ends[i], email, (uint8_t)strlen(email));
    }
    CHECK_OK(hc_directory_get_stats(directory, &before, NULL));
    for (; done < USERS; done += read) {
        CHECK_OK(hc_user_read_many(directory, HC_USER_KEY_EMAIL, keys + ends[done],
                                   ends[USERS] - ends[done], buffer, sizeof buffer, offsets, USERS,
                                   &read, &written, NULL));
        CHECK(read == (USERS - done < 4 ? USERS - done : 4) || read == 3);
    }
    CHECK_OK(hc_directory_get_stats(directory, &after, NULL));
    CHECK(after.cache_misses - before.cache_misses >= USERS);
    CHECK(after.cache_misses - before.cache_misses <= 2 * USERS);
    verify_and_free(directory);
}

/* A closed directory also refuses a call without keys. */
static void closed(void)
{
    hc_directory *directory = in_memory();
    uint32_t offset = 7;
    size_t read = 77, written = 77;
    int32_t kind;
    CHECK_OK(hc_directory_close(directory, NULL));
    for (kind = HC_USER_KEY_ANY; kind <= HC_USER_KEY_ID; kind++)
        CHECK_STATUS(HC_STATUS_CLOSED,
                     hc_user_read_many(directory, kind, NULL, 0, buffer, BUFFER, &offset, 1, &read,
                                       &written, NULL));
    CHECK(read == 77 && written == 77 && offset == 7);
    hc_directory_free(directory);
}

/* Each number of the details, and a struct that is not initialized. */
static void details(hc_directory *directory)
{
    hc_error *error = NULL;
    hc_error_details details = HC_ERROR_DETAILS_INIT, unstarted;
    hc_batch *batch = hc_batch_new();
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_SEATS, 2, NULL));
    CHECK_STATUS(HC_STATUS_NO_FREE_SEAT,
                 hc_user_create(directory, HC_STR("cho@ex.co"), NULL, NULL, &error));
    CHECK(hc_error_get_details(error, &details) == 1);
    CHECK((details.given & HC_DETAIL_SEATS) != 0 && details.limit == 2);
    CHECK(details.active == 2 && details.requested == 1);
    memset(&unstarted, 0, sizeof unstarted);
    CHECK(hc_error_get_details(error, &unstarted) == 0 && unstarted.limit == 0);
    hc_error_free(error);

    CHECK_OK(hc_batch_deactivate_user(batch, HC_STR("bob"), NULL));
    CHECK_OK(hc_batch_deactivate_user(batch, HC_STR("ann"), NULL));
    CHECK_OK(hc_batch_set_if_version(batch, 9, NULL));
    CHECK_STATUS(HC_STATUS_CONFLICT, hc_directory_apply(directory, batch, NULL, &error));
    CHECK(hc_error_get_details(error, &details) == 1);
    CHECK(details.given == (HC_DETAIL_VERSIONS | HC_DETAIL_OP_INDEX));
    CHECK(details.expected == 9 && details.found == 1 && details.op_index == 1);
    CHECK(details.limit == 0);
    hc_error_free(error);
    hc_batch_free(batch);
}

int main(void)
{
    hc_directory *directory = in_memory();
    hc_new_user *new_user = hc_new_user_new();
    hc_user *ann = NULL;
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR("ann"), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), new_user, &ann, NULL));
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR("bob"), NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), new_user, NULL, NULL));
    hc_new_user_free(new_user);
    one(directory, ann);
    many(directory, ann);
    details(directory);
    CHECK_OK(hc_directory_set_license(directory, HC_LICENSE_ENTERPRISE, 0, NULL));
    in_parts(directory, HC_USER_KEY_EMAIL);
    in_parts(directory, HC_USER_KEY_ID);
    large_ones();
    closed();
    hc_user_free(ann);
    verify_and_free(directory);
    return 0;
}
