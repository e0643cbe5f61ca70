package headcount

/*
#include "headcount.h"
*/
import "C"

// Verified has the numbers of records that Verify checked.
type Verified struct {
	// Active is the number of active users, counted one by one.
	Active uint64 `json:"active"`
	// Inactive is the number of inactive users, counted one by one.
	Inactive uint64 `json:"inactive"`
	// Deleted are ids of deleted users.
	Deleted uint64 `json:"deleted"`
	// Workspaces includes archived ones.
	Workspaces uint64 `json:"workspaces"`
	// Members are memberships.
	Members uint64 `json:"members"`
	// Changes are those on record.
	Changes uint64 `json:"changes"`
}

// Verify recounts the seats and checks every index against the users, both ways. It takes
// time in proportion to the size of the directory, and fails with [ErrCorrupted] when
// something is wrong.
func (d *Directory) Verify() (Verified, error) {
	v := C.hc_verified{struct_size: C.sizeof_hc_verified}
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_verify(h, &v, e)
	})
	return Verified{
		Active:     uint64(v.active),
		Inactive:   uint64(v.inactive),
		Deleted:    uint64(v.deleted),
		Workspaces: uint64(v.workspaces),
		Members:    uint64(v.members),
		Changes:    uint64(v.changes),
	}, err
}

// Stats are figures to monitor a directory with, counted since it was opened.
type Stats struct {
	// UsersActive take a seat.
	UsersActive uint64 `json:"users_active"`
	// UsersInactive take none.
	UsersInactive uint64 `json:"users_inactive"`
	// Workspaces includes archived ones.
	Workspaces uint64 `json:"workspaces"`
	// LatestChange is the number of the latest change; 0 before the first.
	LatestChange uint64 `json:"latest_change"`
	// CacheEntries are users in the library's cache.
	CacheEntries uint64 `json:"cache_entries"`
	// CacheBytes is about their memory.
	CacheBytes uint64 `json:"cache_bytes"`
	// CacheHits are lookups that the cache answered.
	CacheHits uint64 `json:"cache_hits"`
	// CacheMisses are lookups that read the store.
	CacheMisses uint64 `json:"cache_misses"`
	// CommitRequests are batches that were submitted.
	CommitRequests uint64 `json:"commit_requests"`
	// CommitGroups are the transactions that they were grouped into.
	CommitGroups uint64 `json:"commit_groups"`
	// SeatsLimit is the seats of the license, or NoLimit.
	SeatsLimit uint64 `json:"seats_limit"`
	// FileBytes is the size of the main file; 0 for a directory in memory or opened read-only.
	FileBytes uint64 `json:"file_bytes"`
	// LogBytes is the size of the log's files, as of the latest commit; 0 before the first one,
	// and for a directory in memory or opened read-only.
	LogBytes uint64 `json:"log_bytes"`
	// Checkpoints write the log's commits to the main file. The one at closing doesn't count.
	Checkpoints uint64 `json:"checkpoints"`
	// CheckpointMicros is the duration of all checkpoints in microseconds.
	CheckpointMicros uint64 `json:"checkpoint_micros"`
	// CheckpointMicrosMax is the duration of the longest checkpoint.
	CheckpointMicrosMax uint64 `json:"checkpoint_micros_max"`
}

// Stats returns the current figures.
func (d *Directory) Stats() (Stats, error) {
	s := C.hc_stats{struct_size: C.sizeof_hc_stats, seats_limit: C.HC_NO_LIMIT}
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_get_stats(h, &s, e)
	})
	return Stats{
		UsersActive:         uint64(s.users_active),
		UsersInactive:       uint64(s.users_inactive),
		Workspaces:          uint64(s.workspaces),
		LatestChange:        uint64(s.latest_change),
		CacheEntries:        uint64(s.cache_entries),
		CacheBytes:          uint64(s.cache_bytes),
		CacheHits:           uint64(s.cache_hits),
		CacheMisses:         uint64(s.cache_misses),
		CommitRequests:      uint64(s.commit_requests),
		CommitGroups:        uint64(s.commit_groups),
		SeatsLimit:          uint64(s.seats_limit),
		FileBytes:           uint64(s.file_bytes),
		LogBytes:            uint64(s.log_bytes),
		Checkpoints:         uint64(s.checkpoints),
		CheckpointMicros:    uint64(s.checkpoint_micros),
		CheckpointMicrosMax: uint64(s.checkpoint_micros_max),
	}, err
}

// StatsText returns all figures in the text format of Prometheus. It contains no personal
// data.
func (d *Directory) StatsText() (string, error) {
	buffer := make([]byte, 4096)
	var written int
	var failed error
	err := d.call(func(h *C.hc_directory, _ **C.hc_error) C.hc_status {
		written, failed = fill(&buffer, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
			return C.hc_directory_write_stats_text(h, b, n, w, e)
		})
		return C.HC_STATUS_OK
	})
	if failed != nil {
		err = failed
	}
	return string(buffer[:written]), err
}

// Copied is what a backup or restore copied.
type Copied struct {
	// Users is the number of users in the copy, active or not.
	Users uint64 `json:"users"`
	// Sequence is the number of the latest change in the copy: it has everything up to
	// this one, and nothing later.
	Sequence uint64 `json:"sequence"`
	// Bytes is the size of the new file.
	Bytes uint64 `json:"bytes"`
}

// Backup copies the directory, as it is now, to a new file, while others go on reading and
// writing. The copy is verified before it is put in its place. It fails with [ErrIO] when
// there is a directory and overwrite is false; other files are never replaced.
func (d *Directory) Backup(path string, overwrite bool) (Copied, error) {
	copied := C.hc_copied{struct_size: C.sizeof_hc_copied}
	bytes, length := text(path)
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_backup(h, bytes, length, flag(overwrite), &copied, nil, nil, e)
	})
	return readCopied(&copied), err
}

// Restore puts a copy of the directory in the file backup in the place of path. It fails
// with [ErrAlreadyOpen] when either is open, and as [Directory.Backup] does.
func Restore(backup, path string, overwrite bool) (Copied, error) {
	if abiError != nil {
		return Copied{}, abiError
	}
	copied := C.hc_copied{struct_size: C.sizeof_hc_copied}
	from, fromLength := text(backup)
	to, toLength := text(path)
	var e *C.hc_error
	status := C.hc_file_restore(from, fromLength, to, toLength, flag(overwrite), &copied, nil, nil, &e)
	if status != C.HC_STATUS_OK {
		return Copied{}, failure(status, e)
	}
	return readCopied(&copied), nil
}

func readCopied(c *C.hc_copied) Copied {
	return Copied{Users: uint64(c.users), Sequence: uint64(c.sequence), Bytes: uint64(c.bytes)}
}

// Compact makes the file of a directory as small as possible, in place, and returns its old
// and its new size in bytes. Nobody may have it open.
func Compact(path string) (before, after uint64, err error) {
	if abiError != nil {
		return 0, 0, abiError
	}
	var e *C.hc_error
	bytes, length := text(path)
	status := C.hc_file_compact(bytes, length, nil, (*C.uint64_t)(&before), (*C.uint64_t)(&after), &e)
	if status != C.HC_STATUS_OK {
		return 0, 0, failure(status, e)
	}
	return before, after, nil
}

// A Fault is one thing that is wrong with a directory.
type Fault struct {
	// Kind is the name of its kind, such as "missing" or "dangling".
	Kind string `json:"kind"`
	// Text says in a line what was expected and found. It holds no personal data but ids.
	Text string `json:"text"`
}

// Faults are what is wrong with a directory, or what a repair did about it.
type Faults struct {
	// Total is how many there are.
	Total uint64 `json:"total"`
	// Listed has up to as many as were asked for.
	Listed []Fault `json:"listed"`
	// SetAside is how many records a repair wrote to the other file.
	SetAside uint64 `json:"set_aside"`
	// SeatsOver is how many more users are active than there are seats, which is not a fault.
	SeatsOver uint64 `json:"seats_over"`
}

// FindFaults lists what is wrong with a directory, up to limit faults; all are counted.
func (d *Directory) FindFaults(limit int) (Faults, error) {
	var list *C.hc_faults
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_find_faults(h, C.size_t(max(limit, 0)), &list, e)
	})
	if err != nil {
		return Faults{}, err
	}
	return takeFaults(list), nil
}

// FindFaultsIn lists what is wrong with the directory in a file, even if it is too damaged to
// be opened. It creates no file.
func FindFaultsIn(path string, limit int) (Faults, error) {
	bytes, length := text(path)
	return faultsCall(func(list **C.hc_faults, e **C.hc_error) C.hc_status {
		return C.hc_file_find_faults(bytes, length, nil, C.size_t(max(limit, 0)), list, e)
	})
}

// Repair repairs the directory in a file, in one transaction; nobody may have it open.
// Records that can't be kept are moved to the file aside, which must not exist. With an
// empty aside, it changes nothing and returns what a repair would do.
func Repair(path, aside string, limit int) (Faults, error) {
	bytes, length := text(path)
	to, toLength := text(aside)
	if aside == "" {
		to = nil
	}
	return faultsCall(func(list **C.hc_faults, e **C.hc_error) C.hc_status {
		return C.hc_file_repair(bytes, length, nil, to, toLength, C.size_t(max(limit, 0)), list, e)
	})
}

func faultsCall(function func(**C.hc_faults, **C.hc_error) C.hc_status) (Faults, error) {
	if abiError != nil {
		return Faults{}, abiError
	}
	var list *C.hc_faults
	var e *C.hc_error
	if status := function(&list, &e); status != C.HC_STATUS_OK {
		return Faults{}, failure(status, e)
	}
	return takeFaults(list), nil
}

func takeFaults(list *C.hc_faults) Faults {
	defer C.hc_faults_free(list)
	faults := Faults{
		Listed:    []Fault{},
		Total:     uint64(C.hc_faults_total(list)),
		SetAside:  uint64(C.hc_faults_set_aside(list)),
		SeatsOver: uint64(C.hc_faults_seats_over(list)),
	}
	for i := range C.hc_faults_count(list) {
		kind, line := C.hc_faults_kind_at(list, i), C.hc_faults_text_at(list, i)
		faults.Listed = append(faults.Listed, Fault{C.GoString(kind), C.GoString(line)})
	}
	return faults
}
