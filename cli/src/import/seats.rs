//! Which users of a file get a seat.

use headcount::Seats;

use super::candidate::Candidate;
use super::options::{Keep, OnExisting, Options};
use crate::args::WhenFull;

/// How the seats were shared out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    /// The rows without a seat in the file's order, where that is a reason to refuse it.
    pub(crate) missing: Vec<usize>,
    /// Users who would be active with the file as it is.
    pub(crate) wanted: u64,
}

/// Settles who is to be active. Those who are active keep their seats; those whom
/// the file deactivates, and the `leaving` who are not in it, give theirs up first.
/// Then seats go to admins, and to the others, each in the file's order.
///
/// There are as many as the directory allows: up to the limit, and above it no
/// more than today.
pub(super) fn share_out(
    candidates: &mut [Candidate],
    seats: &Seats,
    leaving: usize,
    options: &Options<'_>,
) -> Shares {
    let leaving = u64::try_from(leaving).unwrap_or(u64::MAX);
    let mut active = seats.active.saturating_sub(leaving);
    for candidate in candidates.iter_mut() {
        let was_active = candidate.user.as_ref().map(|user| user.is_active);
        let told = candidate.told_active;
        candidate.active = told.or(was_active).unwrap_or(true);
        // A user who was not changed since they were created was not deactivated either, and may be
        // waiting for a seat.
        let is_touched = candidate.user.as_ref().is_some_and(|user| user.is_touched);
        let is_off = was_active == Some(false) && is_touched;
        if is_off && told == Some(true) && options.keeps(Keep::Active) {
            candidate.active = false;
            candidate.keeps_inactive = true;
        }
        if let Some(was_active) = was_active
            && options.on_existing == OnExisting::Skip
        {
            candidate.active = was_active;
            candidate.keeps_inactive = false;
        }
        if was_active == Some(true) && !candidate.active {
            active = active.saturating_sub(1);
        }
    }
    let most = seats.limit().map(|limit| limit.max(seats.active));
    let mut shares = Shares {
        missing: Vec::new(),
        wanted: active,
    };
    for admins in [true, false] {
        for candidate in candidates.iter_mut() {
            let user = candidate.user.as_ref();
            let is_admin = candidate.admin.or(user.map(|user| user.is_admin)) == Some(true);
            let was_active = user.is_some_and(|user| user.is_active);
            if is_admin != admins || was_active || !candidate.active {
                continue;
            }
            shares.wanted += 1;
            if most.is_none_or(|most| active < most) {
                active += 1;
            } else if options.when_full == WhenFull::Inactive {
                candidate.active = false;
                candidate.without_seat = true;
            } else {
                shares.missing.push(candidate.row);
            }
        }
    }
    // The admins among them came first.
    shares.missing.sort_unstable();
    shares
}
