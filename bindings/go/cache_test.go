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
					} else if d.cache.get(d.generation(), byEmail(email)) != nil {
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

func byEmail(email string) *userKey {
	return &userKey{kind: keyEmail, text: email}
}

func byID(id ID) *userKey {
	return &userKey{kind: keyID, id: id}
}

func (c *hostCache) count() (kept int) {
	for i := range c.places {
		if c.places[i].Load() != nil {
			kept++
		}
	}
	return kept
}

// As many users as the option says, each counted once for each key by which it was read.
func TestTheCacheHoldsAsManyUsersAsTheOptionSays(t *testing.T) {
	for _, users := range []int{1, 2, 3, 4, 5, 64, 100} {
		d := must[*Directory](t)(OpenInMemory(&Options{License: EnterpriseLicense(), HostCacheUsers: users}))
		var batch Batch
		for i := range 10 * users {
			batch.CreateUser(NewUser{Email: fmt.Sprintf("u%d@ex.co", i)})
		}
		must[Applied](t)(d.Apply(&batch))
		for u, err := range d.Users() {
			ok(t, err)
			equal(t, u.ID, must[User](t)(d.UserByID(u.ID)).ID)
			equal(t, true, d.cache.get(d.generation(), byID(u.ID)) != nil)
			equal(t, u.ID, must[User](t)(d.User(u.Email)).ID)
		}
		equal(t, users, d.cache.count())
		last := fmt.Sprintf("u%d@ex.co", 10*users-1)
		must[User](t)(d.UserByEmail(last))
		equal(t, true, d.cache.get(d.generation(), byEmail(last)) != nil)
		ok(t, d.DeleteUser(last))
		_, err := d.UserByEmail(last)
		refused(t, ErrUserNotFound, err)
		ok(t, d.Close())
		_, err = d.UserByEmail("u0@ex.co")
		refused(t, ErrClosed, err)
	}
	for users, places := range map[int]int{0: 65_536, math.MaxInt: hostCacheUsersMax} {
		equal(t, places, len(newHostCache(users).places))
	}
	none := must[*Directory](t)(OpenInMemory(&Options{HostCacheUsers: -1}))
	equal(t, true, none.cache == nil)
	create(t, none, "a@ex.co")
	must[User](t)(none.UserByEmail("a@ex.co"))
}

// Every place is used, and what was read by one key is not found by another.
func TestKeysOfEveryKindShareTheTable(t *testing.T) {
	c := newHostCache(64)
	kinds := []int32{keyAny, keyEmail, keyUsername}
	for i := range 1000 {
		for _, kind := range kinds {
			key := &userKey{kind: kind, text: fmt.Sprint(i)}
			c.put(2, key, User{Version: uint64(kind)})
			equal(t, uint64(kind), c.get(2, key).Version)
		}
	}
	equal(t, 64, c.count())
	c.put(2, byEmail("x"), User{})
	equal(t, true, c.get(2, &userKey{kind: keyUsername, text: "x"}) == nil)
}

// Two keys that are read in turn both stay in the end, whichever set and place they hash to.
func TestKeysOfAFullSetDoNotEvictEachOtherForever(t *testing.T) {
	a, b := byEmail("a"), byEmail("b")
	for range 50 {
		c := newHostCache(cacheWays)
		for _, key := range []string{"w", "x", "y", "z"} {
			c.put(2, byEmail(key), User{})
		}
		for turn := 0; c.get(2, a) == nil || c.get(2, b) == nil; turn++ {
			if turn == 1000 {
				t.Fatal("two keys evict each other")
			}
			for _, key := range []*userKey{a, b} {
				if c.get(2, key) == nil {
					c.put(2, key, User{})
				}
			}
		}
	}
}

func TestALaterEntryIsNotReplacedByAnEarlierOne(t *testing.T) {
	c := newHostCache(cacheWays)
	a, b := byEmail("a"), byEmail("b")
	for range cacheWays {
		c.put(4, a, User{Version: 2})
		c.put(2, a, User{Version: 1})
		c.put(2, b, User{Version: 1})
		equal(t, uint64(2), c.get(4, a).Version)
	}
	equal(t, true, c.get(2, a) == nil && c.get(2, b) == nil)
	for _, key := range []string{"b", "c", "d", "e"} {
		c.put(6, byEmail(key), User{})
	}
	for _, key := range []string{"b", "c", "d", "e"} {
		equal(t, true, c.get(6, byEmail(key)) != nil)
	}
}
