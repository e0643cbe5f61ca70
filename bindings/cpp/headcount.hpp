/**
 * @file headcount.hpp
 * headcount for C++17 and later: an embedded user directory that never has more
 * active users than seats. One header over headcount.h; link with -lheadcount.
 *
 *     headcount::directory users = headcount::directory::open("users.redb");
 *     users.create_user("ann@ex.co");
 *     if (auto ann = users.find_user("ann@ex.co"))
 *         std::cout << ann->username() << '\n';
 *
 * Failures. Each call that can fail has two forms. `create_user()` throws a
 * headcount::error; `try_create_user()` returns a headcount::result, which holds
 * the value or the error. Neither throws anything else, except std::bad_alloc.
 * Without exceptions (-fno-exceptions) the throwing forms end the program. Absence
 * is not an error: looking up a user that doesn't exist returns an empty
 * headcount::maybe, which is a std::optional.
 *
 * Handles. Objects can be moved, not copied, and free what they hold, in any order: each keeps
 * alive what it needs. A moved-from object can be destroyed and assigned to; its functions return
 * nothing, or status::null_argument.
 *
 * Builders. Options, users to create, updates, queries and batches keep the first error of a
 * setter, and the call that takes them returns it: setters never throw. failure() and check()
 * report it earlier.
 *
 * Texts. In: UTF-8 as std::string_view, copied where kept. Out: NUL-terminated
 * views that are valid as long as the object they were read from. If that is a
 * temporary user or workspace, its functions return std::string instead; a temporary
 * result or maybe has value(), but no `->`.
 *
 * Threads. As in the standard library, several threads may call const functions of one object at
 * the same time; other functions need a lock. All functions of a directory except close() are
 * const.
 *
 * Functions do the same as those of headcount.h with the same names, which lists their statuses.
 */

#ifndef HEADCOUNT_HPP
#define HEADCOUNT_HPP

#include "headcount.h"
#include "headcount_packed.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/** headcount for C++. */
namespace headcount {

/** The result of a call: HC_STATUS_* of headcount.h. Others may be added. */
enum class status : std::int32_t {
    ok = HC_STATUS_OK, ///< Done.
    invalid_argument =
        HC_STATUS_INVALID_ARGUMENT,          ///< Malformed, too long, or none of those allowed.
    null_argument = HC_STATUS_NULL_ARGUMENT, ///< The object was moved from.
    invalid_utf8 = HC_STATUS_INVALID_UTF8,   ///< A text is not UTF-8.
    internal = HC_STATUS_INTERNAL,           ///< A bug of the library; the object is poisoned.
    poisoned = HC_STATUS_POISONED,           ///< An earlier call was status::internal.
    forked = HC_STATUS_FORKED,               ///< The object belongs to the parent process.
    buffer_too_small = HC_STATUS_BUFFER_TOO_SMALL,       ///< See error::buffer_bytes().
    queue_full = HC_STATUS_QUEUE_FULL,                   ///< Submit again after an answer.
    invalid_email = HC_STATUS_INVALID_EMAIL,             ///< No email address that is accepted.
    international_email = HC_STATUS_INTERNATIONAL_EMAIL, ///< Letters outside ASCII before the @.
    email_required = HC_STATUS_EMAIL_REQUIRED,           ///< A user needs an email address.
    invalid_username =
        HC_STATUS_INVALID_USERNAME,            ///< No username that is accepted.
    email_taken = HC_STATUS_EMAIL_TAKEN,       ///< Another user has this email.
    username_taken = HC_STATUS_USERNAME_TAKEN, ///< Another user has this username.
    id_taken = HC_STATUS_ID_TAKEN,             ///< A user has, or had, this id.
    user_not_found = HC_STATUS_USER_NOT_FOUND, ///< No user has this id, email or username.
    no_free_seat = HC_STATUS_NO_FREE_SEAT,     ///< See error::seats().
    last_admin = HC_STATUS_LAST_ADMIN,         ///< No active admin would be left.
    own_account = HC_STATUS_OWN_ACCOUNT,       ///< Nobody deactivates or deletes themself.
    conflict = HC_STATUS_CONFLICT,             ///< See error::versions().
    workspace_not_found = HC_STATUS_WORKSPACE_NOT_FOUND,   ///< No workspace has this id or name.
    workspace_name_taken = HC_STATUS_WORKSPACE_NAME_TAKEN, ///< Another workspace has this name.
    workspace_archived = HC_STATUS_WORKSPACE_ARCHIVED,     ///< Restore the workspace first.
    member_not_found = HC_STATUS_MEMBER_NOT_FOUND,     ///< The user is no member of the workspace.
    role_differs = HC_STATUS_ROLE_DIFFERS,             ///< A member already, in another role.
    last_owner = HC_STATUS_LAST_OWNER,                 ///< No active owner would be left.
    default_workspace = HC_STATUS_DEFAULT_WORKSPACE,   ///< Can't be taken from its user.
    history_trimmed = HC_STATUS_HISTORY_TRIMMED,       ///< See error::resume_after().
    already_open = HC_STATUS_ALREADY_OPEN,             ///< Another process or handle has the file.
    unsupported_format = HC_STATUS_UNSUPPORTED_FORMAT, ///< A newer release wrote the file.
    corrupted = HC_STATUS_CORRUPTED,                   ///< The file is damaged or no directory.
    too_large = HC_STATUS_TOO_LARGE,                   ///< Larger than one transaction may be.
    outcome_unknown = HC_STATUS_OUTCOME_UNKNOWN,       ///< Only opening the file again tells.
    closed = HC_STATUS_CLOSED,                         ///< The directory was closed.
    io = HC_STATUS_IO,                                 ///< The operating system refused.
    read_only = HC_STATUS_READ_ONLY,                   ///< Opened for reading only.
    log_missing = HC_STATUS_LOG_MISSING,               ///< Acknowledged writes may be lost.
    log_foreign = HC_STATUS_LOG_FOREIGN,               ///< The log beside the file is another's.
    file_replaced = HC_STATUS_FILE_REPLACED,           ///< Replaced or deleted while open.
    change_not_yet = HC_STATUS_CHANGE_NOT_YET,         ///< See error::latest_change().
    request_id_reused = HC_STATUS_REQUEST_ID_REUSED,   ///< The id belongs to another batch.
    external_id_taken = HC_STATUS_EXTERNAL_ID_TAKEN,   ///< Another has it of the provisioner.
};

/** The kind of a key by which directory::read_user() finds a user. */
enum class user_key : std::int32_t {
    any = HC_USER_KEY_ANY,           ///< Any text that names a user.
    email = HC_USER_KEY_EMAIL,       ///< An email.
    username = HC_USER_KEY_USERNAME, ///< A username.
    id = HC_USER_KEY_ID,             ///< The 16 bytes of an id.
};

/** Kinds of licenses. */
enum class license_kind : std::int32_t {
    community = HC_LICENSE_COMMUNITY,   ///< Five seats.
    enterprise = HC_LICENSE_ENTERPRISE, ///< Any number of seats.
    seats = HC_LICENSE_SEATS,           ///< As many as it says.
};

/** What a member may do in a workspace. */
enum class role : std::int32_t {
    any = HC_ROLE_ANY,     ///< Either of them, for query::member_of(); nobody has it.
    owner = HC_ROLE_OWNER, ///< Decides about the workspace and its members.
    user = HC_ROLE_USER,   ///< Works in it.
};

/** The order of users. */
enum class sort : std::int32_t {
    email = HC_SORT_EMAIL,       ///< By email.
    username = HC_SORT_USERNAME, ///< By username.
    created = HC_SORT_CREATED,   ///< By the time of creation, oldest first.
};

/** The kind of record that an operation concerned. */
enum class subject : std::int32_t {
    user = HC_SUBJECT_USER,           ///< The user in the outcome.
    license = HC_SUBJECT_LICENSE,     ///< The license.
    workspace = HC_SUBJECT_WORKSPACE, ///< The workspace in the outcome.
    member = HC_SUBJECT_MEMBER,       ///< The membership of that user in that workspace.
};

/** The kind of a packed operation: see docs/packed.md. */
enum class operation : std::int32_t {
    /** No operation: its fields are settings of the batch. */
    settings = HC_OPERATION_SETTINGS,
    /** Creates a user. */
    create_user = HC_OPERATION_CREATE_USER,
    /** Changes fields of a user. */
    update_user = HC_OPERATION_UPDATE_USER,
    /** Makes a user active. */
    activate_user = HC_OPERATION_ACTIVATE_USER,
    /** Makes a user inactive. */
    deactivate_user = HC_OPERATION_DEACTIVATE_USER,
    /** Deletes a user for good. */
    delete_user = HC_OPERATION_DELETE_USER,
    /** Sets the license. */
    set_license = HC_OPERATION_SET_LICENSE,
    /** Creates a workspace. */
    create_workspace = HC_OPERATION_CREATE_WORKSPACE,
    /** Creates a user's default workspace. */
    default_workspace = HC_OPERATION_DEFAULT_WORKSPACE,
    /** Renames a workspace. */
    rename_workspace = HC_OPERATION_RENAME_WORKSPACE,
    /** Archives a workspace. */
    archive_workspace = HC_OPERATION_ARCHIVE_WORKSPACE,
    /** Restores an archived workspace. */
    restore_workspace = HC_OPERATION_RESTORE_WORKSPACE,
    /** Deletes a workspace and its memberships for good. */
    delete_workspace = HC_OPERATION_DELETE_WORKSPACE,
    /** Adds a member. */
    add_member = HC_OPERATION_ADD_MEMBER,
    /** Gives a member a role. */
    set_role = HC_OPERATION_SET_ROLE,
    /** Removes a member. */
    remove_member = HC_OPERATION_REMOVE_MEMBER,
    /** Sets, changes or removes the id that a provisioner has for a workspace. */
    set_workspace_external_id = HC_OPERATION_SET_WORKSPACE_EXTERNAL_ID,
};

/** A field of a packed operation. */
enum class op_field : std::int32_t {
    /** A text that names the user: an id, an email or a username. */
    user = HC_OP_FIELD_USER,
    /** The id of an existing user, or of one to create: 16 bytes. */
    user_id = HC_OP_FIELD_USER_ID,
    /** The id of the workspace, a number. */
    workspace = HC_OP_FIELD_WORKSPACE,
    /** The name of an existing workspace, a text. */
    workspace_name = HC_OP_FIELD_WORKSPACE_NAME,
    /** The version that the record must have before, a number. */
    if_version = HC_OP_FIELD_IF_VERSION,
    /** The email, a text. */
    email = HC_OP_FIELD_EMAIL,
    /** The username, a text; if absent, it follows the email. */
    username = HC_OP_FIELD_USERNAME,
    /** The given name, a text; if absent, there is none. */
    given_name = HC_OP_FIELD_GIVEN_NAME,
    /** The family name, a text; if absent, there is none. */
    family_name = HC_OP_FIELD_FAMILY_NAME,
    /** Whether a user to create is active: 0 or 1. */
    active = HC_OP_FIELD_ACTIVE,
    /** Whether the user administers the platform: 0 or 1. */
    admin = HC_OP_FIELD_ADMIN,
    /** The name of an attribute, a text. */
    attribute_name = HC_OP_FIELD_ATTRIBUTE_NAME,
    /** The value of the attribute named last, a text; if absent, the attribute is removed. */
    attribute_value = HC_OP_FIELD_ATTRIBUTE_VALUE,
    /** 1 to remove all attributes except those that the update sets. */
    replace_attributes = HC_OP_FIELD_REPLACE_ATTRIBUTES,
    /** When a user to create was created, in microseconds since 1970-01-01T00:00:00Z. */
    created_at = HC_OP_FIELD_CREATED_AT,
    /** The name of a workspace to create, or its new one, a text. */
    name = HC_OP_FIELD_NAME,
    /** One of HC_ROLE_*. */
    role = HC_OP_FIELD_ROLE,
    /** One of HC_LICENSE_*. */
    license = HC_OP_FIELD_LICENSE,
    /** The seats of HC_LICENSE_SEATS, a number. */
    seats = HC_OP_FIELD_SEATS,
    /** The id of the request, 16 bytes. */
    request_id = HC_OP_FIELD_REQUEST_ID,
    /** The id of the actor, 16 bytes. */
    actor = HC_OP_FIELD_ACTOR,
    /** 1 to let workspaces be left without an active owner. */
    allow_ownerless = HC_OP_FIELD_ALLOW_OWNERLESS,
    /** The door of the batch, a text. */
    door = HC_OP_FIELD_DOOR,
    /** The name of a provisioner, a text. */
    provisioner = HC_OP_FIELD_PROVISIONER,
    /** The id from the provisioner named last, a text; if absent, the id is removed. */
    external_id = HC_OP_FIELD_EXTERNAL_ID,
};

/** The level of a log message: see set_log(). */
enum class log_level : std::int32_t {
    off = HC_LOG_LEVEL_OFF,     ///< As a maximum: nothing. No message has it.
    error = HC_LOG_LEVEL_ERROR, ///< Something failed that no call reports.
    warn = HC_LOG_LEVEL_WARN,   ///< Something is not as it should be, and was dealt with.
    info = HC_LOG_LEVEL_INFO,   ///< Opening, recovering, closing.
    debug = HC_LOG_LEVEL_DEBUG, ///< What goes on inside.
    trace = HC_LOG_LEVEL_TRACE, ///< All there is.
};

/** The kind of an event in a change: HC_EVENT_*. Skip unknown ones. */
enum class event_kind : std::int32_t {
    user_created = HC_EVENT_USER_CREATED,             ///< Active or not.
    user_updated = HC_EVENT_USER_UPDATED,             ///< See event::fields.
    user_activated = HC_EVENT_USER_ACTIVATED,         ///< Was inactive.
    user_deactivated = HC_EVENT_USER_DEACTIVATED,     ///< Was active.
    user_deleted = HC_EVENT_USER_DELETED,             ///< For good.
    license_set = HC_EVENT_LICENSE_SET,               ///< See event::license.
    workspace_created = HC_EVENT_WORKSPACE_CREATED,   ///< With a user, as the default of that one.
    workspace_renamed = HC_EVENT_WORKSPACE_RENAMED,   ///< Got another name.
    workspace_archived = HC_EVENT_WORKSPACE_ARCHIVED, ///< Was not archived.
    workspace_restored = HC_EVENT_WORKSPACE_RESTORED, ///< Was archived.
    workspace_deleted = HC_EVENT_WORKSPACE_DELETED,   ///< With its memberships.
    workspace_undefaulted = HC_EVENT_WORKSPACE_UNDEFAULTED, ///< Nobody's default any more.
    workspace_ownerless = HC_EVENT_WORKSPACE_OWNERLESS, ///< Without an active owner, as allowed.
    member_added = HC_EVENT_MEMBER_ADDED,               ///< In event::role.
    member_role_set = HC_EVENT_MEMBER_ROLE_SET,         ///< To event::role.
    member_removed = HC_EVENT_MEMBER_REMOVED,           ///< No member any more.
    workspace_external_id_set = HC_EVENT_WORKSPACE_EXTERNAL_ID_SET, ///< Or removed.
};

/** Fields of a user, as bits of event::fields. */
enum class field : std::uint32_t {
    email = HC_FIELD_EMAIL,             ///< The email.
    username = HC_FIELD_USERNAME,       ///< The username, set apart from the email.
    given_name = HC_FIELD_GIVEN_NAME,   ///< The given name.
    family_name = HC_FIELD_FAMILY_NAME, ///< The family name.
    admin = HC_FIELD_ADMIN,             ///< Whether the user is an admin.
    attributes = HC_FIELD_ATTRIBUTES,   ///< The attributes.
    external_ids = HC_FIELD_EXTERNAL_IDS, ///< The ids that provisioners have.
};

/** A moment as the directory stores it, in microseconds. */
using moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/** The id of a workspace: from 1 up, never reused. */
using workspace_id = std::uint64_t;

/** The numbers of status::no_free_seat. */
struct seat_shortage {
    std::uint64_t limit = 0;     ///< Seats of the license.
    std::uint64_t active = 0;    ///< Users who were active.
    std::uint64_t requested = 0; ///< How many more would have been.
};

/** The numbers of status::conflict. */
struct version_conflict {
    std::uint64_t expected = 0; ///< The version the caller expected.
    std::uint64_t found = 0;    ///< The version that was found.
};

/** Why a call failed: the throwing forms throw it, the others return it. */
class error final : public std::exception {
public:
    /** No error, as after a call that succeeded. */
    error() noexcept = default;

    /** An error that this header makes; `text` must be static. */
    error(headcount::status kind, const char *text) noexcept : kind_(kind), text_(text) {}

    /** Takes over what a function of headcount.h returned. */
    static error adopt(hc_status code, hc_error *raw) noexcept
    {
        error made(static_cast<headcount::status>(code), hc_status_name(code));
        if (raw == nullptr)
            return made;
#if defined(__cpp_exceptions)
        try {
            made.raw_ = std::shared_ptr<const hc_error>(raw, release{});
        } catch (...) {
            /* Without memory for the details, the error has only its status. */
        }
#else
        made.raw_ = std::shared_ptr<const hc_error>(raw, release{});
#endif
        return made;
    }

    /** An error that belongs to a list, which it keeps alive. */
    static error borrow(const std::shared_ptr<const hc_refusals> &list,
                        const hc_error *raw) noexcept
    {
        const hc_status code = hc_error_status(raw);
        error made(static_cast<headcount::status>(code), hc_status_name(code));
        made.raw_ = std::shared_ptr<const hc_error>(list, raw);
        return made;
    }

    /** The status that the call returned. */
    headcount::status kind() const noexcept { return kind_; }

    /** Whether there is an error at all. */
    explicit operator bool() const noexcept { return kind_ != headcount::status::ok; }

    /** What went wrong and what to do about it, in one line of English. */
    const char *what() const noexcept override
    {
        return raw_ ? hc_error_message(raw_.get()) : text_;
    }

    /** The same as a view. */
    std::string_view message() const noexcept { return what(); }

    /** The name of the status, such as "HC_STATUS_NO_FREE_SEAT". */
    std::string_view name() const noexcept
    {
        return hc_status_name(static_cast<std::int32_t>(kind_));
    }

    /** Whether repeating the call later can help. */
    bool is_retryable() const noexcept { return details().is_retryable != 0; }

    /** The numbers of status::no_free_seat. */
    std::optional<seat_shortage> seats() const noexcept
    {
        const hc_error_details found = details();
        if ((found.given & HC_DETAIL_SEATS) == 0)
            return std::nullopt;
        return seat_shortage{found.limit, found.active, found.requested};
    }

    /** The numbers of status::conflict. */
    std::optional<version_conflict> versions() const noexcept
    {
        const hc_error_details found = details();
        if ((found.given & HC_DETAIL_VERSIONS) == 0)
            return std::nullopt;
        return version_conflict{found.expected, found.found};
    }

    /** The index of the operation that was refused, from 0; none if no single one is the cause. */
    std::optional<std::uint64_t> op_index() const noexcept
    {
        return number(HC_DETAIL_OP_INDEX, &hc_error_details::op_index);
    }

    /** Where to follow from after status::history_trimmed, once everything was read again. */
    std::optional<std::uint64_t> resume_after() const noexcept
    {
        return number(HC_DETAIL_RESUME_AFTER, &hc_error_details::resume_after);
    }

    /** Where to follow from after status::change_not_yet, once everything was read again. */
    std::optional<std::uint64_t> latest_change() const noexcept
    {
        return number(HC_DETAIL_LATEST_CHANGE, &hc_error_details::latest_change);
    }

    /** The required size of the buffer, after status::buffer_too_small. */
    std::optional<std::size_t> buffer_bytes() const noexcept
    {
        return number(HC_DETAIL_BUFFER_BYTES, &hc_error_details::buffer_bytes);
    }

    /** All details of the error; the message is valid as long as this object. */
    hc_error_details details() const noexcept
    {
        hc_error_details found = HC_ERROR_DETAILS_INIT;
        if (hc_error_get_details(raw_.get(), &found) == 0) {
            found.status = static_cast<std::int32_t>(kind_);
            found.message = text_;
            found.message_len = std::strlen(text_);
        }
        return found;
    }

private:
    std::optional<std::uint64_t> number(std::uint32_t which,
                                        std::uint64_t hc_error_details::*field) const noexcept
    {
        const hc_error_details found = details();
        if ((found.given & which) == 0)
            return std::nullopt;
        return found.*field;
    }

    struct release {
        void operator()(const hc_error *raw) const noexcept
        {
            hc_error_free(const_cast<hc_error *>(raw));
        }
    };

    headcount::status kind_ = headcount::status::ok;
    const char *text_ = "";
    std::shared_ptr<const hc_error> raw_;
};

/** @cond */
namespace detail {

/* Throws the error; without exceptions, ends the program. */
[[noreturn]] inline void raise(const error &reason)
{
#if defined(__cpp_exceptions)
    throw reason;
#else
    std::fprintf(stderr, "headcount: %s\n", reason.what());
    std::abort();
#endif
}

} // namespace detail
/** @endcond */

/** The result of the non-throwing forms: a value, or an error. */
template <class T>
class [[nodiscard]] result {
public:
    /** Success. */
    result(T value) : value_(std::move(value)) {}

    /** Failure. */
    result(headcount::error reason) noexcept : error_(std::move(reason)) {}

    /** Whether there is a value. */
    explicit operator bool() const noexcept { return value_.has_value(); }

    /** Whether there is a value. */
    bool has_value() const noexcept { return value_.has_value(); }

    /** The value. Throws the error if there is none. */
    T &value() & { return checked(*this); }
    /** @overload */
    const T &value() const & { return checked(*this); }
    /** @overload */
    T value() && { return std::move(checked(*this)); }
    /** What is const can't give its value away. */
    T value() const && = delete;

    /** The value, which must be there. */
    T &operator*() &noexcept { return *value_; }
    /** @overload */
    const T &operator*() const &noexcept { return *value_; }
    /** @overload */
    T operator*() && { return std::move(*value_); }
    /** What is const can't give its value away. */
    T operator*() const && = delete;
    /** The value, which must be there. */
    T *operator->() &noexcept { return &*value_; }
    /** @overload */
    const T *operator->() const &noexcept { return &*value_; }
    /** A temporary result can't lend its value: use value(). */
    const T *operator->() const && = delete;

    /** The error; none if there is a value. */
    const headcount::error &error() const &noexcept { return error_; }
    /** @overload */
    headcount::error error() const &&noexcept { return error_; }

    /** The status of the call. */
    headcount::status kind() const noexcept { return error_.kind(); }

private:
    template <class Self>
    static auto &checked(Self &self)
    {
        if (!self.value_.has_value())
            detail::raise(self.error_);
        return *self.value_;
    }

    std::optional<T> value_;
    headcount::error error_;
};

/** The result of a call that returns nothing. */
template <>
class [[nodiscard]] result<void> {
public:
    /** Success. */
    result() noexcept = default;

    /** Failure. */
    result(headcount::error reason) noexcept : error_(std::move(reason)) {}

    /** Whether the call succeeded. */
    explicit operator bool() const noexcept { return !error_; }

    /** Whether the call succeeded. */
    bool has_value() const noexcept { return !error_; }

    /** Throws the error if there is one. */
    void value() const
    {
        if (error_)
            detail::raise(error_);
    }

    /** The error; none on success. */
    const headcount::error &error() const &noexcept { return error_; }
    /** @overload */
    headcount::error error() const &&noexcept { return error_; }

    /** The status of the call. */
    headcount::status kind() const noexcept { return error_.kind(); }

private:
    headcount::error error_;
};

/**
 * A user or a workspace that was looked for: a std::optional, except that a temporary one gives
 * its value away and has no `->`, through which it would lend views that dangle at once. Use
 * value(), whose functions then return std::string:
 * `users.find_user("ann@ex.co").value().username()`.
 */
template <class T>
class maybe : public std::optional<T> {
public:
    using std::optional<T>::optional;

    /** The value. Throws std::bad_optional_access if there is none. */
    T &value() & { return std::optional<T>::value(); }
    /** @overload */
    const T &value() const & { return std::optional<T>::value(); }
    /** @overload */
    T value() && { return std::move(std::optional<T>::value()); }
    /** What is const can't give its value away. */
    T value() const && = delete;

    /** The value, which must be there. */
    T &operator*() &noexcept { return std::optional<T>::operator*(); }
    /** @overload */
    const T &operator*() const &noexcept { return std::optional<T>::operator*(); }
    /** @overload */
    T operator*() && { return std::move(std::optional<T>::operator*()); }
    /** What is const can't give its value away. */
    T operator*() const && = delete;
    /** The value, which must be there. */
    T *operator->() &noexcept { return std::optional<T>::operator->(); }
    /** @overload */
    const T *operator->() const &noexcept { return std::optional<T>::operator->(); }
    /** A temporary can't lend its value: use value(). */
    const T *operator->() const && = delete;
};

/** @cond */
struct attribute;

namespace detail {

/* Owns a handle; Free is its hc_*_free(). */
template <auto Free>
struct freeing {
    template <class Raw>
    void operator()(Raw *raw) const noexcept
    {
        Free(raw);
    }
};

template <class Raw, auto Free>
using handle = std::unique_ptr<Raw, freeing<Free>>;

inline const std::uint8_t *bytes(std::string_view text) noexcept
{
    return reinterpret_cast<const std::uint8_t *>(text.data());
}

inline std::string_view view(const char *text) noexcept
{
    return text == nullptr ? std::string_view() : std::string_view(text);
}

inline std::optional<std::string_view> optional_view(const char *text) noexcept
{
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}

inline std::optional<std::string> copy(const std::optional<std::string_view> &text)
{
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

inline std::string_view view(const hc_packed_text &text) noexcept
{
    return {text.bytes, text.length};
}

inline std::optional<std::string_view> optional_view(const hc_packed_text &text) noexcept
{
    return text.bytes == nullptr ? std::nullopt : std::optional<std::string_view>(view(text));
}

inline moment at(std::uint64_t micros) noexcept
{
    return moment(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
}

/* The moment; nothing for 0. */
inline std::optional<moment> at_if(std::uint64_t micros) noexcept
{
    if (micros == 0)
        return std::nullopt;
    return at(micros);
}

/* The library refuses moments before 1970. */
inline std::uint64_t micros(moment when) noexcept
{
    return static_cast<std::uint64_t>(when.time_since_epoch().count());
}

/* Whether the library fits the header that this was compiled with. */
inline result<void> check_abi() noexcept
{
    static const bool fits = hc_abi_version() == HC_ABI_VERSION;
    if (fits)
        return {};
    return error(status::unsupported_format,
                 "libheadcount has another ABI than the headcount.h that this program was compiled "
                 "with; install the library of that header, or compile again");
}

/* Calls a function of headcount.h that returns nothing. */
template <class Function, class... Arguments>
result<void> run(Function call, Arguments... arguments)
{
    hc_error *raw = nullptr;
    const hc_status code = call(arguments..., &raw);
    if (code == HC_STATUS_OK)
        return {};
    return error::adopt(code, raw);
}

/* Calls a function of headcount.h that creates a Raw, and wraps it in a T. */
template <class T, class Raw, class Function, class... Arguments>
result<T> make(Function call, Arguments... arguments)
{
    Raw *made = nullptr;
    hc_error *raw = nullptr;
    const hc_status code = call(arguments..., &made, &raw);
    if (code == HC_STATUS_OK)
        return T(made);
    return error::adopt(code, raw);
}

/* Calls a function of headcount.h that finds a Raw or nothing, and wraps it in a T. */
template <class T, class Raw, class Function, class... Arguments>
result<maybe<T>> find(Function call, Arguments... arguments)
{
    Raw *found = nullptr;
    hc_error *raw = nullptr;
    const hc_status code = call(arguments..., &found, &raw);
    if (code != HC_STATUS_OK)
        return error::adopt(code, raw);
    return found == nullptr ? maybe<T>() : maybe<T>(T(found));
}

/* Iterates over what an Owner's at() returns for 0, 1, 2 and so on; for a user, attribute_at(). */
template <class Owner, class Value>
class index_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Value;

    index_iterator() noexcept = default;
    index_iterator(const Owner *owner, std::size_t index) noexcept : owner_(owner), index_(index) {}

    Value operator*() const
    {
        if constexpr (std::is_same_v<Value, attribute>)
            return owner_->attribute_at(index_);
        else
            return owner_->at(index_);
    }
    index_iterator &operator++() noexcept
    {
        ++index_;
        return *this;
    }
    index_iterator operator++(int) noexcept
    {
        index_iterator before = *this;
        ++index_;
        return before;
    }
    friend bool operator==(const index_iterator &a, const index_iterator &b) noexcept
    {
        return a.index_ == b.index_;
    }
    friend bool operator!=(const index_iterator &a, const index_iterator &b) noexcept
    {
        return a.index_ != b.index_;
    }

private:
    const Owner *owner_ = nullptr;
    std::size_t index_ = 0;
};

/* The single pass over a List with next() -> result<const View *>, which is null at the end. */
template <class List, class View>
class list_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    using pointer = const View *;
    using reference = const View &;

    list_iterator() noexcept = default;
    explicit list_iterator(List *list) : list_(list) { ++*this; }

    reference operator*() const noexcept { return *current_; }
    pointer operator->() const noexcept { return current_; }
    list_iterator &operator++()
    {
        current_ = list_->buffered();
        if (current_ == nullptr)
            current_ = list_->try_next().value();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const list_iterator &a, const list_iterator &b) noexcept
    {
        return a.current_ == b.current_;
    }
    friend bool operator!=(const list_iterator &a, const list_iterator &b) noexcept
    {
        return a.current_ != b.current_;
    }

private:
    List *list_ = nullptr;
    const View *current_ = nullptr;
};

inline error malformed() noexcept
{
    return error(status::internal,
                 "the library wrote a batch that contradicts itself; this is a bug");
}

/* A batch and its memory. */
class batch_buffer {
public:
    batch_buffer() noexcept = default;
    /* Moves the batch with its memory. */
    batch_buffer(batch_buffer &&from) noexcept
        : bytes_(std::move(from.bytes_)), capacity_(std::exchange(from.capacity_, 0)),
          batch_(std::exchange(from.batch_, hc_packed_batch{}))
    {
    }
    batch_buffer &operator=(batch_buffer &&from) noexcept
    {
        if (this != &from) {
            bytes_ = std::move(from.bytes_);
            capacity_ = std::exchange(from.capacity_, 0);
            batch_ = std::exchange(from.batch_, hc_packed_batch{});
        }
        return *this;
    }

    /* Writes the next batch, growing the buffer if needed; returns false at the end. */
    template <class NextBatch>
    result<bool> fill(NextBatch &&next_batch)
    {
        if (!bytes_)
            resize(65536);
        for (;;) {
            std::size_t written = 0;
            hc_error *raw = nullptr;
            const hc_status code = next_batch(bytes_.get(), capacity_, &written, &raw);
            if (code == HC_STATUS_OK) {
                if (written == 0)
                    return false;
                if (hc_packed_open(&batch_, bytes_.get(), written) == 0)
                    return malformed();
                return true;
            }
            error reason = error::adopt(code, raw);
            const auto needed = reason.buffer_bytes();
            if (!needed || *needed <= capacity_)
                return reason;
            resize(*needed);
        }
    }

    hc_packed_batch &batch() noexcept { return batch_; }
    const hc_packed_batch &batch() const noexcept { return batch_; }

private:
    void resize(std::size_t capacity)
    {
        bytes_.reset(new std::uint8_t[capacity]);
        capacity_ = capacity;
    }

    std::unique_ptr<std::uint8_t[]> bytes_;
    std::size_t capacity_ = 0;
    hc_packed_batch batch_{};
};

/* The base of all builders: a handle, and the first error. */
template <class Self, class Raw, auto Free>
class builder {
public:
    /** The error of the first malformed part; none so far if there is none. */
    const error &failure() const noexcept { return failure_; }

    /** Throws the error of the first malformed part, if there is one. */
    void check() const
    {
        if (failure_)
            raise(failure_);
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    Raw *raw() const noexcept { return handle_.get(); }

protected:
    explicit builder(Raw *made) noexcept : failure_(check_abi().error()), handle_(made) {}

    /* Calls a setter, unless an earlier one failed. */
    template <class Function, class... Arguments>
    Self &set(Function call, Arguments... arguments)
    {
        if (!failure_)
            failure_ = run(call, raw(), arguments...).error();
        return static_cast<Self &>(*this);
    }

    /* Keeps the error of an argument. */
    void fail(const error &reason) noexcept
    {
        if (!failure_)
            failure_ = reason;
    }

private:
    error failure_;
    handle<Raw, Free> handle_;
};

} // namespace detail
/** @endcond */

/** The version of the library, such as "0.1.0". */
inline std::string_view version() noexcept { return hc_version_string(); }

/** The version of the library as major * 1000000 + minor * 1000 + patch. */
inline std::uint32_t version_number() noexcept { return hc_version_number(); }

/**
 * Whether the loaded library fits this header. All functions that open or create something check
 * it.
 */
inline bool is_compatible() noexcept { return detail::check_abi().has_value(); }

/** The name of a status, such as "HC_STATUS_NO_FREE_SEAT". */
inline std::string_view name(status kind) noexcept
{
    return hc_status_name(static_cast<std::int32_t>(kind));
}

/** The id of a user: a UUID, never given to another user. */
class id {
public:
    /** 16 bytes in network order. */
    using bytes_type = std::array<std::uint8_t, 16>;

    /** All zeros. */
    constexpr id() noexcept = default;

    /** The id with these bytes. */
    constexpr explicit id(const bytes_type &bytes) noexcept : bytes_(bytes) {}

    /** The id at a pointer to 16 bytes. */
    static id copy(const std::uint8_t *bytes) noexcept
    {
        id made;
        std::memcpy(made.bytes_.data(), bytes, made.bytes_.size());
        return made;
    }

    /** Draws a unique id: a UUID of version 7. */
    static id generate() { return try_generate().value(); }

    /** @copydoc generate */
    static result<id> try_generate()
    {
        id made;
        auto done = detail::run(hc_id_generate, made.bytes_.data());
        if (!done)
            return done.error();
        return made;
    }

    /** Parses an id: a UUID in any of its usual forms. */
    static id parse(std::string_view text) { return try_parse(text).value(); }

    /** @copydoc parse */
    static result<id> try_parse(std::string_view text)
    {
        id made;
        auto done =
            detail::run(hc_id_from_text, text.data(), text.size(), made.bytes_.data());
        if (!done)
            return done.error();
        return made;
    }

    /** Such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8". */
    std::string to_string() const
    {
        std::array<char, HC_ID_TEXT_BYTES> text{};
        hc_id_to_text(bytes_.data(), text.data(), nullptr);
        return std::string(text.data());
    }

    /** The bytes, in network order. */
    const bytes_type &bytes() const noexcept { return bytes_; }

    /** Pointer to the 16 bytes. */
    const std::uint8_t *data() const noexcept { return bytes_.data(); }

    /** Whether the two are the same. */
    friend bool operator==(const id &a, const id &b) noexcept { return a.bytes_ == b.bytes_; }
    /** Whether the two differ. */
    friend bool operator!=(const id &a, const id &b) noexcept { return a.bytes_ != b.bytes_; }
    /** The order of the bytes, which for generated ids is that of time. Ids can also be keys of
     * unordered containers. */
    friend bool operator<(const id &a, const id &b) noexcept { return a.bytes_ < b.bytes_; }

private:
    bytes_type bytes_{};
};

/** A license. */
struct license {
    license_kind kind = license_kind::community; ///< Which of them.
    std::uint64_t seat_count = 0;                ///< The seats, with license_kind::seats.

    /** Five seats; the license of a new directory. */
    static constexpr license community() noexcept { return {license_kind::community, 0}; }
    /** Any number of seats. */
    static constexpr license enterprise() noexcept { return {license_kind::enterprise, 0}; }
    /** This number of seats. */
    static constexpr license seats(std::uint64_t count) noexcept
    {
        return {license_kind::seats, count};
    }

    /** Whether the two are the same. */
    friend constexpr bool operator==(const license &a, const license &b) noexcept
    {
        return a.kind == b.kind && a.seat_count == b.seat_count;
    }
    /** Whether the two differ. */
    friend constexpr bool operator!=(const license &a, const license &b) noexcept
    {
        return !(a == b);
    }
};

/** Parses a license: "community", "enterprise" or a number of seats. */
inline result<license> try_license_from_text(std::string_view text)
{
    std::int32_t kind = 0;
    license made;
    auto done = detail::run(hc_license_from_text, text.data(), text.size(), &kind,
                            &made.seat_count);
    if (!done)
        return done.error();
    made.kind = static_cast<license_kind>(kind);
    return made;
}
/** @copydoc try_license_from_text */
inline license license_from_text(std::string_view text)
{
    return try_license_from_text(text).value();
}

/** Parses a role: "owner", "user", or its older name "collaborator". */
inline result<role> try_role_from_text(std::string_view text)
{
    std::int32_t made = 0;
    auto done = detail::run(hc_role_from_text, text.data(), text.size(), &made);
    if (!done)
        return done.error();
    return static_cast<role>(made);
}
/** @copydoc try_role_from_text */
inline role role_from_text(std::string_view text) { return try_role_from_text(text).value(); }

/** Formats a time as RFC 3339, such as "2024-07-11T16:55:59.173Z". */
inline result<std::string> try_time_to_text(moment when)
{
    std::array<char, HC_TIME_TEXT_BYTES> text{};
    auto done = detail::run(hc_time_to_text, detail::micros(when), text.data());
    if (!done)
        return done.error();
    return std::string(text.data());
}
/** @copydoc try_time_to_text */
inline std::string time_to_text(moment when) { return try_time_to_text(when).value(); }

/** Parses a time: RFC 3339 in any time zone. */
inline result<moment> try_time_from_text(std::string_view text)
{
    std::uint64_t micros = 0;
    auto done = detail::run(hc_time_from_text, text.data(), text.size(), &micros);
    if (!done)
        return done.error();
    return detail::at(micros);
}
/** @copydoc try_time_from_text */
inline moment time_from_text(std::string_view text) { return try_time_from_text(text).value(); }

/** Checks an email address, and returns its unique key. */
inline result<std::string> try_email_key(std::string_view email)
{
    std::array<char, HC_KEY_BYTES> key{};
    auto done = detail::run(hc_email_key, email.data(), email.size(), key.data());
    if (!done)
        return done.error();
    return std::string(key.data());
}
/** @copydoc try_email_key */
inline std::string email_key(std::string_view email) { return try_email_key(email).value(); }

/** Checks a username that is not an email address, and returns its unique key. */
inline result<std::string> try_username_key(std::string_view username)
{
    std::array<char, HC_KEY_BYTES> key{};
    auto done = detail::run(hc_username_key, username.data(), username.size(), key.data());
    if (!done)
        return done.error();
    return std::string(key.data());
}
/** @copydoc try_username_key */
inline std::string username_key(std::string_view username)
{
    return try_username_key(username).value();
}

/** Receives a log message: its level, the module it comes from, and one line of English. */
using log_callback = std::function<void(log_level, std::string_view, std::string_view)>;

/** @cond */
namespace detail {

/* Called by C, through which nothing may be thrown. */
inline void log(void *userdata, std::int32_t level, const char *target,
                const char *message) noexcept
{
    const log_callback &callback = *static_cast<const log_callback *>(userdata);
#if defined(__cpp_exceptions)
    try {
        callback(static_cast<log_level>(level), target, message);
    } catch (...) {
        /* A message whose callback throws is lost. */
    }
#else
    callback(static_cast<log_level>(level), target, message);
#endif
}

inline void destroy_log(void *userdata) noexcept { delete static_cast<log_callback *>(userdata); }

} // namespace detail
/** @endcond */

/** Sends the library's log messages to a callback, for the whole process; an empty callback stops
 * that. Any thread may call it, several at the same time. It must return soon and must not use
 * directories, lists or feeds; exceptions from it are dropped. See hc_log_set_callback(). */
inline result<void> try_set_log(log_level max, log_callback callback)
{
    const auto level = static_cast<std::int32_t>(max);
    if (!callback)
        return detail::run(hc_log_set_callback, level, static_cast<hc_log_callback>(nullptr),
                           static_cast<void *>(nullptr), static_cast<hc_log_destroy>(nullptr));
    auto kept = std::make_unique<log_callback>(std::move(callback));
    auto done = detail::run(hc_log_set_callback, level, static_cast<hc_log_callback>(detail::log),
                            static_cast<void *>(kept.get()),
                            static_cast<hc_log_destroy>(detail::destroy_log));
    if (done)
        static_cast<void>(kept.release()); // now owned by the library
    return done;
}
/** @copydoc try_set_log */
inline void set_log(log_level max, log_callback callback)
{
    try_set_log(max, std::move(callback)).value();
}

/** How the seats of the license are used, at one moment. */
struct seat_usage {
    license_kind kind = license_kind::community; ///< The license in force.
    std::optional<std::uint64_t> limit;          ///< Seats of the license; none if without a limit.
    std::uint64_t active = 0;                    ///< Users who are active: each takes one seat.
    std::uint64_t inactive = 0;                  ///< Users who are not: they take none.
    std::optional<std::uint64_t> free;           ///< Seats that are free; none if without a limit.
    std::uint64_t license_version = 0; ///< The version of the license, for batch::if_version().
    std::uint64_t over_by = 0;         ///< How many more users are active than there are seats.
};

/** A day (UTC) on which the number of active users changed. */
struct seat_day {
    moment day{};           ///< When the day began.
    std::uint64_t peak = 0; ///< The most users that were active at one time on it.
    std::uint64_t last = 0; ///< How many were active at its end, or are now.
};

/** The numbers of active users since a day. */
struct seat_history {
    moment since{};                 ///< The beginning of the first day that it covers.
    std::uint64_t peak = 0;         ///< The most users that were active at one time since then.
    std::optional<moment> peak_day; ///< The latest day with that peak; none if unchanged since.
    std::vector<seat_day> days;     ///< The days on which the number changed, the first one first.
};

/** What directory::verify_and_count() counted. */
struct verified {
    std::uint64_t active = 0;     ///< Users who are active, counted one by one.
    std::uint64_t inactive = 0;   ///< Users who are not active, counted one by one.
    std::uint64_t deleted = 0;    ///< Ids of users who were deleted.
    std::uint64_t workspaces = 0; ///< Workspaces, archived ones included.
    std::uint64_t members = 0;    ///< Memberships.
    std::uint64_t changes = 0;    ///< Changes on record.
};

/** Reports the progress of a call: entries of a copy or records of an export, and their bytes. */
using progress_callback = std::function<void(std::uint64_t done, std::uint64_t bytes)>;
/** Receives lines of directory::export_to(). */
using write_callback = std::function<void(std::string_view lines)>;
/**
 * Writes bytes for directory::load_from() into a buffer, and returns their number: 0 at the end.
 */
using read_callback = std::function<std::size_t(char *buffer, std::size_t capacity)>;

/** @cond */
namespace detail {

/* The callbacks of one call, and an exception of theirs, which can't be thrown through C. */
struct callbacks {
    const progress_callback *progress = nullptr;
    const write_callback *write = nullptr;
    const read_callback *read = nullptr;
#if defined(__cpp_exceptions)
    std::exception_ptr thrown{};
#endif

    template <class Call>
    std::int32_t run(Call &&call) noexcept
    {
#if defined(__cpp_exceptions)
        if (thrown)
            return 1;
        try {
            call();
            return 0;
        } catch (...) {
            thrown = std::current_exception();
            return 1;
        }
#else
        call();
        return 0;
#endif
    }

    /* Throws the exception of a callback. */
    void check() const
    {
#if defined(__cpp_exceptions)
        if (thrown)
            std::rethrow_exception(thrown);
#endif
    }

    /* The function that C calls with the progress; NULL if there is no callback. */
    hc_progress_callback to_tell() const noexcept
    {
        if (progress == nullptr || !*progress)
            return nullptr;
        return [](void *userdata, std::uint64_t done, std::uint64_t bytes) {
            auto &self = *static_cast<callbacks *>(userdata);
            self.run([&] { (*self.progress)(done, bytes); });
        };
    }
};

inline std::int32_t write_lines(void *userdata, const std::uint8_t *bytes, std::size_t length)
{
    auto &self = *static_cast<callbacks *>(userdata);
    return self.run(
        [&] { (*self.write)(std::string_view(reinterpret_cast<const char *>(bytes), length)); });
}

inline std::int32_t read_lines(void *userdata, std::uint8_t *buffer, std::size_t capacity,
                               std::size_t *read)
{
    auto &self = *static_cast<callbacks *>(userdata);
    return self.run([&] { *read = (*self.read)(reinterpret_cast<char *>(buffer), capacity); });
}

} // namespace detail
/** @endcond */

/** What directory::backup() or directory::restore() copied. */
struct copied {
    std::uint64_t users = 0;    ///< Users in the copy, active or not.
    std::uint64_t sequence = 0; ///< The number of the latest change in it; 0 before the first.
    std::uint64_t bytes = 0;    ///< Bytes of the new file.
};

/** The sizes before and after directory::compact(). */
struct compacted {
    std::uint64_t bytes_before = 0; ///< Bytes that the file had.
    std::uint64_t bytes = 0;        ///< Bytes that it has now.
};

/** Whether a copy may replace an existing directory's file. */
enum class overwrite {
    no,  ///< What is there stays, and the call is refused.
    yes, ///< It is replaced, unless somebody has it open or it is some other file.
};

/**
 * The faults of a directory, and what a repair did about them: see directory::find_faults(),
 * find_faults() and repair().
 */
struct fault_list {
    /** One fault. */
    struct fault {
        std::string kind; ///< The name of its kind: `damaged`, `missing`, `leftover` and so on.
        std::string text; ///< One line of English, with ids and no other personal data.
    };
    std::vector<fault> faults;    ///< The first faults, up to the number that was asked for.
    std::uint64_t total = 0;      ///< How many there are in all; 0 when nothing is wrong.
    std::uint64_t set_aside = 0;  ///< Records that a repair put into the other file.
    std::uint64_t seats_over = 0; ///< How many more users are active than there are seats.
};

/** Figures about a directory: see directory::stats(). */
struct directory_stats {
    std::uint64_t users_active = 0;    ///< Users who are active, and so take a seat.
    std::uint64_t users_inactive = 0;  ///< Users who are not.
    std::uint64_t workspaces = 0;      ///< Workspaces, archived ones included.
    std::uint64_t latest_change = 0;   ///< The number of the latest change; 0 before the first.
    std::uint64_t cache_entries = 0;   ///< Users in the cache, once for each key of theirs in use.
    std::uint64_t cache_bytes = 0;     ///< About how many bytes of memory these take.
    std::uint64_t cache_hits = 0;      ///< Reads of one user that the cache answered.
    std::uint64_t cache_misses = 0;    ///< Reads of one user that asked the store.
    std::uint64_t commit_requests = 0; ///< Batches that were handed in, refused ones included.
    std::uint64_t commit_groups = 0;   ///< Transactions that they were grouped into.
    std::optional<std::uint64_t> seats_limit; ///< Seats of the license; nothing without a limit.
    std::uint64_t file_bytes = 0; ///< The size of the main file; 0 in memory or read-only.
    /**
     * The size of the log's files, as of the latest commit; 0 before the first one, and for a
     * directory in memory or opened read-only.
     */
    std::uint64_t log_bytes = 0;
    std::uint64_t checkpoints = 0; ///< Checkpoints, without the one at closing.
    std::uint64_t checkpoint_micros = 0;     ///< The duration of all checkpoints.
    std::uint64_t checkpoint_micros_max = 0; ///< The duration of the longest.
};

/** The membership of a user in a workspace. */
struct member {
    workspace_id workspace = 0;       ///< The workspace.
    id user;                          ///< The user.
    headcount::role role = role::any; ///< What the user may do there.
    moment since;                     ///< When the user was added.
    std::uint64_t version = 0;        ///< 1 when added, one more with each change.
};

/** The outcome of one operation of a batch. */
struct outcome {
    headcount::subject subject = subject::user; ///< What it was about.
    bool changed = false;                       ///< Whether it changed anything.
    std::uint64_t version = 0;  ///< The version of the record afterwards; 0 where it was deleted.
    workspace_id workspace = 0; ///< The workspace it was about; 0 for none.
    std::optional<id> user;     ///< The user it was about.
};

/** The id that a provisioner has for a user or a workspace. */
struct external_id {
    std::string provisioner; ///< Who gave it.
    std::string id;          ///< The id.
};

/** @cond */
namespace detail {

/* All external ids that `at` finds. */
template <class Raw>
std::vector<external_id> external_ids(int32_t (*at)(const Raw *, std::size_t, char *, char *),
                                      const Raw *of)
{
    std::vector<external_id> all;
    std::array<char, HC_PROVISIONER_BYTES> provisioner{};
    std::array<char, HC_EXTERNAL_ID_BYTES> id{};
    while (at(of, all.size(), provisioner.data(), id.data()) != 0)
        all.push_back({provisioner.data(), id.data()});
    return all;
}

/* All external ids of a packed record. */
template <class Record>
std::vector<external_id> packed_external_ids(int (*at)(const Record *, std::uint32_t,
                                                       hc_packed_text *, hc_packed_text *),
                                             const Record &of)
{
    std::vector<external_id> all;
    hc_packed_text provisioner{"", 0}, id{"", 0};
    for (std::uint32_t i = 0; i < of.external_ids && at(&of, i, &provisioner, &id) != 0; i++)
        all.push_back({std::string(view(provisioner)), std::string(view(id))});
    return all;
}

} // namespace detail
/** @endcond */

/** The name and the value of an attribute. */
struct attribute {
    std::string_view name;  ///< The name.
    std::string_view value; ///< The value, which may contain NULs.
};

/** The attributes of a user, ordered by name: a range of headcount::attribute. */
template <class User>
class attribute_range {
public:
    /** Iterates over them. */
    using iterator = detail::index_iterator<User, attribute>;

    /** The attributes of a user, which must outlive this range. */
    explicit attribute_range(const User *user) noexcept : user_(user) {}

    /** How many there are. */
    std::size_t size() const noexcept { return user_->attribute_count(); }
    /** Whether there are none. */
    bool empty() const noexcept { return size() == 0; }
    /** One of them; empty views for an index that is too large. */
    attribute at(std::size_t index) const noexcept { return user_->attribute_at(index); }
    /** The first. */
    iterator begin() const noexcept { return iterator(user_, 0); }
    /** Past the last. */
    iterator end() const noexcept { return iterator(user_, size()); }

private:
    const User *user_;
};

/** A user as one call found it: a copy that later changes don't affect. Outlives the directory. */
class user {
public:
    /** Takes over a handle of headcount.h. */
    explicit user(hc_user *raw) noexcept : handle_(raw) {}

    /** The id. */
    headcount::id id() const noexcept
    {
        const std::uint8_t *bytes = hc_user_id(raw());
        return bytes == nullptr ? headcount::id() : headcount::id::copy(bytes);
    }
    /** The id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8". */
    std::string_view id_text() const &noexcept { return detail::view(hc_user_id_text(raw())); }
    /** @overload */
    std::string id_text() const && { return std::string(detail::view(hc_user_id_text(raw()))); }
    /** The email address, as it was given. */
    std::string_view email() const &noexcept { return detail::view(hc_user_email(raw())); }
    /** @overload */
    std::string email() const && { return std::string(detail::view(hc_user_email(raw()))); }
    /** The username, which is the email unless another one was set. */
    std::string_view username() const &noexcept { return detail::view(hc_user_username(raw())); }
    /** @overload */
    std::string username() const && { return std::string(detail::view(hc_user_username(raw()))); }
    /** The given (first) name. */
    std::optional<std::string_view> given_name() const &noexcept
    {
        return detail::optional_view(hc_user_given_name(raw()));
    }
    /** @overload */
    std::optional<std::string> given_name() const &&
    {
        return detail::copy(detail::optional_view(hc_user_given_name(raw())));
    }
    /** The family (last) name. */
    std::optional<std::string_view> family_name() const &noexcept
    {
        return detail::optional_view(hc_user_family_name(raw()));
    }
    /** @overload */
    std::optional<std::string> family_name() const &&
    {
        return detail::copy(detail::optional_view(hc_user_family_name(raw())));
    }
    /** Whether the user is active and so takes a seat. */
    bool is_active() const noexcept { return hc_user_is_active(raw()) != 0; }
    /** Whether the user administers the platform. */
    bool is_admin() const noexcept { return hc_user_is_admin(raw()) != 0; }
    /** The version of the record: 1 at creation, incremented by each change. */
    std::uint64_t version() const noexcept { return hc_user_version(raw()); }
    /** When the user was created. */
    moment created_at() const noexcept { return detail::at(hc_user_created_at_micros(raw())); }
    /** When the record last changed. */
    moment updated_at() const noexcept { return detail::at(hc_user_updated_at_micros(raw())); }
    /** When the user was deactivated; nothing for a user who is active or never was. */
    std::optional<moment> deactivated_at() const noexcept
    {
        return detail::at_if(hc_user_deactivated_at_micros(raw()));
    }

    /** The attributes, ordered by name. Valid while this object is not moved. */
    attribute_range<user> attributes() const &noexcept { return attribute_range<user>(this); }
    /** A temporary user can't lend its attributes. */
    attribute_range<user> attributes() const && = delete;
    /** How many attributes there are. */
    std::size_t attribute_count() const noexcept { return hc_user_attribute_count(raw()); }
    /** One of the attributes; empty views for an index that is too large. */
    headcount::attribute attribute_at(std::size_t index) const &noexcept
    {
        const char *name = "", *value = "";
        std::size_t value_bytes = 0;
        hc_user_attribute_at(raw(), index, &name, &value, &value_bytes);
        return {name, {value, value_bytes}};
    }
    /** A temporary user can't lend its attributes. */
    headcount::attribute attribute_at(std::size_t index) const && = delete;
    /** The value of an attribute. */
    std::optional<std::string_view> attribute(std::string_view name) const &noexcept
    {
        std::size_t value_bytes = 0;
        const char *value =
            hc_user_attribute(raw(), name.data(), name.size(), &value_bytes);
        return value == nullptr ? std::nullopt
                                : std::optional<std::string_view>({value, value_bytes});
    }
    /** @overload */
    std::optional<std::string> attribute(std::string_view name) const &&
    {
        const user &kept = *this;
        return detail::copy(kept.attribute(name));
    }

    /** The ids that provisioners have for the user, ordered by their names. */
    std::vector<external_id> external_ids() const
    {
        return detail::external_ids(hc_user_external_id_at, raw());
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    const hc_user *raw() const noexcept { return handle_.get(); }

private:
    detail::handle<hc_user, hc_user_free> handle_;
};

/** A user in a list, valid until the next one is read. It has the functions of headcount::user. */
class user_view {
public:
    /** No user. */
    user_view() noexcept = default;
    /** A record of headcount_packed.h. */
    explicit user_view(const hc_packed_user &record) noexcept : record_(record) {}

    /** @copydoc user::id */
    headcount::id id() const noexcept { return headcount::id::copy(record_.id); }
    /** @copydoc user::email */
    std::string_view email() const noexcept { return detail::view(record_.email); }
    /** @copydoc user::username */
    std::string_view username() const noexcept { return detail::view(record_.username); }
    /** @copydoc user::given_name */
    std::optional<std::string_view> given_name() const noexcept
    {
        return detail::optional_view(record_.given_name);
    }
    /** @copydoc user::family_name */
    std::optional<std::string_view> family_name() const noexcept
    {
        return detail::optional_view(record_.family_name);
    }
    /** @copydoc user::is_active */
    bool is_active() const noexcept { return record_.is_active != 0; }
    /** @copydoc user::is_admin */
    bool is_admin() const noexcept { return record_.is_admin != 0; }
    /** @copydoc user::version */
    std::uint64_t version() const noexcept { return record_.version; }
    /** @copydoc user::created_at */
    moment created_at() const noexcept { return detail::at(record_.created_at_micros); }
    /** @copydoc user::updated_at */
    moment updated_at() const noexcept { return detail::at(record_.updated_at_micros); }
    /** @copydoc user::deactivated_at */
    std::optional<moment> deactivated_at() const noexcept
    {
        return detail::at_if(record_.deactivated_at_micros);
    }

    /** The attributes, ordered by name. Valid while this object is not moved. */
    attribute_range<user_view> attributes() const &noexcept
    {
        return attribute_range<user_view>(this);
    }
    /** A temporary view can't lend its attributes. */
    attribute_range<user_view> attributes() const && = delete;
    /** @copydoc user::attribute_count */
    std::size_t attribute_count() const noexcept { return record_.attributes; }
    /** @copydoc user::attribute_at */
    headcount::attribute attribute_at(std::size_t index) const noexcept
    {
        hc_packed_text name{"", 0}, value{"", 0};
        if (index < record_.attributes)
            hc_packed_user_attribute(&record_, static_cast<std::uint32_t>(index), &name, &value);
        return {detail::view(name), detail::view(value)};
    }
    /** @copydoc user::attribute */
    std::optional<std::string_view> attribute(std::string_view name) const noexcept
    {
        for (headcount::attribute found : attributes())
            if (found.name == name)
                return found.value;
        return std::nullopt;
    }

    /** @copydoc user::external_ids */
    std::vector<external_id> external_ids() const
    {
        return detail::packed_external_ids(hc_packed_user_external_id, record_);
    }

    /** The record, for functions of headcount_packed.h. */
    const hc_packed_user &raw() const noexcept { return record_; }

private:
    hc_packed_user record_{};
};

/**
 * Users who were looked up together, in the order of their keys: a range of optional user_view,
 * without a value if nobody has the key. The views are valid as long as this object.
 */
class found_users {
public:
    /** Moves the users with their memory. */
    found_users(found_users &&) = default;
    /** Moves the users with their memory. */
    found_users &operator=(found_users &&) = default;

    /** How many keys there were. */
    std::size_t size() const noexcept { return users_.size(); }
    /** Whether there were none. */
    bool empty() const noexcept { return users_.empty(); }
    /** The user of the key with this index, which is below size(). */
    const std::optional<user_view> &operator[](std::size_t index) const { return users_[index]; }
    /** The first of them. */
    std::vector<std::optional<user_view>>::const_iterator begin() const { return users_.begin(); }
    /** Past the last. */
    std::vector<std::optional<user_view>>::const_iterator end() const { return users_.end(); }

private:
    friend class directory;
    found_users() = default;

    std::vector<std::unique_ptr<std::uint8_t[]>> records_;
    std::vector<std::optional<user_view>> users_;
};

/** @cond internal */
namespace detail {

/* Keys as hc_user_read_many() takes them. */
struct packed_keys {
    std::string bytes;
    std::vector<std::size_t> starts;

    void add(std::string_view key)
    {
        starts.push_back(bytes.size());
        for (int shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<char>(key.size() >> shift & 0xff));
        bytes.append(key);
    }
};

} // namespace detail
/** @endcond */

/** Names a user: by id, email or username, or by a user that was read. Don't store it. */
class user_ref {
public:
    /** By an id, email or username. */
    user_ref(std::string_view who) noexcept : text_(who) {}
    /** @overload */
    user_ref(const char *who) noexcept : text_(who) {}
    /** @overload */
    user_ref(const std::string &who) noexcept : text_(who) {}
    /** By id. */
    user_ref(const id &user) noexcept : id_(user.data()) {}
    /** By a user that was read; this takes the id. */
    user_ref(const user &read) noexcept : user_ref(read.raw()) {}
    /** @overload */
    user_ref(const user_view &read) noexcept : id_(read.raw().id) {}

    /** The 16 bytes, if this is an id; otherwise NULL. */
    const std::uint8_t *id_bytes() const noexcept { return id_; }
    /** The text. */
    std::string_view text() const noexcept
    {
        if (id_ != nullptr && text_.empty()) {
            hc_id_to_text(id_, id_text_.data(), nullptr);
            text_ = std::string_view(id_text_.data());
        }
        return text_;
    }

    user_ref(const user_ref &) = delete;
    user_ref &operator=(const user_ref &) = delete;

private:
    explicit user_ref(const hc_user *raw) noexcept : id_(hc_user_id(raw)) {}

    mutable std::string_view text_;
    const std::uint8_t *id_ = nullptr;
    mutable std::array<char, HC_ID_TEXT_BYTES> id_text_{};
};

/**
 * A workspace as one call found it: a copy that later changes don't affect. Outlives the directory.
 */
class workspace {
public:
    /** Takes over a handle of headcount.h. */
    explicit workspace(hc_workspace *raw) noexcept : handle_(raw) {}

    /** The id. */
    workspace_id id() const noexcept { return hc_workspace_id(raw()); }
    /** The name, as it was given. */
    std::string_view name() const &noexcept { return detail::view(hc_workspace_name(raw())); }
    /** @overload */
    std::string name() const && { return std::string(detail::view(hc_workspace_name(raw()))); }
    /** Whether it is archived: until it is restored, nobody can be added and nothing changed. */
    bool is_archived() const noexcept { return hc_workspace_is_archived(raw()) != 0; }
    /** Whose default workspace this is. */
    std::optional<headcount::id> default_of() const noexcept
    {
        const std::uint8_t *bytes = hc_workspace_default_of(raw());
        return bytes == nullptr ? std::nullopt
                                : std::optional<headcount::id>(headcount::id::copy(bytes));
    }
    /** The version of the record: 1 at creation, incremented by each change. */
    std::uint64_t version() const noexcept { return hc_workspace_version(raw()); }
    /** When the workspace was created. */
    moment created_at() const noexcept { return detail::at(hc_workspace_created_at_micros(raw())); }
    /** When the record last changed. Its members don't count. */
    moment updated_at() const noexcept { return detail::at(hc_workspace_updated_at_micros(raw())); }

    /** The ids that provisioners have for it, ordered by their names. */
    std::vector<external_id> external_ids() const
    {
        return detail::external_ids(hc_workspace_external_id_at, raw());
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    const hc_workspace *raw() const noexcept { return handle_.get(); }

private:
    detail::handle<hc_workspace, hc_workspace_free> handle_;
};

/** A workspace in a list, valid until the next one is read. */
class workspace_view {
public:
    /** No workspace. */
    workspace_view() noexcept = default;
    /** A record of headcount_packed.h. */
    explicit workspace_view(const hc_packed_workspace &record) noexcept : record_(record) {}

    /** @copydoc workspace::id */
    workspace_id id() const noexcept { return record_.id; }
    /** @copydoc workspace::name */
    std::string_view name() const noexcept { return detail::view(record_.name); }
    /** @copydoc workspace::is_archived */
    bool is_archived() const noexcept { return record_.is_archived != 0; }
    /** @copydoc workspace::default_of */
    std::optional<headcount::id> default_of() const noexcept
    {
        if (record_.default_of == nullptr)
            return std::nullopt;
        return headcount::id::copy(record_.default_of);
    }
    /** @copydoc workspace::version */
    std::uint64_t version() const noexcept { return record_.version; }
    /** @copydoc workspace::created_at */
    moment created_at() const noexcept { return detail::at(record_.created_at_micros); }
    /** @copydoc workspace::updated_at */
    moment updated_at() const noexcept { return detail::at(record_.updated_at_micros); }
    /** @copydoc workspace::external_ids */
    std::vector<external_id> external_ids() const
    {
        return detail::packed_external_ids(hc_packed_workspace_external_id, record_);
    }

private:
    hc_packed_workspace record_{};
};

/** How to open a directory. By default a missing file is created, with the Community license. */
class options : public detail::builder<options, hc_options, hc_options_free> {
public:
    /** The defaults. */
    options() noexcept : builder(hc_options_new()) {}

    /** The license of a new directory. An existing one keeps its own. */
    options &license_if_new(const license &granted) &
    {
        return this->set(hc_options_set_license_if_new, static_cast<std::int32_t>(granted.kind),
                         granted.seat_count);
    }
    /** @overload */
    options &&license_if_new(const license &granted) &&
    {
        return std::move(license_if_new(granted));
    }

    /** Whether to create the file if it is missing; true by default. */
    options &create_if_missing(bool create) &
    {
        return option(HC_OPTION_CREATE_IF_MISSING, create ? 1 : 0);
    }
    /** @overload */
    options &&create_if_missing(bool create) && { return std::move(create_if_missing(create)); }

    /**
     * Whether to open the file for reading only, which several processes can do at the same time.
     */
    options &read_only(bool value) & { return option(HC_OPTION_READ_ONLY, value ? 1 : 0); }
    /** @overload */
    options &&read_only(bool value) && { return std::move(read_only(value)); }

    /** How long to wait for a file that another process or handle has open, up to a day; 0 by
     * default. */
    options &open_timeout(std::chrono::milliseconds timeout) &
    {
        return time(HC_OPTION_OPEN_TIMEOUT_MS, timeout, "open_timeout is negative; give 0 or more");
    }
    /** @overload */
    options &&open_timeout(std::chrono::milliseconds timeout) &&
    {
        return std::move(open_timeout(timeout));
    }

    /** How much memory may hold pages of the file; 64 MiB by default. */
    options &page_cache_bytes(std::uint64_t size) &
    {
        return option(HC_OPTION_PAGE_CACHE_BYTES, size);
    }
    /** @overload */
    options &&page_cache_bytes(std::uint64_t size) && { return std::move(page_cache_bytes(size)); }

    /** How much memory may hold users that were read; 64 MiB by default, 0 for none. */
    options &user_cache_bytes(std::uint64_t size) &
    {
        return option(HC_OPTION_USER_CACHE_BYTES, size);
    }
    /** @overload */
    options &&user_cache_bytes(std::uint64_t size) && { return std::move(user_cache_bytes(size)); }

    /**
     * The largest size of the log beside the file; by default 64 MiB, or a quarter of a file above
     * 256 MiB, up to 128 MiB.
     */
    options &log_bytes(std::uint64_t size) & { return option(HC_OPTION_LOG_BYTES, size); }
    /** @overload */
    options &&log_bytes(std::uint64_t size) && { return std::move(log_bytes(size)); }

    /** Trades durability for speed: a write is on disk after at most this time, up to a day. With
     * 0, the default, each write is on disk when it returns. */
    options &sync_interval(std::chrono::milliseconds interval) &
    {
        return time(HC_OPTION_SYNC_INTERVAL_MS, interval, "sync_interval is negative; give 0 or more");
    }
    /** @overload */
    options &&sync_interval(std::chrono::milliseconds interval) &&
    {
        return std::move(sync_interval(interval));
    }

    /** Whether to open a directory whose log can't be used; see HC_OPTION_SALVAGE_LOG. */
    options &salvage_log(bool salvage) & { return option(HC_OPTION_SALVAGE_LOG, salvage ? 1 : 0); }
    /** @overload */
    options &&salvage_log(bool salvage) && { return std::move(salvage_log(salvage)); }

private:
    options &option(std::int32_t which, std::uint64_t value)
    {
        return this->set(hc_options_set, which, value);
    }
    options &time(std::int32_t which, std::chrono::milliseconds time, const char *negative)
    {
        if (time.count() < 0) {
            this->fail(error(status::invalid_argument, negative));
            return *this;
        }
        return option(which, static_cast<std::uint64_t>(time.count()));
    }
};

/** A user to create: an email and whatever else is known. It can be used for several calls. */
class new_user : public detail::builder<new_user, hc_new_user, hc_new_user_free> {
public:
    /** A user with this email: active, not an admin, with the email as username. */
    explicit new_user(std::string_view email) : builder(hc_new_user_new()), email_(email)
    {
        char *no_key = nullptr;
        if (!failure())
            fail(detail::run(hc_email_key, email.data(), email.size(), no_key).error());
    }

    /** The email, as it was given. */
    const std::string &email() const noexcept { return email_; }

    /** Sets the id that a provisioner has for the user. */
    new_user &external_id(std::string_view provisioner, std::string_view value) &
    {
        return this->set(hc_new_user_set_external_id, provisioner.data(),
                         provisioner.size(), value.data(), value.size());
    }
    /** @overload */
    new_user &&external_id(std::string_view provisioner, std::string_view value) &&
    {
        return std::move(external_id(provisioner, value));
    }

    /** An id from another system; by default the directory draws one. */
    new_user &id(const headcount::id &value) &
    {
        return this->set(hc_new_user_set_id, value.data());
    }
    /** @overload */
    new_user &&id(const headcount::id &value) && { return std::move(id(value)); }

    /**
     * The username. One with an @ must be an email address; the user's own email
     * follows it.
     */
    new_user &username(std::string_view value) &
    {
        return this->set(hc_new_user_set_username, value.data(), value.size());
    }
    /** @overload */
    new_user &&username(std::string_view value) && { return std::move(username(value)); }

    /** The given (first) name: at most 255 bytes. */
    new_user &given_name(std::string_view value) &
    {
        return this->set(hc_new_user_set_given_name, value.data(), value.size());
    }
    /** @overload */
    new_user &&given_name(std::string_view value) && { return std::move(given_name(value)); }

    /** The family (last) name: at most 255 bytes. */
    new_user &family_name(std::string_view value) &
    {
        return this->set(hc_new_user_set_family_name, value.data(), value.size());
    }
    /** @overload */
    new_user &&family_name(std::string_view value) && { return std::move(family_name(value)); }

    /** Whether the user is active from the start and so takes a seat. */
    new_user &active(bool value) & { return this->set(hc_new_user_set_active, value ? 1 : 0); }
    /** @overload */
    new_user &&active(bool value) && { return std::move(active(value)); }

    /** Whether the user administers the platform. */
    new_user &admin(bool value) & { return this->set(hc_new_user_set_admin, value ? 1 : 0); }
    /** @overload */
    new_user &&admin(bool value) && { return std::move(admin(value)); }

    /** When the user was created in another system; by default now. */
    new_user &created_at(moment when) &
    {
        return this->set(hc_new_user_set_created_at_micros, detail::micros(when));
    }
    /** @overload */
    new_user &&created_at(moment when) && { return std::move(created_at(when)); }

    /** An attribute. A user has at most 64, of 16 KiB in all. */
    new_user &attribute(std::string_view name, std::string_view value) &
    {
        return this->set(hc_new_user_set_attribute, name.data(), name.size(),
                         value.data(), value.size());
    }
    /** @overload */
    new_user &&attribute(std::string_view name, std::string_view value) &&
    {
        return std::move(attribute(name, value));
    }

private:
    std::string email_;
};

/** Changes to a user; all other fields stay as they are. It can be used for several calls. */
class user_update : public detail::builder<user_update, hc_user_update, hc_user_update_free> {
public:
    /** Sets the id that a provisioner has for the user; none removes it. */
    user_update &external_id(std::string_view provisioner, std::optional<std::string_view> value) &
    {
        return this->set(hc_user_update_set_external_id, provisioner.data(),
                         provisioner.size(), value.value_or(std::string_view()).data(),
                         value.value_or(std::string_view()).size());
    }
    /** @overload */
    user_update &&external_id(std::string_view provisioner,
                              std::optional<std::string_view> value) &&
    {
        return std::move(external_id(provisioner, value));
    }

    /** An update that changes nothing yet. */
    user_update() noexcept : builder(hc_user_update_new()) {}

    /** Refuses the update with status::conflict unless the user still has this version. */
    user_update &if_version(std::uint64_t version) &
    {
        return this->set(hc_user_update_set_if_version, version);
    }
    /** @overload */
    user_update &&if_version(std::uint64_t version) && { return std::move(if_version(version)); }

    /** Changes the email. A username that is the email follows. */
    user_update &email(std::string_view value) &
    {
        return this->set(hc_user_update_set_email, value.data(), value.size());
    }
    /** @overload */
    user_update &&email(std::string_view value) && { return std::move(email(value)); }

    /** Changes the username. */
    user_update &username(std::string_view value) &
    {
        return this->set(hc_user_update_set_username, value.data(), value.size());
    }
    /** @overload */
    user_update &&username(std::string_view value) && { return std::move(username(value)); }

    /** Makes the username follow the email again. */
    user_update &reset_username() & { return this->set(hc_user_update_reset_username); }
    /** @overload */
    user_update &&reset_username() && { return std::move(reset_username()); }

    /** Changes the given name; an empty one removes it. */
    user_update &given_name(std::string_view value) &
    {
        return this->set(hc_user_update_set_given_name, value.data(), value.size());
    }
    /** @overload */
    user_update &&given_name(std::string_view value) && { return std::move(given_name(value)); }

    /** Changes the family name; an empty one removes it. */
    user_update &family_name(std::string_view value) &
    {
        return this->set(hc_user_update_set_family_name, value.data(), value.size());
    }
    /** @overload */
    user_update &&family_name(std::string_view value) && { return std::move(family_name(value)); }

    /** Sets whether the user administers the platform. */
    user_update &admin(bool value) & { return this->set(hc_user_update_set_admin, value ? 1 : 0); }
    /** @overload */
    user_update &&admin(bool value) && { return std::move(admin(value)); }

    /** Sets one attribute and leaves the others. */
    user_update &attribute(std::string_view name, std::string_view value) &
    {
        return this->set(hc_user_update_set_attribute, name.data(), name.size(),
                         value.data(), value.size());
    }
    /** @overload */
    user_update &&attribute(std::string_view name, std::string_view value) &&
    {
        return std::move(attribute(name, value));
    }

    /** Removes one attribute, if the user has it. */
    user_update &remove_attribute(std::string_view name) &
    {
        return this->set(hc_user_update_remove_attribute, name.data(), name.size());
    }
    /** @overload */
    user_update &&remove_attribute(std::string_view name) &&
    {
        return std::move(remove_attribute(name));
    }

    /** Removes all attributes except those that this update sets. */
    user_update &replace_attributes() & { return this->set(hc_user_update_replace_attributes); }
    /** @overload */
    user_update &&replace_attributes() && { return std::move(replace_attributes()); }
};

/** A part of a query, for query::unset(). */
enum class query_field : std::int32_t {
    active = HC_QUERY_FIELD_ACTIVE,                   ///< query::active().
    admins = HC_QUERY_FIELD_ADMINS,                   ///< query::admins().
    member_of = HC_QUERY_FIELD_MEMBER_OF,             ///< query::member_of().
    attributes = HC_QUERY_FIELD_ATTRIBUTES,           ///< All of query::attribute().
    email_prefix = HC_QUERY_FIELD_EMAIL_PREFIX,       ///< query::email_prefix().
    email_domain = HC_QUERY_FIELD_EMAIL_DOMAIN,       ///< query::email_domain().
    username_prefix = HC_QUERY_FIELD_USERNAME_PREFIX, ///< query::username_prefix().
    search = HC_QUERY_FIELD_SEARCH,                   ///< query::search().
    created_since = HC_QUERY_FIELD_CREATED_SINCE,     ///< query::created_since().
    created_before = HC_QUERY_FIELD_CREATED_BEFORE,   ///< query::created_before().
    changed_since = HC_QUERY_FIELD_CHANGED_SINCE,     ///< query::changed_since().
    changed_before = HC_QUERY_FIELD_CHANGED_BEFORE,   ///< query::changed_before().
    seen_since = HC_QUERY_FIELD_SEEN_SINCE,           ///< query::seen_since().
    seen_before = HC_QUERY_FIELD_SEEN_BEFORE,         ///< query::seen_before().
    sort = HC_QUERY_FIELD_SORT,                       ///< query::sort_by().
    descending = HC_QUERY_FIELD_DESCENDING,           ///< query::descending().
    limit = HC_QUERY_FIELD_LIMIT,                     ///< query::limit().
    after = HC_QUERY_FIELD_AFTER,                     ///< query::after().
};

/**
 * Which users to return, in what order and how many: see hc_query for the cost. All conditions must
 * hold.
 */
class query : public detail::builder<query, hc_query, hc_query_free> {
public:
    /** All users, ordered by email, 100 at a time. */
    query() noexcept : builder(hc_query_new()) {}

    /** Only active users, or only inactive ones. */
    query &active(bool value) & { return number(query_field::active, value ? 1 : 0); }
    /** @overload */
    query &&active(bool value) && { return std::move(active(value)); }

    /** Only admins, or only everybody else. */
    query &admins(bool value = true) & { return number(query_field::admins, value ? 1 : 0); }
    /** @overload */
    query &&admins(bool value = true) && { return std::move(admins(value)); }

    /** Only members of a workspace, in a role or in any. */
    query &member_of(workspace_id workspace, role in = role::any) &
    {
        return this->set(hc_query_set_member_of, workspace, static_cast<std::int32_t>(in));
    }
    /** @overload */
    query &&member_of(workspace_id workspace, role in = role::any) &&
    {
        return std::move(member_of(workspace, in));
    }

    /**
     * Only users with an attribute: with this value, compared exactly, or with any. A query can
     * have up to 16 attributes, all of which must match.
     */
    query &attribute(std::string_view name, std::optional<std::string_view> value = std::nullopt) &
    {
        const auto *bytes = value ? value->data() : nullptr;
        return this->set(hc_query_set_attribute, name.data(), name.size(), bytes,
                         value ? value->size() : 0);
    }
    /** @overload */
    query &&attribute(std::string_view name,
                      std::optional<std::string_view> value = std::nullopt) &&
    {
        return std::move(attribute(name, value));
    }

    /** Only emails that start with this; ASCII letters match in either case. */
    query &email_prefix(std::string_view prefix) &
    {
        return text(query_field::email_prefix, prefix);
    }
    /** @overload */
    query &&email_prefix(std::string_view prefix) && { return std::move(email_prefix(prefix)); }

    /** Only emails at this domain, in either of its forms. */
    query &email_domain(std::string_view domain) &
    {
        return text(query_field::email_domain, domain);
    }
    /** @overload */
    query &&email_domain(std::string_view domain) && { return std::move(email_domain(domain)); }

    /** Only usernames that start with this, in any case. */
    query &username_prefix(std::string_view prefix) &
    {
        return text(query_field::username_prefix, prefix);
    }
    /** @overload */
    query &&username_prefix(std::string_view prefix) &&
    {
        return std::move(username_prefix(prefix));
    }

    /** Only users whose email, username or names contain each of these words, in any case; at most
     * 255 bytes. */
    query &search(std::string_view words) & { return text(query_field::search, words); }
    /** @overload */
    query &&search(std::string_view words) && { return std::move(search(words)); }

    /** Only users created at this time or later. */
    query &created_since(moment when) &
    {
        return number(query_field::created_since, detail::micros(when));
    }
    /** @overload */
    query &&created_since(moment when) && { return std::move(created_since(when)); }

    /** Only users created before this time. */
    query &created_before(moment when) &
    {
        return number(query_field::created_before, detail::micros(when));
    }
    /** @overload */
    query &&created_before(moment when) && { return std::move(created_before(when)); }

    /** Only users created or changed at this time or later. */
    query &changed_since(moment when) &
    {
        return number(query_field::changed_since, detail::micros(when));
    }
    /** @overload */
    query &&changed_since(moment when) && { return std::move(changed_since(when)); }

    /** Only users created before this time and not changed since. */
    query &changed_before(moment when) &
    {
        return number(query_field::changed_before, detail::micros(when));
    }
    /** @overload */
    query &&changed_before(moment when) && { return std::move(changed_before(when)); }

    /**
     * Only users last seen at this time or later; a user who was never seen counts as seen at
     * creation.
     */
    query &seen_since(moment when) &
    {
        return number(query_field::seen_since, detail::micros(when));
    }
    /** @overload */
    query &&seen_since(moment when) && { return std::move(seen_since(when)); }

    /**
     * Only users last seen before this time; a user who was never seen counts as seen at creation.
     */
    query &seen_before(moment when) &
    {
        return number(query_field::seen_before, detail::micros(when));
    }
    /** @overload */
    query &&seen_before(moment when) && { return std::move(seen_before(when)); }

    /** The order; by email by default. */
    query &sort_by(sort order) &
    {
        return number(query_field::sort, static_cast<std::uint64_t>(order));
    }
    /** @overload */
    query &&sort_by(sort order) && { return std::move(sort_by(order)); }

    /** Whether the order is reversed: newest first, for example. */
    query &descending(bool value = true) &
    {
        return number(query_field::descending, value ? 1 : 0);
    }
    /** @overload */
    query &&descending(bool value = true) && { return std::move(descending(value)); }

    /** The maximum number of users in a page: 1 to 10,000; 100 by default. */
    query &limit(std::size_t users) & { return number(query_field::limit, users); }
    /** @overload */
    query &&limit(std::size_t users) && { return std::move(limit(users)); }

    /** Where the page begins: user_list::next_page() of the previous page; empty for the first. */
    query &after(std::string_view place) & { return text(query_field::after, place); }
    /** @overload */
    query &&after(std::string_view place) && { return std::move(after(place)); }

    /** Removes a condition, or resets a setting to its default. */
    query &unset(query_field field) &
    {
        return this->set(hc_query_unset, static_cast<std::int32_t>(field));
    }
    /** @overload */
    query &&unset(query_field field) && { return std::move(unset(field)); }

private:
    query &text(query_field field, std::string_view value)
    {
        return this->set(hc_query_set_text, static_cast<std::int32_t>(field), value.data(),
                         value.size());
    }

    query &number(query_field field, std::uint64_t value)
    {
        return this->set(hc_query_set_number, static_cast<std::int32_t>(field), value);
    }
};

/**
 * Packed operations for batch::append(): each begins with op(), and its fields follow. For
 * many operations this is much cheaper than the functions of batch. docs/packed.md says
 * which fields each takes.
 *
 *     headcount::operations many;
 *     many.op(headcount::operation::create_user).text(headcount::op_field::email, "ann@ex.co");
 */
class operations {
public:
    /** No operations. */
    operations() : bytes_(256) { hc_packed_begin(&writer_, bytes_.data(), bytes_.size()); }
    /** Operations are moved, not copied. */
    operations(operations &&) noexcept = default;
    /** Operations are moved, not copied. */
    operations &operator=(operations &&) noexcept = default;

    /** Begins an operation, or the settings of the batch. */
    operations &op(operation what)
    {
        reserve(8);
        hc_packed_op(&writer_, static_cast<std::int32_t>(what));
        return *this;
    }
    /** A field that is a text. */
    operations &text(op_field field, std::string_view value)
    {
        reserve(8 + value.size());
        hc_packed_put_text(&writer_, static_cast<std::int32_t>(field), value.data(), value.size());
        return *this;
    }
    /** A field that is a number, a flag (0 or 1), a role or a license. */
    operations &number(op_field field, std::uint64_t value)
    {
        reserve(16);
        hc_packed_put_number(&writer_, static_cast<std::int32_t>(field), value);
        return *this;
    }
    /** A field that is an id. */
    operations &uuid(op_field field, const id &value)
    {
        reserve(24);
        hc_packed_put_id(&writer_, static_cast<std::int32_t>(field), value.data());
        return *this;
    }
    /** A text that an update removes. */
    operations &absent(op_field field)
    {
        reserve(8);
        hc_packed_put_absent(&writer_, static_cast<std::int32_t>(field));
        return *this;
    }

    /** The packed bytes, of which there are size(). */
    const std::uint8_t *data() const noexcept
    {
        hc_packed_writer done = writer_;
        hc_packed_end(&done);
        return bytes_.data();
    }
    /** The number of bytes. */
    std::size_t size() const noexcept { return writer_.bytes; }

private:
    void reserve(std::size_t more)
    {
        const std::size_t needed = writer_.bytes + more;
        if (needed > bytes_.size())
            bytes_.resize(needed > 2 * bytes_.size() ? needed : 2 * bytes_.size());
        writer_.buffer = bytes_.data();
        writer_.capacity = bytes_.size();
    }

    std::vector<std::uint8_t> bytes_;
    hc_packed_writer writer_{};
};

/**
 * Operations that succeed or fail together, judged on their net result. Each does the same as the
 * function of headcount::directory with its name. It can be used for several calls.
 */
class batch : public detail::builder<batch, hc_batch, hc_batch_free> {
public:
    /** An empty batch. */
    batch() noexcept : builder(hc_batch_new()) {}

    /** Who makes these changes. */
    batch &actor(const id &who) & { return this->set(hc_batch_set_actor, who.data()); }
    /** @overload */
    batch &&actor(const id &who) && { return std::move(actor(who)); }

    /**
     * The door of the batch, in place of that of the directory: 1 to 32 ASCII letters, digits and
     * `-_.:/`.
     */
    batch &door(std::string_view name) &
    {
        return this->set(hc_batch_set_door, name.data(), name.size());
    }
    /** @overload */
    batch &&door(std::string_view name) && { return std::move(door(name)); }

    /**
     * Makes the batch safe to send again: a batch is applied once per id, such as a random UUID. A
     * different batch with the id is refused with status::request_id_reused.
     */
    batch &request_id(const id &request) &
    {
        return this->set(hc_batch_set_request_id, request.data());
    }
    /** @overload */
    batch &&request_id(const id &request) && { return std::move(request_id(request)); }

    /** Whether the batch may leave workspaces without an active owner, as in offboarding. */
    batch &allow_ownerless(bool allow = true) &
    {
        return this->set(hc_batch_set_allow_ownerless, allow ? 1 : 0);
    }
    /** @overload */
    batch &&allow_ownerless(bool allow = true) && { return std::move(allow_ownerless(allow)); }

    /** Makes the operation that was appended last depend on the version of what it changes. */
    batch &if_version(std::uint64_t version) &
    {
        return this->set(hc_batch_set_if_version, version);
    }
    /** @overload */
    batch &&if_version(std::uint64_t version) && { return std::move(if_version(version)); }

    /** Appends packed operations, all or none of them, in one call. */
    batch &append(const operations &packed) &
    {
        return this->set(hc_batch_append, packed.data(), packed.size());
    }
    /** @overload */
    batch &&append(const operations &packed) && { return std::move(append(packed)); }

    /** Sets the id that a provisioner has for a workspace; none removes it. */
    batch &set_workspace_external_id(workspace_id workspace, std::string_view provisioner,
                                     std::optional<std::string_view> value) &
    {
        const std::string_view id = value.value_or(std::string_view());
        return this->set(hc_batch_set_workspace_external_id, std::string_view().data(),
                         std::size_t{0}, workspace,
                         provisioner.data(), provisioner.size(), id.data(),
                         id.size());
    }
    /** @overload */
    batch &&set_workspace_external_id(workspace_id workspace, std::string_view provisioner,
                                      std::optional<std::string_view> value) &&
    {
        return std::move(set_workspace_external_id(workspace, provisioner, value));
    }

    /** Sets the id that a provisioner has for a workspace; none removes it. */
    batch &set_workspace_external_id(std::string_view workspace, std::string_view provisioner,
                                     std::optional<std::string_view> value) &
    {
        const std::string_view id = value.value_or(std::string_view());
        return this->set(hc_batch_set_workspace_external_id, workspace.data(),
                         workspace.size(), workspace_id{0},
                         provisioner.data(), provisioner.size(), id.data(),
                         id.size());
    }
    /** @overload */
    batch &&set_workspace_external_id(std::string_view workspace, std::string_view provisioner,
                                      std::optional<std::string_view> value) &&
    {
        return std::move(set_workspace_external_id(workspace, provisioner, value));
    }

    /** How many operations there are. */
    std::size_t size() const noexcept { return hc_batch_count(raw()); }
    /** Whether there are none. */
    bool empty() const noexcept { return size() == 0; }

    /** Creates a user. */
    batch &create_user(const new_user &user) &
    {
        fail(user.failure());
        return this->set(hc_batch_create_user, user.email().data(), user.email().size(),
                         user.raw());
    }
    /** @overload */
    batch &&create_user(const new_user &user) && { return std::move(create_user(user)); }

    /** Creates a user from an email. */
    batch &create_user(std::string_view email) &
    {
        const hc_new_user *none = nullptr;
        return this->set(hc_batch_create_user, email.data(), email.size(), none);
    }
    /** @overload */
    batch &&create_user(std::string_view email) && { return std::move(create_user(email)); }

    /** Changes fields of a user. */
    batch &update_user(const user_ref &user, const user_update &update) &
    {
        const std::string_view who = user.text();
        fail(update.failure());
        return this->set(hc_batch_update_user, who.data(), who.size(), update.raw());
    }
    /** @overload */
    batch &&update_user(const user_ref &user, const user_update &update) &&
    {
        return std::move(update_user(user, update));
    }

    /** Makes a user active. */
    batch &activate_user(const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_activate_user, who.data(), who.size());
    }
    /** @overload */
    batch &&activate_user(const user_ref &user) && { return std::move(activate_user(user)); }

    /** Makes a user inactive, which frees a seat. */
    batch &deactivate_user(const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_deactivate_user, who.data(), who.size());
    }
    /** @overload */
    batch &&deactivate_user(const user_ref &user) && { return std::move(deactivate_user(user)); }

    /** Deletes a user for good. */
    batch &delete_user(const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_delete_user, who.data(), who.size());
    }
    /** @overload */
    batch &&delete_user(const user_ref &user) && { return std::move(delete_user(user)); }

    /** Sets the license. */
    batch &set_license(const license &granted) &
    {
        return this->set(hc_batch_set_license, static_cast<std::int32_t>(granted.kind),
                         granted.seat_count);
    }
    /** @overload */
    batch &&set_license(const license &granted) && { return std::move(set_license(granted)); }

    /** Creates a workspace. Operations that follow can name it, see add_member(). */
    batch &create_workspace(std::string_view name, const user_ref &owner) &
    {
        const std::string_view who = owner.text();
        return this->set(hc_batch_create_workspace, name.data(), name.size(),
                         who.data(), who.size());
    }
    /** @overload */
    batch &&create_workspace(std::string_view name, const user_ref &owner) &&
    {
        return std::move(create_workspace(name, owner));
    }

    /** Creates a user's default workspace; no effect if there is one. */
    batch &default_workspace(const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_default_workspace, who.data(), who.size());
    }
    /** @overload */
    batch &&default_workspace(const user_ref &user) &&
    {
        return std::move(default_workspace(user));
    }

    /** Renames a workspace. */
    batch &rename_workspace(workspace_id workspace, std::string_view name) &
    {
        return this->set(hc_batch_rename_workspace, nullptr, std::size_t{0}, workspace, name.data(), name.size());
    }
    /** @overload */
    batch &&rename_workspace(workspace_id workspace, std::string_view name) &&
    {
        return std::move(rename_workspace(workspace, name));
    }

    /** Archives a workspace. */
    batch &archive_workspace(workspace_id workspace) &
    {
        return this->set(hc_batch_archive_workspace, nullptr, std::size_t{0}, workspace);
    }
    /** @overload */
    batch &&archive_workspace(workspace_id workspace) &&
    {
        return std::move(archive_workspace(workspace));
    }

    /** Restores an archived workspace. */
    batch &restore_workspace(workspace_id workspace) &
    {
        return this->set(hc_batch_restore_workspace, nullptr, std::size_t{0}, workspace);
    }
    /** @overload */
    batch &&restore_workspace(workspace_id workspace) &&
    {
        return std::move(restore_workspace(workspace));
    }

    /** Deletes a workspace and its memberships for good. */
    batch &delete_workspace(workspace_id workspace) &
    {
        return this->set(hc_batch_delete_workspace, nullptr, std::size_t{0}, workspace);
    }
    /** @overload */
    batch &&delete_workspace(workspace_id workspace) &&
    {
        return std::move(delete_workspace(workspace));
    }

    /** Makes a user a member. */
    batch &add_member(workspace_id workspace, const user_ref &user, role as = role::user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_add_member, nullptr, std::size_t{0}, workspace, who.data(), who.size(),
                         static_cast<std::int32_t>(as));
    }
    /** @overload */
    batch &&add_member(workspace_id workspace, const user_ref &user, role as = role::user) &&
    {
        return std::move(add_member(workspace, user, as));
    }

    /** Makes a user a member of the workspace with a name, which may be created by this batch. */
    batch &add_member(std::string_view workspace, const user_ref &user, role as = role::user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_add_member, workspace.data(), workspace.size(), workspace_id{0},
                         who.data(), who.size(), static_cast<std::int32_t>(as));
    }
    /** @overload */
    batch &&add_member(std::string_view workspace, const user_ref &user, role as = role::user) &&
    {
        return std::move(add_member(workspace, user, as));
    }

    /** Changes the role of a member. */
    batch &set_role(workspace_id workspace, const user_ref &user, role to) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_set_role, nullptr, std::size_t{0}, workspace, who.data(), who.size(),
                         static_cast<std::int32_t>(to));
    }
    /** @overload */
    batch &&set_role(workspace_id workspace, const user_ref &user, role to) &&
    {
        return std::move(set_role(workspace, user, to));
    }

    /** Removes a member from a workspace. */
    batch &remove_member(workspace_id workspace, const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_remove_member, nullptr, std::size_t{0}, workspace, who.data(), who.size());
    }
    /** @overload */
    batch &&remove_member(workspace_id workspace, const user_ref &user) &&
    {
        return std::move(remove_member(workspace, user));
    }

    /** The same for the workspace with a name, which may be created by this batch. */
    batch &rename_workspace(std::string_view workspace, std::string_view name) &
    {
        return this->set(hc_batch_rename_workspace, workspace.data(), workspace.size(), workspace_id{0}, name.data(), name.size());
    }
    /** @overload */
    batch &&rename_workspace(std::string_view workspace, std::string_view name) &&
    {
        return std::move(rename_workspace(workspace, name));
    }

    /** The same for the workspace with a name. */
    batch &archive_workspace(std::string_view workspace) &
    {
        return this->set(hc_batch_archive_workspace, workspace.data(), workspace.size(), workspace_id{0});
    }
    /** @overload */
    batch &&archive_workspace(std::string_view workspace) &&
    {
        return std::move(archive_workspace(workspace));
    }

    /** The same for the workspace with a name. */
    batch &restore_workspace(std::string_view workspace) &
    {
        return this->set(hc_batch_restore_workspace, workspace.data(), workspace.size(), workspace_id{0});
    }
    /** @overload */
    batch &&restore_workspace(std::string_view workspace) &&
    {
        return std::move(restore_workspace(workspace));
    }

    /** The same for the workspace with a name. */
    batch &delete_workspace(std::string_view workspace) &
    {
        return this->set(hc_batch_delete_workspace, workspace.data(), workspace.size(), workspace_id{0});
    }
    /** @overload */
    batch &&delete_workspace(std::string_view workspace) &&
    {
        return std::move(delete_workspace(workspace));
    }

    /** The same for the workspace with a name. */
    batch &set_role(std::string_view workspace, const user_ref &user, role to) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_set_role, workspace.data(), workspace.size(), workspace_id{0},
                         who.data(), who.size(), static_cast<std::int32_t>(to));
    }
    /** @overload */
    batch &&set_role(std::string_view workspace, const user_ref &user, role to) &&
    {
        return std::move(set_role(workspace, user, to));
    }

    /** The same for the workspace with a name. */
    batch &remove_member(std::string_view workspace, const user_ref &user) &
    {
        const std::string_view who = user.text();
        return this->set(hc_batch_remove_member, workspace.data(), workspace.size(), workspace_id{0},
                         who.data(), who.size());
    }
    /** @overload */
    batch &&remove_member(std::string_view workspace, const user_ref &user) &&
    {
        return std::move(remove_member(workspace, user));
    }
};

/** @cond */
namespace detail {

/*
 * A list that is read once, from packed batches. Self has `decode`, which decodes a Record,
 * `next_batch`, which reads more of them, and `turn_page`, which continues where they end.
 */
template <class Self, class Record, class View>
class record_list {
public:
    /** Iterates over the list once: begin() takes the next record. */
    using iterator = list_iterator<Self, View>;

    /**
     * The next record, or the current one after an interrupted loop. Throws the errors of reading.
     */
    iterator begin() { return iterator(static_cast<Self *>(this)); }
    /** Past the last record. */
    iterator end() noexcept { return iterator(); }

    /** The next record, valid until the one after it is read; NULL at the end. */
    const View *next() { return try_next().value(); }

    /** The next record, valid until the one after it is read; NULL at the end. */
    result<const View *> try_next()
    {
        for (;;) {
            const View *read = nullptr;
            if (buffer_.batch().kind != 0) {
                Record record;
                switch (Self::decode(&buffer_.batch(), &record)) {
                case HC_PACKED_RECORD:
                    current_ = View(record);
                    read = &current_;
                    return read;
                case HC_PACKED_END:
                    break;
                default:
                    return malformed();
                }
            }
            Self &self = static_cast<Self &>(*this);
            auto filled = buffer_.fill([&](std::uint8_t *into, std::size_t capacity,
                                           std::size_t *written, hc_error **failed) {
                return self.next_batch(into, capacity, written, failed);
            });
            if (!filled)
                return filled.error();
            if (*filled)
                continue;
            auto turned = self.turn_page();
            if (!turned)
                return turned.error();
            if (!*turned)
                return read;
        }
    }

    /* The next record if it is already in the buffer, otherwise NULL. */
    const View *buffered() noexcept
    {
        if (buffer_.batch().records == 0)
            return nullptr;
        Record record;
        if (Self::decode(&buffer_.batch(), &record) != HC_PACKED_RECORD)
            return nullptr;
        current_ = View(record);
        return &current_;
    }

protected:
    record_list() = default;
    /* Views point into the buffer, which doesn't move. */
    record_list(record_list &&) noexcept = default;
    record_list &operator=(record_list &&) noexcept = default;
    ~record_list() = default;

    /* How many records are left in the buffer. */
    std::uint32_t waiting() const noexcept { return buffer_.batch().records; }

private:
    batch_buffer buffer_;
    View current_;
};

} // namespace detail
/** @endcond */

/**
 * All users, or those of a query: a range of headcount::user_view that is read once, in
 * batches. It is a snapshot, except for that of directory::query_all().
 *
 *     for (const headcount::user_view &user : users.list_users())
 *         std::cout << user.email() << '\n';
 *
 * Like hc_cursor it holds that state of the directory: read on or destroy it. Keeps the
 * file open unless the directory is closed.
 */
class user_list : public detail::record_list<user_list, hc_packed_user, user_view> {
public:
    /** Takes over a handle of headcount.h. */
    explicit user_list(hc_cursor *raw) noexcept : handle_(raw) {}

    /** How many users are left, on this page if there are pages. */
    std::uint64_t remaining() const noexcept { return hc_cursor_remaining(raw()) + waiting(); }

    /** Where the next page begins, for query::after(); none on the last page. Personal data. */
    std::optional<std::string_view> next_page() const noexcept
    {
        return detail::optional_view(hc_cursor_next_page(raw()));
    }

    /** The next user as an object to keep; don't mix it with views. */
    maybe<user> next_user() { return try_next_user().value(); }
    /** @copydoc next_user */
    result<maybe<user>> try_next_user()
    {
        for (;;) {
            auto found = detail::find<user, hc_user>(hc_cursor_next, handle_.get());
            if (!found || found->has_value())
                return found;
            auto turned = turn_page();
            if (!turned)
                return turned.error();
            if (!*turned)
                return found;
        }
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    hc_cursor *raw() const noexcept { return handle_.get(); }

private:
    friend class directory;
    friend class detail::record_list<user_list, hc_packed_user, user_view>;

    static int decode(hc_packed_batch *from, hc_packed_user *record) noexcept
    {
        return hc_packed_next_user(from, record);
    }

    hc_status next_batch(std::uint8_t *into, std::size_t capacity, std::size_t *written,
                         hc_error **failed) noexcept
    {
        return hc_cursor_next_batch(handle_.get(), into, capacity, written, failed);
    }

    /* Goes to the next page, if this is a list of pages and there is one. */
    result<bool> turn_page()
    {
        const char *place = directory_ ? hc_cursor_next_page(raw()) : nullptr;
        if (place == nullptr)
            return false;
        query_->after(place);
        if (query_->failure())
            return query_->failure();
        auto page = detail::make<detail::handle<hc_cursor, hc_cursor_free>, hc_cursor>(
            hc_directory_query, directory_.get(), query_->raw());
        if (!page)
            return page.error();
        handle_ = std::move(*page);
        return true;
    }

    detail::handle<hc_cursor, hc_cursor_free> handle_;
    std::shared_ptr<hc_directory> directory_;
    std::optional<query> query_;
};

/** All workspaces as they were at one moment: a range of headcount::workspace_view that is read
 * once. */
class workspace_list
    : public detail::record_list<workspace_list, hc_packed_workspace, workspace_view> {
public:
    /** Takes over a handle of headcount.h. */
    explicit workspace_list(hc_workspaces *raw) noexcept : handle_(raw) {}

    /** The next workspace as an object to keep; don't mix it with views. */
    maybe<workspace> next_workspace() { return try_next_workspace().value(); }
    /** @copydoc next_workspace */
    result<maybe<workspace>> try_next_workspace()
    {
        return detail::find<workspace, hc_workspace>(hc_workspaces_next, handle_.get());
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    hc_workspaces *raw() const noexcept { return handle_.get(); }

private:
    friend class detail::record_list<workspace_list, hc_packed_workspace, workspace_view>;

    static int decode(hc_packed_batch *from, hc_packed_workspace *record) noexcept
    {
        return hc_packed_next_workspace(from, record);
    }

    hc_status next_batch(std::uint8_t *into, std::size_t capacity, std::size_t *written,
                         hc_error **failed) noexcept
    {
        return hc_workspaces_next_batch(handle_.get(), into, capacity, written, failed);
    }

    result<bool> turn_page() noexcept { return false; }

    detail::handle<hc_workspaces, hc_workspaces_free> handle_;
};

/** Memberships as they were at one moment: a range of headcount::member. Outlives the directory. */
class member_list {
public:
    /** Iterates over them. */
    using iterator = detail::index_iterator<member_list, member>;

    /** Takes over a handle of headcount.h. */
    explicit member_list(hc_members *raw) noexcept : handle_(raw) {}

    /** How many there are. */
    std::size_t size() const noexcept { return hc_members_count(raw()); }
    /** Whether there are none. */
    bool empty() const noexcept { return size() == 0; }
    /** One of them: from 0 to size() - 1. */
    member at(std::size_t index) const { return try_at(index).value(); }
    /** @copydoc at */
    result<member> try_at(std::size_t index) const
    {
        hc_member found = HC_MEMBER_INIT;
        auto done = detail::run(hc_members_get, raw(), index, &found);
        if (!done)
            return done.error();
        return member{found.workspace, id::copy(found.user), static_cast<role>(found.role),
                      detail::at(found.since_micros), found.version};
    }
    /** The first. */
    iterator begin() const noexcept { return iterator(this, 0); }
    /** Past the last. */
    iterator end() const noexcept { return iterator(this, size()); }

    /** All memberships that were not taken yet, in few calls, for large workspaces. */
    std::vector<member> take() { return try_take().value(); }
    /** @copydoc take */
    result<std::vector<member>> try_take()
    {
        std::vector<member> all;
        detail::batch_buffer buffer;
        for (;;) {
            auto filled = buffer.fill([&](std::uint8_t *into, std::size_t capacity,
                                          std::size_t *written, hc_error **failed) {
                return hc_members_next_batch(handle_.get(), into, capacity, written, failed);
            });
            if (!filled)
                return filled.error();
            if (!*filled)
                return all;
            hc_packed_member record;
            int found;
            while ((found = hc_packed_next_member(&buffer.batch(), &record)) == HC_PACKED_RECORD)
                all.push_back(member{record.workspace, id::copy(record.user),
                                     static_cast<role>(record.role),
                                     detail::at(record.since_micros), record.version});
            if (found != HC_PACKED_END)
                return detail::malformed();
        }
    }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    hc_members *raw() const noexcept { return handle_.get(); }

private:
    detail::handle<hc_members, hc_members_free> handle_;
};

/** The outcomes of a batch. Outlives the directory. */
class applied {
public:
    /** Iterates over the outcomes, in the order of the operations. */
    using iterator = detail::index_iterator<applied, outcome>;

    /** Takes over a handle of headcount.h. */
    explicit applied(hc_applied *raw) noexcept : handle_(raw) {}

    /** The number of the change that the batch made; none when nothing changed. */
    std::optional<std::uint64_t> sequence() const noexcept
    {
        const std::uint64_t number = hc_applied_sequence(raw());
        return number == 0 ? std::nullopt : std::optional<std::uint64_t>(number);
    }
    /** Whether this is the outcome of an earlier batch with the same request id. */
    bool is_replayed() const noexcept { return hc_applied_is_replayed(raw()) != 0; }
    /** The workspaces that the batch left without an active owner; none in a replayed outcome. */
    std::vector<workspace_id> ownerless() const
    {
        std::vector<workspace_id> all(hc_applied_ownerless_count(raw()));
        for (std::size_t index = 0; index < all.size(); index++)
            all[index] = hc_applied_ownerless_at(raw(), index);
        return all;
    }
    /** How many operations the batch had. */
    std::size_t size() const noexcept { return hc_applied_count(raw()); }
    /** Whether it had none. */
    bool empty() const noexcept { return size() == 0; }
    /** The outcome of one operation: from 0 to size() - 1. */
    outcome at(std::size_t index) const { return try_at(index).value(); }
    /** @copydoc at */
    result<outcome> try_at(std::size_t index) const
    {
        hc_outcome found = HC_OUTCOME_INIT;
        auto done = detail::run(hc_applied_get_outcome, raw(), index, &found);
        if (!done)
            return done.error();
        outcome made;
        made.subject = static_cast<headcount::subject>(found.subject);
        made.changed = found.changed != 0;
        made.version = found.version;
        made.workspace = found.workspace;
        if (const id about = id::copy(found.user); about != id())
            made.user = about;
        return made;
    }
    /** The user that an operation concerned, as the batch left it; see hc_applied_get_user(). */
    maybe<headcount::user> user(std::size_t index) const { return try_user(index).value(); }
    /** @copydoc user */
    result<maybe<headcount::user>> try_user(std::size_t index) const
    {
        return detail::find<headcount::user, hc_user>(hc_applied_get_user, raw(), index);
    }
    /** All outcomes, read in few calls. */
    std::vector<outcome> outcomes() const { return try_outcomes().value(); }
    /** @copydoc outcomes */
    result<std::vector<outcome>> try_outcomes() const
    {
        std::vector<outcome> all;
        all.reserve(size());
        detail::batch_buffer buffer;
        for (;;) {
            const auto read = [&](auto *bytes, auto capacity, auto *written, auto *reason) {
                return hc_applied_read(raw(), all.size(), bytes, capacity, written, reason);
            };
            auto filled = buffer.fill(read);
            if (!filled)
                return filled.error();
            if (!*filled)
                return all;
            hc_packed_outcome found{};
            while (hc_packed_next_outcome(&buffer.batch(), &found) == HC_PACKED_RECORD) {
                outcome made;
                made.subject = static_cast<headcount::subject>(found.subject);
                made.changed = found.is_changed != 0;
                made.version = found.version;
                made.workspace = found.workspace;
                if (const id about = id::copy(found.user); about != id())
                    made.user = about;
                all.push_back(made);
            }
        }
    }
    /** The first outcome. */
    iterator begin() const noexcept { return iterator(this, 0); }
    /** Past the last outcome. */
    iterator end() const noexcept { return iterator(this, size()); }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    const hc_applied *raw() const noexcept { return handle_.get(); }

private:
    detail::handle<hc_applied, hc_applied_free> handle_;
};

/** One thing that a change did. */
struct event {
    event_kind kind{};          ///< What happened.
    std::uint32_t fields = 0;   ///< The fields that changed: bits of headcount::field.
    workspace_id workspace = 0; ///< The workspace; 0 where it is about none.
    std::optional<id> user;     ///< The user, where it is about one.
    bool is_active = false;     ///< Whether the user was created active.
    headcount::role role =
        headcount::role::any;   ///< The role of the member; role::any where it is about none.
    headcount::license license; ///< With event_kind::license_set.

    /** Whether a field changed. */
    bool has(field which) const noexcept
    {
        return (fields & static_cast<std::uint32_t>(which)) != 0;
    }
};

/** A change: one batch that was applied; a range of headcount::event. Valid as long as its
 * change_batch. */
class change_view {
public:
    /** Iterates over the events, in the order of the batch. */
    using iterator = detail::index_iterator<change_view, event>;

    /** No change. */
    change_view() noexcept = default;
    /** A record of headcount_packed.h. */
    explicit change_view(const hc_packed_change &record) noexcept : record_(record) {}

    /** The number of the change. */
    std::uint64_t sequence() const noexcept { return record_.sequence; }
    /** When it was made. */
    moment made_at() const noexcept { return detail::at(record_.at_micros); }
    /** The actor, if known. */
    std::optional<id> actor() const noexcept { return optional_id(record_.actor); }
    /** The request id of the batch. */
    std::optional<id> request_id() const noexcept { return optional_id(record_.request_id); }
    /** The door that it came through, if known. */
    std::optional<std::string_view> door() const noexcept
    {
        return detail::optional_view(record_.door);
    }

    /** How many events there are. */
    std::size_t size() const noexcept { return record_.events; }
    /** Whether there are none. */
    bool empty() const noexcept { return size() == 0; }
    /** One of the events; an empty one for an index that is too large. */
    event at(std::size_t index) const noexcept
    {
        event made;
        hc_packed_event found;
        if (index >= size() ||
            hc_packed_change_event(&record_, static_cast<std::uint32_t>(index), &found) == 0)
            return made;
        made.kind = static_cast<event_kind>(found.kind);
        made.fields = found.fields;
        made.workspace = found.workspace;
        made.user = optional_id(found.user);
        made.is_active = found.is_active != 0;
        made.role = static_cast<headcount::role>(found.role);
        made.license = {static_cast<license_kind>(found.license), found.seats};
        return made;
    }
    /** The first event. */
    iterator begin() const noexcept { return iterator(this, 0); }
    /** Past the last event. */
    iterator end() const noexcept { return iterator(this, size()); }

private:
    static std::optional<id> optional_id(const std::uint8_t *bytes) noexcept
    {
        return bytes == nullptr ? std::nullopt : std::optional<id>(id::copy(bytes));
    }

    hc_packed_change record_{};
};

/** Changes read from a feed: a range of headcount::change_view. */
class change_batch {
public:
    /** Iterates over the changes, any number of times. */
    class iterator {
    public:
        /** @cond */
        using iterator_category = std::input_iterator_tag;
        using value_type = change_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const change_view *;
        using reference = const change_view &;

        iterator() noexcept = default;
        explicit iterator(const hc_packed_batch &from) noexcept : rest_(from), left_(from.records)
        {
            read();
        }
        reference operator*() const noexcept { return current_; }
        pointer operator->() const noexcept { return &current_; }
        iterator &operator++() noexcept
        {
            --left_;
            read();
            return *this;
        }
        iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept
        {
            return a.left_ == b.left_;
        }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept
        {
            return a.left_ != b.left_;
        }
        /** @endcond */

    private:
        /* The records were checked when the batch was read. */
        void read() noexcept
        {
            hc_packed_change record;
            if (left_ > 0 && hc_packed_next_change(&rest_, &record) == HC_PACKED_RECORD)
                current_ = change_view(record);
        }

        hc_packed_batch rest_{};
        std::uint32_t left_ = 0;
        change_view current_;
    };

    /** How many changes there are. */
    std::size_t size() const noexcept { return buffer_.batch().records; }
    /** Whether there are none: nothing came in time. */
    bool empty() const noexcept { return size() == 0; }
    /** The first change. */
    iterator begin() const noexcept { return iterator(buffer_.batch()); }
    /** Past the last change. */
    iterator end() const noexcept { return iterator(); }

private:
    friend class feed;

    bool is_sound() const noexcept
    {
        hc_packed_batch rest = buffer_.batch();
        hc_packed_change record;
        int found;
        while ((found = hc_packed_next_change(&rest, &record)) == HC_PACKED_RECORD) {
        }
        return found == HC_PACKED_END;
    }

    detail::batch_buffer buffer_;
};

/**
 * The changes of a directory as they are committed.
 *
 *     for (const headcount::change_view &change : feed.read(std::chrono::seconds(1)))
 *         for (const headcount::event &event : change)
 *             ...
 *
 * Store position() to resume after a restart.
 */
class feed {
public:
    /** A timeout without a limit. */
    static constexpr std::chrono::milliseconds forever = std::chrono::milliseconds::max();

    /** Takes over a handle of headcount.h. */
    explicit feed(hc_feed *raw) noexcept : handle_(raw) {}

    /** Feeds are moved, not copied. */
    feed(feed &&) noexcept = default;
    /** Feeds are moved, not copied. */
    feed &operator=(feed &&other) noexcept
    {
        handle_ = std::move(other.handle_); // frees the old handle before its callback
        callback_ = std::move(other.callback_);
        return *this;
    }

    /** The next changes, if any come in time. Waits only for the first. */
    change_batch read(std::chrono::milliseconds timeout = std::chrono::milliseconds::zero()) const
    {
        return try_read(timeout).value();
    }
    /** @copydoc read */
    result<change_batch>
    try_read(std::chrono::milliseconds timeout = std::chrono::milliseconds::zero()) const
    {
        const std::uint64_t timeout_ms = timeout == forever ? UINT64_MAX
                                         : timeout.count() < 0
                                             ? 0
                                             : static_cast<std::uint64_t>(timeout.count());
        change_batch read;
        auto filled = read.buffer_.fill([&](std::uint8_t *into, std::size_t capacity,
                                            std::size_t *written, hc_error **failed) {
            return hc_feed_next_batch(handle_.get(), timeout_ms, into, capacity, written, failed);
        });
        if (!filled)
            return filled.error();
        if (*filled && !read.is_sound())
            return detail::malformed();
        return read;
    }

    /**
     * Makes a read() in another thread return without changes: the one that waits now, or the next
     * one that would wait.
     */
    void wake() const noexcept { hc_feed_wake(handle_.get()); }

    /**
     * A descriptor to poll in an event loop, and not to read: readable while there is something to
     * read(), and once the directory is closed. It is valid as long as this object.
     */
    int descriptor() const { return try_descriptor().value(); }
    /** @copydoc descriptor */
    result<int> try_descriptor() const
    {
        std::int32_t descriptor = -1;
        auto done = detail::run(hc_feed_get_descriptor, handle_.get(), &descriptor);
        if (!done)
            return done.error();
        return static_cast<int>(descriptor);
    }

    /**
     * Calls a function when there is something to read(), once until it is read, and when the
     * directory is closed. Any thread may call it, including threads that write: it may only wake
     * the event loop, must not throw, and must not use the library. An empty function removes the
     * callback.
     */
    void on_ready(std::function<void()> callback) { try_on_ready(std::move(callback)).value(); }
    /** @copydoc on_ready */
    result<void> try_on_ready(std::function<void()> callback)
    {
        std::unique_ptr<std::function<void()>> kept;
        if (callback)
            kept = std::make_unique<std::function<void()>>(std::move(callback));
        auto done = detail::run(hc_feed_set_callback, handle_.get(), kept ? call : nullptr,
                                static_cast<void *>(kept.get()));
        if (done)
            callback_ = std::move(kept);
        return done;
    }

    /** The number of the last change that was returned, or where the feed began. */
    std::uint64_t position() const noexcept { return hc_feed_position(handle_.get()); }

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    hc_feed *raw() const noexcept { return handle_.get(); }

private:
    static void call(void *callback) noexcept
    {
        (*static_cast<std::function<void()> *>(callback))();
    }

    // Destroyed after the handle: until that is freed, the callback may be called.
    std::unique_ptr<std::function<void()>> callback_;
    detail::handle<hc_feed, hc_feed_free> handle_;
};

namespace detail {

/** Calls a function of headcount.h that lists faults. */
template <class Function, class... Arguments>
result<fault_list> list_faults(Function call, Arguments... arguments)
{
    auto made = make<handle<hc_faults, hc_faults_free>, hc_faults>(call, arguments...);
    if (!made)
        return made.error();
    const hc_faults *list = made->get();
    fault_list listed;
    listed.total = hc_faults_total(list);
    listed.set_aside = hc_faults_set_aside(list);
    listed.seats_over = hc_faults_seats_over(list);
    for (std::size_t index = 0; index < hc_faults_count(list); ++index)
        listed.faults.push_back({hc_faults_kind_at(list, index), hc_faults_text_at(list, index)});
    return listed;
}

} // namespace detail

/** Lists the faults of the directory in a file, even if it is too damaged to be opened. */
inline result<fault_list> try_find_faults(std::string_view path, std::size_t faults_max = 1000)
{
    const hc_options *how = nullptr;
    return detail::list_faults(hc_file_find_faults, path.data(), path.size(), how,
                               faults_max);
}
/** @copydoc try_find_faults */
inline fault_list find_faults(std::string_view path, std::size_t faults_max = 1000)
{
    return try_find_faults(path, faults_max).value();
}

/**
 * Repairs the directory in a file that nobody has open. Records that can't be kept are written to
 * the file `aside`, which must not exist. Without `aside`, nothing is changed, and the result is
 * what a repair would do.
 */
inline result<fault_list> try_repair(std::string_view path,
                                     std::optional<std::string_view> aside = std::nullopt,
                                     std::size_t faults_max = 1000)
{
    const hc_options *how = nullptr;
    const char *other = aside ? aside->data() : nullptr;
    return detail::list_faults(hc_file_repair, path.data(), path.size(), how, other,
                               aside ? aside->size() : 0, faults_max);
}
/** @copydoc try_repair */
inline fault_list repair(std::string_view path,
                         std::optional<std::string_view> aside = std::nullopt,
                         std::size_t faults_max = 1000)
{
    return try_repair(path, aside, faults_max).value();
}

/** @cond */
namespace detail {

/* The callback of directory::submit(), whose userdata is a Done that it owns. */
template <class Done>
void submitted(void *userdata, hc_status code, hc_applied *raw, hc_error *failed) noexcept
{
    const std::unique_ptr<Done> done(static_cast<Done *>(userdata));
    if (code == HC_STATUS_OK)
        (*done)(result<applied>(applied(raw)));
    else
        (*done)(result<applied>(error::adopt(code, failed)));
}

} // namespace detail
/** @endcond */

/**
 * A user directory: users, and a license that says how many may be active. Any thread
 * may use it at any time, but not while it is closed or destroyed.
 */
class directory {
public:
    /** Opens the directory in a file, and creates it if there is none. */
    static directory open(std::string_view path) { return try_open(path).value(); }
    /** @overload */
    static directory open(std::string_view path, const options &how)
    {
        return try_open(path, how).value();
    }
    /** @copydoc open */
    static result<directory> try_open(std::string_view path) { return open_with(path, nullptr); }
    /** @overload */
    static result<directory> try_open(std::string_view path, const options &how)
    {
        if (how.failure())
            return how.failure();
        return open_with(path, how.raw());
    }

    /** Creates a directory in memory, which is gone when its last handle is destroyed. */
    static directory in_memory() { return try_in_memory().value(); }
    /** @overload */
    static directory in_memory(const options &how) { return try_in_memory(how).value(); }
    /** @copydoc in_memory */
    static result<directory> try_in_memory() { return in_memory_with(nullptr); }
    /** @overload */
    static result<directory> try_in_memory(const options &how)
    {
        if (how.failure())
            return how.failure();
        return in_memory_with(how.raw());
    }

    /**
     * Replaces the directory in one file with a verified copy of another file, and removes the log
     * of the replaced one. Nobody may have either file open to write. An exception of `progress` is
     * rethrown when the copy is done.
     */
    static copied restore(std::string_view backup, std::string_view path,
                          overwrite replace = overwrite::no,
                          const progress_callback &progress = {})
    {
        return try_restore(backup, path, replace, progress).value();
    }
    /** @copydoc restore */
    static result<copied> try_restore(std::string_view backup, std::string_view path,
                                      overwrite replace = overwrite::no,
                                      const progress_callback &progress = {})
    {
        auto fits = detail::check_abi();
        if (!fits)
            return fits.error();
        hc_copied found = HC_COPIED_INIT;
        detail::callbacks calls;
        calls.progress = &progress;
        auto done = detail::run(hc_file_restore, backup.data(), backup.size(),
                                path.data(), path.size(),
                                replace == overwrite::yes ? 1 : 0, &found, calls.to_tell(),
                                static_cast<void *>(&calls));
        calls.check();
        if (!done)
            return done.error();
        return copied{found.users, found.sequence, found.bytes};
    }

    /** Makes the file of a directory as small as possible, in place. Nobody may have it open. */
    static compacted compact(std::string_view path) { return try_compact(path).value(); }
    /** @overload */
    static compacted compact(std::string_view path, const options &how)
    {
        return try_compact(path, how).value();
    }
    /** @copydoc compact */
    static result<compacted> try_compact(std::string_view path)
    {
        return compact_with(path, nullptr);
    }
    /** @overload */
    static result<compacted> try_compact(std::string_view path, const options &how)
    {
        if (how.failure())
            return how.failure();
        return compact_with(path, how.raw());
    }

    /** Directories are moved, not copied. */
    directory(directory &&) noexcept = default;
    /** Directories are moved, not copied. */
    directory &operator=(directory &&) noexcept = default;
    directory(const directory &) = delete;
    directory &operator=(const directory &) = delete;

    /** @name Finding users */
    /** @{ */
    /** The user that an id, an email or a username names. */
    maybe<user> find_user(const user_ref &who) const { return try_find_user(who).value(); }
    /** @copydoc find_user */
    result<maybe<user>> try_find_user(const user_ref &who) const
    {
        if (who.id_bytes() != nullptr)
            return try_find_user_by_id(headcount::id::copy(who.id_bytes()));
        return detail::find<user, hc_user>(hc_user_get, raw(), who.text().data(),
                                           who.text().size());
    }

    /** Reads a user as a batch of one packed record, for headcount_packed.h. Returns its size, 0 for
     * nobody. The pointer of `key` is passed on as it is. */
    std::size_t read_user(user_key kind, std::string_view key, std::uint8_t *buffer,
                          std::size_t capacity) const
    {
        return try_read_user(kind, key, buffer, capacity).value();
    }
    /** @copydoc read_user */
    result<std::size_t> try_read_user(user_key kind, std::string_view key, std::uint8_t *buffer,
                                      std::size_t capacity) const
    {
        std::size_t written = 0;
        auto done = detail::run(hc_user_read, raw(), static_cast<std::int32_t>(kind),
                                key.data(), key.size(), buffer, capacity, &written);
        if (!done)
            return done.error();
        return written;
    }

    /** Reads the users of many keys, as hc_user_read_many() has them: `read` is set to how many were
     * read. Returns the size of the batch. */
    std::size_t read_users(user_key kind, std::string_view keys, std::uint8_t *buffer,
                           std::size_t capacity, std::uint32_t *offsets, std::size_t offset_max,
                           std::size_t &read) const
    {
        return try_read_users(kind, keys, buffer, capacity, offsets, offset_max, read).value();
    }
    /** @copydoc read_users */
    result<std::size_t> try_read_users(user_key kind, std::string_view keys, std::uint8_t *buffer,
                                       std::size_t capacity, std::uint32_t *offsets,
                                       std::size_t offset_max, std::size_t &read) const
    {
        std::size_t written = 0;
        auto done = detail::run(hc_user_read_many, raw(), static_cast<std::int32_t>(kind),
                                detail::bytes(keys), keys.size(), buffer, capacity, offsets,
                                offset_max, &read, &written);
        if (!done)
            return done.error();
        return written;
    }

private:
    result<found_users> find_users(user_key kind, const detail::packed_keys &keys) const
    {
        constexpr std::size_t capacity = 65536, at_once = 1024;
        const std::string_view all = keys.bytes;
        const std::size_t count = keys.starts.size();
        const std::unique_ptr<std::uint8_t[]> buffer(new std::uint8_t[capacity]);
        std::vector<std::uint32_t> offsets((std::min)(count + 1, at_once));
        found_users found;
        found.users_.reserve(count);
        do { // Also without keys: a closed directory fails.
            std::size_t read = 0;
            auto written = try_read_users(kind, count > 0 ? all.substr(keys.starts[found.size()]) : all,
                                          buffer.get(), capacity, offsets.data(), offsets.size(), read);
            if (!written)
                return written.error();
            hc_packed_batch batch{};
            if (*written > 0) {
                std::unique_ptr<std::uint8_t[]> records(new std::uint8_t[*written]);
                std::memcpy(records.get(), buffer.get(), *written);
                if (hc_packed_open(&batch, records.get(), *written) == 0)
                    return detail::malformed();
                found.records_.push_back(std::move(records));
            }
            for (std::size_t i = 0; i < read; ++i) {
                hc_packed_user record{};
                if (offsets[i] == 0)
                    found.users_.emplace_back();
                else if (hc_packed_next_user(&batch, &record) == HC_PACKED_RECORD)
                    found.users_.emplace_back(user_view(record));
                else
                    return detail::malformed();
            }
        } while (found.size() < count);
        return found;
    }

public:
    /** The user with this id. */
    maybe<user> find_user_by_id(const id &who) const
    {
        return try_find_user_by_id(who).value();
    }
    /** @copydoc find_user_by_id */
    result<maybe<user>> try_find_user_by_id(const id &who) const
    {
        return detail::find<user, hc_user>(hc_user_get_by, raw(), std::int32_t{HC_USER_KEY_ID}, who.data(), std::size_t{16});
    }

    /** The user with this email, without regard to the case of ASCII letters. */
    maybe<user> find_user_by_email(std::string_view email) const
    {
        return try_find_user_by_email(email).value();
    }
    /** @copydoc find_user_by_email */
    result<maybe<user>> try_find_user_by_email(std::string_view email) const
    {
        return detail::find<user, hc_user>(hc_user_get_by, raw(), std::int32_t{HC_USER_KEY_EMAIL}, email.data(),
                                           email.size());
    }

    /**
     * The users with these emails, in their order, as find_user_by_email() finds them, with few
     * calls of the library. `emails` is a range of texts.
     */
    template <class Emails>
    found_users find_users_by_emails(const Emails &emails) const
    {
        return try_find_users_by_emails(emails).value();
    }
    /** @copydoc find_users_by_emails */
    template <class Emails>
    result<found_users> try_find_users_by_emails(const Emails &emails) const
    {
        detail::packed_keys keys;
        for (const auto &email : emails)
            keys.add(std::string_view(email));
        return find_users(user_key::email, keys);
    }

    /** The users with these ids, in their order: see find_users_by_emails(). `ids` is a range of
     * headcount::id. */
    template <class Ids>
    found_users find_users_by_ids(const Ids &ids) const
    {
        return try_find_users_by_ids(ids).value();
    }
    /** @copydoc find_users_by_ids */
    template <class Ids>
    result<found_users> try_find_users_by_ids(const Ids &ids) const
    {
        detail::packed_keys keys;
        for (const id &each : ids)
            keys.add({reinterpret_cast<const char *>(each.data()), 16});
        return find_users(user_key::id, keys);
    }

    /** The user with this username, without regard to case. */
    maybe<user> find_user_by_username(std::string_view username) const
    {
        return try_find_user_by_username(username).value();
    }
    /** @copydoc find_user_by_username */
    result<maybe<user>> try_find_user_by_username(std::string_view username) const
    {
        return detail::find<user, hc_user>(hc_user_get_by, raw(), std::int32_t{HC_USER_KEY_USERNAME}, username.data(),
                                           username.size());
    }

    /** All users, active or not, ordered by email, as they are now. */
    user_list list_users() const { return try_list_users().value(); }
    /** @copydoc list_users */
    result<user_list> try_list_users() const
    {
        return detail::make<user_list, hc_cursor>(hc_directory_list_users, raw());
    }

    /** One page of the users that match a query. */
    user_list query_page(const query &which) const { return try_query_page(which).value(); }
    /** @copydoc query_page */
    result<user_list> try_query_page(const query &which) const
    {
        if (which.failure())
            return which.failure();
        return detail::make<user_list, hc_cursor>(hc_directory_query, raw(), which.raw());
    }

    /** All users that match a query, read a page at a time; each page is as it is when it is read.
     */
    user_list query_all(query which) const { return try_query_all(std::move(which)).value(); }
    /** @copydoc query_all */
    result<user_list> try_query_all(query which) const
    {
        auto list = try_query_page(which);
        if (list) {
            list->directory_ = handle_;
            list->query_ = std::move(which);
        }
        return list;
    }

    /** How many users match a query, regardless of its limit and position. */
    std::uint64_t count(const query &which) const { return try_count(which).value(); }
    /** @copydoc count */
    result<std::uint64_t> try_count(const query &which) const
    {
        if (which.failure())
            return which.failure();
        std::uint64_t count = 0;
        auto done = detail::run(hc_directory_count, raw(), which.raw(), &count);
        if (!done)
            return done.error();
        return count;
    }
    /** @} */

    /** @name Changing users */
    /** @{ */
    /** Creates an active user with this email, who takes a seat. */
    user create_user(std::string_view email) const { return try_create_user(email).value(); }
    /** @copydoc create_user */
    result<user> try_create_user(std::string_view email) const
    {
        const hc_new_user *none = nullptr;
        return detail::make<user, hc_user>(hc_user_create, raw(), email.data(), email.size(),
                                           none);
    }

    /** Creates a user, who takes a seat unless inactive. */
    user create_user(const new_user &person) const { return try_create_user(person).value(); }
    /** @copydoc create_user */
    result<user> try_create_user(const new_user &person) const
    {
        if (person.failure())
            return person.failure();
        return detail::make<user, hc_user>(hc_user_create, raw(), person.email().data(),
                                           person.email().size(), person.raw());
    }

    /** Changes fields of a user, and returns the updated user. */
    user update_user(const user_ref &who, const user_update &update) const
    {
        return try_update_user(who, update).value();
    }
    /** @copydoc update_user */
    result<user> try_update_user(const user_ref &who, const user_update &update) const
    {
        if (update.failure())
            return update.failure();
        return detail::make<user, hc_user>([&](hc_user **made, hc_error **failed) {
            return hc_user_update_apply(raw(), who.text().data(), who.text().size(),
                                        update.raw(), made, failed);
        });
    }

    /** Makes a user active; does nothing if the user is active. */
    user activate_user(const user_ref &who) const { return try_activate_user(who).value(); }
    /** @copydoc activate_user */
    result<user> try_activate_user(const user_ref &who) const
    {
        return detail::make<user, hc_user>([&](hc_user **made, hc_error **failed) {
            return hc_user_activate(raw(), who.text().data(), who.text().size(), made,
                                    failed);
        });
    }

    /** Makes a user inactive, which frees a seat; does nothing if the user is inactive. */
    user deactivate_user(const user_ref &who) const { return try_deactivate_user(who).value(); }
    /** @copydoc deactivate_user */
    result<user> try_deactivate_user(const user_ref &who) const
    {
        return detail::make<user, hc_user>([&](hc_user **made, hc_error **failed) {
            return hc_user_deactivate(raw(), who.text().data(), who.text().size(), made,
                                      failed);
        });
    }

    /**
     * Records that a user is seen now, such as at a login. Call it as often as you like: it usually
     * costs a lookup. See hc_user_touch().
     */
    void touch_user(const user_ref &who) const { return try_touch_user(who).value(); }
    /** @copydoc touch_user */
    result<void> try_touch_user(const user_ref &who) const
    {
        const std::string_view text = who.text();
        return detail::run(hc_user_touch, raw(), text.data(), text.size());
    }

    /** When a user was last seen, to about an hour; nothing for a user who never was. */
    std::optional<moment> last_seen(const user_ref &who) const
    {
        return try_last_seen(who).value();
    }
    /** @copydoc last_seen */
    result<std::optional<moment>> try_last_seen(const user_ref &who) const
    {
        const std::string_view text = who.text();
        std::uint64_t micros = 0;
        auto done = detail::run(hc_user_get_last_seen_micros, raw(), text.data(),
                                text.size(), &micros);
        if (!done)
            return done.error();
        return detail::at_if(micros);
    }

    /** Deletes a user for good. To keep the user, deactivate. */
    void delete_user(const user_ref &who) const { return try_delete_user(who).value(); }
    /** @copydoc delete_user */
    result<void> try_delete_user(const user_ref &who) const
    {
        return detail::run([&](hc_error **failed) {
            return hc_user_delete(raw(), who.text().data(), who.text().size(), failed);
        });
    }
    /** @} */

    /** @name Workspaces */
    /** @{ */
    /** The workspace with this id. */
    maybe<workspace> find_workspace(workspace_id which) const
    {
        return try_find_workspace(which).value();
    }
    /** @copydoc find_workspace */
    result<maybe<workspace>> try_find_workspace(workspace_id which) const
    {
        return detail::find<workspace, hc_workspace>(hc_workspace_get, raw(), which);
    }

    /** Finds a user by the id that a provisioner has for them. */
    maybe<user> find_user_by_external_id(std::string_view provisioner,
                                                 std::string_view id) const
    {
        return try_find_user_by_external_id(provisioner, id).value();
    }
    /** @copydoc find_user_by_external_id */
    result<maybe<user>> try_find_user_by_external_id(std::string_view provisioner,
                                                             std::string_view id) const
    {
        return detail::find<user, hc_user>(hc_user_get_by_external_id, raw(),
                                           provisioner.data(), provisioner.size(),
                                           id.data(), id.size());
    }
    /** Finds a workspace by the id that a provisioner has for it. */
    maybe<workspace> find_workspace_by_external_id(std::string_view provisioner,
                                                           std::string_view id) const
    {
        return try_find_workspace_by_external_id(provisioner, id).value();
    }
    /** @copydoc find_workspace_by_external_id */
    result<maybe<workspace>>
    try_find_workspace_by_external_id(std::string_view provisioner, std::string_view id) const
    {
        return detail::find<workspace, hc_workspace>(hc_workspace_get_by_external_id, raw(),
                                                     provisioner.data(),
                                                     provisioner.size(), id.data(),
                                                     id.size());
    }
    /** Sets the id that a provisioner has for a workspace; none removes it. */
    workspace set_workspace_external_id(workspace_id which, std::string_view provisioner,
                                        std::optional<std::string_view> value) const
    {
        return try_set_workspace_external_id(which, provisioner, value).value();
    }
    /** @copydoc set_workspace_external_id */
    result<workspace> try_set_workspace_external_id(workspace_id which,
                                                    std::string_view provisioner,
                                                    std::optional<std::string_view> value) const
    {
        const std::string_view id = value.value_or(std::string_view());
        return detail::make<workspace, hc_workspace>(hc_workspace_set_external_id, raw(), which,
                                                     provisioner.data(),
                                                     provisioner.size(), id.data(),
                                                     id.size());
    }
    /** The workspace with this name, without regard to case. */
    maybe<workspace> find_workspace_by_name(std::string_view name) const
    {
        return try_find_workspace_by_name(name).value();
    }
    /** @copydoc find_workspace_by_name */
    result<maybe<workspace>> try_find_workspace_by_name(std::string_view name) const
    {
        return detail::find<workspace, hc_workspace>(hc_workspace_get_by_name, raw(),
                                                     name.data(), name.size());
    }

    /** All workspaces, archived ones included, ordered by id, as they are now. */
    workspace_list list_workspaces() const { return try_list_workspaces().value(); }
    /** @copydoc list_workspaces */
    result<workspace_list> try_list_workspaces() const
    {
        return detail::make<workspace_list, hc_workspaces>(hc_directory_list_workspaces, raw());
    }

    /** Creates a workspace with its first owner, who must be active. */
    workspace create_workspace(std::string_view name, const user_ref &owner) const
    {
        return try_create_workspace(name, owner).value();
    }
    /** @copydoc create_workspace */
    result<workspace> try_create_workspace(std::string_view name, const user_ref &owner) const
    {
        return detail::make<workspace, hc_workspace>(
            hc_workspace_create, raw(), name.data(), name.size(),
            owner.text().data(), owner.text().size());
    }

    /** The default workspace of a user, who owns it; created on first use. */
    workspace default_workspace(const user_ref &who) const
    {
        return try_default_workspace(who).value();
    }
    /** @copydoc default_workspace */
    result<workspace> try_default_workspace(const user_ref &who) const
    {
        return detail::make<workspace, hc_workspace>(hc_user_get_default_workspace, raw(),
                                                     who.text().data(), who.text().size());
    }

    /** Renames a workspace. */
    workspace rename_workspace(workspace_id which, std::string_view name) const
    {
        return try_rename_workspace(which, name).value();
    }
    /** @copydoc rename_workspace */
    result<workspace> try_rename_workspace(workspace_id which, std::string_view name) const
    {
        return detail::make<workspace, hc_workspace>(hc_workspace_rename, raw(), which,
                                                     name.data(), name.size());
    }

    /** Archives a workspace; does nothing if it is archived. */
    workspace archive_workspace(workspace_id which) const
    {
        return try_archive_workspace(which).value();
    }
    /** @copydoc archive_workspace */
    result<workspace> try_archive_workspace(workspace_id which) const
    {
        return detail::make<workspace, hc_workspace>(hc_workspace_archive, raw(), which);
    }

    /** Restores an archived workspace; does nothing if it is not archived. */
    workspace restore_workspace(workspace_id which) const
    {
        return try_restore_workspace(which).value();
    }
    /** @copydoc restore_workspace */
    result<workspace> try_restore_workspace(workspace_id which) const
    {
        return detail::make<workspace, hc_workspace>(hc_workspace_restore, raw(), which);
    }

    /** Deletes a workspace and its memberships for good. */
    void delete_workspace(workspace_id which) const { return try_delete_workspace(which).value(); }
    /** @copydoc delete_workspace */
    result<void> try_delete_workspace(workspace_id which) const
    {
        return detail::run(hc_workspace_delete, raw(), which);
    }

    /** The members of a workspace: owners first, each ordered by email. */
    member_list list_members(workspace_id which) const { return try_list_members(which).value(); }
    /** @copydoc list_members */
    result<member_list> try_list_members(workspace_id which) const
    {
        return detail::make<member_list, hc_members>(hc_workspace_list_members, raw(), which);
    }

    /** The workspaces of a user, with the role in each, ordered by id. */
    member_list list_workspaces_of(const user_ref &who) const
    {
        return try_list_workspaces_of(who).value();
    }
    /** @copydoc list_workspaces_of */
    result<member_list> try_list_workspaces_of(const user_ref &who) const
    {
        return detail::make<member_list, hc_members>(hc_user_list_workspaces, raw(),
                                                     who.text().data(), who.text().size());
    }

    /** Makes a user a member of a workspace; does nothing if the user is a member in this role. */
    void add_member(workspace_id which, const user_ref &who, role as = role::user) const
    {
        return try_add_member(which, who, as).value();
    }
    /** @copydoc add_member */
    result<void> try_add_member(workspace_id which, const user_ref &who, role as = role::user) const
    {
        return detail::run(hc_workspace_add_member, raw(), which, who.text().data(),
                           who.text().size(), static_cast<std::int32_t>(as));
    }

    /** Changes the role of a member. */
    void set_role(workspace_id which, const user_ref &who, role to) const
    {
        return try_set_role(which, who, to).value();
    }
    /** @copydoc set_role */
    result<void> try_set_role(workspace_id which, const user_ref &who, role to) const
    {
        return detail::run(hc_workspace_set_role, raw(), which, who.text().data(),
                           who.text().size(), static_cast<std::int32_t>(to));
    }

    /** Removes a member from a workspace. */
    void remove_member(workspace_id which, const user_ref &who) const
    {
        return try_remove_member(which, who).value();
    }
    /** @copydoc remove_member */
    result<void> try_remove_member(workspace_id which, const user_ref &who) const
    {
        return detail::run(hc_workspace_remove_member, raw(), which, who.text().data(),
                           who.text().size());
    }
    /** @} */

    /** @name The directory as a whole */
    /** @{ */
    /** The address of the generation, by which a host keeps its own cache of users: see
     * hc_directory_generation(). Valid until this is destroyed. */
    const std::uint64_t *generation() const noexcept { return hc_directory_generation(raw()); }

    /** How the seats are used. */
    seat_usage seats() const { return try_seats().value(); }
    /** @copydoc seats */
    result<seat_usage> try_seats() const
    {
        hc_seats found = HC_SEATS_INIT;
        auto done = detail::run(hc_directory_get_seats, raw(), &found);
        if (!done)
            return done.error();
        seat_usage made;
        made.kind = static_cast<license_kind>(found.license);
        if (found.limit != HC_NO_LIMIT)
            made.limit = found.limit;
        made.active = found.active;
        made.inactive = found.inactive;
        if (found.free != HC_NO_LIMIT)
            made.free = found.free;
        made.over_by = found.over_by;
        made.license_version = found.license_version;
        return made;
    }

    /**
     * The most users that were active at one time, on each day since a time or since the first day
     * on record; see hc_directory_get_seat_history().
     */
    seat_history seats_since(std::optional<moment> since = std::nullopt) const
    {
        return try_seats_since(since).value();
    }
    /** @copydoc seats_since */
    result<seat_history> try_seats_since(std::optional<moment> since = std::nullopt) const
    {
        hc_seat_history found = HC_SEAT_HISTORY_INIT;
        std::vector<hc_seat_day> days(HC_SEAT_DAYS_MAX);
        auto done = detail::run(hc_directory_get_seat_history, raw(),
                                since ? detail::micros(*since) : 0, &found, days.data(), days.size());
        if (!done)
            return done.error();
        seat_history made{
            detail::at(found.since_micros), found.peak, detail::at_if(found.peak_day_micros), {}};
        for (std::size_t i = 0; i < days.size() && i < found.day_count; i++)
            made.days.push_back({detail::at(days[i].day_micros), days[i].peak, days[i].last});
        return made;
    }

    /**
     * Sets the license. If it has fewer seats than are in use, nobody is deactivated, but growth is
     * refused.
     */
    void set_license(const license &granted) const { return try_set_license(granted).value(); }
    /** @copydoc set_license */
    result<void> try_set_license(const license &granted) const
    {
        return detail::run(hc_directory_set_license, raw(), static_cast<std::int32_t>(granted.kind),
                           granted.seat_count);
    }

    /** Applies a batch: all of it, or nothing. error::op_index() says which operation was refused.
     */
    applied apply(const batch &what) const { return try_apply(what).value(); }
    /** @copydoc apply */
    result<applied> try_apply(const batch &what) const
    {
        if (what.failure())
            return what.failure();
        return detail::make<applied, hc_applied>(hc_directory_apply, raw(), what.raw());
    }

    /** Applies a batch on a thread of the library, and calls `done` there with the
     * result<applied>, once: for event loops. See hc_directory_submit() for the order and for
     * closing. `done` must not throw. */
    template <class Done>
    void submit(const batch &what, Done done) const
    {
        try_submit(what, std::move(done)).value();
    }
    /** @copydoc submit */
    template <class Done>
    result<void> try_submit(const batch &what, Done done) const
    {
        if (what.failure())
            return what.failure();
        auto kept = std::make_unique<Done>(std::move(done));
        auto taken = detail::run(hc_directory_submit, raw(), what.raw(), detail::submitted<Done>,
                                 static_cast<void *>(kept.get()));
        if (taken)
            (void)kept.release(); // now owned by the callback, which may have run
        return taken;
    }

    /**
     * Returns what apply() would return now, except for ids that it would draw, and changes
     * nothing.
     */
    applied dry_run(const batch &what) const { return try_dry_run(what).value(); }
    /** @copydoc dry_run */
    result<applied> try_dry_run(const batch &what) const
    {
        if (what.failure())
            return what.failure();
        return detail::make<applied, hc_applied>(hc_directory_dry_run, raw(), what.raw());
    }

    /** The refusals of a batch, without applying it; empty if it would be accepted now. */
    std::vector<error> preview(const batch &what) const { return try_preview(what).value(); }
    /** @copydoc preview */
    result<std::vector<error>> try_preview(const batch &what) const
    {
        if (what.failure())
            return what.failure();
        auto listed = detail::make<detail::handle<hc_refusals, hc_refusals_free>, hc_refusals>(
            hc_directory_preview, raw(), what.raw());
        if (!listed)
            return listed.error();
        const std::shared_ptr<const hc_refusals> list = std::move(*listed);
        std::vector<error> refusals;
        refusals.reserve(hc_refusals_count(list.get()));
        for (std::size_t index = 0; index < hc_refusals_count(list.get()); ++index)
            refusals.push_back(error::borrow(list, hc_refusals_at(list.get(), index)));
        return refusals;
    }

    /** Follows the changes with numbers above a given one; 0 begins with the first. */
    feed follow(std::uint64_t after = 0) const { return try_follow(after).value(); }
    /** @copydoc follow */
    result<feed> try_follow(std::uint64_t after = 0) const
    {
        return detail::make<feed, hc_feed>(hc_directory_follow, raw(), after);
    }

    /** Forgets the changes with numbers below a given one, and returns how many there were. */
    std::uint64_t trim_changes(std::uint64_t before) const
    {
        return try_trim_changes(before).value();
    }
    /** @copydoc trim_changes */
    result<std::uint64_t> try_trim_changes(std::uint64_t before) const
    {
        std::uint64_t trimmed = 0;
        auto done = detail::run(hc_directory_trim_changes, raw(), before, &trimmed);
        if (!done)
            return done.error();
        return trimmed;
    }

    /** Recounts the seats and checks every index; throws status::corrupted if something is wrong.
     */
    void verify() const { return try_verify().value(); }
    /** @copydoc verify */
    result<void> try_verify() const { return detail::run(hc_directory_verify, raw(), static_cast<hc_verified *>(nullptr)); }

    /** Does the same as verify(), and returns how many records it counted. */
    verified verify_and_count() const { return try_verify_and_count().value(); }
    /** @copydoc verify_and_count */
    result<verified> try_verify_and_count() const
    {
        hc_verified found = HC_VERIFIED_INIT;
        auto done = detail::run(hc_directory_verify, raw(), &found);
        if (!done)
            return done.error();
        return verified{found.active,     found.inactive, found.deleted,
                        found.workspaces, found.members,  found.changes};
    }

    /**
     * Copies the directory, as it is now, to a new file, while others read and write. The copy is
     * verified before it takes its place. An exception of `progress` is rethrown when the copy is
     * done.
     */
    copied backup(std::string_view path, overwrite replace = overwrite::no,
                  const progress_callback &progress = {}) const
    {
        return try_backup(path, replace, progress).value();
    }
    /** @copydoc backup */
    result<copied> try_backup(std::string_view path, overwrite replace = overwrite::no,
                              const progress_callback &progress = {}) const
    {
        hc_copied found = HC_COPIED_INIT;
        detail::callbacks calls;
        calls.progress = &progress;
        auto done = detail::run(hc_directory_backup, raw(), path.data(), path.size(),
                                replace == overwrite::yes ? 1 : 0, &found, calls.to_tell(),
                                static_cast<void *>(&calls));
        calls.check();
        if (!done)
            return done.error();
        return copied{found.users, found.sequence, found.bytes};
    }

    /**
     * Writes all records as lines of JSON, from which load_from() and `headcount import` make the
     * same directory; see hc_directory_export(). An exception of a callback ends the export, and is
     * rethrown.
     */
    void export_to(const write_callback &write, const progress_callback &progress = {}) const
    {
        try_export_to(write, progress).value();
    }
    /** @copydoc export_to */
    result<void> try_export_to(const write_callback &write,
                               const progress_callback &progress = {}) const
    {
        detail::callbacks calls;
        calls.progress = &progress;
        calls.write = &write;
        auto done = detail::run(hc_directory_export, raw(),
                                write ? detail::write_lines : hc_write_callback(nullptr),
                                calls.to_tell(), static_cast<void *>(&calls));
        calls.check();
        return done;
    }

    /**
     * Loads the lines of export_to() into an empty directory. An exception of a callback ends the
     * load, and is rethrown; `read` must not use the directory.
     */
    void load_from(const read_callback &read, const progress_callback &progress = {}) const
    {
        try_load_from(read, progress).value();
    }
    /** @copydoc load_from */
    result<void> try_load_from(const read_callback &read,
                               const progress_callback &progress = {}) const
    {
        detail::callbacks calls;
        calls.progress = &progress;
        calls.read = &read;
        auto done = detail::run(hc_directory_load, raw(),
                                read ? detail::read_lines : hc_read_callback(nullptr),
                                calls.to_tell(), static_cast<void *>(&calls));
        calls.check();
        return done;
    }

    /** Counts all faults of the directory, and lists the first `faults_max`. */
    fault_list find_faults(std::size_t faults_max = 1000) const
    {
        return try_find_faults(faults_max).value();
    }
    /** @copydoc find_faults */
    result<fault_list> try_find_faults(std::size_t faults_max = 1000) const
    {
        return detail::list_faults(hc_directory_find_faults, raw(), faults_max);
    }

    /** All figures in the text format of Prometheus, with quantiles of the latency of commits. */
    std::string stats_text() const { return try_stats_text().value(); }
    /** @copydoc stats_text */
    result<std::string> try_stats_text() const
    {
        std::string text(4096, '\0');
        std::size_t written = 0;
        auto done = detail::run(hc_directory_write_stats_text, raw(),
                                reinterpret_cast<std::uint8_t *>(&text[0]), text.size(), &written);
        if (!done)
            return done.error();
        text.resize(written);
        return text;
    }

    /** Figures about the directory, and about its cache and its commits since it was opened. */
    directory_stats stats() const { return try_stats().value(); }
    /** @copydoc stats */
    result<directory_stats> try_stats() const
    {
        hc_stats found = HC_STATS_INIT;
        auto done = detail::run(hc_directory_get_stats, raw(), &found);
        if (!done)
            return done.error();
        directory_stats made;
        made.users_active = found.users_active;
        made.users_inactive = found.users_inactive;
        made.workspaces = found.workspaces;
        made.latest_change = found.latest_change;
        made.cache_entries = found.cache_entries;
        made.cache_bytes = found.cache_bytes;
        made.cache_hits = found.cache_hits;
        made.cache_misses = found.cache_misses;
        made.commit_requests = found.commit_requests;
        made.commit_groups = found.commit_groups;
        if (found.seats_limit != HC_NO_LIMIT)
            made.seats_limit = found.seats_limit;
        made.file_bytes = found.file_bytes;
        made.log_bytes = found.log_bytes;
        made.checkpoints = found.checkpoints;
        made.checkpoint_micros = found.checkpoint_micros;
        made.checkpoint_micros_max = found.checkpoint_micros_max;
        return made;
    }

    /** A handle on the same directory whose writes are made by a user. Closing one closes all. */
    directory acting_as(const id &actor) const { return try_acting_as(actor).value(); }
    /** @copydoc acting_as */
    result<directory> try_acting_as(const id &actor) const
    {
        return own(hc_directory_acting_as, raw(), actor.data());
    }

    /** A handle on the same directory whose writes come through a door: a short name of the
     * client or the interface, which each change records. Closing one closes all. */
    directory through(std::string_view door) const { return try_through(door).value(); }
    /** @copydoc through */
    result<directory> try_through(std::string_view door) const
    {
        return own(hc_directory_through, raw(), door.data(), door.size());
    }

    /**
     * Finishes pending work, releases the file, and reports whether that failed. Later calls are
     * refused. The destructor closes too, but can't report failures.
     */
    void close() { return try_close().value(); }
    /** @copydoc close */
    result<void> try_close() { return detail::run(hc_directory_close, handle_.get()); }
    /** @} */

    /** The handle, for functions of headcount.h. It stays owned by this object. */
    const hc_directory *raw() const noexcept { return handle_.get(); }

private:
    template <class T, class Raw, class Function, class... Arguments>
    friend result<T> detail::make(Function call, Arguments... arguments);

    explicit directory(hc_directory *raw) : handle_(raw, detail::freeing<hc_directory_free>{}) {}

    template <class Function, class... Arguments>
    static result<directory> own(Function call, Arguments... arguments)
    {
        auto fits = detail::check_abi();
        if (!fits)
            return fits.error();
        return detail::make<directory, hc_directory>(call, arguments...);
    }

    static result<directory> open_with(std::string_view path, const hc_options *how)
    {
        return own(hc_directory_open, path.data(), path.size(), how);
    }

    static result<compacted> compact_with(std::string_view path, const hc_options *how)
    {
        auto fits = detail::check_abi();
        if (!fits)
            return fits.error();
        compacted made;
        auto done = detail::run(hc_file_compact, path.data(), path.size(), how,
                                &made.bytes_before, &made.bytes);
        if (!done)
            return done.error();
        return made;
    }

    static result<directory> in_memory_with(const hc_options *how)
    {
        return own(hc_directory_open_in_memory, how);
    }

    /* Shared with lists that turn their own pages. */
    std::shared_ptr<hc_directory> handle_;
};

} // namespace headcount

/** @cond */
/* Ids can be keys of unordered containers. */
template <>
struct std::hash<headcount::id> {
    std::size_t operator()(const headcount::id &key) const noexcept
    {
        return std::hash<std::string_view>()(
            {reinterpret_cast<const char *>(key.data()), key.bytes().size()});
    }
};
/** @endcond */

#endif
