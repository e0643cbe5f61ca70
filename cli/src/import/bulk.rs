//! Many new users, into a directory that has none. They are loaded one by one: a batch
//! would have all of them in memory.

use headcount::{Record, Result, Timestamp, UserId};

use super::Rows;
use super::plan::{Plan, new_user};

/// Rows from which on it is worth it.
const ROWS_MIN: usize = 2_000;

/// Loads the users of the plan, and returns their ids in the order of its candidates; `None`
/// where that is not possible or refused, and a batch has to do it or say why.
pub(crate) fn load(
    directory: &headcount::Directory,
    plan: &Plan,
    rows: &Rows,
) -> Result<Option<Vec<UserId>>> {
    if !is_possible(directory, plan)? {
        return Ok(None);
    }
    let now = Timestamp::now();
    let mut ids = Vec::with_capacity(plan.candidates.len());
    let records = plan.candidates.iter().map(|candidate| {
        let row = rows.get(candidate.row);
        let id = row.id.unwrap_or_else(UserId::generate);
        ids.push(id);
        let created_at = row.created_at.unwrap_or(now);
        Ok(Record::User {
            user: new_user(&row, candidate).id(id).created_at(created_at),
            updated_at: now,
            deactivated_at: None,
            version: 1,
        })
    });
    match directory.load(records) {
        Ok(_) => Ok(Some(ids)),
        Err(error) if error.is_refusal() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there are so many users that a load may be worth it.
pub(crate) fn is_worth_it(plan: &Plan) -> bool {
    plan.candidates.len() >= ROWS_MIN
}

fn is_possible(directory: &headcount::Directory, plan: &Plan) -> Result<bool> {
    let seats = &plan.seats;
    let is_new = is_worth_it(plan)
        && seats.active + seats.inactive == 0
        && plan.candidates.iter().all(|c| c.user.is_none());
    Ok(is_new && directory.workspaces()?.next().is_none())
}
