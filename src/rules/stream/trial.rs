//! A transaction that is never committed, over an unchanging state.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::{Bound, ControlFlow, Deref};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::codec::keys::KeyKind;
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::{Error, ErrorKind, Result};

/// A transaction that only remembers which keys were written, by their hashes, so that it needs
/// little memory. It keeps the values of the few keys that concern the directory as a whole. A
/// read that needs another value that was written fails, and
/// [`is_exhausted`](Self::is_exhausted) becomes true: the outcome is unknown.
pub(crate) struct Trial<'b, R> {
    base: &'b R,
    whole: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    written: HashTable<u64>,
    /// The kinds of the keys that were written.
    kinds: [bool; 256],
    /// Seeded, since the texts in the keys come from strangers.
    hashing: RandomState,
    is_exhausted: Cell<bool>,
}

impl<'b, R: Read> Trial<'b, R> {
    pub(crate) fn new(base: &'b R) -> Self {
        Self {
            base,
            whole: BTreeMap::new(),
            written: HashTable::new(),
            kinds: [false; 256],
            hashing: RandomState::default(),
            is_exhausted: Cell::new(false),
        }
    }

    /// Whether a read needed an entry that was not remembered.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.is_exhausted.get()
    }

    fn exhausted<T>(&self) -> Result<T> {
        self.is_exhausted.set(true);
        let what = "what an earlier part wrote is not known; try it as one batch";
        Err(Error::new(ErrorKind::Io, what))
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) {
        if is_whole(key) {
            self.whole.insert(key.to_vec(), value.map(<[u8]>::to_vec));
            return;
        }
        self.kinds[usize::from(kind(key))] = true;
        let hash = self.hashing.hash_one(key);
        self.written
            .entry(hash, |other| *other == hash, |other| *other)
            .or_insert(hash);
    }
}

/// Whether it concerns the directory as a whole: the license and the counters.
fn is_whole(key: &[u8]) -> bool {
    kind(key) == KeyKind::Meta as u8
}

/// Keys begin with their kind.
fn kind(key: &[u8]) -> u8 {
    key.first().copied().unwrap_or_default()
}

/// A value of a [`Trial`].
pub(crate) enum Value<V> {
    Base(V),
    Written(Vec<u8>),
}

impl<V: Deref<Target = [u8]>> Deref for Value<V> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Base(value) => value,
            Self::Written(value) => value,
        }
    }
}

impl<R: Read> Read for Trial<'_, R> {
    type Value<'a>
        = Value<R::Value<'a>>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Self::Value<'_>>> {
        if let Some(value) = self.whole.get(key) {
            return Ok(value.clone().map(Value::Written));
        }
        let hash = self.hashing.hash_one(key);
        if self.written.find(hash, |other| *other == hash).is_some() {
            return self.exhausted();
        }
        Ok(self.base.get(key)?.map(Value::Base))
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        // A range is of one kind.
        match range.0 {
            Bound::Included(start) | Bound::Excluded(start)
                if !is_whole(start) && !self.kinds[usize::from(kind(start))] =>
            {
                self.base.scan(range, order, visit)
            }
            _ => self.exhausted(),
        }
    }
}

impl<R: Read> Write for Trial<'_, R> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.write(key, Some(value));
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        self.write(key, None);
        Ok(())
    }
}
