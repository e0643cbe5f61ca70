package headcount

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// A hostCache keeps users on this side of the calls into C. An entry is valid while the
// library's generation is what it was before the user was read; see
// hc_directory_generation in headcount.h.
type hostCache struct {
	byRef, byEmail, byUsername cache[string]
	byID                       cache[ID]
}

func newHostCache(users int) *hostCache {
	if users < 0 {
		return nil
	}
	if users == 0 {
		users = 65_536
	}
	c := &hostCache{}
	most := users / 4
	c.byRef.init(most)
	c.byEmail.init(most)
	c.byUsername.init(most)
	c.byID.init(most)
	return c
}

// A cache is a table of sets. A key has one set, any of whose places may hold it, so that a hit
// takes no lock.
type cache[K comparable] struct {
	seed   maphash.Seed
	places []atomic.Pointer[cached[K]]
}

// A set has this many places; both it and the number of sets are powers of two.
const cacheWays = 4

type cached[K comparable] struct {
	generation uint64
	key        K
	user       User
}

func (c *cache[K]) init(most int) {
	c.seed = maphash.MakeSeed()
	sets := 1 << (bits.Len(uint(max(most/cacheWays, 1))) - 1)
	c.places = make([]atomic.Pointer[cached[K]], sets*cacheWays)
}

// set returns the set of a key, and the place in it to give up when all are in use.
func (c *cache[K]) set(key K) ([]atomic.Pointer[cached[K]], uint64) {
	hash := maphash.Comparable(c.seed, key)
	start := hash & uint64(len(c.places)-1) &^ (cacheWays - 1)
	return c.places[start : start+cacheWays], hash >> 62
}

// get returns the user that was kept in this generation; nil if none was.
func (c *cache[K]) get(generation uint64, key K) *User {
	if generation%2 != 0 {
		return nil
	}
	set, _ := c.set(key)
	for i := range set {
		if found := set[i].Load(); found != nil && found.generation == generation && found.key == key {
			return &found.user
		}
	}
	return nil
}

// put keeps a user that was read after the generation was, unless a commit was going on.
func (c *cache[K]) put(generation uint64, key K, user User) {
	if generation%2 != 0 {
		return
	}
	set, place := c.set(key)
	for i := range set {
		// An entry from before a commit is never valid again.
		if found := set[i].Load(); found == nil || found.generation != generation {
			place = uint64(i)
			break
		}
	}
	set[place].Store(&cached[K]{generation, key, user})
}
