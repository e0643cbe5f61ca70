package headcount

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// What programs do to a directory while they use it in other ways.

func TestAWriterAndAReaderMayUseTheDirectory(t *testing.T) {
	d, _ := onDisk(t, EnterpriseLicense())
	create(t, d, "a@ex.co")
	calls := 0
	ok(t, d.Export(writer(func(b []byte) (int, error) {
		calls++
		create(t, d, fmt.Sprintf("u%d@ex.co", calls))
		must[User](t)(d.User("a@ex.co"))
		return len(b), d.Export(io.Discard)
	})))
	equal(t, true, calls > 0)
	// Closing ends the export, or comes after its end.
	err := d.Export(writer(func(b []byte) (int, error) { return len(b), d.Close() }))
	if err != nil {
		refused(t, ErrClosed, err)
	}
	_, err = d.User("a@ex.co")
	refused(t, ErrClosed, err)
}

// Calls of every kind that are under way when the directory is closed, or come after it.
func TestClosingEndsEveryCall(t *testing.T) {
	for round := range 20 {
		d := must[*Directory](t)(Open(filepath.Join(t.TempDir(), "users.redb"), &Options{License: EnterpriseLicense()}))
		create(t, d, "a@ex.co")
		var number int
		var lock sync.Mutex
		calls := map[string]func() error{
			"User": func() error { _, err := d.User("a@ex.co"); return err },
			"CreateUser": func() error {
				lock.Lock()
				number++
				email := fmt.Sprintf("u%d@ex.co", number)
				lock.Unlock()
				_, err := d.CreateUser(NewUser{Email: email})
				return err
			},
			"Users":         func() error { return last(d.Users()) },
			"Find":          func() error { return last(d.Find(Query{Limit: 1})) },
			"FollowChanges": func() error { return last(d.FollowChanges(t.Context(), 0)) },
			"Export":        func() error { return d.Export(io.Discard) },
			"Through":       func() error { _, err := d.Through("rest"); return err },
			"Verify":        func() error { _, err := d.Verify(); return err },
		}
		var group sync.WaitGroup
		for name, call := range calls {
			group.Go(func() {
				for {
					if err := call(); err != nil {
						if !errors.Is(err, ErrClosed) {
							t.Errorf("%s: %v", name, err)
						}
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Millisecond)
		for range 2 {
			group.Go(func() { ok(t, d.Close()) })
		}
		group.Wait()
	}
}

func TestEveryCallOfAClosedDirectoryIsRefused(t *testing.T) {
	d := memory(t, CommunityLicense())
	ok(t, d.Close())
	calls := methods(d)
	delete(calls, "close") // It may be called again.
	for name, call := range calls {
		err := func() (err error) {
			defer func() { err, _ = recover().(error) }()
			switch items := invoke(call, func(argument any) {
				switch argument := argument.(type) {
				case *context.Context:
					*argument = t.Context()
				case *string:
					*argument = "rest"
				case *NewUser:
					argument.Email = "a@ex.co"
				case *Role:
					*argument = Owner
				case **Batch:
					*argument = &Batch{}
				case *io.Writer:
					*argument = io.Discard
				case *io.Reader:
					*argument = strings.NewReader("")
				}
			}).(type) {
			case iter.Seq2[User, error]:
				all(items)
			case iter.Seq2[Workspace, error]:
				all(items)
			case iter.Seq2[Change, error]:
				all(items)
			}
			return nil
		}()
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	equal(t, true, len(calls) > 50)
}

// last is the error that ends a loop, if one does.
func last[T any](items iter.Seq2[T, error]) (err error) {
	for _, err = range items {
	}
	return err
}

func TestALoopMayBeLeftAndBegunAgain(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	var batch Batch
	for i := range 3000 {
		batch.CreateUser(NewUser{Email: fmt.Sprintf("u%04d@ex.co", i)})
	}
	must[Applied](t)(d.Apply(&batch))
	users := d.Users()
	next, stop := iter.Pull2(users)
	for i := range 1500 {
		user, err, more := next()
		ok(t, err)
		equal(t, true, more)
		equal(t, fmt.Sprintf("u%04d@ex.co", i), user.Email)
	}
	equal(t, 3000, len(all(users))) // another loop over the same list, from its start
	stop()
	_, _, more := next()
	equal(t, false, more)
	pairs := 0
	for range users {
		for range d.Find(Query{EmailPrefix: "u000"}) {
			pairs++
		}
		if pairs == 30 {
			break
		}
	}
	equal(t, 30, pairs)
}

func TestWhatIsForgottenIsFreed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.redb")
	func() {
		d := must[*Directory](t)(Open(path, nil))
		create(t, d, "a@ex.co")
		feed := must[*Feed](t)(must[*Directory](t)(d.Through("rest")).Follow(0))
		must[Change](t)(feed.Next(t.Context()))
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		runtime.GC()
		d, err := Open(path, nil)
		if err == nil {
			ok(t, d.Close())
			return
		}
		refused(t, ErrAlreadyOpen, err)
		ok(t, ctx.Err())
		time.Sleep(time.Millisecond)
	}
}

// A program that ends without closing anything, while others write and wait.
func TestAProgramMayEndWithOpenHandles(t *testing.T) {
	if path := os.Getenv("HEADCOUNT_ENDS"); path != "" {
		d := must[*Directory](t)(Open(path, &Options{License: EnterpriseLicense()}))
		go func() { _ = last(d.FollowChanges(context.Background(), 0)) }()
		wrote := make(chan struct{})
		for writer := range 4 {
			go func() {
				for i := 0; ; i++ {
					fmt.Printf("wrote %s\n", create(t, d, fmt.Sprintf("w%dn%d@ex.co", writer, i)).Email)
					wrote <- struct{}{}
				}
			}()
		}
		for range 10 {
			<-wrote
		}
		os.Exit(0)
	}
	path := filepath.Join(t.TempDir(), "users.redb")
	child := exec.Command(os.Args[0], "-test.run=^TestAProgramMayEndWithOpenHandles$")
	child.Env = append(os.Environ(), "HEADCOUNT_ENDS="+path)
	child.Stderr = os.Stderr
	output := string(must[[]byte](t)(child.Output()))
	d := must[*Directory](t)(Open(path, nil))
	defer d.Close()
	wrote := 0
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		if email, is := strings.CutPrefix(lines.Text(), "wrote "); is && strings.HasSuffix(email, "@ex.co") {
			must[User](t)(d.UserByEmail(email))
			wrote++
		}
	}
	equal(t, true, wrote > 0)
}

// Each argument that can be nil, but for options, whose nil stands for the defaults.
func TestNilArgumentsAreRefused(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	create(t, d, "a@ex.co")
	feed := must[*Feed](t)(d.Follow(0))
	defer feed.Close()
	calls := methods(d)
	calls["next"] = feed.Next
	calls["open_context"] = func(ctx context.Context) (*Directory, error) { return OpenContext(ctx, "", nil) }
	tried := 0
	for name, call := range calls {
		if !takesNil(reflect.TypeOf(call)) {
			continue
		}
		err := func() (err error) {
			defer func() { err, _ = recover().(error) }()
			if items, isLoop := invoke(call, func(any) {}).(iter.Seq2[Change, error]); isLoop {
				all(items)
			}
			return nil
		}()
		equal(t, true, strings.HasSuffix(refused(t, ErrInvalidArgument, err).Message, " is nil; give one"))
		tried++
		t.Log(name, err)
	}
	equal(t, 8, tried) // Three take batches, two streams, and three contexts.
}

func takesNil(function reflect.Type) bool {
	for i := range function.NumIn() {
		if kind := function.In(i).Kind(); kind == reflect.Pointer || kind == reflect.Interface {
			return true
		}
	}
	return false
}

func TestZeroHandlesAreRefused(t *testing.T) {
	var d Directory
	_, err := d.User("a@ex.co")
	if err == nil {
		t.Error("a zero Directory has users")
	}
	equal(t, true, last(d.Users()) != nil && d.Close() != nil)
	var feed Feed
	_, err = feed.Next(t.Context())
	refused(t, ErrClosed, err)
	_, _, err = feed.TryNext()
	refused(t, ErrClosed, err)
	ok(t, feed.Close())
}
