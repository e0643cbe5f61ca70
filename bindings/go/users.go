package headcount

/*
#include "fields.h"
*/
import "C"

import (
	"encoding/binary"
	"iter"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// How a user is asked for.
const (
	keyAny      = C.HC_USER_KEY_ANY
	keyEmail    = C.HC_USER_KEY_EMAIL
	keyUsername = C.HC_USER_KEY_USERNAME
	keyID       = C.HC_USER_KEY_ID
)

// User returns the user that an id as text, an email or a username names, or fails with
// [ErrUserNotFound].
func (d *Directory) User(ref string) (User, error) {
	return d.lookUp(userKey{kind: keyAny, text: ref})
}

// UserByID returns the user with this id, or fails with [ErrUserNotFound].
func (d *Directory) UserByID(id ID) (User, error) {
	return d.lookUp(userKey{kind: keyID, id: id})
}

// UserByEmail returns the user with this email, or fails with [ErrUserNotFound].
func (d *Directory) UserByEmail(email string) (User, error) {
	return d.lookUp(userKey{kind: keyEmail, text: email})
}

// UserByUsername returns the user with this username, or fails with [ErrUserNotFound].
func (d *Directory) UserByUsername(username string) (User, error) {
	return d.lookUp(userKey{kind: keyUsername, text: username})
}

// UsersByEmails returns the users with these emails, in their order; nil for each that nobody
// has. It makes one call for many users, and bypasses the cache of this package: it neither
// reads nor fills it. Use it where few of the users are likely to be cached, such as for a
// report; for cached users, [Directory.UserByEmail] is faster.
func (d *Directory) UsersByEmails(emails []string) ([]*User, error) {
	return readMany(d, keyEmail, emails)
}

// UsersByIDs returns the users with these ids, as [Directory.UsersByEmails] does.
func (d *Directory) UsersByIDs(ids []ID) ([]*User, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id[:])
	}
	return readMany(d, keyID, texts)
}

// Up to this many users are read in one call.
const readAtOnce = 1024

// readMany reads the users that keys name.
func readMany(d *Directory, kind C.int32_t, keys []string) ([]*User, error) {
	var packed []byte
	for _, key := range keys {
		packed = binary.LittleEndian.AppendUint32(packed, uint32(len(key)))
		packed = append(packed, key...)
	}
	users := make([]*User, 0, len(keys))
	buffer := make([]byte, listBufferBytes)
	offsets := make([]C.uint32_t, max(1, min(len(keys), readAtOnce)))
	for isFirst := true; isFirst || len(users) < len(keys); isFirst = false { // A closed directory fails without keys too.
		var read C.size_t
		handle := d.native
		handleUsed()
		written, err := fill(&buffer, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
			return C.hc_user_read_many(handle, kind, (*C.uint8_t)(unsafe.SliceData(packed)), C.size_t(len(packed)),
				b, n, &offsets[0], C.size_t(min(len(keys)-len(users), len(offsets))), &read, w, e)
		})
		runtime.KeepAlive(d)
		if err != nil {
			return nil, err
		}
		for _, key := range keys[len(users) : len(users)+int(read)] {
			packed = packed[4+len(key):]
		}
		start := len(users)
		users = users[:start+int(read)]
		if written == 0 { // Nobody has any of the keys.
			continue
		}
		found := 0
		err = records(buffer[:written], usersBatch, func(record []byte) bool {
			for offsets[found] == 0 {
				found++
			}
			user := unpackUser(record)
			users[start+found] = &user
			found++
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return users, nil
}

// UserByExternalID returns the user for whom a provisioner, such as an identity provider, has
// this id, or fails with [ErrUserNotFound].
func (d *Directory) UserByExternalID(provisioner, id string) (User, error) {
	p, provisionerLength := text(provisioner)
	i, idLength := text(id)
	user, err := d.userCall(func(h *C.hc_directory, u **C.hc_user, e **C.hc_error) C.hc_status {
		return C.hc_user_get_by_external_id(h, p, provisionerLength, i, idLength, u, e)
	})
	if err == nil && user.ID.IsZero() {
		err = errNobody
	}
	return user, err
}

// TouchUser records that a user is seen now, such as at a login or with a request. Call it as
// often as you like: it usually costs a lookup. The first sighting is on disk when this
// returns; others are gathered and written at most once a minute and by Close, so a crash
// can lose them. It fails with [ErrUserNotFound] and [ErrReadOnly].
func (d *Directory) TouchUser(ref string) error {
	bytes, length := text(ref)
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_user_touch(h, bytes, length, e)
	})
}

// LastSeen returns when [Directory.TouchUser] last noted a user, to about an hour; the zero time if
// it never did. Sightings are not changes and leave the version as it is. It fails with
// [ErrUserNotFound].
func (d *Directory) LastSeen(ref string) (time.Time, error) {
	bytes, length := text(ref)
	var micros C.uint64_t
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_user_get_last_seen_micros(h, bytes, length, &micros, e)
	})
	if err != nil || micros == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(int64(micros)).UTC(), nil
}

var errNobody = &Error{Kind: ErrUserNotFound, Message: "no such user", Operation: -1}

// lookUp reads a user from the cache of this package, or from the library.
func (d *Directory) lookUp(key userKey) (User, error) {
	if d.cache == nil {
		return d.readUser(key)
	}
	generation := d.generation()
	if user := d.cache.get(generation, &key); user != nil {
		return *user, nil
	}
	user, err := d.readUser(key)
	if err == nil {
		d.cache.put(generation, &key, user)
	}
	return user, err
}

// A userRead is where C writes one packed user.
type userRead struct {
	buffer  []byte
	written C.size_t
	failure *C.hc_error
}

// Most users are smaller.
var userReads = sync.Pool{New: func() any { return &userRead{buffer: make([]byte, 1024)} }}

// readUser reads all of a user in one call.
func (d *Directory) readUser(key userKey) (User, error) {
	bytes, length := unsafe.Pointer(unsafe.StringData(key.text)), len(key.text)
	if key.kind == keyID {
		id := key.id // a copy, so that only this one moves to the heap
		bytes, length = unsafe.Pointer(&id), len(id)
	}
	read := userReads.Get().(*userRead)
	user, err := d.readUserInto(read, C.int32_t(key.kind), bytes, C.size_t(length))
	userReads.Put(read)
	return user, err
}

func (d *Directory) readUserInto(read *userRead, kind C.int32_t, key unsafe.Pointer, length C.size_t) (User, error) {
	for {
		handle := d.native
		handleUsed()
		status := C.hc_user_read(handle, kind, key, length, (*C.uint8_t)(unsafe.SliceData(read.buffer)),
			C.size_t(len(read.buffer)), &read.written, &read.failure)
		runtime.KeepAlive(d)
		if status == C.HC_STATUS_OK {
			break
		}
		err := failure(status, read.failure)
		read.failure = nil
		if !grow(&read.buffer, err) {
			return User{}, err
		}
	}
	batch := read.buffer[:read.written]
	if len(batch) == 0 {
		return User{}, errNobody
	}
	record, err := firstRecord(batch, usersBatch)
	if err != nil {
		return User{}, err
	}
	return unpackUser(record), nil
}

// userCall runs a native function that makes a user, and takes that; the zero User is
// none.
func (d *Directory) userCall(function func(*C.hc_directory, **C.hc_user, **C.hc_error) C.hc_status) (User, error) {
	var native *C.hc_user
	var e *C.hc_error
	handle := d.native
	handleUsed()
	status := function(handle, &native, &e)
	runtime.KeepAlive(d)
	if status != C.HC_STATUS_OK {
		return User{}, failure(status, e)
	}
	return takeUser(native), nil
}

// takeUser reads a native user and frees it.
func takeUser(native *C.hc_user) User {
	if native == nil {
		return User{}
	}
	defer C.hc_user_free(native)
	var f C.hcgo_user
	C.hcgo_user_fields(native, &f)
	u := User{
		ID:         readID(f.id),
		Email:      C.GoString(f.email),
		Username:   C.GoString(f.username),
		GivenName:  C.GoString(f.given_name),
		FamilyName: C.GoString(f.family_name),
		Active:     f.active == 1,
		Admin:      f.admin == 1,
		Version:    uint64(f.version),
		CreatedAt:  time.UnixMicro(int64(f.created_at_micros)).UTC(),
		UpdatedAt:  time.UnixMicro(int64(f.updated_at_micros)).UTC(),
	}
	if f.deactivated_at_micros != 0 {
		u.DeactivatedAt = time.UnixMicro(int64(f.deactivated_at_micros)).UTC()
	}
	if f.attributes > 0 {
		u.attributes = make(pairs, f.attributes)
	}
	for i := range u.attributes {
		var name, value *C.char
		var length C.size_t
		C.hc_user_attribute_at(native, C.size_t(i), &name, &value, &length)
		u.attributes[i] = pair{C.GoString(name), C.GoStringN(value, C.int(length))}
	}
	if f.has_external_ids == 1 {
		u.externalIDs = readExternalIDs(func(i C.size_t, provisioner, id *C.char) C.int32_t {
			return C.hc_user_external_id_at(native, i, provisioner, id)
		})
	}
	return u
}

// readExternalIDs reads the external ids of a user or a workspace.
func readExternalIDs(at func(i C.size_t, provisioner, id *C.char) C.int32_t) (ids pairs) {
	var provisioner [C.HC_PROVISIONER_BYTES]C.char
	var id [C.HC_EXTERNAL_ID_BYTES]C.char
	for at(C.size_t(len(ids)), &provisioner[0], &id[0]) == 1 {
		ids = append(ids, pair{C.GoString(&provisioner[0]), C.GoString(&id[0])})
	}
	return ids
}

// CreateUser creates a user, who takes a seat unless inactive.
//
// It fails with [ErrEmailTaken], [ErrUsernameTaken] or [ErrIDTaken] when another user has
// those, with [ErrNoFreeSeat] when all seats are in use, and with the kinds of malformed
// input, such as [ErrInvalidEmail].
func (d *Directory) CreateUser(user NewUser) (User, error) {
	return d.applyOne(newOperation(C.HC_OPERATION_CREATE_USER).newUser(&user))
}

// UpdateUser changes fields of a user, and returns the updated user.
//
// It fails with [ErrUserNotFound], with [ErrConflict] when the user is not at the version
// that the update expects, with [ErrLastAdmin] when no active admin would be left, and as
// [Directory.CreateUser] does.
func (d *Directory) UpdateUser(ref string, update UserUpdate) (User, error) {
	return d.applyOne(newOperation(C.HC_OPERATION_UPDATE_USER).user(ref).userUpdate(&update))
}

// applyOne applies an operation, and returns the user it was about.
func (d *Directory) applyOne(operation *Operation) (User, error) {
	native := C.hc_batch_new()
	defer C.hc_batch_free(native)
	if err := pack(native, operation); err != nil {
		return User{}, err
	}
	var applied *C.hc_applied
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_apply(h, native, &applied, e)
	})
	if err != nil {
		return User{}, err
	}
	defer C.hc_applied_free(applied)
	user, err := appliedUser(applied, 0)
	if err != nil {
		return User{}, err
	}
	if user == nil {
		return User{}, &Error{Kind: ErrInternal, Message: "the library returned no user: this is a bug", Operation: -1}
	}
	return *user, nil
}

// ActivateUser makes a user active. It does nothing if the user is active. It fails with
// [ErrUserNotFound], and with [ErrNoFreeSeat] when all seats are in use.
func (d *Directory) ActivateUser(ref string) (User, error) {
	bytes, length := text(ref)
	return d.userCall(func(h *C.hc_directory, u **C.hc_user, e **C.hc_error) C.hc_status {
		return C.hc_user_activate(h, bytes, length, u, e)
	})
}

// DeactivateUser makes a user inactive, which frees a seat; nothing happens to one who
// is. It fails with [ErrUserNotFound], [ErrLastAdmin], [ErrLastOwner], and with
// [ErrOwnAccount] for the user that the directory acts as.
func (d *Directory) DeactivateUser(ref string) (User, error) {
	bytes, length := text(ref)
	return d.userCall(func(h *C.hc_directory, u **C.hc_user, e **C.hc_error) C.hc_status {
		return C.hc_user_deactivate(h, bytes, length, u, e)
	})
}

// DeleteUser deletes a user for good. The id is not given again as long as the change that
// deletes the user is kept (see TrimChanges); the email and the
// username are free for others. It fails as [Directory.DeactivateUser] does.
func (d *Directory) DeleteUser(ref string) error {
	bytes, length := text(ref)
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_user_delete(h, bytes, length, e)
	})
}

// Users returns all users, active or not, ordered by email, as they are when the loop begins.
// An error ends the loop.
//
//	for user, err := range dir.Users() {
//		if err != nil {
//			return err
//		}
//		fmt.Println(user.Email)
//	}
func (d *Directory) Users() iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		var cursor *C.hc_cursor
		err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
			return C.hc_directory_list_users(h, &cursor, e)
		})
		if err != nil {
			yield(User{}, err)
			return
		}
		defer C.hc_cursor_free(cursor)
		if err := readUsers(cursor, func(u User) bool { return yield(u, nil) }); err != nil {
			yield(User{}, err)
		}
	}
}

func readUsers(cursor *C.hc_cursor, each func(User) bool) error {
	return readList(usersBatch, func(b *C.uint8_t, n C.size_t, w *C.size_t, e **C.hc_error) C.hc_status {
		return C.hc_cursor_next_batch(cursor, b, n, w, e)
	}, func(r []byte) bool { return each(unpackUser(r)) })
}
