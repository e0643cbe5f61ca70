//! One batch at work: the records it touches, and what comes of them.
//!
//! Operations change records in working sets only. Whether two users have one
//! email, whether there are seats, whether an admin and the owners are left:
//! these are judged at the end, on the net result. So two users can swap their
//! emails, and a seat can change hands in a full house.

use std::collections::{BTreeSet, HashMap};

use super::claims::{Claims, EMAIL, LOOK, USERNAME};
use super::external::GivenIds;
use super::ops::members::{self, Members};
use super::ops::{users, workspaces};
use super::plan::{Plan, Writes};
use super::working::WorkingSet;
use super::{judge, read};
use crate::codec::{LicenseEntry, Request, Totals, decode_request, keys};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Applied, Batch, Event, License, Op, Outcome, Step, Subject, Timestamp, User, UserId, Workspace,
    WorkspaceId,
};

/// Applies `batch` to the state in `base`, at the time `at`.
///
/// The ids of new users must have been drawn. The first refusal is returned, with
/// the operation it concerns.
pub(crate) fn apply<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Plan> {
    if let Some(replay) = replay(base, batch)? {
        return Ok(replay);
    }
    batch.check_door()?;
    let mut session = Session::new(base, batch, at)?;
    for (index, step) in batch.steps.iter().enumerate() {
        session.run(index, step)?;
    }
    match session.judge()?.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => session.finish(batch),
    }
}

/// Everything that stands in the way of `batch`, ordered by operation; what
/// concerns the batch as a whole comes last, and only when nothing else does.
pub(crate) fn refusals<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Vec<Error>> {
    match replay(base, batch) {
        Ok(None) => {}
        Ok(Some(_)) => return Ok(Vec::new()),
        Err(error) if error.is_refusal() => return Ok(vec![error]),
        Err(error) => return Err(error),
    }
    if let Err(error) = batch.check_door() {
        return Ok(vec![error]);
    }
    let mut session = Session::new(base, batch, at)?;
    let mut refusals = Vec::new();
    for (index, step) in batch.steps.iter().enumerate() {
        match session.run(index, step) {
            Ok(()) => {}
            Err(error) if error.is_refusal() => refusals.push(error),
            Err(error) => return Err(error),
        }
    }
    let mut judged = session.judge()?;
    if !refusals.is_empty() {
        judged.retain(|error| error.op_index().is_some());
    }
    refusals.append(&mut judged);
    refusals.sort_by_key(|error| error.op_index().unwrap_or(usize::MAX));
    Ok(refusals)
}

/// The outcome of the same batch, if it was applied before with its request id.
///
/// # Errors
///
/// `RequestIdReused` where that was another batch.
fn replay<R: Read>(base: &R, batch: &Batch) -> Result<Option<Plan>> {
    let Some((id, digest)) = batch.request() else {
        return Ok(None);
    };
    let Some(bytes) = base.get(&keys::request(&id))? else {
        return Ok(None);
    };
    let request = decode_request(&bytes)?;
    if request.digest != digest {
        return Err(Error::new(
            ErrorKind::RequestIdReused,
            format!(
                "the request id is that of another batch, which was applied as change {}; \
                 draw a new id for this one",
                request.sequence
            ),
        ));
    }
    let Request {
        sequence, outcomes, ..
    } = request;
    let applied = Applied {
        sequence: Some(sequence),
        outcomes,
        replayed: true,
        ..Applied::default()
    };
    Ok(Some(Plan {
        writes: Writes::default(),
        applied,
        replaced: Vec::new(),
    }))
}

pub(super) struct Session<'a, R> {
    pub(super) base: &'a R,
    pub(super) at: Timestamp,
    pub(super) actor: Option<UserId>,
    allow_ownerless: bool,
    /// The operation that is running.
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
    /// Default workspaces that the batch made.
    pub(super) defaults: HashMap<UserId, WorkspaceId>,
    /// Workspaces that may have lost their last active owner.
    pub(super) owners_to_check: BTreeSet<WorkspaceId>,
    pub(super) last_workspace: u64,
    pub(super) events: Vec<Event>,
    pub(super) outcomes: Vec<Outcome>,
}

impl<'a, R: Read> Session<'a, R> {
    fn new(base: &'a R, batch: &Batch, at: Timestamp) -> Result<Self> {
        let license = read::license(base)?;
        let totals = read::totals(base)?;
        let steps = batch.steps.len();
        let mut users = WorkingSet::default();
        users.reserve(steps);
        let mut user_names = Claims::default();
        user_names.reserve(steps);
        Ok(Self {
            base,
            // The clock may have been put back, and another thread may have drawn its
            // time later but come first: time doesn't run back from change to change.
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

    /// Runs one operation; one that is refused leaves the session as it was.
    fn run(&mut self, index: usize, step: &Step) -> Result<()> {
        self.op_index = index;
        let outcome = match &step.op {
            Op::CreateUser(user) => users::create(self, user),
            Op::UpdateUser(user, update) => users::update(self, step, user, update),
            Op::ActivateUser(user) => users::set_active(self, step, user, true),
            Op::DeactivateUser(user) => users::set_active(self, step, user, false),
            Op::DeleteUser(user) => users::delete(self, step, user),
            Op::SetLicense(license) => self.set_license(step, *license),
            Op::CreateWorkspace(workspace) => workspaces::create(self, workspace),
            Op::DefaultWorkspace(user) => workspaces::default_of(self, user),
            Op::RenameWorkspace(workspace, name) => workspaces::rename(self, step, workspace, name),
            Op::ArchiveWorkspace(workspace) => workspaces::archive(self, step, workspace, true),
            Op::RestoreWorkspace(workspace) => workspaces::archive(self, step, workspace, false),
            Op::DeleteWorkspace(workspace) => workspaces::delete(self, step, workspace),
            Op::AddMember(workspace, user, role) => members::add(self, workspace, user, *role),
            Op::SetRole(workspace, user, role) => {
                members::set_role(self, step, workspace, user, *role)
            }
            Op::RemoveMember(workspace, user) => members::remove(self, step, workspace, user),
            Op::SetWorkspaceExternalId(workspace, provisioner, id) => {
                workspaces::set_external_id(self, step, workspace, provisioner, id.as_deref())
            }
        };
        self.outcomes
            .push(outcome.map_err(|error| error.at_op(index))?);
        Ok(())
    }

    fn set_license(&mut self, step: &Step, license: License) -> Result<Outcome> {
        step.check_version(self.license.version)?;
        let changed = self.license.license != license;
        if changed {
            self.license = LicenseEntry {
                license,
                version: self.license.version + 1,
            };
            self.events.push(Event::LicenseSet { license });
        }
        Ok(Outcome {
            subject: Subject::License,
            changed,
            version: self.license.version,
        })
    }

    /// The names that two records would have, ordered by operation.
    fn contested(&self) -> Result<Vec<Error>> {
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

    /// Everything that is wrong with the net result, ordered by operation.
    fn judge(&mut self) -> Result<Vec<Error>> {
        let mut refusals = self.contested()?;
        let after = self.totals_after()?;
        refusals.extend(judge::seats(self.license.license, &self.totals, &after));
        refusals.extend(judge::admins(&self.totals, &after));
        let ownerless = members::ownerless(self)?;
        if self.allow_ownerless {
            self.events.extend(
                ownerless
                    .iter()
                    .map(|w| Event::WorkspaceOwnerless { workspace: w.id }),
            );
        } else {
            refusals.extend(judge::owners(&ownerless));
        }
        Ok(refusals)
    }

    /// The counters as they are after the batch.
    ///
    /// # Errors
    ///
    /// `Corrupted` where they count fewer than there are.
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

/// A counter with one more.
pub(super) fn one_more(counter: u64) -> Result<u64> {
    counter.checked_add(1).ok_or_else(miscounted)
}

fn one_less(counter: u64) -> Result<u64> {
    counter.checked_sub(1).ok_or_else(miscounted)
}

fn miscounted() -> Error {
    Error::corrupted("the counters don't fit what they count; repair the directory")
}
