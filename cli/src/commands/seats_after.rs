//! The seats after a batch.

use std::collections::BTreeSet;

use headcount::{Applied, Op, Seats, Subject, User, UserId};

use crate::directory::{Directory, UserKey};
use crate::failure::Result;

/// The seats after `ops`, of which `applied` is the outcome: as they are, or as a dry run would
/// leave them.
pub(super) fn seats_after<'o>(
    directory: &Directory,
    ops: impl Iterator<Item = &'o Op>,
    applied: &Applied,
    dry_run: bool,
) -> Result<Seats> {
    let mut seats = directory.seats()?;
    // What was done before is in them.
    if !dry_run || applied.replayed {
        return Ok(seats);
    }
    let mut changed = BTreeSet::new();
    for (op, outcome) in ops.zip(&applied.outcomes) {
        match (op, outcome.subject) {
            (Op::SetLicense(license), _) => {
                seats.license = *license;
                seats.license_version = outcome.version;
            }
            (_, Subject::User(user)) if outcome.changed => {
                changed.insert(user);
            }
            _ => {}
        }
    }
    let changed: Vec<UserId> = changed.into_iter().collect();
    let keys: Vec<_> = changed.iter().map(|id| UserKey::Id(*id)).collect();
    for (id, before) in changed.iter().zip(directory.users_by(&keys)?) {
        if let Some(before) = before {
            *number_of(&mut seats, &before) -= 1;
        }
        if let Some(after) = applied.user(*id) {
            *number_of(&mut seats, after) += 1;
        }
    }
    Ok(seats)
}

/// How many there are of the user's state.
fn number_of<'s>(seats: &'s mut Seats, user: &User) -> &'s mut u64 {
    if user.is_active() {
        &mut seats.active
    } else {
        &mut seats.inactive
    }
}
