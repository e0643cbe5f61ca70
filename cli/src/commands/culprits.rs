//! Which operations of a batch are behind a refusal of its net result.

use headcount::{Error, ErrorKind, Op, Step};
use serde_json::Value;

use crate::failure::Failure;

/// Operations that are left out in turn to see whether they are behind a refusal.
const TRIED_MAX: usize = 64;

/// Operations that a message names.
const SHOWN_MAX: usize = 20;

/// The indexes of the operations behind `error`, which no single operation caused: without any
/// one of them, `refusal` is another or none. Of a batch with more than [`TRIED_MAX`] operations
/// that could be, only these are tried.
pub(super) fn culprits(
    error: &Error,
    steps: &[Step],
    refusal: impl Fn(Vec<Step>) -> Option<Error>,
) -> Vec<usize> {
    let told = error.to_string();
    let suspects = (0..steps.len()).filter(|index| can_cause(error.kind(), &steps[*index].op));
    let is_behind = |index: &usize| {
        let mut rest = steps.to_vec();
        rest.remove(*index);
        refusal(rest).is_none_or(|other| other.to_string() != told)
    };
    suspects.take(TRIED_MAX).filter(is_behind).collect()
}

/// The refusal with what is behind it: each in words, and all of them as the member `name` of the
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
        ErrorKind::LastOwner => matches!(
            op,
            Op::DeactivateUser(_)
                | Op::DeleteUser(_)
                | Op::RemoveMember(..)
                | Op::SetRole(..)
                | Op::AddMember(..)
                | Op::CreateWorkspace(_)
                | Op::RestoreWorkspace(_)
        ),
        _ => false,
    }
}
