//! Undo of an import: the inverse of its batch, which requires the versions that the import left.
//!
//! The inverses of the latest imports are kept in memory, by the request ids of the imports.
//! They are lost when the server restarts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use headcount::{
    Applied, Batch, Directory, ErrorKind, RequestId, Subject, User, UserId, UserUpdate,
};
use maud::{Markup, html};

use super::check_admins;
use super::file::Row;
use super::plan::{Parts, Step, own_username};
use crate::door::Failure;
use crate::page::undo::form;
use crate::page::{Shown, Visitor, place};

/// Operations of all kept inverses together; beyond this the oldest are dropped.
const OPERATIONS_MAX: usize = 200_000;

/// The inverse of an import.
#[derive(Clone, Debug)]
pub(in crate::page) struct Undo {
    batch: Batch,
    /// The user of each operation.
    users: Vec<UserId>,
    /// Users whom the import created, and whom the undo deletes.
    created: Vec<UserId>,
    is_about_admins: bool,
    /// The number of the change that has undone the import.
    done: OnceLock<u64>,
}

/// The users of an import as they were before.
pub(super) type Before = HashMap<UserId, Arc<User>>;

/// The users that the steps change, as they are now.
pub(super) fn before(directory: &Directory, steps: &[Step]) -> headcount::Result<Before> {
    let mut before = Before::new();
    for step in steps {
        if let Step::Update(id, ..) = step
            && let Some(user) = directory.user_by_id(*id)?
        {
            before.insert(*id, user);
        }
    }
    Ok(before)
}

impl Undo {
    /// The inverse of the batch that [`work`](super::plan::work) made of `steps` and `rows`.
    /// `operations` has the row of each of its operations.
    pub(super) fn new(
        (rows, steps, operations): (&[Row], &[Step], &[usize]),
        before: &Before,
        applied: &Applied,
    ) -> Self {
        let mut undo = Self {
            batch: Batch::new().request_id(RequestId::generate()),
            users: Vec::new(),
            created: Vec::new(),
            is_about_admins: false,
            done: OnceLock::new(),
        };
        // In reverse, the first operation of a user is the last one that was applied: its version
        // is the one to require.
        let mut last_row = None;
        for (outcome, at) in applied.outcomes.iter().zip(operations).rev() {
            let (Some(row), Some(step), Subject::User(id)) =
                (rows.get(*at), steps.get(*at), outcome.subject)
            else {
                continue;
            };
            let is_first = last_row.replace(*at) != Some(*at);
            let version = is_first.then_some(outcome.version);
            match step {
                Step::Create => undo.delete(id, outcome.version),
                Step::Update(_, _, parts) => {
                    let Some(user) = before.get(&id) else {
                        continue;
                    };
                    // A row with two operations has the one for the profile first.
                    if is_first && parts.active {
                        undo.set_active(user);
                    } else {
                        undo.restore(user, row, *parts);
                    }
                    if let Some(version) = version {
                        undo.batch = std::mem::take(&mut undo.batch).if_version(version);
                    }
                }
                Step::Keep => {}
            }
        }
        undo
    }

    /// The number of the change that has undone the import.
    pub(in crate::page) fn done(&self) -> Option<u64> {
        self.done.get().copied()
    }

    fn push(&mut self, id: UserId, add: impl FnOnce(Batch) -> Batch) {
        self.users.push(id);
        self.batch = add(std::mem::take(&mut self.batch));
    }

    fn delete(&mut self, id: UserId, version: u64) {
        self.created.push(id);
        self.push(id, |batch| batch.delete_user(id).if_version(version));
    }

    fn set_active(&mut self, before: &User) {
        let id = before.id();
        self.push(id, |batch| {
            if before.is_active() {
                batch.activate_user(id)
            } else {
                batch.deactivate_user(id)
            }
        });
    }

    fn restore(&mut self, before: &User, row: &Row, parts: Parts) {
        self.is_about_admins |= parts.admin;
        let update = restored(before, row, parts);
        self.push(before.id(), |batch| batch.update_user(before.id(), update));
    }

    /// Refuses to delete users who have joined workspaces since, which does not change their
    /// versions.
    fn check(&self, directory: &Directory) -> Result<(), Failure> {
        for id in &self.created {
            // If somebody has deleted the user, the batch reports it.
            let Some(user) = directory.user_by_id(*id)? else {
                continue;
            };
            let mut has_joined = false;
            for member in directory.workspaces_of(*id)? {
                let workspace = directory.workspace(member.workspace())?;
                // The user's own default workspace is deleted with them.
                has_joined |= workspace.is_some_and(|of| of.default_of() != Some(*id));
            }
            if !has_joined {
                continue;
            }
            let email = user.email();
            let message = format!(
                "the import created {email}, who has joined a workspace since; \
                 remove them from their workspaces first"
            );
            return Err(Failure::new(StatusCode::CONFLICT, message));
        }
        Ok(())
    }
}

/// Restores the fields that the row set.
fn restored(before: &User, row: &Row, parts: Parts) -> UserUpdate {
    let mut update = UserUpdate::new();
    if parts.admin {
        update = update.admin(before.is_admin());
    }
    if !parts.profile {
        return update;
    }
    let email = before.email().as_str();
    if row.email.is_some() {
        update = update.email(email);
    }
    if own_username(row).is_some() {
        let own = Some(before.username()).filter(|name| *name != email);
        update = update.username(own);
    }
    if row.given_name.is_some() {
        update = update.given_name(before.given_name());
    }
    if row.family_name.is_some() {
        update = update.family_name(before.family_name());
    }
    for name in row.attributes.keys() {
        update = update.attribute(name, before.attribute(name));
    }
    for provisioner in row.external_ids.keys() {
        update = update.external_id(provisioner, before.external_id(provisioner));
    }
    update
}

/// The inverses of the latest imports, oldest first.
#[derive(Default)]
pub(crate) struct Undos(Mutex<VecDeque<(RequestId, Arc<Undo>)>>);

impl Undos {
    pub(super) fn keep(&self, import: RequestId, undo: Undo) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((import, Arc::new(undo)));
        let mut operations: usize = kept.iter().map(|(_, undo)| undo.users.len()).sum();
        while operations > OPERATIONS_MAX
            && let Some((_, oldest)) = kept.pop_front()
        {
            operations -= oldest.users.len();
        }
    }

    /// The inverse of the import with this request id, unless it is lost.
    pub(in crate::page) fn find(&self, import: RequestId) -> Option<Arc<Undo>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = kept.iter();
        kept.find(|(id, _)| *id == import)
            .map(|(_, undo)| Arc::clone(undo))
    }
}

/// Undoes the import that is the change with this number.
pub(in crate::page) async fn undo(
    visitor: &Visitor,
    (number, undo): (u64, Arc<Undo>),
    is_ownerless: bool,
    back: &str,
) -> Shown {
    check_admins(undo.is_about_admins, visitor)?;
    let undoing = Arc::clone(&undo);
    let work = move |directory: &Directory| {
        undoing.check(directory)?;
        let batch = undoing.batch.clone().allow_ownerless(is_ownerless);
        match directory.apply(batch) {
            Ok(applied) => {
                // If it is set, to the same number: the batch has a request id.
                let _ = applied.sequence.map(|number| undoing.done.set(number));
                Ok(())
            }
            // The request id is the undo's own: somebody has undone it already, with the other
            // button.
            Err(error) if error.kind() == ErrorKind::RequestIdReused => Ok(()),
            Err(error) => Err(error.into()),
        }
    };
    let failure = match (
        visitor.server.write(&visitor.caller, work).await,
        undo.done(),
    ) {
        (Ok(()), Some(by)) => return Ok(place::done(by, back)),
        (Ok(()), None) => return Ok(Redirect::to("/admin/audit").into_response()),
        (Err(failure), _) => failure,
    };
    let user = failure.op_index.and_then(|at| undo.users.get(at));
    let user = user.map(|id| visitor.directory().user_by_id(*id));
    let user = user.transpose()?.flatten();
    let content = html! {
        (refusal((number, back), &failure, user.as_deref()))
        p class="row" { a class="button" href=(back) { "Back" } }
    };
    Ok(visitor.page(failure.status, "Import", place::HOME, &content))
}

fn refusal((number, back): (u64, &str), failure: &Failure, user: Option<&User>) -> Markup {
    html! {
        h1 { "Nothing was undone" }
        div class="card bad" role="alert" {
            p {
                @if let Some(user) = user { b { bdi { (user.email().as_str()) } } ": " }
                (failure.message)
            }
            @match failure.kind {
                Some(ErrorKind::Conflict { .. } | ErrorKind::UserNotFound) => p {
                    "Somebody has changed this user since the import. An import is undone as a \
                     whole or not at all, so undo or repeat what you need by hand."
                },
                Some(ErrorKind::NoFreeSeat { .. }) => p {
                    "The import freed seats that are taken now: "
                    a href="/admin?state=active" { "see who holds the seats" }
                },
                Some(ErrorKind::LastOwner) => {
                    p { "The workspaces stay, and you can make somebody an owner later." }
                    (form(number, Some(back), true, "Leave them without an owner"))
                },
                _ => {}
            }
        }
    }
}
