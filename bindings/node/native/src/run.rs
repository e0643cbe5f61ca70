//! Carries out requests.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headcount::{
    Applied, Batch, CopyOptions, Directory, ErrorKind, Inspection, Options, Outcome, Subject, User,
    UserQuery, UserView,
};
use serde_json::{Value, json};

use crate::answer::{Answer, Packed, Refusal, camel_case, refusals};
use crate::handle::{Cursor, Handle, lock};
use crate::lines;
use crate::request::{Alone, Request, Then, parse};

type Result<T> = std::result::Result<T, Refusal>;

/// How many workspaces or changes a part of a list has.
const PART: usize = 256;

/// Carries out a request that needs no directory; opening makes a handle.
pub fn alone(request: Alone) -> Result<(Answer, Option<Arc<Handle>>)> {
    let answer = match request {
        Alone::Open { path, options } => {
            let handle = Handle::open(path.as_deref().map(Path::new), &options)?;
            return Ok((Answer::none(), Some(Arc::new(handle))));
        }
        Alone::Restore {
            backup,
            path,
            overwrite,
        } => {
            let options = CopyOptions::new().overwrite(overwrite);
            Answer::written(&headcount::restore(backup, path, options)?)?
        }
        Alone::Compact { path } => {
            let compacted = Options::new().compact(path)?;
            Answer::written(&compacted)?
        }
        Alone::FindFaultsOf { path, limit } => {
            inspection(&Options::new().find_faults(path, limit)?)?
        }
        Alone::PlanRepair { path, limit } => {
            Answer::written(&Options::new().plan_repair(path, limit)?)?
        }
        Alone::Repair { path, aside, limit } => {
            Answer::written(&Options::new().repair(path, aside, limit)?)?
        }
    };
    Ok((answer, None))
}

/// The directory for the changes of an actor, through a door.
fn writer(directory: &Directory, actor: Option<&str>, door: Option<&str>) -> Result<Directory> {
    let mut writer = directory.clone();
    if let Some(actor) = actor {
        writer = writer.acting_as(parse(actor)?);
    }
    if let Some(door) = door {
        writer = writer.through(door);
    }
    Ok(writer)
}

/// Users who were looked up together: those who were found, and before them for each
/// whether it was.
fn many(users: &[Option<Arc<User>>]) -> Answer {
    let mut packed = Packed::default();
    for user in users.iter().flatten() {
        packed.user(&UserView::from(&**user));
    }
    let found = users.iter().map(|user| Value::from(user.is_some()));
    Answer::with_users(found.collect(), packed)
}

/// Carries out a request to a directory.
pub fn with(handle: &Handle, request: Request) -> Result<Answer> {
    let directory = handle.directory();
    Ok(match request {
        Request::User { user } => Answer::optional(directory.user(user)?.as_deref()),
        Request::UserByUsername { username } => {
            Answer::optional(directory.user_by_username(&username)?.as_deref())
        }
        Request::UserByExternalId { provisioner, id } => {
            Answer::optional(directory.user_by_external_id(&provisioner, &id)?.as_deref())
        }
        Request::UsersByEmails { emails } => many(&directory.users_by_emails(&emails)?),
        Request::UsersByIds { ids } => {
            let ids = ids
                .iter()
                .map(|id| id.parse())
                .collect::<headcount::Result<Vec<_>>>()?;
            many(&directory.users_by_ids(&ids)?)
        }
        Request::TouchUser { user } => {
            directory.touch_user(user)?;
            Answer::none()
        }
        Request::LastSeen { user } => Answer::written(&directory.last_seen(user)?)?,
        Request::Query { query } => page(directory, &query)?,
        Request::Count { query } => Answer::of(directory.count(&query)?.into()),
        Request::Seats => Answer::written(&directory.seats()?)?,
        Request::SeatHistory { since } => Answer::written(&directory.seat_history(since)?)?,
        Request::Stats => Answer::written(&directory.stats()?)?,
        Request::StatsText => Answer::of(directory.stats()?.prometheus().into()),
        Request::Workspace { workspace } => Answer::written(&directory.workspace(workspace)?)?,
        Request::Members { workspace } => Answer::written(&directory.members(workspace)?)?,
        Request::WorkspacesOf { user } => Answer::written(&directory.workspaces_of(user)?)?,
        Request::WorkspaceByExternalId { provisioner, id } => {
            Answer::written(&directory.workspace_by_external_id(&provisioner, &id)?)?
        }
        Request::DefaultWorkspace { user, actor, door } => {
            let writer = writer(directory, actor.as_deref(), door.as_deref())?;
            Answer::written(&writer.default_workspace(user)?)?
        }
        Request::Apply { batch, then } => apply(directory, batch, then)?,
        Request::Preview { batch } => Answer::of(refusals(directory.preview(batch)?)),
        Request::ChangesNow { after, limit } => changes_now(directory, after, limit)?,
        Request::TrimChanges { before } => Answer::of(directory.trim_changes(before)?.into()),
        Request::Verify => Answer::written(&directory.verify()?)?,
        Request::FindFaults { limit } => inspection(&directory.find_faults(limit)?)?,
        Request::Backup { path, overwrite } => {
            let options = CopyOptions::new().overwrite(overwrite);
            Answer::written(&directory.backup_with(path, options)?)?
        }
        Request::Export { path, overwrite } => {
            Answer::of(lines::export(directory, Path::new(&path), overwrite)?.into())
        }
        Request::Load { path } => Answer::of(lines::load(directory, Path::new(&path))?.into()),
        Request::Users => keep(handle, Cursor::Users(Box::new(directory.users()?))),
        Request::Workspaces => keep(
            handle,
            Cursor::Workspaces(Box::new(directory.workspaces()?)),
        ),
        Request::Changes { after } => {
            keep(handle, Cursor::Changes(Box::new(directory.changes(after)?)))
        }
        Request::Next { cursor } => next(handle, cursor)?,
        Request::Drop { cursor } => {
            handle.give_up(cursor);
            Answer::none()
        }
    })
}

/// Calls `job`, and answers for it if it panics: that would end the process.
pub fn guarded<T>(job: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| {
        let what = "headcount failed inside; what became of the call is not known, so open the \
                    directory again";
        Err(Refusal::new(ErrorKind::OutcomeUnknown, what))
    })
}

fn keep(handle: &Handle, cursor: Cursor) -> Answer {
    Answer::of(handle.keep(cursor).into())
}

/// The next part of a list; nothing after its end.
fn next(handle: &Handle, number: u32) -> Result<Answer> {
    let Some(cursor) = handle.cursor(number) else {
        return Ok(Answer::none());
    };
    let answer = match &mut *lock(&cursor) {
        Cursor::Users(users) => {
            let mut batch = Packed::default();
            users.for_each_view(|user| {
                if batch.is_full() {
                    return ControlFlow::Break(());
                }
                batch.user(&user);
                ControlFlow::Continue(())
            })?;
            let is_last = users.is_empty();
            (Answer::with_users(json!(!is_last), batch), is_last)
        }
        Cursor::Workspaces(workspaces) => part(workspaces)?,
        Cursor::Changes(changes) => part(changes)?,
    };
    if answer.1 {
        handle.give_up(number);
    }
    Ok(answer.0)
}

/// The next records of a list, and whether they are the last.
fn part<T: serde::Serialize>(
    list: &mut impl Iterator<Item = headcount::Result<T>>,
) -> Result<(Answer, bool)> {
    let records = list.take(PART).collect::<headcount::Result<Vec<_>>>()?;
    let is_last = records.len() < PART;
    Ok((Answer::written(&records)?, is_last))
}

fn page(directory: &Directory, query: &UserQuery) -> Result<Answer> {
    let mut users = Packed::default();
    let visited = directory.for_each_in_page(query, |user| {
        users.user(&user);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(Answer::with_users(visited.next.into(), users))
}

fn changes_now(directory: &Directory, after: u64, limit: usize) -> Result<Answer> {
    let mut feed = directory.follow(after);
    let mut changes = Vec::new();
    while changes.len() < limit {
        match feed.recv_timeout(Duration::ZERO)? {
            Some(change) => changes.push(change),
            None => break,
        }
    }
    Answer::written(&changes)
}

fn apply(directory: &Directory, batch: Batch, then: Then) -> Result<Answer> {
    if let Then::DryRun = then {
        return Ok(applied(&directory.dry_run(batch)?));
    }
    let done = directory.apply(batch)?;
    let subject = done.outcomes.first().map(|outcome| outcome.subject);
    Ok(match (then, subject) {
        (Then::User, Some(Subject::User(id))) => match done.user(id) {
            Some(user) => Answer::user(user),
            None => Answer::optional(directory.user_by_id(id)?.as_deref()),
        },
        (Then::Workspace, Some(Subject::Workspace(id))) => {
            Answer::written(&directory.workspace(id)?)?
        }
        (Then::Id, Some(Subject::User(id))) => Answer::of(id.to_string().into()),
        (Then::Id, Some(Subject::Workspace(id))) => Answer::of(id.as_u64().into()),
        (Then::Seats, _) => Answer::written(&directory.seats()?)?,
        _ => applied(&done),
    })
}

fn applied(applied: &Applied) -> Answer {
    let mut users = Packed::default();
    for outcome in &applied.outcomes {
        if let Subject::User(id) = outcome.subject
            && let Some(user) = applied.user(id)
        {
            users.user(&user.as_ref().into());
        }
    }
    let outcomes: Vec<Value> = applied.outcomes.iter().map(outcome).collect();
    let json = json!({
        "sequence": applied.sequence,
        "replayed": applied.replayed,
        "outcomes": outcomes,
        "ownerless": applied.ownerless,
    });
    Answer::with_users(json, users)
}

fn outcome(outcome: &Outcome) -> Value {
    let (about, user, workspace) = match outcome.subject {
        Subject::User(user) => ("user", Some(user), None),
        Subject::License => ("license", None, None),
        Subject::Workspace(workspace) => ("workspace", None, Some(workspace)),
        Subject::Member(workspace, user) => ("member", Some(user), Some(workspace)),
        _ => ("unknown", None, None),
    };
    json!({
        "about": about,
        "user": user.map(|id| id.to_string()),
        "workspace": workspace.map(headcount::WorkspaceId::as_u64),
        "changed": outcome.changed,
        "version": outcome.version,
    })
}

fn inspection(found: &Inspection) -> Result<Answer> {
    let mut json = camel_case(serde_json::to_value(found)?);
    json["sound"] = found.is_sound().into();
    Ok(Answer::of(json))
}
