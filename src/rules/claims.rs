//! Which records hold which unique names while a batch runs.

use std::hash::Hash;
use std::marker::PhantomData;

use super::index::RecordIndex;
use super::working::{NAMES_MAX, WorkingRecord, WorkingSet};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{User, Workspace, quoted};

/// The names of a record, by their index.
type Names<'n> = [Option<&'n str>; NAMES_MAX];

/// A record with names that are unique among the records of its type.
pub(super) trait Named {
    /// The kinds of names, such as "email". They share one name space: no two records have
    /// the same text.
    const NAMES: &'static [(&'static str, ErrorKind)];
    /// The type of the record, such as "user".
    const WHAT: &'static str;
    /// How many of the names, from the first, find the record. The others must only be unique.
    const FOUND_BY: usize;

    /// The name of the kind at this index in [`NAMES`](Self::NAMES).
    fn name(&self, nth: usize) -> Option<&str>;

    /// All names, by their index.
    fn names(&self) -> Names<'_> {
        std::array::from_fn(|nth| (nth < Self::NAMES.len()).then(|| self.name(nth)).flatten())
    }

    /// The displayed names of two records that clash at these indexes, if the names only
    /// look the same.
    fn look_alikes<'n>(&'n self, nth: usize, other: &'n Self, of: usize) -> Option<[&'n str; 2]>;
}

/// The indexes of a user's names.
pub(super) const EMAIL: usize = 0;
pub(super) const USERNAME: usize = 1;
/// The look of the username, if it differs from the key.
pub(super) const LOOK: usize = 2;

impl Named for User {
    const NAMES: &'static [(&'static str, ErrorKind)] = &[
        ("email", ErrorKind::EmailTaken),
        ("username", ErrorKind::UsernameTaken),
        ("username", ErrorKind::UsernameTaken),
    ];
    const WHAT: &'static str = "user";
    const FOUND_BY: usize = 2;

    fn name(&self, nth: usize) -> Option<&str> {
        match nth {
            EMAIL => Some(self.email_key()),
            USERNAME => self.username_key(),
            _ => self.username_look(),
        }
    }

    /// Reads the texts of the username once.
    fn names(&self) -> Names<'_> {
        let username = self.texts.username_texts();
        let mut names = [None; NAMES_MAX];
        names[EMAIL] = Some(self.email_key());
        names[USERNAME] = username.map(|name| name.key());
        names[LOOK] = username.and_then(|name| name.look);
        names
    }

    fn look_alikes<'n>(&'n self, nth: usize, other: &'n Self, of: usize) -> Option<[&'n str; 2]> {
        (nth == LOOK || of == LOOK).then_some([self.username(), other.username()])
    }
}

impl Named for Workspace {
    const NAMES: &'static [(&'static str, ErrorKind)] = &[("name", ErrorKind::WorkspaceNameTaken)];
    const WHAT: &'static str = "workspace";
    const FOUND_BY: usize = 1;

    fn name(&self, _: usize) -> Option<&str> {
        Some(&self.name_key)
    }

    fn look_alikes<'n>(&'n self, _: usize, other: &'n Self, _: usize) -> Option<[&'n str; 2]> {
        self.only_looks_like(other)
            .then_some([&self.name, &other.name])
    }
}

/// The holders of each name among the records of a [`WorkingSet`]. Several records may hold
/// a name until the batch ends.
///
/// The index holds slots: each record has one slot per kind of name.
pub(super) struct Claims<T> {
    index: RecordIndex,
    names_of: PhantomData<fn(&T)>,
}

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Self {
            index: RecordIndex::default(),
            names_of: PhantomData,
        }
    }
}

impl<T: Named> Claims<T> {
    /// Reserves room for this many records with one name each.
    pub(super) fn reserve(&mut self, count: usize) {
        self.index.reserve(count);
    }

    /// Notes that the record at `place` was put into `set`, replacing `had`, by the
    /// operation `op_index`; `None` if it was loaded from the store.
    pub(super) fn note<K>(
        &mut self,
        set: &mut WorkingSet<K, T>,
        place: usize,
        had: Option<&T>,
        op_index: Option<usize>,
    ) where
        K: Copy + Ord + Hash,
    {
        let mut has_all = false;
        let had = had.map_or([None; NAMES_MAX], T::names);
        let now = set.at_mut(place).names();
        let is_changed: [bool; NAMES_MAX] = std::array::from_fn(|nth| had[nth] != now[nth]);
        for nth in (0..T::NAMES.len()).filter(|nth| is_changed[*nth]) {
            let (record, from) = (set.at_mut(place), had[nth]);
            record.named_by[nth] = op_index.and_then(|index| u32::try_from(index).ok());
            if has_all {
                continue;
            }
            let records = set.all();
            let name_at = |slot: usize| name_in(records, slot);
            let slots = records.len() * T::NAMES.len();
            let slot = place * T::NAMES.len() + nth;
            has_all = self.index.update(slot, from, slots, name_at);
        }
    }

    /// The records that hold `name` at this point, with the index of the name.
    fn holders<'s, K>(
        &self,
        set: &'s WorkingSet<K, T>,
        name: &str,
    ) -> impl Iterator<Item = (&'s WorkingRecord<K, T>, usize)>
    where
        K: Copy + Ord + Hash,
    {
        let records = set.all();
        // The slots of a record are next to each other, unless the table is built.
        let mut last = (usize::MAX, [None; NAMES_MAX]);
        self.index
            .candidates(name, records.len() * T::NAMES.len())
            .map(|slot| (slot / T::NAMES.len(), slot % T::NAMES.len()))
            .filter(move |(place, nth)| {
                if last.0 != *place {
                    last = (*place, records[*place].names());
                }
                last.1[*nth] == Some(name)
            })
            .map(|(place, nth)| (&records[place], nth))
    }

    /// The record in the batch that holds `name` at this point.
    ///
    /// # Errors
    ///
    /// The kind of the name, if several records hold it.
    pub(super) fn holder<K>(&self, set: &WorkingSet<K, T>, name: &str) -> Result<Option<K>>
    where
        K: Copy + Ord + Hash,
    {
        let mut holders = self.holders(set, name);
        let mut holders = holders.by_ref().filter(|(_, nth)| *nth < T::FOUND_BY);
        let Some((first, nth)) = holders.next() else {
            return Ok(None);
        };
        let Some(other) = holders.map(|(_, nth)| nth).min() else {
            return Ok(Some(first.key));
        };
        let (what, kind) = T::NAMES[nth.min(other)];
        Err(Error::new(
            kind,
            format!(
                "more than one {} has the {what} {name} at this point of the batch; \
                 name the one meant by id",
                T::WHAT,
                name = quoted(name)
            ),
        ))
    }

    /// Refusals for names that would end up with two holders, one for each operation that
    /// claimed another record's name. `stored(name)` looks for a holder among the records
    /// outside the batch; it returns the record and the index of the name.
    pub(super) fn contested<K>(
        &self,
        set: &WorkingSet<K, T>,
        mut stored: impl FnMut(&str) -> Result<Option<(T, usize)>>,
    ) -> Result<Vec<Error>>
    where
        K: Copy + Ord + Hash,
    {
        let mut refusals = Vec::new();
        for record in set.changed() {
            for (nth, named) in record.names().into_iter().zip(record.named_by).enumerate() {
                let (Some(name), Some(op_index)) = named else {
                    continue;
                };
                // If several claim a free name, the first one gets it.
                let came_first = |(holder, of): &(&WorkingRecord<K, T>, usize)| {
                    holder.named_by[*of].is_none_or(|by| by < op_index)
                };
                let mut holders = self.holders(set, name).filter(came_first);
                let first = if self.index.may_have_twins() {
                    holders.next()
                } else {
                    None
                };
                let refusal = match (&record.now, first) {
                    (Some(now), Some((holder, of))) => holder
                        .now
                        .as_ref()
                        .map(|other| taken(&**now, nth, &**other, of)),
                    (Some(now), None) => {
                        stored(name)?.map(|(other, of)| taken(&**now, nth, &other, of))
                    }
                    (None, _) => None,
                };
                refusals.extend(refusal.map(|error| error.at_op(op_index as usize)));
            }
        }
        Ok(refusals)
    }
}

impl<K, T: Named> WorkingRecord<K, T> {
    fn name(&self, nth: usize) -> Option<&str> {
        self.now.as_deref()?.name(nth)
    }

    fn names(&self) -> Names<'_> {
        self.now.as_deref().map_or([None; NAMES_MAX], T::names)
    }
}

fn name_in<K, T: Named>(records: &[WorkingRecord<K, T>], slot: usize) -> Option<&str> {
    records[slot / T::NAMES.len()].name(slot % T::NAMES.len())
}

/// The refusal of the name at the index `nth` of `now`, which `other` has at the index
/// `of`.
fn taken<T: Named>(now: &T, nth: usize, other: &T, of: usize) -> Error {
    let (kind, what, who) = (T::NAMES[nth].1, T::NAMES[of].0, T::WHAT);
    let message = match now.look_alikes(nth, other, of) {
        Some([name, taken]) => format!(
            "the {what} {name} looks like {taken}, which another {who} has; choose one that \
             can be told apart",
            name = quoted(name),
            taken = quoted(taken)
        ),
        None => format!(
            "another {who} has the {what} {}; choose another or change that one first",
            quoted(other.name(of).unwrap_or_default())
        ),
    };
    Error::new(kind, message)
}

#[cfg(test)]
mod tests;
