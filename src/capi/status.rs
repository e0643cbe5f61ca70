//! The statuses.

use std::ffi::CStr;

use crate::error::ErrorKind;

/// The result of a call. Values never change their meaning, but new ones may be added: treat an
/// unknown one as a failure. A failed call has changed nothing, unless the status is
/// #HC_STATUS_OUTCOME_UNKNOWN.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcStatus {
    /// The call succeeded.
    Ok = 0,

    /// General: an argument is malformed, too long, or out of range.
    InvalidArgument = 1,
    /// General: a pointer that must point to something is NULL.
    NullArgument = 2,
    /// General: a text is not UTF-8.
    InvalidUtf8 = 3,
    /// General: a bug in the library; the details are on stderr. The handle is poisoned.
    Internal = 4,
    /// General: an earlier call on this handle returned #HC_STATUS_INTERNAL. Free it.
    Poisoned = 5,
    /// General: the handle was made by the parent of this process. Open another one.
    Forked = 6,
    /// General: the next record needs a larger buffer, of hc_error_details.buffer_bytes.
    /// Nothing was skipped.
    BufferTooSmall = 7,
    /// #HC_SUBMITTED_MAX batches are submitted; submit again after a callback.
    QueueFull = 8,

    /// Email: the text is not an email address that this directory accepts.
    InvalidEmail = 20,
    /// Email: the part before the @ has letters outside ASCII; not supported yet.
    InternationalEmail = 21,
    /// Email: a user needs an email address and none was given.
    EmailRequired = 22,
    /// The text is not a usable username.
    InvalidUsername = 23,
    /// Another user has this email, as email or username.
    EmailTaken = 24,
    /// Another user has this username, as username or email.
    UsernameTaken = 25,
    /// A user with this id exists, or existed and was deleted.
    IdTaken = 26,
    /// General: no user has this id, email or username.
    UserNotFound = 27,
    /// The call needs more seats than are free; hc_error_details has the numbers.
    NoFreeSeat = 28,
    /// The call would leave the directory without an active admin.
    LastAdmin = 29,
    /// Users can't deactivate or delete themselves; see hc_directory_acting_as().
    OwnAccount = 30,
    /// The record is not at the version that the caller expected; hc_error_details has both.
    Conflict = 31,
    /// General: no workspace has this id or name.
    WorkspaceNotFound = 32,
    /// Another workspace has this name.
    WorkspaceNameTaken = 33,
    /// The workspace is archived; restore it first.
    WorkspaceArchived = 34,
    /// The user is not a member of the workspace.
    MemberNotFound = 35,
    /// The user is already a member, in another role.
    RoleDiffers = 36,
    /// The call would leave a workspace without an active owner.
    LastOwner = 37,
    /// A user can't lose their default workspace.
    DefaultWorkspace = 38,
    /// The requested changes were trimmed: read everything again, then continue after
    /// hc_error_details.resume_after.
    HistoryTrimmed = 39,

    /// Store: another process, or another handle of this one, has the file open.
    AlreadyOpen = 40,
    /// Store: the file was written by a newer release.
    UnsupportedFormat = 41,
    /// Store: the stored bytes contradict themselves, or the file is not a directory.
    Corrupted = 42,
    /// Store: the request is larger than one transaction may be.
    TooLarge = 43,
    /// Store: a commit failed half way. Open the file again to see whether it took effect.
    OutcomeUnknown = 44,
    /// Store: the directory was closed.
    Closed = 45,
    /// Store: the operating system refused to read or write.
    Io = 46,
    /// Store: the directory was opened for reading only.
    ReadOnly = 47,
    /// Store: the file was not closed, and its log is missing or too short: acknowledged
    /// writes may be lost.
    LogMissing = 48,
    /// Store: the log beside the file belongs to another use of it, or to another file.
    LogForeign = 49,
    /// Store: the file was replaced, renamed or deleted while it was open.
    FileReplaced = 50,

    /// No change has this number yet, as after a restore from a backup: read everything again,
    /// then continue after hc_error_details.latest_change.
    ChangeNotYet = 60,
    /// The request id belongs to another batch, which was applied.
    RequestIdReused = 61,
    /// Another user, or for a workspace another workspace, has this external id of the
    /// provisioner.
    ExternalIdTaken = 62,
}

impl HcStatus {
    /// All statuses with their names.
    pub(super) const ALL: [(Self, &'static CStr); 43] = [
        (Self::Ok, c"HC_STATUS_OK"),
        (Self::InvalidArgument, c"HC_STATUS_INVALID_ARGUMENT"),
        (Self::NullArgument, c"HC_STATUS_NULL_ARGUMENT"),
        (Self::InvalidUtf8, c"HC_STATUS_INVALID_UTF8"),
        (Self::Internal, c"HC_STATUS_INTERNAL"),
        (Self::Poisoned, c"HC_STATUS_POISONED"),
        (Self::Forked, c"HC_STATUS_FORKED"),
        (Self::BufferTooSmall, c"HC_STATUS_BUFFER_TOO_SMALL"),
        (Self::QueueFull, c"HC_STATUS_QUEUE_FULL"),
        (Self::InvalidEmail, c"HC_STATUS_INVALID_EMAIL"),
        (Self::InternationalEmail, c"HC_STATUS_INTERNATIONAL_EMAIL"),
        (Self::EmailRequired, c"HC_STATUS_EMAIL_REQUIRED"),
        (Self::InvalidUsername, c"HC_STATUS_INVALID_USERNAME"),
        (Self::EmailTaken, c"HC_STATUS_EMAIL_TAKEN"),
        (Self::UsernameTaken, c"HC_STATUS_USERNAME_TAKEN"),
        (Self::IdTaken, c"HC_STATUS_ID_TAKEN"),
        (Self::UserNotFound, c"HC_STATUS_USER_NOT_FOUND"),
        (Self::NoFreeSeat, c"HC_STATUS_NO_FREE_SEAT"),
        (Self::LastAdmin, c"HC_STATUS_LAST_ADMIN"),
        (Self::OwnAccount, c"HC_STATUS_OWN_ACCOUNT"),
        (Self::Conflict, c"HC_STATUS_CONFLICT"),
        (Self::WorkspaceNotFound, c"HC_STATUS_WORKSPACE_NOT_FOUND"),
        (Self::WorkspaceNameTaken, c"HC_STATUS_WORKSPACE_NAME_TAKEN"),
        (Self::WorkspaceArchived, c"HC_STATUS_WORKSPACE_ARCHIVED"),
        (Self::MemberNotFound, c"HC_STATUS_MEMBER_NOT_FOUND"),
        (Self::RoleDiffers, c"HC_STATUS_ROLE_DIFFERS"),
        (Self::LastOwner, c"HC_STATUS_LAST_OWNER"),
        (Self::DefaultWorkspace, c"HC_STATUS_DEFAULT_WORKSPACE"),
        (Self::HistoryTrimmed, c"HC_STATUS_HISTORY_TRIMMED"),
        (Self::AlreadyOpen, c"HC_STATUS_ALREADY_OPEN"),
        (Self::UnsupportedFormat, c"HC_STATUS_UNSUPPORTED_FORMAT"),
        (Self::Corrupted, c"HC_STATUS_CORRUPTED"),
        (Self::TooLarge, c"HC_STATUS_TOO_LARGE"),
        (Self::OutcomeUnknown, c"HC_STATUS_OUTCOME_UNKNOWN"),
        (Self::Closed, c"HC_STATUS_CLOSED"),
        (Self::Io, c"HC_STATUS_IO"),
        (Self::ReadOnly, c"HC_STATUS_READ_ONLY"),
        (Self::LogMissing, c"HC_STATUS_LOG_MISSING"),
        (Self::LogForeign, c"HC_STATUS_LOG_FOREIGN"),
        (Self::FileReplaced, c"HC_STATUS_FILE_REPLACED"),
        (Self::ChangeNotYet, c"HC_STATUS_CHANGE_NOT_YET"),
        (Self::RequestIdReused, c"HC_STATUS_REQUEST_ID_REUSED"),
        (Self::ExternalIdTaken, c"HC_STATUS_EXTERNAL_ID_TAKEN"),
    ];
}

impl From<ErrorKind> for HcStatus {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidEmail => Self::InvalidEmail,
            ErrorKind::InternationalEmail => Self::InternationalEmail,
            ErrorKind::EmailRequired => Self::EmailRequired,
            ErrorKind::InvalidUsername => Self::InvalidUsername,
            ErrorKind::InvalidArgument => Self::InvalidArgument,
            ErrorKind::EmailTaken => Self::EmailTaken,
            ErrorKind::UsernameTaken => Self::UsernameTaken,
            ErrorKind::IdTaken => Self::IdTaken,
            ErrorKind::UserNotFound => Self::UserNotFound,
            ErrorKind::NoFreeSeat { .. } => Self::NoFreeSeat,
            ErrorKind::LastAdmin => Self::LastAdmin,
            ErrorKind::OwnAccount => Self::OwnAccount,
            ErrorKind::Conflict { .. } => Self::Conflict,
            ErrorKind::WorkspaceNotFound => Self::WorkspaceNotFound,
            ErrorKind::WorkspaceNameTaken => Self::WorkspaceNameTaken,
            ErrorKind::WorkspaceArchived => Self::WorkspaceArchived,
            ErrorKind::MemberNotFound => Self::MemberNotFound,
            ErrorKind::RoleDiffers => Self::RoleDiffers,
            ErrorKind::LastOwner => Self::LastOwner,
            ErrorKind::DefaultWorkspace => Self::DefaultWorkspace,
            ErrorKind::HistoryTrimmed { .. } => Self::HistoryTrimmed,
            ErrorKind::AlreadyOpen => Self::AlreadyOpen,
            ErrorKind::UnsupportedFormat => Self::UnsupportedFormat,
            ErrorKind::Corrupted => Self::Corrupted,
            ErrorKind::TooLarge => Self::TooLarge,
            ErrorKind::OutcomeUnknown => Self::OutcomeUnknown,
            ErrorKind::Closed => Self::Closed,
            ErrorKind::Io => Self::Io,
            ErrorKind::Forked => Self::Forked,
            ErrorKind::ReadOnly => Self::ReadOnly,
            ErrorKind::LogMissing => Self::LogMissing,
            ErrorKind::LogForeign => Self::LogForeign,
            ErrorKind::FileReplaced => Self::FileReplaced,
            ErrorKind::ChangeNotYet { .. } => Self::ChangeNotYet,
            ErrorKind::RequestIdReused => Self::RequestIdReused,
            ErrorKind::ExternalIdTaken => Self::ExternalIdTaken,
        }
    }
}
