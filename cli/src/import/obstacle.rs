//! Why a directory would refuse a file as a whole, and the rows that cause it.

use std::borrow::Cow;
use std::collections::HashSet;

use headcount::{ErrorKind, License, Role, Seats, UserId, UserQuery, quoted};
use serde_json::{Map, Value, json};

use super::Rows;
use super::candidate::Candidate;
use super::plan::{Absent, Plan};
use super::refusals::{RowFaults, first_lines, row_json, row_line};
use crate::directory::Directory;
use crate::failure::{CommandRefusal, Failure, Result};
use crate::output::count;

/// A refusal of the file as a whole.
#[derive(Debug)]
pub(crate) struct Obstacle {
    kind: &'static str,
    message: String,
    cures: Vec<String>,
    details: Map<String, Value>,
    /// The rows that cause it, by number in the file, and how. They may be most of a file.
    rows: Vec<(usize, Cow<'static, str>)>,
    /// The users who cause it by not being in the file: email and how.
    absent: Vec<(String, String)>,
}

impl Obstacle {
    pub(crate) fn new(kind: &'static str, message: String, cures: Vec<String>) -> Self {
        Self {
            kind,
            message,
            cures,
            details: Map::new(),
            rows: Vec::new(),
            absent: Vec::new(),
        }
    }

    /// The refusal to deactivate a user who is not in the file.
    pub(super) fn of_absent(refusal: &headcount::Error, user: &Absent) -> Self {
        let mut obstacle = Self::new(refusal.kind().name(), refusal.to_string(), Vec::new());
        let how = "not in the file".to_owned();
        obstacle.absent.push((user.email.to_string(), how));
        obstacle
    }

    /// Adds a row that causes it.
    pub(crate) fn blame(&mut self, row: usize, how: impl Into<Cow<'static, str>>) {
        self.rows.push((row, how.into()));
    }

    /// The refusal of the file. The rows of its JSON are [`FaultyRows`](super::refusals::FaultyRows).
    pub(crate) fn failure(&self, rows: &Rows) -> Failure {
        let of_rows = { self.rows.iter() }.map(|(row, how)| row_line(&rows.get(*row), how));
        let mut notes = first_lines(of_rows, self.rows.len());
        let absent = { self.absent.iter() }.map(|(email, how)| format!("  {email}: {how}"));
        notes.extend(first_lines(absent, self.absent.len()));
        notes.extend(self.cures.iter().cloned());
        Failure::Refused(CommandRefusal {
            kind: self.kind,
            message: self.message.clone(),
            notes,
            details: self.details.clone(),
        })
    }
}

impl RowFaults for Obstacle {
    fn json<'f>(&'f self, rows: &'f Rows) -> Box<dyn Iterator<Item = Value> + 'f> {
        let of_rows =
            { self.rows.iter() }.map(move |(row, how)| row_json(&rows.get(*row), self.kind, how));
        let absent = self.absent.iter().map(move |(email, how)| {
            json!({ "place": null, "email": email, "kind": self.kind, "reason": how })
        });
        Box::new(of_rows.chain(absent))
    }
}

/// The refusal of more active users than seats, with a suggested fix.
pub(super) fn too_few_seats(plan: &Plan, file: &str) -> Option<Obstacle> {
    let missing = plan.shares.missing.len();
    if missing == 0 {
        return None;
    }
    let Seats {
        license, active, ..
    } = plan.seats;
    let limit = plan.seats.limit().unwrap_or(u64::MAX);
    let wanted = plan.shares.wanted;
    let seats = count(missing, "more seat");
    let needed = if missing == 1 { "is" } else { "are" };
    let name = match license {
        License::Community => "Community license",
        _ => "license",
    };
    let has = count(usize::try_from(limit).unwrap_or(usize::MAX), "seat");
    let message = format!(
        "{seats} {needed} needed: with {file} there would be {wanted} active users, and the \
         {name} has {has}, {active} of them in use; nothing was changed"
    );
    let cures = vec![
        "use --when-full inactive to take those who find no seat as inactive".to_owned(),
        format!(
            "or install a larger license: `headcount license set {wanted}` or \
             `headcount license set enterprise`"
        ),
    ];
    let mut obstacle = Obstacle::new("no_free_seat", message, cures);
    for (name, value) in [
        ("limit", limit.into()),
        ("active", active.into()),
        ("requested", wanted.saturating_sub(active).into()),
        ("missing", missing.into()),
    ] {
        obstacle.details.insert(name.to_owned(), value);
    }
    for row in &plan.shares.missing {
        obstacle.blame(*row, "finds no seat");
    }
    Some(obstacle)
}

/// The refusal of a file that would take the last admins away, if what is here were
/// not kept by default: it may be just what was meant.
pub(super) fn silently_kept_admins(directory: &Directory, plan: &Plan) -> Result<Option<Obstacle>> {
    let kept: Vec<_> = plan.candidates.iter().filter(|c| c.keeps_admin).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    let makes_admin = |c: &Candidate| c.active && c.admin == Some(true);
    if plan.candidates.iter().any(makes_admin) {
        return Ok(None);
    }
    let loses = |c: &&Candidate| is_active_admin(c) && (c.keeps_admin || !c.active);
    let absent = plan.absent.iter().filter(|user| user.is_admin).count();
    let losing = plan.candidates.iter().filter(loses).count() + absent;
    let admins = directory.count(&UserQuery::new().active(true).admins(true))?;
    if admins == 0 || usize::try_from(admins).is_ok_and(|admins| losing < admins) {
        return Ok(None);
    }
    let mut obstacle = Obstacle::new(
        "last_admin",
        "the file would leave no active admin; nothing was changed".to_owned(),
        vec![
            "make one of the file's users an admin in it, or use --keep active,admin to leave the \
             admins as they are"
                .to_owned(),
        ],
    );
    for candidate in kept {
        obstacle.blame(
            candidate.row,
            "is an active admin here, but not an admin in the file",
        );
    }
    Ok(Some(obstacle))
}

fn is_active_admin(candidate: &Candidate) -> bool {
    let user = candidate.user.as_ref();
    user.is_some_and(|user| user.is_active && user.is_admin)
}

/// What the directory has against the batch as a whole, and who causes it.
pub(super) fn of_whole(
    directory: &Directory,
    plan: &Plan,
    refusal: &headcount::Error,
) -> Result<Obstacle> {
    let kind = refusal.kind().name();
    let message = format!("{refusal}; nothing was changed");
    let mut obstacle = Obstacle::new(kind, message, Vec::new());
    match refusal.kind() {
        ErrorKind::LastAdmin => {
            for candidate in plan.candidates.iter().filter(|c| is_active_admin(c)) {
                if !candidate.active {
                    obstacle.blame(candidate.row, "deactivates an active admin");
                } else if candidate.admin == Some(false) {
                    obstacle.blame(candidate.row, "removes the rights of an active admin");
                }
            }
            for user in plan.absent.iter().filter(|user| user.is_admin) {
                let how = "an active admin who is not in the file".to_owned();
                obstacle.absent.push((user.email.to_string(), how));
            }
        }
        ErrorKind::LastOwner => {
            blame_owners(directory, plan, &mut obstacle)?;
            let cure = "use --allow-ownerless to leave workspaces without one";
            obstacle.cures.push(cure.to_owned());
        }
        _ => {}
    }
    Ok(obstacle)
}

/// Who is deactivated: the user of a row, or one who is not in the file.
enum Leaving<'a> {
    Row(usize),
    Absent(&'a Absent),
}

/// Finds whose deactivation leaves a workspace without an active owner; an archived one needs none.
fn blame_owners(directory: &Directory, plan: &Plan, obstacle: &mut Obstacle) -> Result<()> {
    let leaves = |c: &&Candidate| !c.active && c.user.as_ref().is_some_and(|user| user.is_active);
    let leaving = plan.candidates.iter().filter(leaves);
    let rows = leaving.filter_map(|c| Some((c.user.as_ref()?.id, Leaving::Row(c.row))));
    let everybody: Vec<_> = rows
        .chain(
            plan.absent
                .iter()
                .map(|user| (user.id, Leaving::Absent(user))),
        )
        .collect();
    let ids: HashSet<UserId> = everybody.iter().map(|(id, _)| *id).collect();
    for (id, who) in everybody {
        let mut names = Vec::new();
        for member in directory.workspaces_of(id)? {
            if member.role() == Role::Owner
                && !has_other_owner(directory, member.workspace(), &ids)?
                && let Some(workspace) = directory.workspace(member.workspace())?
                && !workspace.is_archived()
            {
                names.push(quoted(workspace.name()));
            }
        }
        if names.is_empty() {
            continue;
        }
        let how = format!("would leave {} without an active owner", names.join(", "));
        match who {
            Leaving::Row(row) => obstacle.blame(row, how),
            Leaving::Absent(user) => {
                let how = format!("not in the file, and {how}");
                obstacle.absent.push((user.email.to_string(), how));
            }
        }
    }
    Ok(())
}

fn has_other_owner(
    directory: &Directory,
    workspace: headcount::WorkspaceId,
    leaving: &HashSet<UserId>,
) -> Result<bool> {
    for member in directory.members(workspace)? {
        if member.role() == Role::Owner
            && !leaving.contains(&member.user())
            && directory
                .user_by_id(member.user())?
                .is_some_and(|user| user.is_active())
        {
            return Ok(true);
        }
    }
    Ok(false)
}
