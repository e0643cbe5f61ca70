package headcount

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func TestABatchIsAllOrNothing(t *testing.T) {
	d := memory(t, SeatLicense(1))
	old := create(t, d, "old@ex.co")
	var batch Batch
	batch.RequestID = must[ID](t)(NewID())
	batch.Actor = must[ID](t)(NewID())
	batch.DeactivateUser("old@ex.co").IfVersion(old.Version)
	batch.CreateUser(NewUser{Email: "new@ex.co", Attributes: map[string]string{"b": "2", "a": "1", "c": "3"}})
	batch.CreateWorkspace("Lab", "new@ex.co")
	batch.AddMember(WorkspaceName("lab"), "old@ex.co", Collaborator)
	equal(t, 4, batch.Len())

	dry := must[Applied](t)(d.DryRun(&batch))
	equal(t, 4, len(dry.Outcomes))
	equal(t, 0, len(must[[]*Error](t)(d.Preview(&batch))))
	equal(t, 1, must[Seats](t)(d.Seats()).Active+must[Seats](t)(d.Seats()).Inactive)

	applied := must[Applied](t)(d.Apply(&batch))
	equal(t, false, applied.Replayed)
	equal(t, old.ID, applied.Outcomes[0].UserID)
	equal(t, 2, applied.Outcomes[0].Version)
	equal(t, "new@ex.co", applied.Outcomes[1].User.Email)
	equal(t, WorkspaceSubject, applied.Outcomes[2].Subject)
	equal(t, applied.Outcomes[2].WorkspaceID, applied.Outcomes[3].WorkspaceID)

	again := must[Applied](t)(d.Apply(&batch))
	equal(t, true, again.Replayed)
	equal(t, applied.Sequence, again.Sequence)

	batch.SetLicense(SeatLicense(7))
	_, err := d.Apply(&batch)
	refused(t, ErrRequestIDReused, err)

	var bad Batch
	bad.CreateUser(NewUser{Email: "x@ex.co", Inactive: true})
	bad.DeleteUser("nobody@ex.co")
	bad.ActivateUser("old@ex.co").IfVersion(9)
	_, err = d.Apply(&bad)
	equal(t, 1, refused(t, ErrUserNotFound, err).Operation)
	refusals := must[[]*Error](t)(d.Preview(&bad))
	equal(t, 2, len(refusals))
	equal(t, ErrConflict, refusals[1].Kind)
	_, err = d.User("x@ex.co")
	refused(t, ErrUserNotFound, err)

	var malformed Batch
	malformed.ActivateUser("old@ex.co")
	malformed.CreateUser(NewUser{Email: "none"})
	_, err = d.Apply(&malformed)
	equal(t, 1, refused(t, ErrInvalidEmail, err).Operation)

	// Without its malformed operations it is another batch: what is said of that is not told.
	nothing := Batch{RequestID: batch.RequestID}
	nothing.CreateUser(NewUser{Email: "none"})
	refusals = must[[]*Error](t)(d.Preview(&nothing))
	equal(t, 1, len(refusals))
	equal(t, ErrInvalidEmail, refusals[0].Kind)
}

func TestABatchDoesEverythingWithWorkspaces(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	create(t, d, "a@ex.co")
	create(t, d, "b@ex.co")
	for _, byName := range []bool{true, false} {
		ref := WorkspaceName("One")
		if !byName {
			ref = WorkspaceID(must[Workspace](t)(d.CreateWorkspace("One", "a@ex.co")).ID)
		}
		var b Batch
		if byName {
			b.CreateWorkspace("One", "a@ex.co")
		}
		b.AddMember(ref, "b@ex.co", Collaborator)
		b.SetRole(ref, "b@ex.co", Owner)
		b.RemoveMember(ref, "a@ex.co")
		b.ArchiveWorkspace(ref)
		b.RestoreWorkspace(ref)
		b.RenameWorkspace(ref, "Two")
		if byName {
			ref = WorkspaceName("Two")
		}
		b.DeleteWorkspace(ref)
		b.DefaultWorkspace("a@ex.co")
		b.UpdateUser("b@ex.co", UserUpdate{GivenName: new("Bea")})
		must[Applied](t)(d.Apply(&b))
	}
	var left []string
	for w, err := range d.Workspaces() {
		ok(t, err)
		left = append(left, w.Name)
	}
	equal(t, 1, len(left))

	var ownerless Batch
	ownerless.CreateWorkspace("Empty", "")
	_, err := d.Apply(&ownerless)
	refused(t, ErrLastOwner, err)
	ownerless.AllowOwnerless = true
	must[Applied](t)(d.Apply(&ownerless))
}

func TestWorkspacesHaveMembers(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	a, b := create(t, d, "a@ex.co"), create(t, d, "b@ex.co")
	w := must[Workspace](t)(d.CreateWorkspace("Löb", "a@ex.co"))
	ok(t, d.AddMember(w.ID, "b@ex.co", Collaborator))
	refused(t, ErrRoleDiffers, d.AddMember(w.ID, "b@ex.co", Owner))
	ok(t, d.SetRole(w.ID, b.ID.String(), Owner))
	members := must[[]Member](t)(d.Members(w.ID))
	equal(t, 2, len(members))
	equal(t, b.ID, members[1].User)
	equal(t, Owner, members[1].Role)
	equal(t, 2, members[1].Version)
	ok(t, d.RemoveMember(w.ID, "a@ex.co"))
	refused(t, ErrLastOwner, d.RemoveMember(w.ID, "b@ex.co"))
	equal(t, 0, len(must[[]Member](t)(d.WorkspacesOf("a@ex.co"))))
	equal(t, w.ID, must[[]Member](t)(d.WorkspacesOf("b@ex.co"))[0].Workspace)

	own := must[Workspace](t)(d.DefaultWorkspace("a@ex.co"))
	equal(t, a.ID, own.DefaultOf)
	refused(t, ErrDefaultWorkspace, d.DeleteWorkspace(own.ID))
	equal(t, true, must[Workspace](t)(d.ArchiveWorkspace(w.ID)).Archived)
	refused(t, ErrWorkspaceArchived, d.AddMember(w.ID, "a@ex.co", Owner))
	equal(t, false, must[Workspace](t)(d.RestoreWorkspace(w.ID)).Archived)
	equal(t, "New", must[Workspace](t)(d.RenameWorkspace(w.ID, "New")).Name)
	equal(t, w.ID, must[Workspace](t)(d.WorkspaceByName("NEW")).ID)
	page := must[Page](t)(d.Query(Query{MemberOf: w.ID, MemberRole: Owner}))
	equal(t, "b@ex.co", page.Users[0].Email)
	ok(t, d.DeleteWorkspace(w.ID))
	_, err := d.Workspace(w.ID)
	refused(t, ErrWorkspaceNotFound, err)
	equal(t, Collaborator, must[Role](t)(ParseRole("collaborator")))
	equal(t, "user", Collaborator.String())
}

func TestAQueryGoesPageByPage(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	before := time.Now().Add(-time.Hour)
	for i := range 7 {
		must[User](t)(d.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i), Inactive: i == 6, Admin: i == 0}))
	}
	create(t, d, "x@else.co")
	var emails []string
	query := Query{State: OnlyActive, EmailDomain: "ex.co", Descending: true, Limit: 2}
	for u, err := range d.Find(query) {
		ok(t, err)
		emails = append(emails, u.Email)
	}
	equal(t, "u5@ex.co u4@ex.co u3@ex.co u2@ex.co u1@ex.co u0@ex.co", strings.Join(emails, " "))
	for want, query := range map[uint64]Query{
		1: {AdminsOnly: true},
		6: query,
		8: {Sort: ByCreation, CreatedSince: before, ChangedSince: before},
		7: {EmailPrefix: "U", UsernamePrefix: "u", Sort: ByUsername},
		0: {CreatedSince: time.Now().Add(time.Hour)},
	} {
		equal(t, want, must[uint64](t)(d.Count(query)))
		equal(t, int(want), len(must[Page](t)(d.Query(Query{
			State: query.State, AdminsOnly: query.AdminsOnly, EmailDomain: query.EmailDomain, EmailPrefix: query.EmailPrefix,
			UsernamePrefix: query.UsernamePrefix, CreatedSince: query.CreatedSince, ChangedSince: query.ChangedSince, Sort: query.Sort,
		})).Users))
	}
	equal(t, 1, must[uint64](t)(d.Count(Query{State: OnlyInactive})))
	_, err := d.Query(Query{Limit: 10_001})
	refused(t, ErrInvalidArgument, err)
	_, err = d.Query(Query{MemberOf: 99})
	refused(t, ErrWorkspaceNotFound, err)
	for range d.Users() {
		break // a loop may be left early
	}
}

func TestAFeedTellsEveryChange(t *testing.T) {
	d := memory(t, CommunityLicense())
	u := create(t, d, "a@ex.co")
	must[User](t)(d.UpdateUser("a@ex.co", UserUpdate{GivenName: new("A")}))
	ok(t, d.SetLicense(SeatLicense(9)))
	feed := must[*Feed](t)(d.Follow(0))
	ctx := t.Context()
	first := must[Change](t)(feed.Next(ctx))
	equal(t, 1, first.Sequence)
	equal(t, Event{Kind: UserCreated, User: u.ID, Active: true}, first.Events[0])
	equal(t, 1, feed.Position())
	equal(t, GivenNameField, must[Change](t)(feed.Next(ctx)).Events[0].Fields)
	equal(t, Event{Kind: LicenseSet, License: SeatLicense(9)}, must[Change](t)(feed.Next(ctx)).Events[0])
	go d.DeleteUser("a@ex.co")
	equal(t, UserDeleted, must[Change](t)(feed.Next(ctx)).Events[0].Kind)

	equal(t, 2, must[uint64](t)(d.TrimChanges(3)))
	for _, err := range d.FollowChanges(ctx, 0) {
		equal(t, 2, refused(t, ErrHistoryTrimmed, err).ResumeAfter)
	}
	for _, err := range d.FollowChanges(ctx, 99) {
		equal(t, 4, refused(t, ErrChangeNotYet, err).LatestChange)
	}
	ok(t, feed.Close())
	ok(t, feed.Close())
	_, err := feed.Next(ctx)
	refused(t, ErrClosed, err)
}

func TestAWaitCanBeCancelled(t *testing.T) {
	d := memory(t, CommunityLicense())
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	time.AfterFunc(20*time.Millisecond, func() { cancel(enough) })
	for _, err := range d.FollowChanges(ctx, 0) {
		equal(t, true, errors.Is(err, enough))
	}
	for what, end := range map[string]func(*Feed){
		"close of the feed":      func(f *Feed) { ok(t, f.Close()) },
		"close of the directory": func(*Feed) { ok(t, d.Close()) },
	} {
		feed := must[*Feed](t)(d.Follow(0))
		time.AfterFunc(20*time.Millisecond, func() { end(feed) })
		if _, err := feed.Next(t.Context()); !errors.Is(err, ErrClosed) {
			t.Fatalf("%s: %v", what, err)
		}
		ok(t, feed.Close())
		if what == "close of the directory" {
			break
		}
	}
}

func TestAReaderWithoutEndLeavesOthersTheirTime(t *testing.T) {
	feed := must[*Feed](t)(memory(t, CommunityLicense()).Follow(0))
	ended := make(chan error)
	go func() {
		_, err := feed.Next(context.Background())
		ended <- err
	}()
	for len(feed.reading) == 0 {
		time.Sleep(time.Millisecond)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, found, err := feed.TryNext()
		equal(t, false, found)
		ok(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err = feed.Next(ctx)
		equal(t, context.DeadlineExceeded, err)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("the others wait too")
	}
	ok(t, feed.Close())
	refused(t, ErrClosed, <-ended)
	_, _, err := feed.TryNext()
	refused(t, ErrClosed, err)
}

func TestAHeldFileIsWaitedFor(t *testing.T) {
	d, path := onDisk(t, CommunityLicense())
	_, err := Open(path, nil)
	e := refused(t, ErrAlreadyOpen, err)
	equal(t, true, e.Retryable)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err = OpenContext(ctx, path, nil)
	refused(t, ErrAlreadyOpen, err)
	equal(t, true, errors.Is(err, context.DeadlineExceeded))
	time.AfterFunc(20*time.Millisecond, func() { d.Close() })
	ok(t, must[*Directory](t)(OpenContext(t.Context(), path, nil)).Close())
	reader := must[*Directory](t)(Open(path, &Options{ReadOnly: true, OpenTimeout: time.Second}))
	defer reader.Close()
	_, err = reader.CreateUser(NewUser{Email: "a@ex.co"})
	refused(t, ErrReadOnly, err)
	_, err = Open(filepath.Join(t.TempDir(), "none"), &Options{MustExist: true, PageCacheBytes: 1 << 20,
		CacheBytes: -1, LogBytes: 1 << 20, SyncInterval: time.Second, SalvageLog: true})
	refused(t, ErrIO, err)
}

func TestABackupIsADirectory(t *testing.T) {
	d, path := onDisk(t, CommunityLicense())
	create(t, d, "a@ex.co")
	backup := filepath.Join(t.TempDir(), "backup.redb")
	copied := must[Copied](t)(d.Backup(backup, false))
	equal(t, Copied{Users: 1, Sequence: 1, Bytes: copied.Bytes}, copied)
	_, err := d.Backup(backup, false)
	refused(t, ErrIO, err)
	create(t, d, "b@ex.co")
	equal(t, Verified{Active: 2, Changes: 2}, must[Verified](t)(d.Verify()))
	stats := must[Stats](t)(d.Stats())
	equal(t, 2, stats.UsersActive)
	equal(t, 2, stats.LatestChange)
	equal(t, true, strings.Contains(must[string](t)(d.StatsText()), "headcount_"))
	equal(t, 0, must[Faults](t)(d.FindFaults(10)).Total)
	ok(t, d.Close())
	_, err = d.StatsText()
	refused(t, ErrClosed, err)

	equal(t, 1, must[Copied](t)(Restore(backup, path, true)).Users)
	before, after, err := Compact(path)
	ok(t, err)
	equal(t, true, before >= after && after > 0)
	equal(t, 0, must[Faults](t)(FindFaultsIn(path, 10)).Total)
	equal(t, 0, must[Faults](t)(Repair(path, "", 10)).SetAside)

	ok(t, os.WriteFile(backup, []byte("no directory, whatever its name says"), 0o600))
	_, err = Open(backup, nil)
	refused(t, ErrCorrupted, err)
}

func TestAnExportMakesTheSameDirectory(t *testing.T) {
	d, fresh := memory(t, SeatLicense(3)), memory(t, CommunityLicense())
	for i := range 20 {
		must[User](t)(d.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i), Inactive: i > 0,
			Attributes: map[string]string{"note": strings.Repeat("x", 10_000)}}))
	}
	var lines bytes.Buffer
	ok(t, d.Export(&lines))
	refused(t, ErrInvalidArgument, fresh.Load(bytes.NewReader(lines.Bytes()[:lines.Len()-30])))
	equal(t, 0, must[uint64](t)(fresh.Count(Query{})))
	ok(t, fresh.Load(iotest.OneByteReader(bytes.NewReader(lines.Bytes()))))
	for u, err := range d.Users() {
		ok(t, err)
		equal(t, fmt.Sprint(u), fmt.Sprint(must[User](t)(fresh.UserByID(u.ID))))
	}
	equal(t, SeatLicense(3), must[Seats](t)(fresh.Seats()).License)
	full := errors.New("no space left")
	equal(t, full, d.Export(writer(func([]byte) (int, error) { return 0, full })))
	equal(t, full, memory(t, CommunityLicense()).Load(iotest.ErrReader(full)))
}

func TestAPanicOfTheCallersCodeLeavesTheDirectoryUsable(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	within := func(what string, call func()) {
		t.Helper()
		done := make(chan struct{})
		go func() { defer close(done); call() }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			panic(what + " waits for ever") // not Fatal, which waits for the goroutine
		}
	}
	returned := false
	for i, end := range []func(){func() { panic("of the caller") }, runtime.Goexit} {
		for _, call := range []func() error{
			func() error { return d.Load(reader(func([]byte) (int, error) { end(); return 0, nil })) },
			func() error { return d.Export(writer(func([]byte) (int, error) { end(); return 0, nil })) },
		} {
			var panicked any
			within("the call", func() {
				defer func() { panicked = recover() }()
				_ = call()
				returned = true
			})
			equal(t, false, returned)
			equal(t, i == 0, panicked == any("of the caller"))
		}
		within("a write", func() { create(t, d, fmt.Sprintf("u%d@ex.co", i)) })
		d = memory(t, EnterpriseLicense()) // empty, so that it can be loaded
	}
	equal(t, io.ErrNoProgress, d.Load(reader(func([]byte) (int, error) { return 0, nil })))

	ok(t, SetLogger(slog.New(slog.NewTextHandler(writer(func([]byte) (int, error) { panic("of the handler") }), nil))))
	defer func() { ok(t, SetLogger(nil)) }()
	within("opening", func() {
		d := check(Open(filepath.Join(t.TempDir(), "users.redb"), nil))
		create(t, d, "a@ex.co")
		ok(t, d.Close())
	})
}

func TestTheLastSeatHasOneWinner(t *testing.T) {
	d := memory(t, SeatLicense(1))
	var won, lost int
	var lock sync.Mutex
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			_, err := d.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i)})
			lock.Lock()
			defer lock.Unlock()
			if err == nil {
				won++
			} else if errors.Is(err, ErrNoFreeSeat) {
				lost++
			}
		})
	}
	group.Wait()
	equal(t, 1, won)
	equal(t, 9, lost)
}

// With the tag headcount_gc, garbage is collected while each handle is in use.
func TestHandlesLiveUntilTheirCallsReturn(t *testing.T) {
	for range 50 {
		d := must[*Directory](t)(OpenInMemory(nil))
		must[User](t)(d.CreateUser(NewUser{Email: "a@ex.co"}))
		feed := must[*Feed](t)(must[*Directory](t)(d.ActingAs(ID{1})).Follow(0))
		must[Change](t)(feed.Next(t.Context()))
	}
}

func TestMessagesGoToALogger(t *testing.T) {
	var lock sync.Mutex
	var out bytes.Buffer
	write := writer(func(b []byte) (int, error) {
		lock.Lock()
		defer lock.Unlock()
		return out.Write(b)
	})
	ok(t, SetLogger(slog.New(slog.NewTextHandler(write, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	d, _ := onDisk(t, CommunityLicense())
	ok(t, d.Close())
	ok(t, SetLogger(nil))
	lock.Lock()
	defer lock.Unlock()
	equal(t, true, strings.Contains(out.String(), "target=headcount"))
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

type reader func([]byte) (int, error)

func (r reader) Read(b []byte) (int, error) { return r(b) }

func TestExternalIDsNameUsersAndWorkspaces(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	ids := map[string]string{"okta": "00u1", "my idp": "größe"}
	ann := must[User](t)(d.CreateUser(NewUser{Email: "ann@ex.co", ExternalIDs: ids}))
	listed := must[User](t)(d.User(ann.ID.String()))
	for _, u := range []*User{&ann, &listed} {
		equal(t, true, maps.Equal(ids, maps.Collect(u.ExternalIDs())))
		id, found := u.ExternalID("okta")
		equal(t, "00u1true", fmt.Sprint(id, found))
	}
	equal(t, ann.ID, must[User](t)(d.UserByExternalID("my idp", "größe")).ID)
	_, err := d.UserByExternalID("okta", "00U1")
	refused(t, ErrUserNotFound, err)
	ann = must[User](t)(d.UpdateUser("ann@ex.co", UserUpdate{
		SetExternalIDs: map[string]string{"entra": "1"}, RemoveExternalIDs: []string{"okta"}}))
	equal(t, true, maps.Equal(map[string]string{"entra": "1", "my idp": "größe"}, maps.Collect(ann.ExternalIDs())))
	_, err = d.UpdateUser("ann@ex.co", UserUpdate{SetExternalIDs: map[string]string{"entra": ""}})
	refused(t, ErrInvalidArgument, err)
	_, err = d.CreateUser(NewUser{Email: "bob@ex.co", ExternalIDs: map[string]string{"entra": "1"}})
	refused(t, ErrExternalIDTaken, err)

	w := must[Workspace](t)(d.CreateWorkspace("Fraud", "ann@ex.co"))
	w = must[Workspace](t)(d.SetWorkspaceExternalID(w.ID, "okta", "g1"))
	id, _ := w.ExternalID("okta")
	equal(t, "g1", id)
	equal(t, w.ID, must[Workspace](t)(d.WorkspaceByExternalID("okta", "g1")).ID)
	var batch Batch
	batch.SetWorkspaceExternalID(WorkspaceName("fraud"), "okta", "")
	must[Applied](t)(d.Apply(&batch))
	_, err = d.WorkspaceByExternalID("okta", "g1")
	refused(t, ErrWorkspaceNotFound, err)
}

func TestChangesSayTheirDoorAndSightingsAreNone(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	ann := create(t, d, "ann@ex.co")
	rest := must[*Directory](t)(d.Through("rest"))
	create(t, rest, "bob@ex.co")
	batch := Batch{Door: "import"}
	batch.CreateUser(NewUser{Email: "cho@ex.co"})
	must[Applied](t)(rest.Apply(&batch))
	_, err := d.Through("two words")
	refused(t, ErrInvalidArgument, err)
	batch.Door = "two words"
	_, err = d.Apply(&batch)
	refused(t, ErrInvalidArgument, err)
	equal(t, ErrInvalidArgument, must[[]*Error](t)(d.Preview(&batch))[0].Kind)

	equal(t, true, must[time.Time](t)(d.LastSeen("ann@ex.co")).IsZero())
	ok(t, d.TouchUser("ann@ex.co"))
	seen := must[time.Time](t)(d.LastSeen("ann@ex.co"))
	equal(t, true, !seen.Before(ann.CreatedAt) && !seen.After(time.Now()))
	refused(t, ErrUserNotFound, d.TouchUser("nobody@ex.co"))

	feed := must[*Feed](t)(d.Follow(0))
	defer feed.Close()
	for _, door := range []string{"", "rest", "import"} {
		equal(t, door, must[Change](t)(feed.Next(context.Background())).Door)
	}
	_, more, err := feed.TryNext()
	equal(t, "false <nil>", fmt.Sprint(more, err))
}
