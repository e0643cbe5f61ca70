package headcount

/*
#include "headcount.h"
*/
import "C"

// A Batch is a list of operations that succeed or fail together. The zero Batch is empty.
//
// Each operation sees what the ones before it did. What must be unique, seats, admins and
// the owners of workspaces are judged once, at the end, on the net result: in a full house
// one user can leave and another come in.
//
//	var batch headcount.Batch
//	batch.DeactivateUser("old@ex.co")
//	batch.CreateUser(headcount.NewUser{Email: "new@ex.co"})
//	applied, err := dir.Apply(&batch)
type Batch struct {
	// Actor is who makes these changes: it is recorded, and the actor can't deactivate or
	// delete themself. The zero ID is nobody in particular.
	Actor ID
	// Door is through which door the batch comes, before that of [Directory.Through]; empty
	// for none.
	Door string
	// RequestID makes it a batch that can be sent again: when the same batch was applied
	// with this id before, its outcome is returned and nothing is done. Another batch with
	// a known id is refused with [ErrRequestIDReused].
	RequestID ID
	// AllowOwnerless says whether workspaces may be left without an active owner.
	AllowOwnerless bool

	operations []*Operation
}

// An Operation is one step of a batch.
type Operation struct {
	add       func(*C.hc_batch, **C.hc_error) C.hc_status
	build     func() (addition, error)
	ifVersion *uint64
}

// An addition is an operation with a builder, which is freed when it was added.
type addition struct {
	add  func(*C.hc_batch, **C.hc_error) C.hc_status
	free func()
}

// IfVersion refuses the batch with [ErrConflict] unless what the operation changes is at
// this version. It has no effect on operations that create something.
func (o *Operation) IfVersion(version uint64) *Operation {
	o.ifVersion = &version
	return o
}

// Len is how many operations there are.
func (b *Batch) Len() int {
	return len(b.operations)
}

func (b *Batch) append(add func(*C.hc_batch, **C.hc_error) C.hc_status) *Operation {
	o := &Operation{add: add}
	b.operations = append(b.operations, o)
	return o
}

// CreateUser appends: create a user, as [Directory.CreateUser] does.
func (b *Batch) CreateUser(user NewUser) *Operation {
	o := b.append(nil)
	o.build = func() (addition, error) {
		native, err := user.native()
		return addition{func(b *C.hc_batch, e **C.hc_error) C.hc_status {
			return C.hc_batch_create_user(b, native, e)
		}, func() { C.hc_new_user_free(native) }}, err
	}
	return o
}

// UpdateUser appends: change fields of a user, as [Directory.UpdateUser] does.
func (b *Batch) UpdateUser(ref string, update UserUpdate) *Operation {
	o := b.append(nil)
	o.build = func() (addition, error) {
		native, err := update.native()
		return addition{func(b *C.hc_batch, e **C.hc_error) C.hc_status {
			bytes, length := text(ref)
			return C.hc_batch_update_user(b, bytes, length, native, e)
		}, func() { C.hc_user_update_free(native) }}, err
	}
	return o
}

// ActivateUser appends: make a user active, as [Directory.ActivateUser] does.
func (b *Batch) ActivateUser(ref string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		bytes, length := text(ref)
		return C.hc_batch_activate_user(b, bytes, length, e)
	})
}

// DeactivateUser appends: make a user inactive, as [Directory.DeactivateUser] does.
func (b *Batch) DeactivateUser(ref string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		bytes, length := text(ref)
		return C.hc_batch_deactivate_user(b, bytes, length, e)
	})
}

// DeleteUser appends: delete a user for good, as [Directory.DeleteUser] does.
func (b *Batch) DeleteUser(ref string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		bytes, length := text(ref)
		return C.hc_batch_delete_user(b, bytes, length, e)
	})
}

// SetLicense appends: set the license, as [Directory.SetLicense] does.
func (b *Batch) SetLicense(license License) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		return C.hc_batch_set_license(b, license.kind, C.uint64_t(license.seats), e)
	})
}

// CreateWorkspace appends: create a workspace, as [Directory.CreateWorkspace] does; an
// empty owner is none. Later operations can name it; its id is in the outcome.
func (b *Batch) CreateWorkspace(name, owner string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		n, nameLength := text(name)
		o, ownerLength := text(owner)
		return C.hc_batch_create_workspace(b, n, nameLength, o, ownerLength, e)
	})
}

// DefaultWorkspace appends: make a user's default workspace, unless there is one.
func (b *Batch) DefaultWorkspace(ref string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		bytes, length := text(ref)
		return C.hc_batch_default_workspace(b, bytes, length, e)
	})
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
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		n, nameLength := text(name)
		if workspace.id != 0 {
			return C.hc_batch_rename_workspace(b, nil, 0, C.uint64_t(workspace.id), n, nameLength, e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_rename_workspace(b, w, length, 0, n, nameLength, e)
	})
}

// SetWorkspaceExternalID appends: set the id that a provisioner has for a workspace, which
// may be one that an earlier operation creates; an empty id removes it.
func (b *Batch) SetWorkspaceExternalID(workspace WorkspaceRef, provisioner, id string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		w, length := text(workspace.name)
		p, provisionerLength := text(provisioner)
		i, idLength := externalID(id, true)
		return C.hc_batch_set_workspace_external_id(b, w, length, C.uint64_t(workspace.id), p, provisionerLength, i, idLength, e)
	})
}

// ArchiveWorkspace appends: archive a workspace.
func (b *Batch) ArchiveWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		if workspace.id != 0 {
			return C.hc_batch_archive_workspace(b, nil, 0, C.uint64_t(workspace.id), e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_archive_workspace(b, w, length, 0, e)
	})
}

// RestoreWorkspace appends: restore an archived workspace.
func (b *Batch) RestoreWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		if workspace.id != 0 {
			return C.hc_batch_restore_workspace(b, nil, 0, C.uint64_t(workspace.id), e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_restore_workspace(b, w, length, 0, e)
	})
}

// DeleteWorkspace appends: delete a workspace and its memberships for good.
func (b *Batch) DeleteWorkspace(workspace WorkspaceRef) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		if workspace.id != 0 {
			return C.hc_batch_delete_workspace(b, nil, 0, C.uint64_t(workspace.id), e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_delete_workspace(b, w, length, 0, e)
	})
}

// AddMember appends: make a user a member of a workspace.
func (b *Batch) AddMember(workspace WorkspaceRef, ref string, role Role) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		u, userLength := text(ref)
		if workspace.id != 0 {
			return C.hc_batch_add_member(b, nil, 0, C.uint64_t(workspace.id), u, userLength, C.int32_t(role), e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_add_member(b, w, length, 0, u, userLength, C.int32_t(role), e)
	})
}

// SetRole appends: change the role of a member.
func (b *Batch) SetRole(workspace WorkspaceRef, ref string, role Role) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		u, userLength := text(ref)
		if workspace.id != 0 {
			return C.hc_batch_set_role(b, nil, 0, C.uint64_t(workspace.id), u, userLength, C.int32_t(role), e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_set_role(b, w, length, 0, u, userLength, C.int32_t(role), e)
	})
}

// RemoveMember appends: take a member out of a workspace.
func (b *Batch) RemoveMember(workspace WorkspaceRef, ref string) *Operation {
	return b.append(func(b *C.hc_batch, e **C.hc_error) C.hc_status {
		u, userLength := text(ref)
		if workspace.id != 0 {
			return C.hc_batch_remove_member(b, nil, 0, C.uint64_t(workspace.id), u, userLength, e)
		}
		w, length := text(workspace.name)
		return C.hc_batch_remove_member(b, w, length, 0, u, userLength, e)
	})
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
// malformed. It returns their indexes, and the errors of the others.
func (b *Batch) wellFormed() (native *C.hc_batch, indexes []int, malformed []*Error, err error) {
	native = C.hc_batch_new()
	var s steps
	s.run(!b.Actor.IsZero(), func(e **C.hc_error) C.hc_status {
		return C.hc_batch_set_actor(native, idPointer(&b.Actor), e)
	})
	s.run(b.Door != "", func(e **C.hc_error) C.hc_status {
		bytes, length := text(b.Door)
		return C.hc_batch_set_door(native, bytes, length, e)
	})
	s.run(!b.RequestID.IsZero(), func(e **C.hc_error) C.hc_status {
		return C.hc_batch_set_request_id(native, idPointer(&b.RequestID), e)
	})
	s.run(b.AllowOwnerless, func(e **C.hc_error) C.hc_status {
		return C.hc_batch_set_allow_ownerless(native, 1, e)
	})
	if err := s.err(); err != nil {
		C.hc_batch_free(native)
		return nil, nil, nil, err
	}
	for i, operation := range b.operations {
		if refused, ok := operation.addTo(native).(*Error); ok {
			refused.Operation = i
			malformed = append(malformed, refused)
		} else {
			indexes = append(indexes, i)
		}
	}
	return native, indexes, malformed, nil
}

func (o *Operation) addTo(native *C.hc_batch) error {
	add := o.add
	if o.build != nil {
		built, err := o.build()
		if err != nil {
			return err
		}
		defer built.free()
		add = built.add
	}
	var s steps
	s.run(true, func(e **C.hc_error) C.hc_status { return add(native, e) })
	s.run(o.ifVersion != nil, func(e **C.hc_error) C.hc_status {
		return C.hc_batch_set_if_version(native, C.uint64_t(*o.ifVersion), e)
	})
	return s.err()
}
