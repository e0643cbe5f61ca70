/* The decoder refuses batches that are truncated or tampered with, and never reads
 * outside of them: each attempt has its own allocation, which valgrind and the address
 * sanitizer watch. */
#include "story.h"
#include "headcount_packed.h"

enum { CAPACITY = 8192 };

static uint64_t state = 1;

/* Pseudorandom, and the same in every run (splitmix64). */
static uint64_t draw(void)
{
    uint64_t bits = state += 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
}

static unsigned long touched;

static void touch(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; at != NULL && i < length; i++)
        touched += at[i];
}

/* Also reads the NUL after the text. */
static void touch_text(hc_packed_text text)
{
    touch(text.bytes, text.length + 1);
    CHECK(text.bytes == NULL || text.bytes[text.length] == 0);
}

static int read_user(hc_packed_batch *batch)
{
    hc_packed_user user;
    hc_packed_text name, value;
    int result = hc_packed_next_user(batch, &user);
    if (result != HC_PACKED_RECORD)
        return result;
    CHECK(user.email.bytes != NULL && user.username.bytes != NULL);
    touch(user.id, 16);
    touch_text(user.email);
    touch_text(user.username);
    touch_text(user.given_name);
    touch_text(user.family_name);
    for (uint32_t i = 0; i < user.attributes; i++) {
        CHECK(hc_packed_user_attribute(&user, i, &name, &value) == 1);
        touch_text(name);
        touch_text(value);
    }
    for (uint32_t i = 0; i < user.external_ids; i++) {
        CHECK(hc_packed_user_external_id(&user, i, &name, &value) == 1);
        touch_text(name);
        touch_text(value);
    }
    return result;
}

static int read_workspace(hc_packed_batch *batch)
{
    hc_packed_workspace workspace;
    hc_packed_text provisioner, id;
    int result = hc_packed_next_workspace(batch, &workspace);
    if (result == HC_PACKED_RECORD) {
        CHECK(workspace.name.bytes != NULL);
        touch(workspace.default_of, 16);
        touch_text(workspace.name);
        for (uint32_t i = 0; i < workspace.external_ids; i++) {
            CHECK(hc_packed_workspace_external_id(&workspace, i, &provisioner, &id) == 1);
            touch_text(provisioner);
            touch_text(id);
        }
    }
    return result;
}

static int read_member(hc_packed_batch *batch)
{
    hc_packed_member member;
    int result = hc_packed_next_member(batch, &member);
    if (result == HC_PACKED_RECORD)
        touch(member.user, 16);
    return result;
}

static int read_change(hc_packed_batch *batch)
{
    hc_packed_change change;
    hc_packed_event event;
    int result = hc_packed_next_change(batch, &change);
    if (result != HC_PACKED_RECORD)
        return result;
    touch(change.actor, 16);
    touch(change.request_id, 16);
    touch_text(change.door);
    for (uint32_t i = 0; i < change.events; i++) {
        CHECK(hc_packed_change_event(&change, i, &event) == 1);
        touch(event.user, 16);
    }
    return result;
}

/* Reads a whole batch; returns the number of records, or -1 if any part is refused. */
static int read_all(const uint8_t *bytes, size_t length)
{
    static int (*const readers[])(hc_packed_batch *) = { read_user, read_workspace,
                                                         read_member, read_change };
    hc_packed_batch batch;
    int records = 0, result;
    if (!hc_packed_open(&batch, bytes, length)) {
        CHECK(read_user(&batch) == HC_PACKED_MALFORMED);
        return -1;
    }
    if (batch.kind < HC_PACKED_USERS || batch.kind > HC_PACKED_CHANGES)
        return -1;
    while ((result = readers[batch.kind - 1](&batch)) == HC_PACKED_RECORD)
        records++;
    CHECK(readers[batch.kind - 1](&batch) == result);
    return result == HC_PACKED_END ? records : -1;
}

/* A copy in an allocation of exactly its size. */
static uint8_t *copy(const uint8_t *bytes, size_t length)
{
    uint8_t *made = malloc(length > 0 ? length : 1);
    CHECK(made != NULL);
    memcpy(made, bytes, length);
    return made;
}

static void put_u32(uint8_t *at, size_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> (8 * i));
}

static void prefixes(const uint8_t *bytes, size_t length)
{
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *part = copy(bytes, cut);
        CHECK(read_all(part, cut) == -1);
        /* Also if it claims to be complete. */
        if (cut >= 16) {
            put_u32(part + 8, cut);
            CHECK(read_all(part, cut) == -1);
        }
        free(part);
    }
}

/* Changes random bytes. Any result is fine, as long as no access is invalid. */
static void lies(const uint8_t *bytes, size_t length, int rounds)
{
    static const uint32_t numbers[] = { 0, 1, 15, 16, 47, 48, 87, 88, 95, 96, 103, 104, 0x7fffffff,
                                        0x80000000, 0xfffffff0, 0xffffffff };
    for (int i = 0; i < rounds; i++) {
        uint8_t *lie = copy(bytes, length);
        for (uint64_t changes = 1 + draw() % 3; changes > 0; changes--) {
            size_t at = (size_t)(draw() % length);
            if (draw() % 2 && at + 4 <= length)
                put_u32(lie + at, numbers[draw() % (sizeof numbers / sizeof *numbers)]);
            else
                lie[at] = (uint8_t)draw();
        }
        (void)read_all(lie, length);
        free(lie);
    }
}

static void try_all(const uint8_t *bytes, size_t length, int records, int rounds)
{
    uint8_t *whole = copy(bytes, length);
    hc_packed_batch batch;
    hc_packed_member member;
    hc_packed_user user;
    CHECK(read_all(whole, length) == records);
    CHECK(hc_packed_open(&batch, whole, length) == 1); /* of another kind */
    if (batch.kind == HC_PACKED_MEMBERS)
        CHECK(hc_packed_next_user(&batch, &user) == HC_PACKED_MALFORMED);
    else
        CHECK(hc_packed_next_member(&batch, &member) == HC_PACKED_MALFORMED);
    whole[2] = 2; /* of another version */
    CHECK(read_all(whole, length) == -1);
    free(whole);
    prefixes(bytes, length);
    lies(bytes, length, rounds);
}

/* A user without an email or a username is refused. */
static void missing_texts(const uint8_t *bytes, size_t length)
{
    for (size_t place = 16 + 48; place <= 16 + 56; place += 8) {
        uint8_t *lie = copy(bytes, length);
        memset(lie + place, 0, 8);
        CHECK(read_all(lie, length) == -1);
        free(lie);
    }
}

/* The current decoder reads batches of later releases, with a longer header and longer
 * records. */
static void longer_parts(const uint8_t *bytes, size_t length)
{
    size_t record_bytes = hc_packed_read_u32(bytes + 16), at = 24 + record_bytes + 8;
    uint8_t *later = malloc(length + 16);
    hc_packed_batch batch;
    hc_packed_member member;
    CHECK(later != NULL);
    memset(later, 0xee, length + 16);
    memcpy(later, bytes, 16);
    put_u32(later + 4, 24);
    put_u32(later + 8, length + 16);
    memcpy(later + 24, bytes + 16, record_bytes);
    put_u32(later + 24, record_bytes + 8);
    later[28] = (uint8_t)(later[28] + 8);
    memcpy(later + at, bytes + 16 + record_bytes, length - 16 - record_bytes);
    CHECK(hc_packed_open(&batch, later, length + 16) == 1);
    CHECK(hc_packed_next_member(&batch, &member) == HC_PACKED_RECORD);
    CHECK(member.role == HC_ROLE_OWNER && member.version == 1);
    CHECK(hc_packed_next_member(&batch, &member) == HC_PACKED_RECORD);
    CHECK(member.role == HC_ROLE_USER && member.version == 1);
    CHECK(hc_packed_next_member(&batch, &member) == HC_PACKED_END);
    free(later);
}

static hc_directory *with_a_team(void)
{
    hc_directory *directory = in_memory();
    hc_new_user *new_user = hc_new_user_new();
    CHECK_OK(hc_new_user_set_username(new_user, HC_STR("ann"), NULL));
    CHECK_OK(hc_new_user_set_given_name(new_user, HC_STR("Ann"), NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("a"), HC_STR("b"), NULL));
    CHECK_OK(hc_new_user_set_external_id(new_user, HC_STR("okta"), HC_STR("1"), NULL));
    CHECK_OK(hc_new_user_set_attribute(new_user, HC_STR("c"), NULL, 0, NULL));
    CHECK_OK(hc_user_create(directory, HC_STR("ann@ex.co"), new_user, NULL, NULL));
    hc_new_user_free(new_user);
    CHECK_OK(hc_user_create(directory, HC_STR("bob@ex.co"), NULL, NULL, NULL));
    CHECK_OK(hc_workspace_create(directory, HC_STR("Team"), HC_STR("ann@ex.co"), NULL, NULL));
    CHECK_OK(hc_workspace_add_member(directory, 1, HC_STR("bob@ex.co"), HC_ROLE_USER, NULL));
    return directory;
}

int main(int argc, char **argv)
{
    hc_directory *directory = with_a_team();
    hc_cursor *cursor = NULL;
    hc_workspaces *workspaces = NULL;
    hc_members *members = NULL;
    hc_feed *feed = NULL;
    uint8_t buffer[CAPACITY];
    size_t written = 0;
    int rounds = argc == 2 ? atoi(argv[1]) : 0;
    CHECK(rounds > 0);
    CHECK_OK(hc_directory_list_users(directory, &cursor, NULL));
    CHECK_OK(hc_cursor_next_batch(cursor, buffer, CAPACITY, &written, NULL));
    try_all(buffer, written, 2, rounds);
    missing_texts(buffer, written);
    CHECK_OK(hc_directory_list_workspaces(directory, &workspaces, NULL));
    CHECK_OK(hc_workspaces_next_batch(workspaces, buffer, CAPACITY, &written, NULL));
    try_all(buffer, written, 1, rounds);
    CHECK_OK(hc_workspace_list_members(directory, 1, &members, NULL));
    CHECK_OK(hc_members_next_batch(members, buffer, CAPACITY, &written, NULL));
    try_all(buffer, written, 2, rounds);
    longer_parts(buffer, written);
    CHECK_OK(hc_directory_follow(directory, 0, &feed, NULL));
    CHECK_OK(hc_feed_next_batch(feed, 0, buffer, CAPACITY, &written, NULL));
    try_all(buffer, written, 4, rounds);
    CHECK(read_all(NULL, 100) == -1);
    hc_cursor_free(cursor);
    hc_workspaces_free(workspaces);
    hc_members_free(members);
    hc_feed_free(feed);
    CHECK(touched > 0);
    verify_and_free(directory);
    return 0;
}
