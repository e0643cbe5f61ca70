//! Sorted runs of writes, and scans that merge them.
//!
//! Commits are unsorted. When an order is needed, writes that are not in a run yet become
//! one, and runs of similar size are merged, so that there are few.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::{Bound, Range};
use std::sync::Arc;

use super::index::WritePosition;
use super::{Entry, Memtable};
use crate::engine::redb::staging::prefix;
use crate::engine::{KeyRange, Order};

/// A run is merged with the previous one if that is up to this many times as large.
const RATIO: usize = 4;

/// Runs with more writes than this together are not merged, because that would delay the
/// thread that does it.
const MERGED_MAX: usize = 64 << 10;

/// A write in a run.
#[derive(Clone, Copy)]
struct Item {
    /// The first bytes of the key, so that most comparisons read no other memory.
    prefix: [u64; 2],
    position: WritePosition,
}

/// Writes sorted by key, and by age within a key, newest first.
type SortedRun = Arc<[Item]>;

/// The sorted runs.
#[derive(Default)]
pub(super) struct Runs {
    all: Vec<SortedRun>,
    /// The number of batches in them, which are the first ones.
    pub(super) batches: usize,
    /// The number of writes in those batches.
    pub(super) writes: usize,
}

impl Runs {
    /// The runs, extended by the batches up to the number `until`.
    pub(super) fn extended(&self, memtable: &Memtable, until: usize) -> Self {
        let mut items = Vec::new();
        for number in self.batches..until {
            let Some(batch) = memtable.batches.get(number) else {
                break;
            };
            for (slot, write) in (0..).zip(batch.writes.iter()) {
                let position = WritePosition {
                    batch: u32::try_from(number).unwrap_or(u32::MAX),
                    slot,
                };
                items.push(Item {
                    prefix: prefix(write.0),
                    position,
                });
            }
        }
        items.sort_unstable_by(|a, b| compare(memtable, a, b));
        let mut extended = Self {
            all: self.all.clone(),
            batches: until,
            writes: self.writes + items.len(),
        };
        extended.all.push(items.into());
        extended.merge(memtable);
        extended
    }

    fn merge(&mut self, memtable: &Memtable) {
        while let [.., before, last] = &self.all[..] {
            let merged = before.len() + last.len();
            if before.len() > last.len() * RATIO || merged > MERGED_MAX {
                return;
            }
            let mut items = Vec::with_capacity(merged);
            let (mut a, mut b) = (before.iter().peekable(), last.iter().peekable());
            while let (Some(first), Some(second)) = (a.peek(), b.peek()) {
                let side = if compare(memtable, first, second).is_le() {
                    &mut a
                } else {
                    &mut b
                };
                items.extend(side.next());
            }
            items.extend(a.chain(b));
            self.all.truncate(self.all.len() - 2);
            self.all.push(items.into());
        }
    }
}

/// The order within a run.
fn compare(memtable: &Memtable, a: &Item, b: &Item) -> Ordering {
    let by_key = || memtable.key(a.position).cmp(memtable.key(b.position));
    let newest_first = || b.position.batch.cmp(&a.position.batch);
    a.prefix
        .cmp(&b.prefix)
        .then_with(by_key)
        .then_with(newest_first)
}

/// The entries of a range; for each key, the version that the reader may see.
pub(super) struct Scan<'m> {
    memtable: &'m Memtable,
    heads: BinaryHeap<Head<'m>>,
    sequence: u64,
    /// The last key returned.
    last: Option<&'m [u8]>,
}

impl<'m> Scan<'m> {
    /// A scan of `runs`, which belong to `memtable`.
    pub(super) fn new(
        memtable: &'m Memtable,
        runs: &Runs,
        range: KeyRange<'_>,
        order: Order,
        sequence: u64,
    ) -> Self {
        let mut scan = Self {
            memtable,
            heads: BinaryHeap::new(),
            sequence,
            last: None,
        };
        for run in &runs.all {
            let head = Head {
                prefix: [0; 2],
                entry: None,
                rest: within(memtable, run, range),
                run: Arc::clone(run),
                order,
            };
            scan.heads.extend(scan.advanced(head));
        }
        scan
    }

    /// Moves the head to its next key with a visible version; `None` at the end.
    fn advanced(&self, mut head: Head<'m>) -> Option<Head<'m>> {
        head.advance(self.memtable, self.sequence).then_some(head)
    }
}

impl<'m> Iterator for Scan<'m> {
    type Item = Entry<'m>;

    fn next(&mut self) -> Option<Entry<'m>> {
        loop {
            let (memtable, sequence) = (self.memtable, self.sequence);
            let mut head = self.heads.peek_mut()?;
            let entry = head.entry?;
            if !head.advance(memtable, sequence) {
                PeekMut::pop(head);
            }
            // If several runs contain a key, the newest version came first.
            let key = entry.key();
            if self.last != Some(key) {
                self.last = Some(key);
                return Some(entry);
            }
        }
    }
}

/// The part of `run` in `range`.
fn within(memtable: &Memtable, run: &[Item], range: KeyRange<'_>) -> Range<usize> {
    let before = |bound: &[u8], including: bool| {
        let bound_prefix = prefix(bound);
        run.partition_point(|item| {
            let by_key = || memtable.key(item.position).cmp(bound);
            let side = item.prefix.cmp(&bound_prefix).then_with(by_key);
            side.is_lt() || including && side.is_eq()
        })
    };
    let start = match range.0 {
        Bound::Included(key) => before(key, false),
        Bound::Excluded(key) => before(key, true),
        Bound::Unbounded => 0,
    };
    let end = match range.1 {
        Bound::Included(key) => before(key, true),
        Bound::Excluded(key) => before(key, false),
        Bound::Unbounded => run.len(),
    };
    start..end.max(start)
}

/// The position of a scan in a run. Heads are ordered so that the greatest comes next.
struct Head<'m> {
    prefix: [u64; 2],
    /// The current entry; `None` before the first.
    entry: Option<Entry<'m>>,
    run: SortedRun,
    rest: Range<usize>,
    order: Order,
}

impl<'m> Head<'m> {
    /// Moves to the next key with a visible version; returns whether there is one.
    fn advance(&mut self, memtable: &'m Memtable, sequence: u64) -> bool {
        let before = self.entry.take();
        let run = &self.run;
        while let Some(at) = match self.order {
            Order::Ascending => self.rest.next(),
            Order::Descending => self.rest.next_back(),
        } {
            let Some(entry) = memtable.entry(run[at].position) else {
                continue;
            };
            let is_shown = match self.order {
                // The newest version came first.
                Order::Ascending => before.is_some_and(|before| before.key() == entry.key()),
                // The newest version comes last.
                Order::Descending => self.rest.clone().next_back().is_some_and(|next| {
                    let next = memtable.entry(run[next].position);
                    next.is_some_and(|next| {
                        next.sequence() <= sequence && next.key() == entry.key()
                    })
                }),
            };
            if entry.sequence() <= sequence && !is_shown {
                self.prefix = run[at].prefix;
                self.entry = Some(entry);
                return true;
            }
        }
        false
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |head: &Self| head.entry.map(Entry::key);
        let sequence = |head: &Self| head.entry.map(Entry::sequence);
        let by_key = self
            .prefix
            .cmp(&other.prefix)
            .then_with(|| key(self).cmp(&key(other)));
        let first = match self.order {
            Order::Ascending => by_key.reverse(),
            Order::Descending => by_key,
        };
        first.then_with(|| sequence(self).cmp(&sequence(other)))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}
