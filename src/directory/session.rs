//! One batch at work: the records it touches, and what comes of them.
//!
//! Operations change records in working sets only. Whether two users have one
//! email, whether there are seats, whether an admin and the owners are left:
//! these are judged at the end, on the net result. So two users can swap their
//! emails, and a seat can change hands in a full house.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::claims::Claims;
use super::members::Members;
use super::plan::{Plan, Writes};
use super::working::{Record, WorkingSet};
use super::{entries, judge, members, read, users, workspaces};
use crate::codec::{
    IdEntry, LicenseEntry, Request, Totals, decode_request, encode_change, encode_id,
    encode_license, encode_request, encode_totals, keys,
};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Applied, Batch, Change, Event, License, Member, Op, Outcome, Step, Subject, Timestamp, User,
    UserId, Workspace, WorkspaceId,
};

/// Applies `batch` to the state in `base`, at the time `at`.
///
/// The ids of new users must have been drawn. The first refusal is returned, with
/// the operation it concerns.
pub(crate) fn apply<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Plan> {
    if let Some(replay) = replay(base, batch)? {
        return Ok(replay);
    }
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
    if replay(base, batch)?.is_some() {
        return Ok(Vec::new());
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

/// The outcome of an earlier batch with the same request id.
fn replay<R: Read>(base: &R, batch: &Batch) -> Result<Option<Plan>> {
    let Some(id) = &batch.request_id else {
        return Ok(None);
    };
    let Some(bytes) = base.get(&keys::request(id))? else {
        return Ok(None);
    };
    let Request { sequence, outcomes } = decode_request(&bytes)?;
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
    license_before: LicenseEntry,
    license: LicenseEntry,
    pub(super) users: WorkingSet<UserId, User>,
    pub(super) workspaces: WorkingSet<WorkspaceId, Workspace>,
    pub(super) members: Members,
    pub(super) emails: Claims<UserId>,
    pub(super) usernames: Claims<UserId>,
    pub(super) workspace_names: Claims<WorkspaceId>,
    /// Default workspaces that the batch made.
    pub(super) defaults: HashMap<UserId, WorkspaceId>,
    /// Workspaces that may have lost their last active owner.
    pub(super) doubtful: BTreeSet<WorkspaceId>,
    pub(super) last_workspace: u64,
    pub(super) events: Vec<Event>,
    outcomes: Vec<Outcome>,
}

impl<'a, R: Read> Session<'a, R> {
    fn new(base: &'a R, batch: &Batch, at: Timestamp) -> Result<Self> {
        let license = read::license(base)?;
        let totals = read::totals(base)?;
        Ok(Self {
            base,
            at,
            actor: batch.actor,
            allow_ownerless: batch.allow_ownerless,
            op_index: 0,
            totals,
            license_before: license,
            license,
            users: WorkingSet::default(),
            workspaces: WorkingSet::default(),
            members: Members::default(),
            emails: Claims::new("user has the email", ErrorKind::EmailTaken),
            usernames: Claims::new("user has the username", ErrorKind::UsernameTaken),
            workspace_names: Claims::new("workspace has the name", ErrorKind::WorkspaceNameTaken),
            defaults: HashMap::new(),
            doubtful: BTreeSet::new(),
            last_workspace: totals.last_workspace,
            events: Vec::new(),
            outcomes: Vec::with_capacity(batch.steps.len()),
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

    /// The keys that two records would have, ordered by operation.
    fn contested(&self) -> Result<Vec<Error>> {
        let base = self.base;
        let is_unseen_user = |user: Option<User>| user.is_some_and(|u| !self.users.contains(u.id));
        let mut refusals = self
            .emails
            .contested(|key| Ok(is_unseen_user(read::user_by_email_key(base, key)?)))?;
        refusals.extend(
            self.usernames
                .contested(|key| Ok(is_unseen_user(read::user_by_username_key(base, key)?)))?,
        );
        refusals.extend(self.workspace_names.contested(|key| {
            Ok(read::workspace_id_by_name_key(base, key)?
                .is_some_and(|id| !self.workspaces.contains(id)))
        })?);
        refusals.sort_by_key(Error::op_index);
        Ok(refusals)
    }

    /// Everything that is wrong with the net result, ordered by operation.
    fn judge(&mut self) -> Result<Vec<Error>> {
        let mut refusals = self.contested()?;
        let after = self.totals_after();
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

    fn totals_after(&self) -> Totals {
        let mut after = self.totals;
        for (_, user) in self.users.changed() {
            count(&mut after, user.before.as_deref(), u64::wrapping_sub);
            count(&mut after, user.now.as_deref(), u64::wrapping_add);
        }
        for (_, workspace) in self.workspaces.changed() {
            after.workspaces -= u64::from(workspace.before.is_some());
            after.workspaces += u64::from(workspace.now.is_some());
        }
        after.last_workspace = self.last_workspace;
        after
    }

    /// The writes and the answer. A batch that changed nothing writes nothing,
    /// unless its request id has to be remembered.
    fn finish(mut self, batch: &Batch) -> Result<Plan> {
        let mut writes = Writes::default();
        let mut sequence = None;
        if !self.events.is_empty() || batch.request_id.is_some() {
            let mut totals = self.totals_after();
            totals.last_change += 1;
            sequence = Some(totals.last_change);
            self.write_records(&mut writes)?;
            if self.license != self.license_before {
                writes.put(keys::LICENSE.to_vec(), encode_license(&self.license)?);
            }
            writes.put(keys::TOTALS.to_vec(), encode_totals(&totals)?);
            let change = Change {
                sequence: totals.last_change,
                at: self.at,
                actor: self.actor,
                request_id: batch.request_id,
                events: std::mem::take(&mut self.events),
            };
            writes.put(keys::change(change.sequence), encode_change(&change)?);
            if let Some(id) = &batch.request_id {
                let request = Request {
                    sequence: change.sequence,
                    outcomes: self.outcomes.clone(),
                };
                writes.put(keys::request(id), encode_request(&request)?);
            }
        }
        let replaced = self
            .users
            .changed()
            .filter_map(|(_, user)| user.before.clone())
            .collect();
        let applied = Applied {
            sequence,
            outcomes: self.outcomes,
            replayed: false,
            users: self.users.into_now(),
        };
        Ok(Plan {
            writes,
            applied,
            replaced,
        })
    }

    fn write_records(&self, writes: &mut Writes) -> Result<()> {
        for (id, user) in self.users.changed() {
            let before = user.before.as_deref().map(entries::of_user).transpose()?;
            let now = match &user.now {
                Some(now) => entries::of_user(now)?,
                None => vec![(keys::id(id), encode_id(&IdEntry::Deleted)?)],
            };
            writes.replace(&before.unwrap_or_default(), now);
        }
        for (_, workspace) in self.workspaces.changed() {
            let entries = |workspace: &Option<Arc<Workspace>>| {
                workspace
                    .as_deref()
                    .map_or(Ok(Vec::new()), entries::of_workspace)
            };
            writes.replace(&entries(&workspace.before)?, entries(&workspace.now)?);
        }
        for ((_, user_id), member) in self.members.iter() {
            let emails = self.email_keys(user_id)?;
            let entries =
                |member: &Option<Arc<Member>>, email: &Option<String>| match (member, email) {
                    (Some(member), Some(email)) => entries::of_member(member, email),
                    _ => Ok(Vec::new()),
                };
            let before = entries(&member.before, &emails.0)?;
            writes.replace(&before, entries(&member.now, &emails.1)?);
        }
        Ok(())
    }

    /// The email keys of a user before the batch and now.
    fn email_keys(&self, id: UserId) -> Result<(Option<String>, Option<String>)> {
        let key = |user: &Option<Arc<User>>| user.as_ref().map(|user| user.email_key().to_owned());
        if let Some(Record { before, now, .. }) = self.users.record(id) {
            return Ok((key(before), key(now)));
        }
        let stored = key(&read::user_by_id(self.base, id)?.map(Arc::new));
        Ok((stored.clone(), stored))
    }
}

fn count(totals: &mut Totals, user: Option<&User>, add: fn(u64, u64) -> u64) {
    let Some(user) = user else { return };
    if user.active {
        totals.active = add(totals.active, 1);
        totals.active_admins = add(totals.active_admins, u64::from(user.admin));
    } else {
        totals.inactive = add(totals.inactive, 1);
    }
}
