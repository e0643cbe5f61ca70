package headcount

import (
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
)

// A hostCache keeps users on this side of the calls into C, each under the key by which it was
// read. An entry is valid while the library's generation is what it was before the user was
// read; see hc_directory_generation in headcount.h.
//
// It is a table of places. A key may be in any of a few places in a row, so a hit takes no lock,
// and there are never more entries than places.
type hostCache struct {
	seed   maphash.Seed
	places []atomic.Pointer[cached]
	ways   int
}

// The places of this many users take 32 MiB before any user is in them.
const hostCacheUsersMax = 1 << 22

// Up to this many places may hold a key.
const cacheWays = 4

type cached struct {
	generation uint64
	key        userKey
	user       User
}

// A userKey is how a user was asked for: by a text of some kind, or by an id.
type userKey struct {
	kind int32
	text string
	id   ID
}

func newHostCache(users int) *hostCache {
	if users < 0 {
		return nil
	}
	if users == 0 {
		users = 65_536
	}
	c := &hostCache{seed: maphash.MakeSeed(), places: make([]atomic.Pointer[cached], min(users, hostCacheUsersMax))}
	c.ways = min(cacheWays, len(c.places))
	return c
}

// set returns the places that may hold a key.
func (c *hostCache) set(key *userKey) []atomic.Pointer[cached] {
	var hash uint64
	if key.text != "" {
		hash = maphash.String(c.seed, key.text)
	} else {
		hash = maphash.Bytes(c.seed, key.id[:])
	}
	// Spread over the starts of as many places in a row.
	start, _ := bits.Mul64(hash+uint64(key.kind)<<56, uint64(len(c.places)-c.ways+1))
	return c.places[start : start+uint64(c.ways)]
}

// get returns the user that was kept in this generation; nil if none was.
func (c *hostCache) get(generation uint64, key *userKey) *User {
	if generation%2 != 0 {
		return nil
	}
	set := c.set(key)
	for i := range set {
		if found := set[i].Load(); found != nil && found.generation == generation && found.key == *key {
			return &found.user
		}
	}
	return nil
}

// put keeps a user that was read after the generation was, unless a commit was going on or
// the set has entries of a later generation. If all places are in use, a random one is
// overwritten: a fixed choice would let two keys that are in use evict each other forever.
func (c *hostCache) put(generation uint64, key *userKey, user User) {
	if generation%2 != 0 {
		return
	}
	set := c.set(key)
	victim := rand.IntN(len(set))
	replaced := set[victim].Load()
	for i := len(set) - 1; i >= 0; i-- { // Downward, so that the first free place wins.
		found := set[i].Load()
		switch {
		case found == nil || found.generation < generation:
			victim, replaced = i, found
		case found.generation > generation || found.key == *key:
			return
		}
	}
	// It fails when another goroutine was faster, whose entry may be of a later generation.
	set[victim].CompareAndSwap(replaced, &cached{generation, *key, user})
}
