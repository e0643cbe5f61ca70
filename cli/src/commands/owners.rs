//! Which operations of a batch leave workspaces without an active owner.

use std::collections::HashSet;

use headcount::{Applied, Op, Outcome, Role, Step, Subject, UserId, WorkspaceId};
use serde_json::Value;

use crate::directory::Directory;
use crate::failure::Result;

/// The indexes of the operations behind `applied.ownerless`, which is what a trial of the steps
/// left without an active owner where that was allowed: those that take an owner of one of these
/// workspaces away, create it, or restore it.
pub(super) fn behind(
    directory: &Directory,
    steps: &[Step],
    applied: &Applied,
) -> Result<Vec<usize>> {
    let mut owners = Owners {
        ownerless: applied.ownerless.iter().copied().collect(),
        each: HashSet::new(),
    };
    for workspace in &applied.ownerless {
        if directory.workspace(*workspace)?.is_some() {
            owners.add_present(directory, *workspace)?;
        }
    }
    let mut behind = Vec::new();
    for (index, (step, outcome)) in steps.iter().zip(&applied.outcomes).enumerate() {
        if outcome.changed && owners.follow(directory, &step.op, outcome)? {
            behind.push(index);
        }
    }
    Ok(behind)
}

/// The workspaces that end without an active owner, and the owners that they had so far.
struct Owners {
    ownerless: HashSet<WorkspaceId>,
    each: HashSet<(WorkspaceId, UserId)>,
}

impl Owners {
    fn add_present(&mut self, directory: &Directory, workspace: WorkspaceId) -> Result<()> {
        let members = directory.members(workspace)?.into_iter();
        let owners = members.filter(|member| member.role() == Role::Owner);
        self.each
            .extend(owners.map(|owner| (workspace, owner.user())));
        Ok(())
    }

    /// Follows an operation; returns whether it is behind what is left.
    fn follow(&mut self, directory: &Directory, op: &Op, outcome: &Outcome) -> Result<bool> {
        Ok(match (op, outcome.subject) {
            (Op::DeactivateUser(_) | Op::DeleteUser(_), Subject::User(user)) => {
                self.each.iter().any(|(_, owner)| *owner == user)
            }
            (
                Op::AddMember(_, _, Role::Owner) | Op::SetRole(_, _, Role::Owner),
                Subject::Member(workspace, user),
            ) => {
                if self.ownerless.contains(&workspace) {
                    self.each.insert((workspace, user));
                }
                false
            }
            (Op::SetRole(..) | Op::RemoveMember(..), Subject::Member(workspace, user)) => {
                self.each.contains(&(workspace, user))
            }
            (Op::CreateWorkspace(_) | Op::DefaultWorkspace(_), Subject::Workspace(workspace)) => {
                let is_ownerless = self.ownerless.contains(&workspace);
                if is_ownerless && let Some(owner) = first_owner(directory, op)? {
                    self.each.insert((workspace, owner));
                }
                is_ownerless
            }
            (Op::RestoreWorkspace(_), Subject::Workspace(workspace)) => {
                self.ownerless.contains(&workspace)
            }
            _ => false,
        })
    }
}

/// The owner with whom an operation creates a workspace, if they are there already. Only its JSON
/// names them.
fn first_owner(directory: &Directory, op: &Op) -> Result<Option<UserId>> {
    let op = serde_json::to_value(Step::from(op.clone())).unwrap_or_default();
    let named = ["owner", "user"].map(|name| op.get(name).and_then(Value::as_str));
    match named.into_iter().flatten().next() {
        Some(name) => Ok(directory.user(name)?.map(|user| user.id())),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use headcount::{Batch, NewWorkspace};

    use super::*;

    /// The operations behind workspaces without an owner, where Ann and Bob own `both`, Ann owns
    /// `anns`, Cy is inactive, and Dee owns nothing.
    fn found(ops: Vec<Op>) -> Vec<usize> {
        let file = headcount::Directory::in_memory().unwrap();
        for user in ["ann@ex.co", "bob@ex.co", "cy@ex.co", "dee@ex.co"] {
            file.create_user(user).unwrap();
        }
        let owned = |name: &str| NewWorkspace::new(name).owner("ann@ex.co");
        let both = file.create_workspace(owned("both")).unwrap().id();
        file.create_workspace(owned("anns")).unwrap();
        file.add_member(both, "bob@ex.co", Role::Owner).unwrap();
        file.deactivate_user("cy@ex.co").unwrap();
        let steps: Vec<Step> = ops.into_iter().map(Step::from).collect();
        let batch = Batch::from_iter(steps.clone()).allow_ownerless(true);
        let applied = file.dry_run(batch).unwrap();
        behind(&Directory::Here(file), &steps, &applied).unwrap()
    }

    fn off(user: &str) -> Op {
        Op::DeactivateUser(user.into())
    }

    fn own(workspace: &str, user: &str) -> Op {
        Op::AddMember(workspace.into(), user.into(), Role::Owner)
    }

    #[test]
    fn who_takes_an_owner_away_is_behind_it() {
        assert_eq!(found(vec![off("ann@ex.co"), off("bob@ex.co")]), [0, 1]);
        // `both` keeps Bob, and what concerns it alone is not behind `anns`.
        let demoted = Op::SetRole("both".into(), "ann@ex.co".into(), Role::User);
        let removed = Op::RemoveMember("anns".into(), "ann@ex.co".into());
        assert_eq!(found(vec![demoted, removed]), [1]);
        assert_eq!(found(vec![off("cy@ex.co"), off("ann@ex.co")]), [1]);
        assert_eq!(found(vec![off("dee@ex.co"), off("ann@ex.co")]), [1]);
        assert_eq!(found(vec![Op::DeleteUser("ann@ex.co".into())]), [0]);
        assert_eq!(found(vec![off("bob@ex.co")]), [0; 0]);
    }

    #[test]
    fn who_gives_another_workspace_an_owner_is_not() {
        let ops = vec![
            own("both", "cy@ex.co"),
            own("anns", "bob@ex.co"),
            off("ann@ex.co"),
            off("bob@ex.co"),
            Op::UpdateUser(
                "cy@ex.co".into(),
                headcount::UserUpdate::new().given_name("Cy"),
            ),
        ];
        assert_eq!(found(ops), [2, 3]);
    }

    #[test]
    fn new_workspaces_are_told_apart() {
        let create =
            |name: &str, owner: &str| Op::CreateWorkspace(NewWorkspace::new(name).owner(owner));
        let ops = vec![
            create("bobs", "bob@ex.co"),
            create("new", "ann@ex.co"),
            own("anns", "bob@ex.co"),
            off("ann@ex.co"),
        ];
        assert_eq!(found(ops), [1, 3]);
        let many =
            (0..200).map(|n| own("both", if n % 2 == 0 { "bob@ex.co" } else { "ann@ex.co" }));
        let ops: Vec<_> = many.chain([off("ann@ex.co")]).collect();
        assert_eq!(found(ops), [200], "however many operations there are");
    }
}
