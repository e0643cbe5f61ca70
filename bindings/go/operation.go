package headcount

/*
#include "headcount_packed.h"
*/
import "C"

import (
	"encoding/binary"
	"unsafe"
)

// Packed operations: docs/packed.md describes them. All of a batch crosses into C at once.

const (
	operationBytes = 8
	fieldBytes     = 8
	fieldIsAbsent  = 1
)

func newOperation(code uint16) *Operation {
	o := &Operation{record: make([]byte, operationBytes, 128)}
	binary.LittleEndian.PutUint16(o.record[4:], code)
	return o
}

func (o *Operation) field(name, flags uint16, length int) {
	o.record = binary.LittleEndian.AppendUint16(o.record, name)
	o.record = binary.LittleEndian.AppendUint16(o.record, flags)
	o.record = binary.LittleEndian.AppendUint32(o.record, uint32(length))
}

func (o *Operation) text(name uint16, value string) *Operation {
	o.field(name, 0, len(value))
	o.record = append(o.record, value...)
	return o
}

func (o *Operation) absent(name uint16) *Operation {
	o.field(name, fieldIsAbsent, 0)
	return o
}

// textOrAbsent is a text, of which an empty one removes what is stored.
func (o *Operation) textOrAbsent(name uint16, value string) *Operation {
	if value == "" {
		return o.absent(name)
	}
	return o.text(name, value)
}

func (o *Operation) number(name uint16, value uint64) *Operation {
	o.field(name, 0, 8)
	o.record = binary.LittleEndian.AppendUint64(o.record, value)
	return o
}

func (o *Operation) flag(name uint16, value bool) *Operation {
	return o.number(name, uint64(flag(value)))
}

func (o *Operation) id(name uint16, id ID) *Operation {
	o.field(name, 0, len(id))
	o.record = append(o.record, id[:]...)
	return o
}

func (o *Operation) user(ref string) *Operation {
	return o.text(C.HC_OP_FIELD_USER, ref)
}

func (o *Operation) workspace(workspace WorkspaceRef) *Operation {
	if workspace.id != 0 {
		return o.number(C.HC_OP_FIELD_WORKSPACE, workspace.id)
	}
	return o.text(C.HC_OP_FIELD_WORKSPACE_NAME, workspace.name)
}

func (o *Operation) role(role Role) *Operation {
	return o.number(C.HC_OP_FIELD_ROLE, uint64(role))
}

func (o *Operation) newUser(u *NewUser) *Operation {
	o.text(C.HC_OP_FIELD_EMAIL, u.Email)
	if !u.ID.IsZero() {
		o.id(C.HC_OP_FIELD_USER_ID, u.ID)
	}
	if u.Username != "" {
		o.text(C.HC_OP_FIELD_USERNAME, u.Username)
	}
	if u.GivenName != "" {
		o.text(C.HC_OP_FIELD_GIVEN_NAME, u.GivenName)
	}
	if u.FamilyName != "" {
		o.text(C.HC_OP_FIELD_FAMILY_NAME, u.FamilyName)
	}
	if u.Inactive {
		o.flag(C.HC_OP_FIELD_ACTIVE, false)
	}
	if u.Admin {
		o.flag(C.HC_OP_FIELD_ADMIN, true)
	}
	if !u.CreatedAt.IsZero() {
		o.number(C.HC_OP_FIELD_CREATED_AT, micros(u.CreatedAt))
	}
	o.pairs(C.HC_OP_FIELD_ATTRIBUTE_NAME, C.HC_OP_FIELD_ATTRIBUTE_VALUE, u.Attributes)
	o.pairs(C.HC_OP_FIELD_PROVISIONER, C.HC_OP_FIELD_EXTERNAL_ID, u.ExternalIDs)
	return o
}

func (o *Operation) userUpdate(u *UserUpdate) *Operation {
	if u.IfVersion != 0 {
		o.IfVersion(u.IfVersion)
	}
	if u.Email != nil {
		o.text(C.HC_OP_FIELD_EMAIL, *u.Email)
	}
	if u.ResetUsername {
		o.absent(C.HC_OP_FIELD_USERNAME)
	} else if u.Username != nil {
		o.text(C.HC_OP_FIELD_USERNAME, *u.Username)
	}
	if u.GivenName != nil {
		o.textOrAbsent(C.HC_OP_FIELD_GIVEN_NAME, *u.GivenName)
	}
	if u.FamilyName != nil {
		o.textOrAbsent(C.HC_OP_FIELD_FAMILY_NAME, *u.FamilyName)
	}
	if u.Admin != nil {
		o.flag(C.HC_OP_FIELD_ADMIN, *u.Admin)
	}
	if u.ReplaceAttributes {
		o.flag(C.HC_OP_FIELD_REPLACE_ATTRIBUTES, true)
	}
	o.pairs(C.HC_OP_FIELD_ATTRIBUTE_NAME, C.HC_OP_FIELD_ATTRIBUTE_VALUE, u.SetAttributes)
	for _, name := range u.RemoveAttributes {
		o.text(C.HC_OP_FIELD_ATTRIBUTE_NAME, name).absent(C.HC_OP_FIELD_ATTRIBUTE_VALUE)
	}
	o.pairs(C.HC_OP_FIELD_PROVISIONER, C.HC_OP_FIELD_EXTERNAL_ID, u.SetExternalIDs)
	for _, provisioner := range u.RemoveExternalIDs {
		o.text(C.HC_OP_FIELD_PROVISIONER, provisioner).absent(C.HC_OP_FIELD_EXTERNAL_ID)
	}
	return o
}

func (o *Operation) pairs(name, value uint16, pairs map[string]string) {
	for n, v := range inOrder(pairs) {
		o.text(name, n).text(value, v)
	}
}

// settings are what a batch says of itself, as an operation.
func (b *Batch) settings() *Operation {
	o := newOperation(C.HC_OPERATION_SETTINGS)
	if !b.Actor.IsZero() {
		o.id(C.HC_OP_FIELD_ACTOR, b.Actor)
	}
	if b.Door != "" {
		o.text(C.HC_OP_FIELD_DOOR, b.Door)
	}
	if !b.RequestID.IsZero() {
		o.id(C.HC_OP_FIELD_REQUEST_ID, b.RequestID)
	}
	if b.AllowOwnerless {
		o.flag(C.HC_OP_FIELD_ALLOW_OWNERLESS, true)
	}
	return o
}

// pack appends operations to a native batch: all of them, or none.
func pack(native *C.hc_batch, operations ...*Operation) error {
	bytes := batchHeaderBytes
	for _, o := range operations {
		bytes += len(o.record) + fieldBytes + 8
	}
	packed := make([]byte, batchHeaderBytes, bytes)
	for _, o := range operations {
		start := len(packed)
		packed = append(packed, o.record...)
		if o.ifVersion != nil {
			with := Operation{record: packed}
			packed = with.number(C.HC_OP_FIELD_IF_VERSION, *o.ifVersion).record
		}
		binary.LittleEndian.PutUint32(packed[start:], uint32(len(packed)-start))
	}
	copy(packed, []byte{'h', 'c', C.HC_PACKED_VERSION, C.HC_PACKED_OPERATIONS, batchHeaderBytes})
	binary.LittleEndian.PutUint32(packed[8:], uint32(len(packed)))
	binary.LittleEndian.PutUint32(packed[12:], uint32(len(operations)))
	var e *C.hc_error
	status := C.hc_batch_append(native, (*C.uint8_t)(unsafe.SliceData(packed)), C.size_t(len(packed)), &e)
	if status != C.HC_STATUS_OK {
		return failure(status, e)
	}
	return nil
}
