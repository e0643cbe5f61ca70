package headcount

/*
#include "headcount.h"

extern int32_t headcountWrite(uintptr_t transfer, uint8_t *bytes, size_t length);
extern int32_t headcountRead(uintptr_t transfer, uint8_t *buffer, size_t capacity, size_t *read);

static inline int32_t hcgo_write(void *transfer, const uint8_t *bytes, size_t length)
{
    return headcountWrite((uintptr_t)transfer, (uint8_t *)bytes, length);
}

static inline int32_t hcgo_read(void *transfer, uint8_t *buffer, size_t capacity, size_t *read)
{
    return headcountRead((uintptr_t)transfer, buffer, capacity, read);
}

static inline hc_status hcgo_export(const hc_directory *directory, uintptr_t transfer, hc_error **error)
{
    return hc_directory_export(directory, hcgo_write, NULL, (void *)transfer, error);
}

static inline hc_status hcgo_load(const hc_directory *directory, uintptr_t transfer, hc_error **error)
{
    return hc_directory_load(directory, hcgo_read, NULL, (void *)transfer, error);
}
*/
import "C"

import (
	"errors"
	"io"
	"runtime/cgo"
	"unsafe"
)

// transfer is where the lines of an export go, or come from, and how that failed.
type transfer struct {
	to     io.Writer
	from   io.Reader
	failed error
	abort  *abort
}

// Export writes all records as lines of JSON, as they are at one moment: the format of
// `headcount export`, from which [Directory.Load] makes the same directory. Others can read
// and write meanwhile. It returns the writer's error, and panics with what the writer panicked
// with. The writer is called on other goroutines, one call at a time.
func (d *Directory) Export(to io.Writer) error {
	if to == nil {
		return missing("the writer")
	}
	return d.transfer(&transfer{to: to}, func(h *C.hc_directory, of C.uintptr_t, e **C.hc_error) C.hc_status {
		return C.hcgo_export(h, of, e)
	})
}

// Load reads the lines of [Directory.Export] into a directory that nothing was written to
// yet, in one transaction. If it fails, nothing is changed: with [ErrInvalidArgument] when
// the directory is not empty or lines are missing, or with what the reader failed with. It
// panics with what the reader panicked with. The reader is called on other goroutines, one call at
// a time.
func (d *Directory) Load(from io.Reader) error {
	if from == nil {
		return missing("the reader")
	}
	return d.transfer(&transfer{from: from}, func(h *C.hc_directory, of C.uintptr_t, e **C.hc_error) C.hc_status {
		return C.hcgo_load(h, of, e)
	})
}

func (d *Directory) transfer(t *transfer, call func(*C.hc_directory, C.uintptr_t, **C.hc_error) C.hc_status) error {
	handle := cgo.NewHandle(t)
	defer handle.Delete()
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return call(h, C.uintptr_t(handle), e)
	})
	if t.abort != nil {
		t.abort.again()
	}
	if err != nil && t.failed != nil {
		return t.failed
	}
	return err
}

// run runs a call of the writer or reader, and returns 0, or 1 when it failed.
func (t *transfer) run(call func() error) C.int32_t {
	t.abort = apart(func() { t.failed = call() })
	if t.abort != nil || t.failed != nil {
		return 1
	}
	return 0
}

//export headcountWrite
func headcountWrite(of C.uintptr_t, bytes *C.uint8_t, length C.size_t) C.int32_t {
	t := cgo.Handle(of).Value().(*transfer)
	return t.run(func() error {
		_, err := t.to.Write(unsafe.Slice((*byte)(bytes), length))
		return err
	})
}

//export headcountRead
func headcountRead(of C.uintptr_t, buffer *C.uint8_t, capacity C.size_t, read *C.size_t) C.int32_t {
	t := cgo.Handle(of).Value().(*transfer)
	return t.run(func() error {
		n, err := readSome(t.from, unsafe.Slice((*byte)(buffer), capacity))
		*read = C.size_t(n)
		return err
	})
}

// How many reads in a row may give nothing, as in package bufio.
const emptyReads = 100

// readSome reads at least one byte, or none at the end.
func readSome(from io.Reader, buffer []byte) (int, error) {
	for range emptyReads {
		n, err := from.Read(buffer)
		switch {
		case n < 0 || n > len(buffer):
			return 0, errors.New("headcount: the reader returned an impossible count")
		case n > 0 || err == io.EOF:
			return n, nil
		case err != nil:
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}
