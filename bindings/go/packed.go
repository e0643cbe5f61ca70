package headcount

/*
#include "headcount_packed.h"
*/
import "C"

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

var errMalformed = errors.New("headcount: a packed batch contradicts itself; this is a bug")

const (
	batchHeaderBytes = 16
	outcomeBytes     = 48
)

// What the records of a batch are.
const (
	usersBatch      = C.HC_PACKED_USERS
	workspacesBatch = C.HC_PACKED_WORKSPACES
	membersBatch    = C.HC_PACKED_MEMBERS
	changesBatch    = C.HC_PACKED_CHANGES
	outcomesBatch   = C.HC_PACKED_OUTCOMES
)

// records cuts a batch of packed records into its records.
func records(batch []byte, kind byte, each func(record []byte) bool) error {
	left, err := behindHeader(batch, kind)
	if err != nil {
		return err
	}
	for range u32(batch, 12) {
		record, err := cutRecord(left)
		if err != nil {
			return err
		}
		if !each(record) {
			return nil
		}
		left = left[len(record):]
	}
	return nil
}

// firstRecord is the first record of a batch that has one.
func firstRecord(batch []byte, kind byte) ([]byte, error) {
	left, err := behindHeader(batch, kind)
	if err != nil {
		return nil, err
	}
	return cutRecord(left)
}

func behindHeader(batch []byte, kind byte) ([]byte, error) {
	if len(batch) < batchHeaderBytes || batch[0] != 'h' || batch[1] != 'c' ||
		batch[2] != C.HC_PACKED_VERSION || batch[3] != kind || u32(batch, 4) > len(batch) {
		return nil, errMalformed
	}
	return batch[u32(batch, 4):], nil
}

func cutRecord(left []byte) ([]byte, error) {
	if len(left) < 8 {
		return nil, errMalformed
	}
	bytes := u32(left, 0)
	if bytes > len(left) || bytes < u16(left, 4) {
		return nil, errMalformed
	}
	return left[:bytes], nil
}

func u16(b []byte, at int) int    { return int(binary.LittleEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int    { return int(binary.LittleEndian.Uint32(b[at:])) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

func moment(b []byte, at int) time.Time {
	return time.UnixMicro(int64(u64(b, at))).UTC()
}

// micros is a moment as the library takes it, which refuses those that it doesn't have.
func micros(at time.Time) uint64 {
	if year := at.UTC().Year(); year < 1970 || year > 9999 {
		return math.MaxUint64
	}
	return uint64(at.UnixMicro())
}

// at is the text whose place is at `place`; whole is the record as a string, so that all
// texts of a record are one allocation.
func at(record []byte, whole string, place int) string {
	start, length := u32(record, place), u32(record, place+4)
	return whole[start : start+length]
}

func unpackUser(r []byte) User {
	whole := string(r)
	flags := u16(r, 6)
	u := User{
		ID:         ID(r[8:24]),
		Version:    u64(r, 24),
		CreatedAt:  moment(r, 32),
		UpdatedAt:  moment(r, 40),
		Email:      at(r, whole, 48),
		Username:   at(r, whole, 56),
		GivenName:  at(r, whole, 64),
		FamilyName: at(r, whole, 72),
		Active:     flags&1 != 0,
		Admin:      flags&2 != 0,
	}
	if u64(r, 88) != 0 {
		u.DeactivatedAt = moment(r, 88)
	}
	u.attributes = unpackPairs(r, whole, 80)
	u.externalIDs = unpackPairs(r, whole, 96)
	return u
}

// unpackPairs are those of the table whose place is at `place`.
func unpackPairs(r []byte, whole string, place int) pairs {
	table, count := u32(r, place), u32(r, place+4)
	if count == 0 {
		return nil
	}
	unpacked := make(pairs, count)
	for i := range unpacked {
		entry := table + 16*i
		unpacked[i] = pair{at(r, whole, entry), at(r, whole, entry+8)}
	}
	return unpacked
}

func unpackWorkspace(r []byte) Workspace {
	flags := u16(r, 6)
	whole := string(r)
	w := Workspace{
		ID:        u64(r, 8),
		Version:   u64(r, 16),
		CreatedAt: moment(r, 24),
		UpdatedAt: moment(r, 32),
		Archived:  flags&1 != 0,
		Name:      at(r, whole, 56),
	}
	w.externalIDs = unpackPairs(r, whole, 64)
	if flags&2 != 0 {
		w.DefaultOf = ID(r[40:56])
	}
	return w
}

func unpackMember(r []byte) Member {
	return Member{
		Role:      Role(u16(r, 6)),
		Workspace: u64(r, 8),
		User:      ID(r[16:32]),
		Since:     moment(r, 32),
		Version:   u64(r, 40),
	}
}

func unpackOutcome(r []byte) Outcome {
	return Outcome{
		Changed:     u16(r, 6)&1 != 0,
		Version:     u64(r, 8),
		WorkspaceID: u64(r, 16),
		UserID:      ID(r[24:40]),
		Subject:     Subject(u32(r, 40)),
	}
}

func unpackChange(r []byte) Change {
	flags := u16(r, 6)
	c := Change{Sequence: u64(r, 8), At: moment(r, 16), Door: at(r, string(r), 72)}
	if flags&1 != 0 {
		c.Actor = ID(r[24:40])
	}
	if flags&2 != 0 {
		c.RequestID = ID(r[40:56])
	}
	table, count, size := u32(r, 56), u32(r, 60), u32(r, 64)
	c.Events = make([]Event, count)
	for i := range c.Events {
		c.Events[i] = unpackEvent(r[table+i*size:])
	}
	return c
}

func unpackEvent(e []byte) Event {
	flags := u16(e, 2)
	event := Event{
		Kind:   EventKind(u16(e, 0)),
		Fields: Fields(u32(e, 4)),
		Active: flags&4 != 0,
		Role:   Role(u32(e, 32)),
	}
	if flags&1 != 0 {
		event.User = ID(e[16:32])
	}
	if flags&2 != 0 {
		event.Workspace = u64(e, 8)
	}
	if event.Kind == LicenseSet {
		event.License = License{kind: C.int32_t(u32(e, 36)), seats: u64(e, 40)}
	}
	return event
}
