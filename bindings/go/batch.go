package headcount

/*
#include "headcount.h"
*/
import "C"

// A Batch is a list of operations that succeed or fail together. The zero Batch is empty.
//
// Each operation sees the effects of those before it. Uniqueness, seats, admins and the
// owners of workspaces are judged once, at the end, on the net result: when all seats are
// in use, one user can leave and another join.
//
//	var batch headcount.Batch
//	batch.DeactivateUser("old@ex.co")
//	batch.CreateUser(headcount.NewUser{Email: "new@ex.co"})
//	applied, err := dir.Apply(&batch)
type Batch struct {
	// Actor is the user who makes the changes. It is recorded, and the actor can't deactivate
	// or delete themself. The zero ID means no actor.
	Actor ID `json:"actor"`
	// Door is the door that the batch comes through, in place of that of [Directory.Through];
	// empty to keep that.
	Door string `json:"door"`
	// RequestID makes the batch safe to send again: if the same batch was applied with this
	// id before, its outcome is returned and nothing is done. Another batch with the same id
	// is refused with [ErrRequestIDReused].
	RequestID ID `json:"request_id"`
	// AllowOwnerless allows workspaces to be left without an active owner.
	AllowOwnerless bool `json:"allow_ownerless"`

	operations []*Operation
}

// An Operation is one step of a batch.
type Operation struct {
	record    []byte // packed, but for its length and the version
	ifVersion *uint64
}

// IfVersion refuses the batch with [ErrConflict] unless the record that the operation
// changes is at this version. It has no effect on operations that create something.
func (o *Operation) IfVersion(version uint64) *Operation {
	o.ifVersion = &version
	return o
}

// Len returns the number of operations.
func (b *Batch) Len() int {
	return len(b.operations)
}

func (b *Batch) append(code uint16) *Operation {
	o := newOperation(code)
	b.operations = append(b.operations, o)
	return o
}

// CreateUser appends: create a user, as [Directory.CreateUser] does.
func (b *Batch) CreateUser(user NewUser) *Operation {
	return b.append(C.HC_OPERATION_CREATE_USER).newUser(&user)
}

// UpdateUser appends: change fields of a user, as [Directory.UpdateUser] does.
func (b *Batch) UpdateUser(ref string, update UserUpdate) *Operation {
	return b.append(C.HC_OPERATION_UPDATE_USER).user(ref).userUpdate(&update)
}

// ActivateUser appends: make a user active, as [Directory.ActivateUser] does.
func (b *Batch) ActivateUser(ref string) *Operation {
	return b.append(C.HC_OPERATION_ACTIVATE_USER).user(ref)
}

// DeactivateUser appends: make a user inactive, as [Directory.DeactivateUser] does.
func (b *Batch) DeactivateUser(ref string) *Operation {
	return b.append(C.HC_OPERATION_DEACTIVATE_USER).user(ref)
}

// DeleteUser appends: delete a user for good, as [Directory.DeleteUser] does.
func (b *Batch) DeleteUser(ref string) *Operation {
	return b.append(C.HC_OPERATION_DELETE_USER).user(ref)
}

// SetLicense appends: set the license, as [Directory.SetLicense] does.
func (b *Batch) SetLicense(license License) *Operation {
	o := b.append(C.HC_OPERATION_SET_LICENSE).number(C.HC_OP_FIELD_LICENSE, uint64(license.kind))
	return o.number(C.HC_OP_FIELD_SEATS, license.seats)
}

// CreateWorkspace appends: create a workspace, as [Directory.CreateWorkspace] does; an
// empty owner is none. Later operations can name it; its id is in the outcome.
func (b *Batch) CreateWorkspace(name, owner string) *Operation {
	o := b.append(C.HC_OPERATION_CREATE_WORKSPACE).text(C.HC_OP_FIELD_NAME, name)
	if owner != "" {
		o.user(owner)
	}
	return o
}

// DefaultWorkspace appends: make a user's default workspace, unless there is one.
func (b *Batch) DefaultWorkspace(ref string) *Operation {
	return b.append(C.HC_OPERATION_DEFAULT_WORKSPACE).user(ref)
}

// A WorkspaceRef names a workspace in a batch: make one with [WorkspaceID] or
// [WorkspaceName].
type WorkspaceRef struct {
	id   uint64
	name string
}

// WorkspaceID names the workspace with this id.
func WorkspaceID(id uint64) WorkspaceRef { return WorkspaceRef{id: id} }

// WorkspaceName names the workspace with this name, which may be one that an earlier
// operation of the same batch creates.
func WorkspaceName(name string) WorkspaceRef { return WorkspaceRef{name: name} }

// RenameWorkspace appends: give a workspace another name.
func (b *Batch) RenameWorkspace(workspace WorkspaceRef, name string) *Operation {
	return b.append(C.HC_OPERATION_RENAME_WORKSPACE).workspace(workspace).text(C.HC_OP_FIELD_NAME, name)
}

// SetWorkspaceExternalID appends: set the id that a provisioner has for a workspace, which
// may be one that an earlier operation creates; an empty id removes it.
func (b *Batch) SetWorkspaceExternalID(workspace WorkspaceRef, provisioner, id string) *Operation {
	o := b.append(C.HC_OPERATION_SET_WORKSPACE_EXTERNAL_ID).workspace(workspace)
	o.text(C.HC_OP_FIELD_PROVISIONER, provisioner)
	return o.textOrAbsent(C.HC_OP_FIELD_EXTERNAL_ID, id)
}

// ArchiveWorkspace appends: archive a workspace.
func (b *Batch) ArchiveWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(C.HC_OPERATION_ARCHIVE_WORKSPACE).workspace(workspace)
}

// RestoreWorkspace appends: restore an archived workspace.
func (b *Batch) RestoreWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(C.HC_OPERATION_RESTORE_WORKSPACE).workspace(workspace)
}

// DeleteWorkspace appends: delete a workspace and its memberships for good.
func (b *Batch) DeleteWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(C.HC_OPERATION_DELETE_WORKSPACE).workspace(workspace)
}

// AddMember appends: make a user a member of a workspace.
func (b *Batch) AddMember(workspace WorkspaceRef, ref string, role Role) *Operation {
	return b.append(C.HC_OPERATION_ADD_MEMBER).workspace(workspace).user(ref).role(role)
}

// SetRole appends: change the role of a member.
func (b *Batch) SetRole(workspace WorkspaceRef, ref string, role Role) *Operation {
	return b.append(C.HC_OPERATION_SET_ROLE).workspace(workspace).user(ref).role(role)
}

// RemoveMember appends: remove a member from a workspace.
func (b *Batch) RemoveMember(workspace WorkspaceRef, ref string) *Operation {
	return b.append(C.HC_OPERATION_REMOVE_MEMBER).workspace(workspace).user(ref)
}

// native makes a batch to be freed with hc_batch_free. It fails with the first operation
// that is malformed.
func (b *Batch) native() (*C.hc_batch, error) {
	native, _, malformed, err := b.wellFormed()
	if err == nil && len(malformed) > 0 {
		C.hc_batch_free(native)
		err = malformed[0]
	}
	return native, err
}

// wellFormed makes a batch, to be freed with hc_batch_free, of the operations that are not
// malformed. Unless these are all, it returns their indexes, and the errors of the others.
func (b *Batch) wellFormed() (native *C.hc_batch, indexes []int, malformed []*Error, err error) {
	native = C.hc_batch_new()
	if err := pack(native, b.settings()); err != nil {
		C.hc_batch_free(native)
		return nil, nil, nil, err
	}
	if pack(native, b.operations...) == nil {
		return native, nil, nil, nil
	}
	// Not nil even if none is well-formed: nil says that all are.
	indexes = make([]int, 0, len(b.operations))
	for i, operation := range b.operations {
		if refused, ok := pack(native, operation).(*Error); ok {
			refused.Operation = i
			malformed = append(malformed, refused)
		} else {
			indexes = append(indexes, i)
		}
	}
	return native, indexes, malformed, nil
}
