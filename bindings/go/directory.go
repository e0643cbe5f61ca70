package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// Options are options for opening a directory. The zero Options are the defaults.
type Options struct {
	// MustExist makes Open fail with ErrIO if there is no file, instead of creating one.
	MustExist bool
	// ReadOnly opens the file for reading only. Any number of processes can do so, but not
	// while one has it open to write. Writes fail with ErrReadOnly.
	ReadOnly bool
	// License is the license of a new directory; an existing one keeps its own.
	License License
	// OpenTimeout is how long to wait for a file that another process or handle has
	// open, up to a day. Open returns ErrAlreadyOpen after that. A negative or longer one is
	// refused with ErrInvalidArgument.
	OpenTimeout time.Duration
	// PageCacheBytes limits the memory for pages of the file; 0 means 64 MiB.
	PageCacheBytes uint64
	// CacheBytes limits the memory for cached users; 0 means 64 MiB, and a negative number
	// no cache.
	CacheBytes int64
	// HostCacheUsers is the maximum number of users that this package caches, so that reading
	// one again makes no call into C: 0 is 65,536, a negative number none, and more than
	// 4,194,304 count as that. A user who is read by email and by id counts twice, once for each key. Cached
	// reads always reflect the latest commit.
	HostCacheUsers int
	// LogBytes is the limit of the log beside the file; 0 is 64 MiB, or a quarter of
	// a file above 256 MiB, up to 128 MiB.
	LogBytes uint64
	// SyncInterval trades durability for speed: a write returns once the operating system
	// has it, and is on disk after this time at the latest, up to a day. With 0, the default,
	// each write is on disk when its call returns. A negative or longer one is refused with
	// ErrInvalidArgument.
	SyncInterval time.Duration
	// SalvageLog opens a directory whose log is damaged, without the writes that are only in
	// the log.
	SalvageLog bool
}

// A Directory is a user directory: users, a license that says how many may be active,
// and workspaces. Close it when you are done with it.
type Directory struct {
	native *C.hc_directory
	number *uint64 // the library's generation, in memory that it frees with native
	cache  *hostCache
}

// Open opens the directory in a file, which is created if it is missing. nil options are
// the defaults.
//
// It fails with [ErrAlreadyOpen] when another process or handle has the file,
// [ErrUnsupportedFormat] when a newer release wrote it, and [ErrCorrupted] when it is no
// directory or is damaged.
func Open(path string, options *Options) (*Directory, error) {
	return openFile(path, options, options.cache())
}

func openFile(path string, options *Options, cache *hostCache) (*Directory, error) {
	return open(options, cache, func(o *C.hc_options, d **C.hc_directory, e **C.hc_error) C.hc_status {
		bytes, length := text(path)
		return C.hc_directory_open(bytes, length, o, d, e)
	})
}

// OpenContext is like [Open], but waits for a file that another process or handle has open
// until ctx is done, and ignores OpenTimeout. It then returns the cause of ctx, joined with
// [ErrAlreadyOpen].
func OpenContext(ctx context.Context, path string, options *Options) (*Directory, error) {
	if ctx == nil {
		return nil, missing("the context")
	}
	once := Options{}
	if options != nil {
		once = *options
	}
	once.OpenTimeout = 0
	cache := once.cache()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		d, err := openFile(path, &once, cache)
		if !errors.Is(err, ErrAlreadyOpen) {
			return d, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}

// OpenInMemory creates a directory in memory, which is gone when it is closed.
func OpenInMemory(options *Options) (*Directory, error) {
	return open(options, options.cache(), func(o *C.hc_options, d **C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_open_in_memory(o, d, e)
	})
}

// open takes a cache that was made before the file is locked: nothing may go wrong between
// that and the handle's cleanup.
func open(options *Options, cache *hostCache, how func(*C.hc_options, **C.hc_directory, **C.hc_error) C.hc_status) (*Directory, error) {
	if abiError != nil {
		return nil, abiError
	}
	native, err := options.native()
	if err != nil {
		return nil, err
	}
	defer C.hc_options_free(native)
	var d *C.hc_directory
	var e *C.hc_error
	if status := how(native, &d, &e); status != C.HC_STATUS_OK {
		return nil, failure(status, e)
	}
	return newDirectory(d, cache), nil
}

// The native handle is freed when nothing refers to the Directory any more: a call that
// is under way does, so Close doesn't have to wait for it.
func newDirectory(native *C.hc_directory, cache *hostCache) *Directory {
	d := &Directory{native, (*uint64)(C.hc_directory_generation(native)), cache}
	runtime.AddCleanup(d, func(native *C.hc_directory) { C.hc_directory_free(native) }, native)
	return d
}

func (o *Options) cache() *hostCache {
	if o == nil {
		return newHostCache(0)
	}
	return newHostCache(o.HostCacheUsers)
}

// native makes options to be freed with hc_options_free.
func (o *Options) native() (*C.hc_options, error) {
	if o == nil {
		return C.hc_options_new(), nil
	}
	if err := cmp.Or(notNegative("OpenTimeout", o.OpenTimeout), notNegative("SyncInterval", o.SyncInterval)); err != nil {
		return nil, err
	}
	native := C.hc_options_new()
	var s steps
	set := func(wanted bool, option C.int32_t, value C.uint64_t) {
		s.run(wanted, func(e **C.hc_error) C.hc_status { return C.hc_options_set(native, option, value, e) })
	}
	set(o.MustExist, C.HC_OPTION_CREATE_IF_MISSING, 0)
	set(o.ReadOnly, C.HC_OPTION_READ_ONLY, 1)
	s.run(true, func(e **C.hc_error) C.hc_status {
		return C.hc_options_set_license_if_new(native, o.License.kind, C.uint64_t(o.License.seats), e)
	})
	set(o.OpenTimeout != 0, C.HC_OPTION_OPEN_TIMEOUT_MS, milliseconds(o.OpenTimeout))
	set(o.PageCacheBytes > 0, C.HC_OPTION_PAGE_CACHE_BYTES, C.uint64_t(o.PageCacheBytes))
	set(o.CacheBytes != 0, C.HC_OPTION_USER_CACHE_BYTES, C.uint64_t(max(o.CacheBytes, 0)))
	set(o.LogBytes > 0, C.HC_OPTION_LOG_BYTES, C.uint64_t(o.LogBytes))
	set(o.SyncInterval != 0, C.HC_OPTION_SYNC_INTERVAL_MS, milliseconds(o.SyncInterval))
	set(o.SalvageLog, C.HC_OPTION_SALVAGE_LOG, 1)
	if err := s.err(); err != nil {
		C.hc_options_free(native)
		return nil, err
	}
	return native, nil
}

func notNegative(option string, d time.Duration) error {
	if d < 0 {
		return &Error{Kind: ErrInvalidArgument, Message: fmt.Sprintf("%s is %v; give 0 or more", option, d), Operation: -1}
	}
	return nil
}

// milliseconds rounds up: a short time must not become 0, which says something else.
func milliseconds(d time.Duration) C.uint64_t {
	return C.uint64_t(d/time.Millisecond + min(d%time.Millisecond, 1))
}

// Close finishes pending work, releases the file, and returns an error if that failed. From
// then on, all calls on the directory return [ErrClosed], including those that wait in other
// goroutines. Closing again does nothing.
func (d *Directory) Close() error {
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_close(h, e)
	})
}

// ActingAs returns a handle on the same directory for writes that this user makes: each change
// records the user, who can't deactivate or delete their own account ([ErrOwnAccount]).
// Closing one of the two closes both.
func (d *Directory) ActingAs(actor ID) (*Directory, error) {
	var acting *C.hc_directory
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_acting_as(h, idPointer(&actor), &acting, e)
	})
	if err != nil {
		return nil, err
	}
	return newDirectory(acting, d.cache), nil
}

// Through returns a handle on the same directory whose writes come through a door: a short name
// of the client or the interface, such as "rest" or "scim:okta", which each change records.
// You choose the name, of 1 to 32 ASCII letters, digits and -_.:/; others fail with
// [ErrInvalidArgument]. Closing one of the two closes both.
func (d *Directory) Through(door string) (*Directory, error) {
	bytes, length := text(door)
	var through *C.hc_directory
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_through(h, bytes, length, &through, e)
	})
	if err != nil {
		return nil, err
	}
	return newDirectory(through, d.cache), nil
}

// generation is the number by which cached users are valid.
func (d *Directory) generation() uint64 {
	handleUsed()
	generation := atomic.LoadUint64(d.number)
	runtime.KeepAlive(d)
	return generation
}

// call runs a native function on the handle and keeps that alive meanwhile.
func (d *Directory) call(function func(*C.hc_directory, **C.hc_error) C.hc_status) error {
	var e *C.hc_error
	native := d.native
	handleUsed()
	status := function(native, &e)
	runtime.KeepAlive(d)
	if status != C.HC_STATUS_OK {
		return failure(status, e)
	}
	return nil
}
