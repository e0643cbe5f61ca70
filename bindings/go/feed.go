package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"context"
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// An EventKind is the kind of an event. Later releases may add others: skip unknown ones.
type EventKind int32

const (
	// UserCreated: the user was created, active or not.
	UserCreated EventKind = C.HC_EVENT_USER_CREATED
	// UserUpdated: the fields of the user changed.
	UserUpdated EventKind = C.HC_EVENT_USER_UPDATED
	// UserActivated: the user was inactive and became active.
	UserActivated EventKind = C.HC_EVENT_USER_ACTIVATED
	// UserDeactivated: the user was active and became inactive.
	UserDeactivated EventKind = C.HC_EVENT_USER_DEACTIVATED
	// UserDeleted: the user was deleted for good.
	UserDeleted EventKind = C.HC_EVENT_USER_DELETED
	// LicenseSet: the license was set.
	LicenseSet EventKind = C.HC_EVENT_LICENSE_SET
	// WorkspaceCreated: the workspace was created; if there is a user, as that user's default.
	WorkspaceCreated EventKind = C.HC_EVENT_WORKSPACE_CREATED
	// WorkspaceRenamed: the workspace got another name.
	WorkspaceRenamed EventKind = C.HC_EVENT_WORKSPACE_RENAMED
	// WorkspaceArchived: the workspace was archived.
	WorkspaceArchived EventKind = C.HC_EVENT_WORKSPACE_ARCHIVED
	// WorkspaceRestored: the workspace was archived and was restored.
	WorkspaceRestored EventKind = C.HC_EVENT_WORKSPACE_RESTORED
	// WorkspaceDeleted: the workspace was deleted with its memberships.
	WorkspaceDeleted EventKind = C.HC_EVENT_WORKSPACE_DELETED
	// WorkspaceUndefaulted: the workspace is nobody's default any more.
	WorkspaceUndefaulted EventKind = C.HC_EVENT_WORKSPACE_UNDEFAULTED
	// WorkspaceOwnerless: the workspace was left without an active owner.
	WorkspaceOwnerless EventKind = C.HC_EVENT_WORKSPACE_OWNERLESS
	// MemberAdded: the user became a member of the workspace, in the role.
	MemberAdded EventKind = C.HC_EVENT_MEMBER_ADDED
	// MemberRoleSet: the member of the workspace got the role.
	MemberRoleSet EventKind = C.HC_EVENT_MEMBER_ROLE_SET
	// MemberRemoved: the user is no longer a member.
	MemberRemoved EventKind = C.HC_EVENT_MEMBER_REMOVED
	// WorkspaceExternalIDSet: the id that a provisioner has for the workspace changed.
	WorkspaceExternalIDSet EventKind = C.HC_EVENT_WORKSPACE_EXTERNAL_ID_SET
)

var eventNames = map[EventKind]string{
	UserCreated:            "user_created",
	UserUpdated:            "user_updated",
	UserActivated:          "user_activated",
	UserDeactivated:        "user_deactivated",
	UserDeleted:            "user_deleted",
	LicenseSet:             "license_set",
	WorkspaceCreated:       "workspace_created",
	WorkspaceRenamed:       "workspace_renamed",
	WorkspaceArchived:      "workspace_archived",
	WorkspaceRestored:      "workspace_restored",
	WorkspaceDeleted:       "workspace_deleted",
	WorkspaceUndefaulted:   "workspace_undefaulted",
	WorkspaceOwnerless:     "workspace_ownerless",
	MemberAdded:            "member_added",
	MemberRoleSet:          "member_role_set",
	MemberRemoved:          "member_removed",
	WorkspaceExternalIDSet: "workspace_external_id_set",
}

// String returns the name of the kind, such as "user_created", the same in every language; empty
// for one that this release doesn't know.
func (k EventKind) String() string {
	return eventNames[k]
}

// Fields are the fields of a user that an update changed, as bits.
type Fields uint32

const (
	// EmailField is the email.
	EmailField Fields = C.HC_FIELD_EMAIL
	// UsernameField is the username, set apart from the email.
	UsernameField Fields = C.HC_FIELD_USERNAME
	// GivenNameField is the given name.
	GivenNameField Fields = C.HC_FIELD_GIVEN_NAME
	// FamilyNameField is the family name.
	FamilyNameField Fields = C.HC_FIELD_FAMILY_NAME
	// AdminField is whether the user is an admin.
	AdminField Fields = C.HC_FIELD_ADMIN
	// AttributesField is the attributes.
	AttributesField Fields = C.HC_FIELD_ATTRIBUTES
	// ExternalIDsField is the ids that provisioners have for the user.
	ExternalIDsField Fields = C.HC_FIELD_EXTERNAL_IDS
)

var fieldNames = []string{"email", "username", "given_name", "family_name", "admin", "attributes", "external_ids"}

func (f Fields) names() (names []string) {
	for bit, name := range fieldNames {
		if f&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the names of the fields, with commas between them.
func (f Fields) String() string { return strings.Join(f.names(), ",") }

// A Change is one batch that was applied. It contains no personal data but ids.
type Change struct {
	// Sequence is the number of the change: 1, 2, 3 and so on.
	Sequence uint64 `json:"sequence"`
	// At is when it was made.
	At time.Time `json:"at"`
	// Actor is the user who made it; zero for none.
	Actor ID `json:"actor,omitzero"`
	// Door is the door that it came through; empty for none: see
	// [Directory.Through].
	Door string `json:"door,omitzero"`
	// RequestID is that of the batch; zero for none.
	RequestID ID `json:"request_id,omitzero"`
	// Events are the events, in the order of the batch.
	Events []Event `json:"events"`
}

// An Event is one thing that happened in a change.
type Event struct {
	// Kind is the kind of the event.
	Kind EventKind `json:"event"`
	// User is the user that it concerns; zero for none.
	User ID `json:"user,omitzero"`
	// Workspace is the workspace that it concerns; 0 for none.
	Workspace uint64 `json:"workspace,omitzero"`
	// Fields are the fields that UserUpdated changed.
	Fields Fields `json:"fields,omitzero"`
	// Active reports whether UserCreated created an active user.
	Active bool `json:"-"`
	// Role is the role of the member; zero if there is none.
	Role Role `json:"role,omitzero"`
	// License is the license that LicenseSet set.
	License License `json:"-"`
}

// A Feed returns the changes of a directory as they are made. Any number of feeds can be
// read at once, each at its own pace. Close it when you are done with it.
type Feed struct {
	position atomic.Uint64
	closed   atomic.Bool
	cleanup  runtime.Cleanup

	reading chan struct{} // full while somebody reads or waits; guards what follows
	native  *C.hc_feed
	buffer  []byte
	ready   []Change
}

// Follow returns a feed of the changes with numbers above a given one; 0 begins with the
// first. If they are not available, [Feed.Next] fails.
func (d *Directory) Follow(after uint64) (*Feed, error) {
	f := &Feed{reading: make(chan struct{}, 1), buffer: make([]byte, listBufferBytes)}
	f.position.Store(after)
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_follow(h, C.uint64_t(after), &f.native, e)
	})
	if err != nil {
		return nil, err
	}
	f.cleanup = runtime.AddCleanup(f, func(native *C.hc_feed) { C.hc_feed_free(native) }, f.native)
	return f, nil
}

// Next waits for the next change. If ctx is done first, it returns the cause of ctx. A change
// that is available is returned even if ctx is done.
//
// It fails with [ErrHistoryTrimmed] when the next change is gone, with [ErrChangeNotYet]
// when no change has the number that the feed is at, as after a restore from a backup,
// and with [ErrClosed] when the feed or the directory was closed. Several goroutines may
// call it: each change goes to one of them.
func (f *Feed) Next(ctx context.Context) (Change, error) {
	if ctx == nil {
		return Change{}, missing("the context")
	}
	if err := f.lock(ctx); err != nil {
		return Change{}, err
	}
	defer f.unlock()
	for len(f.ready) == 0 {
		if f.isClosed() {
			return Change{}, closedError()
		}
		wait, isDone := waitSlice, ctx.Err() != nil
		if isDone {
			wait = 0
		}
		if err := f.read(wait); err != nil {
			return Change{}, err
		}
		if isDone && len(f.ready) == 0 {
			return Change{}, context.Cause(ctx)
		}
	}
	return f.pop(), nil
}

// TryNext returns the next change if it is available now, and none while another goroutine
// waits for it. It fails as [Feed.Next] does.
func (f *Feed) TryNext() (Change, bool, error) {
	locked := f.tryLock()
	if locked {
		defer f.unlock()
	}
	if f.isClosed() {
		return Change{}, false, closedError()
	}
	if !locked {
		return Change{}, false, nil
	}
	if len(f.ready) == 0 {
		if err := f.read(0); err != nil || len(f.ready) == 0 {
			return Change{}, false, err
		}
	}
	return f.pop(), true, nil
}

// isClosed says whether the feed was closed, or never opened, as a zero Feed.
func (f *Feed) isClosed() bool { return f.reading == nil || f.closed.Load() }

// lock waits for its turn to read until ctx is done.
func (f *Feed) lock(ctx context.Context) error {
	if f.reading == nil {
		return closedError()
	}
	if f.tryLock() {
		return nil
	}
	select {
	case f.reading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (f *Feed) tryLock() bool {
	select {
	case f.reading <- struct{}{}:
		return true
	default:
		return false
	}
}

func (f *Feed) unlock() { <-f.reading }

func (f *Feed) pop() Change {
	next := f.ready[0]
	f.ready = f.ready[1:]
	f.position.Store(next.Sequence)
	return next
}

// How long a wait may take to notice that it was cancelled.
const waitSlice = 10 * time.Millisecond

func (f *Feed) read(wait time.Duration) error {
	native := f.native
	handleUsed()
	written, err := fill(&f.buffer, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
		return C.hc_feed_next_batch(native, milliseconds(wait), b, n, w, e)
	})
	runtime.KeepAlive(f)
	if err != nil || written == 0 {
		return err
	}
	return records(f.buffer[:written], changesBatch, func(r []byte) bool {
		f.ready = append(f.ready, unpackChange(r))
		return true
	})
}

// Position returns the number of the last change that Next returned, or where the feed began.
// Store it to continue after a restart.
func (f *Feed) Position() uint64 {
	return f.position.Load()
}

// Close wakes the goroutines that wait in Next, and frees the feed. Closing again does nothing.
func (f *Feed) Close() error {
	if f.reading == nil {
		return nil
	}
	f.closed.Store(true)
	f.reading <- struct{}{}
	defer f.unlock()
	f.cleanup.Stop()
	C.hc_feed_free(f.native)
	f.native = nil
	f.ready = nil
	return nil
}

// FollowChanges returns the changes above a number as they are made. An error ends the loop; when
// ctx is done, its cause is that error.
func (d *Directory) FollowChanges(ctx context.Context, after uint64) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		feed, err := d.Follow(after)
		if err != nil {
			yield(Change{}, err)
			return
		}
		defer feed.Close()
		for {
			change, err := feed.Next(ctx)
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}

// Changes returns the changes above a number up to the latest one, without waiting
// for more. An error, as of [Feed.Next], ends the loop.
func (d *Directory) Changes(after uint64) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		feed, err := d.Follow(after)
		if err != nil {
			yield(Change{}, err)
			return
		}
		defer feed.Close()
		for {
			change, found, err := feed.TryNext()
			if !found && err == nil || !yield(change, err) || err != nil {
				return
			}
		}
	}
}

// TrimChanges forgets the changes with numbers below a given one, and their request ids, and
// returns how many it forgot.
func (d *Directory) TrimChanges(before uint64) (uint64, error) {
	var trimmed C.uint64_t
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_trim_changes(h, C.uint64_t(before), &trimmed, e)
	})
	return uint64(trimmed), err
}
