package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"encoding/hex"
	"unsafe"
)

// An ID is the id of a user, or the id of a request: a UUID. The zero ID is nobody's.
type ID [16]byte

// NewID draws a new, unique id: a UUID of version 7, as the directory draws for users created
// without one.
func NewID() (ID, error) {
	var id ID
	var native *C.hc_error
	if status := C.hc_id_generate(idPointer(&id), &native); status != C.HC_STATUS_OK {
		return ID{}, failure(status, native)
	}
	return id, nil
}

// ParseID reads a UUID in any of its usual forms, or fails with ErrInvalidArgument.
func ParseID(s string) (ID, error) {
	var id ID
	var native *C.hc_error
	bytes, length := text(s)
	if status := C.hc_id_from_text(bytes, length, idPointer(&id), &native); status != C.HC_STATUS_OK {
		return ID{}, failure(status, native)
	}
	return id, nil
}

// IsZero reports whether this is the zero ID, which is nobody's.
func (id ID) IsZero() bool {
	return id == ID{}
}

// String returns the id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".
func (id ID) String() string {
	var out [36]byte
	hex.Encode(out[0:8], id[0:4])
	hex.Encode(out[9:13], id[4:6])
	hex.Encode(out[14:18], id[6:8])
	hex.Encode(out[19:23], id[8:10])
	hex.Encode(out[24:36], id[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// MarshalText returns the id as text, for JSON among others.
func (id ID) MarshalText() ([]byte, error) {
	return []byte(id.String()), nil
}

// UnmarshalText reads what MarshalText wrote, or any other form of a UUID.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}

func readID(native *C.uint8_t) ID {
	return *(*ID)(unsafe.Pointer(native))
}
