//! The memtable: the writes that are in the log but not yet in the database.
//!
//! One thread adds commits while others read. A commit is one *batch*, as its transaction
//! staged it. [`index`] leads from a key to its newest version, and each version to the
//! previous one, so a reader of an earlier commit finds the right version without a lock.
//! Writes are sorted only when a scan or a checkpoint needs an order, and, in the background,
//! when there are so many unsorted ones that a scan would have to wait.

mod batches;
mod extended;
mod index;
mod order;
#[cfg(test)]
mod tests;

use std::ops::Bound;
use std::sync::{Arc, Mutex};

use self::batches::{Batches, CommittedBatch};
use self::extended::Extended;
use self::index::{Index, POSITIONS_MAX, WritePosition};
use self::order::{Runs, Scan};
use self::sync::{AtomicBool, AtomicUsize, Ordering};
use super::staging::{Slot, Staging, Write, Writes};
use super::{lock, sync};
use crate::engine::{KeyRange, Order};

/// With more unsorted writes than this, a thread in the background sorts them.
const UNSORTED_MANY: usize = 4_096;

/// With this many, a committing thread does.
const UNSORTED_MAX: usize = 4 * UNSORTED_MANY;

/// Writes by key and commit.
#[derive(Default)]
pub(super) struct Memtable {
    batches: Batches,
    index: Index,
    /// The number of writes of all commits.
    count: AtomicUsize,
    /// Held while a batch is added. The vector is kept for its allocation.
    adding: Mutex<Vec<(usize, bool)>>,
    runs: Extended<Runs>,
    /// Whether somebody was asked to sort.
    is_asked: AtomicBool,
}

/// What a committing thread has to do about unsorted writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsorted {
    /// Nothing: they are few, or somebody was asked to sort them.
    Few,
    /// Ask another thread to sort them.
    Many,
    /// Sort them: nobody has done it in time.
    TooMany,
}

/// A write in a [`Memtable`].
#[derive(Clone, Copy)]
pub(super) struct Entry<'m> {
    batch: &'m CommittedBatch,
    slot: &'m Slot,
}

impl<'m> Entry<'m> {
    /// What was written.
    pub(super) fn write(self) -> Write<'m> {
        self.batch.writes.write(self.slot)
    }

    /// The key.
    pub(super) fn key(self) -> &'m [u8] {
        self.batch.writes.key(self.slot)
    }

    /// The value; `None` if the key is removed.
    pub(super) fn value(self) -> Option<&'m [u8]> {
        self.write().1
    }

    fn sequence(self) -> u64 {
        self.batch.sequence
    }
}

impl Memtable {
    /// A memtable with the writes of `commits`.
    pub(super) fn of(commits: Vec<(u64, Writes)>) -> Self {
        let memtable = Self::default();
        let count = commits.iter().map(|(_, writes)| writes.len()).sum();
        memtable.index.reserve(count, |_| 0);
        for (sequence, writes) in commits {
            memtable.add_writes(sequence, writes);
        }
        memtable
    }

    /// Adds the writes of the commit `sequence`, which follows all earlier ones. Readers at
    /// an earlier sequence don't see them.
    pub(super) fn add(&self, sequence: u64, staged: Staging) {
        self.add_writes(sequence, staged.into_writes());
    }

    fn add_writes(&self, sequence: u64, mut writes: Writes) {
        let mut buckets = lock(&self.adding);
        buckets.clear();
        let number = self.batches.len();
        let count = writes.len();
        self.link(&mut writes, &mut buckets);
        self.batches.push(CommittedBatch { sequence, writes });
        let Some(batch) = self.batches.get(number) else {
            return;
        };
        // Only now may the index lead to the batch.
        for (slot, (bucket, is_new)) in buckets.iter().enumerate() {
            let hash = batch.writes.slots()[slot].hash;
            self.index.set(*bucket, hash, narrow(number, slot), *is_new);
        }
        self.count.fetch_add(count, Ordering::Release);
    }

    /// Links each write to the previous version, and collects the places of the keys in the
    /// index.
    fn link(&self, writes: &mut Writes, buckets: &mut Vec<(usize, bool)>) {
        debug_assert!(writes.len() <= POSITIONS_MAX, "a frame is far smaller");
        self.index
            .reserve(writes.len(), |position| self.hash(position));
        let (bytes, slots) = writes.slots_mut();
        self.index.touch(slots.iter().map(|slot| slot.hash));
        for slot in slots {
            let key = slot.key(bytes);
            let (bucket, older) = self
                .index
                .locate(slot.hash, |position| self.key(position) == key);
            slot.older = older.map_or(0, WritePosition::pack);
            buckets.push((bucket, older.is_none()));
        }
    }

    /// How many writes are unsorted. Who gets the answer [`Unsorted::Many`] must make sure
    /// that they are sorted; others don't get it until then.
    pub(super) fn unsorted(&self) -> Unsorted {
        match self.len() - self.runs.load().writes {
            ..=UNSORTED_MANY => Unsorted::Few,
            UNSORTED_MAX.. => Unsorted::TooMany,
            _ if self.is_asked.swap(true, Ordering::Relaxed) => Unsorted::Few,
            _ => Unsorted::Many,
        }
    }

    /// Sorts the unsorted writes.
    pub(super) fn sort(&self) {
        self.sorted(u64::MAX);
        self.is_asked.store(false, Ordering::Relaxed);
    }

    /// Runs with at least all writes up to `sequence`.
    fn sorted(&self, sequence: u64) -> Arc<Runs> {
        self.runs.enough(
            |runs| self.batches.reach(runs.batches, sequence),
            |runs| runs.extended(self, self.batches.len()),
        )
    }

    /// The newest version of each key as of the commit `sequence`, in the order of the
    /// keys.
    pub(super) fn newest(&self, sequence: u64) -> impl Iterator<Item = Entry<'_>> {
        let all = (Bound::Unbounded, Bound::Unbounded);
        self.scan(all, Order::Ascending, sequence)
    }

    /// The number of writes of all commits.
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest version of the key with this hash as of the commit `sequence`, if there
    /// is one.
    pub(super) fn get(&self, key: &[u8], hash: u64, sequence: u64) -> Option<Entry<'_>> {
        let mut position = self.index.get(hash, |position| self.key(position) == key);
        while let Some(at) = position {
            let entry = self.entry(at)?;
            if entry.sequence() <= sequence {
                return Some(entry);
            }
            position = WritePosition::unpack(entry.slot.older);
        }
        None
    }

    /// The newest version of each key in `range` as of the commit `sequence`.
    pub(super) fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        sequence: u64,
    ) -> impl Iterator<Item = Entry<'_>> + use<'_> {
        let runs = self.sorted(sequence);
        Scan::new(self, &runs, range, order, sequence)
    }

    fn entry(&self, position: WritePosition) -> Option<Entry<'_>> {
        let batch = self.batches.get(position.batch as usize)?;
        let slot = batch.writes.slots().get(position.slot as usize)?;
        Some(Entry { batch, slot })
    }

    /// The key at a position that the index or a run leads to.
    fn key(&self, position: WritePosition) -> &[u8] {
        self.entry(position).map_or(&[], Entry::key)
    }

    fn hash(&self, position: WritePosition) -> u64 {
        self.entry(position).map_or(0, |entry| entry.slot.hash)
    }
}

fn narrow(batch: usize, slot: usize) -> WritePosition {
    // Can't overflow: a frame has at least half a kilobyte, and a log at most a few
    // gigabytes.
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    WritePosition {
        batch: number(batch),
        slot: number(slot),
    }
}
