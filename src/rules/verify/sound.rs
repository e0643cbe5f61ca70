//! The readable part of a damaged state, with the repairs so far on top.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::{Bound, ControlFlow, Deref};

use crate::engine::{Inspect, Order, Read};
use crate::error::{Error, ErrorKind, Result};

/// Keys with their new values; `None` removes a key.
pub(in crate::rules) type Replacements = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A state without its damaged values, so that a damaged one doesn't hide others. It keeps
/// the damaged values and the repairs in memory.
pub(in crate::rules) struct Sound<'r, R> {
    base: &'r R,
    /// The keys of damaged values, with the stored bytes.
    damaged: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(in crate::rules) writes: Replacements,
}

/// A value, borrowed from the state or from the repairs.
pub(in crate::rules) enum Held<'s, V> {
    Base(V),
    Written(&'s [u8]),
}

impl<V: Deref<Target = [u8]>> Deref for Held<'_, V> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Base(value) => value,
            Self::Written(value) => value,
        }
    }
}

/// The result of looking for a record.
pub(super) enum Found<T> {
    Sound(T),
    Absent,
    /// It exists but can't be read, which is a fault of its own.
    Unreadable,
}

impl<'r, R: Inspect> Sound<'r, R> {
    /// Scans the whole state for damaged values.
    pub(in crate::rules) fn new(base: &'r R) -> Result<Self> {
        let mut damaged = BTreeMap::new();
        base.each_damaged(|key, stored| {
            damaged.insert(key.to_vec(), stored.to_vec());
        })?;
        Ok(Self {
            base,
            damaged,
            writes: Replacements::new(),
        })
    }
}

impl<R: Read> Sound<'_, R> {
    /// The value at `key`; `None` also if it is damaged.
    pub(in crate::rules) fn get(&self, key: &[u8]) -> Result<Option<Held<'_, R::Value<'_>>>> {
        if let Some(written) = self.writes.get(key) {
            return Ok(written.as_deref().map(Held::Written));
        }
        if self.damaged.contains_key(key) {
            return Ok(None);
        }
        Ok(self.base.get(key)?.map(Held::Base))
    }

    /// Whether the value at `key` is damaged.
    pub(super) fn is_damaged(&self, key: &[u8]) -> bool {
        self.damaged.contains_key(key) && !self.writes.contains_key(key)
    }

    /// The keys of damaged values, with the stored bytes.
    pub(super) fn damaged(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let damaged = self.damaged.iter();
        damaged
            .filter(|(key, _)| !self.writes.contains_key(*key))
            .map(|(key, stored)| (&key[..], &stored[..]))
    }

    /// The record at `key`, decoded with `decode`.
    pub(super) fn find<T>(
        &self,
        key: &[u8],
        decode: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<Found<T>> {
        if self.is_damaged(key) {
            return Ok(Found::Unreadable);
        }
        let Some(value) = self.get(key)? else {
            return Ok(Found::Absent);
        };
        Ok(readable(decode(&value))?.map_or(Found::Unreadable, Found::Sound))
    }

    /// Visits the entries from `start` to before `end` in order, skipping damaged ones.
    pub(in crate::rules) fn each(
        &self,
        start: &[u8],
        end: Option<&[u8]>,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let last = end.map_or(Bound::Unbounded, Bound::Excluded);
        let range = (Bound::Included(start), last);
        let mut writes = self.writes.range::<[u8], _>(range).peekable();
        let mut from = Bound::Included(start);
        // A scan fails at a damaged value, so this scans from one to the next.
        for (damaged, _) in self.damaged.range::<[u8], _>(range) {
            self.each_between((from, Bound::Excluded(damaged)), &mut writes, &mut visit)?;
            from = Bound::Excluded(damaged);
        }
        self.each_between((from, last), &mut writes, &mut visit)?;
        for (key, value) in writes {
            if let Some(value) = value {
                visit(key, value)?;
            }
        }
        Ok(())
    }

    fn each_between<'w>(
        &'w self,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        writes: &mut Peekable<impl Iterator<Item = (&'w Vec<u8>, &'w Option<Vec<u8>>)>>,
        visit: &mut impl FnMut(&[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut failed = None;
        let mut visit_both = |key: &[u8], value: &[u8]| {
            while let Some((written, value)) = writes.next_if(|(written, _)| written[..] < *key) {
                if let Some(value) = value {
                    visit(written, value)?;
                }
            }
            match writes.next_if(|(written, _)| written[..] == *key) {
                Some((_, Some(value))) => visit(key, value),
                Some((_, None)) => Ok(()),
                None => visit(key, value),
            }
        };
        self.base.scan(range, Order::Ascending, |key, value| {
            match visit_both(key, value) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), Err)
    }
}

/// The decoded value; `None` if the bytes are malformed. A record of a newer release stays
/// an error: an older release must neither judge nor repair it.
pub(super) fn readable<T>(decoded: Result<T>) -> Result<Option<T>> {
    match decoded {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::Corrupted => Ok(None),
        Err(error) => Err(error),
    }
}

/// The error for a directory with this number of faults and this first one.
pub(super) fn unsound(faults: u64, first: &super::Fault) -> Error {
    let count = if faults == 1 {
        "1 fault".to_owned()
    } else {
        format!("{faults} faults, the first")
    };
    Error::new(
        ErrorKind::Corrupted,
        format!(
            "the directory is damaged: {count}: {first}; list all faults, then restore a backup \
             or repair the file"
        ),
    )
}
