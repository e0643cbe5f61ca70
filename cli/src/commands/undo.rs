//! `headcount undo`: reverts a change, if all of it can be reverted and nothing that it changed has
//! changed since.

mod history;
mod touched;

use std::io::Write;

use headcount::{Event, Field, Op, UserId, UserUpdate, WorkspaceId};
use serde_json::json;

use self::history::History;
use self::touched::{Touched, batch, touched};
use super::confirm::confirm;
use super::{Store, apply, refusal};
use crate::args::UndoArgs;
use crate::directory::Directory;
use crate::failure::{CommandRefusal, Failure, Result};
use crate::output::{license_name, safe, write_json};
use crate::ownerless::Ownerless;

pub(super) fn run(
    store: &Store<'_>,
    args: &UndoArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = if args.dry_run {
        store.open_to_try()?
    } else {
        store.open_to_change()?
    };
    let mut history = History::read(&directory, args.sequence)?;
    history.refuse_what_came_after()?;
    let steps = history.steps(&directory)?;
    let batch = args.ownerless.on(batch(&directory, &steps)?);
    if steps.iter().any(Step::deletes) && !args.dry_run {
        let what = format!("deleting what change {} created", args.sequence);
        confirm(&what, args.yes)?;
    }
    // Others can change the directory through the same server, also while the question waits. The
    // versions in the batch refuse later changes of the records themselves, but a new member
    // changes the version of neither the user nor the workspace: only the history tells of it. So
    // one who is added between this look and the batch is deleted along.
    history.read_on(&directory)?;
    history.refuse_what_came_after()?;
    let applied = if args.dry_run {
        directory.dry_run(batch).map_err(refusal)?
    } else {
        apply(&directory, batch)?
    };
    let ownerless = Ownerless::find(&directory, &applied.ownerless, json);
    directory.close()?;
    let told: Vec<_> = steps.iter().map(|step| step.told.as_str()).collect();
    if json {
        let mut document = json!({
            "dry_run": args.dry_run,
            "undone": args.sequence,
            "sequence": applied.sequence.filter(|_| !args.dry_run),
            "steps": told,
        });
        ownerless.add_to(&mut document, args.dry_run);
        return write_json(out, &document);
    }
    let number = args.sequence;
    match applied.sequence.filter(|_| !args.dry_run) {
        Some(sequence) => writeln!(out, "undid change {number}, as change {sequence}:")?,
        None => writeln!(
            out,
            "dry run, nothing is written: change {number} can be undone:"
        )?,
    }
    for step in told {
        writeln!(out, "  {}", safe(step))?;
    }
    ownerless.write(args.dry_run, out)
}

/// An operation that reverts an event.
struct Step {
    op: Op,
    touched: Touched,
    told: String,
}

impl Step {
    fn new(op: Op, touched: Touched, told: impl Into<String>) -> Self {
        Self {
            op,
            touched,
            told: told.into(),
        }
    }

    fn deletes(&self) -> bool {
        matches!(self.op, Op::DeleteUser(_) | Op::DeleteWorkspace(_))
    }
}

impl History {
    /// The operations that revert the change, the last event first.
    fn steps(&self, directory: &Directory) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let mut stuck = Vec::new();
        // Deleting what was created reverts all that was done with it, and a default workspace goes
        // with its user. Only what was deleted already can't be deleted.
        let goes_along = |event: &&Event| match **event {
            Event::UserCreated { .. }
            | Event::UserDeleted { .. }
            | Event::WorkspaceDeleted { .. } => false,
            Event::WorkspaceCreated { default_of, .. } => {
                default_of.is_some_and(|user| self.is_of_created(Touched::User(user)))
            }
            _ => touched(event).is_some_and(|touched| self.is_of_created(touched)),
        };
        let events = self.change.events.iter().rev();
        for event in events.filter(|event| !goes_along(event)) {
            match self.step(directory, event) {
                Ok(step) => steps.extend(step),
                Err(why) => stuck.push(why),
            }
        }
        if stuck.is_empty() && !steps.is_empty() {
            return Ok(steps);
        }
        let number = self.change.sequence;
        let message = if stuck.is_empty() {
            format!("change {number} changed nothing, so there is nothing to undo")
        } else {
            format!("change {number} can't be undone; nothing was changed")
        };
        Err(Failure::Refused(CommandRefusal {
            kind: "not_undoable",
            message,
            details: serde_json::Map::from_iter([("reasons".to_owned(), json!(stuck))]),
            notes: stuck,
        }))
    }

    /// The step that reverts an event, if one is needed; or why there is none.
    fn step(&self, directory: &Directory, event: &Event) -> Result<Option<Step>, String> {
        let user = |id: UserId| match directory.user_by_id(id) {
            Ok(Some(user)) => user.email().to_string(),
            _ => id.to_string(),
        };
        let of_user = |op: Op, id, verb: &str| {
            Ok(Some(Step::new(
                op,
                Touched::User(id),
                format!("{verb} {}", user(id)),
            )))
        };
        match *event {
            Event::UserCreated { user: id, .. } => of_user(Op::DeleteUser(id.into()), id, "delete"),
            Event::UserActivated { user: id } => {
                of_user(Op::DeactivateUser(id.into()), id, "deactivate")
            }
            Event::UserDeactivated { user: id } => {
                of_user(Op::ActivateUser(id.into()), id, "activate")
            }
            Event::UserUpdated {
                user: id,
                ref fields,
            } => match (&**fields, directory.user_by_id(id)) {
                ([Field::Admin], Ok(Some(found))) => {
                    let update = UserUpdate::new().admin(!found.is_admin());
                    let verb = if found.is_admin() {
                        "remove admin rights from"
                    } else {
                        "make an admin of"
                    };
                    of_user(Op::UpdateUser(id.into(), update), id, verb)
                }
                _ => Err(format!(
                    "the earlier values of the fields of {} aren't kept",
                    user(id)
                )),
            },
            Event::UserDeleted { user: id } => Err(format!(
                "the user {id} was deleted for good; create them again, or restore a backup"
            )),
            Event::LicenseSet { .. } => match self.license {
                Some(license) => Ok(Some(Step::new(
                    Op::SetLicense(license),
                    Touched::License,
                    format!("set the license to {}", license_name(license)),
                ))),
                None => Err("the earlier license isn't in the history; use `headcount \
                             license set`"
                    .to_owned()),
            },
            ref of_workspace => self.step_of_workspace(of_workspace, user),
        }
    }

    fn step_of_workspace(
        &self,
        event: &Event,
        name: impl Fn(UserId) -> String,
    ) -> Result<Option<Step>, String> {
        let of_workspace = |op: Op, id: WorkspaceId, verb: &str| {
            let told = format!("{verb} workspace id:{id}");
            Ok(Some(Step::new(op, Touched::Workspace(id), told)))
        };
        let unknown_role = "the earlier role isn't in the history";
        match *event {
            Event::WorkspaceCreated {
                workspace,
                default_of: Some(_),
            } => Err(format!(
                "workspace id:{workspace} is a user's default workspace, which goes with the \
                 user; archive it instead"
            )),
            Event::WorkspaceCreated { workspace, .. } => {
                of_workspace(Op::DeleteWorkspace(workspace.into()), workspace, "delete")
            }
            Event::WorkspaceArchived { workspace } => {
                of_workspace(Op::RestoreWorkspace(workspace.into()), workspace, "restore")
            }
            Event::WorkspaceRestored { workspace } => {
                of_workspace(Op::ArchiveWorkspace(workspace.into()), workspace, "archive")
            }
            Event::MemberAdded {
                workspace, user, ..
            } => Ok(Some(Step::new(
                Op::RemoveMember(workspace.into(), user.into()),
                Touched::Member(workspace, user),
                format!("remove {} from workspace id:{workspace}", name(user)),
            ))),
            Event::MemberRoleSet {
                workspace, user, ..
            } => {
                let role = self.role(workspace, user).ok_or(unknown_role)?;
                Ok(Some(Step::new(
                    Op::SetRole(workspace.into(), user.into(), role),
                    Touched::Member(workspace, user),
                    format!(
                        "give {} the role {role} in workspace id:{workspace}",
                        name(user)
                    ),
                )))
            }
            Event::MemberRemoved { workspace, user } => {
                let role = self.role(workspace, user).ok_or(unknown_role)?;
                Ok(Some(Step::new(
                    Op::AddMember(workspace.into(), user.into(), role),
                    Touched::Member(workspace, user),
                    format!("add {} to workspace id:{workspace} as {role}", name(user)),
                )))
            }
            // It is a consequence of another event, and reverted with it.
            Event::WorkspaceOwnerless { .. } => Ok(None),
            ref other => Err(gone(other)),
        }
    }
}

/// Why an event of a workspace can't be reverted.
fn gone(event: &Event) -> String {
    match event {
        Event::WorkspaceRenamed { workspace } => {
            format!("the earlier name of workspace id:{workspace} isn't kept; rename it")
        }
        Event::WorkspaceDeleted { workspace } => {
            format!("the workspace id:{workspace} was deleted for good; restore a backup")
        }
        Event::WorkspaceExternalIdSet { workspace } => format!(
            "the earlier external ids of workspace id:{workspace} aren't kept; set them again"
        ),
        Event::WorkspaceUndefaulted { workspace } => {
            format!("workspace id:{workspace} was the default of a user who was deleted for good")
        }
        _ => "part of it was made by a newer release; use that".to_owned(),
    }
}
