//! Who holds which unique name while a batch is under way.

use std::hash::Hash;

use super::index::Index;
use super::working::{Record, WorkingSet};
use crate::error::{Error, ErrorKind, Result};

/// The holders of each name among the records that the batch has come across: an
/// index of a [`WorkingSet`]. More than one may hold a name until the batch ends.
pub(super) struct Claims<T> {
    /// What is claimed, as in "user has the email", and how a refusal is called.
    what: &'static str,
    refusal: ErrorKind,
    /// The name, and its place in [`Record::named_by`].
    name_of: for<'t> fn(&'t T) -> Option<&'t str>,
    nth: usize,
    index: Index,
}

impl<T> Claims<T> {
    pub(super) fn new(
        what: &'static str,
        refusal: ErrorKind,
        nth: usize,
        name_of: for<'t> fn(&'t T) -> Option<&'t str>,
    ) -> Self {
        Self {
            what,
            refusal,
            name_of,
            nth,
            index: Index::default(),
        }
    }

    /// Makes room for so many records.
    pub(super) fn reserve(&mut self, count: usize) {
        self.index.reserve(count);
    }

    /// Notes that the record at `place`, which `had` been something else or was
    /// not there, was put into `set`, by which operation; by none where it comes
    /// from the store.
    pub(super) fn note<K>(
        &mut self,
        set: &mut WorkingSet<K, T>,
        place: usize,
        had: Option<&T>,
        op_index: Option<usize>,
    ) where
        K: Copy + Ord + Hash,
    {
        let name_of = self.name_of;
        let record = set.at_mut(place);
        let from = had.and_then(name_of);
        if from == record.now.as_deref().and_then(name_of) {
            return;
        }
        record.named_by[self.nth] = op_index.and_then(|index| u32::try_from(index).ok());
        let records = set.all();
        let name_at = |place: usize| records[place].now.as_deref().and_then(name_of);
        self.index.update(place, from, records.len(), name_at);
    }

    /// The records that hold `name` at this point.
    fn holders<'s, K>(
        &self,
        set: &'s WorkingSet<K, T>,
        name: &str,
    ) -> impl Iterator<Item = &'s Record<K, T>>
    where
        K: Copy + Ord + Hash,
    {
        let (records, name_of) = (set.all(), self.name_of);
        self.index
            .candidates(name, records.len())
            .map(|place| &records[place])
            .filter(move |record| record.now.as_deref().and_then(name_of) == Some(name))
    }

    /// The one who holds `name` at this point, as far as the batch knows.
    ///
    /// # Errors
    ///
    /// The kind of this set, where more than one holds it.
    pub(super) fn holder<K>(&self, set: &WorkingSet<K, T>, name: &str) -> Result<Option<K>>
    where
        K: Copy + Ord + Hash,
    {
        let mut holders = self.holders(set, name);
        match (holders.next(), holders.next()) {
            (first, None) => Ok(first.map(|record| record.key)),
            _ => Err(Error::new(
                self.refusal,
                format!(
                    "more than one {} {name:?} at this point of the batch; name the one meant by id",
                    self.what
                ),
            )),
        }
    }

    /// The names that would end up with two holders: a refusal for each operation
    /// that claimed one of another. `is_stored(name)` says whether one that
    /// the batch has not come across holds it.
    pub(super) fn contested<K>(
        &self,
        set: &WorkingSet<K, T>,
        mut is_stored: impl FnMut(&str) -> Result<bool>,
    ) -> Result<Vec<Error>>
    where
        K: Copy + Ord + Hash,
    {
        let mut refusals = Vec::new();
        for record in set.changed() {
            let (Some(name), Some(op_index)) = (
                record.now.as_deref().and_then(self.name_of),
                record.named_by[self.nth],
            ) else {
                continue;
            };
            // Of those who claim a free name, the first has it.
            let is_later = |by: Option<u32>| by.is_some_and(|by| by >= op_index);
            let is_first = !self.index.may_have_twins()
                || self
                    .holders(set, name)
                    .all(|holder| is_later(holder.named_by[self.nth]));
            if !is_first || is_stored(name)? {
                refusals.push(self.taken(name).at_op(op_index as usize));
            }
        }
        Ok(refusals)
    }

    fn taken(&self, name: &str) -> Error {
        let what = self.what;
        Error::new(
            self.refusal,
            format!("another {what} {name:?}; choose another or change that one first"),
        )
    }
}

#[cfg(test)]
mod tests;
