//! One table of the cache: users by key, bounded by bytes.
//!
//! A random lookup costs the memory it touches. Here it touches two places: the slot, which
//! holds the key itself, and the user. Maps and general caches touch three or four, for an
//! index or for the text of the key. The table is open-addressed with linear probing. When
//! it is full, CLOCK chooses the entry to evict, so that users who are read once don't
//! displace those who are read often.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::key::{Key, KeyRef, weight};
use crate::model::User;

/// Minimum slots of a table that isn't empty.
const SLOTS_MIN: usize = 16;

/// A slot for one user under one key: one cache line.
#[derive(Default)]
#[repr(align(64))]
struct Slot {
    hash: u64,
    key: Key,
    /// `None` if the slot is free.
    user: Option<Arc<User>>,
    /// Whether it was read since the clock hand last passed.
    referenced: AtomicBool,
}

impl Slot {
    fn holds(&self, key: &KeyRef<'_>) -> bool {
        self.hash == key.hash && key.is(&self.key)
    }
}

/// A key that a reader has reserved, in order to insert a user.
struct Reservation {
    hash: u64,
    ticket: u64,
}

/// A table of users.
pub(super) struct Table {
    /// Empty, or a power of two of slots, of which at least a quarter are free.
    slots: Vec<Slot>,
    used: usize,
    bytes: usize,
    bytes_max: usize,
    /// The clock hand: the slot at which the search for an entry to evict continues.
    hand: usize,
    /// The reservations in use: a few.
    reserved: Vec<Reservation>,
    next_ticket: u64,
}

impl Table {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
            bytes: 0,
            bytes_max,
            hand: 0,
            reserved: Vec::new(),
            next_ticket: 0,
        }
    }

    /// Users in the table.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// The total weight of the entries.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The user with this key.
    pub(super) fn get(&self, key: &KeyRef<'_>) -> Option<&Arc<User>> {
        let slot = self.slots.get(self.find(key)?)?;
        if !slot.referenced.load(Ordering::Relaxed) {
            slot.referenced.store(true, Ordering::Relaxed);
        }
        slot.user.as_ref()
    }

    /// Reads from the home slot of the key, so that it is in the processor's cache for the
    /// lookup.
    pub(super) fn touch(&self, key: &KeyRef<'_>) -> u64 {
        self.slots
            .get(self.home(key.hash))
            .map_or(0, |slot| slot.hash)
    }

    /// Reserves a key until it is [filled](Self::fill), given back or removed.
    pub(super) fn reserve(&mut self, key: &KeyRef<'_>) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.reserved.push(Reservation {
            hash: key.hash,
            ticket,
        });
        ticket
    }

    /// Gives a reservation back; returns whether it was still valid.
    pub(super) fn give_back(&mut self, ticket: u64) -> bool {
        let place = self.reserved.iter().position(|r| r.ticket == ticket);
        place
            .map(|place| self.reserved.swap_remove(place))
            .is_some()
    }

    /// Inserts a user under the key that was reserved with `ticket`, unless the reservation
    /// was cancelled.
    pub(super) fn fill(&mut self, key: &KeyRef<'_>, ticket: u64, user: &Arc<User>) {
        if self.give_back(ticket) {
            self.insert(key, user);
        }
    }

    /// Removes the entry with this key, and cancels reservations of it.
    pub(super) fn remove(&mut self, key: &KeyRef<'_>) {
        self.reserved.retain(|r| r.hash != key.hash);
        if let Some(place) = self.find(key) {
            self.remove_at(place);
        }
    }

    /// Removes everything, and cancels all reservations.
    pub(super) fn clear(&mut self) {
        self.slots = Vec::new();
        self.reserved.clear();
        (self.used, self.bytes, self.hand) = (0, 0, 0);
    }

    fn insert(&mut self, key: &KeyRef<'_>, user: &Arc<User>) {
        // Another reader may have inserted the same user.
        if self.find(key).is_some() {
            return;
        }
        let owned = key.to_key();
        let bytes = weight(&owned, user);
        if bytes > self.bytes_max {
            return;
        }
        while self.bytes + bytes > self.bytes_max {
            self.evict_one();
        }
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = Slot {
            hash: key.hash,
            key: owned,
            user: Some(Arc::clone(user)),
            referenced: AtomicBool::new(false),
        };
        self.place(slot);
        self.used += 1;
        self.bytes += bytes;
    }

    /// The home slot of a hash.
    fn home(&self, hash: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        // Only bits above the mask can be cut off.
        #[allow(clippy::cast_possible_truncation, reason = "the mask takes less")]
        let low = hash as usize;
        low & mask
    }

    fn next(&self, place: usize) -> usize {
        (place + 1) & self.slots.len().wrapping_sub(1)
    }

    /// The slot of a key. The search ends at a free slot; there always is one.
    fn find(&self, key: &KeyRef<'_>) -> Option<usize> {
        let mut place = self.home(key.hash);
        loop {
            let slot = self.slots.get(place)?;
            slot.user.as_ref()?;
            if slot.holds(key) {
                return Some(place);
            }
            place = self.next(place);
        }
    }

    /// Puts an entry into the first free slot from its home on.
    fn place(&mut self, slot: Slot) {
        let mut place = self.home(slot.hash);
        while self.slots[place].user.is_some() {
            place = self.next(place);
        }
        self.slots[place] = slot;
    }

    /// Frees a slot, and moves up the entries after it that could not be found any more.
    fn remove_at(&mut self, place: usize) {
        let slot = std::mem::take(&mut self.slots[place]);
        if let Some(user) = &slot.user {
            self.bytes -= weight(&slot.key, user);
            self.used -= 1;
        }
        let (mut free, mut place) = (place, self.next(place));
        while self.slots[place].user.is_some() {
            let home = self.home(self.slots[place].hash);
            let mask = self.slots.len() - 1;
            // Whether the free slot lies between the home and the current slot.
            let (to_place, to_free) = (place.wrapping_sub(home), free.wrapping_sub(home));
            if to_free & mask <= to_place & mask {
                self.slots.swap(free, place);
                free = place;
            }
            place = self.next(place);
        }
    }

    /// Evicts the next entry that was not read since the hand last passed.
    fn evict_one(&mut self) {
        while let Some(slot) = self.slots.get_mut(self.hand) {
            if slot.user.is_some() && !std::mem::take(slot.referenced.get_mut()) {
                // Entries that move up are checked next.
                return self.remove_at(self.hand);
            }
            self.hand = self.next(self.hand);
        }
    }

    fn grow(&mut self) {
        let count = (self.slots.len() * 2).max(SLOTS_MIN);
        let slots = std::iter::repeat_with(Slot::default).take(count).collect();
        let old = std::mem::replace(&mut self.slots, slots);
        self.hand = 0;
        for slot in old {
            if slot.user.is_some() {
                self.place(slot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::key::{CacheKeyKind, Hashing};
    use super::super::tests::user;
    use super::*;

    fn put(table: &mut Table, key: &KeyRef<'_>, user: &Arc<User>) {
        let ticket = table.reserve(key);
        table.fill(key, ticket, user);
    }

    #[test]
    fn a_slot_is_a_cache_line() {
        assert_eq!(size_of::<Slot>(), 64);
    }

    #[test]
    fn it_agrees_with_a_map_whatever_is_put_and_removed() {
        let hashing = Hashing::default();
        let mut table = Table::new(1 << 20);
        let mut map = HashMap::new();
        let mut step = 1_u64;
        for number in 0..20_000 {
            step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let name = format!("{}@ex.co", (step >> 40) % 300);
            let key = KeyRef::new(&hashing, CacheKeyKind::Email, name.as_bytes());
            // The first half inserts more than it removes, the second half removes more.
            if (step >> 33) % 8 < if number < 10_000 { 5 } else { 2 } {
                let user = Arc::new(user(&name, 1));
                map.entry(name.clone()).or_insert_with(|| Arc::clone(&user));
                put(&mut table, &key, &user);
            } else {
                map.remove(&name);
                table.remove(&key);
            }
            let found = table.get(&key);
            assert_eq!(found.is_some(), map.contains_key(&name));
            assert_eq!(table.len(), map.len());
        }
        for (name, user) in &map {
            let key = KeyRef::new(&hashing, CacheKeyKind::Email, name.as_bytes());
            assert!(Arc::ptr_eq(table.get(&key).unwrap(), user));
            table.remove(&key);
        }
        assert_eq!((table.len(), table.bytes()), (0, 0));
        assert!(table.slots.iter().all(|slot| slot.user.is_none()));
        assert!(table.reserved.is_empty());
    }

    #[test]
    fn who_is_read_often_stays_and_who_is_read_once_goes() {
        let hashing = Hashing::default();
        let mut table = Table::new(100_000);
        let names: Vec<_> = (0..20_000).map(|n| format!("user{n}@ex.co")).collect();
        let key = |n: usize| KeyRef::new(&hashing, CacheKeyKind::Email, names[n].as_bytes());
        for (n, name) in names.iter().enumerate() {
            put(&mut table, &key(n), &Arc::new(user(name, 1)));
            for often in 0..10 {
                assert!(n < often || table.get(&key(often)).is_some(), "{n}");
            }
            assert!(table.bytes() <= 100_000);
        }
        assert!(table.len() > 100, "{}", table.len());
    }

    #[test]
    fn a_user_who_is_too_large_is_not_kept() {
        let hashing = Hashing::default();
        let mut table = Table::new(100);
        let key = KeyRef::new(&hashing, CacheKeyKind::Email, b"ann@ex.co");
        put(&mut table, &key, &Arc::new(user("ann@ex.co", 1)));
        assert_eq!((table.len(), table.bytes()), (0, 0));
    }
}
