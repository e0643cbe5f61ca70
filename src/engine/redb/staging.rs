//! Writes in memory: those of a running transaction, and those of a commit in a memtable.
//! All keys and values of a transaction are in one allocation, and their positions in
//! another.

use std::hash::BuildHasher;
use std::ops::RangeBounds;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::engine::KeyRange;

/// Seeded, because the texts in the keys come from strangers.
static HASHING: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// The hash of a key, the same throughout this process.
pub(super) fn hash_of(key: &[u8]) -> u64 {
    HASHING.hash_one(key)
}

/// A key with its new value; `None` removes the key.
pub(super) type Write<'a> = (&'a [u8], Option<&'a [u8]>);

/// Writes of a transaction in the order of their keys.
pub(super) type Sorted<'s> = Vec<Write<'s>>;

/// The length of a removed key's value.
const REMOVED: u32 = u32::MAX;

/// Maximum bytes of a key or value: redb takes no longer ones.
pub(super) const BYTES_MAX: usize = 3 << 30;

/// The position of a write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    start: usize,
    /// The hash of the key.
    pub(super) hash: u64,
    /// The previous version of this key: a packed position in the memtable.
    pub(super) older: u64,
    key_bytes: u32,
    value_bytes: u32,
}

/// A list of writes.
#[derive(Debug, Default)]
pub(super) struct Writes {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

impl Writes {
    /// The writes in `bytes`, with distinct keys; each item is the start and the length of
    /// a key, and the length of the value after it, unless the key is removed.
    pub(super) fn of(
        bytes: Vec<u8>,
        writes: impl Iterator<Item = (usize, u32, Option<u32>)>,
    ) -> Self {
        let slots = writes.map(|(start, key_bytes, value_bytes)| {
            let slot = Slot {
                start,
                hash: 0,
                older: 0,
                key_bytes,
                value_bytes: value_bytes.unwrap_or(REMOVED),
            };
            let hash = hash_of(slot.key(&bytes));
            Slot { hash, ..slot }
        });
        let slots = slots.collect();
        Self { bytes, slots }
    }

    /// Appends a write. Neither key nor value may be longer than [`BYTES_MAX`].
    pub(super) fn push(&mut self, write: Write<'_>) {
        let slot = self.store(write, 0);
        self.slots.push(slot);
    }

    fn store(&mut self, (key, value): Write<'_>, hash: u64) -> Slot {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        Slot {
            start,
            hash,
            older: 0,
            key_bytes: narrow(key.len()),
            value_bytes: value.map_or(REMOVED, |value| narrow(value.len())),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The positions of the writes.
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The positions of the writes, to be linked to earlier versions.
    pub(super) fn slots_mut(&mut self) -> (&[u8], &mut [Slot]) {
        (&self.bytes, &mut self.slots)
    }

    /// The key of a slot.
    pub(super) fn key(&self, slot: &Slot) -> &[u8] {
        slot.key(&self.bytes)
    }

    /// The write of a slot.
    pub(super) fn write(&self, slot: &Slot) -> Write<'_> {
        let value_at = slot.start + slot.key_bytes as usize;
        let value = match slot.value_bytes {
            REMOVED => None,
            bytes => Some(&self.bytes[value_at..][..bytes as usize]),
        };
        (self.key(slot), value)
    }

    /// All writes.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Write<'_>> + Clone {
        self.slots.iter().map(|slot| self.write(slot))
    }

    /// Removes all writes.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
    }
}

impl Slot {
    /// The key of this slot in `bytes`.
    pub(super) fn key<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start..][..self.key_bytes as usize]
    }
}

fn narrow(bytes: usize) -> u32 {
    debug_assert!(bytes <= BYTES_MAX, "it was to be refused");
    u32::try_from(bytes).unwrap_or(REMOVED)
}

/// The last write of each key, unsorted: most are looked up one by one, and few need
/// sorting when an order is needed.
#[derive(Debug, Default)]
pub(super) struct Staging {
    writes: Writes,
    places: HashTable<u32>,
}

impl Staging {
    /// With room for this many writes and bytes.
    pub(super) fn with_capacity(writes: usize, bytes: usize) -> Self {
        Self {
            writes: Writes {
                bytes: Vec::with_capacity(bytes),
                slots: Vec::with_capacity(writes),
            },
            places: HashTable::with_capacity(writes),
        }
    }

    /// Sets or removes a key. Neither key nor value may be longer than [`BYTES_MAX`].
    pub(super) fn put(&mut self, (key, value): Write<'_>) {
        let hash = hash_of(key);
        let slot = self.writes.store((key, value), hash);
        let Writes { bytes, slots } = &mut self.writes;
        let found = self
            .places
            .find(hash, |place| slots[*place as usize].key(bytes) == key);
        if let Some(place) = found {
            slots[*place as usize] = slot;
            return;
        }
        let place = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        slots.push(slot);
        self.places
            .insert_unique(hash, place, |place| slots[*place as usize].hash);
    }

    /// The write of `key`, which has this hash, if there is one; `Some(None)` if it is
    /// removed.
    pub(super) fn get(&self, key: &[u8], hash: u64) -> Option<Option<&[u8]>> {
        let slots = self.writes.slots();
        let place = self.places.find(hash, |place| {
            self.writes.key(&slots[*place as usize]) == key
        })?;
        Some(self.writes.write(&slots[*place as usize]).1)
    }

    /// The writes in `range`, sorted by key.
    pub(super) fn sorted(&self, range: KeyRange<'_>) -> Sorted<'_> {
        let in_range = self.writes.iter().filter(|(key, _)| range.contains(key));
        let mut entries: Vec<_> = in_range.map(|write| (prefix(write.0), write)).collect();
        entries.sort_unstable_by(|(a_prefix, (a, _)), (b_prefix, (b, _))| {
            a_prefix.cmp(b_prefix).then_with(|| a.cmp(b))
        });
        entries.into_iter().map(|(_, write)| write).collect()
    }

    /// The writes, unsorted.
    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// The writes, without the index.
    pub(super) fn into_writes(self) -> Writes {
        self.writes
    }

    /// The number of writes and of their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.writes.slots.len(), self.writes.bytes.len())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// The first bytes of a key, padded with zeros, as numbers that sort like them. Most
/// comparisons need no more, and so read no other memory.
pub(super) fn prefix(key: &[u8]) -> [u64; 2] {
    let part = |from: usize| {
        let mut bytes = [0; 8];
        let rest = key.get(from..).unwrap_or_default();
        let count = rest.len().min(8);
        bytes[..count].copy_from_slice(&rest[..count]);
        u64::from_be_bytes(bytes)
    };
    [part(0), part(8)]
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;

    use super::*;

    #[test]
    fn the_last_write_of_a_key_counts() {
        let mut staging = Staging::default();
        let get = |staging: &Staging, key: &[u8]| {
            let found = staging.get(key, hash_of(key));
            found.map(|value| value.map(<[u8]>::to_vec))
        };
        assert_eq!(get(&staging, b"ann"), None);
        for (key, value) in [
            (&b"bob"[..], Some(&b"1"[..])),
            (b"ann", Some(b"22")),
            (b"bob", None),
            (b"ann", Some(b"")),
            (b"", Some(b"empty")),
        ] {
            staging.put((key, value));
            assert_eq!(get(&staging, key), Some(value.map(<[u8]>::to_vec)));
        }
        assert_eq!(get(&staging, b"cho"), None);
        let all = (Bound::Unbounded, Bound::Unbounded);
        let expected = [
            (&b""[..], Some(&b"empty"[..])),
            (b"ann", Some(b"")),
            (b"bob", None),
        ];
        assert_eq!(staging.sorted(all), expected);
        let behind = (Bound::Excluded(&b"ann"[..]), Bound::Unbounded);
        assert_eq!(staging.sorted(behind), expected[2..]);
    }

    #[test]
    fn prefixes_never_contradict_the_order_of_the_keys() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut key = || -> Vec<u8> {
            let count = random.usize(..20);
            std::iter::repeat_with(|| random.u8(..2))
                .take(count)
                .collect()
        };
        for _ in 0..10_000 {
            let (a, b) = (key(), key());
            let by_prefix = prefix(&a).cmp(&prefix(&b));
            assert!(by_prefix.is_eq() || by_prefix == a.cmp(&b), "{a:?} {b:?}");
        }
    }
}
