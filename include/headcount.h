/**
 * @file headcount.h
 * headcount: an embedded user directory that never has more active users than seats. Link with
 * -lheadcount. Generated from src/capi/ by cbindgen; don't edit it.
 *
 * Start with these ten: hc_directory_open(), hc_user_create(), hc_user_get(), hc_user_email(),
 * hc_user_deactivate(), hc_user_activate(), hc_directory_get_seats(), hc_error_message(),
 * hc_error_free() and hc_directory_free(). The rest is in sections: the library, errors, ids,
 * opening and closing, license, seats and figures, copies and exports, users, lists and queries,
 * changing users, workspaces, external ids, batches, changes, texts, messages.
 *
 * @code{.c}
 * #include <headcount.h>
 * #include <inttypes.h>
 * #include <stdio.h>
 *
 * int main(void)
 * {
 *     hc_directory *users = NULL;
 *     hc_error *error = NULL;
 *     hc_seats seats = HC_SEATS_INIT;
 *
 *     // HC_STATUS_OK is 0, so this stops at the first call that fails.
 *     if (hc_directory_open_in_memory(NULL, &users, &error) // or hc_directory_open() a file
 *         || hc_user_create(users, HC_STR("steve@ex.co"), NULL, NULL, &error)
 *         || hc_user_create(users, HC_STR("ann@ex.co"), NULL, NULL, &error)
 *         || hc_user_deactivate(users, HC_STR("steve@ex.co"), NULL, &error)
 *         || hc_directory_get_seats(users, &seats, &error))
 *         fprintf(stderr, "%s\n", hc_error_message(error));
 *     else // 1 of 5 seats in use, 1 inactive
 *         printf("%" PRIu64 " of %" PRIu64 " seats in use, %" PRIu64 " inactive\n",
 *                seats.active, seats.limit, seats.inactive);
 *
 *     hc_error_free(error);
 *     hc_directory_free(users);
 *     return seats.active == 1 ? 0 : 1;
 * }
 * @endcode
 *
 * The following applies to every function, except where its own documentation differs.
 *
 * Handles. Directories, cursors, feeds, users, workspaces, lists, options, builders and errors
 * are opaque. You own a handle that a function gives you: free it once, with the hc_*_free() of
 * its type, in any order, because each keeps alive what it needs. Freeing NULL does nothing.
 * hc_*_new() never returns NULL. No function keeps its arguments: change or free them as soon as
 * the call has returned. Functions that only read from a handle (those that don't return an
 * hc_status) also take NULL, and then return 0 or NULL.
 *
 * Texts. In: UTF-8 as a pointer and, in the next parameter, whose name ends in _len, a length in
 * bytes, at most 1 MiB. No NUL is needed; NULL with the length 0 is the empty text. A text that
 * ends in a NUL may have the length HC_NUL_TERMINATED; HC_STR(text) makes both arguments of one.
 * Out: NUL-terminated UTF-8, borrowed from the handle that it was read from and valid until that
 * is freed, or written to your buffer. Ids that are returned are borrowed in the same way.
 *
 * Parameters. A function lists those that are not named for their type (hc_query *query), not
 * mentioned in its description by name, and not one of these:
 * - who: any text that names a user: an id, an email or a username.
 * - workspace, workspace_id: the id of a workspace. Batches name one by its name, in any case,
 *   or, where that is empty, by workspace_id.
 * - id, actor: 16 bytes in network order.
 * - provisioner, external_id: a system with ids of its own, such as an identity provider over
 *   SCIM, and the id that it has for a user or workspace, which is compared exactly.
 * - role: #HC_ROLE_OWNER or #HC_ROLE_USER.
 * - license, seats: one of `HC_LICENSE_*`, and the number of seats for #HC_LICENSE_SEATS, else 0.
 * - kind, key: one of `HC_USER_KEY_*`, and a key of that kind: UTF-8, or for #HC_USER_KEY_ID 16
 *   bytes.
 * - index: which one, from 0 to one less than the count.
 * - path: the path of the file.
 * - options: how to open the file; may be NULL.
 * - user, made: set to the user or workspace as the call left it; NULL if not wanted.
 * - found: set to what was found, or to NULL if there is none.
 * - applied, copied: set to the outcomes or to what was copied; NULL if not wanted.
 * - faults_max: how many faults to list; all are counted.
 * - buffer, capacity, written: where to write, its size in bytes, and set to how many bytes were
 *   written: 0 when there is nothing, or nothing more.
 * - progress: called with the progress of a long call; may be NULL.
 * - userdata: passed to each call of the callbacks; may be NULL.
 *
 * Limits. The name of a person has up to 255 bytes and the name of a workspace 1 to 128
 * characters, none of them a control or invisible one. A user has up to 64 attributes, of 16 KiB
 * in all, with names of 1 to 255 bytes, and ids of up to 16 provisioners. The name of a
 * provisioner has 1 to 64 bytes and an external id 1 to 255, without control characters.
 *
 * Numbers. Truth values and kinds are int32_t, and are checked; a truth value is 1 or 0. Times
 * are microseconds since 1970-01-01T00:00:00Z, up to the year 9999.
 *
 * Structs. Initialize a struct that has an HC_*_INIT with that: it sets struct_size, the size
 * that your program knows. The library fills in the fields within that size on success, so later
 * releases can append fields.
 *
 * Results. Functions that can fail return an hc_status: HC_STATUS_OK, one marked as general in
 * hc_status, one marked as store if they use a directory or a file, one marked as email if they
 * take one, or one that their own documentation names. They write results only on success. A
 * result may be NULL if its description says so. Absence is not an error: looking up a user that
 * doesn't exist succeeds and gives NULL.
 *
 * Errors. The last parameter, hc_error **error, may be NULL. Otherwise it is always written: NULL
 * on success, or else an error with a message, which is yours to free with hc_error_free().
 *
 * Builders. A setter that fails leaves its builder unchanged. They can be used for several calls.
 *
 * Callbacks must not throw or longjmp.
 *
 * Packed records. Functions with read or next_batch in their names fill your buffer with as many
 * records as fit, in one call, mainly for bindings. 32 KiB hold any user, 4 KiB any workspace. A
 * batch takes 16 bytes and each membership or outcome 48; a change takes 80, 48 for each of its
 * events, and its door. headcount_packed.h decodes them, and docs/packed.md specifies them.
 *
 * Threads. Any thread may call any function on any handle at any time, but no thread may be using
 * a handle that is being freed. If several threads read from a cursor, a list or a feed, each
 * record is returned to one of them. A thread needs 128 KiB of stack, and must not be cancelled
 * (pthread_cancel) during a call. docs/c-api.md says more about threads, memory and linking.
 *
 * Files. While a directory is open, its latest writes are in files beside its own, named like it
 * with -log0 to -log2 appended (users.redb-log0). Closing, or freeing the last handle, moves them
 * into the one file. After a crash, opening replays them automatically; until then, move or copy
 * them together with the main file.
 *
 * fork(). Directories, and the cursors, feeds and lists of workspaces that read from them, belong
 * to the process that made them: a child gets HC_STATUS_FORKED, opens its own, and frees those of
 * the parent without effect. All other handles are plain data, which outlives the directory and
 * which a child can still use, with one exception: if another thread was reading a text or an
 * attribute of a user for the first time when fork() was called, reading that user in the child
 * can block forever.
 *
 * Bugs. If the library fails internally (a Rust panic), the call returns HC_STATUS_INTERNAL and
 * the handle is poisoned: it can only be closed and freed. Using or freeing a freed handle, and
 * wrong pointers or lengths, are undefined behavior.
 *
 * Versions. Values and functions are only added, and structs only grow at their end. A library
 * fits this header if hc_abi_version() == HC_ABI_VERSION. Everything exists since 0.1.0, unless
 * @since names a later version.
 */

#ifndef HEADCOUNT_H
#define HEADCOUNT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__cplusplus)
/** Begins an enum whose type is int32_t. */
#define HC_ENUM(name) enum name : int32_t
#elif __STDC_VERSION__ >= 202311L
#define HC_ENUM(name) enum name : int32_t; typedef enum name name; enum name : int32_t
#else
#define HC_ENUM(name) typedef int32_t name; enum name
#endif

/** The length of a text that ends in a NUL. */
#define HC_NUL_TERMINATED SIZE_MAX
/** The two arguments, pointer and length, of a text that ends in a NUL. */
#define HC_STR(text) (text), HC_NUL_TERMINATED
/** Initializes an hc_seats: hc_seats seats = HC_SEATS_INIT; */
#define HC_SEATS_INIT { sizeof(hc_seats), 0, 0, 0, 0, 0, 0, 0 }
/** Initializes an hc_seat_history. */
#define HC_SEAT_HISTORY_INIT { sizeof(hc_seat_history), 0, 0, 0, 0, 0 }
/** Initializes an hc_verified. */
#define HC_VERIFIED_INIT { sizeof(hc_verified), 0, 0, 0, 0, 0, 0, 0 }
/** Initializes an hc_copied. */
#define HC_COPIED_INIT { sizeof(hc_copied), 0, 0, 0, 0 }
/** Initializes an hc_stats: without a limit of seats, as an older library leaves it. */
#define HC_STATS_INIT \
    { sizeof(hc_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, HC_NO_LIMIT, 0, 0, 0, 0, 0 }
/** Initializes an hc_member. */
#define HC_MEMBER_INIT { sizeof(hc_member), 0, 0, { 0 }, 0, 0 }
/** Initializes an hc_error_details. */
#define HC_ERROR_DETAILS_INIT \
    { sizeof(hc_error_details), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL }
/** Initializes an hc_outcome. */
#define HC_OUTCOME_INIT { sizeof(hc_outcome), 0, 0, 0, 0, 0, { 0 } }

/**
 * The version of this header's ABI; compare it with hc_abi_version() of a loaded library. It
 * is incremented only when programs must be recompiled.
 */
#define HC_ABI_VERSION 1

/** Bytes of the text of an id, with its NUL. */
#define HC_ID_TEXT_BYTES 37
/** The number of seats of a license without a limit. */
#define HC_NO_LIMIT 18446744073709551615ull
/** Room for all days that hc_directory_get_seat_history() can write: three years. */
#define HC_SEAT_DAYS_MAX 1100
/** Bytes of the longest name of a provisioner, with its NUL. */
#define HC_PROVISIONER_BYTES 65
/** Bytes of the longest external id, with its NUL. */
#define HC_EXTERNAL_ID_BYTES 256
/** Maximum batches of a directory that are submitted and not yet answered. */
#define HC_SUBMITTED_MAX 1024
/** Bytes of the longest key of an email or a username, with its NUL. */
#define HC_KEY_BYTES 256
/** Bytes of the longest text of a time, with its NUL. */
#define HC_TIME_TEXT_BYTES 28

/**
 * The result of a call. Values never change their meaning, but new ones may be added: treat an
 * unknown one as a failure. A failed call has changed nothing, unless the status is
 * #HC_STATUS_OUTCOME_UNKNOWN.
 */
HC_ENUM(hc_status) {
    HC_STATUS_OK = 0, /**< The call succeeded. */
    /** General: an argument is malformed, too long, or out of range. */
    HC_STATUS_INVALID_ARGUMENT = 1,
    HC_STATUS_NULL_ARGUMENT = 2, /**< General: a pointer that must point to something is NULL. */
    HC_STATUS_INVALID_UTF8 = 3, /**< General: a text is not UTF-8. */
    /** General: a bug in the library; the details are on stderr. The handle is poisoned. */
    HC_STATUS_INTERNAL = 4,
    /** General: an earlier call on this handle returned #HC_STATUS_INTERNAL. Free it. */
    HC_STATUS_POISONED = 5,
    /** General: the handle was made by the parent of this process. Open another one. */
    HC_STATUS_FORKED = 6,
    /**
     * General: the next record needs a larger buffer, of hc_error_details.buffer_bytes.
     * Nothing was skipped.
     */
    HC_STATUS_BUFFER_TOO_SMALL = 7,
    /** #HC_SUBMITTED_MAX batches are submitted; submit again after a callback. */
    HC_STATUS_QUEUE_FULL = 8,
    /** Email: the text is not an email address that this directory accepts. */
    HC_STATUS_INVALID_EMAIL = 20,
    /** Email: the part before the @ has letters outside ASCII; not supported yet. */
    HC_STATUS_INTERNATIONAL_EMAIL = 21,
    HC_STATUS_EMAIL_REQUIRED = 22, /**< Email: a user needs an email address and none was given. */
    HC_STATUS_INVALID_USERNAME = 23, /**< The text is not a usable username. */
    HC_STATUS_EMAIL_TAKEN = 24, /**< Another user has this email, as email or username. */
    HC_STATUS_USERNAME_TAKEN = 25, /**< Another user has this username, as username or email. */
    HC_STATUS_ID_TAKEN = 26, /**< A user with this id exists, or existed and was deleted. */
    HC_STATUS_USER_NOT_FOUND = 27, /**< General: no user has this id, email or username. */
    /** The call needs more seats than are free; hc_error_details has the numbers. */
    HC_STATUS_NO_FREE_SEAT = 28,
    HC_STATUS_LAST_ADMIN = 29, /**< The call would leave the directory without an active admin. */
    /** Users can't deactivate or delete themselves; see hc_directory_acting_as(). */
    HC_STATUS_OWN_ACCOUNT = 30,
    /** The record is not at the version that the caller expected; hc_error_details has both. */
    HC_STATUS_CONFLICT = 31,
    HC_STATUS_WORKSPACE_NOT_FOUND = 32, /**< General: no workspace has this id or name. */
    HC_STATUS_WORKSPACE_NAME_TAKEN = 33, /**< Another workspace has this name. */
    HC_STATUS_WORKSPACE_ARCHIVED = 34, /**< The workspace is archived; restore it first. */
    HC_STATUS_MEMBER_NOT_FOUND = 35, /**< The user is not a member of the workspace. */
    HC_STATUS_ROLE_DIFFERS = 36, /**< The user is already a member, in another role. */
    HC_STATUS_LAST_OWNER = 37, /**< The call would leave a workspace without an active owner. */
    HC_STATUS_DEFAULT_WORKSPACE = 38, /**< A user can't lose their default workspace. */
    /**
     * The requested changes were trimmed: read everything again, then continue after
     * hc_error_details.resume_after.
     */
    HC_STATUS_HISTORY_TRIMMED = 39,
    /** Store: another process, or another handle of this one, has the file open. */
    HC_STATUS_ALREADY_OPEN = 40,
    HC_STATUS_UNSUPPORTED_FORMAT = 41, /**< Store: the file was written by a newer release. */
    /** Store: the stored bytes contradict themselves, or the file is not a directory. */
    HC_STATUS_CORRUPTED = 42,
    HC_STATUS_TOO_LARGE = 43, /**< Store: the request is larger than one transaction may be. */
    /** Store: a commit failed half way. Open the file again to see whether it took effect. */
    HC_STATUS_OUTCOME_UNKNOWN = 44,
    HC_STATUS_CLOSED = 45, /**< Store: the directory was closed. */
    HC_STATUS_IO = 46, /**< Store: the operating system refused to read or write. */
    HC_STATUS_READ_ONLY = 47, /**< Store: the directory was opened for reading only. */
    /**
     * Store: the file was not closed, and its log is missing or too short: acknowledged
     * writes may be lost.
     */
    HC_STATUS_LOG_MISSING = 48,
    /** Store: the log beside the file belongs to another use of it, or to another file. */
    HC_STATUS_LOG_FOREIGN = 49,
    /** Store: the file was replaced, renamed or deleted while it was open. */
    HC_STATUS_FILE_REPLACED = 50,
    /**
     * No change has this number yet, as after a restore from a backup: read everything again,
     * then continue after hc_error_details.latest_change.
     */
    HC_STATUS_CHANGE_NOT_YET = 60,
    /** The request id belongs to another batch, which was applied. */
    HC_STATUS_REQUEST_ID_REUSED = 61,
    /**
     * Another user, or for a workspace another workspace, has this external id of the
     * provisioner.
     */
    HC_STATUS_EXTERNAL_ID_TAKEN = 62,
};

/** Which numbers an error has, as bits of hc_error_details.given. */
HC_ENUM(hc_detail) {
    HC_DETAIL_OP_INDEX = 1, /**< The operation that was refused. */
    HC_DETAIL_SEATS = 2, /**< The numbers of #HC_STATUS_NO_FREE_SEAT. */
    HC_DETAIL_VERSIONS = 4, /**< The numbers of #HC_STATUS_CONFLICT. */
    HC_DETAIL_RESUME_AFTER = 8, /**< The number of #HC_STATUS_HISTORY_TRIMMED. */
    HC_DETAIL_LATEST_CHANGE = 16, /**< The number of #HC_STATUS_CHANGE_NOT_YET. */
    HC_DETAIL_BUFFER_BYTES = 32, /**< The number of #HC_STATUS_BUFFER_TOO_SMALL. */
};

/**
 * The kind of an event in a change. Values never change their meaning, but new ones may be
 * added: skip an unknown one.
 */
HC_ENUM(hc_event) {
    HC_EVENT_USER_CREATED = 1, /**< The user was created, active or not. */
    HC_EVENT_USER_UPDATED = 2, /**< The fields of the user changed. */
    HC_EVENT_USER_ACTIVATED = 3, /**< The user was inactive and became active. */
    HC_EVENT_USER_DEACTIVATED = 4, /**< The user was active and became inactive. */
    HC_EVENT_USER_DELETED = 5, /**< The user was deleted for good. */
    HC_EVENT_LICENSE_SET = 6, /**< The license was set. */
    /** The workspace was created; if the event has a user, as that user's default. */
    HC_EVENT_WORKSPACE_CREATED = 7,
    HC_EVENT_WORKSPACE_RENAMED = 8, /**< The workspace was renamed. */
    HC_EVENT_WORKSPACE_ARCHIVED = 9, /**< The workspace was archived. */
    HC_EVENT_WORKSPACE_RESTORED = 10, /**< The archived workspace was restored. */
    HC_EVENT_WORKSPACE_DELETED = 11, /**< The workspace was deleted with its memberships. */
    /** The workspace is nobody's default any more: its user was deleted. */
    HC_EVENT_WORKSPACE_UNDEFAULTED = 12,
    /** The workspace was left without an active owner, which the batch allowed. */
    HC_EVENT_WORKSPACE_OWNERLESS = 13,
    HC_EVENT_MEMBER_ADDED = 14, /**< The user became a member of the workspace, in the role. */
    HC_EVENT_MEMBER_ROLE_SET = 15, /**< The member of the workspace got the role. */
    /**
     * The user is no longer a member. Deleting a user or a workspace removes memberships
     * without such events.
     */
    HC_EVENT_MEMBER_REMOVED = 16,
    /** The id that a provisioner has for the workspace was set, changed or removed. */
    HC_EVENT_WORKSPACE_EXTERNAL_ID_SET = 17,
};

/** The fields of a user that an update changed, as bits of a number. */
HC_ENUM(hc_field) {
    HC_FIELD_EMAIL = 1, /**< The email. */
    HC_FIELD_USERNAME = 2, /**< The username, set independently of the email. */
    HC_FIELD_GIVEN_NAME = 4, /**< The given name. */
    HC_FIELD_FAMILY_NAME = 8, /**< The family name. */
    HC_FIELD_ADMIN = 16, /**< Whether the user administers the platform. */
    HC_FIELD_ATTRIBUTES = 32, /**< The attributes. */
    HC_FIELD_EXTERNAL_IDS = 64, /**< The ids that provisioners have for the user. */
};

/**
 * Kinds of licenses. Each is passed as int32_t, together with a number of seats that is 0
 * unless the kind is #HC_LICENSE_SEATS.
 */
HC_ENUM(hc_license) {
    HC_LICENSE_COMMUNITY = 0, /**< Five seats; the license of a new directory. */
    HC_LICENSE_ENTERPRISE = 1, /**< Any number of seats. */
    HC_LICENSE_SEATS = 2, /**< This number of seats. */
};

/** The severity of a message. Passed as int32_t. */
HC_ENUM(hc_log_level) {
    HC_LOG_LEVEL_OFF = 0, /**< As a maximum: no messages. No message has it. */
    HC_LOG_LEVEL_ERROR = 1, /**< A failure that no call reports. */
    HC_LOG_LEVEL_WARN = 2, /**< An anomaly that was handled. */
    HC_LOG_LEVEL_INFO = 3, /**< Rare events worth knowing: opening, recovering, closing. */
    HC_LOG_LEVEL_DEBUG = 4, /**< Internal steps. */
    HC_LOG_LEVEL_TRACE = 5, /**< All messages. */
};

/** A field of an operation of a packed batch. */
HC_ENUM(hc_op_field) {
    HC_OP_FIELD_USER = 1, /**< A text that names the user: an id, an email or a username. */
    HC_OP_FIELD_USER_ID = 2, /**< The id of an existing user, or of one to create: 16 bytes. */
    HC_OP_FIELD_WORKSPACE = 3, /**< The id of the workspace, a number. */
    HC_OP_FIELD_WORKSPACE_NAME = 4, /**< The name of an existing workspace, a text. */
    HC_OP_FIELD_IF_VERSION = 5, /**< The version that the record must have before, a number. */
    HC_OP_FIELD_EMAIL = 6, /**< The email, a text. */
    HC_OP_FIELD_USERNAME = 7, /**< The username, a text; if absent, it follows the email. */
    HC_OP_FIELD_GIVEN_NAME = 8, /**< The given name, a text; if absent, there is none. */
    HC_OP_FIELD_FAMILY_NAME = 9, /**< The family name, a text; if absent, there is none. */
    HC_OP_FIELD_ACTIVE = 10, /**< Whether a user to create is active: 0 or 1. */
    HC_OP_FIELD_ADMIN = 11, /**< Whether the user administers the platform: 0 or 1. */
    HC_OP_FIELD_ATTRIBUTE_NAME = 12, /**< The name of an attribute, a text. */
    /** The value of the attribute named last, a text; if absent, the attribute is removed. */
    HC_OP_FIELD_ATTRIBUTE_VALUE = 13,
    /** 1 to remove all attributes except those that the update sets. */
    HC_OP_FIELD_REPLACE_ATTRIBUTES = 14,
    HC_OP_FIELD_CREATED_AT = 15, /**< When a user to create was created in another system. */
    HC_OP_FIELD_NAME = 16, /**< The name of a workspace to create, or its new one, a text. */
    HC_OP_FIELD_ROLE = 17, /**< One of HC_ROLE_*. */
    HC_OP_FIELD_LICENSE = 18, /**< One of HC_LICENSE_*. */
    HC_OP_FIELD_SEATS = 19, /**< The seats of #HC_LICENSE_SEATS, a number. */
    HC_OP_FIELD_REQUEST_ID = 20, /**< The id of the request, 16 bytes. */
    HC_OP_FIELD_ACTOR = 21, /**< The id of the actor, 16 bytes. */
    HC_OP_FIELD_ALLOW_OWNERLESS = 22, /**< 1 to let workspaces be left without an active owner. */
    HC_OP_FIELD_DOOR = 23, /**< The door of the batch, a text. */
    HC_OP_FIELD_PROVISIONER = 24, /**< The name of a provisioner, a text. */
    /** The id from the provisioner named last, a text; if absent, the id is removed. */
    HC_OP_FIELD_EXTERNAL_ID = 25,
};

/** The kind of an operation in a packed batch. docs/packed.md lists the fields of each. */
HC_ENUM(hc_operation) {
    HC_OPERATION_SETTINGS = 1, /**< No operation: its fields are settings of the batch. */
    HC_OPERATION_CREATE_USER = 2, /**< Creates a user. */
    HC_OPERATION_UPDATE_USER = 3, /**< Changes fields of a user. */
    HC_OPERATION_ACTIVATE_USER = 4, /**< Makes a user active. */
    HC_OPERATION_DEACTIVATE_USER = 5, /**< Makes a user inactive. */
    HC_OPERATION_DELETE_USER = 6, /**< Deletes a user for good. */
    HC_OPERATION_SET_LICENSE = 7, /**< Sets the license. */
    HC_OPERATION_CREATE_WORKSPACE = 8, /**< Creates a workspace. */
    HC_OPERATION_DEFAULT_WORKSPACE = 9, /**< Creates a user's default workspace. */
    HC_OPERATION_RENAME_WORKSPACE = 10, /**< Gives a workspace another name. */
    HC_OPERATION_ARCHIVE_WORKSPACE = 11, /**< Archives a workspace. */
    HC_OPERATION_RESTORE_WORKSPACE = 12, /**< Restores an archived workspace. */
    HC_OPERATION_DELETE_WORKSPACE = 13, /**< Deletes a workspace and its memberships for good. */
    HC_OPERATION_ADD_MEMBER = 14, /**< Adds a member. */
    HC_OPERATION_SET_ROLE = 15, /**< Gives a member a role. */
    HC_OPERATION_REMOVE_MEMBER = 16, /**< Removes a member. */
    /** Sets, changes or removes the id that a provisioner has for a workspace. */
    HC_OPERATION_SET_WORKSPACE_EXTERNAL_ID = 17,
};

/** An option for hc_options_set(). Passed as int32_t; those that are yes or no take 1 or 0. */
HC_ENUM(hc_option) {
    /**
     * Whether to create the file if it is missing; 1 by default. With 0, opening a missing
     * file fails with #HC_STATUS_IO.
     */
    HC_OPTION_CREATE_IF_MISSING = 1,
    /**
     * Whether to open the file for reading only; 0 by default. Any number of processes and
     * handles can read a file at the same time, but not while one has it open to write.
     * Nothing is written or created, so the file may be on a read-only file system; writes
     * are refused with #HC_STATUS_READ_ONLY.
     */
    HC_OPTION_READ_ONLY = 2,
    /**
     * How long to wait for a file that another process or handle has open, in milliseconds,
     * at most a day; 0 by default. Then opening fails with #HC_STATUS_ALREADY_OPEN.
     */
    HC_OPTION_OPEN_TIMEOUT_MS = 3,
    /** How much memory may hold pages of the file, in bytes; 64 MiB by default. */
    HC_OPTION_PAGE_CACHE_BYTES = 4,
    /**
     * About how much memory may hold users that were read, in bytes, so that reading one
     * again by email, id or username is a look-up in memory; 64 MiB by default, 0 for none.
     */
    HC_OPTION_USER_CACHE_BYTES = 5,
    /**
     * The largest size of the log beside the file, in bytes, at least 1 MiB; by default
     * 64 MiB, or a quarter of a file above 256 MiB, up to 128 MiB. It holds writes not yet
     * checkpointed; they are also kept in memory, in up to three times the space. A larger
     * log absorbs longer bursts of writes. It starts small, and closing removes it.
     */
    HC_OPTION_LOG_BYTES = 6,
    /**
     * Trades durability for speed: a write returns when the operating system has it, and is
     * on disk after at most this many milliseconds, up to a day. A crash of the machine can
     * lose the latest writes within that time, a crash of the process none; if the disk
     * fails, acknowledged writes are lost with it. 0, the default, returns from each write
     * when it is on disk.
     */
    HC_OPTION_SYNC_INTERVAL_MS = 7,
    /**
     * Whether to open a directory whose log is missing, cut, damaged or foreign, which is an
     * error by default (0). With 1, commits up to the first fault in the log are kept, and
     * all later ones are lost, acknowledged or not; the log's files are renamed to names that
     * end in "set-aside-" and a number. It has no effect on a log that can be used.
     */
    HC_OPTION_SALVAGE_LOG = 8,
};

/**
 * A condition or a setting of a query. Passed as int32_t to hc_query_set_text() or
 * hc_query_set_number(), whichever it says here, and to hc_query_unset().
 */
HC_ENUM(hc_query_field) {
    HC_QUERY_FIELD_ACTIVE = 1, /**< Number: 1 for active users, 0 for inactive ones. */
    HC_QUERY_FIELD_ADMINS = 2, /**< Number: 1 for admins, 0 for everybody else. */
    HC_QUERY_FIELD_MEMBER_OF = 3, /**< Members of a workspace: hc_query_set_member_of() sets it. */
    /** Attributes: hc_query_set_attribute() sets them, one by one. */
    HC_QUERY_FIELD_ATTRIBUTES = 4,
    /** Text: emails that start with it; ASCII letters match in either case. */
    HC_QUERY_FIELD_EMAIL_PREFIX = 5,
    /**
     * Text: emails at this domain, in either form (bücher.example or
     * xn--bcher-kva.example). A text that is not a domain matches nobody.
     */
    HC_QUERY_FIELD_EMAIL_DOMAIN = 6,
    HC_QUERY_FIELD_USERNAME_PREFIX = 7, /**< Text: usernames that start with it, in any case. */
    /**
     * Text: users whose email, username or names contain each of its words, in any case:
     * "lee ann" finds Ann Lee. At most 255 bytes.
     */
    HC_QUERY_FIELD_SEARCH = 8,
    HC_QUERY_FIELD_CREATED_SINCE = 9, /**< Time: users created at that time or later. */
    HC_QUERY_FIELD_CREATED_BEFORE = 10, /**< Time: users created before that time. */
    HC_QUERY_FIELD_CHANGED_SINCE = 11, /**< Time: users created or changed at that time or later. */
    /** Time: users created before that time and not changed since. */
    HC_QUERY_FIELD_CHANGED_BEFORE = 12,
    /**
     * Time: users last seen at that time or later; see hc_user_touch(). A user who was never
     * seen counts as seen at creation.
     */
    HC_QUERY_FIELD_SEEN_SINCE = 13,
    HC_QUERY_FIELD_SEEN_BEFORE = 14, /**< Time: users last seen before that time. */
    /** Number: the order, one of HC_SORT_*; #HC_SORT_EMAIL by default. */
    HC_QUERY_FIELD_SORT = 15,
    /** Number: 1 for the reverse order, such as newest first; 0 by default. */
    HC_QUERY_FIELD_DESCENDING = 16,
    /** Number: the maximum number of users in a page, 1 to 10,000; 100 by default. */
    HC_QUERY_FIELD_LIMIT = 17,
    /**
     * Text: where the page begins, from hc_cursor_next_page() of the previous page; empty for
     * the first page. It is a position in the order, not in a result: it stays valid while
     * users come and go, and after the directory is reopened.
     */
    HC_QUERY_FIELD_AFTER = 18,
};

/** What a member may do in a workspace. Passed as int32_t. */
HC_ENUM(hc_role) {
    HC_ROLE_ANY = 0, /**< Any role, for hc_query_set_member_of(); nobody has it. */
    HC_ROLE_OWNER = 1, /**< Decides about the workspace and its members. */
    HC_ROLE_USER = 2, /**< Works in it. */
};

/** The order of the users of a page. Passed as int32_t. */
HC_ENUM(hc_sort) {
    HC_SORT_EMAIL = 0, /**< By email: the natural order, in which users are stored. */
    HC_SORT_USERNAME = 1, /**< By username. */
    HC_SORT_CREATED = 2, /**< By the time of creation, oldest first. */
};

/** The kind of record that an operation concerned. */
HC_ENUM(hc_subject) {
    HC_SUBJECT_USER = 1, /**< The user with the id in the outcome. */
    HC_SUBJECT_LICENSE = 2, /**< The license. */
    HC_SUBJECT_WORKSPACE = 3, /**< The workspace with the id in the outcome. */
    HC_SUBJECT_MEMBER = 4, /**< The membership of that user in that workspace. */
};

/** The kind of a key by which a user is found. Passed as int32_t. */
HC_ENUM(hc_user_key) {
    HC_USER_KEY_ANY = 1, /**< Any text that names a user: an id, an email or a username. */
    HC_USER_KEY_EMAIL = 2, /**< An email. */
    HC_USER_KEY_USERNAME = 3, /**< A username. */
    HC_USER_KEY_ID = 4, /**< An id: 16 bytes in network order. */
};

/** The outcomes of a batch: a copy that later changes don't affect. */
typedef struct hc_applied hc_applied;

/**
 * Operations that succeed or fail together: a builder.
 *
 * Each operation sees the effects of the ones before it. Uniqueness, seats, admins and the
 * owners of workspaces are checked once, at the end, on the net result: with all seats in
 * use, one user can leave and another join, and an owner can hand over and leave.
 *
 * Whether users and workspaces exist is checked when the batch is applied. An operation on a
 * workspace may name one that an earlier operation creates.
 */
typedef struct hc_batch hc_batch;

/**
 * Users as they were at one moment, all of them or a page of a query, read one by one or in
 * batches.
 *
 * A cursor over all users holds that state of the directory until its last user is read, so
 * the file can't reuse the space of later changes. Once the file has more than doubled, and
 * grown by more than four times the size of the log (256 MiB by default), the cursor is
 * closed, and reading on fails with #HC_STATUS_CLOSED: ask for the list again.
 */
typedef struct hc_cursor hc_cursor;

/** A user directory: users, and a license that says how many may be active. */
typedef struct hc_directory hc_directory;
/** Why a call failed: a status, a message for people, and numbers where there are any. */
typedef struct hc_error hc_error;
/** The faults of a directory, and what a repair did about them. */
typedef struct hc_faults hc_faults;

/**
 * The changes of a directory as they are committed. Any number of feeds can be read at once,
 * each at its own pace.
 *
 * Between calls a feed keeps the file open, but holds no state of the directory. Store
 * hc_feed_position() to resume after a restart.
 */
typedef struct hc_feed hc_feed;

/** Memberships as they were at one moment: a copy that later changes don't affect. */
typedef struct hc_members hc_members;
/** What is known of a user to create besides the email: a builder. */
typedef struct hc_new_user hc_new_user;
/** How to open a directory: a builder. */
typedef struct hc_options hc_options;

/**
 * Which users to return, in what order and how many: a builder.
 *
 * All conditions must hold. A query reads one index, that of its first condition in this list:
 * members of a workspace, only admins, an email domain, an email prefix, inactive (alone and
 * by email, or where that is at most one user in eight), a username prefix, created since,
 * changed since; without any of them, all users. If that index is in the order asked for, a
 * page costs what its users cost, whatever the size of the directory; otherwise the whole part
 * of the index that the condition names is read for each page. All other conditions are
 * checked on each user read.
 */
typedef struct hc_query hc_query;

/** The refusals of a batch, as a list of errors. */
typedef struct hc_refusals hc_refusals;
/** A user as one call found it: a copy that later changes don't affect. */
typedef struct hc_user hc_user;
/** Changes to a user; all other fields stay as they are: a builder. */
typedef struct hc_user_update hc_user_update;
/** A workspace as one call found it: a copy that later changes don't affect. */
typedef struct hc_workspace hc_workspace;

/**
 * All workspaces as they were at one moment, read one by one or in batches. Like an
 * hc_cursor, it holds that state of the directory while it lives: read on or free it.
 */
typedef struct hc_workspaces hc_workspaces;

/** All details of an error. Initialize it with #HC_ERROR_DETAILS_INIT. */
typedef struct hc_error_details {
    uint32_t struct_size; /**< Set by #HC_ERROR_DETAILS_INIT. */
    int32_t status; /**< The status that the failed call returned. */
    int32_t is_retryable; /**< 1 if repeating the call later can help, otherwise 0. */
    /** Which of the numbers below are set, as bits of HC_DETAIL_*; the others are 0. */
    uint32_t given;
    uint64_t op_index; /**< The index of the operation that was refused, from 0. */
    uint64_t limit; /**< The seats of the license. */
    uint64_t active; /**< Active users before the call. */
    uint64_t requested; /**< How many more active users the call would have made. */
    uint64_t expected; /**< The version that the caller expected. */
    uint64_t found; /**< The version that was found. */
    uint64_t resume_after; /**< The number of the last change that was trimmed. */
    uint64_t latest_change; /**< The number of the latest change. */
    uint64_t buffer_bytes; /**< The required size of the buffer in bytes. */
    uint64_t message_len; /**< The length of the message in bytes. */
    /**
     * What went wrong and what to do about it: NUL-terminated, valid until the error
     * is freed.
     */
    const char *message;
} hc_error_details;

/** How the seats of the license are used, at one moment. Initialize it with #HC_SEATS_INIT. */
typedef struct hc_seats {
    uint32_t struct_size; /**< Set by #HC_SEATS_INIT. */
    int32_t license; /**< The license in force: one of HC_LICENSE_*. */
    uint64_t limit; /**< Seats of the license, or #HC_NO_LIMIT. */
    uint64_t active; /**< Users who are active: each takes one seat. */
    uint64_t inactive; /**< Users who are not active: they take none. */
    uint64_t free; /**< Seats that are free, 0 when over the limit, or #HC_NO_LIMIT. */
    uint64_t over_by; /**< How many more users are active than there are seats. */
    uint64_t license_version; /**< The version of the license, for hc_batch_set_if_version(). */
} hc_seats;

/** How many users were active since a day. Initialize it with #HC_SEAT_HISTORY_INIT. */
typedef struct hc_seat_history {
    uint32_t struct_size; /**< Set by #HC_SEAT_HISTORY_INIT. */
    uint32_t reserved; /**< Always 0. */
    uint64_t since_micros; /**< The beginning of the first day that it covers. */
    uint64_t peak; /**< The most users that were active at one time since then. */
    /** The latest day with that peak, as #since_micros; 0 if the number has not changed since. */
    uint64_t peak_day_micros;
    uint64_t day_count; /**< The total number of days. */
} hc_seat_history;

/** A day (UTC) on which the number of active users changed. */
typedef struct hc_seat_day {
    uint64_t day_micros; /**< When the day began. */
    /** The most users that were active at one time on that day, including at its beginning. */
    uint64_t peak;
    uint64_t last; /**< The number of active users at its end, or now. */
} hc_seat_day;

/** What hc_directory_verify() counted. Initialize it with #HC_VERIFIED_INIT. */
typedef struct hc_verified {
    uint32_t struct_size; /**< Set by #HC_VERIFIED_INIT. */
    uint32_t reserved; /**< Always 0. */
    uint64_t active; /**< Users who are active, counted one by one. */
    uint64_t inactive; /**< Users who are not active, counted one by one. */
    uint64_t deleted; /**< Ids of users who were deleted. */
    uint64_t workspaces; /**< Workspaces, archived ones included. */
    uint64_t members; /**< Memberships. */
    uint64_t changes; /**< Changes on record. */
} hc_verified;

/**
 * Figures about the use of a directory, its cache and its commits, counted since it was
 * opened, over all its handles. Initialize it with #HC_STATS_INIT.
 */
typedef struct hc_stats {
    uint32_t struct_size; /**< Set by #HC_STATS_INIT. */
    uint32_t reserved; /**< Always 0. */
    uint64_t users_active; /**< Active users, each of whom takes a seat. */
    uint64_t users_inactive; /**< Inactive users. */
    uint64_t workspaces; /**< Workspaces, archived ones included. */
    uint64_t latest_change; /**< The number of the latest change; 0 before the first. */
    /**
     * Users in the cache, counted once for each of email, id and username that they
     * were read by.
     */
    uint64_t cache_entries;
    uint64_t cache_bytes; /**< About how many bytes of memory these entries take. */
    uint64_t cache_hits; /**< Reads of one user that hit the cache. */
    /** Reads of one user that went to the store, including those that found nobody. */
    uint64_t cache_misses;
    /**
     * Batches submitted, including refused ones. Each call that makes a single change is a
     * batch too.
     */
    uint64_t commit_requests;
    uint64_t commit_groups; /**< Transactions that they were grouped into. */
    uint64_t seats_limit; /**< Seats of the license, or #HC_NO_LIMIT. */
    /** The size of the main file; 0 for a directory in memory or opened read-only. */
    uint64_t file_bytes;
    /**
     * The size of the log's files, as of the latest commit; 0 before the first one, and
     * for a directory in memory or opened read-only.
     */
    uint64_t log_bytes;
    /**
     * Checkpoints, which write the log's commits to the main file. The one at closing
     * doesn't count.
     */
    uint64_t checkpoints;
    uint64_t checkpoint_micros; /**< The total duration of checkpoints in microseconds. */
    uint64_t checkpoint_micros_max; /**< The duration of the longest checkpoint in microseconds. */
} hc_stats;

/**
 * Receives the lines of hc_directory_export(), on the thread that made the call.
 * @param bytes Whole lines, each ending in a line feed; valid during the call.
 * @param bytes_len The number of bytes.
 * @return 0 to continue; anything else to stop.
 */
typedef int32_t (*hc_write_callback)(void *userdata, const uint8_t *bytes, size_t bytes_len);

/**
 * Reports the progress of a call, on the thread that made the call: of a copy every few hundred
 * kilobytes, of an export or a load after every thousand records. It must return quickly.
 * @param done Entries of a copy, or records of an export or a load, so far.
 * @param bytes Their bytes.
 */
typedef void (*hc_progress_callback)(void *userdata, uint64_t done, uint64_t bytes);

/**
 * Supplies lines to hc_directory_load(), on the thread that made the call. It must not use the
 * directory.
 * @param buffer Where to write the next bytes, which need not end with a line.
 * @param capacity How many there is room for.
 * @param read Set it to the number of bytes written; it starts as 0, which means the end.
 * @return 0 to continue; anything else to stop.
 */
typedef int32_t (*hc_read_callback)(void *userdata, uint8_t *buffer, size_t capacity, size_t *read);

/**
 * What hc_directory_backup() or hc_file_restore() copied. Initialize it with
 * #HC_COPIED_INIT.
 */
typedef struct hc_copied {
    uint32_t struct_size; /**< Set by #HC_COPIED_INIT. */
    uint32_t reserved; /**< Always 0. */
    uint64_t users; /**< Users in the copy, active or not. */
    /**
     * The number of the latest change in the copy, which contains everything up to it and
     * nothing later; 0 before the first.
     */
    uint64_t sequence;
    uint64_t bytes; /**< Bytes of the new file. */
} hc_copied;

/** The membership of a user in a workspace. Initialize it with #HC_MEMBER_INIT. */
typedef struct hc_member {
    uint32_t struct_size; /**< Set by #HC_MEMBER_INIT. */
    int32_t role; /**< The role: one of HC_ROLE_*. */
    uint64_t workspace; /**< The id of the workspace. */
    uint8_t user[16]; /**< The id of the user. */
    uint64_t since_micros; /**< When the user was added. */
    /** The version of the membership: 1 when the user is added, incremented by each change. */
    uint64_t version;
} hc_member;

/** The outcome of one operation of a batch. Initialize it with #HC_OUTCOME_INIT. */
typedef struct hc_outcome {
    uint32_t struct_size; /**< Set by #HC_OUTCOME_INIT. */
    int32_t subject; /**< The kind of record it concerned: one of HC_SUBJECT_*. */
    /** 1 if it changed anything, otherwise 0: activating an active user does not. */
    int32_t changed;
    int32_t reserved; /**< Always 0. */
    uint64_t version; /**< The version of the record afterwards; 0 if it was deleted. */
    uint64_t workspace; /**< The id of the workspace it concerned; 0 for none. */
    uint8_t user[16]; /**< The id of the user it concerned; zeros for none. */
} hc_outcome;

/**
 * Receives the outcomes of a submitted batch. It may call the library, even to submit, close
 * or free.
 * @param status What hc_directory_apply() would have returned.
 * @param applied The outcomes, which are yours to free; NULL unless `status` is #HC_STATUS_OK.
 * @param error The error, which is yours to free; NULL if there is none.
 */
typedef void (*hc_submit_callback)(void *userdata, hc_status status, hc_applied *applied,
                                   hc_error *error);

/** Called when a feed has something to read; see hc_feed_set_callback(). */
typedef void (*hc_feed_callback)(void *userdata);

/**
 * Receives a message of the library; see hc_log_set_callback().
 * @param level One of HC_LOG_LEVEL_*, not #HC_LOG_LEVEL_OFF.
 * @param target The part of the library that logs, such as "headcount::directory": valid during
 *        the call.
 * @param message One line of English: valid during the call.
 */
typedef void (*hc_log_callback)(void *userdata, int32_t level, const char *target,
                                const char *message);

/** Releases the userdata of a callback; see hc_log_set_callback(). */
typedef void (*hc_log_destroy)(void *userdata);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/* The library ===================================================================== */

/**
 * @return The version of the library's ABI. A program or binding compiled with this header works
 *        with any library that returns #HC_ABI_VERSION.
 */
uint32_t hc_abi_version(void);

/**
 * @return The version of the library as a number that can be compared: major * 1000000 + minor *
 *        1000 + patch, so 1002003 is 1.2.3.
 */
uint32_t hc_version_number(void);

/** @return The version of the library, such as "0.1.0": a constant text, not to be freed. */
const char *hc_version_string(void);

/* Errors ========================================================================== */

/**
 * The name of a status, such as "HC_STATUS_NO_FREE_SEAT", for logs.
 * @return A constant text, not to be freed; "HC_STATUS_UNKNOWN" for any other number.
 */
const char *hc_status_name(int32_t status);

/** @return The status that the failed call returned; HC_STATUS_NULL_ARGUMENT for NULL. */
hc_status hc_error_status(const hc_error *error);
/** @return What went wrong and what to do, in one line of English; an empty text for NULL. */
const char *hc_error_message(const hc_error *error);
/** Frees an error and its message. */
void hc_error_free(hc_error *error);

/**
 * Reads all details of an error in one call.
 * @return 1 if they were written; 0 for NULL and for a struct that was not initialized.
 */
int32_t hc_error_get_details(const hc_error *error, hc_error_details *details);

/* Ids ============================================================================= */

/**
 * Draws a new, unique id: a UUID of version 7, as the directory draws for users created without
 * one.
 */
hc_status hc_id_generate(uint8_t *id, hc_error **error);

/**
 * Formats an id as text, for functions that take a user as a text.
 * @param text Set to a text such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8": #HC_ID_TEXT_BYTES
 *        bytes, of which the last is NUL.
 */
hc_status hc_id_to_text(const uint8_t *id, char *text, hc_error **error);

/** Parses an id from a text: a UUID in any of its usual forms. */
hc_status hc_id_from_text(const char *text, size_t text_len, uint8_t *id, hc_error **error);

/* Opening and closing ============================================================= */

/** @return Options with their defaults; a new directory gets the Community license. */
hc_options *hc_options_new(void);

/**
 * Sets an option to a value.
 * @param option One of HC_OPTION_*.
 */
hc_status hc_options_set(hc_options *options, int32_t option, uint64_t value, hc_error **error);

/** Sets the license of a new directory. An existing one keeps its own. */
hc_status hc_options_set_license_if_new(hc_options *options, int32_t license, uint64_t seats,
                                        hc_error **error);
/** Frees options. */
void hc_options_free(hc_options *options);

/** Opens the directory in a file, which is created if it is missing. */
hc_status hc_directory_open(const char *path, size_t path_len, const hc_options *options,
                            hc_directory **directory, hc_error **error);

/**
 * Creates a directory in memory, which is gone when its last handle is freed.
 * @param options Its license and its user cache; may be NULL.
 */
hc_status hc_directory_open_in_memory(const hc_options *options, hc_directory **directory,
                                      hc_error **error);

/**
 * Creates another handle on the same directory, whose writes are made by an actor: each change
 * records the user with that id, who then can't deactivate or delete themself
 * (#HC_STATUS_OWN_ACCOUNT). Closing one of the handles closes all.
 * @param acting Set to the handle.
 */
hc_status hc_directory_acting_as(const hc_directory *directory, const uint8_t *actor,
                                 hc_directory **acting, hc_error **error);

/**
 * Creates another handle on the same directory, whose writes come through a door, which each
 * change records: a name of your choice for the client or interface, such as "rest" or
 * "scim:okta", of 1 to 32 ASCII letters, digits and -_.:/. See also hc_batch_set_door(). Closing
 * one of the handles closes all.
 * @param through Set to the handle.
 */
hc_status hc_directory_through(const hc_directory *directory, const char *door, size_t door_len,
                               hc_directory **through, hc_error **error);

/**
 * Finishes pending work, releases the file, and reports whether that failed. Other calls on the
 * directory and its cursors are refused with #HC_STATUS_CLOSED from then on, in all threads;
 * users that were read stay valid. Closing again does nothing.
 *
 * The handle must still be freed. Freeing closes too, but can't report a failure.
 * @return As other functions, even on a poisoned handle. The file is released in any case, except
 *        with #HC_STATUS_FORKED.
 */
hc_status hc_directory_close(hc_directory *directory, hc_error **error);

/**
 * Frees a directory. Its users and cursors stay valid, and the file stays open until the last
 * cursor is freed, unless hc_directory_close() was called.
 */
void hc_directory_free(hc_directory *directory);

/**
 * The address of a number that lets a host keep its own cache of users, so that a hit costs no
 * call. The number changes twice with every commit that changes or deletes users: it is odd
 * from before such a commit can be seen until it is visible everywhere. It stays odd once the
 * directory is closed, and in a child of fork().
 *
 * With these rules, no thread that has seen a commit ever sees an older state:
 *
 * - Read the number with acquire semantics, as
 *   __atomic_load_n(number, __ATOMIC_ACQUIRE) does.
 * - Lookup: read the number, then the cache. A cached user is valid if the number is even and
 *   equals the one stored with the user.
 * - Fill: read the number, then call the library, and store the user with that number. Store
 *   nothing if it is odd.
 * - Cache only users, never the absence of one: creating a user doesn't change the number.
 * @return A pointer that is valid until the directory is freed, the same for each
 *         handle on the directory; NULL for a directory that can't be used.
 */
const uint64_t *hc_directory_generation(const hc_directory *directory);

/* License, seats and figures ====================================================== */

/**
 * Returns how the seats are used.
 * @param seats Where to write it.
 */
hc_status hc_directory_get_seats(const hc_directory *directory, hc_seats *seats, hc_error **error);

/**
 * Sets the license. One with fewer seats than are in use is accepted: nobody is deactivated, but
 * no user can be activated until enough others are inactive.
 */
hc_status hc_directory_set_license(const hc_directory *directory, int32_t license, uint64_t seats,
                                   hc_error **error);

/**
 * Returns the most users that were active at one time on each day (UTC), by which licenses are
 * often billed. Days on which the number did not change are left out. The history covers three
 * years, even if hc_directory_trim_changes() forgets the changes.
 * @param since_micros A time on the first day to return; 0 for the first day on record.
 * @param history Where to write the figures.
 * @param days Where to write the days, oldest first; NULL if not wanted.
 * @param days_max How many days there is room for; #HC_SEAT_DAYS_MAX is enough for all. Further
 *        days are left out, but history->day_count counts them.
 */
hc_status hc_directory_get_seat_history(const hc_directory *directory, uint64_t since_micros,
                                        hc_seat_history *history, hc_seat_day *days,
                                        size_t days_max, hc_error **error);

/**
 * Recounts the seats and checks every index against the users, both ways. Takes time in
 * proportion to the size of the directory.
 * @param verified Where to write the counts; NULL if not wanted.
 * @retval HC_STATUS_CORRUPTED when something is wrong; the message says what.
 */
hc_status hc_directory_verify(const hc_directory *directory, hc_verified *verified,
                              hc_error **error);

/**
 * Lists what is wrong with a directory; an empty list if nothing is. A damaged value doesn't hide
 * other faults. Takes time in proportion to the size of the directory.
 * @retval HC_STATUS_CORRUPTED when the file itself can't be read to its end.
 */
hc_status hc_directory_find_faults(const hc_directory *directory, size_t faults_max,
                                   hc_faults **faults, hc_error **error);

/**
 * Lists what is wrong with the directory in a file, like hc_directory_find_faults(), even where
 * it is too damaged for hc_directory_open(). No file is created.
 */
hc_status hc_file_find_faults(const char *path, size_t path_len, const hc_options *options,
                              size_t faults_max, hc_faults **faults, hc_error **error);

/**
 * Repairs the directory in a file, in one transaction; nobody may have it open. Lists what was
 * wrong, like hc_directory_find_faults(). Nothing calls this automatically: restoring a backup,
 * if there is one, loses less.
 *
 * Indexes and counters are rebuilt from the records. A record that can't be read or kept is
 * removed and written to another file as a line of JSON, with its personal data; that file is
 * created only when needed. Nobody is deactivated.
 * @param options How to open it, and which license to set if it is lost; may be NULL.
 * @param aside The path of the file for removed records, which must not exist. NULL to write
 *        nothing and only report what would be done.
 */
hc_status hc_file_repair(const char *path, size_t path_len, const hc_options *options,
                         const char *aside, size_t aside_len, size_t faults_max, hc_faults **faults,
                         hc_error **error);

/** @return How many faults there are in all. */
uint64_t hc_faults_total(const hc_faults *faults);
/** @return How many faults are listed: all, or as many as were asked for. */
size_t hc_faults_count(const hc_faults *faults);

/**
 * @return The fault in one line of English: its kind, the ids that it concerns, what was expected
 *        and what was found, with no personal data but ids. An empty text for an index that is
 *        too large, and for NULL.
 */
const char *hc_faults_text_at(const hc_faults *faults, size_t index);

/**
 * @return The name of its kind: `damaged`, `malformed`, `missing`, `wrong`, `leftover`,
 *        `duplicate`, `dangling`, `not_deleted`, `counter`, `gap` or `unknown`; later releases
 *        may add others. An empty text as in hc_faults_text_at().
 */
const char *hc_faults_kind_at(const hc_faults *faults, size_t index);

/** @return How many records a repair wrote to the other file, or would write; 0 without one. */
uint64_t hc_faults_set_aside(const hc_faults *faults);

/**
 * @return How many more users are active than there are seats, after the repair if there was one.
 *        That is not a fault.
 */
uint64_t hc_faults_seats_over(const hc_faults *faults);

/** Frees a list of faults. */
void hc_faults_free(hc_faults *faults);

/**
 * Returns figures to monitor a directory with. The numbers of users, workspaces and seats and the
 * latest change are of one moment; the other figures are read one after another, and may change
 * meanwhile. For the latency of commits see hc_directory_write_stats_text().
 */
hc_status hc_directory_get_stats(const hc_directory *directory, hc_stats *stats, hc_error **error);

/**
 * Writes all figures of a directory in the text format of Prometheus, not NUL-terminated: users
 * by state, seats, the cache, and how long commits take, with quantiles. It holds no personal
 * data. 4 KiB of room are enough.
 */
hc_status hc_directory_write_stats_text(const hc_directory *directory, uint8_t *buffer,
                                        size_t capacity, size_t *written, hc_error **error);

/* Copies and exports ============================================================== */

/**
 * Writes all records of the directory as lines of JSON: the license, users with their ids,
 * versions and times, ids of deleted users, workspaces and memberships, as they are at one
 * moment. hc_directory_load(), and `headcount import`, make the same directory from them. Changes
 * and the outcomes of request ids are not included.
 *
 * The last line marks the end: hc_directory_load() refuses a file that a failed call left behind.
 * Others can read and write meanwhile; the file may grow by what they change. Takes time in
 * proportion to the size of the directory.
 * @param write Receives the lines, about 64 KiB at a time.
 * @retval HC_STATUS_IO when the callback stopped.
 */
hc_status hc_directory_export(const hc_directory *directory, hc_write_callback write,
                              hc_progress_callback progress, void *userdata, hc_error **error);

/**
 * Loads the lines of hc_directory_export() into an empty directory, in one transaction; other
 * writers wait. Each record is checked as if it were created, except for seats: a directory that
 * was over its limit may be so again. On failure nothing is changed, and the message says which
 * line is wrong.
 * @param read Supplies the lines.
 * @return Also the status of a record that can't be created, such as #HC_STATUS_EMAIL_TAKEN.
 * @retval HC_STATUS_INVALID_ARGUMENT when the directory is not empty, for a line that is not a
 *        record, and when lines are missing.
 * @retval HC_STATUS_IO when the callback stopped.
 */
hc_status hc_directory_load(const hc_directory *directory, hc_read_callback read,
                            hc_progress_callback progress, void *userdata, hc_error **error);

/**
 * Copies the directory, as it is now, to a new file, while others can read and write. The copy is
 * a directory's file like any other. It is verified before it takes its place; on failure, what
 * was there stays. Takes time in proportion to the size of the directory.
 * @param path The path of the new file, not a symbolic link.
 * @param overwrite 1 to replace the directory that is there, which nobody may have open; 0 to
 *        refuse that with #HC_STATUS_IO. Other files are never replaced.
 * @retval HC_STATUS_ALREADY_OPEN when the file to replace is open, as this directory's own is.
 */
hc_status hc_directory_backup(const hc_directory *directory, const char *path, size_t path_len,
                              int32_t overwrite, hc_copied *copied, hc_progress_callback progress,
                              void *userdata, hc_error **error);

/**
 * Replaces a directory's file by a copy of another, like hc_directory_backup(), including the log
 * that a crash left beside the other. The log of what it replaces is removed.
 * @param backup The path of the file to copy, which nobody may have open to write.
 * @param path The path to restore it to, not a symbolic link.
 * @param overwrite As in hc_directory_backup().
 */
hc_status hc_file_restore(const char *backup, size_t backup_len, const char *path, size_t path_len,
                          int32_t overwrite, hc_copied *copied, hc_progress_callback progress,
                          void *userdata, hc_error **error);

/**
 * Makes the file of a directory as small as possible, in place. Nobody else may have it open. The
 * directory's contents are safe even if the machine stops meanwhile. Takes time in proportion to
 * the size of the file.
 * @param options The page cache and how long to wait for the file; may be NULL.
 * @param bytes_before Set to the old size of the file in bytes; NULL if not wanted.
 * @param bytes Set to its new size; NULL if not wanted.
 */
hc_status hc_file_compact(const char *path, size_t path_len, const hc_options *options,
                          uint64_t *bytes_before, uint64_t *bytes, hc_error **error);

/* Users =========================================================================== */

/** @return The id, never given to another user. */
const uint8_t *hc_user_id(const hc_user *user);
/** @return The id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8". */
const char *hc_user_id_text(const hc_user *user);
/** @return The email address, as it was given. */
const char *hc_user_email(const hc_user *user);
/** @return The username, which is the email unless another one was set. */
const char *hc_user_username(const hc_user *user);
/** @return The given (first) name; NULL for a user without one. */
const char *hc_user_given_name(const hc_user *user);
/** @return The family (last) name; NULL for a user without one. */
const char *hc_user_family_name(const hc_user *user);
/** @return 1 for a user who is active, and so takes a seat, otherwise 0. */
int32_t hc_user_is_active(const hc_user *user);
/** @return 1 for a user who administers the platform, otherwise 0. */
int32_t hc_user_is_admin(const hc_user *user);
/** @return The version of the record: 1 at creation, incremented by each change. */
uint64_t hc_user_version(const hc_user *user);
/** @return When the user was created. */
uint64_t hc_user_created_at_micros(const hc_user *user);
/** @return When the record last changed. */
uint64_t hc_user_updated_at_micros(const hc_user *user);
/** @return When the user was deactivated; 0 for a user who is active or never was. */
uint64_t hc_user_deactivated_at_micros(const hc_user *user);
/** @return How many attributes the user has. */
size_t hc_user_attribute_count(const hc_user *user);

/**
 * Reads one of the attributes, which are ordered by name.
 * @param name Set to its name; NULL if not wanted.
 * @param value Set to its value; NULL if not wanted.
 * @param value_len Set to the length of the value in bytes, for values that contain NULs; NULL if
 *        not wanted.
 * @return 1 if there is such an attribute; otherwise 0, and nothing is written.
 */
int32_t hc_user_attribute_at(const hc_user *user, size_t index, const char **name,
                             const char **value, size_t *value_len);

/**
 * Reads the attribute with a name.
 * @param value_len As in hc_user_attribute_at(); may be NULL.
 * @return Its value; NULL for a user without that attribute.
 */
const char *hc_user_attribute(const hc_user *user, const char *name, size_t name_len,
                              size_t *value_len);

/** Frees a user and the texts that were read from it. */
void hc_user_free(hc_user *user);

/** @return A builder for a user who is active, not an admin, and has the email as username. */
hc_new_user *hc_new_user_new(void);
/** Sets an id from another system, any UUID; by default the directory draws one. */
hc_status hc_new_user_set_id(hc_new_user *new_user, const uint8_t *id, hc_error **error);

/**
 * Sets the username. If it is the user's own email, it follows the email when that changes.
 * @return Also #HC_STATUS_INVALID_USERNAME.
 */
hc_status hc_new_user_set_username(hc_new_user *new_user, const char *username, size_t username_len,
                                   hc_error **error);

/** Sets the given (first) name; an empty one is none. */
hc_status hc_new_user_set_given_name(hc_new_user *new_user, const char *name, size_t name_len,
                                     hc_error **error);
/** Sets the family (last) name; an empty one is none. */
hc_status hc_new_user_set_family_name(hc_new_user *new_user, const char *name, size_t name_len,
                                      hc_error **error);
/** Sets whether the user is active and takes a seat; 1 by default. */
hc_status hc_new_user_set_active(hc_new_user *new_user, int32_t active, hc_error **error);
/** Sets whether the user is an admin, who administers the platform; 0 by default. */
hc_status hc_new_user_set_admin(hc_new_user *new_user, int32_t admin, hc_error **error);

/**
 * Sets when the user was created in another system; by default now.
 * @param micros The time.
 */
hc_status hc_new_user_set_created_at_micros(hc_new_user *new_user, uint64_t micros,
                                            hc_error **error);

/** Sets the attribute with a name to a value. */
hc_status hc_new_user_set_attribute(hc_new_user *new_user, const char *name, size_t name_len,
                                    const char *value, size_t value_len, hc_error **error);
/** Frees the details of a user to create. */
void hc_new_user_free(hc_new_user *new_user);

/** Finds the user that an id, an email or a username names. */
hc_status hc_user_get(const hc_directory *directory, const char *who, size_t who_len,
                      hc_user **found, hc_error **error);
/** Finds a user by a key of one kind. A text that is malformed names nobody. */
hc_status hc_user_get_by(const hc_directory *directory, int32_t kind, const void *key,
                         size_t key_len, hc_user **found, hc_error **error);

/**
 * Creates a user with this email, who takes a seat unless inactive.
 * @param details What else is known of the user; may be NULL.
 * @return Also #HC_STATUS_EMAIL_TAKEN, #HC_STATUS_USERNAME_TAKEN, #HC_STATUS_ID_TAKEN,
 *        #HC_STATUS_EXTERNAL_ID_TAKEN or #HC_STATUS_NO_FREE_SEAT.
 */
hc_status hc_user_create(const hc_directory *directory, const char *email, size_t email_len,
                         const hc_new_user *details, hc_user **user, hc_error **error);

/**
 * Applies an update to a user.
 * @return Also #HC_STATUS_EMAIL_TAKEN, #HC_STATUS_USERNAME_TAKEN, #HC_STATUS_EXTERNAL_ID_TAKEN,
 *        #HC_STATUS_CONFLICT or #HC_STATUS_LAST_ADMIN.
 */
hc_status hc_user_update_apply(const hc_directory *directory, const char *who, size_t who_len,
                               const hc_user_update *update, hc_user **user, hc_error **error);

/**
 * Reads one user as a batch of one packed record, like those of lists: all fields of the user in
 * one call.
 */
hc_status hc_user_read(const hc_directory *directory, int32_t kind, const void *key, size_t key_len,
                       uint8_t *buffer, size_t capacity, size_t *written, hc_error **error);

/**
 * Reads the users that many keys name, each like hc_user_read(), in one call. It stops after the
 * last key, or when there is no room for the next user or offset: call it again with the keys
 * that are left. The users need not be of the same moment.
 * @param keys The keys, one after another: for each, its length in bytes as a 32-bit
 *        little-endian number, then that many bytes.
 * @param keys_bytes The size of all keys in bytes.
 * @param offsets Set to the offset in the buffer of the record of each key, in their order; to 0
 *        if nobody has the key.
 * @param offset_max How many offsets there is room for.
 * @param read Set to how many keys were read.
 * @return On failure, the contents of the buffer and of the offsets are unspecified.
 * @retval HC_STATUS_INVALID_ARGUMENT also for a key that extends beyond `keys_bytes`.
 */
hc_status hc_user_read_many(const hc_directory *directory, int32_t kind, const uint8_t *keys,
                            size_t keys_bytes, uint8_t *buffer, size_t capacity, uint32_t *offsets,
                            size_t offset_max, size_t *read, size_t *written, hc_error **error);

/* Lists and queries =============================================================== */

/** Lists all users, active or not, ordered by email, as they are now. */
hc_status hc_directory_list_users(const hc_directory *directory, hc_cursor **cursor,
                                  hc_error **error);

/**
 * Returns one page of the users that match a query, which may be empty.
 * @retval HC_STATUS_INVALID_ARGUMENT also if #HC_QUERY_FIELD_AFTER is from a query in another
 *        order.
 */
hc_status hc_directory_query(const hc_directory *directory, const hc_query *query,
                             hc_cursor **cursor, hc_error **error);

/**
 * Returns the count of users that match a query, regardless of its limit and
 * #HC_QUERY_FIELD_AFTER. Counting all, all active or all inactive users reads no user; any other
 * count reads the index that the query picks.
 */
hc_status hc_directory_count(const hc_directory *directory, const hc_query *query, uint64_t *count,
                             hc_error **error);

/** Reads the next user. */
hc_status hc_cursor_next(hc_cursor *cursor, hc_user **found, hc_error **error);
/** Reads the next users as packed records. A larger buffer is faster. */
hc_status hc_cursor_next_batch(hc_cursor *cursor, uint8_t *buffer, size_t capacity, size_t *written,
                               hc_error **error);
/** @return How many users are still to come; 0 for a cursor that can't be used. */
uint64_t hc_cursor_remaining(const hc_cursor *cursor);

/**
 * Where the next page begins, for #HC_QUERY_FIELD_AFTER. It contains the email or username of the
 * last user: treat it as personal data.
 * @return The text; NULL for the last page and for a cursor over all users.
 */
const char *hc_cursor_next_page(const hc_cursor *cursor);

/** Frees a cursor. */
void hc_cursor_free(hc_cursor *cursor);

/** @return A query for all users, ordered by email, 100 at a time. */
hc_query *hc_query_new(void);

/**
 * Sets a condition or setting that is a text.
 * @param field One of HC_QUERY_FIELD_* that is a text.
 */
hc_status hc_query_set_text(hc_query *query, int32_t field, const char *text, size_t text_len,
                            hc_error **error);

/**
 * Sets a condition or setting that is a number or a time.
 * @param field One of HC_QUERY_FIELD_* that is a number or a time.
 */
hc_status hc_query_set_number(hc_query *query, int32_t field, uint64_t number, hc_error **error);

/**
 * Restricts the query to members of a workspace.
 * @param role #HC_ROLE_OWNER or #HC_ROLE_USER for members in that role, #HC_ROLE_ANY for all.
 */
hc_status hc_query_set_member_of(hc_query *query, uint64_t workspace, int32_t role,
                                 hc_error **error);

/**
 * Restricts the query to users with an attribute of this name. A query can have up to 16
 * attributes, all of which must match.
 * @param value Its value, compared exactly; NULL, with the length 0, for any value.
 */
hc_status hc_query_set_attribute(hc_query *query, const char *name, size_t name_len,
                                 const char *value, size_t value_len, hc_error **error);

/**
 * Removes a condition, or resets a setting to its default.
 * @param field One of HC_QUERY_FIELD_*.
 */
hc_status hc_query_unset(hc_query *query, int32_t field, hc_error **error);

/** Frees a query. */
void hc_query_free(hc_query *query);

/* Changing users ================================================================== */

/** @return An update that changes nothing yet. */
hc_user_update *hc_user_update_new(void);
/** Refuses the update with #HC_STATUS_CONFLICT unless the user still has this version. */
hc_status hc_user_update_set_if_version(hc_user_update *update, uint64_t version, hc_error **error);
/** Changes the email. A username that is the email follows. */
hc_status hc_user_update_set_email(hc_user_update *update, const char *email, size_t email_len,
                                   hc_error **error);

/**
 * Changes the username, like hc_new_user_set_username().
 * @return Also #HC_STATUS_INVALID_USERNAME.
 */
hc_status hc_user_update_set_username(hc_user_update *update, const char *username,
                                      size_t username_len, hc_error **error);

/** Makes the username follow the email again. */
hc_status hc_user_update_reset_username(hc_user_update *update, hc_error **error);
/** Changes the given (first) name; an empty one removes it. */
hc_status hc_user_update_set_given_name(hc_user_update *update, const char *name, size_t name_len,
                                        hc_error **error);
/** Changes the family (last) name; an empty one removes it. */
hc_status hc_user_update_set_family_name(hc_user_update *update, const char *name, size_t name_len,
                                         hc_error **error);
/** Sets whether the user is an admin, who administers the platform. */
hc_status hc_user_update_set_admin(hc_user_update *update, int32_t admin, hc_error **error);
/** Sets the attribute with a name to a value, and leaves the others. */
hc_status hc_user_update_set_attribute(hc_user_update *update, const char *name, size_t name_len,
                                       const char *value, size_t value_len, hc_error **error);
/** Removes the attribute with a name, if the user has it. */
hc_status hc_user_update_remove_attribute(hc_user_update *update, const char *name, size_t name_len,
                                          hc_error **error);
/** Removes all attributes except those that this update sets. */
hc_status hc_user_update_replace_attributes(hc_user_update *update, hc_error **error);
/** Frees an update. */
void hc_user_update_free(hc_user_update *update);

/**
 * Makes a user active. Does nothing if the user is active.
 * @return Also #HC_STATUS_NO_FREE_SEAT.
 */
hc_status hc_user_activate(const hc_directory *directory, const char *who, size_t who_len,
                           hc_user **user, hc_error **error);

/**
 * Makes a user inactive, which frees a seat. Does nothing if the user is inactive.
 * @return Also #HC_STATUS_LAST_ADMIN, #HC_STATUS_OWN_ACCOUNT or #HC_STATUS_LAST_OWNER.
 */
hc_status hc_user_deactivate(const hc_directory *directory, const char *who, size_t who_len,
                             hc_user **user, hc_error **error);

/**
 * Deletes a user for good. The email and the username become free at once, and the id when
 * hc_directory_trim_changes() forgets the deletion. Deactivation is reversible, deletion is not.
 * @return Also #HC_STATUS_LAST_ADMIN, #HC_STATUS_OWN_ACCOUNT or #HC_STATUS_LAST_OWNER.
 */
hc_status hc_user_delete(const hc_directory *directory, const char *who, size_t who_len,
                         hc_error **error);

/**
 * Records that a user is seen now, such as at a login or with a request. Call it as often as
 * you like: it usually costs a lookup.
 *
 * A sighting within an hour of the one on record is ignored. The first is on disk when this
 * returns; later ones are written together, at most once a minute and when the directory is
 * closed, so a crash loses those since the last write. It is not a change: the user, the
 * version and the feed stay as they are. The time is personal data: exports and backups
 * include it, and deleting the user removes it.
 */
hc_status hc_user_touch(const hc_directory *directory, const char *who, size_t who_len,
                        hc_error **error);

/**
 * Returns when a user was last seen, to about an hour; see hc_user_touch().
 * @param micros Set to the time; to 0 for a user who was never seen.
 */
hc_status hc_user_get_last_seen_micros(const hc_directory *directory, const char *who,
                                       size_t who_len, uint64_t *micros, hc_error **error);

/* Workspaces ====================================================================== */

/** @return The id: a number from 1 up, never reused. */
uint64_t hc_workspace_id(const hc_workspace *workspace);
/** @return The name, as it was given; no other workspace has it. */
const char *hc_workspace_name(const hc_workspace *workspace);

/**
 * @return 1 for an archived workspace, otherwise 0. Until it is restored, nobody can be added
 *        and nothing in it changed; members can leave, and it can be deleted.
 */
int32_t hc_workspace_is_archived(const hc_workspace *workspace);

/** @return The id of the user whose default workspace this is; NULL if it is nobody's. */
const uint8_t *hc_workspace_default_of(const hc_workspace *workspace);
/** @return The version of the record: 1 at creation, incremented by each change. */
uint64_t hc_workspace_version(const hc_workspace *workspace);
/** @return When the workspace was created. */
uint64_t hc_workspace_created_at_micros(const hc_workspace *workspace);
/** @return When the record last changed; changes of members don't count. */
uint64_t hc_workspace_updated_at_micros(const hc_workspace *workspace);
/** Frees a workspace and what was read from it. */
void hc_workspace_free(hc_workspace *workspace);

/** Finds the workspace with an id. */
hc_status hc_workspace_get(const hc_directory *directory, uint64_t workspace, hc_workspace **found,
                           hc_error **error);
/** Finds the workspace with a name, in any case. */
hc_status hc_workspace_get_by_name(const hc_directory *directory, const char *name, size_t name_len,
                                   hc_workspace **found, hc_error **error);

/**
 * Creates a workspace with a name. It needs an active owner; only a batch can do without one, see
 * hc_batch_set_allow_ownerless().
 * @param owner The first owner, named in the same way as who; empty for none.
 * @return Also #HC_STATUS_WORKSPACE_NAME_TAKEN or #HC_STATUS_LAST_OWNER.
 */
hc_status hc_workspace_create(const hc_directory *directory, const char *name, size_t name_len,
                              const char *owner, size_t owner_len, hc_workspace **made,
                              hc_error **error);

/**
 * Returns the default workspace of a user, who owns it; it is created on first use. The user
 * can't be removed from it, and it is deleted with the user unless it has other members then.
 */
hc_status hc_user_get_default_workspace(const hc_directory *directory, const char *who,
                                        size_t who_len, hc_workspace **found, hc_error **error);

/**
 * Gives a workspace another name.
 * @return Also #HC_STATUS_WORKSPACE_NAME_TAKEN or #HC_STATUS_WORKSPACE_ARCHIVED.
 */
hc_status hc_workspace_rename(const hc_directory *directory, uint64_t workspace, const char *name,
                              size_t name_len, hc_workspace **made, hc_error **error);

/** Archives a workspace; see hc_workspace_is_archived(). Does nothing if it is archived. */
hc_status hc_workspace_archive(const hc_directory *directory, uint64_t workspace,
                               hc_workspace **made, hc_error **error);
/** Restores an archived workspace. Does nothing if it is not archived. */
hc_status hc_workspace_restore(const hc_directory *directory, uint64_t workspace,
                               hc_workspace **made, hc_error **error);

/**
 * Deletes a workspace and its memberships for good. Its id is never reused; its name becomes
 * free.
 * @retval HC_STATUS_DEFAULT_WORKSPACE for a user's default workspace.
 */
hc_status hc_workspace_delete(const hc_directory *directory, uint64_t workspace, hc_error **error);

/**
 * Lists the members of a workspace: owners first, then users, each ordered by email. To read a
 * large workspace a page at a time, use hc_query_set_member_of().
 */
hc_status hc_workspace_list_members(const hc_directory *directory, uint64_t workspace,
                                    hc_members **members, hc_error **error);

/** Lists the workspaces of a user, as memberships with the role in each, ordered by id. */
hc_status hc_user_list_workspaces(const hc_directory *directory, const char *who, size_t who_len,
                                  hc_members **members, hc_error **error);
/** @return How many memberships are in the list. */
size_t hc_members_count(const hc_members *members);
/** Reads one of the memberships. */
hc_status hc_members_get(const hc_members *members, size_t index, hc_member *member,
                         hc_error **error);

/**
 * Reads the next memberships as packed records. Each call continues where the last one ended,
 * independently of hc_members_get().
 */
hc_status hc_members_next_batch(hc_members *members, uint8_t *buffer, size_t capacity,
                                size_t *written, hc_error **error);

/** Frees memberships. */
void hc_members_free(hc_members *members);

/**
 * Makes a user a member of a workspace. Does nothing if the user is a member in this role.
 * @return Also #HC_STATUS_ROLE_DIFFERS or #HC_STATUS_WORKSPACE_ARCHIVED.
 */
hc_status hc_workspace_add_member(const hc_directory *directory, uint64_t workspace,
                                  const char *who, size_t who_len, int32_t role, hc_error **error);

/**
 * Changes the role of a member. Does nothing if the member has it.
 * @return Also #HC_STATUS_MEMBER_NOT_FOUND, #HC_STATUS_LAST_OWNER or
 *        #HC_STATUS_WORKSPACE_ARCHIVED.
 * @retval HC_STATUS_DEFAULT_WORKSPACE for the owner of a default workspace.
 */
hc_status hc_workspace_set_role(const hc_directory *directory, uint64_t workspace, const char *who,
                                size_t who_len, int32_t role, hc_error **error);

/**
 * Removes a member from a workspace.
 * @return Also #HC_STATUS_MEMBER_NOT_FOUND or #HC_STATUS_LAST_OWNER.
 * @retval HC_STATUS_DEFAULT_WORKSPACE for a user's own default workspace.
 */
hc_status hc_workspace_remove_member(const hc_directory *directory, uint64_t workspace,
                                     const char *who, size_t who_len, hc_error **error);

/** Lists all workspaces, archived ones included, ordered by id, as they are now. */
hc_status hc_directory_list_workspaces(const hc_directory *directory, hc_workspaces **workspaces,
                                       hc_error **error);
/** Reads the next workspace. */
hc_status hc_workspaces_next(hc_workspaces *workspaces, hc_workspace **found, hc_error **error);
/** Reads the next workspaces as packed records. */
hc_status hc_workspaces_next_batch(hc_workspaces *workspaces, uint8_t *buffer, size_t capacity,
                                   size_t *written, hc_error **error);
/** Frees a list of workspaces. */
void hc_workspaces_free(hc_workspaces *workspaces);

/* External ids ==================================================================== */

/** Sets the id that a provisioner has for the user. */
hc_status hc_new_user_set_external_id(hc_new_user *new_user, const char *provisioner,
                                      size_t provisioner_len, const char *external_id,
                                      size_t external_id_len, hc_error **error);

/**
 * Sets the id that a provisioner has for the user, and keeps those of others.
 * @param external_id NULL, with the length 0, removes it.
 */
hc_status hc_user_update_set_external_id(hc_user_update *update, const char *provisioner,
                                         size_t provisioner_len, const char *external_id,
                                         size_t external_id_len, hc_error **error);

/** Finds a user by the id that a provisioner has for them. */
hc_status hc_user_get_by_external_id(const hc_directory *directory, const char *provisioner,
                                     size_t provisioner_len, const char *external_id,
                                     size_t external_id_len, hc_user **found, hc_error **error);

/**
 * Reads one of the external ids of a user, which are ordered by provisioner.
 * @param index Which one, from 0 on.
 * @param provisioner Where to write the name of the provisioner: room for #HC_PROVISIONER_BYTES.
 *        NULL if not wanted.
 * @param external_id Where to write the id: room for #HC_EXTERNAL_ID_BYTES. NULL if not wanted.
 * @return 1 if there is such an id; otherwise 0, and nothing is written.
 */
int32_t hc_user_external_id_at(const hc_user *user, size_t index, char *provisioner,
                               char *external_id);

/** Finds a workspace by the id that a provisioner has for it. */
hc_status hc_workspace_get_by_external_id(const hc_directory *directory, const char *provisioner,
                                          size_t provisioner_len, const char *external_id,
                                          size_t external_id_len, hc_workspace **found,
                                          hc_error **error);

/**
 * Sets the id that a provisioner has for a workspace, and keeps those of others.
 * @param external_id NULL, with the length 0, removes it.
 * @return Also #HC_STATUS_WORKSPACE_ARCHIVED or #HC_STATUS_EXTERNAL_ID_TAKEN.
 */
hc_status hc_workspace_set_external_id(const hc_directory *directory, uint64_t workspace,
                                       const char *provisioner, size_t provisioner_len,
                                       const char *external_id, size_t external_id_len,
                                       hc_workspace **made, hc_error **error);

/**
 * Reads one of the external ids of a workspace, like hc_user_external_id_at().
 * @param index As in hc_user_external_id_at().
 * @param provisioner As in hc_user_external_id_at(): room for #HC_PROVISIONER_BYTES, or NULL.
 * @param external_id As in hc_user_external_id_at(): room for #HC_EXTERNAL_ID_BYTES, or NULL.
 * @return As in hc_user_external_id_at().
 */
int32_t hc_workspace_external_id_at(const hc_workspace *workspace, size_t index, char *provisioner,
                                    char *external_id);

/** Appends: set the id that a provisioner has, as hc_workspace_set_external_id(). */
hc_status hc_batch_set_workspace_external_id(hc_batch *batch, const char *workspace,
                                             size_t workspace_len, uint64_t workspace_id,
                                             const char *provisioner, size_t provisioner_len,
                                             const char *external_id, size_t external_id_len,
                                             hc_error **error);

/* Batches ========================================================================= */

/** @return An empty batch. */
hc_batch *hc_batch_new(void);

/**
 * Sets the actor, who makes these changes: the change records them, and they can't deactivate or
 * delete themself. See also hc_directory_acting_as().
 */
hc_status hc_batch_set_actor(hc_batch *batch, const uint8_t *actor, hc_error **error);

/**
 * Sets the door of the batch, in place of that of the directory; see hc_directory_through(). It
 * is not part of what hc_batch_set_request_id() compares.
 */
hc_status hc_batch_set_door(hc_batch *batch, const char *door, size_t door_len, hc_error **error);

/**
 * Makes the batch safe to send again: if the same batch was applied with this id before, its
 * outcome is returned and nothing is done, even after the directory was reopened. A refused batch
 * leaves no trace.
 *
 * It is the same batch if it has the same operations in the same order, with the same texts,
 * values and versions, the same actor, and the same hc_batch_set_allow_ownerless(). What the
 * directory draws, such as ids of new users and the time, is not compared. Another batch with a
 * known id is refused with #HC_STATUS_REQUEST_ID_REUSED.
 *
 * The id is kept as long as the change that the batch made; see hc_directory_trim_changes().
 * @param request_id 16 bytes, such as a random UUID.
 */
hc_status hc_batch_set_request_id(hc_batch *batch, const uint8_t *request_id, hc_error **error);

/**
 * Sets whether to allow that workspaces are left without an active owner, as in offboarding; 0 by
 * default. The change names each of them.
 */
hc_status hc_batch_set_allow_ownerless(hc_batch *batch, int32_t allow, hc_error **error);

/**
 * Makes the last operation depend on the version of what it changes: the user, the workspace, the
 * membership or the license. At another version the batch is refused with #HC_STATUS_CONFLICT. It
 * has no effect on operations that create something.
 * @retval HC_STATUS_INVALID_ARGUMENT for a batch without operations.
 */
hc_status hc_batch_set_if_version(hc_batch *batch, uint64_t version, hc_error **error);

/** @return How many operations there are. */
size_t hc_batch_count(const hc_batch *batch);
/** Frees a batch. */
void hc_batch_free(hc_batch *batch);

/**
 * Appends packed operations, which headcount_packed.h writes: any number of them, with the
 * versions they expect and the settings of the batch, in one call.
 *
 * A malformed part, such as a text that is not an email, is refused here with the status it has
 * elsewhere, and nothing is appended; hc_error_details.op_index says which operation of the batch
 * it would have been.
 * @param bytes The packed operations.
 * @param length The number of bytes.
 * @return Also the status of a malformed part, such as #HC_STATUS_INVALID_EMAIL.
 * @retval HC_STATUS_INVALID_ARGUMENT also for bytes that are not packed operations.
 */
hc_status hc_batch_append(hc_batch *batch, const uint8_t *bytes, size_t length, hc_error **error);

/**
 * Appends: create a user with this email, as hc_user_create().
 * @param details What else is known of the user; may be NULL.
 */
hc_status hc_batch_create_user(hc_batch *batch, const char *email, size_t email_len,
                               const hc_new_user *details, hc_error **error);

/** Appends: apply an update to a user, as hc_user_update_apply(). */
hc_status hc_batch_update_user(hc_batch *batch, const char *who, size_t who_len,
                               const hc_user_update *update, hc_error **error);
/** Appends: make a user active, as hc_user_activate(). */
hc_status hc_batch_activate_user(hc_batch *batch, const char *who, size_t who_len,
                                 hc_error **error);
/** Appends: make a user inactive, as hc_user_deactivate(). */
hc_status hc_batch_deactivate_user(hc_batch *batch, const char *who, size_t who_len,
                                   hc_error **error);
/** Appends: delete a user for good, as hc_user_delete(). */
hc_status hc_batch_delete_user(hc_batch *batch, const char *who, size_t who_len, hc_error **error);
/** Appends: set the license, as hc_directory_set_license(). */
hc_status hc_batch_set_license(hc_batch *batch, int32_t license, uint64_t seats, hc_error **error);

/**
 * Appends: create a workspace with a name, as hc_workspace_create(). Its id is in the outcome.
 * @param owner As in hc_workspace_create().
 */
hc_status hc_batch_create_workspace(hc_batch *batch, const char *name, size_t name_len,
                                    const char *owner, size_t owner_len, hc_error **error);

/** Appends: create a user's default workspace, if there is none. */
hc_status hc_batch_default_workspace(hc_batch *batch, const char *who, size_t who_len,
                                     hc_error **error);
/** Appends: give a workspace another name, as hc_workspace_rename(). */
hc_status hc_batch_rename_workspace(hc_batch *batch, const char *workspace, size_t workspace_len,
                                    uint64_t workspace_id, const char *name, size_t name_len,
                                    hc_error **error);
/** Appends: archive a workspace, as hc_workspace_archive(). */
hc_status hc_batch_archive_workspace(hc_batch *batch, const char *workspace, size_t workspace_len,
                                     uint64_t workspace_id, hc_error **error);
/** Appends: restore an archived workspace, as hc_workspace_restore(). */
hc_status hc_batch_restore_workspace(hc_batch *batch, const char *workspace, size_t workspace_len,
                                     uint64_t workspace_id, hc_error **error);
/** Appends: delete a workspace, as hc_workspace_delete(). */
hc_status hc_batch_delete_workspace(hc_batch *batch, const char *workspace, size_t workspace_len,
                                    uint64_t workspace_id, hc_error **error);
/** Appends: make a user a member, as hc_workspace_add_member(). */
hc_status hc_batch_add_member(hc_batch *batch, const char *workspace, size_t workspace_len,
                              uint64_t workspace_id, const char *who, size_t who_len, int32_t role,
                              hc_error **error);
/** Appends: change the role of a member, as hc_workspace_set_role(). */
hc_status hc_batch_set_role(hc_batch *batch, const char *workspace, size_t workspace_len,
                            uint64_t workspace_id, const char *who, size_t who_len, int32_t role,
                            hc_error **error);
/** Appends: remove a member from a workspace, as hc_workspace_remove_member(). */
hc_status hc_batch_remove_member(hc_batch *batch, const char *workspace, size_t workspace_len,
                                 uint64_t workspace_id, const char *who, size_t who_len,
                                 hc_error **error);

/**
 * Applies a batch: all of it, or nothing. It is one transaction and one change.
 * @return Any status that one of its operations has; that of the first refusal, which
 *        hc_error_details.op_index names. Also #HC_STATUS_NO_FREE_SEAT, #HC_STATUS_LAST_ADMIN,
 *        #HC_STATUS_LAST_OWNER, #HC_STATUS_CONFLICT or #HC_STATUS_REQUEST_ID_REUSED.
 */
hc_status hc_directory_apply(const hc_directory *directory, const hc_batch *batch,
                             hc_applied **applied, hc_error **error);

/**
 * Returns what hc_directory_apply() would return now, except for ids that it would draw, and
 * changes nothing.
 */
hc_status hc_directory_dry_run(const hc_directory *directory, const hc_batch *batch,
                               hc_applied **applied, hc_error **error);

/** @return The number of the change that the batch made: 1, 2, 3 and so on; 0 for no change. */
uint64_t hc_applied_sequence(const hc_applied *applied);

/**
 * @return 1 if this is the outcome of an earlier batch with the same request id, and nothing
 *        was done now; otherwise 0.
 */
int32_t hc_applied_is_replayed(const hc_applied *applied);

/** @return How many operations the batch had; each has an outcome. */
size_t hc_applied_count(const hc_applied *applied);

/**
 * @return How many workspaces the batch left without an active owner, which needs
 *        hc_batch_set_allow_ownerless(); 0 for a replayed outcome.
 */
size_t hc_applied_ownerless_count(const hc_applied *applied);

/**
 * @param index Which of these workspaces: from 0 to hc_applied_ownerless_count() - 1.
 * @return Its id; 0 for another index.
 */
uint64_t hc_applied_ownerless_at(const hc_applied *applied, size_t index);

/** Reads the outcome of one operation. */
hc_status hc_applied_get_outcome(const hc_applied *applied, size_t index, hc_outcome *outcome,
                                 hc_error **error);

/**
 * Returns the user that an operation concerned, as the batch left it.
 * @param found Set to the user; or to NULL for an operation that concerned no user, a deleted
 *        user, and a replayed outcome.
 */
hc_status hc_applied_get_user(const hc_applied *applied, size_t index, hc_user **found,
                              hc_error **error);

/** Frees outcomes. */
void hc_applied_free(hc_applied *applied);

/**
 * Reads outcomes as packed records, beginning with any of them.
 * @param first The operation to begin with, counted from 0.
 */
hc_status hc_applied_read(const hc_applied *applied, size_t first, uint8_t *buffer, size_t capacity,
                          size_t *written, hc_error **error);

/**
 * Applies a batch like hc_directory_apply(), but without waiting for the disk: a thread of the
 * library applies it and calls the callback with the outcomes. For event loops.
 *
 * - Batches submitted with the handles of a directory are applied in the order of these calls;
 *   those that are waiting share a commit. Their callbacks are called in that order, one at a
 *   time, on one thread, which starts with the first submission.
 * - The callback is called exactly once for an accepted batch, and never for one that this
 *   function refuses.
 * - hc_directory_close(), and hc_directory_free() of the last handle of the directory, wait until
 *   all batches are applied and their callbacks have returned. When a callback calls them they
 *   don't wait: the batches behind it are answered with #HC_STATUS_CLOSED after
 *   hc_directory_close(), and applied after hc_directory_free().
 * - A process that exits without either loses the batches that were not applied yet.
 * - After a bug in the library the callback gets #HC_STATUS_INTERNAL, or
 *   #HC_STATUS_OUTCOME_UNKNOWN where the batch may have been applied.
 * @return Also #HC_STATUS_QUEUE_FULL; and #HC_STATUS_IO when no thread can be started.
 */
hc_status hc_directory_submit(const hc_directory *directory, const hc_batch *batch,
                              hc_submit_callback callback, void *userdata, hc_error **error);

/**
 * Lists the refusals of a batch, without applying it: all those of single operations, in their
 * order; if there are none, those of the batch as a whole. The list is empty when the batch would
 * be accepted now.
 */
hc_status hc_directory_preview(const hc_directory *directory, const hc_batch *batch,
                               hc_refusals **refusals, hc_error **error);

/** @return How many refusals there are. */
size_t hc_refusals_count(const hc_refusals *refusals);

/**
 * @return An error that belongs to the list: valid until that is freed, and not to be freed
 *        itself. NULL for an index that is too large.
 */
const hc_error *hc_refusals_at(const hc_refusals *refusals, size_t index);

/** Frees a list of refusals and its errors. */
void hc_refusals_free(hc_refusals *refusals);

/* Changes ========================================================================= */

/**
 * Follows the changes with numbers above a given one. If they are not available,
 * hc_feed_next_batch() fails.
 * @param after The number of the last known change; 0 to begin with the first.
 */
hc_status hc_directory_follow(const hc_directory *directory, uint64_t after, hc_feed **feed,
                              hc_error **error);

/**
 * Reads the next changes as packed records: as many as there are and fit. It waits only for the
 * first; hc_feed_wake() and closing the directory end the wait. One thread waits at a time.
 * @param timeout_ms How long to wait, in milliseconds: 0 for not at all, UINT64_MAX for no limit.
 * @retval HC_STATUS_HISTORY_TRIMMED when the next change is gone: read everything again, then
 *        follow from hc_error_details.resume_after.
 * @retval HC_STATUS_CHANGE_NOT_YET at once, when no change has the number that the feed is at, as
 *        after a restore from a backup: read everything again, then follow from
 *        hc_error_details.latest_change.
 */
hc_status hc_feed_next_batch(hc_feed *feed, uint64_t timeout_ms, uint8_t *buffer, size_t capacity,
                             size_t *written, hc_error **error);

/**
 * Returns a descriptor for an event loop: it is readable (POLLIN) while the feed has something to
 * read, be it a change or an error, and once the directory is closed. Read it with
 * hc_feed_next_batch() and the timeout 0 until it isn't readable. It is the same each time. Only
 * poll it; hc_feed_free() closes it. The first call waits for a thread that waits for changes.
 * @retval HC_STATUS_INVALID_ARGUMENT on a system without descriptors, such as Windows.
 */
hc_status hc_feed_get_descriptor(const hc_feed *feed, int32_t *descriptor, hc_error **error);

/**
 * Sets a callback that is called when the feed has something to read, be it a change or an error,
 * and when the directory is closed: for event loops, even on systems without descriptors. After a
 * call, read with hc_feed_next_batch() and the timeout 0 until nothing comes; until then there is
 * no other call. If there is something to read now, it is called at once. It may be called for a
 * change that was already read.
 *
 * Any thread may call it, including threads that write, while the library holds locks. So it must
 * return quickly, as functions that wake an event loop do, must not throw or longjmp, and must
 * not call the library. Once it is replaced or the feed is freed, it is not running and is never
 * called again; while you do that, hold no lock that it takes. This function waits for a thread
 * that waits for changes.
 * @param callback The callback, in place of an earlier one; NULL for none.
 */
hc_status hc_feed_set_callback(hc_feed *feed, hc_feed_callback callback, void *userdata,
                               hc_error **error);

/**
 * Wakes the thread that waits in hc_feed_next_batch(), which returns with nothing. If none waits,
 * the next call that would wait returns at once.
 */
void hc_feed_wake(const hc_feed *feed);

/**
 * @return The number of the last change that was returned, or where the feed began. It doesn't
 *        wait for a thread that waits for changes.
 */
uint64_t hc_feed_position(const hc_feed *feed);

/** Frees a feed. No thread may be waiting with it. */
void hc_feed_free(hc_feed *feed);

/**
 * Forgets the changes with numbers below a given one, and their request ids. Asking for them
 * later is refused with #HC_STATUS_HISTORY_TRIMMED.
 * @param before The number of the first change to keep.
 * @param trimmed Set to how many changes were forgotten; NULL if not wanted.
 */
hc_status hc_directory_trim_changes(const hc_directory *directory, uint64_t before,
                                    uint64_t *trimmed, hc_error **error);

/* Texts =========================================================================== */

/**
 * Checks an email address, and returns its key, which is unique: two addresses belong to one user
 * exactly when their keys are equal. After the @, the key has the domain in lower case, as
 * A-labels.
 * @param key Where to write the key: room for #HC_KEY_BYTES. NULL if not wanted.
 */
hc_status hc_email_key(const char *email, size_t email_len, char *key, hc_error **error);

/**
 * Checks a username that is not an email address, and returns its key, which is unique: two users
 * can't have usernames with equal keys.
 * @param key Where to write the key: room for #HC_KEY_BYTES. NULL if not wanted.
 * @return Also #HC_STATUS_INVALID_USERNAME.
 */
hc_status hc_username_key(const char *username, size_t username_len, char *key, hc_error **error);

/** Parses a license from a text, in any case: "community", "enterprise" or a number of seats. */
hc_status hc_license_from_text(const char *text, size_t text_len, int32_t *license, uint64_t *seats,
                               hc_error **error);
/** Parses a role from a text, in any case: "owner", "user", or its older name "collaborator". */
hc_status hc_role_from_text(const char *text, size_t text_len, int32_t *role, hc_error **error);

/**
 * Formats a time as RFC 3339 in UTC.
 * @param micros The time.
 * @param text Where to write a text such as "2024-07-11T16:55:59.173Z": room for
 *        #HC_TIME_TEXT_BYTES.
 */
hc_status hc_time_to_text(uint64_t micros, char *text, hc_error **error);

/**
 * Parses a time from a text: RFC 3339 in any time zone.
 * @param micros Set to the time, which is in 1970 or later.
 */
hc_status hc_time_from_text(const char *text, size_t text_len, uint64_t *micros, hc_error **error);

/* Messages ======================================================================== */

/**
 * Sends the log messages of the library to a callback, for the whole process: all directories and
 * all threads. It replaces an earlier callback. Messages contain no personal data except paths of
 * files; without a callback there are none.
 *
 * Any thread may call the callback, including the library's own, several at the same time, and
 * while the library holds locks. So it must return quickly, must not throw or longjmp, and must
 * not use directories, cursors or feeds; hc_log_set_callback() is allowed. Messages that a call
 * from within the callback causes are dropped.
 *
 * After this function has returned, no call of the old callback begins; calls that had begun may
 * still be running. When none is, its destructor is called, exactly once, by this function or by
 * the thread whose call ends last. Only the destructor may free userdata.
 * @param max_level The least severe messages to send: one of HC_LOG_LEVEL_*.
 * @param callback The callback; NULL for none, which ignores `userdata` and `destroy`.
 * @param destroy Called once with `userdata` when no call can use it any more; may be NULL. Not
 *        called when this function fails.
 * @retval HC_STATUS_INVALID_ARGUMENT also when the program is in Rust and has a logger of its own
 *        for the crate `log`.
 */
hc_status hc_log_set_callback(int32_t max_level, hc_log_callback callback, void *userdata,
                              hc_log_destroy destroy, hc_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HEADCOUNT_H */
