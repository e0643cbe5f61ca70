package headcount

import (
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
)

// A hostCache keeps users on this side of the calls into C. An entry is valid while the
// library's generation is what it was before the user was read; see
// hc_directory_generation in headcount.h.
type hostCache struct {
	byRef, byEmail, byUsername cache[string]
	byID                       cache[ID]
}

// The tables of this many users take 32 MiB before any user is in them.
const hostCacheUsersMax = 1 << 22

func newHostCache(users int) *hostCache {
	if users < 0 {
		return nil
	}
	if users == 0 {
		users = 65_536
	}
	c := &hostCache{}
	most := min(users, hostCacheUsersMax) / 4
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

// set returns the places that may hold a key.
func (c *cache[K]) set(key K) []atomic.Pointer[cached[K]] {
	start := maphash.Comparable(c.seed, key) & uint64(len(c.places)-1) &^ (cacheWays - 1)
	return c.places[start : start+cacheWays]
}

// get returns the user that was kept in this generation; nil if none was.
func (c *cache[K]) get(generation uint64, key K) *User {
	if generation%2 != 0 {
		return nil
	}
	set := c.set(key)
	for i := range set {
		if found := set[i].Load(); found != nil && found.generation == generation && found.key == key {
			return &found.user
		}
	}
	return nil
}

// put keeps a user that was read after the generation was, unless a commit was going on or
// the set has entries of a later generation. Where all places are in use, any of them is
// given up: a fixed choice would let two keys that are in use evict each other forever.
func (c *cache[K]) put(generation uint64, key K, user User) {
	if generation%2 != 0 {
		return
	}
	set := c.set(key)
	victim := rand.IntN(cacheWays)
	replaced := set[victim].Load()
	for i := range set {
		found := set[i].Load()
		switch {
		case found == nil || found.generation < generation:
			victim, replaced = i, found
		case found.generation > generation || found.key == key:
			return
		}
	}
	// It fails when another goroutine was faster, whose entry may be of a later generation.
	set[victim].CompareAndSwap(replaced, &cached[K]{generation, key, user})
}
