/**
 * @file headcount_packed.h
 * Reads the batches of packed records that the functions of headcount.h with next_batch
 * in their names write, and writes packed operations for hc_batch_append().
 * docs/packed.md specifies both.
 *
 * Nothing is allocated or copied: ids and texts point into the batch, and are valid as long
 * as it is. A truncated or manipulated batch is refused, whatever its bytes; nothing outside
 * of it is ever read.
 *
 *     uint8_t buffer[65536];
 *     size_t written;
 *     while (hc_cursor_next_batch(cursor, buffer, sizeof buffer, &written, NULL)
 *                == HC_STATUS_OK && written > 0) {
 *         hc_packed_batch batch;
 *         hc_packed_user user;
 *         hc_packed_open(&batch, buffer, written);
 *         while (hc_packed_next_user(&batch, &user) == HC_PACKED_RECORD)
 *             puts(user.email.bytes);
 *     }
 *
 * Operations are written one after the other, each with its fields:
 *
 *     uint8_t buffer[4096];
 *     size_t length;
 *     hc_packed_writer writer;
 *     hc_packed_begin(&writer, buffer, sizeof buffer);
 *     hc_packed_op(&writer, HC_OPERATION_CREATE_USER);
 *     hc_packed_put_text(&writer, HC_OP_FIELD_EMAIL, "ann@ex.co", HC_NUL_TERMINATED);
 *     hc_packed_op(&writer, HC_OPERATION_DEACTIVATE_USER);
 *     hc_packed_put_text(&writer, HC_OP_FIELD_USER, "bob", HC_NUL_TERMINATED);
 *     length = hc_packed_end(&writer);
 *     if (length <= sizeof buffer)
 *         hc_batch_append(batch, buffer, length, &error);
 *
 * All functions are static inline, C99 and C++11, and need no library. Threads may
 * read one batch at the same time, each with an hc_packed_batch of its own.
 */

#ifndef HEADCOUNT_PACKED_H
#define HEADCOUNT_PACKED_H

#include "headcount.h"

/** @cond private */
#ifdef __cplusplus
#define HC_PACKED_BYTE(number) static_cast<uint8_t>(number)
#define HC_PACKED_U64(number) static_cast<uint64_t>(number)
#define HC_PACKED_INT(number) static_cast<int32_t>(number)
#define HC_PACKED_CHARS(bytes) reinterpret_cast<const char *>(bytes)
#else
#define HC_PACKED_BYTE(number) ((uint8_t)(number))
#define HC_PACKED_U64(number) ((uint64_t)(number))
#define HC_PACKED_INT(number) ((int32_t)(number))
#define HC_PACKED_CHARS(bytes) ((const char *)(bytes))
#endif
/** @endcond */

/** The version of the format that this decoder reads. */
#define HC_PACKED_VERSION 1

/** The kind of the records of a batch: hc_packed_batch.kind. @since 0.1.0 */
enum {
    /** Users, from hc_cursor_next_batch(). */
    HC_PACKED_USERS = 1,
    /** Workspaces, from hc_workspaces_next_batch(). */
    HC_PACKED_WORKSPACES = 2,
    /** Memberships, from hc_members_next_batch(). */
    HC_PACKED_MEMBERS = 3,
    /** Changes, from hc_feed_next_batch(). */
    HC_PACKED_CHANGES = 4,
    /** Operations, for hc_batch_append(). */
    HC_PACKED_OPERATIONS = 5,
    /** Outcomes, from hc_applied_read(). */
    HC_PACKED_OUTCOMES = 6
};

/** What the hc_packed_next_*() functions return. @since 0.1.0 */
enum {
    /** The batch contradicts itself, or has records of another kind. */
    HC_PACKED_MALFORMED = -1,
    /** There are no more records. */
    HC_PACKED_END = 0,
    /** There is a record. */
    HC_PACKED_RECORD = 1
};

/** A batch that is being read. @since 0.1.0 */
typedef struct hc_packed_batch {
    /** The kind of the records: one of HC_PACKED_USERS and so on. */
    int32_t kind;
    /** How many records are still to come. */
    uint32_t records;
    /** @cond private */
    /* Private: where the next record starts, and what is left from there on. */
    const uint8_t *next;
    size_t left;
    int malformed;
    /** @endcond */
} hc_packed_batch;

/** A text: NUL-terminated UTF-8. @since 0.1.0 */
typedef struct hc_packed_text {
    /** The text; NULL for none. */
    const char *bytes;
    /** Its length in bytes, without the NUL. */
    size_t length;
} hc_packed_text;

/** A user. @since 0.1.0 */
typedef struct hc_packed_user {
    /** The id: 16 bytes in network order. */
    const uint8_t *id;
    /** The version of the record. */
    uint64_t version;
    /** When the user was created, in microseconds since 1970-01-01T00:00:00Z. */
    uint64_t created_at_micros;
    /** When the record last changed. */
    uint64_t updated_at_micros;
    /** When the user was deactivated; 0 for a user who is active or never was. */
    uint64_t deactivated_at_micros;
    /** The email, as it was given. */
    hc_packed_text email;
    /** The username, which is the email unless another one was set. */
    hc_packed_text username;
    /** The given (first) name; NULL for none. */
    hc_packed_text given_name;
    /** The family (last) name; NULL for none. */
    hc_packed_text family_name;
    /** 1 if the user is active and so takes a seat, otherwise 0. */
    int32_t is_active;
    /** 1 if the user administers the platform, otherwise 0. */
    int32_t is_admin;
    /** How many attributes there are, for hc_packed_user_attribute(). */
    uint32_t attributes;
    /** How many external ids there are, for hc_packed_user_external_id(). */
    uint32_t external_ids;
    /** @cond private */
    /* Private: the record, and where its tables are. */
    const uint8_t *record;
    size_t record_bytes;
    const uint8_t *attribute_table;
    const uint8_t *id_table;
    /** @endcond */
} hc_packed_user;

/** A workspace. @since 0.1.0 */
typedef struct hc_packed_workspace {
    /** The id. */
    uint64_t id;
    /** The version of the record. */
    uint64_t version;
    /** When it was created, in microseconds since 1970-01-01T00:00:00Z. */
    uint64_t created_at_micros;
    /** When the record last changed. */
    uint64_t updated_at_micros;
    /** The user whose default it is: 16 bytes; NULL if it is nobody's. */
    const uint8_t *default_of;
    /** The name. */
    hc_packed_text name;
    /** 1 if it is archived, otherwise 0. */
    int32_t is_archived;
    /** How many external ids there are, for hc_packed_workspace_external_id(). */
    uint32_t external_ids;
    /** @cond private */
    /* Private: the record, and where its table is. */
    const uint8_t *record;
    size_t record_bytes;
    const uint8_t *id_table;
    /** @endcond */
} hc_packed_workspace;

/** A membership. @since 0.1.0 */
typedef struct hc_packed_member {
    /** The id of the workspace. */
    uint64_t workspace;
    /** The id of the user: 16 bytes in network order. */
    const uint8_t *user;
    /** When the user was added, in microseconds since 1970-01-01T00:00:00Z. */
    uint64_t since_micros;
    /** The version of the membership. */
    uint64_t version;
    /** One of HC_ROLE_*. */
    int32_t role;
} hc_packed_member;

/** A change: one batch that was applied. @since 0.1.0 */
typedef struct hc_packed_change {
    /** The number of the change. */
    uint64_t sequence;
    /** When it was made, in microseconds since 1970-01-01T00:00:00Z. */
    uint64_t at_micros;
    /** The actor: 16 bytes; NULL if unknown. */
    const uint8_t *actor;
    /** The request id of the batch: 16 bytes; NULL for none. */
    const uint8_t *request_id;
    /** The door that it came through; NULL if unknown. */
    hc_packed_text door;
    /** How many events there are, for hc_packed_change_event(). */
    uint32_t events;
    /** @cond private */
    /* Private: where the events are, and the bytes of each. */
    const uint8_t *event_table;
    size_t event_bytes;
    /** @endcond */
} hc_packed_change;

/** An event of a change. @since 0.1.0 */
typedef struct hc_packed_event {
    /** The kind of event: one of HC_EVENT_*, or a later one. */
    int32_t kind;
    /** The fields that changed: HC_FIELD_* in one number. */
    uint32_t fields;
    /** The id of the workspace; 0 for none. */
    uint64_t workspace;
    /** The id of the user: 16 bytes; NULL for none. */
    const uint8_t *user;
    /** 1 if the user was created active. */
    int32_t is_active;
    /** The role of the member: one of HC_ROLE_*; 0 for none. */
    int32_t role;
    /** The license of HC_EVENT_LICENSE_SET: one of HC_LICENSE_*. */
    int32_t license;
    /** Its seats, with HC_LICENSE_SEATS. */
    uint64_t seats;
} hc_packed_event;

/** The outcome of an operation. @since 0.1.0 */
typedef struct hc_packed_outcome {
    /** The kind of record it concerned: one of HC_SUBJECT_*. */
    int32_t subject;
    /** 1 if it changed anything, otherwise 0. */
    int32_t is_changed;
    /** The version of the record afterwards; 0 if it was deleted. */
    uint64_t version;
    /** The id of the workspace it concerned; 0 for none. */
    uint64_t workspace;
    /** The id of the user it concerned: 16 bytes; zeros for none. */
    const uint8_t *user;
} hc_packed_outcome;

/** Operations that are being written. @since 0.1.0 */
typedef struct hc_packed_writer {
    /** Bytes so far, including those that didn't fit. */
    size_t bytes;
    /** @cond private */
    /* Private: where they go, how many there are, and where the last one starts. */
    uint8_t *buffer;
    size_t capacity;
    uint32_t operations;
    size_t last;
    /** @endcond */
} hc_packed_writer;

/** @cond private */

/* Numbers: little-endian, at any address. */

static inline uint32_t hc_packed_read_u16(const uint8_t *at)
{
    uint32_t low = at[0], high = at[1];
    return low | high << 8;
}

static inline uint32_t hc_packed_read_u32(const uint8_t *at)
{
    return hc_packed_read_u16(at) | hc_packed_read_u16(at + 2) << 16;
}

static inline uint64_t hc_packed_read_u64(const uint8_t *at)
{
    uint64_t low = hc_packed_read_u32(at), high = hc_packed_read_u32(at + 4);
    return low | high << 32;
}

/* The text whose place is at `place`; 0 if it is not inside the record. */
static inline int hc_packed_read_text(const uint8_t *record, size_t record_bytes,
                                      const uint8_t *place, hc_packed_text *text)
{
    size_t start = hc_packed_read_u32(place), length = hc_packed_read_u32(place + 4);
    text->bytes = NULL;
    text->length = 0;
    if (start == 0)
        return length == 0;
    if (start >= record_bytes || length >= record_bytes - start)
        return 0;
    if (record[start + length] != 0)
        return 0;
    text->bytes = HC_PACKED_CHARS(record + start);
    text->length = length;
    return 1;
}

/* The table whose place is at `place`; NULL if it is not inside the record. */
static inline const uint8_t *hc_packed_read_table(const uint8_t *record, size_t record_bytes,
                                                  const uint8_t *place, size_t entry_bytes)
{
    size_t start = hc_packed_read_u32(place), count = hc_packed_read_u32(place + 4);
    if (start > record_bytes || count > (record_bytes - start) / entry_bytes)
        return NULL;
    return record + start;
}

/* The pair of texts at an index of a table; 0 if one of them is missing. */
static inline int hc_packed_read_pair(const uint8_t *record, size_t record_bytes,
                                      const uint8_t *table, size_t index, hc_packed_text *name,
                                      hc_packed_text *value)
{
    const uint8_t *place = table + 16 * index;
    hc_packed_text found_name, found_value;
    if (!hc_packed_read_text(record, record_bytes, place, &found_name)
        || !hc_packed_read_text(record, record_bytes, place + 8, &found_value)
        || found_name.bytes == NULL || found_value.bytes == NULL)
        return 0;
    *name = found_name;
    *value = found_value;
    return 1;
}

/*
 * The table of pairs whose place is at `place`, and their number; NULL if one of them is not inside
 * the record.
 */
static inline const uint8_t *hc_packed_read_pairs(const uint8_t *record, size_t record_bytes,
                                                  const uint8_t *place, uint32_t *pairs)
{
    hc_packed_text name, value;
    uint32_t index;
    const uint8_t *table = hc_packed_read_table(record, record_bytes, place, 16);
    *pairs = hc_packed_read_u32(place + 4);
    for (index = 0; table != NULL && index < *pairs; index++)
        if (!hc_packed_read_pair(record, record_bytes, table, index, &name, &value))
            return NULL;
    return table;
}

/* The next record, of at least `fixed_bytes`; NULL at the end. */
static inline const uint8_t *hc_packed_next(hc_packed_batch *batch, int32_t kind,
                                            size_t fixed_bytes, size_t *record_bytes)
{
    const uint8_t *record = batch->next;
    size_t bytes;
    if (batch->malformed || batch->kind != kind) {
        batch->malformed = 1;
        return NULL;
    }
    if (batch->records == 0)
        return NULL;
    batch->malformed = 1; /* until the record has been checked */
    if (batch->left < fixed_bytes)
        return NULL;
    bytes = hc_packed_read_u32(record);
    if (bytes < fixed_bytes || bytes > batch->left)
        return NULL;
    if (hc_packed_read_u16(record + 4) < fixed_bytes)
        return NULL;
    batch->next += bytes;
    batch->left -= bytes;
    batch->records--;
    *record_bytes = bytes;
    return record;
}

/** @endcond */

/**
 * Begins to read a batch.
 *
 * @param batch  Set to the batch, before its first record. One that is refused
 *               has no records, and is malformed.
 * @param bytes  What a next_batch function wrote.
 * @param length How much it wrote.
 * @return 1 if it is a batch; 0 if it is cut short, no batch, or of another
 *         version of the format.
 * @since 0.1.0
 */
static inline int hc_packed_open(hc_packed_batch *batch, const uint8_t *bytes, size_t length)
{
    size_t header_bytes, batch_bytes;
    batch->kind = 0;
    batch->records = 0;
    batch->next = NULL;
    batch->left = 0;
    batch->malformed = 1;
    if (bytes == NULL || length < 16 || bytes[0] != 'h' || bytes[1] != 'c')
        return 0;
    if (bytes[2] != HC_PACKED_VERSION)
        return 0;
    header_bytes = hc_packed_read_u32(bytes + 4);
    batch_bytes = hc_packed_read_u32(bytes + 8);
    if (header_bytes < 16 || header_bytes > batch_bytes || batch_bytes > length)
        return 0;
    batch->kind = bytes[3];
    batch->records = hc_packed_read_u32(bytes + 12);
    batch->next = bytes + header_bytes;
    batch->left = batch_bytes - header_bytes;
    batch->malformed = 0;
    return 1;
}

/**
 * One of the attributes of a user, which are ordered by name.
 *
 * @param user  The user.
 * @param index Which one: from 0 to user->attributes - 1.
 * @param name  Set to its name.
 * @param value Set to its value.
 * @return 1 if there is such an attribute; otherwise 0, and nothing is written.
 * @since 0.1.0
 */
static inline int hc_packed_user_attribute(const hc_packed_user *user, uint32_t index,
                                           hc_packed_text *name, hc_packed_text *value)
{
    return index < user->attributes
        && hc_packed_read_pair(user->record, user->record_bytes, user->attribute_table, index,
                               name, value);
}

/**
 * One of the external ids of a user, which are ordered by their provisioners.
 *
 * @param user        The user.
 * @param index       Which one: from 0 to user->external_ids - 1.
 * @param provisioner Set to the name of the provisioner.
 * @param id          Set to the id.
 * @return 1 if there is such an id; otherwise 0, and nothing is written.
 * @since 0.1.0
 */
static inline int hc_packed_user_external_id(const hc_packed_user *user, uint32_t index,
                                             hc_packed_text *provisioner, hc_packed_text *id)
{
    return index < user->external_ids
        && hc_packed_read_pair(user->record, user->record_bytes, user->id_table, index,
                               provisioner, id);
}

/**
 * Reads the next user of a batch.
 *
 * @param batch The batch.
 * @param user  Set to the user if there is one; undefined otherwise.
 * @return HC_PACKED_RECORD, HC_PACKED_END or HC_PACKED_MALFORMED; once it was the
 *         latter, it stays so.
 * @since 0.1.0
 */
static inline int hc_packed_next_user(hc_packed_batch *batch, hc_packed_user *user)
{
    uint32_t flags;
    size_t bytes = 0;
    const uint8_t *record = hc_packed_next(batch, HC_PACKED_USERS, 104, &bytes);
    if (record == NULL)
        return batch->malformed ? HC_PACKED_MALFORMED : HC_PACKED_END;
    flags = hc_packed_read_u16(record + 6);
    user->id = record + 8;
    user->version = hc_packed_read_u64(record + 24);
    user->created_at_micros = hc_packed_read_u64(record + 32);
    user->updated_at_micros = hc_packed_read_u64(record + 40);
    user->deactivated_at_micros = hc_packed_read_u64(record + 88);
    user->is_active = (flags & 1) != 0;
    user->is_admin = (flags & 2) != 0;
    user->record = record;
    user->record_bytes = bytes;
    user->attribute_table = hc_packed_read_pairs(record, bytes, record + 80, &user->attributes);
    user->id_table = hc_packed_read_pairs(record, bytes, record + 96, &user->external_ids);
    if (!hc_packed_read_text(record, bytes, record + 48, &user->email)
        || !hc_packed_read_text(record, bytes, record + 56, &user->username)
        || !hc_packed_read_text(record, bytes, record + 64, &user->given_name)
        || !hc_packed_read_text(record, bytes, record + 72, &user->family_name)
        || user->email.bytes == NULL || user->username.bytes == NULL
        || user->attribute_table == NULL || user->id_table == NULL)
        return HC_PACKED_MALFORMED;
    batch->malformed = 0;
    return HC_PACKED_RECORD;
}

/**
 * Reads the next workspace of a batch.
 *
 * @param batch     The batch.
 * @param workspace Set to the workspace if there is one; undefined otherwise.
 * @return HC_PACKED_RECORD, HC_PACKED_END or HC_PACKED_MALFORMED; once it was the
 *         latter, it stays so.
 * @since 0.1.0
 */
static inline int hc_packed_next_workspace(hc_packed_batch *batch,
                                           hc_packed_workspace *workspace)
{
    uint32_t flags;
    size_t bytes = 0;
    const uint8_t *record = hc_packed_next(batch, HC_PACKED_WORKSPACES, 72, &bytes);
    if (record == NULL)
        return batch->malformed ? HC_PACKED_MALFORMED : HC_PACKED_END;
    flags = hc_packed_read_u16(record + 6);
    workspace->id = hc_packed_read_u64(record + 8);
    workspace->version = hc_packed_read_u64(record + 16);
    workspace->created_at_micros = hc_packed_read_u64(record + 24);
    workspace->updated_at_micros = hc_packed_read_u64(record + 32);
    workspace->is_archived = (flags & 1) != 0;
    workspace->default_of = (flags & 2) != 0 ? record + 40 : NULL;
    workspace->record = record;
    workspace->record_bytes = bytes;
    workspace->id_table
        = hc_packed_read_pairs(record, bytes, record + 64, &workspace->external_ids);
    if (!hc_packed_read_text(record, bytes, record + 56, &workspace->name)
        || workspace->name.bytes == NULL || workspace->id_table == NULL)
        return HC_PACKED_MALFORMED;
    batch->malformed = 0;
    return HC_PACKED_RECORD;
}

/**
 * One of the external ids of a workspace, as hc_packed_user_external_id().
 *
 * @param workspace   The workspace.
 * @param index       Which one: from 0 to workspace->external_ids - 1.
 * @param provisioner Set to the name of the provisioner.
 * @param id          Set to the id.
 * @return 1 if there is such an id; otherwise 0, and nothing is written.
 * @since 0.1.0
 */
static inline int hc_packed_workspace_external_id(const hc_packed_workspace *workspace,
                                                  uint32_t index, hc_packed_text *provisioner,
                                                  hc_packed_text *id)
{
    return index < workspace->external_ids
        && hc_packed_read_pair(workspace->record, workspace->record_bytes, workspace->id_table,
                               index, provisioner, id);
}

/**
 * Reads the next membership of a batch.
 *
 * @param batch  The batch.
 * @param member Set to the membership if there is one; undefined otherwise.
 * @return HC_PACKED_RECORD, HC_PACKED_END or HC_PACKED_MALFORMED; once it was the
 *         latter, it stays so.
 * @since 0.1.0
 */
static inline int hc_packed_next_member(hc_packed_batch *batch, hc_packed_member *member)
{
    size_t bytes = 0;
    const uint8_t *record = hc_packed_next(batch, HC_PACKED_MEMBERS, 48, &bytes);
    if (record == NULL)
        return batch->malformed ? HC_PACKED_MALFORMED : HC_PACKED_END;
    member->role = HC_PACKED_INT(hc_packed_read_u16(record + 6));
    member->workspace = hc_packed_read_u64(record + 8);
    member->user = record + 16;
    member->since_micros = hc_packed_read_u64(record + 32);
    member->version = hc_packed_read_u64(record + 40);
    batch->malformed = 0;
    return HC_PACKED_RECORD;
}

/**
 * Reads the next change of a batch.
 *
 * @param batch  The batch.
 * @param change Set to the change if there is one; undefined otherwise.
 * @return HC_PACKED_RECORD, HC_PACKED_END or HC_PACKED_MALFORMED; once it was the
 *         latter, it stays so.
 * @since 0.1.0
 */
static inline int hc_packed_next_change(hc_packed_batch *batch, hc_packed_change *change)
{
    uint32_t flags;
    size_t bytes = 0;
    const uint8_t *record = hc_packed_next(batch, HC_PACKED_CHANGES, 80, &bytes);
    if (record == NULL)
        return batch->malformed ? HC_PACKED_MALFORMED : HC_PACKED_END;
    flags = hc_packed_read_u16(record + 6);
    change->sequence = hc_packed_read_u64(record + 8);
    change->at_micros = hc_packed_read_u64(record + 16);
    change->actor = (flags & 1) != 0 ? record + 24 : NULL;
    change->request_id = (flags & 2) != 0 ? record + 40 : NULL;
    change->events = hc_packed_read_u32(record + 60);
    change->event_bytes = hc_packed_read_u32(record + 64);
    if (change->event_bytes < 48)
        return HC_PACKED_MALFORMED;
    change->event_table = hc_packed_read_table(record, bytes, record + 56, change->event_bytes);
    if (change->event_table == NULL
        || !hc_packed_read_text(record, bytes, record + 72, &change->door))
        return HC_PACKED_MALFORMED;
    batch->malformed = 0;
    return HC_PACKED_RECORD;
}

/**
 * One of the events of a change, in the order of the batch.
 *
 * @param change The change.
 * @param index  Which one: from 0 to change->events - 1.
 * @param event  Set to the event.
 * @return 1 if there is such an event; otherwise 0, and nothing is written.
 * @since 0.1.0
 */
static inline int hc_packed_change_event(const hc_packed_change *change, uint32_t index,
                                         hc_packed_event *event)
{
    size_t place = index;
    const uint8_t *at = change->event_table;
    uint32_t flags;
    if (index >= change->events)
        return 0;
    at += place * change->event_bytes;
    flags = hc_packed_read_u16(at + 2);
    event->kind = HC_PACKED_INT(hc_packed_read_u16(at));
    event->fields = hc_packed_read_u32(at + 4);
    event->workspace = (flags & 2) != 0 ? hc_packed_read_u64(at + 8) : 0;
    event->user = (flags & 1) != 0 ? at + 16 : NULL;
    event->is_active = (flags & 4) != 0;
    event->role = HC_PACKED_INT(hc_packed_read_u32(at + 32));
    event->license = HC_PACKED_INT(hc_packed_read_u32(at + 36));
    event->seats = hc_packed_read_u64(at + 40);
    return 1;
}

/**
 * Reads the next outcome of a batch.
 *
 * @param batch   The batch.
 * @param outcome Set to the outcome if there is one; undefined otherwise.
 * @return HC_PACKED_RECORD, HC_PACKED_END or HC_PACKED_MALFORMED; once it was the
 *         latter, it stays so.
 * @since 0.1.0
 */
static inline int hc_packed_next_outcome(hc_packed_batch *batch, hc_packed_outcome *outcome)
{
    size_t bytes = 0;
    const uint8_t *record = hc_packed_next(batch, HC_PACKED_OUTCOMES, 48, &bytes);
    if (record == NULL)
        return batch->malformed ? HC_PACKED_MALFORMED : HC_PACKED_END;
    outcome->is_changed = (hc_packed_read_u16(record + 6) & 1) != 0;
    outcome->version = hc_packed_read_u64(record + 8);
    outcome->workspace = hc_packed_read_u64(record + 16);
    outcome->user = record + 24;
    outcome->subject = HC_PACKED_INT(hc_packed_read_u32(record + 40));
    batch->malformed = 0;
    return HC_PACKED_RECORD;
}

/** @cond private */

/* Writes a number of some bytes at a place, if there is room for it. */
static inline void hc_packed_write_number(hc_packed_writer *writer, size_t at, uint64_t number,
                                          size_t bytes)
{
    size_t i;
    if (at > writer->capacity || bytes > writer->capacity - at)
        return;
    for (i = 0; i < bytes; i++)
        writer->buffer[at + i] = HC_PACKED_BYTE(number >> 8 * i & 0xff);
}

/* Appends bytes, or counts them if there is no room. */
static inline void hc_packed_append(hc_packed_writer *writer, const void *bytes, size_t length)
{
    if (length > 0 && writer->bytes <= writer->capacity
        && length <= writer->capacity - writer->bytes)
        memcpy(writer->buffer + writer->bytes, bytes, length);
    writer->bytes += length;
}

/* Writes the head of a field, before its value. */
static inline void hc_packed_put(hc_packed_writer *writer, int32_t field, uint32_t flags,
                                 const void *value, size_t length)
{
    hc_packed_write_number(writer, writer->bytes, HC_PACKED_U64(field), 2);
    hc_packed_write_number(writer, writer->bytes + 2, flags, 2);
    hc_packed_write_number(writer, writer->bytes + 4, length, 4);
    writer->bytes += 8;
    hc_packed_append(writer, value, length);
}

/* Writes the length of the last operation, which has all of its fields. */
static inline void hc_packed_close(hc_packed_writer *writer)
{
    if (writer->operations > 0)
        hc_packed_write_number(writer, writer->last, writer->bytes - writer->last, 4);
}

/** @endcond */

/**
 * Begins to write operations for hc_batch_append().
 *
 * @param writer   Set to a writer without operations.
 * @param buffer   Where they go.
 * @param capacity Its size in bytes. What there is no room for is counted.
 * @since 0.1.0
 */
static inline void hc_packed_begin(hc_packed_writer *writer, uint8_t *buffer, size_t capacity)
{
    writer->buffer = buffer;
    writer->capacity = capacity;
    writer->operations = 0;
    writer->last = 0;
    writer->bytes = 16;
}

/**
 * Begins an operation, or the settings of the batch; its fields come next.
 *
 * @param writer    The writer.
 * @param operation One of HC_OPERATION_*.
 * @since 0.1.0
 */
static inline void hc_packed_op(hc_packed_writer *writer, int32_t operation)
{
    hc_packed_close(writer);
    writer->last = writer->bytes;
    writer->operations++;
    hc_packed_write_number(writer, writer->last, 8, 4);
    hc_packed_write_number(writer, writer->last + 4, HC_PACKED_U64(operation), 2);
    hc_packed_write_number(writer, writer->last + 6, 0, 2);
    writer->bytes += 8;
}

/**
 * Writes a field of the last operation that is a text.
 *
 * @param writer The writer.
 * @param field  One of HC_OP_FIELD_*.
 * @param text   The text, UTF-8.
 * @param length Its length in bytes, or HC_NUL_TERMINATED.
 * @since 0.1.0
 */
static inline void hc_packed_put_text(hc_packed_writer *writer, int32_t field, const char *text,
                                      size_t length)
{
    hc_packed_put(writer, field, 0, text, length == HC_NUL_TERMINATED ? strlen(text) : length);
}

/**
 * Writes a field of the last operation that is a number, a flag, a role or a license.
 *
 * @param writer The writer.
 * @param field  One of HC_OP_FIELD_*.
 * @param number The number.
 * @since 0.1.0
 */
static inline void hc_packed_put_number(hc_packed_writer *writer, int32_t field, uint64_t number)
{
    hc_packed_put(writer, field, 0, NULL, 0);
    hc_packed_write_number(writer, writer->bytes - 4, 8, 4);
    hc_packed_write_number(writer, writer->bytes, number, 8);
    writer->bytes += 8;
}

/**
 * Writes a field of the last operation that is an id.
 *
 * @param writer The writer.
 * @param field  One of HC_OP_FIELD_*.
 * @param id     16 bytes.
 * @since 0.1.0
 */
static inline void hc_packed_put_id(hc_packed_writer *writer, int32_t field, const uint8_t *id)
{
    hc_packed_put(writer, field, 0, id, 16);
}

/**
 * Marks a text as absent: a name or an attribute that an update removes.
 *
 * @param writer The writer.
 * @param field  One of HC_OP_FIELD_*.
 * @since 0.1.0
 */
static inline void hc_packed_put_absent(hc_packed_writer *writer, int32_t field)
{
    hc_packed_put(writer, field, 1, NULL, 0);
}

/**
 * Ends the operations.
 *
 * @param writer The writer.
 * @return The number of bytes for hc_batch_append(). If it exceeds the capacity, write the
 *         operations again into a buffer of this size.
 * @since 0.1.0
 */
static inline size_t hc_packed_end(hc_packed_writer *writer)
{
    hc_packed_close(writer);
    hc_packed_write_number(writer, 0, 0x6368, 2);
    hc_packed_write_number(writer, 2, HC_PACKED_VERSION, 1);
    hc_packed_write_number(writer, 3, HC_PACKED_OPERATIONS, 1);
    hc_packed_write_number(writer, 4, 16, 4);
    hc_packed_write_number(writer, 8, writer->bytes, 4);
    hc_packed_write_number(writer, 12, writer->operations, 4);
    return writer->bytes;
}

#undef HC_PACKED_BYTE
#undef HC_PACKED_U64
#undef HC_PACKED_INT
#undef HC_PACKED_CHARS

#endif /* HEADCOUNT_PACKED_H */
