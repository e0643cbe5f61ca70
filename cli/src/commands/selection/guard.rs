//! Guards against changes that others make between the choice of users by conditions and the batch:
//! whoever has changed since may not meet the conditions any more.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use headcount::{Error, ErrorKind, User};
use serde_json::{Value, json};

use super::NAMED_MAX;
use crate::failure::{Failure, Result};
use crate::output::count;

/// Refuses `users` who are not among those who meet the conditions `now`, or have changed. Their
/// version tells neither who is a member of what, nor who was seen.
pub(in crate::commands) fn refuse_changed(users: &[Arc<User>], now: &[Arc<User>]) -> Result<()> {
    let versions: HashMap<_, _> = now.iter().map(|user| (user.id(), user.version())).collect();
    let is_changed = |user: &&Arc<User>| versions.get(&user.id()) != Some(&user.version());
    let changed: Vec<_> = users.iter().filter(is_changed).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(refusal(&changed))
}

/// Whether a batch was refused because a user has another version, or is gone.
pub(super) fn is_of_change(error: &Error) -> bool {
    let is_of_change = matches!(
        error.kind(),
        ErrorKind::Conflict { .. } | ErrorKind::UserNotFound
    );
    is_of_change && error.op_index().is_some()
}

/// The refusal of a batch, with an operation for each of the `users`, for the sake of all those who
/// have changed.
pub(super) fn changed_since(users: &[Arc<User>], errors: &[Error]) -> Failure {
    let of_change = errors.iter().filter(|error| is_of_change(error));
    let indexes: BTreeSet<_> = of_change.filter_map(Error::op_index).collect();
    let changed: Vec<_> = indexes
        .iter()
        .filter_map(|index| users.get(*index))
        .collect();
    refusal(&changed)
}

fn refusal(changed: &[&Arc<User>]) -> Failure {
    let have = if changed.len() == 1 { "has" } else { "have" };
    let mut named: Vec<_> = { changed.iter().take(NAMED_MAX) }
        .map(|user| user.email().to_string())
        .collect();
    if changed.len() > NAMED_MAX {
        named.push(format!("and {} more", changed.len() - NAMED_MAX));
    }
    let all = changed.iter();
    let all: Value = all
        .map(|user| json!({ "id": user.id(), "email": user.email() }))
        .collect();
    let message = format!(
        "{} {have} changed since the conditions chose them: {}; nothing was changed",
        count(changed.len(), "user"),
        named.join(", ")
    );
    Failure::refused("conflict", message)
        .with("users", all)
        .with_help("give the command again, which looks for those who meet the conditions now")
}

#[cfg(test)]
mod tests {
    use headcount::UserUpdate;

    use super::super::{How, Verb, carry_out};
    use super::*;
    use crate::directory::Directory;

    /// Users of whom the second has another name since, the third is gone, and the fourth is as
    /// they were.
    fn some_changed() -> (Directory, Vec<Arc<User>>) {
        let file = headcount::Directory::in_memory().unwrap();
        let names = ["ann@ex.co", "bob@ex.co", "cho@ex.co", "dee@ex.co"];
        let users = names.map(|name| file.create_user(name).unwrap());
        let renamed = UserUpdate::new().given_name("Bob");
        file.update_user("bob@ex.co", renamed).unwrap();
        file.delete_user("cho@ex.co").unwrap();
        (Directory::Here(file), users.to_vec())
    }

    fn told(failure: &Failure) -> Value {
        let mut told = Vec::new();
        failure.write(&mut told, true).unwrap();
        let document: Value = serde_json::from_slice(&told).unwrap();
        document["error"].clone()
    }

    #[test]
    fn nobody_is_changed_if_one_whom_conditions_chose_has_changed() {
        let (directory, users) = some_changed();
        for dry_run in [true, false] {
            let how = |is_chosen| How {
                dry_run,
                json: false,
                is_chosen,
            };
            for verb in [Verb::Delete, Verb::Deactivate] {
                let failure = carry_out(&directory, &users, &verb, None, how(true));
                let told = told(&failure.unwrap_err());
                assert_eq!(told["kind"], "conflict");
                assert_eq!(told["users"].as_array().unwrap().len(), 2);
                let message = told["message"].as_str().unwrap();
                assert!(message.starts_with("2 users have changed"), "{message}");
                assert!(message.contains(": bob@ex.co, cho@ex.co;"), "{message}");
            }
            let by_name = carry_out(&directory, &users[..2], &Verb::Activate, None, how(false));
            assert!(by_name.is_ok());
        }
        let active = directory.seats().unwrap().active;
        assert_eq!(active, 3);
    }

    #[test]
    fn who_no_longer_meets_the_conditions_is_told() {
        let (directory, users) = some_changed();
        let now: headcount::Result<Vec<_>> = directory.users().unwrap().collect();
        let now = now.unwrap();
        assert!(refuse_changed(&users[3..], &now).is_ok());
        let told = told(&refuse_changed(&users, &now[..1]).unwrap_err());
        assert_eq!(told["users"].as_array().unwrap().len(), 3);
    }
}
