//! Applying a batch: runs each operation, then judges the net result.

use super::ops::{license, members, users, workspaces};
use super::plan::{Plan, PlannedWrites};
use super::session::Session;
use crate::codec::{RequestRecord, decode_request, keys};
use crate::engine::Read;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, Op, Step, Timestamp};

/// Applies `batch` to the state in `base`, at the time `at`.
///
/// The ids of new users must have been drawn. Returns the first refusal, with the operation
/// it concerns.
///
/// Each operation is freed when it has run, and all of them before anything is encoded, so
/// that a large batch doesn't take its memory twice.
pub(crate) fn apply<R: Read>(base: &R, mut batch: Batch, at: Timestamp) -> Result<Plan> {
    if let Some(replay) = replay(base, &batch)? {
        return Ok(replay);
    }
    batch.check_settings()?;
    let mut session = Session::new(base, &batch, at)?;
    for (index, step) in batch.take_steps().into_iter().enumerate() {
        run(&mut session, index, &step)?;
    }
    match session.judge()?.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => session.finish(&batch),
    }
}

/// All refusals of `batch`, ordered by operation. Those that concern the whole batch come
/// last, and are determined only if no operation is refused.
pub(crate) fn refusals<R: Read>(base: &R, batch: &Batch, at: Timestamp) -> Result<Vec<Error>> {
    match replay(base, batch) {
        Ok(None) => {}
        Ok(Some(_)) => return Ok(Vec::new()),
        Err(error) if error.is_refusal() => return Ok(vec![error]),
        Err(error) => return Err(error),
    }
    if let Err(error) = batch.check_settings() {
        return Ok(vec![error]);
    }
    let mut session = Session::new(base, batch, at)?;
    let mut refusals = Vec::new();
    for (index, step) in batch.steps.iter().enumerate() {
        match run(&mut session, index, step) {
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

/// The stored outcome, if the same batch was already applied with its request id.
///
/// # Errors
///
/// `RequestIdReused` if a different batch was applied with that id.
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
    let RequestRecord {
        sequence, outcomes, ..
    } = request;
    let applied = Applied {
        sequence: Some(sequence),
        outcomes,
        replayed: true,
        ..Applied::default()
    };
    Ok(Some(Plan {
        writes: PlannedWrites::default(),
        applied,
        replaced: Vec::new(),
    }))
}

/// Runs one operation; a refused one leaves the session unchanged.
pub(super) fn run<R: Read>(session: &mut Session<'_, R>, index: usize, step: &Step) -> Result<()> {
    session.op_index = index;
    let outcome = match &step.op {
        Op::CreateUser(user) => users::create(session, user),
        Op::UpdateUser(user, update) => users::update(session, step, user, update),
        Op::ActivateUser(user) => users::set_active(session, step, user, true),
        Op::DeactivateUser(user) => users::set_active(session, step, user, false),
        Op::DeleteUser(user) => users::delete(session, step, user),
        Op::SetLicense(license) => license::set(session, step, *license),
        Op::CreateWorkspace(workspace) => workspaces::create(session, workspace),
        Op::DefaultWorkspace(user) => workspaces::default_of(session, user),
        Op::RenameWorkspace(workspace, name) => workspaces::rename(session, step, workspace, name),
        Op::ArchiveWorkspace(workspace) => workspaces::archive(session, step, workspace, true),
        Op::RestoreWorkspace(workspace) => workspaces::archive(session, step, workspace, false),
        Op::DeleteWorkspace(workspace) => workspaces::delete(session, step, workspace),
        Op::AddMember(workspace, user, role) => members::add(session, workspace, user, *role),
        Op::SetRole(workspace, user, role) => {
            members::set_role(session, step, workspace, user, *role)
        }
        Op::RemoveMember(workspace, user) => members::remove(session, step, workspace, user),
        Op::SetWorkspaceExternalId(workspace, provisioner, id) => {
            workspaces::set_external_id(session, step, workspace, provisioner, id.as_deref())
        }
    };
    session
        .outcomes
        .push(outcome.map_err(|error| error.at_op(index))?);
    Ok(())
}
