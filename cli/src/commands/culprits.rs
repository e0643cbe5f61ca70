//! Finds the operations that cause a batch's net result to be refused.

use headcount::{Batch, Error, ErrorKind, Op, Step};
use serde_json::Value;

use super::owners;
use crate::directory::Directory;
use crate::failure::Failure;

/// Maximum operations that are left out in turn to see whether they cause a refusal.
const TRIED_MAX: usize = 64;

/// Maximum operations in all the batches that are tried for that.
const JUDGED_MAX: usize = 100_000;

/// Maximum operations that a message names.
const SHOWN_MAX: usize = 20;

/// The indexes of the operations behind `error`, which no single operation caused. What can't be
/// found out is not told: the error itself is.
pub(super) fn culprits(directory: &Directory, error: &Error, steps: &[Step]) -> Vec<usize> {
    // Ownerless workspaces would hide what else a trial is refused for.
    let trial = |steps: Vec<Step>| {
        let batch = Batch::from_iter(steps).allow_ownerless(true);
        directory.dry_run(batch)
    };
    if error.kind() == ErrorKind::LastOwner {
        let applied = trial(steps.to_vec());
        let behind = applied.map(|applied| owners::behind(directory, steps, &applied));
        return behind.map_or_else(|_| Vec::new(), Result::unwrap_or_default);
    }
    without_each(error, steps, |rest| trial(rest).err())
}

/// The indexes of the operations without any one of which `refusal` is none, or of another kind,
/// or lacks fewer seats. There are none of a batch with more than [`TRIED_MAX`] operations that
/// could be behind it, or if more than [`JUDGED_MAX`] would be judged in all: to blame some of them
/// would acquit the others.
fn without_each(
    error: &Error,
    steps: &[Step],
    refusal: impl Fn(Vec<Step>) -> Option<Error>,
) -> Vec<usize> {
    let suspects = (0..steps.len()).filter(|index| can_cause(error.kind(), &steps[*index].op));
    let suspects: Vec<_> = suspects.collect();
    if suspects.len() > TRIED_MAX || suspects.len() * steps.len() > JUDGED_MAX {
        return Vec::new();
    }
    let is_behind = |index: &usize| {
        let mut rest = steps.to_vec();
        rest.remove(*index);
        refusal(rest).is_none_or(|other| helps(error, &other))
    };
    suspects.into_iter().filter(is_behind).collect()
}

/// Whether a batch that is refused with `other` is nearer to being taken, or refused for something
/// else, than one that is refused with `error`.
fn helps(error: &Error, other: &Error) -> bool {
    match (lacking(error.kind()), lacking(other.kind())) {
        (Some(seats), Some(others)) => others < seats,
        _ => other.kind() != error.kind(),
    }
}

/// How many seats are missing.
fn lacking(kind: ErrorKind) -> Option<u64> {
    match kind {
        ErrorKind::NoFreeSeat {
            limit,
            active,
            requested,
        } => Some((active + requested).saturating_sub(limit)),
        _ => None,
    }
}

/// The refusal with its causes: each in words, and all of them as the member `name` of the
/// JSON.
pub(super) fn blame(failure: &mut Failure, name: &str, each: Vec<(String, Value)>) {
    let Failure::Refused(refusal) = failure else {
        return;
    };
    if each.is_empty() {
        return;
    }
    let more = each.len().saturating_sub(SHOWN_MAX);
    let (mut texts, json): (Vec<_>, Vec<_>) = each.into_iter().unzip();
    texts.truncate(SHOWN_MAX);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let note = format!("because of {}{more}", texts.join("; "));
    refusal.notes.insert(0, note);
    refusal.details.insert(name.to_owned(), json.into());
}

fn can_cause(kind: ErrorKind, op: &Op) -> bool {
    match kind {
        ErrorKind::NoFreeSeat { .. } => matches!(
            op,
            Op::CreateUser(_) | Op::ActivateUser(_) | Op::SetLicense(_)
        ),
        ErrorKind::LastAdmin => matches!(
            op,
            Op::DeactivateUser(_) | Op::DeleteUser(_) | Op::UpdateUser(..)
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use headcount::{Directory, License, NewUser};

    use super::*;

    /// Who is behind the refusal of these operations in a directory with two seats, and how many
    /// batches were tried to know it.
    fn found(ops: Vec<Op>) -> (Vec<usize>, u64) {
        let options = Directory::options().license_if_new(License::Seats(2));
        let directory = options.in_memory().unwrap();
        directory.create_user("ann@ex.co").unwrap();
        let refusal = |steps: Vec<Step>| directory.dry_run(Batch::from_iter(steps)).err();
        let steps: Vec<Step> = ops.into_iter().map(Step::from).collect();
        let error = refusal(steps.clone()).unwrap();
        let tries = Cell::new(0);
        let found = without_each(&error, &steps, |rest| {
            tries.set(tries.get() + 1);
            refusal(rest)
        });
        (found, tries.get())
    }

    fn creations(number: usize) -> Vec<Op> {
        let user = |index| Op::CreateUser(NewUser::new(format!("u{index}@ex.co")));
        (0..number).map(user).collect()
    }

    #[test]
    fn what_takes_a_seat_is_behind_a_lack_and_what_gives_one_is_not() {
        let mut ops = creations(3);
        ops.insert(0, Op::SetLicense(License::Seats(3)));
        assert_eq!(found(ops), (vec![1, 2, 3], 4));
        let mut ops = creations(2);
        ops.insert(0, Op::SetLicense(License::Seats(1)));
        assert_eq!(found(ops).0, [0, 1, 2]);
    }

    #[test]
    fn of_too_many_nobody_is_blamed() {
        assert_eq!(found(creations(TRIED_MAX)).0.len(), TRIED_MAX);
        assert_eq!(found(creations(TRIED_MAX + 1)), (Vec::new(), 0));
        let mut ops = creations(TRIED_MAX);
        let idle = Op::DeactivateUser("ann@ex.co".into());
        ops.resize(JUDGED_MAX / TRIED_MAX + 1, idle);
        assert_eq!(found(ops), (Vec::new(), 0));
    }
}
