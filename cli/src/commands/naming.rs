//! The names of users and workspaces, on the command line and in output.

use headcount::{UserId, Workspace, WorkspaceId, quoted};

use crate::directory::Directory;
use crate::failure::{Failure, Result};
use crate::output::safe;

/// The prefix of a workspace's id on the command line.
const ID_PREFIX: &str = "id:";
/// The prefix of a name that could be taken for something else.
const NAME_PREFIX: &str = "name:";

/// The workspace that a text on the command line names; an error if there is none.
pub(super) fn find_workspace(directory: &Directory, text: &str) -> Result<Workspace> {
    let by_id = |digits: &str| match parse_id(digits) {
        Some(id) => directory.workspace(id),
        None => Ok(None),
    };
    if let Some(name) = text.strip_prefix(NAME_PREFIX) {
        return directory
            .workspace(name)?
            .ok_or_else(|| no_workspace(&format!("the name {}", quoted(name))));
    }
    let (found, named) = match text.strip_prefix(ID_PREFIX) {
        Some(digits) => (by_id(digits)?, format!("the id {}", quoted(digits))),
        None => match directory.workspace(text)? {
            None => (by_id(text)?, format!("the name {}", quoted(text))),
            found => (found, String::new()),
        },
    };
    found.ok_or_else(|| no_workspace(&named))
}

fn no_workspace(named: &str) -> Failure {
    Failure::refused(
        "workspace_not_found",
        format!("no workspace has {named}; list the workspaces to see what is there"),
    )
}

fn parse_id(digits: &str) -> Option<WorkspaceId> {
    let digits_only = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| digits_only)?;
    Some(WorkspaceId::from_u64(number))
}

/// The name of a user in a line of text.
pub(super) fn short(id: UserId, email: &str) -> String {
    format!("{} (id {id})", safe(email))
}

/// The name of a workspace in a line of text, in a form that can be typed again.
pub(super) fn short_workspace(id: WorkspaceId, name: &str) -> String {
    format!("{} ({ID_PREFIX}{id})", safe(name))
}

/// The email of a user, or the id where that is not known.
pub(super) fn email_of(directory: &Directory, id: UserId) -> Result<String> {
    let user = directory.user_by_id(id)?;
    Ok(user.map_or_else(|| id.to_string(), |user| user.email().to_string()))
}

#[cfg(test)]
mod tests {
    use headcount::{Batch, NewWorkspace};

    use super::*;

    #[test]
    fn a_number_is_a_name_before_it_is_an_id() {
        let directory = Directory::in_memory().unwrap();
        let names = ["a", "1", "id:1"];
        let batch = names.iter().fold(Batch::new(), |batch, name| {
            batch.create_workspace(NewWorkspace::new(*name))
        });
        directory.apply(batch.allow_ownerless(true)).unwrap();
        let id_of = |text| {
            find_workspace(&directory, text)
                .ok()
                .map(|found| found.id().as_u64())
        };
        for (text, id) in [
            ("a", Some(1)),
            ("A", Some(1)),
            ("1", Some(2)),
            ("id:1", Some(1)),
            ("name:1", Some(2)),
            ("name:id:1", Some(3)),
            ("name:3", None),
            ("id:3", Some(3)),
            ("3", Some(3)),
            ("4", None),
            ("+3", None),
            ("id:", None),
            ("id:+3", None),
            ("id:a", None),
            ("", None),
        ] {
            assert_eq!(id_of(text), id, "{text}");
        }
    }
}
