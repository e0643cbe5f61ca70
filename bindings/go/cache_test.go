package headcount

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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
	const enough = 1000
	var done atomic.Bool
	var hits atomic.Int64
	deadline := time.Now().Add(2 * time.Minute)
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
			// Both go on until the readers have met enough hits.
			for number := 0; number < 300 || hits.Load() < enough && time.Now().Before(deadline); number++ {
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
	if hits.Load() < enough {
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

func TestAnyNumberOfCachedUsersIsTaken(t *testing.T) {
	d := must[*Directory](t)(Open(t.TempDir()+"/users.redb", &Options{HostCacheUsers: math.MaxInt}))
	equal(t, hostCacheUsersMax/4, len(d.cache.byEmail.places))
	create(t, d, "a@ex.co")
	equal(t, "a@ex.co", must[User](t)(d.UserByEmail("a@ex.co")).Email)
	ok(t, d.Close())
}

// Two keys that are read in turn both stay in the end, whichever set and place they hash to.
func TestKeysOfAFullSetDoNotEvictEachOtherForever(t *testing.T) {
	for range 50 {
		var c cache[string]
		c.init(cacheWays)
		for _, key := range []string{"w", "x", "y", "z"} {
			c.put(2, key, User{})
		}
		for turn := 0; c.get(2, "a") == nil || c.get(2, "b") == nil; turn++ {
			if turn == 1000 {
				t.Fatal("two keys evict each other")
			}
			for _, key := range []string{"a", "b"} {
				if c.get(2, key) == nil {
					c.put(2, key, User{})
				}
			}
		}
	}
}

func TestALaterEntryIsNotReplacedByAnEarlierOne(t *testing.T) {
	var c cache[string]
	c.init(cacheWays)
	for range cacheWays {
		c.put(4, "a", User{Version: 2})
		c.put(2, "a", User{Version: 1})
		c.put(2, "b", User{Version: 1})
		equal(t, uint64(2), c.get(4, "a").Version)
	}
	equal(t, true, c.get(2, "a") == nil && c.get(2, "b") == nil)
	for _, key := range []string{"b", "c", "d", "e"} {
		c.put(6, key, User{})
	}
	for _, key := range []string{"b", "c", "d", "e"} {
		equal(t, true, c.get(6, key) != nil)
	}
}
