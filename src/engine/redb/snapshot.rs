//! Reading: a committed state, in which the newest writes are on top of the database.

use std::ops::{ControlFlow, Deref};
use std::sync::{Arc, Mutex, Weak};

use ::redb::{AccessGuard, ReadOnlyTable, ReadableTableMetadata};

use super::checksum::{self, CHECKSUM_BYTES};
use super::errors::Name;
use super::guard::{guarded, guarded_visit};
use super::key_filter::KeyFilter;
use super::lock;
use super::memtable::Memtable;
use super::scan::{self, Layer};
use super::staging::{Sorted, hash_of};
use super::table::Bytes;
use crate::engine::{KeyRange, Order, Read};
use crate::error::Result;

/// A state of the database, which pins its pages.
pub(super) struct Committed {
    /// Keeps its read transaction open.
    pub(super) table: ReadOnlyTable<Bytes, Bytes>,
    /// The name of the file in messages.
    pub(super) name: Name,
    /// Cached values of the shortest keys, which every transaction reads.
    short: Mutex<Vec<(Vec<u8>, Kept)>>,
    /// The filter that excludes absent keys.
    filter: Option<KeyFilter>,
}

/// A cached value; `None` if there is none.
type Kept = Option<Arc<[u8]>>;

/// Maximum bytes of keys whose values are cached, and the maximum number of them.
const SHORT_BYTES: usize = 2;
const SHORT_KEYS: usize = 8;

impl Committed {
    /// The state in `table`.
    pub(super) fn new(
        table: ReadOnlyTable<Bytes, Bytes>,
        name: &Name,
        filter: Option<KeyFilter>,
    ) -> Self {
        Self {
            table,
            name: name.clone(),
            short: Mutex::default(),
            filter,
        }
    }

    /// The number of entries.
    pub(super) fn entries(&self) -> Result<u64> {
        guarded(&self.name, || {
            let entries = self.table.len();
            entries.map_err(|error| self.name.error(error))
        })
    }

    /// The value of `key`, which has this hash.
    fn get(&self, key: &[u8], hash: u64) -> Result<Option<Value<'_>>> {
        let filter = self.filter.as_ref();
        if filter.is_some_and(|filter| filter.excludes(key, hash)) {
            return Ok(None);
        }
        if key.len() > SHORT_BYTES {
            return self.get_stored(key);
        }
        let known = lock(&self.short)
            .iter()
            .find(|(other, _)| other == key)
            .map(|(_, value)| value.clone());
        if let Some(value) = known {
            return Ok(value.map(|value| Value(Holder::Shared(value))));
        }
        let stored = self.get_stored(key)?;
        let mut short = lock(&self.short);
        if short.len() < SHORT_KEYS {
            let value = stored.as_ref().map(|value| Arc::from(&**value));
            short.push((key.to_vec(), value));
        }
        Ok(stored)
    }

    fn get_stored(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        guarded(&self.name, || {
            let found = self
                .table
                .get(key)
                .map_err(|error| self.name.error(error))?;
            match found {
                Some(guard) if checksum::verify(key, guard.value()).is_none() => {
                    Err(self.name.value_damaged())
                }
                found => Ok(found.map(|guard| Value(Holder::Stored(guard)))),
            }
        })
    }
}

/// A committed state, which a reader gets as one pointer.
pub(super) struct State {
    /// The database, at some commit not above `sequence`.
    pub(super) base: Arc<Committed>,
    /// Writes that a checkpoint is applying to the database.
    pub(super) frozen: Option<Arc<Memtable>>,
    /// Later writes. It also contains commits above `sequence`, some of which are not
    /// durable yet; this state doesn't show them.
    pub(super) active: Arc<Memtable>,
    /// The last commit that this state shows.
    pub(super) sequence: u64,
}

impl State {
    /// The memtables on top of the database, newest first.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Memtable> {
        let layers = std::iter::once(&self.active).chain(&self.frozen);
        layers.map(Arc::as_ref).filter(|layer| !layer.is_empty())
    }

    /// The value under `key`, which has this hash.
    pub(super) fn get(&self, key: &[u8], hash: u64) -> Result<Option<Value<'_>>> {
        for layer in self.layers() {
            if let Some(entry) = layer.get(key, hash, self.sequence) {
                return Ok(entry.value().map(Value::borrowed));
            }
        }
        self.base.get(key, hash)
    }

    /// Visits the entries of `range`, with `staged` on top.
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
            layers.push(Layer::memtable(entries));
        }
        let Committed { table, name, .. } = &*self.base;
        guarded_visit(name, visit, |visit| {
            scan::scan(table, name, layers, range, order, visit)
        })
    }
}

/// A committed state. Cloning one is cheap.
///
/// Hold it only briefly: while it lives, redb can't reuse the pages that later checkpoints
/// free, and the file grows.
#[derive(Clone)]
pub(crate) struct Snapshot(pub(super) Arc<State>);

impl Snapshot {
    /// The state as callers hold it.
    pub(super) fn new(state: Arc<State>) -> Self {
        Self(state)
    }

    /// The identity of this state, without holding it.
    pub(crate) fn id(&self) -> StateId {
        StateId(Arc::downgrade(&self.0))
    }
}

/// Identifies a state. The weak pointer keeps its address from being reused.
pub(crate) struct StateId(Weak<State>);

impl StateId {
    pub(crate) fn is_of(&self, snapshot: &Snapshot) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&snapshot.0))
    }
}

impl Read for Snapshot {
    type Value<'a> = Value<'a>;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        self.0.get(key, hash_of(key))
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

/// A value, borrowed from where it is stored.
pub(crate) struct Value<'a>(Holder<'a>);

enum Holder<'a> {
    /// In a page of redb; its checksum has been verified.
    Stored(AccessGuard<'a, Bytes>),
    /// In a memtable or in the transaction's own writes.
    Borrowed(&'a [u8]),
    /// Owned by the value.
    Owned(Vec<u8>),
    /// In the cache of a state of the database.
    Shared(Arc<[u8]>),
}

impl<'a> Value<'a> {
    /// An owned value.
    pub(super) fn owned(value: Vec<u8>) -> Self {
        Self(Holder::Owned(value))
    }

    /// A value borrowed from writes in memory.
    pub(super) fn borrowed(value: &'a [u8]) -> Self {
        Self(Holder::Borrowed(value))
    }
}

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Holder::Stored(guard) => {
                let stored = guard.value();
                &stored[..stored.len().saturating_sub(CHECKSUM_BYTES)]
            }
            Holder::Borrowed(value) => value,
            Holder::Owned(value) => value,
            Holder::Shared(value) => value,
        }
    }
}
