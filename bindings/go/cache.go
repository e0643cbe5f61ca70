package headcount

import (
	"hash/maphash"
	"sync"
)

const cacheShards = 16

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
	most := max(users/(4*cacheShards), 1)
	c.byRef.init(most)
	c.byEmail.init(most)
	c.byUsername.init(most)
	c.byID.init(most)
	return c
}

type cache[K comparable] struct {
	seed   maphash.Seed
	most   int
	shards [cacheShards]shard[K]
}

type shard[K comparable] struct {
	lock  sync.RWMutex
	users map[K]cached
	_     [64]byte // Locks of neighbours are not on one cache line.
}

type cached struct {
	generation uint64
	user       *User
}

func (c *cache[K]) init(most int) {
	c.seed = maphash.MakeSeed()
	c.most = most
	for i := range c.shards {
		c.shards[i].users = map[K]cached{}
	}
}

func (c *cache[K]) shard(key K) *shard[K] {
	return &c.shards[maphash.Comparable(c.seed, key)%cacheShards]
}

// get is the user that was kept in this generation; nil if none was.
func (c *cache[K]) get(generation uint64, key K) *User {
	s := c.shard(key)
	s.lock.RLock()
	found, kept := s.users[key]
	s.lock.RUnlock()
	if !kept || found.generation != generation || generation%2 != 0 {
		return nil
	}
	return found.user
}

// put keeps a user that was read after the generation was, unless a commit was going on.
func (c *cache[K]) put(generation uint64, key K, user *User) {
	if generation%2 != 0 {
		return
	}
	s := c.shard(key)
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.users) >= c.most {
		clear(s.users)
	}
	s.users[key] = cached{generation, user}
}
