package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"slices"
)

// A Subject is the kind of record that an operation concerned.
type Subject int32

const (
	// UserSubject is the user with the id in the outcome.
	UserSubject Subject = C.HC_SUBJECT_USER
	// LicenseSubject is the license.
	LicenseSubject Subject = C.HC_SUBJECT_LICENSE
	// WorkspaceSubject is the workspace with the id in the outcome.
	WorkspaceSubject Subject = C.HC_SUBJECT_WORKSPACE
	// MemberSubject is the membership of that user in that workspace.
	MemberSubject Subject = C.HC_SUBJECT_MEMBER
)

// An Outcome is the result of one operation of a batch.
type Outcome struct {
	// Subject is the kind of record that the operation concerned.
	Subject Subject
	// Changed reports whether it changed anything: activating an active user does not.
	Changed bool
	// Version is the record's version afterwards; 0 if it was deleted.
	Version uint64
	// WorkspaceID is the workspace that it concerned; 0 for none.
	WorkspaceID uint64
	// UserID is the user that it concerned; zero for none.
	UserID ID
	// User is the user as the batch left it; nil for none, for one who was deleted, and
	// for an outcome that was replayed.
	User *User
}

// Applied is the result of a batch.
type Applied struct {
	// Sequence is the number of the change that the batch made; 0 when nothing changed.
	Sequence uint64 `json:"sequence,omitzero"`
	// Replayed reports whether this is the outcome of an earlier batch with the same request
	// id, and nothing was done now.
	Replayed bool `json:"replayed"`
	// Outcomes has one for each operation.
	Outcomes []Outcome `json:"outcomes"`
	// Ownerless has the ids of the workspaces that the batch left without an active owner,
	// which only Batch.AllowOwnerless allows; none for an outcome that was replayed.
	Ownerless []uint64 `json:"ownerless"`
}

// Apply applies a batch: all of it, or nothing. It is one transaction and one change. It
// fails with the first refusal of its operations; Error.Operation says which it concerns.
func (d *Directory) Apply(batch *Batch) (Applied, error) {
	return d.batchCall(batch, func(h *C.hc_directory, b *C.hc_batch, a **C.hc_applied, e **C.hc_error) C.hc_status {
		return C.hc_directory_apply(h, b, a, e)
	})
}

// DryRun returns what Apply would return now, except for the ids that it would draw, and
// changes nothing.
func (d *Directory) DryRun(batch *Batch) (Applied, error) {
	return d.batchCall(batch, func(h *C.hc_directory, b *C.hc_batch, a **C.hc_applied, e **C.hc_error) C.hc_status {
		return C.hc_directory_dry_run(h, b, a, e)
	})
}

// Preview returns the refusals of a batch, without applying it: all those of single
// operations, in their order, or else those of the batch as a whole. An empty list means
// that it would be accepted now.
func (d *Directory) Preview(batch *Batch) ([]*Error, error) {
	if batch == nil {
		return nil, missing("the batch")
	}
	native, indexes, malformed, err := batch.wellFormed()
	if refused, ok := err.(*Error); ok { // of a door that is none
		return []*Error{refused}, nil
	}
	defer C.hc_batch_free(native)
	var list *C.hc_refusals
	err = d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_preview(h, native, &list, e)
	})
	if err != nil {
		return nil, err
	}
	defer C.hc_refusals_free(list)
	refusals := append([]*Error{}, malformed...) // not nil: a list in JSON too
	for i := range C.hc_refusals_count(list) {
		refusal := readError(C.hc_refusals_at(list, i))
		if refusal.Operation >= 0 && indexes != nil {
			refusal.Operation = indexes[refusal.Operation]
		} else if refusal.Operation < 0 && indexes != nil {
			continue // The batch as a whole is another one without what is malformed.
		}
		refusals = append(refusals, refusal)
	}
	slices.SortStableFunc(refusals, func(a, b *Error) int { return a.Operation - b.Operation })
	return refusals, nil
}

func (d *Directory) batchCall(batch *Batch, function func(*C.hc_directory, *C.hc_batch, **C.hc_applied, **C.hc_error) C.hc_status) (Applied, error) {
	if batch == nil {
		return Applied{}, missing("the batch")
	}
	native, err := batch.native()
	if err != nil {
		return Applied{}, err
	}
	defer C.hc_batch_free(native)
	var applied *C.hc_applied
	err = d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status { return function(h, native, &applied, e) })
	if err != nil {
		return Applied{}, err
	}
	defer C.hc_applied_free(applied)
	return readApplied(applied)
}

func readApplied(native *C.hc_applied) (Applied, error) {
	applied := Applied{
		Sequence:  uint64(C.hc_applied_sequence(native)),
		Replayed:  C.hc_applied_is_replayed(native) == 1,
		Outcomes:  make([]Outcome, 0, int(C.hc_applied_count(native))),
		Ownerless: []uint64{}, // not nil: a list in JSON too
	}
	for i := range C.hc_applied_ownerless_count(native) {
		applied.Ownerless = append(applied.Ownerless, uint64(C.hc_applied_ownerless_at(native, i)))
	}
	buffer := make([]byte, batchHeaderBytes+outcomeBytes*cap(applied.Outcomes))
	written, err := fill(&buffer, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
		return C.hc_applied_read(native, 0, b, n, w, e)
	})
	if err != nil {
		return Applied{}, err
	}
	if written == 0 { // Nothing was asked for.
		return applied, nil
	}
	err = records(buffer[:written], outcomesBatch, func(record []byte) bool {
		applied.Outcomes = append(applied.Outcomes, unpackOutcome(record))
		return true
	})
	if err != nil {
		return Applied{}, err
	}
	for i := range applied.Outcomes {
		if o := &applied.Outcomes[i]; o.Subject == UserSubject {
			if o.User, err = appliedUser(native, i); err != nil {
				return Applied{}, err
			}
		}
	}
	return applied, nil
}

// appliedUser is the user of an outcome; nil for none.
func appliedUser(native *C.hc_applied, i int) (*User, error) {
	var user *C.hc_user
	var e *C.hc_error
	if status := C.hc_applied_get_user(native, C.size_t(i), &user, &e); status != C.HC_STATUS_OK {
		return nil, failure(status, e)
	}
	if user == nil {
		return nil, nil
	}
	taken := takeUser(user)
	return &taken, nil
}
