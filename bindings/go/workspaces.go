package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"iter"
	"time"
)

// A Role is the role of a member in a workspace.
type Role int32

const (
	// Owner manages the workspace and its members.
	Owner Role = C.HC_ROLE_OWNER
	// Collaborator works in it.
	Collaborator Role = C.HC_ROLE_USER
)

// ParseRole reads "owner", "user" or its older name "collaborator", or fails with
// [ErrInvalidArgument].
func ParseRole(s string) (Role, error) {
	var role C.int32_t
	var e *C.hc_error
	bytes, length := text(s)
	if status := C.hc_role_from_text(bytes, length, &role, &e); status != C.HC_STATUS_OK {
		return 0, failure(status, e)
	}
	return Role(role), nil
}

// String returns the name of the role: "owner" or "user", and empty for the zero Role.
func (r Role) String() string {
	switch r {
	case Owner:
		return "owner"
	case Collaborator:
		return "user"
	}
	return ""
}

// A Workspace is a workspace as one call found it: a value that later changes don't
// touch.
type Workspace struct {
	// ID is a number from 1 up, never given to another workspace.
	ID uint64 `json:"id"`
	// Name is unique among workspaces, without regard to case.
	Name string `json:"name"`
	// Archived workspaces can't be changed until they are restored.
	Archived bool `json:"archived"`
	// DefaultOf is the user whose default it is; zero for nobody's.
	DefaultOf ID `json:"default_of,omitzero"`
	// Version is 1 at creation, incremented by each change.
	Version uint64 `json:"version"`
	// CreatedAt is when the workspace was created.
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is when the record last changed; changes of members don't count.
	UpdatedAt time.Time `json:"updated_at"`

	externalIDs pairs
}

// ExternalID returns the id that a provisioner, such as an identity provider, has for the
// workspace, and whether there is one.
func (w *Workspace) ExternalID(provisioner string) (string, bool) {
	return w.externalIDs.get(provisioner)
}

// ExternalIDs returns the provisioners and the ids that they have for the workspace, ordered by
// provisioner.
func (w *Workspace) ExternalIDs() iter.Seq2[string, string] { return w.externalIDs.all() }

// A Member is the membership of a user in a workspace.
type Member struct {
	// Workspace is the id of the workspace.
	Workspace uint64 `json:"workspace"`
	// User is the id of the user.
	User ID `json:"user"`
	// Role is the role of the user.
	Role Role `json:"role"`
	// Since is when the user was added.
	Since time.Time `json:"since"`
	// Version is 1 when added, incremented by each change.
	Version uint64 `json:"version"`
}

// Workspace returns the workspace with this id, or fails with [ErrWorkspaceNotFound].
func (d *Directory) Workspace(id uint64) (Workspace, error) {
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_get(h, C.uint64_t(id), w, e)
	})
}

// WorkspaceByName returns the workspace with this name, or fails with
// [ErrWorkspaceNotFound].
func (d *Directory) WorkspaceByName(name string) (Workspace, error) {
	bytes, length := text(name)
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_get_by_name(h, bytes, length, w, e)
	})
}

// WorkspaceByExternalID returns the workspace for which a provisioner, such as an identity
// provider, has this id, or fails with [ErrWorkspaceNotFound].
func (d *Directory) WorkspaceByExternalID(provisioner, id string) (Workspace, error) {
	p, provisionerLength := text(provisioner)
	i, idLength := text(id)
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_get_by_external_id(h, p, provisionerLength, i, idLength, w, e)
	})
}

// SetWorkspaceExternalID sets the id that a provisioner has for a workspace; an empty one
// removes it. It fails with [ErrWorkspaceNotFound], [ErrWorkspaceArchived], with
// [ErrExternalIDTaken] where another workspace has it, and with [ErrInvalidArgument] beyond
// the limits that NewUser.ExternalIDs has.
func (d *Directory) SetWorkspaceExternalID(workspace uint64, provisioner, id string) (Workspace, error) {
	p, provisionerLength := text(provisioner)
	i, idLength := text(id)
	if id == "" {
		i = nil // removes it
	}
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_set_external_id(h, C.uint64_t(workspace), p, provisionerLength, i, idLength, w, e)
	})
}

// CreateWorkspace creates a workspace, whose first owner must be an active user. It fails
// with [ErrWorkspaceNameTaken], [ErrUserNotFound], [ErrInvalidArgument] for a name that
// is none, and [ErrLastOwner] without an owner who is active.
func (d *Directory) CreateWorkspace(name, owner string) (Workspace, error) {
	n, nameLength := text(name)
	o, ownerLength := text(owner)
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_create(h, n, nameLength, o, ownerLength, w, e)
	})
}

// CreateWorkspaceWithExternalIDs creates a workspace with the ids that provisioners have for
// it, in one change. It fails with [ErrExternalIDTaken] where another workspace has one of
// them, with [ErrInvalidArgument] beyond the limits that NewUser.ExternalIDs has, and as
// [Directory.CreateWorkspace] does.
func (d *Directory) CreateWorkspaceWithExternalIDs(name, owner string, externalIDs map[string]string) (Workspace, error) {
	if len(externalIDs) == 0 {
		return d.CreateWorkspace(name, owner)
	}
	var batch Batch
	batch.CreateWorkspace(name, owner)
	for provisioner, id := range inOrder(externalIDs) {
		if id == "" {
			return Workspace{}, invalid("the external id of provisioner %q is empty; leave it out", provisioner)
		}
		batch.SetWorkspaceExternalID(WorkspaceName(name), provisioner, id)
	}
	applied, err := d.Apply(&batch)
	if err != nil {
		return Workspace{}, err
	}
	return d.Workspace(applied.Outcomes[0].WorkspaceID)
}

// DefaultWorkspace returns the default workspace of a user, who owns it; it is made when it is
// first asked for. It fails with [ErrUserNotFound].
func (d *Directory) DefaultWorkspace(ref string) (Workspace, error) {
	bytes, length := text(ref)
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_user_get_default_workspace(h, bytes, length, w, e)
	})
}

// RenameWorkspace renames a workspace. It fails with [ErrWorkspaceNotFound],
// [ErrWorkspaceNameTaken], [ErrWorkspaceArchived], and [ErrInvalidArgument] for a name
// that is none.
func (d *Directory) RenameWorkspace(id uint64, name string) (Workspace, error) {
	bytes, length := text(name)
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_rename(h, C.uint64_t(id), bytes, length, w, e)
	})
}

// ArchiveWorkspace archives a workspace. It does nothing if it is archived. It fails with
// [ErrWorkspaceNotFound].
func (d *Directory) ArchiveWorkspace(id uint64) (Workspace, error) {
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_archive(h, C.uint64_t(id), w, e)
	})
}

// RestoreWorkspace restores an archived workspace. It does nothing if it is not archived. It fails
// with [ErrWorkspaceNotFound].
func (d *Directory) RestoreWorkspace(id uint64) (Workspace, error) {
	return d.workspaceCall(func(h *C.hc_directory, w **C.hc_workspace, e **C.hc_error) C.hc_status {
		return C.hc_workspace_restore(h, C.uint64_t(id), w, e)
	})
}

// DeleteWorkspace deletes a workspace and its memberships for good. It fails with
// [ErrWorkspaceNotFound], and [ErrDefaultWorkspace] for one that is a user's default.
func (d *Directory) DeleteWorkspace(id uint64) error {
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_workspace_delete(h, C.uint64_t(id), e)
	})
}

// Members returns the members of a workspace: owners first, then users, each ordered by
// email. It fails with [ErrWorkspaceNotFound].
func (d *Directory) Members(workspace uint64) ([]Member, error) {
	return d.memberList(func(h *C.hc_directory, m **C.hc_members, e **C.hc_error) C.hc_status {
		return C.hc_workspace_list_members(h, C.uint64_t(workspace), m, e)
	})
}

// WorkspacesOf returns the workspaces of a user, with the role in each, ordered by id. It
// fails with [ErrUserNotFound].
func (d *Directory) WorkspacesOf(ref string) ([]Member, error) {
	bytes, length := text(ref)
	return d.memberList(func(h *C.hc_directory, m **C.hc_members, e **C.hc_error) C.hc_status {
		return C.hc_user_list_workspaces(h, bytes, length, m, e)
	})
}

// AddMember makes a user a member of a workspace; nothing happens to one who has the role
// already. It fails with [ErrWorkspaceNotFound], [ErrUserNotFound], [ErrRoleDiffers] for a
// member in another role, and [ErrWorkspaceArchived].
func (d *Directory) AddMember(workspace uint64, ref string, role Role) error {
	bytes, length := text(ref)
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_workspace_add_member(h, C.uint64_t(workspace), bytes, length, C.int32_t(role), e)
	})
}

// SetRole changes the role of a member; nothing happens to one who has it already. It
// fails with [ErrMemberNotFound], [ErrLastOwner], [ErrDefaultWorkspace], and as
// [Directory.AddMember] does.
func (d *Directory) SetRole(workspace uint64, ref string, role Role) error {
	bytes, length := text(ref)
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_workspace_set_role(h, C.uint64_t(workspace), bytes, length, C.int32_t(role), e)
	})
}

// RemoveMember removes a member from a workspace. It fails with [ErrWorkspaceNotFound],
// [ErrUserNotFound], [ErrMemberNotFound], [ErrLastOwner], and [ErrDefaultWorkspace] for a
// user's own default workspace.
func (d *Directory) RemoveMember(workspace uint64, ref string) error {
	bytes, length := text(ref)
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_workspace_remove_member(h, C.uint64_t(workspace), bytes, length, e)
	})
}

// Workspaces returns all workspaces, archived ones included, ordered by id, as they are when
// the loop begins. An error ends the loop.
func (d *Directory) Workspaces() iter.Seq2[Workspace, error] {
	return func(yield func(Workspace, error) bool) {
		var list *C.hc_workspaces
		err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
			return C.hc_directory_list_workspaces(h, &list, e)
		})
		if err != nil {
			yield(Workspace{}, err)
			return
		}
		defer C.hc_workspaces_free(list)
		err = readList(workspacesBatch, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
			return C.hc_workspaces_next_batch(list, b, n, w, e)
		}, func(r []byte) bool { return yield(unpackWorkspace(r), nil) })
		if err != nil {
			yield(Workspace{}, err)
		}
	}
}

func (d *Directory) workspaceCall(function func(*C.hc_directory, **C.hc_workspace, **C.hc_error) C.hc_status) (Workspace, error) {
	var native *C.hc_workspace
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status { return function(h, &native, e) })
	if err != nil {
		return Workspace{}, err
	}
	if native == nil {
		return Workspace{}, &Error{Kind: ErrWorkspaceNotFound, Message: "no such workspace", Operation: -1}
	}
	defer C.hc_workspace_free(native)
	w := Workspace{
		ID:        uint64(C.hc_workspace_id(native)),
		Name:      C.GoString(C.hc_workspace_name(native)),
		Archived:  C.hc_workspace_is_archived(native) == 1,
		Version:   uint64(C.hc_workspace_version(native)),
		CreatedAt: time.UnixMicro(int64(C.hc_workspace_created_at_micros(native))).UTC(),
		UpdatedAt: time.UnixMicro(int64(C.hc_workspace_updated_at_micros(native))).UTC(),
	}
	if id := C.hc_workspace_default_of(native); id != nil {
		w.DefaultOf = readID(id)
	}
	w.externalIDs = readExternalIDs(func(i C.size_t, provisioner, id *C.char) C.int32_t {
		return C.hc_workspace_external_id_at(native, i, provisioner, id)
	})
	return w, nil
}

func (d *Directory) memberList(function func(*C.hc_directory, **C.hc_members, **C.hc_error) C.hc_status) ([]Member, error) {
	var list *C.hc_members
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status { return function(h, &list, e) })
	if err != nil {
		return nil, err
	}
	defer C.hc_members_free(list)
	members := make([]Member, 0, int(C.hc_members_count(list)))
	err = readList(membersBatch, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
		return C.hc_members_next_batch(list, b, n, w, e)
	}, func(r []byte) bool {
		members = append(members, unpackMember(r))
		return true
	})
	return members, err
}
