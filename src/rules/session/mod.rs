//! The state of a running batch: the records it touches, and their net result.
//!
//! Operations change records only in working sets. Uniqueness, seats, admins and owners are
//! judged at the end, on the net result. So two users can swap their emails, and a seat can
//! change hands when all are in use.

mod members;
mod users;
mod workspaces;

use std::collections::{BTreeSet, HashMap};

use self::members::Members;
use super::claims::{Claims, EMAIL, LOOK, USERNAME};
use super::external::GivenIds;
use super::working::WorkingSet;
use super::{judge, read};
use crate::codec::keys::{self, KeyKind};
use crate::codec::{LicenseEntry, Totals};
use crate::engine::Read;
use crate::error::{Error, Result};
use crate::model::{Batch, Event, Outcome, Timestamp, User, UserId, Workspace, WorkspaceId};

/// The records of a batch at its current point. Operations read and change records only
/// through its methods.
pub(super) struct Session<'a, R> {
    pub(super) base: &'a R,
    pub(super) at: Timestamp,
    pub(super) actor: Option<UserId>,
    allow_ownerless: bool,
    /// The index of the running operation.
    pub(super) op_index: usize,
    pub(super) totals: Totals,
    pub(super) license_before: LicenseEntry,
    pub(super) license: LicenseEntry,
    pub(super) users: WorkingSet<UserId, User>,
    pub(super) workspaces: WorkingSet<WorkspaceId, Workspace>,
    pub(super) members: Members,
    pub(super) user_names: Claims<User>,
    pub(super) workspace_names: Claims<Workspace>,
    pub(super) given_to_users: GivenIds<UserId>,
    pub(super) given_to_workspaces: GivenIds<WorkspaceId>,
    /// Default workspaces that the batch created or changed.
    pub(super) defaults: HashMap<UserId, WorkspaceId>,
    /// Workspaces that may have lost their last active owner.
    pub(super) owners_to_check: BTreeSet<WorkspaceId>,
    pub(super) last_workspace: u64,
    pub(super) events: Vec<Event>,
    pub(super) outcomes: Vec<Outcome>,
}

impl<'a, R: Read> Session<'a, R> {
    pub(super) fn new(base: &'a R, batch: &Batch, at: Timestamp) -> Result<Self> {
        let license = read::license(base)?;
        let totals = read::totals(base)?;
        let steps = batch.steps.len();
        let mut users = WorkingSet::default();
        users.reserve(steps);
        let mut user_names = Claims::default();
        user_names.reserve(steps);
        Ok(Self {
            base,
            // Times never decrease from change to change, even if the clock was set back,
            // or another thread drew a later time but committed first.
            at: at.max(totals.last_at),
            actor: batch.actor,
            allow_ownerless: batch.allow_ownerless,
            op_index: 0,
            totals,
            license_before: license,
            license,
            users,
            workspaces: WorkingSet::default(),
            members: Members::default(),
            user_names,
            workspace_names: Claims::default(),
            given_to_users: GivenIds::default(),
            given_to_workspaces: GivenIds::default(),
            defaults: HashMap::new(),
            owners_to_check: BTreeSet::new(),
            last_workspace: totals.last_workspace,
            events: Vec::with_capacity(steps),
            outcomes: Vec::with_capacity(steps),
        })
    }

    /// Refusals for names that two records would have, ordered by operation.
    pub(super) fn contested(&self) -> Result<Vec<Error>> {
        let base = self.base;
        let unseen = |user: Option<User>, nth: usize| {
            let user = user.filter(|user| !self.users.contains(user.id));
            user.map(|user| (user, nth))
        };
        let mut refusals = self.user_names.contested(&self.users, |name| {
            let by_other = if name.contains('@') {
                unseen(read::user_by_email_key(base, name)?, EMAIL)
            } else {
                unseen(read::user_by_look(base, name)?, LOOK)
            };
            match by_other {
                Some(found) => Ok(Some(found)),
                None => Ok(unseen(read::user_by_username_key(base, name)?, USERNAME)),
            }
        })?;
        refusals.extend(self.workspace_names.contested(&self.workspaces, |name| {
            let id = read::workspace_id_by_name_key(base, name)?;
            match id.filter(|id| !self.workspaces.contains(*id)) {
                Some(id) => Ok(read::workspace_by_id(base, id)?.map(|found| (found, 0))),
                None => Ok(None),
            }
        })?);
        refusals.extend(self.contested_external_ids()?);
        refusals.sort_by_key(Error::op_index);
        Ok(refusals)
    }

    /// Refusals for external ids that two records would have.
    fn contested_external_ids(&self) -> Result<Vec<Error>> {
        let base = self.base;
        let of_users = |provisioner: &str, id: &str| {
            let user = read::user_by_external_id(base, provisioner, id)?;
            Ok(user.map(|user| user.id))
        };
        let of_workspaces = |provisioner: &str, id: &str| {
            let key = keys::external_id(KeyKind::WorkspaceExternalId, provisioner, id);
            read::workspace_id_at(base, &key)
        };
        let mut refusals = self.given_to_users.contested(&self.users, of_users)?;
        let workspaces = &self.given_to_workspaces;
        refusals.extend(workspaces.contested(&self.workspaces, of_workspaces)?);
        Ok(refusals)
    }

    /// All refusals of the net result: those of operations in their order, then those that
    /// concern the whole batch.
    pub(super) fn judge(&mut self) -> Result<Vec<Error>> {
        let after = self.totals_after()?;
        let mut refusals = self.contested()?;
        refusals.extend(judge::seats(self.license.license, &self.totals, &after));
        refusals.extend(judge::admins(&self.totals, &after));
        let ownerless = self.ownerless()?;
        if self.allow_ownerless {
            self.events.extend(judge::left(&ownerless));
        } else {
            refusals.extend(judge::owners(&ownerless));
        }
        Ok(refusals)
    }

    /// The counters as they are after the batch.
    ///
    /// # Errors
    ///
    /// `Corrupted` if a counter would overflow or become negative: it doesn't match the
    /// records.
    pub(super) fn totals_after(&self) -> Result<Totals> {
        let mut after = self.totals;
        for user in self.users.changed() {
            count(&mut after, user.before.as_deref(), one_less)?;
            count(&mut after, user.now.as_deref(), one_more)?;
        }
        for workspace in self.workspaces.changed() {
            if workspace.before.is_some() {
                after.workspaces = one_less(after.workspaces)?;
            }
            if workspace.now.is_some() {
                after.workspaces = one_more(after.workspaces)?;
            }
        }
        after.last_workspace = self.last_workspace;
        Ok(after)
    }
}

fn count(totals: &mut Totals, user: Option<&User>, step: fn(u64) -> Result<u64>) -> Result<()> {
    let Some(user) = user else { return Ok(()) };
    if user.active {
        totals.active = step(totals.active)?;
        if user.admin {
            totals.active_admins = step(totals.active_admins)?;
        }
    } else {
        totals.inactive = step(totals.inactive)?;
    }
    Ok(())
}

/// The incremented counter.
pub(super) fn one_more(counter: u64) -> Result<u64> {
    counter.checked_add(1).ok_or_else(miscounted)
}

fn one_less(counter: u64) -> Result<u64> {
    counter.checked_sub(1).ok_or_else(miscounted)
}

fn miscounted() -> Error {
    Error::corrupted("the counters don't match the records; repair the directory")
}
