//! Scans: merge the entries of redb's table with those of the layers on top.

use std::ops::{Bound, ControlFlow};

use ::redb::{AccessGuard, Cursor, ReadableTable, StorageError};

use super::checksum;
use super::errors::Name;
use super::memtable::Entry;
use super::staging::{Sorted, Write};
use super::table::Bytes;
use crate::engine::{KeyRange, Order};
use crate::error::{Error, Result};

/// Visits the entries of a range of `table`, with `layers` on top.
pub(super) fn scan<'a>(
    table: &'a impl ReadableTable<Bytes, Bytes>,
    name: &Name,
    layers: Vec<Layer<'a>>,
    range: KeyRange<'a>,
    order: Order,
    visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<()> {
    let stored = TableCursor::new(table, range, order).map_err(|error| name.error(error))?;
    let scanned = if layers.is_empty() {
        each_stored(stored, visit)
    } else {
        each_merged(stored, layers, visit)
    };
    scanned.map_err(|failure| failure.named(name))
}

/// Why a scan ends early.
enum Failure {
    /// redb failed.
    Storage(StorageError),
    /// A value is damaged.
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

/// Visits the stored entries, until a break, an error or the end.
fn each_stored(
    mut stored: TableCursor<'_>,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<(), Failure> {
    loop {
        // Matched by reference: an entry is large, and moving it costs as much as finding
        // it.
        match stored.step() {
            Ok(Some((ref key, ref value))) if !stored.ends_before(key.value()) => {
                let (key, value) = (key.value(), value.value());
                let value = checksum::verify(key, value).ok_or(Failure::Damaged)?;
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
/// It uses a cursor, which does less work per entry than redb's `Range`, which can be read
/// from both ends.
pub(super) struct TableCursor<'a> {
    cursor: Cursor<'a, Bytes, Bytes>,
    /// The end of the range in this order.
    end: Bound<&'a [u8]>,
    order: Order,
}

impl<'a> TableCursor<'a> {
    pub(super) fn new(
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

    /// The next entry of the table, even if it is after the range.
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

impl<'a> Iterator for TableCursor<'a> {
    type Item = Result<StoredEntry<'a>, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.step().transpose()?;
        match &entry {
            Ok((key, _)) if self.ends_before(key.value()) => None,
            _ => Some(entry),
        }
    }
}

/// An entry of a layer.
enum Item<'a> {
    Stored(AccessGuard<'a, Bytes>, AccessGuard<'a, Bytes>),
    InMemory(Write<'a>),
}

impl Item<'_> {
    fn key(&self) -> &[u8] {
        match self {
            Self::Stored(key, _) => key.value(),
            Self::InMemory((key, _)) => key,
        }
    }

    /// `None` if the key is removed.
    fn value(&self) -> Result<Option<&[u8]>, Failure> {
        match self {
            Self::Stored(key, value) => match checksum::verify(key.value(), value.value()) {
                Some(value) => Ok(Some(value)),
                None => Err(Failure::Damaged),
            },
            Self::InMemory((_, value)) => Ok(*value),
        }
    }
}

/// The entries of a layer in a range.
pub(super) struct Layer<'a> {
    /// The current entry; `None` before the first and at the end.
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

    /// The writes of a transaction.
    pub(super) fn staged(staged: Sorted<'a>, order: Order) -> Self {
        let staged = staged.into_iter();
        let item = |write| Ok(Item::InMemory(write));
        match order {
            Order::Ascending => Self::new(staged.map(item)),
            Order::Descending => Self::new(staged.rev().map(item)),
        }
    }

    /// Writes that are not in the database yet, in the order of the scan.
    pub(super) fn memtable(entries: impl Iterator<Item = Entry<'a>> + 'a) -> Self {
        Self::new(entries.map(|entry| Ok(Item::InMemory(entry.write()))))
    }

    fn advance(&mut self) -> Result<(), Failure> {
        self.item = self.rest.next().transpose().map_err(Failure::Storage)?;
        Ok(())
    }

    fn key(&self) -> Option<&[u8]> {
        self.item.as_ref().map(Item::key)
    }
}

/// Visits the merged entries, until a break, an error or the end. If several layers have a
/// key, the first one counts; the stored entry counts last.
fn each_merged<'a>(
    stored: TableCursor<'a>,
    mut layers: Vec<Layer<'a>>,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) -> Result<(), Failure> {
    let order = stored.order;
    let stored = stored.map(|entry| entry.map(|(key, value)| Item::Stored(key, value)));
    layers.push(Layer::new(stored));
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

/// The layer with the next key; the first one, if several have it.
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
