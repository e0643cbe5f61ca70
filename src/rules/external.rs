//! External ids: for each provisioner, they are unique among users and among workspaces.
//!
//! Few batches set any, so only those that a batch sets are collected, and are checked when
//! it ends. Until then, two records may have the same one.

use std::collections::HashMap;
use std::hash::Hash;

use super::working::WorkingSet;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{User, Workspace, quoted};

/// A record that has external ids.
pub(super) trait HasExternalIds {
    /// The type of the record, such as "user".
    const WHAT: &'static str;

    fn external_ids(&self) -> impl Iterator<Item = (&str, &str)>;

    fn external_id(&self, provisioner: &str) -> Option<&str>;
}

impl HasExternalIds for User {
    const WHAT: &'static str = "user";

    fn external_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.external_ids()
    }

    fn external_id(&self, provisioner: &str) -> Option<&str> {
        self.external_id(provisioner)
    }
}

impl HasExternalIds for Workspace {
    const WHAT: &'static str = "workspace";

    fn external_ids(&self) -> impl Iterator<Item = (&str, &str)> {
        self.external_ids()
    }

    fn external_id(&self, provisioner: &str) -> Option<&str> {
        self.external_id(provisioner)
    }
}

/// An external id that an operation gave to a record.
struct Given<K> {
    provisioner: String,
    id: String,
    to: K,
    op_index: usize,
}

/// The external ids that a batch gave to users or to workspaces, in its order.
pub(super) struct GivenIds<K>(Vec<Given<K>>);

impl<K> Default for GivenIds<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord + Hash> GivenIds<K> {
    /// Notes the ids that a record has `now` and had not `before`.
    pub(super) fn note<T: HasExternalIds>(
        &mut self,
        to: K,
        before: Option<&T>,
        now: Option<&T>,
        op_index: usize,
    ) {
        let Some(now) = now else { return };
        for (provisioner, id) in now.external_ids() {
            let had = before.and_then(|before| before.external_id(provisioner));
            if had != Some(id) {
                self.0.push(Given {
                    provisioner: provisioner.to_owned(),
                    id: id.to_owned(),
                    to,
                    op_index,
                });
            }
        }
    }

    /// Refusals for ids that would end up with two holders, one for each operation that
    /// gave another record's id. `stored(provisioner, id)` is the holder before the batch.
    pub(super) fn contested<T: HasExternalIds>(
        &self,
        set: &WorkingSet<K, T>,
        stored: impl Fn(&str, &str) -> Result<Option<K>>,
    ) -> Result<Vec<Error>> {
        // A batch may set a record's id of one provisioner several times; the last one
        // counts.
        let places = self.0.iter().enumerate();
        let last: HashMap<(K, &str), usize> = places
            .map(|(place, given)| ((given.to, given.provisioner.as_str()), place))
            .collect();
        let mut refusals = Vec::new();
        // If several records are given a free id, the first one gets it.
        let mut holders: HashMap<(&str, &str), K> = HashMap::new();
        for (place, given) in self.0.iter().enumerate() {
            let (provisioner, id) = (given.provisioner.as_str(), given.id.as_str());
            let has_it = |holder: K| match set.get(holder) {
                Some(now) => now.is_some_and(|now| given.is_of(&*now)),
                None => true,
            };
            if last.get(&(given.to, provisioner)) != Some(&place) || !has_it(given.to) {
                continue;
            }
            let holder = match holders.get(&(provisioner, id)) {
                Some(first) => Some(*first),
                // A stored holder to whom the batch gave the id again counts in the order
                // of the batch.
                None => stored(provisioner, id)?.filter(|holder| {
                    has_it(*holder) && !last.contains_key(&(*holder, provisioner))
                }),
            };
            if holder.is_some_and(|holder| holder != given.to) {
                refusals.push(taken::<T>(given).at_op(given.op_index));
            } else {
                holders.insert((provisioner, id), given.to);
            }
        }
        Ok(refusals)
    }
}

impl<K> Given<K> {
    /// Whether the record has this id.
    fn is_of(&self, record: &impl HasExternalIds) -> bool {
        record.external_id(&self.provisioner) == Some(&self.id)
    }
}

fn taken<T: HasExternalIds>(given: &Given<impl Copy>) -> Error {
    let (what, id, provisioner) = (T::WHAT, &given.id, &given.provisioner);
    Error::new(
        ErrorKind::ExternalIdTaken,
        format!(
            "another {what} has the external id {id} of {provisioner}; remove it there first",
            id = quoted(id),
            provisioner = quoted(provisioner)
        ),
    )
}
