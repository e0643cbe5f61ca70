//! The writes that are in the log and not yet in the database, ordered by key.
//!
//! One thread adds commits while others read. Each write is kept under its key
//! and the sequence number of its commit, newest first, so a reader who knows up
//! to which commit it may see finds the right one without any lock.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::Bound;

use crossbeam_skiplist::SkipMap;
use crossbeam_skiplist::map;

use crate::engine::{KeyRange, Order};

/// What a key becomes; `None` removes it.
pub(super) type Slot = Option<Vec<u8>>;

/// An entry of [`Memtable`], which holds on to it.
pub(super) type Entry<'a> = map::Entry<'a, Key, Slot>;

/// Writes by key and commit.
#[derive(Default)]
pub(super) struct Memtable(SkipMap<Key, Slot>);

/// A key, and the commit that wrote it.
pub(super) struct Key {
    bytes: Vec<u8>,
    sequence: u64,
}

impl Memtable {
    /// Adds the writes of the commit `sequence`. Nobody sees them who may not see
    /// that commit.
    pub(super) fn add(&self, sequence: u64, writes: impl IntoIterator<Item = (Vec<u8>, Slot)>) {
        for (bytes, slot) in writes {
            self.0.insert(Key { bytes, sequence }, slot);
        }
    }

    /// Everything as it had become by the commit `sequence`, in the order of the keys.
    pub(super) fn newest(&self, sequence: u64) -> impl Iterator<Item = Entry<'_>> {
        let all = (Bound::Unbounded, Bound::Unbounded);
        self.scan(all, Order::Ascending, sequence)
    }

    /// How many there are, of all commits.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What `key` had become by the commit `sequence`, if any wrote it.
    pub(super) fn get(&self, key: &[u8], sequence: u64) -> Option<Entry<'_>> {
        let first: &dyn Place = &(key, sequence);
        self.0
            .lower_bound(Bound::Included(first))
            .filter(|entry| entry.key().bytes == key)
    }

    /// What each key of `range` had become by the commit `sequence`.
    pub(super) fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        sequence: u64,
    ) -> impl Iterator<Item = Entry<'_>> {
        // All commits of a key lie between its numbers MAX and 0, which none has.
        let start = match range.0 {
            Bound::Included(key) => Some((key, u64::MAX)),
            Bound::Excluded(key) => Some((key, 0)),
            Bound::Unbounded => None,
        };
        let end = match range.1 {
            Bound::Included(key) => Some((key, 0)),
            Bound::Excluded(key) => Some((key, u64::MAX)),
            Bound::Unbounded => None,
        };
        Versions {
            next: self.first(start, end, order),
            end: match order {
                Order::Ascending => end.map(|(key, number)| (key.to_vec(), number)),
                Order::Descending => start.map(|(key, number)| (key.to_vec(), number)),
            },
            order,
            sequence,
        }
    }

    /// The entry that a scan starts with.
    fn first(
        &self,
        start: Option<(&[u8], u64)>,
        end: Option<(&[u8], u64)>,
        order: Order,
    ) -> Option<Entry<'_>> {
        match order {
            Order::Ascending => match &start {
                Some(place) => self.0.lower_bound(Bound::Included(place as &dyn Place)),
                None => self.0.front(),
            },
            Order::Descending => match &end {
                Some(place) => self.0.upper_bound(Bound::Included(place as &dyn Place)),
                None => self.0.back(),
            },
        }
    }
}

/// The entries of a range, of each key the one that may be seen.
struct Versions<'a> {
    /// The entry to look at next.
    next: Option<Entry<'a>>,
    /// The place where the scan ends.
    end: Option<(Vec<u8>, u64)>,
    order: Order,
    sequence: u64,
}

impl<'a> Versions<'a> {
    /// The next entry of any commit, if it lies in the range.
    fn any(&mut self) -> Option<Entry<'a>> {
        let entry = self.next.take()?;
        if let Some((key, number)) = &self.end {
            let side = entry.key().place().cmp(&(&key[..], *number) as &dyn Place);
            let beyond = match self.order {
                Order::Ascending => Ordering::Greater,
                Order::Descending => Ordering::Less,
            };
            if side == beyond {
                return None;
            }
        }
        self.next = match self.order {
            Order::Ascending => entry.next(),
            Order::Descending => entry.prev(),
        };
        Some(entry)
    }

    /// Whether the entry to come is of the same key, and may be seen.
    fn continues(&self, key: &[u8]) -> bool {
        self.next
            .as_ref()
            .is_some_and(|next| next.key().bytes == key && next.key().sequence <= self.sequence)
    }
}

impl<'a> Iterator for Versions<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            let mut entry = self.any()?;
            if entry.key().sequence > self.sequence {
                continue;
            }
            match self.order {
                // The newest came first; the older ones are passed over.
                Order::Ascending => {
                    while self.continues(&entry.key().bytes) {
                        self.any();
                    }
                }
                // The newest comes last.
                Order::Descending => {
                    while self.continues(&entry.key().bytes) {
                        entry = self.any()?;
                    }
                }
            }
            return Some(entry);
        }
    }
}

impl Key {
    /// The key without the commit.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn place(&self) -> &dyn Place {
        self
    }
}

/// What the order is by, so that a key can be looked up that is only borrowed.
trait Place {
    fn key(&self) -> &[u8];
    fn sequence(&self) -> u64;
}

impl Place for Key {
    fn key(&self) -> &[u8] {
        &self.bytes
    }

    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Place for (&[u8], u64) {
    fn key(&self) -> &[u8] {
        self.0
    }

    fn sequence(&self) -> u64 {
        self.1
    }
}

impl Ord for dyn Place + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        let newest_first = || other.sequence().cmp(&self.sequence());
        self.key().cmp(other.key()).then_with(newest_first)
    }
}

impl PartialOrd for dyn Place + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Place + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for dyn Place + '_ {}

impl<'p> Borrow<dyn Place + 'p> for Key {
    fn borrow(&self) -> &(dyn Place + 'p) {
        self
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(other.place())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use std::ops::Bound::{Excluded, Included, Unbounded};

    use super::*;

    fn recent() -> Memtable {
        let recent = Memtable::default();
        let put = |sequence, key: &str, value: Option<&str>| {
            let write = (
                key.as_bytes().to_vec(),
                value.map(|v| v.as_bytes().to_vec()),
            );
            recent.add(sequence, [write]);
        };
        put(1, "ann", Some("1"));
        put(2, "bob", Some("2"));
        put(3, "ann", None);
        put(4, "ann", Some("4"));
        put(5, "cho", Some("5"));
        recent
    }

    fn at(recent: &Memtable, key: &str, sequence: u64) -> Option<Slot> {
        recent
            .get(key.as_bytes(), sequence)
            .map(|entry| entry.value().clone())
    }

    fn keys(recent: &Memtable, range: KeyRange<'_>, order: Order, sequence: u64) -> Vec<String> {
        recent
            .scan(range, order, sequence)
            .map(|entry| {
                let value = entry.value().clone().unwrap_or(b"-".to_vec());
                String::from_utf8([entry.key().bytes(), b"=", &value].concat()).unwrap()
            })
            .collect()
    }

    const ALL: KeyRange<'static> = (Unbounded, Unbounded);

    #[test]
    fn a_reader_sees_the_commits_it_may() {
        let recent = recent();
        assert_eq!(at(&recent, "ann", 0), None);
        assert_eq!(at(&recent, "ann", 2), Some(Some(b"1".to_vec())));
        assert_eq!(at(&recent, "ann", 3), Some(None));
        assert_eq!(at(&recent, "ann", 9), Some(Some(b"4".to_vec())));
        assert_eq!(at(&recent, "an", 9), None);
        assert_eq!(at(&recent, "bob", 1), None);
    }

    #[test]
    fn a_scan_shows_each_key_once_in_both_orders() {
        let recent = recent();
        for (sequence, expected) in [
            (0, vec![]),
            (1, vec!["ann=1"]),
            (3, vec!["ann=-", "bob=2"]),
            (9, vec!["ann=4", "bob=2", "cho=5"]),
        ] {
            assert_eq!(keys(&recent, ALL, Order::Ascending, sequence), expected);
            let mut reversed = keys(&recent, ALL, Order::Descending, sequence);
            reversed.reverse();
            assert_eq!(reversed, expected, "at {sequence}");
        }
    }

    #[test]
    fn bounds_count_as_they_say() {
        let recent = recent();
        for order in [Order::Ascending, Order::Descending] {
            let in_range = |start, end| {
                let mut keys = keys(&recent, (start, end), order, 9);
                keys.sort();
                keys.concat()
            };
            let (ann, cho) = (&b"ann"[..], &b"cho"[..]);
            assert_eq!(in_range(Included(ann), Included(cho)), "ann=4bob=2cho=5");
            assert_eq!(in_range(Excluded(ann), Included(cho)), "bob=2cho=5");
            assert_eq!(in_range(Included(ann), Excluded(cho)), "ann=4bob=2");
            assert_eq!(in_range(Excluded(ann), Excluded(cho)), "bob=2");
            assert_eq!(in_range(Excluded(cho), Unbounded), "");
            assert_eq!(in_range(Unbounded, Excluded(ann)), "");
            assert_eq!(in_range(Included(cho), Included(ann)), "");
        }
    }
}
