package headcount

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// Writers in other goroutines and through another handle: nobody who has seen a version
// sees an older one, through the cache or past it.
func TestTheCacheNeverShowsAnOlderState(t *testing.T) {
	d := memory(t, EnterpriseLicense())
	other := must[*Directory](t)(d.ActingAs(must[ID](t)(NewID())))
	emails := []string{"ann@ex.co", "bob@ex.co"}
	for _, email := range emails {
		create(t, d, email)
	}
	var done atomic.Bool
	var hits atomic.Int64
	var readers, writers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			seen := map[string]uint64{}
			for !done.Load() {
				for turn := range 12 {
					email := emails[turn%2]
					user, err := d.UserByEmail(email)
					if turn%3 == 0 {
						user, err = past(d, email)
					} else if d.cache.byEmail.get(d.generation(), email) != nil {
						hits.Add(1)
					}
					if err != nil || user.Version < seen[email] {
						t.Errorf("version %d after %d, %v", user.Version, seen[email], err)
						return
					}
					seen[email] = user.Version
				}
			}
		})
	}
	for i, handle := range []*Directory{d, other} {
		writers.Go(func() {
			for number := range 300 {
				wrote, err := handle.UpdateUser(emails[i], UserUpdate{GivenName: new(fmt.Sprint(number))})
				read, err2 := d.UserByEmail(emails[i])
				if err != nil || err2 != nil || read.Version < wrote.Version {
					t.Errorf("read version %d after %d was written, %v, %v", read.Version, wrote.Version, err, err2)
					return
				}
			}
		})
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
	if hits.Load() < 1000 {
		t.Errorf("only %d hits: no race", hits.Load())
	}
}

// past reads a user without the cache of this package. The caller keeps d alive.
func past(d *Directory, email string) (User, error) {
	without := &Directory{native: d.native}
	return without.UserByEmail(email)
}

func TestTheCacheIsBounded(t *testing.T) {
	d := must[*Directory](t)(OpenInMemory(&Options{License: EnterpriseLicense(), HostCacheUsers: 64}))
	for i := range 500 {
		u := create(t, d, fmt.Sprintf("u%d@ex.co", i))
		must[User](t)(d.UserByEmail(u.Email))
		must[User](t)(d.UserByID(u.ID))
		equal(t, u.ID, must[User](t)(d.UserByID(u.ID)).ID)
	}
	kept := 0
	for i := range d.cache.byEmail.places {
		if d.cache.byEmail.places[i].Load() != nil {
			kept++
		}
	}
	equal(t, true, kept > 8 && kept <= 16)
	ok(t, d.DeleteUser("u499@ex.co"))
	_, err := d.UserByEmail("u499@ex.co")
	refused(t, ErrUserNotFound, err)
	ok(t, d.Close())
	_, err = d.UserByEmail("u498@ex.co")
	refused(t, ErrClosed, err)
	none := must[*Directory](t)(OpenInMemory(&Options{HostCacheUsers: -1}))
	equal(t, true, none.cache == nil)
	create(t, none, "a@ex.co")
	must[User](t)(none.UserByEmail("a@ex.co"))
}
