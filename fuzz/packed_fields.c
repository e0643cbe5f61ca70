/* Reads a batch with headcount_packed.h, and writes the fields of its records in the
 * plain form that src/fuzzing/packed.rs describes. */
#include "headcount_packed.h"

#include <stdlib.h>
#include <string.h>

/* libFuzzer takes a growing counter for a branch that was taken. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[4096];

void headcount_trace_pc(void);

/* Every branch calls this; see build.rs. The last bits of an address are the same
 * in every run. */
__attribute__((no_sanitize_coverage, no_sanitize_address)) void headcount_trace_pc(void)
{
    counters[(uintptr_t)__builtin_return_address(0) % sizeof counters]++;
}

typedef struct output {
    uint8_t *bytes;
    size_t capacity;
    size_t written;
    uint8_t seen; /* of all bytes, including those that are not kept */
} output;

/* Volatile, so that the compiler keeps the reads. */
volatile uint8_t headcount_packed_seen;

static void put(output *to, const void *bytes, size_t length)
{
    const uint8_t *from = bytes;
    size_t i;
    for (i = 0; i < length; i++)
        to->seen ^= from[i];
    if (length <= to->capacity - to->written) {
        memcpy(to->bytes + to->written, bytes, length);
        to->written += length;
    } else {
        to->capacity = to->written; /* nothing after a gap */
    }
}

static void put_number(output *to, uint64_t number)
{
    uint8_t bytes[8];
    int i;
    for (i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    put(to, bytes, sizeof bytes);
}

static void put_text(output *to, hc_packed_text text)
{
    if (text.bytes == NULL || text.bytes[text.length] != 0)
        abort(); /* the decoder promised a text, with a NUL after it */
    put_number(to, text.length);
    put(to, text.bytes, text.length);
}

static void put_optional_text(output *to, hc_packed_text text)
{
    put_number(to, text.bytes != NULL);
    if (text.bytes != NULL)
        put_text(to, text);
}

static void put_optional_id(output *to, const uint8_t *id)
{
    put_number(to, id != NULL);
    if (id != NULL)
        put(to, id, 16);
}

static int read_user(hc_packed_batch *batch, output *to)
{
    hc_packed_user user;
    hc_packed_text name, value;
    uint32_t i;
    int result = hc_packed_next_user(batch, &user);
    if (result != HC_PACKED_RECORD)
        return result;
    put(to, user.id, 16);
    put_number(to, user.version);
    put_number(to, user.created_at_micros);
    put_number(to, user.updated_at_micros);
    put_number(to, user.deactivated_at_micros);
    put_number(to, (uint64_t)user.is_active);
    put_number(to, (uint64_t)user.is_admin);
    put_text(to, user.email);
    put_text(to, user.username);
    put_optional_text(to, user.given_name);
    put_optional_text(to, user.family_name);
    put_number(to, user.attributes);
    for (i = 0; i < user.attributes; i++) {
        if (hc_packed_user_attribute(&user, i, &name, &value) != 1)
            return HC_PACKED_MALFORMED;
        put_text(to, name);
        put_text(to, value);
    }
    if (hc_packed_user_attribute(&user, i, &name, &value) != 0)
        abort(); /* there is none behind the last */
    return result;
}

static int read_workspace(hc_packed_batch *batch, output *to)
{
    hc_packed_workspace workspace;
    int result = hc_packed_next_workspace(batch, &workspace);
    if (result != HC_PACKED_RECORD)
        return result;
    put_number(to, workspace.id);
    put_number(to, workspace.version);
    put_number(to, workspace.created_at_micros);
    put_number(to, workspace.updated_at_micros);
    put_number(to, (uint64_t)workspace.is_archived);
    put_optional_id(to, workspace.default_of);
    put_text(to, workspace.name);
    return result;
}

static int read_member(hc_packed_batch *batch, output *to)
{
    hc_packed_member member;
    int result = hc_packed_next_member(batch, &member);
    if (result != HC_PACKED_RECORD)
        return result;
    put_number(to, member.workspace);
    put(to, member.user, 16);
    put_number(to, member.since_micros);
    put_number(to, member.version);
    put_number(to, (uint64_t)member.role);
    return result;
}

static int read_change(hc_packed_batch *batch, output *to)
{
    hc_packed_change change;
    hc_packed_event event;
    uint32_t i;
    int result = hc_packed_next_change(batch, &change);
    if (result != HC_PACKED_RECORD)
        return result;
    put_number(to, change.sequence);
    put_number(to, change.at_micros);
    put_optional_id(to, change.actor);
    put_optional_id(to, change.request_id);
    put_number(to, change.events);
    for (i = 0; i < change.events; i++) {
        if (hc_packed_change_event(&change, i, &event) != 1)
            return HC_PACKED_MALFORMED;
        if (event.user != NULL)
            to->seen ^= event.user[15];
    }
    if (hc_packed_change_event(&change, i, &event) != 0)
        abort(); /* there is none behind the last */
    return result;
}

int headcount_packed_fields(const uint8_t *bytes, size_t length, uint8_t *fields,
                            size_t capacity, size_t *written);

int headcount_packed_fields(const uint8_t *bytes, size_t length, uint8_t *fields,
                            size_t capacity, size_t *written)
{
    static int (*const readers[])(hc_packed_batch *, output *) = {
        read_user, read_workspace, read_member, read_change
    };
    output to = { fields, capacity, 0, 0 };
    hc_packed_batch batch;
    int result = HC_PACKED_MALFORMED, i;
    if (hc_packed_open(&batch, bytes, length)) {
        if (batch.kind >= HC_PACKED_USERS && batch.kind <= HC_PACKED_CHANGES)
            while ((result = readers[batch.kind - 1](&batch, &to)) == HC_PACKED_RECORD)
                continue;
        /* After the end there is no further record, and reading one of another kind is
         * malformed. */
        for (i = 0; i < 4; i++)
            if (readers[i](&batch, &to) == HC_PACKED_RECORD)
                abort();
    }
    headcount_packed_seen = to.seen;
    *written = to.written;
    return result == HC_PACKED_END;
}
