/* Lists and queries, each of one moment, while others write. */
#include "stress.h"

static _Thread_local uint8_t buffer[BUFFER];

/* All users, first a few one by one and then the rest packed: in order, and none twice.
 * */
static void list(const hc_directory *directory)
{
    hc_cursor *cursor = NULL;
    hc_user *user = NULL;
    char last[TEXT];
    uint64_t remaining;
    size_t written = 0;
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK(hc_cursor_next_page(cursor) == NULL);
    remaining = hc_cursor_remaining(cursor);
    CHECK(remaining >= THREADS);
    CHECK_OK(hc_cursor_next(cursor, &user, NULL));
    snprintf(last, TEXT, "%s", hc_user_email(user));
    hc_user_free(user);
    remaining--;
    for (;;) {
        hc_packed_batch batch;
        hc_packed_user packed;
        CHECK_OK(hc_cursor_next_batch(cursor, buffer, BUFFER, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, buffer, written) == 1);
        while (hc_packed_next_user(&batch, &packed) == HC_PACKED_RECORD) {
            CHECK(strcmp(last, packed.email.bytes) < 0);
            snprintf(last, TEXT, "%s", packed.email.bytes);
            remaining--;
        }
        CHECK(batch.malformed == 0);
    }
    CHECK(remaining == 0 && hc_cursor_remaining(cursor) == 0);
    hc_cursor_free(cursor);
}

/* The owners, page by page. */
static void pages(const struct stage *stage)
{
    hc_query *query = hc_query_new();
    hc_cursor *cursor = NULL;
    uint64_t count = 0, seen = 0;
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_ACTIVE, 1, NULL));
    CHECK_OK(hc_query_set_member_of(query, stage->hall, HC_ROLE_OWNER, NULL));
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_PREFIX, HC_STR("owner"), NULL));
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_EMAIL_DOMAIN, HC_STR("ex.co"), NULL));
    CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_USERNAME_PREFIX, HC_STR("owner"), NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_CREATED_SINCE, 1, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_CHANGED_SINCE, 1, NULL));
    CHECK_OK(hc_query_set_attribute(query, HC_STR("none"), NULL, 0, NULL));
    CHECK_OK(hc_query_unset(query, HC_QUERY_FIELD_ATTRIBUTES, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_SORT, HC_SORT_EMAIL, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_DESCENDING, 1, NULL));
    CHECK_OK(hc_query_set_number(query, HC_QUERY_FIELD_LIMIT, 5, NULL));
    CHECK_OK(hc_directory_count(stage->directory, query, &count, NULL));
    CHECK(count == THREADS);
    for (;;) {
        CHECK_OK(hc_directory_query(stage->directory, query, &cursor, NULL));
        seen += hc_cursor_remaining(cursor);
        if (hc_cursor_next_page(cursor) == NULL)
            break;
        CHECK_OK(hc_query_set_text(query, HC_QUERY_FIELD_AFTER, HC_STR(hc_cursor_next_page(cursor)), NULL));
        hc_cursor_free(cursor);
    }
    CHECK(seen == THREADS);
    hc_cursor_free(cursor);
    hc_query_free(query);
}

/* One query and one cursor that all threads use at the same time. */
static void shared(const struct stage *stage, unsigned thread)
{
    hc_cursor *cursor = NULL;
    hc_user *user = NULL;
    size_t written = 0;
    CHECK_OK(hc_query_set_number(stage->query, HC_QUERY_FIELD_LIMIT, 1 + thread, NULL));
    CHECK_OK(hc_query_set_number(stage->query, HC_QUERY_FIELD_DESCENDING, thread % 2 == 0, NULL));
    CHECK_OK(hc_directory_query(stage->directory, stage->query, &cursor, NULL));
    CHECK(hc_cursor_remaining(cursor) >= 1 && hc_cursor_remaining(cursor) <= THREADS);
    hc_cursor_free(cursor);

    CHECK_OK(hc_cursor_next(stage->cursor, &user, NULL));
    CHECK(user == NULL || strlen(hc_user_email(user)) > 0);
    hc_user_free(user);
    CHECK_ONE_OF(hc_cursor_next_batch(stage->cursor, buffer, 400, &written, NULL),
                 HC_STATUS_BUFFER_TOO_SMALL);
    CHECK(hc_cursor_remaining(stage->cursor) <= THREADS);
}

void part_reading(struct stage *stage, unsigned thread)
{
    hc_query *admins = hc_query_new();
    uint64_t count = 1;
    list(stage->directory);
    pages(stage);
    shared(stage, thread);
    CHECK_OK(hc_query_set_number(admins, HC_QUERY_FIELD_ADMINS, 1, NULL));
    CHECK_OK(hc_directory_count(stage->directory, admins, &count, NULL));
    CHECK(count == 0);
    hc_query_free(admins);
}

static void note(void *calls)
{
    ++*(int *)calls; /* one thread at a time, under a lock of the library */
}

/* The changes, in order and without a gap. Other threads trim them meanwhile. */
void part_feed(struct stage *stage, unsigned thread)
{
    hc_feed *feed = NULL;
    hc_error *error = NULL;
    int32_t descriptor = -1;
    int calls = 0;
    uint64_t *followed = &stage->followed[thread];
    CHECK_OK(hc_directory_follow(stage->directory, *followed, &feed, NULL));
    CHECK_OK(hc_feed_get_descriptor(feed, &descriptor, NULL));
    CHECK(descriptor > 2);
    CHECK_OK(hc_feed_set_callback(feed, note, &calls, NULL));
    for (int i = 0; i < 3; i++) {
        hc_packed_batch batch;
        hc_packed_change change;
        hc_packed_event event;
        size_t written = 0;
        if (CHECK_ONE_OF(hc_feed_next_batch(feed, 1, buffer, BUFFER, &written, &error),
                         HC_STATUS_HISTORY_TRIMMED) != HC_STATUS_OK) {
            CHECK(error_resume_after(error, followed) == 1);
            hc_error_free(error);
            break;
        }
        if (written == 0)
            continue;
        CHECK(hc_packed_open(&batch, buffer, written) == 1);
        while (hc_packed_next_change(&batch, &change) == HC_PACKED_RECORD) {
            CHECK(change.sequence == ++*followed && change.events > 0);
            for (uint32_t at = 0; at < change.events; at++)
                CHECK(hc_packed_change_event(&change, at, &event) == 1);
        }
        CHECK(batch.malformed == 0 && hc_feed_position(feed) == *followed);
    }
    hc_feed_wake(feed);
    hc_feed_free(feed);
}
