/**
 * @file headcount.h
 * headcount: an embedded user directory that never has more active users than
 * seats. Link with -lheadcount.
 *
 * This file is generated from src/capi/ by cbindgen; don't edit it.
 *
 * Handles. Directories, cursors, users, options, builders and errors are
 * opaque. What a function gives you is yours to free with the hc_*_free() of
 * its type, once; in any order, for each keeps alive what it needs. Freeing
 * NULL does nothing. Arguments are never kept: free or change them when the
 * call has returned.
 *
 * Texts. In: UTF-8 as a pointer and a length in bytes, at most 1 MiB; no NUL
 * is needed behind it, and NULL with length 0 is the empty text. HC_STR(text)
 * makes the two arguments of a C string. Out: UTF-8 with a NUL behind it,
 * borrowed from the handle that it was read off and valid until that is freed.
 *
 * Numbers. Truth values and kinds are int32_t, and are checked.
 *
 * Results. Functions that can fail return an hc_status. They write results
 * only on success and leave the places alone otherwise. What isn't there is no
 * error: looking up a user that doesn't exist succeeds and gives NULL.
 *
 * Errors. The last parameter, hc_error **error, may be NULL. If not, it is
 * always written: to NULL on success, otherwise to an error with a message,
 * which is yours to free with hc_error_free(). "A general status" in the docs
 * below is any that is marked so in hc_status, and likewise "a store status".
 *
 * Threads. Any thread may call any function on any handle at any time, with
 * one exception: nobody else may be using a handle that is being freed.
 *
 * fork(). Directories and cursors stay with the process that made them: a
 * child gets HC_STATUS_FORKED and opens its own. Users, options, builders and
 * errors are plain data and go along.
 *
 * Bugs. If the library fails inside (a Rust panic), the call returns
 * HC_STATUS_INTERNAL and the handle is poisoned: it can only be closed and
 * freed. Undefined is what C can't tell: using or freeing what was freed, or
 * pointers and lengths that aren't true.
 *
 * Versions. Values and functions are only ever added, structs only grow at
 * their end and say their size. hc_abi_version() == HC_ABI_VERSION says that a
 * library fits this header.
 */


#ifndef HEADCOUNT_H
#define HEADCOUNT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
/** The two arguments, pointer and length, of a text that ends in a NUL. */
#define HC_STR(text) reinterpret_cast<const uint8_t *>(text), strlen(text)
#else
/** The two arguments, pointer and length, of a text that ends in a NUL. */
#define HC_STR(text) (const uint8_t *)(text), strlen(text)
#endif

/** How an hc_seats starts: hc_seats seats = HC_SEATS_INIT; */
#define HC_SEATS_INIT { sizeof(hc_seats), 0, 0, 0, 0, 0, 0 }

/**
 * The version of the ABI that this header describes: compare it with what
 * hc_abi_version() says of the library that was loaded. It grows only when
 * programs must be compiled anew.
 *
 * @since 0.1.0
 */
#define HC_ABI_VERSION 1

/**
 * The number of seats of a license without a limit.
 *
 * @since 0.1.0
 */
#define HC_NO_LIMIT 18446744073709551615ull

/**
 * How a call went. Values keep their meaning for ever and new ones may be
 * added, so treat one that you don't know as a failure. Unless it is
 * #HC_STATUS_OUTCOME_UNKNOWN, a call that failed has changed nothing.
 *
 * @since 0.1.0
 */
enum hc_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    HC_STATUS_OK = 0,
    /**
     * General: an argument is malformed or too long, or a number is none of
     * those allowed.
     */
    HC_STATUS_INVALID_ARGUMENT = 1,
    /**
     * General: a pointer that must point to something is NULL.
     */
    HC_STATUS_NULL_ARGUMENT = 2,
    /**
     * General: a text is not UTF-8.
     */
    HC_STATUS_INVALID_UTF8 = 3,
    /**
     * General: the library failed (a bug; the details are on stderr). The
     * handle is poisoned: free it.
     */
    HC_STATUS_INTERNAL = 4,
    /**
     * General: an earlier call on this handle returned #HC_STATUS_INTERNAL. It
     * can only be closed and freed.
     */
    HC_STATUS_POISONED = 5,
    /**
     * General: the handle was made before fork(), in the parent. Open another
     * one in the child.
     */
    HC_STATUS_FORKED = 6,
    /**
     * The text is not an email address that this directory accepts.
     */
    HC_STATUS_INVALID_EMAIL = 20,
    /**
     * The part before the @ has letters outside ASCII; not supported yet.
     */
    HC_STATUS_INTERNATIONAL_EMAIL = 21,
    /**
     * A user needs an email address and none was given.
     */
    HC_STATUS_EMAIL_REQUIRED = 22,
    /**
     * The text is not a usable username, or it has an @ and is not the user's
     * own email.
     */
    HC_STATUS_INVALID_USERNAME = 23,
    /**
     * Another user has this email.
     */
    HC_STATUS_EMAIL_TAKEN = 24,
    /**
     * Another user has this username.
     */
    HC_STATUS_USERNAME_TAKEN = 25,
    /**
     * A user with this id exists, or existed and was deleted.
     */
    HC_STATUS_ID_TAKEN = 26,
    /**
     * No user has this id or email.
     */
    HC_STATUS_USER_NOT_FOUND = 27,
    /**
     * The call needs more seats than are free; hc_error_get_seats() has the
     * numbers.
     */
    HC_STATUS_NO_FREE_SEAT = 28,
    /**
     * The call would leave the directory without an active admin.
     */
    HC_STATUS_LAST_ADMIN = 29,
    /**
     * Users can't deactivate or delete themselves.
     */
    HC_STATUS_OWN_ACCOUNT = 30,
    /**
     * The record is not at the version that the caller expected, or another
     * writer won; hc_error_get_versions() has the numbers.
     */
    HC_STATUS_CONFLICT = 31,
    /**
     * No workspace has this id or name.
     */
    HC_STATUS_WORKSPACE_NOT_FOUND = 32,
    /**
     * Another workspace has this name.
     */
    HC_STATUS_WORKSPACE_NAME_TAKEN = 33,
    /**
     * The workspace is archived; restore it first.
     */
    HC_STATUS_WORKSPACE_ARCHIVED = 34,
    /**
     * The user is not a member of the workspace.
     */
    HC_STATUS_MEMBER_NOT_FOUND = 35,
    /**
     * The user is a member already, in another role.
     */
    HC_STATUS_ROLE_DIFFERS = 36,
    /**
     * The call would leave a workspace without an active owner.
     */
    HC_STATUS_LAST_OWNER = 37,
    /**
     * A user's own default workspace can't be taken from the user.
     */
    HC_STATUS_DEFAULT_WORKSPACE = 38,
    /**
     * The changes asked for were trimmed.
     */
    HC_STATUS_HISTORY_TRIMMED = 39,
    /**
     * Another process, or another handle of this one, has the file open.
     */
    HC_STATUS_ALREADY_OPEN = 40,
    /**
     * The file was written by a newer release.
     */
    HC_STATUS_UNSUPPORTED_FORMAT = 41,
    /**
     * Store: the stored bytes contradict themselves, or the file is not a
     * directory.
     */
    HC_STATUS_CORRUPTED = 42,
    /**
     * Store: the request is larger than one transaction may be.
     */
    HC_STATUS_TOO_LARGE = 43,
    /**
     * Store: a commit failed half way. Only opening the file again tells
     * whether it took effect.
     */
    HC_STATUS_OUTCOME_UNKNOWN = 44,
    /**
     * Store: the directory was closed.
     */
    HC_STATUS_CLOSED = 45,
    /**
     * Store: the operating system refused to read or write.
     */
    HC_STATUS_IO = 46,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hc_status hc_status;
#else
typedef int32_t hc_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Kinds of licenses. They are passed as int32_t together with a number of
 * seats, which is 0 unless the kind is #HC_LICENSE_SEATS.
 *
 * @since 0.1.0
 */
enum hc_license
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Five seats; what a new directory has.
     */
    HC_LICENSE_COMMUNITY = 0,
    /**
     * Any number of seats.
     */
    HC_LICENSE_ENTERPRISE = 1,
    /**
     * As many seats as the number says.
     */
    HC_LICENSE_SEATS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hc_license hc_license;
#else
typedef int32_t hc_license;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * All users as they were at one moment, read one by one. Yours to free with
 * hc_cursor_free(), before or after the directory.
 *
 * It holds that state of the directory for as long as it lives, which keeps
 * the file from reusing the space of what was changed since: read on or free
 * it.
 *
 * @since 0.1.0
 */
typedef struct hc_cursor hc_cursor;

/**
 * A user directory: users, and a license that says how many may be active.
 * Yours to free with hc_directory_free().
 *
 * @since 0.1.0
 */
typedef struct hc_directory hc_directory;

/**
 * Why a call failed: a status, a message for people, and numbers where there
 * are any. Yours to free with hc_error_free().
 *
 * @since 0.1.0
 */
typedef struct hc_error hc_error;

/**
 * A user to create: an email and whatever else is known. Yours to free with
 * hc_new_user_free(); it can be used for more than one call.
 *
 * A setter that fails leaves it as it was.
 *
 * @since 0.1.0
 */
typedef struct hc_new_user hc_new_user;

/**
 * How to open a directory. Yours to free with hc_options_free(), at any time
 * after the directory was opened.
 *
 * @since 0.1.0
 */
typedef struct hc_options hc_options;

/**
 * A user as one call found it: a copy that later changes don't touch. Yours to
 * free with hc_user_free(), before or after the directory; also valid after
 * fork().
 *
 * @since 0.1.0
 */
typedef struct hc_user hc_user;

/**
 * What to change of a user; whatever isn't named stays as it is. Yours to free
 * with hc_user_update_free(); it can be used for more than one call.
 *
 * A setter that fails leaves it as it was.
 *
 * @since 0.1.0
 */
typedef struct hc_user_update hc_user_update;

/**
 * How the seats of the license are used, at one moment. Start from
 * #HC_SEATS_INIT, which says how large the struct is for you: later releases
 * may append fields, and fill in only those that you have.
 *
 * @since 0.1.0
 */
typedef struct hc_seats {
    /**
     * Bytes of this struct as the caller knows it; set by #HC_SEATS_INIT.
     */
    uint32_t struct_size;
    /**
     * The license in force: one of HC_LICENSE_*.
     */
    int32_t license;
    /**
     * Seats of the license, or #HC_NO_LIMIT.
     */
    uint64_t limit;
    /**
     * Users who are active: each takes one seat.
     */
    uint64_t active;
    /**
     * Users who are not active: they take none.
     */
    uint64_t inactive;
    /**
     * Seats that are free, 0 when over the limit, or #HC_NO_LIMIT.
     */
    uint64_t free;
    /**
     * How many more users are active than there are seats.
     */
    uint64_t over_by;
} hc_seats;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library's ABI. A program or binding compiled against this
 * header works with any library that answers #HC_ABI_VERSION.
 *
 * @return The version of the ABI.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint32_t hc_abi_version(void);

/**
 * The version of the library as one number that can be compared:
 * major * 1000000 + minor * 1000 + patch, so 1002003 is 1.2.3.
 *
 * @return The version.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint32_t hc_version_number(void);

/**
 * The version of the library as text, such as "0.1.0".
 *
 * @return A NUL-terminated text that is valid for ever; not to be freed.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_version_string(void);

/**
 * The name of a status, such as "HC_STATUS_NO_FREE_SEAT", for logs.
 *
 * @param status Any number.
 * @return A NUL-terminated text that is valid for ever, not to be freed;
 *         "HC_STATUS_UNKNOWN" for a number that is no status.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_status_name(int32_t status);

/**
 * The status that the failed call returned.
 *
 * @param error The error; HC_STATUS_NULL_ARGUMENT is returned for NULL.
 * @return The status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_error_status(const struct hc_error *error);

/**
 * What went wrong and what to do about it, in one line of English.
 *
 * @param error The error, or NULL.
 * @return A NUL-terminated text that is valid until the error is freed; an
 *         empty one for NULL, so that it can always be printed.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_error_message(const struct hc_error *error);

/**
 * Whether the same call may succeed when it is made again as it is: after a
 * lost race, or when another process has the file.
 *
 * @param error The error, or NULL.
 * @return 1 if it may, otherwise 0.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_error_is_retryable(const struct hc_error *error);

/**
 * The numbers behind #HC_STATUS_NO_FREE_SEAT.
 *
 * @param error     The error, or NULL.
 * @param limit     Set to the seats of the license; NULL if not wanted.
 * @param active    Set to the users who were active; NULL if not wanted.
 * @param requested Set to how many more would have been; NULL if not wanted.
 * @return 1 if the numbers were written; 0, and nothing is written, if the
 *         error has another status.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_error_get_seats(const struct hc_error *error,
                           uint64_t *limit,
                           uint64_t *active,
                           uint64_t *requested);

/**
 * The numbers behind #HC_STATUS_CONFLICT.
 *
 * @param error    The error, or NULL.
 * @param expected Set to the version the caller expected; NULL if not wanted.
 * @param found    Set to the version that was found; NULL if not wanted.
 * @return 1 if the numbers were written; 0, and nothing is written, if the
 *         error has another status.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_error_get_versions(const struct hc_error *error,
                              uint64_t *expected,
                              uint64_t *found);

/**
 * Which operation of the call was refused, counted from 0.
 *
 * @param error The error, or NULL.
 * @param index Set to the index; NULL if not wanted.
 * @return 1 if there is one and it was written; 0, and nothing is written, if
 *         the call was refused as a whole.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_error_get_op_index(const struct hc_error *error, uint64_t *index);

/**
 * Frees an error, and with it its message.
 *
 * @param error The error; nothing happens for NULL.
 * @note Not while another thread uses the error.
 * @since 0.1.0
 */
void hc_error_free(struct hc_error *error);

/**
 * Sets the license. A smaller one than today's use is accepted: nobody is
 * deactivated, but no user can be activated until enough others are not.
 *
 * @param directory The directory.
 * @param license   One of HC_LICENSE_*.
 * @param seats     The number of seats for #HC_LICENSE_SEATS, otherwise 0.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_INVALID_ARGUMENT for another kind, or seats with a kind
 *         that has none.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_set_license(const struct hc_directory *directory,
                                   int32_t license,
                                   uint64_t seats,
                                   struct hc_error **error);

/**
 * Makes options that say what opening without options does: make the file if
 * it is missing, with the Community license, and cache 64 MiB of its pages.
 *
 * @return Options to free with hc_options_free(); never NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
struct hc_options *hc_options_new(void);

/**
 * Says whether to make the file if there is none. If not, opening a file that
 * is missing fails with #HC_STATUS_IO.
 *
 * @param options The options.
 * @param create  1 to make it, 0 not to.
 * @param error   See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_options_set_create_if_missing(struct hc_options *options,
                                           int32_t create,
                                           struct hc_error **error);

/**
 * Sets the license that a new directory gets. An existing one keeps its own.
 *
 * @param options The options.
 * @param license One of HC_LICENSE_*.
 * @param seats   The number of seats for #HC_LICENSE_SEATS, otherwise 0.
 * @param error   See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for another kind, or seats with a kind
 *         that has none.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_options_set_license_if_new(struct hc_options *options,
                                        int32_t license,
                                        uint64_t seats,
                                        struct hc_error **error);

/**
 * Sets how much memory may hold pages of the file.
 *
 * @param options The options.
 * @param bytes   The size of the cache in bytes; 64 MiB unless said otherwise.
 * @param error   See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for more than this machine can address.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_options_set_page_cache_bytes(struct hc_options *options,
                                          uint64_t bytes,
                                          struct hc_error **error);

/**
 * Frees options.
 *
 * @param options The options; nothing happens for NULL.
 * @note Not while another thread uses the options.
 * @since 0.1.0
 */
void hc_options_free(struct hc_options *options);

/**
 * Opens the directory in a file, and makes it if there is none.
 *
 * @param path      The path of the file, UTF-8.
 * @param path_len  Its length in bytes.
 * @param options   How to open it; NULL for the defaults. Not kept.
 * @param directory Set, on success, to a directory that is yours to free with
 *                  hc_directory_free().
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_ALREADY_OPEN when another process or handle has the file.
 * @retval HC_STATUS_UNSUPPORTED_FORMAT when a newer release wrote it.
 * @retval HC_STATUS_CORRUPTED when it is no directory or is damaged.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_open(const uint8_t *path,
                            size_t path_len,
                            const struct hc_options *options,
                            struct hc_directory **directory,
                            struct hc_error **error);

/**
 * Makes a directory that lives in memory and is gone when it is freed.
 *
 * @param options   Its license; NULL for the defaults. Not kept.
 * @param directory Set, on success, to a directory that is yours to free with
 *                  hc_directory_free().
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_open_in_memory(const struct hc_options *options,
                                      struct hc_directory **directory,
                                      struct hc_error **error);

/**
 * Recounts the seats and checks every index against the users, both ways.
 * Takes time in proportion to the size of the directory.
 *
 * @param directory The directory.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK when nothing is wrong, or a general or store status.
 * @retval HC_STATUS_CORRUPTED when something is; the message says what.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_verify(const struct hc_directory *directory,
                              struct hc_error **error);

/**
 * Finishes what is pending, releases the file, and reports what goes wrong
 * with that. From then on other calls on the directory and its cursors are
 * refused with #HC_STATUS_CLOSED, also those of other threads; users that were
 * read stay valid. Closing again does nothing.
 *
 * The handle is still to be freed. Freeing it without closing it first closes
 * it too, but can't report.
 *
 * @param directory The directory; works on a poisoned one.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status; the file is released
 *         in any case, unless that is #HC_STATUS_FORKED.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_close(struct hc_directory *directory, struct hc_error **error);

/**
 * Frees a directory. Its users and cursors stay valid, and the file stays open
 * until the last cursor is freed too, unless hc_directory_close() was called.
 * In a child of fork() it leaves the parent's directory alone.
 *
 * @param directory The directory; nothing happens for NULL.
 * @note Not while another thread uses the directory.
 * @since 0.1.0
 */
void hc_directory_free(struct hc_directory *directory);

/**
 * Tells how the seats are used.
 *
 * @param directory The directory.
 * @param seats     A struct of yours that starts as #HC_SEATS_INIT; filled in
 *                  on success.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_INVALID_ARGUMENT if seats->struct_size is too small.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_get_seats(const struct hc_directory *directory,
                                 struct hc_seats *seats,
                                 struct hc_error **error);

/**
 * The id: 16 bytes in network order, never given to another user.
 *
 * @param user The user, or NULL.
 * @return A pointer to 16 bytes that are valid until the user is freed; NULL
 *         for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const uint8_t *hc_user_id(const struct hc_user *user);

/**
 * The id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".
 *
 * @param user The user, or NULL.
 * @return A NUL-terminated text of 36 bytes that is valid until the user is
 *         freed; NULL for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_id_text(const struct hc_user *user);

/**
 * The email address, as it was given.
 *
 * @param user The user, or NULL.
 * @return A NUL-terminated text that is valid until the user is freed; NULL
 *         for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_email(const struct hc_user *user);

/**
 * The username; it is the email where none was given.
 *
 * @param user The user, or NULL.
 * @return A NUL-terminated text that is valid until the user is freed; NULL
 *         for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_username(const struct hc_user *user);

/**
 * The given (first) name.
 *
 * @param user The user, or NULL.
 * @return A NUL-terminated text that is valid until the user is freed; NULL
 *         for a user without one, and for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_given_name(const struct hc_user *user);

/**
 * The family (last) name.
 *
 * @param user The user, or NULL.
 * @return A NUL-terminated text that is valid until the user is freed; NULL
 *         for a user without one, and for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_family_name(const struct hc_user *user);

/**
 * Whether the user is active and so takes a seat.
 *
 * @param user The user, or NULL.
 * @return 1 or 0; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_user_is_active(const struct hc_user *user);

/**
 * Whether the user administers the platform.
 *
 * @param user The user, or NULL.
 * @return 1 or 0; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_user_is_admin(const struct hc_user *user);

/**
 * The version of the record: 1 when created, one more with each change.
 *
 * @param user The user, or NULL.
 * @return The version; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint64_t hc_user_version(const struct hc_user *user);

/**
 * When the user was created, in microseconds since 1970-01-01T00:00:00Z.
 *
 * @param user The user, or NULL.
 * @return The moment; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint64_t hc_user_created_at_micros(const struct hc_user *user);

/**
 * When the record last changed, in microseconds since 1970-01-01T00:00:00Z.
 *
 * @param user The user, or NULL.
 * @return The moment; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint64_t hc_user_updated_at_micros(const struct hc_user *user);

/**
 * How many attributes the user has.
 *
 * @param user The user, or NULL.
 * @return The number; 0 for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
size_t hc_user_attribute_count(const struct hc_user *user);

/**
 * One of the attributes, which are ordered by name.
 *
 * @param user      The user, or NULL.
 * @param index     Which one: from 0 to hc_user_attribute_count() - 1.
 * @param name      Set to its name, NUL-terminated; NULL if not wanted.
 * @param value     Set to its value, NUL-terminated; NULL if not wanted.
 * @param value_len Set to the length of the value in bytes, for values that
 *                  contain NULs; NULL if not wanted.
 * @return 1 if there is such an attribute and what is wanted was written, with
 *         texts that are valid until the user is freed; otherwise 0, and
 *         nothing is written.
 * @note Thread-safe.
 * @since 0.1.0
 */
int32_t hc_user_attribute_at(const struct hc_user *user,
                             size_t index,
                             const char **name,
                             const char **value,
                             size_t *value_len);

/**
 * The value of an attribute.
 *
 * @param user      The user, or NULL.
 * @param name      The name of the attribute, UTF-8.
 * @param name_len  Its length in bytes.
 * @param value_len Set to the length of the value in bytes, if there is one,
 *                  for values that contain NULs; NULL if not wanted.
 * @return A NUL-terminated text that is valid until the user is freed; NULL
 *         for a user without that attribute, and for NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
const char *hc_user_attribute(const struct hc_user *user,
                              const uint8_t *name,
                              size_t name_len,
                              size_t *value_len);

/**
 * Frees a user, and with it the texts that were read off it.
 *
 * @param user The user; nothing happens for NULL.
 * @note Not while another thread uses the user.
 * @since 0.1.0
 */
void hc_user_free(struct hc_user *user);

/**
 * Begins a user to create: active, no admin, with the email as username.
 *
 * @param email     The email address, UTF-8.
 * @param email_len Its length in bytes.
 * @param new_user  Set, on success, to a builder that is yours to free with
 *                  hc_new_user_free().
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_EMAIL_REQUIRED for an empty address.
 * @retval HC_STATUS_INVALID_EMAIL for a text that is no address.
 * @retval HC_STATUS_INTERNATIONAL_EMAIL for one that isn't supported yet.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_new(const uint8_t *email,
                          size_t email_len,
                          struct hc_new_user **new_user,
                          struct hc_error **error);

/**
 * Gives the user an id from elsewhere; otherwise the directory draws one.
 *
 * @param new_user The user to create.
 * @param id       16 bytes in network order; any UUID.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_id(struct hc_new_user *new_user,
                             const uint8_t *id,
                             struct hc_error **error);

/**
 * Sets the username. One with an @ must be the email itself, and then follows
 * it when it changes.
 *
 * @param new_user     The user to create.
 * @param username     The username, UTF-8.
 * @param username_len Its length in bytes.
 * @param error        See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_USERNAME for a text that is no username.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_username(struct hc_new_user *new_user,
                                   const uint8_t *username,
                                   size_t username_len,
                                   struct hc_error **error);

/**
 * Sets the given (first) name.
 *
 * @param new_user The user to create.
 * @param name     The name, UTF-8; an empty one is none.
 * @param name_len Its length in bytes, at most 255.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a name that is too long or has control
 *         characters.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_given_name(struct hc_new_user *new_user,
                                     const uint8_t *name,
                                     size_t name_len,
                                     struct hc_error **error);

/**
 * Sets the family (last) name.
 *
 * @param new_user The user to create.
 * @param name     The name, UTF-8; an empty one is none.
 * @param name_len Its length in bytes, at most 255.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a name that is too long or has control
 *         characters.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_family_name(struct hc_new_user *new_user,
                                      const uint8_t *name,
                                      size_t name_len,
                                      struct hc_error **error);

/**
 * Says whether the user is active from the start and so takes a seat.
 *
 * @param new_user The user to create.
 * @param active   1 or 0.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_active(struct hc_new_user *new_user,
                                 int32_t active,
                                 struct hc_error **error);

/**
 * Says whether the user administers the platform.
 *
 * @param new_user The user to create.
 * @param admin    1 or 0.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_admin(struct hc_new_user *new_user,
                                int32_t admin,
                                struct hc_error **error);

/**
 * Says when the user was created elsewhere; otherwise it is now.
 *
 * @param new_user The user to create.
 * @param micros   Microseconds since 1970-01-01T00:00:00Z.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a moment after the year 9999.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_created_at_micros(struct hc_new_user *new_user,
                                            uint64_t micros,
                                            struct hc_error **error);

/**
 * Sets an attribute. A user has at most 64, of 16 KiB in all.
 *
 * @param new_user  The user to create.
 * @param name      The name, UTF-8, not empty.
 * @param name_len  Its length in bytes, at most 255.
 * @param value     The value, UTF-8.
 * @param value_len Its length in bytes.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a bad name or beyond a limit.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_new_user_set_attribute(struct hc_new_user *new_user,
                                    const uint8_t *name,
                                    size_t name_len,
                                    const uint8_t *value,
                                    size_t value_len,
                                    struct hc_error **error);

/**
 * Frees a user to create; users that were created stay.
 *
 * @param new_user The user to create; nothing happens for NULL.
 * @note Not while another thread uses it.
 * @since 0.1.0
 */
void hc_new_user_free(struct hc_new_user *new_user);

/**
 * The user that an id or an email names.
 *
 * @param directory       The directory.
 * @param id_or_email     An id as text or an email, UTF-8.
 * @param id_or_email_len Its length in bytes.
 * @param user            Set, on success, to a user that is yours to free with
 *                        hc_user_free(); or to NULL when there is none.
 * @param error           See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, also when there is none, or a general or store status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_get(const struct hc_directory *directory,
                      const uint8_t *id_or_email,
                      size_t id_or_email_len,
                      struct hc_user **user,
                      struct hc_error **error);

/**
 * The user with this id.
 *
 * @param directory The directory.
 * @param id        16 bytes in network order.
 * @param user      Set, on success, to a user that is yours to free with
 *                  hc_user_free(); or to NULL when there is none.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, also when there is none, or a general or store status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_get_by_id(const struct hc_directory *directory,
                            const uint8_t *id,
                            struct hc_user **user,
                            struct hc_error **error);

/**
 * The user with this email, without regard to the case of ASCII letters.
 *
 * @param directory The directory.
 * @param email     The email, UTF-8; one that is no address is nobody's.
 * @param email_len Its length in bytes.
 * @param user      Set, on success, to a user that is yours to free with
 *                  hc_user_free(); or to NULL when there is none.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, also when there is none, or a general or store status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_get_by_email(const struct hc_directory *directory,
                               const uint8_t *email,
                               size_t email_len,
                               struct hc_user **user,
                               struct hc_error **error);

/**
 * The user with this username, without regard to case.
 *
 * @param directory    The directory.
 * @param username     The username, UTF-8.
 * @param username_len Its length in bytes.
 * @param user         Set, on success, to a user that is yours to free with
 *                     hc_user_free(); or to NULL when there is none.
 * @param error        See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, also when there is none, or a general or store status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_get_by_username(const struct hc_directory *directory,
                                  const uint8_t *username,
                                  size_t username_len,
                                  struct hc_user **user,
                                  struct hc_error **error);

/**
 * Creates a user of whom only the email is known: active, and so in need of a
 * seat, no admin, with the email as username. For more, see
 * hc_user_create_from().
 *
 * @param directory The directory.
 * @param email     The email address, UTF-8.
 * @param email_len Its length in bytes.
 * @param user      Set, on success, to the user, yours to free with
 *                  hc_user_free(); NULL if not wanted.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_EMAIL_REQUIRED for an empty address.
 * @retval HC_STATUS_INVALID_EMAIL for a text that is no address.
 * @retval HC_STATUS_INTERNATIONAL_EMAIL for one that isn't supported yet.
 * @retval HC_STATUS_EMAIL_TAKEN when another user has it.
 * @retval HC_STATUS_USERNAME_TAKEN when it is another user's username.
 * @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_create(const struct hc_directory *directory,
                         const uint8_t *email,
                         size_t email_len,
                         struct hc_user **user,
                         struct hc_error **error);

/**
 * Creates a user, who needs a seat unless made inactive.
 *
 * @param directory The directory.
 * @param new_user  What is known of the user. Not kept.
 * @param user      Set, on success, to the user, yours to free with
 *                  hc_user_free(); NULL if not wanted.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_EMAIL_TAKEN when another user has the email.
 * @retval HC_STATUS_USERNAME_TAKEN when another user has the username.
 * @retval HC_STATUS_ID_TAKEN when another user has, or had, the id.
 * @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_create_from(const struct hc_directory *directory,
                              const struct hc_new_user *new_user,
                              struct hc_user **user,
                              struct hc_error **error);

/**
 * Changes fields of a user.
 *
 * @param directory       The directory.
 * @param id_or_email     An id as text or an email, UTF-8.
 * @param id_or_email_len Its length in bytes.
 * @param update          What to change. Not kept.
 * @param user            Set, on success, to the user as it is then, yours to
 *                        free with hc_user_free(); NULL if not wanted.
 * @param error           See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_USER_NOT_FOUND when nobody has the id or email.
 * @retval HC_STATUS_INVALID_USERNAME for an @ that isn't the own email's.
 * @retval HC_STATUS_EMAIL_TAKEN when another user has the email.
 * @retval HC_STATUS_USERNAME_TAKEN when another user has the username.
 * @retval HC_STATUS_INVALID_ARGUMENT for more attributes than a user may have.
 * @retval HC_STATUS_CONFLICT when the user is not at the expected version.
 * @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_apply(const struct hc_directory *directory,
                               const uint8_t *id_or_email,
                               size_t id_or_email_len,
                               const struct hc_user_update *update,
                               struct hc_user **user,
                               struct hc_error **error);

/**
 * Like hc_user_update_apply(), for the user with an id of 16 bytes.
 *
 * @param directory The directory.
 * @param id        16 bytes in network order.
 * @param update    What to change. Not kept.
 * @param user      Set, on success, to the user as it is then, yours to free
 *                  with hc_user_free(); NULL if not wanted.
 * @param error     See "Errors"; may be NULL.
 * @return As hc_user_update_apply().
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_apply_by_id(const struct hc_directory *directory,
                                     const uint8_t *id,
                                     const struct hc_user_update *update,
                                     struct hc_user **user,
                                     struct hc_error **error);

/**
 * Lists all users, active or not, ordered by email, as they are now.
 *
 * @param directory The directory.
 * @param cursor    Set, on success, to a cursor before the first user; yours
 *                  to free with hc_cursor_free().
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_directory_list_users(const struct hc_directory *directory,
                                  struct hc_cursor **cursor,
                                  struct hc_error **error);

/**
 * Reads the next user.
 *
 * @param cursor The cursor.
 * @param user   Set, on success, to the next user, yours to free with
 *               hc_user_free(); or to NULL when there are no more.
 * @param error  See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, also at the end, or a general or store status.
 * @note Thread-safe: each user goes to one of the threads.
 * @since 0.1.0
 */
hc_status hc_cursor_next(struct hc_cursor *cursor,
                         struct hc_user **user,
                         struct hc_error **error);

/**
 * How many users are yet to come.
 *
 * @param cursor The cursor, or NULL.
 * @return The number; 0 for a cursor that can't be used.
 * @note Thread-safe.
 * @since 0.1.0
 */
uint64_t hc_cursor_remaining(const struct hc_cursor *cursor);

/**
 * Frees a cursor; the users it gave out stay valid. In a child of fork() it
 * leaves the parent's cursor alone.
 *
 * @param cursor The cursor; nothing happens for NULL.
 * @note Not while another thread uses the cursor.
 * @since 0.1.0
 */
void hc_cursor_free(struct hc_cursor *cursor);

/**
 * Begins an update that changes nothing yet.
 *
 * @return A builder to free with hc_user_update_free(); never NULL.
 * @note Thread-safe.
 * @since 0.1.0
 */
struct hc_user_update *hc_user_update_new(void);

/**
 * Refuses the update with #HC_STATUS_CONFLICT unless the user still has this
 * version.
 *
 * @param update  The update.
 * @param version What hc_user_version() said.
 * @param error   See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_if_version(struct hc_user_update *update,
                                        uint64_t version,
                                        struct hc_error **error);

/**
 * Changes the email. A username that is the email follows.
 *
 * @param update    The update.
 * @param email     The email address, UTF-8.
 * @param email_len Its length in bytes.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_EMAIL_REQUIRED for an empty address.
 * @retval HC_STATUS_INVALID_EMAIL for a text that is no address.
 * @retval HC_STATUS_INTERNATIONAL_EMAIL for one that isn't supported yet.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_email(struct hc_user_update *update,
                                   const uint8_t *email,
                                   size_t email_len,
                                   struct hc_error **error);

/**
 * Changes the username. One with an @ must be the user's own email, and then
 * follows it when it changes.
 *
 * @param update       The update.
 * @param username     The username, UTF-8.
 * @param username_len Its length in bytes.
 * @param error        See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_USERNAME for a text that is no username.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_username(struct hc_user_update *update,
                                      const uint8_t *username,
                                      size_t username_len,
                                      struct hc_error **error);

/**
 * Makes the username the email again, and follow it when that changes.
 *
 * @param update The update.
 * @param error  See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_reset_username(struct hc_user_update *update,
                                        struct hc_error **error);

/**
 * Changes the given (first) name.
 *
 * @param update   The update.
 * @param name     The name, UTF-8; an empty one removes it.
 * @param name_len Its length in bytes, at most 255.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a name that is too long or has control
 *         characters.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_given_name(struct hc_user_update *update,
                                        const uint8_t *name,
                                        size_t name_len,
                                        struct hc_error **error);

/**
 * Changes the family (last) name.
 *
 * @param update   The update.
 * @param name     The name, UTF-8; an empty one removes it.
 * @param name_len Its length in bytes, at most 255.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a name that is too long or has control
 *         characters.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_family_name(struct hc_user_update *update,
                                         const uint8_t *name,
                                         size_t name_len,
                                         struct hc_error **error);

/**
 * Makes the user an admin, or takes that away.
 *
 * @param update The update.
 * @param admin  1 or 0.
 * @param error  See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_admin(struct hc_user_update *update,
                                   int32_t admin,
                                   struct hc_error **error);

/**
 * Sets one attribute and leaves the others.
 *
 * @param update    The update.
 * @param name      The name, UTF-8, not empty.
 * @param name_len  Its length in bytes, at most 255.
 * @param value     The value, UTF-8.
 * @param value_len Its length in bytes.
 * @param error     See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a bad name.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_set_attribute(struct hc_user_update *update,
                                       const uint8_t *name,
                                       size_t name_len,
                                       const uint8_t *value,
                                       size_t value_len,
                                       struct hc_error **error);

/**
 * Removes one attribute, if the user has it.
 *
 * @param update   The update.
 * @param name     The name, UTF-8, not empty.
 * @param name_len Its length in bytes, at most 255.
 * @param error    See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @retval HC_STATUS_INVALID_ARGUMENT for a bad name.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_remove_attribute(struct hc_user_update *update,
                                          const uint8_t *name,
                                          size_t name_len,
                                          struct hc_error **error);

/**
 * Removes all attributes but those that this update sets.
 *
 * @param update The update.
 * @param error  See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general status.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_update_replace_attributes(struct hc_user_update *update,
                                            struct hc_error **error);

/**
 * Frees an update; what it changed stays changed.
 *
 * @param update The update; nothing happens for NULL.
 * @note Not while another thread uses the update.
 * @since 0.1.0
 */
void hc_user_update_free(struct hc_user_update *update);

/**
 * Makes a user active; nothing happens to one who is.
 *
 * @param directory       The directory.
 * @param id_or_email     An id as text or an email, UTF-8.
 * @param id_or_email_len Its length in bytes.
 * @param user            Set, on success, to the user as it is then, yours to
 *                        free with hc_user_free(); NULL if not wanted.
 * @param error           See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_USER_NOT_FOUND when nobody has the id or email.
 * @retval HC_STATUS_NO_FREE_SEAT when all seats are in use.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_activate(const struct hc_directory *directory,
                           const uint8_t *id_or_email,
                           size_t id_or_email_len,
                           struct hc_user **user,
                           struct hc_error **error);

/**
 * Like hc_user_activate(), for the user with an id of 16 bytes.
 *
 * @param directory The directory.
 * @param id        16 bytes in network order.
 * @param user      Set, on success, to the user as it is then, yours to free
 *                  with hc_user_free(); NULL if not wanted.
 * @param error     See "Errors"; may be NULL.
 * @return As hc_user_activate().
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_activate_by_id(const struct hc_directory *directory,
                                 const uint8_t *id,
                                 struct hc_user **user,
                                 struct hc_error **error);

/**
 * Makes a user inactive, which frees a seat; nothing happens to one who is.
 *
 * @param directory       The directory.
 * @param id_or_email     An id as text or an email, UTF-8.
 * @param id_or_email_len Its length in bytes.
 * @param user            Set, on success, to the user as it is then, yours to
 *                        free with hc_user_free(); NULL if not wanted.
 * @param error           See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_USER_NOT_FOUND when nobody has the id or email.
 * @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
 * @retval HC_STATUS_LAST_OWNER when a workspace would be left without an active
 *         owner.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_deactivate(const struct hc_directory *directory,
                             const uint8_t *id_or_email,
                             size_t id_or_email_len,
                             struct hc_user **user,
                             struct hc_error **error);

/**
 * Like hc_user_deactivate(), for the user with an id of 16 bytes.
 *
 * @param directory The directory.
 * @param id        16 bytes in network order.
 * @param user      Set, on success, to the user as it is then, yours to free
 *                  with hc_user_free(); NULL if not wanted.
 * @param error     See "Errors"; may be NULL.
 * @return As hc_user_deactivate().
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_deactivate_by_id(const struct hc_directory *directory,
                                   const uint8_t *id,
                                   struct hc_user **user,
                                   struct hc_error **error);

/**
 * Deletes a user for good. The id is never given again; the email and the
 * username are free for others. To keep the user, use hc_user_deactivate().
 *
 * @param directory       The directory.
 * @param id_or_email     An id as text or an email, UTF-8.
 * @param id_or_email_len Its length in bytes.
 * @param error           See "Errors"; may be NULL.
 * @return #HC_STATUS_OK, or a general or store status.
 * @retval HC_STATUS_USER_NOT_FOUND when nobody has the id or email.
 * @retval HC_STATUS_LAST_ADMIN when no active admin would be left.
 * @retval HC_STATUS_LAST_OWNER when a workspace would be left without an active
 *         owner.
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_delete(const struct hc_directory *directory,
                         const uint8_t *id_or_email,
                         size_t id_or_email_len,
                         struct hc_error **error);

/**
 * Like hc_user_delete(), for the user with an id of 16 bytes.
 *
 * @param directory The directory.
 * @param id        16 bytes in network order.
 * @param error     See "Errors"; may be NULL.
 * @return As hc_user_delete().
 * @note Thread-safe.
 * @since 0.1.0
 */
hc_status hc_user_delete_by_id(const struct hc_directory *directory,
                               const uint8_t *id,
                               struct hc_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HEADCOUNT_H */
