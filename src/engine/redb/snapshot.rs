//! Reading: a committed state, and how the newest writes lie over the database.

use std::ops::{Bound, ControlFlow, Deref};
use std::sync::Arc;

use ::redb::{AccessGuard, Cursor, ReadOnlyTable, ReadableTable, StorageError, Table};

use super::base::Bytes;
use super::errors::Name;
use super::guard::{guarded, guarded_visit};
use super::recent::{Entry, Recent, Slot};
use super::sealed::{self, SEAL_BYTES};
use super::txn::Sorted;
use crate::engine::{KeyRange, Order, Read};
use crate::error::{Error, Result};

/// A state of the database, which pins the pages it is made of.
pub(super) struct Committed {
    /// Keeps the read transaction that it was opened in.
    table: ReadOnlyTable<Bytes, Bytes>,
    /// What messages call the file.
    name: Name,
}

impl Committed {
    /// The state that `table` shows.
    pub(super) fn new(table: ReadOnlyTable<Bytes, Bytes>, name: &Name) -> Self {
        Self {
            table,
            name: name.clone(),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        guarded(&self.name, || {
            let found = self
                .table
                .get(key)
                .map_err(|error| self.name.error(error))?;
            match found {
                Some(guard) if sealed::unseal(key, guard.value()).is_none() => {
                    Err(self.name.value_damaged())
                }
                found => Ok(found.map(|guard| Value(Holder::Stored(guard)))),
            }
        })
    }
}

/// A committed state: what a reader is given, as one pointer.
pub(super) struct State {
    /// The database, at some commit not above `sequence`.
    pub(super) base: Arc<Committed>,
    /// Writes that a checkpoint is just applying to the database.
    pub(super) frozen: Option<Arc<Recent>>,
    /// Writes after those. Commits above `sequence` are in it too, some of them
    /// not durable yet: this state doesn't show them.
    pub(super) active: Arc<Recent>,
    /// The last commit that this state shows.
    pub(super) sequence: u64,
}

impl State {
    /// The writes that lie over the database, newest first.
    fn layers(&self) -> impl Iterator<Item = &Recent> {
        let layers = std::iter::once(&self.active).chain(&self.frozen);
        layers.map(Arc::as_ref).filter(|layer| !layer.is_empty())
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        for layer in self.layers() {
            if let Some(entry) = layer.get(key, self.sequence) {
                let is_there = entry.value().is_some();
                return Ok(is_there.then_some(Value(Holder::Recent(entry))));
            }
        }
        self.base.get(key)
    }

    /// Visits the entries of `range`, over which those of `staged` lie.
    pub(super) fn scan(
        &self,
        staged: Sorted<'_>,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut layers = Vec::new();
        if !staged.is_empty() {
            layers.push(Layer::staged(staged, order));
        }
        for layer in self.layers() {
            let entries = layer.scan(range, order, self.sequence);
            layers.push(Layer::new(entries.map(|entry| Ok(Item::Recent(entry)))));
        }
        let Committed { table, name } = &*self.base;
        guarded_visit(name, visit, |visit| {
            let stored = Stored::new(table, range, order).map_err(|error| name.error(error))?;
            scan_over(stored, layers, visit).map_err(|failure| failure.named(name))
        })
    }
}

/// Visits the entries of a range of `table`, over which those of `staged` lie.
pub(super) fn scan_table(
    table: &Table<'_, Bytes, Bytes>,
    name: &Name,
    staged: Sorted<'_>,
    range: KeyRange<'_>,
    order: Order,
    visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<()> {
    let layers = vec![Layer::staged(staged, order)];
    let stored = Stored::new(table, range, order).map_err(|error| name.error(error))?;
    scan_over(stored, layers, visit).map_err(|failure| failure.named(name))
}

/// Why a scan ends early.
enum Failure {
    /// redb can't go on.
    Storage(StorageError),
    /// A value is not what was written.
    Damaged,
}

impl Failure {
    fn named(self, name: &Name) -> Error {
        match self {
            Self::Storage(error) => name.error(error),
            Self::Damaged => name.value_damaged(),
        }
    }
}

/// Visits the entries of `stored`, over which those of `layers` lie.
fn scan_over<'a>(
    mut stored: Stored<'a>,
    mut layers: Vec<Layer<'a>>,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<(), Failure> {
    if !layers.is_empty() {
        let order = stored.order;
        layers.push(Layer::new(
            stored.map(|entry| entry.map(|(key, value)| Item::Stored(key, value))),
        ));
        return each_merged(layers, order, visit);
    }
    loop {
        // Matched where it is: an entry is large, and to move it costs as much as to
        // find it.
        match stored.step() {
            Ok(Some((ref key, ref value))) if !stored.ends_before(key.value()) => {
                let (key, value) = (key.value(), value.value());
                let value = sealed::unseal(key, value).ok_or(Failure::Damaged)?;
                if visit(key, value).is_break() {
                    return Ok(());
                }
            }
            Ok(_) => return Ok(()),
            Err(error) => return Err(Failure::Storage(error)),
        }
    }
}

/// An entry of redb's table.
type StoredEntry<'a> = (AccessGuard<'a, Bytes>, AccessGuard<'a, Bytes>);

/// The entries of a range of redb's table.
///
/// It walks with a cursor, which does less for an entry than redb's own `Range`: that
/// one can be read from both ends.
struct Stored<'a> {
    cursor: Cursor<'a, Bytes, Bytes>,
    /// Where the range ends, in this order.
    end: Bound<&'a [u8]>,
    order: Order,
}

impl<'a> Stored<'a> {
    fn new(
        table: &'a impl ReadableTable<Bytes, Bytes>,
        range: KeyRange<'a>,
        order: Order,
    ) -> Result<Self, StorageError> {
        let (start, end) = range;
        let (cursor, end) = match order {
            Order::Ascending => (table.lower_bound(start)?, end),
            Order::Descending => (table.upper_bound(end)?, start),
        };
        Ok(Self { cursor, end, order })
    }

    /// The next entry of the table, be it in the range or behind it.
    #[inline]
    fn step(&mut self) -> Result<Option<StoredEntry<'a>>, StorageError> {
        match self.order {
            Order::Ascending => self.cursor.next(),
            Order::Descending => self.cursor.prev(),
        }
    }

    fn ends_before(&self, key: &[u8]) -> bool {
        let side = match self.end {
            Bound::Included(end) | Bound::Excluded(end) => key.cmp(end),
            Bound::Unbounded => return false,
        };
        match self.order {
            _ if side.is_eq() => matches!(self.end, Bound::Excluded(_)),
            Order::Ascending => side.is_gt(),
            Order::Descending => side.is_lt(),
        }
    }
}

impl<'a> Iterator for Stored<'a> {
    type Item = Result<StoredEntry<'a>, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.step().transpose()?;
        match &entry {
            Ok((key, _)) if self.ends_before(key.value()) => None,
            _ => Some(entry),
        }
    }
}

/// A committed state. Cloning one is cheap.
///
/// Hold it briefly: for as long as it lives, redb can't reuse the pages that
/// later checkpoints free, and the file grows.
#[derive(Clone)]
pub(crate) struct Snapshot(Arc<State>);

impl Snapshot {
    /// The state as callers hold it.
    pub(super) fn new(state: Arc<State>) -> Self {
        Self(state)
    }
}

impl Read for Snapshot {
    type Value<'a> = Value<'a>;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        self.0.get(key)
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        self.0.scan(Sorted::new(), range, order, visit)
    }
}

/// A value, borrowed from where it is.
pub(crate) struct Value<'a>(Holder<'a>);

enum Holder<'a> {
    /// A page of redb's, in which it is sealed and sound.
    Stored(AccessGuard<'a, Bytes>),
    /// The writes that are not in the database yet.
    Recent(Entry<'a>),
    /// The transaction's own writes.
    Staged(&'a [u8]),
    /// Nobody else.
    Owned(Vec<u8>),
}

impl<'a> Value<'a> {
    /// Of nobody else.
    pub(super) fn owned(value: Vec<u8>) -> Self {
        Self(Holder::Owned(value))
    }

    /// Of a transaction's own writes.
    pub(super) fn staged(value: &'a [u8]) -> Self {
        Self(Holder::Staged(value))
    }
}

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Holder::Stored(guard) => {
                let stored = guard.value();
                &stored[..stored.len().saturating_sub(SEAL_BYTES)]
            }
            Holder::Recent(entry) => entry.value().as_deref().unwrap_or_default(),
            Holder::Staged(value) => value,
            Holder::Owned(value) => value,
        }
    }
}

/// What a layer has under a key.
enum Item<'a> {
    Stored(AccessGuard<'a, Bytes>, AccessGuard<'a, Bytes>),
    Recent(Entry<'a>),
    Staged(&'a [u8], &'a Slot),
}

impl Item<'_> {
    fn key(&self) -> &[u8] {
        match self {
            Self::Stored(key, _) => key.value(),
            Self::Recent(entry) => entry.key().bytes(),
            Self::Staged(key, _) => key,
        }
    }

    /// `None` where the key is removed.
    fn value(&self) -> Result<Option<&[u8]>, Failure> {
        match self {
            Self::Stored(key, value) => match sealed::unseal(key.value(), value.value()) {
                Some(value) => Ok(Some(value)),
                None => Err(Failure::Damaged),
            },
            Self::Recent(entry) => Ok(entry.value().as_deref()),
            Self::Staged(_, slot) => Ok(slot.as_deref()),
        }
    }
}

/// What a layer has in a range.
struct Layer<'a> {
    /// Where it is; `None` before the first and at the end.
    item: Option<Item<'a>>,
    rest: Box<dyn Iterator<Item = Result<Item<'a>, StorageError>> + 'a>,
}

impl<'a> Layer<'a> {
    fn new(items: impl Iterator<Item = Result<Item<'a>, StorageError>> + 'a) -> Self {
        Self {
            item: None,
            rest: Box::new(items),
        }
    }

    fn staged(staged: Sorted<'a>, order: Order) -> Self {
        let staged = staged.into_iter();
        let item = |(key, slot): (&'a Vec<u8>, &'a Slot)| Ok(Item::Staged(key, slot));
        match order {
            Order::Ascending => Self::new(staged.map(item)),
            Order::Descending => Self::new(staged.rev().map(item)),
        }
    }

    fn advance(&mut self) -> Result<(), Failure> {
        self.item = self.rest.next().transpose().map_err(Failure::Storage)?;
        Ok(())
    }

    fn key(&self) -> Option<&[u8]> {
        self.item.as_ref().map(Item::key)
    }
}

/// Visits what is there of layers as if they were one, until a break, an error or the
/// end: where several have a key, the first of them counts.
fn each_merged(
    mut layers: Vec<Layer<'_>>,
    order: Order,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<(), Failure> {
    for layer in &mut layers {
        layer.advance()?;
    }
    while let Some(first) = foremost(&layers, order) {
        let (upper, lower) = layers.split_at_mut(first + 1);
        let layer = &mut upper[first];
        let Some(item) = &layer.item else { break };
        if let Some(value) = item.value()?
            && visit(item.key(), value).is_break()
        {
            break;
        }
        for hidden in lower {
            if hidden.key() == Some(item.key()) {
                hidden.advance()?;
            }
        }
        layer.advance()?;
    }
    Ok(())
}

/// The layer with the key that comes next; the first of those, if several have it.
fn foremost(layers: &[Layer<'_>], order: Order) -> Option<usize> {
    let mut foremost: Option<(usize, &[u8])> = None;
    for (at, layer) in layers.iter().enumerate() {
        let Some(key) = layer.key() else { continue };
        let comes_first = foremost.is_none_or(|(_, first)| match order {
            Order::Ascending => key < first,
            Order::Descending => key > first,
        });
        if comes_first {
            foremost = Some((at, key));
        }
    }
    foremost.map(|(at, _)| at)
}
