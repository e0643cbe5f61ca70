/* The doors of changes, and when users were last seen. */
#include "story.h"

#include "headcount_packed.h"

#define ANN HC_STR("ann@ex.co")

/* Checks the door of the change after a number. */
static void check_door(const hc_directory *directory, uint64_t after, const char *expected)
{
    uint8_t buffer[256];
    hc_feed *feed = NULL;
    hc_packed_batch batch;
    hc_packed_change change;
    size_t written = 0;
    CHECK_OK(hc_directory_follow(directory, after, &feed, NULL));
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, sizeof buffer, &written, NULL));
    CHECK(hc_packed_open(&batch, buffer, written) == 1);
    CHECK(hc_packed_next_change(&batch, &change) == HC_PACKED_RECORD);
    CHECK(change.sequence == after + 1);
    CHECK((expected == NULL) == (change.door.bytes == NULL));
    if (expected != NULL) {
        CHECK_TEXT(expected, change.door.bytes);
        CHECK(change.door.length == strlen(expected));
    }
    hc_feed_free(feed);
}

static void doors(const hc_directory *directory)
{
    hc_directory *rest = NULL;
    hc_batch *batch = hc_batch_new();
    uint8_t buffer[256];
    hc_packed_writer writer;
    CHECK_OK(hc_user_create(directory, ANN, NULL, NULL, NULL));
    check_door(directory, 0, NULL);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_directory_through(directory, HC_STR("two words"), &rest, NULL));
    CHECK(rest == NULL);
    CHECK_OK(hc_directory_through(directory, HC_STR("rest"), &rest, NULL));
    CHECK_OK(hc_user_create(rest, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    check_door(directory, 1, "rest");

    /* The door of a batch has precedence over that of the directory. */
    CHECK_OK(hc_batch_deactivate_user(batch, HC_STR("bob@ex.co"), NULL));
    CHECK_OK(hc_batch_set_door(batch, HC_STR("scim:okta"), NULL));
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT, hc_batch_set_door(batch, HC_STR(""), NULL));
    CHECK_OK(hc_directory_apply(rest, batch, NULL, NULL));
    check_door(directory, 2, "scim:okta");

    /* The door of packed settings has precedence over both. */
    hc_packed_begin(&writer, buffer, sizeof buffer);
    hc_packed_op(&writer, HC_OPERATION_SETTINGS);
    hc_packed_put_text(&writer, HC_OP_FIELD_DOOR, "?", 1);
    CHECK_STATUS(HC_STATUS_INVALID_ARGUMENT,
                 hc_batch_append(batch, buffer, hc_packed_end(&writer), NULL));
    hc_packed_begin(&writer, buffer, sizeof buffer);
    hc_packed_op(&writer, HC_OPERATION_SETTINGS);
    hc_packed_put_text(&writer, HC_OP_FIELD_DOOR, "import", 6);
    hc_packed_op(&writer, HC_OPERATION_ACTIVATE_USER);
    hc_packed_put_text(&writer, HC_OP_FIELD_USER, "bob@ex.co", 9);
    CHECK_OK(hc_batch_append(batch, buffer, hc_packed_end(&writer), NULL));
    CHECK_OK(hc_batch_delete_user(batch, HC_STR("bob@ex.co"), NULL));
    CHECK_OK(hc_directory_apply(rest, batch, NULL, NULL));
    check_door(directory, 3, "import");
    hc_batch_free(batch);
    hc_directory_free(rest);
}

static void sightings(const hc_directory *directory)
{
    hc_user *ann = NULL;
    uint64_t seen = 77, again = 0;
    CHECK_OK(hc_user_get_last_seen_micros(directory, ANN, &seen, NULL));
    CHECK(seen == 0);
    CHECK_OK(hc_user_touch(directory, ANN, NULL));
    CHECK_OK(hc_user_get_last_seen_micros(directory, ANN, &seen, NULL));
    CHECK_OK(hc_user_get(directory, ANN, &ann, NULL));
    CHECK(seen >= hc_user_created_at_micros(ann) && hc_user_version(ann) == 1);
    CHECK_OK(hc_user_touch(directory, HC_STR(hc_user_id_text(ann)), NULL));
    CHECK_OK(hc_user_get_last_seen_micros(directory, HC_STR(hc_user_id_text(ann)), &again, NULL));
    CHECK(again == seen);
    hc_user_free(ann);
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND, hc_user_touch(directory, HC_STR("cho@ex.co"), NULL));
    CHECK_STATUS(HC_STATUS_USER_NOT_FOUND,
                 hc_user_get_last_seen_micros(directory, HC_STR("cho@ex.co"), &again, NULL));
    CHECK(again == seen);
}

int main(void)
{
    hc_directory *directory = in_memory();
    doors(directory);
    sightings(directory);
    verify_and_free(directory);
    return 0;
}
