//! The writes that are in the log and not yet in the database.
//!
//! One thread adds commits while others read. A commit is one *batch*, as its transaction
//! staged it. [`index`] leads from a key to its newest version, and each version to the
//! one before it, so a reader who knows up to which commit it may see finds the right one
//! without any lock. The order of the keys is made only of what a scan or a checkpoint
//! asks for, and when there is so much unsorted that a scan would have to wait for it.

mod batches;
mod index;
mod order;
#[cfg(test)]
mod tests;

use std::ops::Bound;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use self::batches::{Batches, CommittedBatch};
use self::index::{Index, POSITIONS_MAX, WritePosition};
use self::order::{Runs, Scan};
use self::sync::{AtomicUsize, Ordering};
use super::log::Write;
use super::staging::{Slot, Staging, Writes};
use super::{lock, sync};
use crate::engine::{KeyRange, Order};

/// Writes that may be unsorted.
const UNSORTED_MAX: usize = 4_096;

/// Writes by key and commit.
#[derive(Default)]
pub(super) struct Memtable {
    batches: Batches,
    index: Index,
    /// How many writes there are, of all commits.
    count: AtomicUsize,
    /// Held while a batch is added. What is in it is kept for its allocation.
    adding: Mutex<Vec<(usize, bool)>>,
    runs: ArcSwap<Runs>,
    /// Held while the runs are replaced.
    ordering: Mutex<()>,
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

    /// The value; `None` where the key is removed.
    pub(super) fn value(self) -> Option<&'m [u8]> {
        self.write().1
    }

    fn sequence(self) -> u64 {
        self.batch.sequence
    }
}

impl Memtable {
    /// With the writes of `commits`.
    pub(super) fn of(commits: Vec<(u64, Writes)>) -> Self {
        let memtable = Self::default();
        let count = commits.iter().map(|(_, writes)| writes.len()).sum();
        memtable.index.reserve(count, |_| 0);
        for (sequence, writes) in commits {
            memtable.add_writes(sequence, writes);
        }
        memtable
    }

    /// Adds the writes of the commit `sequence`, which comes after all that are there.
    /// Readers at an earlier sequence don't see them.
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
        // Only now may the index lead there.
        for (slot, (bucket, is_new)) in buckets.iter().enumerate() {
            let hash = batch.writes.slots()[slot].hash;
            self.index.set(*bucket, hash, narrow(number, slot), *is_new);
        }
        self.count.fetch_add(count, Ordering::Release);
    }

    /// Links each write to the version before it, and notes where its key is in the index.
    fn link(&self, writes: &mut Writes, buckets: &mut Vec<(usize, bool)>) {
        debug_assert!(writes.len() <= POSITIONS_MAX, "a frame is far smaller");
        self.index
            .reserve(writes.len(), |position| self.hash(position));
        let (bytes, slots) = writes.slots_mut();
        for slot in slots {
            let key = slot.key(bytes);
            let (bucket, older) = self
                .index
                .locate(slot.hash, |position| self.key(position) == key);
            slot.older = older.map_or(0, WritePosition::pack);
            buckets.push((bucket, older.is_none()));
        }
    }

    /// Puts what is unsorted in order if it is much.
    pub(super) fn sort_if_much(&self) {
        if self.len() - self.runs.load().writes > UNSORTED_MAX {
            self.sorted(u64::MAX);
        }
    }

    /// Runs with at least all that was written up to `sequence`.
    fn sorted(&self, sequence: u64) -> Arc<Runs> {
        let is_enough = |runs: &Runs| {
            let next = self.batches.get(runs.batches);
            next.is_none_or(|next| next.sequence > sequence)
        };
        let runs = self.runs.load_full();
        if is_enough(&runs) {
            return runs;
        }
        let _ordering = lock(&self.ordering);
        let runs = self.runs.load_full();
        if is_enough(&runs) {
            return runs;
        }
        let extended = Arc::new(runs.extended(self, self.batches.len()));
        self.runs.store(Arc::clone(&extended));
        extended
    }

    /// Everything as it had become by the commit `sequence`, in the order of the keys.
    pub(super) fn newest(&self, sequence: u64) -> impl Iterator<Item = Entry<'_>> {
        let all = (Bound::Unbounded, Bound::Unbounded);
        self.scan(all, Order::Ascending, sequence)
    }

    /// How many writes there are, of all commits.
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the key with this hash had become by the commit `sequence`, if any wrote it.
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

    /// What each key of `range` had become by the commit `sequence`.
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
    // A frame has half a kilobyte at least, and a log a few gigabytes at most.
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    WritePosition {
        batch: number(batch),
        slot: number(slot),
    }
}
