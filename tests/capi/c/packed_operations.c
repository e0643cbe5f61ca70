/* Packed operations do the same as the functions for single operations. */
#include "story.h"

#include "headcount_packed.h"

#define TEXT(field, text) hc_packed_put_text(&writer, HC_OP_FIELD_##field, text, strlen(text))
#define NUMBER(field, number) hc_packed_put_number(&writer, HC_OP_FIELD_##field, number)
#define OP(operation) hc_packed_op(&writer, HC_OPERATION_##operation)

static uint8_t buffer[8192];
static const uint8_t ann[16] = { 1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16 };

/* Applies the operations of a writer, and returns the outcomes. */
static hc_applied *apply(hc_directory *directory, hc_packed_writer *writer)
{
    hc_batch *batch = hc_batch_new();
    hc_applied *applied = NULL;
    hc_error *error = NULL;
    size_t length = hc_packed_end(writer);
    CHECK(length <= sizeof buffer);
    CHECK_STATUS(HC_STATUS_OK, hc_batch_append(batch, buffer, length, &error));
    CHECK(error == NULL);
    CHECK_OK(hc_directory_apply(directory, batch, &applied, NULL));
    hc_batch_free(batch);
    return applied;
}

static void users(hc_directory *directory)
{
    hc_packed_writer writer;
    hc_applied *applied;
    hc_user *user = NULL;
    char id[HC_EXTERNAL_ID_BYTES];
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(SET_LICENSE);
    NUMBER(LICENSE, HC_LICENSE_SEATS);
    NUMBER(SEATS, 7);
    OP(CREATE_USER);
    TEXT(EMAIL, "Ann@ex.co");
    hc_packed_put_id(&writer, HC_OP_FIELD_USER_ID, ann);
    TEXT(USERNAME, "ann");
    TEXT(GIVEN_NAME, "Ann");
    TEXT(FAMILY_NAME, "Lee");
    NUMBER(ADMIN, 1);
    NUMBER(CREATED_AT, 1000000);
    TEXT(ATTRIBUTE_NAME, "team");
    TEXT(ATTRIBUTE_VALUE, "red");
    TEXT(PROVISIONER, "okta");
    TEXT(EXTERNAL_ID, "00u1");
    TEXT(PROVISIONER, "entra");
    TEXT(EXTERNAL_ID, "6F1B");
    OP(CREATE_USER);
    TEXT(EMAIL, "bob@ex.co");
    NUMBER(ACTIVE, 0);
    applied = apply(directory, &writer);
    CHECK(hc_applied_count(applied) == 3);
    hc_applied_free(applied);
    check_seats(directory, 7, 1, 1);
    CHECK_OK(hc_user_get(directory, HC_STR("ann"), &user, NULL));
    CHECK(memcmp(hc_user_id(user), ann, 16) == 0);
    CHECK_TEXT("Ann@ex.co", hc_user_email(user));
    CHECK_TEXT("Lee", hc_user_family_name(user));
    CHECK_TEXT("red", hc_user_attribute(user, HC_STR("team"), NULL));
    CHECK(hc_user_is_admin(user) && hc_user_created_at_micros(user) == 1000000);
    CHECK(hc_user_external_id_at(user, 1, NULL, id) == 1);
    CHECK_TEXT("00u1", id);
    hc_user_free(user);

    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(UPDATE_USER);
    TEXT(USER, "ann@ex.co");
    NUMBER(IF_VERSION, 1);
    hc_packed_put_absent(&writer, HC_OP_FIELD_GIVEN_NAME);
    TEXT(ATTRIBUTE_NAME, "team");
    hc_packed_put_absent(&writer, HC_OP_FIELD_ATTRIBUTE_VALUE);
    hc_packed_begin(&writer, buffer, sizeof buffer); /* beginning again empties it */
    OP(UPDATE_USER);
    TEXT(USER, "ann@ex.co");
    NUMBER(IF_VERSION, 1);
    hc_packed_put_absent(&writer, HC_OP_FIELD_GIVEN_NAME);
    TEXT(ATTRIBUTE_NAME, "team");
    hc_packed_put_absent(&writer, HC_OP_FIELD_ATTRIBUTE_VALUE);
    TEXT(PROVISIONER, "okta");
    hc_packed_put_absent(&writer, HC_OP_FIELD_EXTERNAL_ID);
    OP(UPDATE_USER);
    TEXT(USER, "bob@ex.co");
    NUMBER(ADMIN, 1);
    TEXT(USERNAME, "bob");
    NUMBER(REPLACE_ATTRIBUTES, 1);
    OP(ACTIVATE_USER);
    TEXT(USER, "bob");
    OP(DEACTIVATE_USER);
    hc_packed_put_id(&writer, HC_OP_FIELD_USER_ID, ann);
    hc_applied_free(apply(directory, &writer));
    CHECK_OK(hc_user_get(directory, HC_STR("ann"), &user, NULL));
    CHECK(hc_user_given_name(user) == NULL && hc_user_attribute_count(user) == 0);
    CHECK(!hc_user_is_active(user) && hc_user_version(user) == 3);
    CHECK(hc_user_external_id_at(user, 0, NULL, id) == 1);
    CHECK_TEXT("6F1B", id);
    CHECK(hc_user_external_id_at(user, 1, NULL, NULL) == 0);
    hc_user_free(user);
    check_seats(directory, 7, 1, 1);
}

static void workspaces(hc_directory *directory)
{
    hc_packed_writer writer;
    hc_applied *applied;
    hc_packed_batch batch;
    hc_packed_outcome outcome;
    uint8_t read[16 + 3 * 48];
    size_t written = 0, first = 0, seen = 0;
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(SETTINGS);
    hc_packed_put_id(&writer, HC_OP_FIELD_ACTOR, ann);
    hc_packed_put_id(&writer, HC_OP_FIELD_REQUEST_ID, ann);
    TEXT(DOOR, "sync");
    NUMBER(ALLOW_OWNERLESS, 1);
    OP(CREATE_WORKSPACE);
    TEXT(NAME, "Lab");
    TEXT(USER, "bob");
    TEXT(PROVISIONER, "okta");
    TEXT(EXTERNAL_ID, "00g1");
    OP(SET_WORKSPACE_EXTERNAL_ID);
    TEXT(WORKSPACE_NAME, "lab");
    TEXT(PROVISIONER, "okta");
    TEXT(EXTERNAL_ID, "00g2");
    OP(SET_WORKSPACE_EXTERNAL_ID);
    TEXT(WORKSPACE_NAME, "lab");
    TEXT(PROVISIONER, "okta");
    hc_packed_put_absent(&writer, HC_OP_FIELD_EXTERNAL_ID);
    OP(ADD_MEMBER);
    TEXT(WORKSPACE_NAME, "lab");
    hc_packed_put_id(&writer, HC_OP_FIELD_USER_ID, ann);
    NUMBER(ROLE, HC_ROLE_USER);
    OP(SET_ROLE);
    TEXT(WORKSPACE_NAME, "lab");
    TEXT(USER, "ann");
    NUMBER(ROLE, HC_ROLE_OWNER);
    OP(REMOVE_MEMBER);
    TEXT(WORKSPACE_NAME, "lab");
    TEXT(USER, "bob");
    OP(RENAME_WORKSPACE);
    TEXT(WORKSPACE_NAME, "lab");
    TEXT(NAME, "Den");
    OP(ARCHIVE_WORKSPACE);
    NUMBER(WORKSPACE, 1);
    OP(RESTORE_WORKSPACE);
    NUMBER(WORKSPACE, 1);
    OP(DEFAULT_WORKSPACE);
    TEXT(USER, "bob");
    OP(DELETE_WORKSPACE);
    TEXT(WORKSPACE_NAME, "den");
    OP(ACTIVATE_USER);
    TEXT(USER, "ann");
    OP(DELETE_USER);
    TEXT(USER, "bob");
    applied = apply(directory, &writer);
    CHECK(hc_applied_count(applied) == 13);
    CHECK_STATUS(HC_STATUS_BUFFER_TOO_SMALL,
                 hc_applied_read(applied, 0, read, 16 + 47, &written, NULL));
    do {
        CHECK_OK(hc_applied_read(applied, first, read, sizeof read, &written, NULL));
        if (written == 0)
            break;
        CHECK(hc_packed_open(&batch, read, written) && batch.records <= 3);
        first += batch.records;
        for (; hc_packed_next_outcome(&batch, &outcome) == HC_PACKED_RECORD; seen++) {
            hc_outcome single = HC_OUTCOME_INIT;
            CHECK_OK(hc_applied_get_outcome(applied, seen, &single, NULL));
            CHECK(outcome.subject == single.subject && outcome.is_changed == single.changed);
            CHECK(outcome.version == single.version && outcome.workspace == single.workspace);
            CHECK(memcmp(outcome.user, single.user, 16) == 0);
        }
        CHECK(hc_packed_next_outcome(&batch, &outcome) == HC_PACKED_END);
    } while (first < 100);
    CHECK(seen == 13 && first == 13);
    hc_applied_free(applied);
    applied = apply(directory, &writer);
    CHECK(hc_applied_is_replayed(applied)); /* the request id was set */
    hc_applied_free(applied);
}

/* Whether the last error has an operation's index. */
static int says_operation;

/* Appends bytes that are refused and leave the batch unchanged. */
static void refused(hc_status status, const char *words, size_t length, uint64_t index)
{
    hc_batch *batch = hc_batch_new();
    hc_error *error = NULL;
    uint64_t found = 77;
    CHECK_OK(hc_batch_activate_user(batch, HC_STR("ann"), NULL));
    CHECK_STATUS(status, hc_batch_append(batch, buffer, length, &error));
    if (strstr(hc_error_message(error), words) == NULL) {
        fprintf(stderr, "%s\n", hc_error_message(error));
        CHECK(0);
    }
    says_operation = strstr(hc_error_message(error), "packed operation") != NULL;
    CHECK(error_op_index(error, &found) == (index > 0) && (index == 0 || found == index));
    CHECK(hc_batch_count(batch) == 1);
    hc_error_free(error);
    hc_batch_free(batch);
}

static void refusals(void)
{
    hc_packed_writer writer;
    size_t length;
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(ACTIVATE_USER);
    TEXT(USER, "bob");
    length = hc_packed_end(&writer);
    refused(HC_STATUS_INVALID_ARGUMENT, "not packed operations", length - 1, 0);
    buffer[2]++;
    refused(HC_STATUS_INVALID_ARGUMENT, "not packed operations", length, 0);
    buffer[2]--;
    buffer[12]++;
    refused(HC_STATUS_INVALID_ARGUMENT, "packed operation 1: it does not end where", length, 0);
    buffer[12] = 0;
    refused(HC_STATUS_INVALID_ARGUMENT, "bytes follow the last packed operation", length, 0);
    buffer[12] = 1;
    OP(CREATE_USER);
    TEXT(EMAIL, "not an address");
    refused(HC_STATUS_INVALID_EMAIL, "", hc_packed_end(&writer), 2);

    hc_packed_begin(&writer, buffer, sizeof buffer);
    hc_packed_op(&writer, 99);
    refused(HC_STATUS_INVALID_ARGUMENT, "99 is not one of HC_OPERATION_*", hc_packed_end(&writer), 0);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(ACTIVATE_USER);
    refused(HC_STATUS_INVALID_ARGUMENT, "the packed operation: it needs a user", hc_packed_end(&writer), 0);
    TEXT(USER, "ann");
    NUMBER(ADMIN, 1);
    refused(HC_STATUS_INVALID_ARGUMENT, "Admin is not one of", hc_packed_end(&writer), 0);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(CREATE_USER);
    TEXT(EMAIL, "a@ex.co");
    NUMBER(ADMIN, 2);
    refused(HC_STATUS_INVALID_ARGUMENT, "Admin is 2", hc_packed_end(&writer), 0);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(CREATE_USER);
    TEXT(EMAIL, "a@ex.co");
    TEXT(ATTRIBUTE_VALUE, "red");
    refused(HC_STATUS_INVALID_ARGUMENT, "AttributeValue is not", hc_packed_end(&writer), 0);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(CREATE_USER);
    TEXT(EMAIL, "a@ex.co");
    TEXT(PROVISIONER, "okta");
    refused(HC_STATUS_INVALID_ARGUMENT, "ExternalId is missing", hc_packed_end(&writer), 0);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(CREATE_USER);
    TEXT(EMAIL, "\xff@ex.co");
    refused(HC_STATUS_INVALID_UTF8, "is not UTF-8", hc_packed_end(&writer), 0);
    CHECK(!says_operation);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(DELETE_USER);
    TEXT(USER, "ann");
    OP(CREATE_USER);
    TEXT(EMAIL, "\xff@ex.co");
    refused(HC_STATUS_INVALID_UTF8, "packed operation 1: ", hc_packed_end(&writer), 0);
    CHECK(says_operation);
    hc_packed_begin(&writer, buffer, sizeof buffer);
    OP(UPDATE_USER);
    TEXT(USER, "ann");
    hc_packed_put_text(&writer, HC_OP_FIELD_IF_VERSION, "1", 1);
    refused(HC_STATUS_INVALID_ARGUMENT, "IfVersion has 1 bytes", hc_packed_end(&writer), 0);
}

/* Without room, the size is counted, and nothing is written outside of the buffer. */
static void too_small(void)
{
    uint8_t room[64];
    hc_packed_writer writer;
    size_t capacity, needed = 16 + 8 + 8 + 3 + 8 + 8;
    for (capacity = 0; capacity < sizeof room; capacity++) {
        memset(room, 0xaa, sizeof room);
        hc_packed_begin(&writer, room, capacity);
        OP(ACTIVATE_USER);
        TEXT(USER, "bob");
        NUMBER(IF_VERSION, 7);
        CHECK(hc_packed_end(&writer) == needed);
        for (size_t i = capacity; i < sizeof room; i++)
            CHECK(room[i] == 0xaa);
    }
    CHECK(room[needed - 8] == 7 && room[16] == needed - 16);
}

int main(void)
{
    hc_directory *directory = in_memory();
    users(directory);
    workspaces(directory);
    refusals();
    too_small();
    verify_and_free(directory);
    return 0;
}
