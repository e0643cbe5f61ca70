//! External ids: of one provisioner, no two users have the same one, and no two
//! workspaces.
//!
//! Few batches give any, so those that were given are noted, and looked at when the
//! batch ends. Until then two may have one.

use std::collections::HashMap;
use std::hash::Hash;

use super::working::WorkingSet;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ExternalIds, User, Workspace};

/// A record that has external ids.
pub(super) trait HasExternalIds {
    /// What has them, as in "user".
    const WHAT: &'static str;

    fn external_ids(&self) -> &ExternalIds;
}

impl HasExternalIds for User {
    const WHAT: &'static str = "user";

    fn external_ids(&self) -> &ExternalIds {
        &self.external_ids
    }
}

impl HasExternalIds for Workspace {
    const WHAT: &'static str = "workspace";

    fn external_ids(&self) -> &ExternalIds {
        &self.external_ids
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
        for (provisioner, id) in now.external_ids().iter() {
            let had = before.and_then(|before| before.external_ids().get(provisioner));
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

    /// The ids that would end up with two holders: a refusal for each operation that gave
    /// one of another. `stored(provisioner, id)` is the holder before the batch.
    pub(super) fn contested<T: HasExternalIds>(
        &self,
        set: &WorkingSet<K, T>,
        stored: impl Fn(&str, &str) -> Result<Option<K>>,
    ) -> Result<Vec<Error>> {
        // A record may be given ids of one provisioner again and again.
        let places = self.0.iter().enumerate();
        let last: HashMap<(K, &str), usize> = places
            .map(|(place, given)| ((given.to, given.provisioner.as_str()), place))
            .collect();
        let mut refusals = Vec::new();
        // Of those who are given a free id, the first has it.
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
                // Who was given it anew comes in the order of the batch.
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
        record.external_ids().get(&self.provisioner) == Some(&self.id)
    }
}

fn taken<T: HasExternalIds>(given: &Given<impl Copy>) -> Error {
    let (what, id, provisioner) = (T::WHAT, &given.id, &given.provisioner);
    Error::new(
        ErrorKind::ExternalIdTaken,
        format!(
            "another {what} has the external id {id:?} of {provisioner:?}; remove it there first"
        ),
    )
}
