"""One exception class for each kind of failure, all under :class:`HeadcountError`.

Nothing was changed by a call that raised one, unless it is :class:`OutcomeUnknownError`.
The message says what to do.
"""

from __future__ import annotations

from typing import ClassVar


class HeadcountError(Exception):
    """A call failed. Catch this to catch all of them.

    ``kind`` is the name of the kind, which never changes; ``op_index`` says which
    operation of a batch was refused, counted from zero, where it was one.
    """

    kind: ClassVar[str] = "unknown"
    op_index: int | None = None


class InvalidEmailError(HeadcountError):
    """The text is not an email address that the directory accepts."""

    kind = "invalid_email"


class InternationalEmailError(HeadcountError):
    """The part before the ``@`` has letters outside ASCII, which are not supported yet."""

    kind = "international_email"


class EmailRequiredError(HeadcountError):
    """A user needs an email address and none was given."""

    kind = "email_required"


class InvalidUsernameError(HeadcountError):
    """The text is not a usable username, or it is somebody's address but not the user's
    own.
    """

    kind = "invalid_username"


class InvalidArgumentError(HeadcountError):
    """Another argument is malformed or too long."""

    kind = "invalid_argument"


class EmailTakenError(HeadcountError):
    """Another user has this email."""

    kind = "email_taken"


class UsernameTakenError(HeadcountError):
    """Another user has this username."""

    kind = "username_taken"


class IdTakenError(HeadcountError):
    """A user with this id exists, or existed and was deleted."""

    kind = "id_taken"


class UserNotFoundError(HeadcountError):
    """No user has this id, email or username."""

    kind = "user_not_found"


class WorkspaceNotFoundError(HeadcountError):
    """No workspace has this id or name."""

    kind = "workspace_not_found"


class WorkspaceNameTakenError(HeadcountError):
    """Another workspace has this name."""

    kind = "workspace_name_taken"


class WorkspaceArchivedError(HeadcountError):
    """The workspace is archived; restore it first."""

    kind = "workspace_archived"


class MemberNotFoundError(HeadcountError):
    """The user is not a member of the workspace."""

    kind = "member_not_found"


class RoleDiffersError(HeadcountError):
    """The user is a member already, in another role."""

    kind = "role_differs"


class LastOwnerError(HeadcountError):
    """The request would leave a workspace without an active owner."""

    kind = "last_owner"


class DefaultWorkspaceError(HeadcountError):
    """A user's own default workspace can't be taken from the user."""

    kind = "default_workspace"


class NoFreeSeatError(HeadcountError):
    """The request needs more seats than the license has free."""

    kind = "no_free_seat"
    limit: int = 0
    """Seats of the license."""
    active: int = 0
    """Active users before the request."""
    requested: int = 0
    """How many more active users the request would have made."""


class LastAdminError(HeadcountError):
    """The request would leave the directory without an active admin."""

    kind = "last_admin"


class OwnAccountError(HeadcountError):
    """Users can't deactivate or delete themselves."""

    kind = "own_account"


class ConflictError(HeadcountError):
    """The record is not at the version that the caller expected: somebody else changed it."""

    kind = "conflict"
    expected: int = 0
    """The version the caller expected."""
    found: int = 0
    """The version that was found."""


class HistoryTrimmedError(HeadcountError):
    """The changes asked for were trimmed. Read all users again, then the changes after
    ``resume_after``.
    """

    kind = "history_trimmed"
    resume_after: int = 0
    """The number of the last change that was trimmed."""


class ChangeNotYetError(HeadcountError):
    """No change has this number yet: the position is ahead of the directory, as after a
    restore.
    """

    kind = "change_not_yet"
    latest: int = 0
    """The number of the latest change."""


class RequestIdReusedError(HeadcountError):
    """The request id belongs to another batch, which was applied. Draw a new one."""

    kind = "request_id_reused"


class ExternalIdTakenError(HeadcountError):
    """Another user or workspace has this external id of the provisioner."""

    kind = "external_id_taken"


class AlreadyOpenError(HeadcountError):
    """Another process, or another handle of this one, has the file open."""

    kind = "already_open"


class ForkedError(HeadcountError):
    """The directory was opened in a process that forked, and this is the child."""

    kind = "forked"


class ReadOnlyError(HeadcountError):
    """The directory was opened for reading only."""

    kind = "read_only"


class LogMissingError(HeadcountError):
    """The file was not closed and the log that belongs to it is missing or too short:
    acknowledged writes may be lost.
    """

    kind = "log_missing"


class LogForeignError(HeadcountError):
    """The log beside the file belongs to another use of it, or to another file."""

    kind = "log_foreign"


class FileReplacedError(HeadcountError):
    """The file was replaced, renamed or deleted while the directory was open."""

    kind = "file_replaced"


class UnsupportedFormatError(HeadcountError):
    """The file was written by a newer release."""

    kind = "unsupported_format"


class CorruptedError(HeadcountError):
    """The stored bytes contradict themselves, or the file isn't a directory."""

    kind = "corrupted"


class TooLargeError(HeadcountError):
    """The request is larger than one transaction may be."""

    kind = "too_large"


class OutcomeUnknownError(HeadcountError):
    """A commit failed half way: only reopening tells whether it took effect."""

    kind = "outcome_unknown"


class ClosedError(HeadcountError):
    """The directory was closed."""

    kind = "closed"


class IoError(HeadcountError):
    """The operating system refused to read or write."""

    kind = "io"


#: The class of each kind, by its name.
BY_KIND: dict[str, type[HeadcountError]] = {
    error.kind: error for error in HeadcountError.__subclasses__()
}
