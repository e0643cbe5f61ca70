package headcount

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Rare but legal texts, numbers, times, paths and orders of calls, and illegal ones.

func TestTextsComeBackAsTheyWere(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	for _, name := range []string{"😀 🦀", "שלום עולם", strings.Repeat("x", 200), strings.Repeat("é", 100), "\ufffd"} {
		value := "a\x00b" + name
		user := must[User](t)(d.CreateUser(NewUser{Email: "a@ex.co", GivenName: name, Attributes: map[string]string{name: value}}))
		many := must[[]*User](t)(d.UsersByIDs([]ID{user.ID}))
		for _, read := range []User{user, *many[0], must[User](t)(d.UserByEmail("a@ex.co")), must[User](t)(d.ActivateUser("a@ex.co"))} {
			equal(t, name, read.GivenName)
			found, _ := read.Attribute(name)
			equal(t, value, found)
		}
		ok(t, d.DeleteUser("a@ex.co"))
	}
	_, err := d.User("")
	refused(t, ErrUserNotFound, err)
}

func TestTextsThatAreNotUTF8AreRefused(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	create(t, d, "a@ex.co")
	for _, broken := range []string{"\xff", "x\xed\xa0\x80", "\xf0\x9f\xa6"} {
		for _, call := range []func() error{
			func() error { _, err := d.User(broken); return err },
			func() error { _, err := d.UserByUsername(broken); return err },
			func() error { _, err := d.CreateUser(NewUser{Email: "b@ex.co", GivenName: broken}); return err },
			func() error {
				_, err := d.UpdateUser("a@ex.co", UserUpdate{SetAttributes: map[string]string{broken: "a"}})
				return err
			},
			func() error { _, err := d.Query(Query{Search: broken}); return err },
			func() error { _, err := d.Through(broken); return err },
			func() error { _, err := d.CreateWorkspace(broken, "a@ex.co"); return err },
			func() error { return d.TouchUser(broken) },
			func() error { _, err := ParseLicense(broken); return err },
		} {
			refused(t, ErrInvalidUTF8, call())
		}
	}
}

func TestNumbersAndMomentsAtTheirEnds(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	late := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	equal(t, late, must[User](t)(d.CreateUser(NewUser{Email: "a@ex.co", CreatedAt: late})).CreatedAt)
	for _, year := range []int{-1, 1969, 10_000, 300_000, 586_542} {
		at := time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)
		_, err := d.CreateUser(NewUser{Email: "b@ex.co", CreatedAt: at})
		refused(t, ErrInvalidArgument, err)
		_, err = d.Query(Query{CreatedSince: at})
		refused(t, ErrInvalidArgument, err)
		_, err = d.SeatHistory(at)
		refused(t, ErrInvalidArgument, err)
	}
	_, err := d.UpdateUser("a@ex.co", UserUpdate{IfVersion: math.MaxUint64})
	equal(t, uint64(math.MaxUint64), refused(t, ErrConflict, err).Versions.Expected)
	for _, limit := range []int{-1, math.MinInt, math.MaxInt} {
		_, err = d.Query(Query{Limit: limit})
		refused(t, ErrInvalidArgument, err)
	}
	ok(t, d.SetLicense(SeatLicense(math.MaxUint64-1)))
	equal(t, uint64(math.MaxUint64-1), must[Seats](t)(d.Seats()).Limit)
	_, err = d.Workspace(math.MaxUint64)
	refused(t, ErrWorkspaceNotFound, err)
	feed := must[*Feed](t)(d.Follow(math.MaxUint64))
	_, _, err = feed.TryNext()
	refused(t, ErrChangeNotYet, err)
	ok(t, feed.Close())
}

func TestTimesAreFromNothingToADay(t *testing.T) {
	d, path := onDisk(t, CommunityLicense())
	for _, wrong := range []time.Duration{math.MinInt64, -1, 24*time.Hour + 1, math.MaxInt64} {
		_, err := Open(path, &Options{OpenTimeout: wrong})
		refused(t, ErrInvalidArgument, err)
		_, err = OpenInMemory(&Options{SyncInterval: wrong})
		refused(t, ErrInvalidArgument, err)
	}
	_, err := Open(path, &Options{OpenTimeout: -time.Second})
	equal(t, "headcount: OpenTimeout is -1s; give 0 or more", err.Error())
	if _, isError := err.(*Error); !isError {
		t.Errorf("the refusal is a %T", err)
	}
	time.AfterFunc(20*time.Millisecond, func() { _ = d.Close() })
	again := must[*Directory](t)(Open(path, &Options{OpenTimeout: 24 * time.Hour}))
	ok(t, again.Close())
}

func hasThread(t *testing.T, name string) bool {
	for _, path := range must[[]string](t)(filepath.Glob("/proc/self/task/*/comm")) {
		found, _ := os.ReadFile(path) // It fails for a thread that has ended.
		if strings.TrimSpace(string(found)) == name {
			return true
		}
	}
	return false
}

func TestAShortTimeIsNotTakenForNone(t *testing.T) {
	for _, d := range []time.Duration{0, 1, time.Millisecond - 1, time.Millisecond, time.Millisecond + 1} {
		equal(t, uint64(math.Ceil(float64(d)/1e6)), uint64(milliseconds(d)))
	}
	// A write is on disk when it returns, or the file is synced in the background.
	path := filepath.Join(t.TempDir(), "users.redb")
	d := must[*Directory](t)(Open(path, &Options{SyncInterval: time.Nanosecond}))
	create(t, d, "a@ex.co")
	// The thread that does so names itself when it first runs.
	for begun := time.Now(); !hasThread(t, "headcount-sync"); time.Sleep(time.Millisecond) {
		equal(t, true, time.Since(begun) < 20*time.Second)
	}
	ok(t, d.Close())
}

func TestAWaitIsOverBeforeItBeginsWhenItsContextIs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, path := onDisk(t, CommunityLicense())
	feed := must[*Feed](t)(d.Follow(0))
	defer feed.Close()
	_, err := feed.Next(ctx)
	equal(t, context.Canceled, err)
	_, err = OpenContext(ctx, path, nil)
	refused(t, ErrAlreadyOpen, err)
	equal(t, true, errors.Is(err, context.Canceled))
}

func TestAPathIsThatOfAFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "größe 李 🦀")
	ok(t, os.Mkdir(folder, 0o755))
	path := filepath.Join(folder, ` users 'a' "b".redb`)
	ok(t, must[*Directory](t)(Open(path, nil)).Close())
	must[os.FileInfo](t)(os.Stat(path))
	_, err := Open(filepath.Join(folder, "none", "users.redb"), nil)
	refused(t, ErrIO, err)
	_, err = Open(filepath.Join(folder, "none"), &Options{MustExist: true})
	refused(t, ErrIO, err)
	for _, wrong := range []string{folder, "", "a\x00b"} {
		if _, err := Open(wrong, nil); err == nil {
			t.Errorf("%q was opened", wrong)
		}
	}
	first := must[*Directory](t)(Open(path, &Options{ReadOnly: true}))
	second := must[*Directory](t)(Open(path, &Options{ReadOnly: true}))
	_, err = first.CreateUser(NewUser{Email: "a@ex.co"})
	refused(t, ErrReadOnly, err)
	ok(t, first.Close())
	ok(t, second.Close())
}

func TestListsGoOnWhileOthersWriteAndEndWhenTheDirectoryIsClosed(t *testing.T) {
	d := must[*Directory](t)(OpenInMemory(&Options{License: EnterpriseLicense()}))
	var batch Batch
	for i := range 5000 {
		batch.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i), GivenName: strings.Repeat("x", 100)})
	}
	must[Applied](t)(d.Apply(&batch))
	seen := 0
	for _, err := range d.Users() {
		ok(t, err)
		if seen++; seen%1000 == 0 {
			ok(t, d.DeleteUser(fmt.Sprintf("u%d@ex.co", seen/1000)))
			runtime.GC()
		}
	}
	equal(t, 5000, seen)
	func() {
		defer func() { equal(t, any("of the loop"), recover()) }()
		for range d.Users() {
			panic("of the loop")
		}
	}()
	seen = 0
	var last error
	for _, err := range d.Users() {
		if last = err; seen == 0 {
			ok(t, d.Close())
			ok(t, d.Close())
		}
		seen++
	}
	refused(t, ErrClosed, last)
}
