package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"errors"
	"unsafe"
)

// How much is read from a list at a time.
const listBufferBytes = 64 << 10

// nextBatch is one of the functions that write packed records.
type nextBatch func(buffer *C.uint8_t, capacity C.size_t, written *C.size_t, e **C.hc_error) C.hc_status

// readList hands the records of a list to each until that returns false.
func readList(kind byte, next nextBatch, each func(record []byte) bool) error {
	buffer := make([]byte, listBufferBytes)
	for {
		written, err := fill(&buffer, next)
		if err != nil || written == 0 {
			return err
		}
		stopped := false
		err = records(buffer[:written], kind, func(record []byte) bool {
			stopped = !each(record)
			return !stopped
		})
		if err != nil || stopped {
			return err
		}
	}
}

// fill reads the next batch into the buffer, which it replaces if it is too small.
func fill(buffer *[]byte, next nextBatch) (int, error) {
	for {
		var written C.size_t
		var e *C.hc_error
		status := next((*C.uint8_t)(unsafe.SliceData(*buffer)), C.size_t(len(*buffer)), &written, &e)
		if status == C.HC_STATUS_OK {
			return int(written), nil
		}
		if err := failure(status, e); !grow(buffer, err) {
			return 0, err
		}
	}
}

// grow replaces a buffer that an error says is too small, and reports whether it did.
func grow(buffer *[]byte, err error) bool {
	var small *Error
	if !errors.As(err, &small) || small.Kind != ErrBufferTooSmall || small.bufferBytes <= len(*buffer) {
		return false
	}
	*buffer = make([]byte, small.bufferBytes)
	return true
}
