//! Who of a file gets a seat.

use headcount::Seats;

use super::Row;
use super::plan::Candidate;
use crate::args::WhenFull;

/// How the seats went.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Seats that are missing, where that is a reason to refuse the file.
    pub(crate) missing: u64,
    /// Users who would be active with the file as it is.
    pub(crate) wanted: u64,
}

/// Settles who is to be active. Those who are active keep their seats, those whom
/// the file deactivates give theirs up first; then seats go by the file's order.
///
/// There are as many as the directory allows: up to the limit, and above it no
/// more than today.
pub(crate) fn share_out(
    candidates: &mut [Candidate],
    rows: &[Row],
    seats: &Seats,
    when_full: WhenFull,
) -> Shares {
    let mut active = seats.active;
    for candidate in candidates.iter_mut() {
        let row = &rows[candidate.row];
        let was_active = candidate.user.as_ref().map(|user| user.is_active());
        candidate.active = row.active.or(was_active).unwrap_or(true);
        if was_active == Some(true) && !candidate.active {
            active = active.saturating_sub(1);
        }
    }
    let most = seats.limit().map(|limit| limit.max(seats.active));
    let mut shares = Shares {
        missing: 0,
        wanted: active,
    };
    for candidate in candidates.iter_mut() {
        let was_active = candidate.user.as_ref().is_some_and(|user| user.is_active());
        if was_active || !candidate.active {
            continue;
        }
        shares.wanted += 1;
        if most.is_none_or(|most| active < most) {
            active += 1;
        } else if when_full == WhenFull::Inactive {
            candidate.active = false;
            candidate.without_seat = true;
        } else {
            shares.missing += 1;
        }
    }
    shares
}
