//! The kinds of errors.

/// What kind of failure an [`Error`](crate::Error) is. A later release may add kinds.
///
/// What a caller can do about each kind is in the error's message.
///
/// ```
/// use headcount::{Directory, ErrorKind, License};
///
/// let directory = Directory::options().license_if_new(License::Seats(0)).in_memory()?;
/// let error = directory.create_user("ann@ex.co").unwrap_err();
/// let shown = match error.kind() {
///     ErrorKind::NoFreeSeat { limit, .. } => format!("all {limit} seats are in use"),
///     _ => error.to_string(),
/// };
/// assert_eq!(shown, "all 0 seats are in use");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not an email address that this directory accepts.
    InvalidEmail,
    /// The part before the `@` has letters outside ASCII (RFC 6531), which are
    /// not supported yet.
    InternationalEmail,
    /// A user needs an email address and none was given.
    EmailRequired,
    /// The text is not a usable username.
    InvalidUsername,
    /// Another argument is malformed or too long: a name, an attribute, an id,
    /// a license.
    InvalidArgument,
    /// Another user has this email, as email or username.
    EmailTaken,
    /// Another user has this username, as username or email.
    UsernameTaken,
    /// A user with this id exists, or existed and was deleted.
    IdTaken,
    /// No user has this id, email or username.
    UserNotFound,
    /// No workspace has this id or name.
    WorkspaceNotFound,
    /// Another workspace has this name.
    WorkspaceNameTaken,
    /// Another user, or for a workspace another workspace, has this external id of the
    /// provisioner.
    ExternalIdTaken,
    /// The workspace is archived; restore it first.
    WorkspaceArchived,
    /// The user is not a member of the workspace.
    MemberNotFound,
    /// The user is a member already, in another role.
    RoleDiffers,
    /// The request would leave a workspace without an active owner.
    LastOwner,
    /// A user can't lose their default workspace.
    DefaultWorkspace,
    /// The request needs more seats than the license has free.
    NoFreeSeat {
        /// Seats of the license.
        limit: u64,
        /// Active users before the request.
        active: u64,
        /// How many more active users the request would have made.
        requested: u64,
    },
    /// The request would leave the directory without an active admin.
    LastAdmin,
    /// Users can't deactivate or delete themselves.
    OwnAccount,
    /// The record is not at the version that the caller expected: somebody else changed it.
    Conflict {
        /// The version the caller expected.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// The changes asked for were trimmed. Read all users again, then the changes
    /// that come after `resume_after`.
    HistoryTrimmed {
        /// The number of the last change that was trimmed.
        resume_after: u64,
    },
    /// No change has this number yet: the caller's position is ahead of the directory,
    /// as after a restore from a backup. Read all users again, then the changes that
    /// come after `latest`.
    ChangeNotYet {
        /// The number of the latest change.
        latest: u64,
    },
    /// The request id belongs to another batch, which was applied. Draw a new one.
    RequestIdReused,
    /// Another process, or another handle of this one, has the file open.
    AlreadyOpen,
    /// The directory was opened in a process that forked, and this is the child.
    Forked,
    /// The directory was opened for reading only.
    ReadOnly,
    /// The file was not closed, and the log that belongs to it is missing or too
    /// short: acknowledged writes may be lost.
    LogMissing,
    /// The log beside the file belongs to another use of it, or to another file.
    LogForeign,
    /// The file was replaced, renamed or deleted while the directory was open.
    FileReplaced,
    /// The file was written by a newer release.
    UnsupportedFormat,
    /// The stored bytes contradict themselves, or the file isn't a directory.
    Corrupted,
    /// The request is larger than one transaction may be.
    TooLarge,
    /// A commit failed half way: only reopening shows whether it took effect.
    OutcomeUnknown,
    /// The directory was closed.
    Closed,
    /// The operating system refused to read or write.
    Io,
}

impl ErrorKind {
    /// The name in JSON and over HTTP, such as `no_free_seat`. A name never changes.
    ///
    /// ```
    /// use headcount::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::LastAdmin.name(), "last_admin");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidEmail => "invalid_email",
            Self::InternationalEmail => "international_email",
            Self::EmailRequired => "email_required",
            Self::InvalidUsername => "invalid_username",
            Self::InvalidArgument => "invalid_argument",
            Self::EmailTaken => "email_taken",
            Self::UsernameTaken => "username_taken",
            Self::IdTaken => "id_taken",
            Self::UserNotFound => "user_not_found",
            Self::WorkspaceNotFound => "workspace_not_found",
            Self::WorkspaceNameTaken => "workspace_name_taken",
            Self::ExternalIdTaken => "external_id_taken",
            Self::WorkspaceArchived => "workspace_archived",
            Self::MemberNotFound => "member_not_found",
            Self::RoleDiffers => "role_differs",
            Self::LastOwner => "last_owner",
            Self::DefaultWorkspace => "default_workspace",
            Self::NoFreeSeat { .. } => "no_free_seat",
            Self::LastAdmin => "last_admin",
            Self::OwnAccount => "own_account",
            Self::Conflict { .. } => "conflict",
            Self::HistoryTrimmed { .. } => "history_trimmed",
            Self::AlreadyOpen => "already_open",
            Self::UnsupportedFormat => "unsupported_format",
            Self::Corrupted => "corrupted",
            Self::TooLarge => "too_large",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Closed => "closed",
            Self::Io => "io",
            Self::Forked => "forked",
            Self::ReadOnly => "read_only",
            Self::LogMissing => "log_missing",
            Self::LogForeign => "log_foreign",
            Self::FileReplaced => "file_replaced",
            Self::ChangeNotYet { .. } => "change_not_yet",
            Self::RequestIdReused => "request_id_reused",
        }
    }
}
