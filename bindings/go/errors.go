package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"strings"
)

// A Kind is the kind of an [*Error]. It is an error itself, for [errors.Is]. Values are
// those of hc_status in headcount.h and never change their meaning; later releases may add
// others.
type Kind int32

const (
	// ErrInvalidArgument: an argument is malformed or too long.
	ErrInvalidArgument Kind = C.HC_STATUS_INVALID_ARGUMENT
	// ErrNullArgument: a bug in this package.
	ErrNullArgument Kind = C.HC_STATUS_NULL_ARGUMENT
	// ErrInvalidUTF8: a text is not UTF-8.
	ErrInvalidUTF8 Kind = C.HC_STATUS_INVALID_UTF8
	// ErrInternal: the library failed, which is a bug; details are on stderr.
	ErrInternal Kind = C.HC_STATUS_INTERNAL
	// ErrPoisoned: an earlier call failed with ErrInternal. Close the directory.
	ErrPoisoned Kind = C.HC_STATUS_POISONED
	// ErrForked: the directory was opened by a parent process.
	ErrForked Kind = C.HC_STATUS_FORKED
	// ErrBufferTooSmall: a record is larger than this package allows for.
	ErrBufferTooSmall Kind = C.HC_STATUS_BUFFER_TOO_SMALL
	// ErrInvalidEmail: the text is not an email address that is accepted.
	ErrInvalidEmail Kind = C.HC_STATUS_INVALID_EMAIL
	// ErrInternationalEmail: the part before the @ has letters outside ASCII.
	ErrInternationalEmail Kind = C.HC_STATUS_INTERNATIONAL_EMAIL
	// ErrEmailRequired: a user needs an email address.
	ErrEmailRequired Kind = C.HC_STATUS_EMAIL_REQUIRED
	// ErrInvalidUsername: the text is not a usable username.
	ErrInvalidUsername Kind = C.HC_STATUS_INVALID_USERNAME
	// ErrEmailTaken: another user has this email.
	ErrEmailTaken Kind = C.HC_STATUS_EMAIL_TAKEN
	// ErrUsernameTaken: another user has this username.
	ErrUsernameTaken Kind = C.HC_STATUS_USERNAME_TAKEN
	// ErrIDTaken: a user with this id exists, or existed and was deleted.
	ErrIDTaken Kind = C.HC_STATUS_ID_TAKEN
	// ErrUserNotFound: no user has this id, email or username.
	ErrUserNotFound Kind = C.HC_STATUS_USER_NOT_FOUND
	// ErrNoFreeSeat: more seats are needed than are free; see Error.Seats.
	ErrNoFreeSeat Kind = C.HC_STATUS_NO_FREE_SEAT
	// ErrLastAdmin: no active admin would be left.
	ErrLastAdmin Kind = C.HC_STATUS_LAST_ADMIN
	// ErrOwnAccount: users can't deactivate or delete themselves.
	ErrOwnAccount Kind = C.HC_STATUS_OWN_ACCOUNT
	// ErrConflict: the record is at another version than expected; see Error.Versions.
	ErrConflict Kind = C.HC_STATUS_CONFLICT
	// ErrWorkspaceNotFound: no workspace has this id or name.
	ErrWorkspaceNotFound Kind = C.HC_STATUS_WORKSPACE_NOT_FOUND
	// ErrWorkspaceNameTaken: another workspace has this name.
	ErrWorkspaceNameTaken Kind = C.HC_STATUS_WORKSPACE_NAME_TAKEN
	// ErrWorkspaceArchived: the workspace is archived; restore it first.
	ErrWorkspaceArchived Kind = C.HC_STATUS_WORKSPACE_ARCHIVED
	// ErrMemberNotFound: the user is not a member of the workspace.
	ErrMemberNotFound Kind = C.HC_STATUS_MEMBER_NOT_FOUND
	// ErrRoleDiffers: the user is a member already, in another role.
	ErrRoleDiffers Kind = C.HC_STATUS_ROLE_DIFFERS
	// ErrLastOwner: a workspace would be left without an active owner.
	ErrLastOwner Kind = C.HC_STATUS_LAST_OWNER
	// ErrDefaultWorkspace: a user can't lose their default workspace.
	ErrDefaultWorkspace Kind = C.HC_STATUS_DEFAULT_WORKSPACE
	// ErrHistoryTrimmed: the changes were trimmed; see Error.ResumeAfter.
	ErrHistoryTrimmed Kind = C.HC_STATUS_HISTORY_TRIMMED
	// ErrAlreadyOpen: another process, or another handle of this one, has the file.
	ErrAlreadyOpen Kind = C.HC_STATUS_ALREADY_OPEN
	// ErrUnsupportedFormat: the file was written by a newer release.
	ErrUnsupportedFormat Kind = C.HC_STATUS_UNSUPPORTED_FORMAT
	// ErrCorrupted: the file is damaged, or no directory.
	ErrCorrupted Kind = C.HC_STATUS_CORRUPTED
	// ErrTooLarge: the request is larger than one transaction may be.
	ErrTooLarge Kind = C.HC_STATUS_TOO_LARGE
	// ErrOutcomeUnknown: a commit failed half way; reopen to see whether it took effect.
	ErrOutcomeUnknown Kind = C.HC_STATUS_OUTCOME_UNKNOWN
	// ErrClosed: the directory, or the feed, was closed.
	ErrClosed Kind = C.HC_STATUS_CLOSED
	// ErrIO: the operating system refused to read or write.
	ErrIO Kind = C.HC_STATUS_IO
	// ErrReadOnly: the directory was opened for reading only.
	ErrReadOnly Kind = C.HC_STATUS_READ_ONLY
	// ErrLogMissing: the file was not closed, and its log is missing or too short.
	ErrLogMissing Kind = C.HC_STATUS_LOG_MISSING
	// ErrLogForeign: the log beside the file belongs to another file or use of it.
	ErrLogForeign Kind = C.HC_STATUS_LOG_FOREIGN
	// ErrFileReplaced: the file was replaced, renamed or deleted while it was open.
	ErrFileReplaced Kind = C.HC_STATUS_FILE_REPLACED
	// ErrChangeNotYet: no change has this number yet; see Error.LatestChange.
	ErrChangeNotYet Kind = C.HC_STATUS_CHANGE_NOT_YET
	// ErrRequestIDReused: the request id belongs to another batch that was applied.
	ErrRequestIDReused Kind = C.HC_STATUS_REQUEST_ID_REUSED
	// ErrExternalIDTaken: another user or workspace has this external id of the provisioner.
	ErrExternalIDTaken Kind = C.HC_STATUS_EXTERNAL_ID_TAKEN
)

// String returns the name of the kind, such as "no_free_seat", the same in every language.
func (k Kind) String() string {
	name := C.GoString(C.hc_status_name(C.int32_t(k)))
	return strings.ToLower(strings.TrimPrefix(name, "HC_STATUS_"))
}

// Error returns the name of the kind.
func (k Kind) Error() string {
	return "headcount: " + k.String()
}

// An Error is why a call failed. Its message says what to do.
//
//	var refused *headcount.Error
//	if errors.As(err, &refused) && refused.Seats != nil {
//		log.Printf("%d of %d seats in use", refused.Seats.Active, refused.Seats.Limit)
//	}
type Error struct {
	// Kind is the kind of the failure.
	Kind Kind
	// Message is one line of English that says what to do.
	Message string
	// Retryable reports whether the same call may succeed later.
	Retryable bool
	// Seats has the numbers behind ErrNoFreeSeat, otherwise nil.
	Seats *SeatShortage
	// Versions has the numbers behind ErrConflict, otherwise nil.
	Versions *VersionConflict
	// Operation is the index of the operation that was refused; -1 if no single one was.
	Operation int
	// ResumeAfter is where to follow from, after ErrHistoryTrimmed.
	ResumeAfter uint64
	// LatestChange is where to follow from, after ErrChangeNotYet.
	LatestChange uint64

	bufferBytes int
}

// SeatShortage has the numbers behind [ErrNoFreeSeat].
type SeatShortage struct {
	// Limit is the seats of the license.
	Limit uint64 `json:"limit"`
	// Active is the number of active users before the request.
	Active uint64 `json:"active"`
	// Requested is how many more active users the request would have made.
	Requested uint64 `json:"requested"`
}

// VersionConflict has the numbers behind [ErrConflict].
type VersionConflict struct {
	// Expected is the version that the caller expected.
	Expected uint64 `json:"expected"`
	// Found is the version of the record.
	Found uint64 `json:"found"`
}

// Error returns the message.
func (e *Error) Error() string {
	return "headcount: " + e.Message
}

// Is reports whether target is the kind of this error.
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// failure is the error of a call that returned status; it frees native.
func failure(status C.hc_status, native *C.hc_error) error {
	if native == nil {
		kind := Kind(status)
		return &Error{Kind: kind, Message: kind.String(), Operation: -1}
	}
	defer C.hc_error_free(native)
	return readError(native)
}

func readError(native *C.hc_error) *Error {
	d := C.hc_error_details{struct_size: C.sizeof_hc_error_details}
	C.hc_error_get_details(native, &d)
	given := func(detail C.uint32_t) bool { return d.given&detail != 0 }
	e := &Error{
		Kind:      Kind(d.status),
		Message:   C.GoStringN(d.message, C.int(d.message_len)),
		Retryable: d.is_retryable == 1,
		Operation: -1,
	}
	if given(C.HC_DETAIL_OP_INDEX) {
		e.Operation = int(d.op_index)
	}
	if given(C.HC_DETAIL_SEATS) {
		e.Seats = &SeatShortage{uint64(d.limit), uint64(d.active), uint64(d.requested)}
	}
	if given(C.HC_DETAIL_VERSIONS) {
		e.Versions = &VersionConflict{uint64(d.expected), uint64(d.found)}
	}
	if given(C.HC_DETAIL_RESUME_AFTER) {
		e.ResumeAfter = uint64(d.resume_after)
	}
	if given(C.HC_DETAIL_LATEST_CHANGE) {
		e.LatestChange = uint64(d.latest_change)
	}
	if given(C.HC_DETAIL_BUFFER_BYTES) {
		e.bufferBytes = int(d.buffer_bytes)
	}
	return e
}

func closedError() error {
	return &Error{Kind: ErrClosed, Message: "the directory or feed was closed; open it again", Operation: -1}
}

// missing is the error for an argument that is nil.
func missing(argument string) error {
	return &Error{Kind: ErrInvalidArgument, Message: argument + " is nil; give one", Operation: -1}
}
