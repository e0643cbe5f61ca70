//! The rules that are checked at the end of a batch, on its net result.

use std::fmt::Write;
use std::sync::Arc;

use crate::codec::Totals;
use crate::error::{Error, ErrorKind};
use crate::model::{Event, License, Workspace, quoted, seats_called};

/// Maximum workspaces that a message names.
const NAMED_MAX: usize = 20;

/// Refuses growth beyond the limit. A batch that reduces the number of active users, or
/// keeps it, is never refused.
pub(super) fn seats(license: License, before: &Totals, after: &Totals) -> Option<Error> {
    let limit = license.seat_limit()?;
    if after.active <= limit || after.active <= before.active {
        return None;
    }
    let active = before.active;
    let requested = after.active - active;
    let free = match limit.saturating_sub(active) {
        0 => "no seat free".to_owned(),
        1 => "1 seat free".to_owned(),
        free => format!("{free} seats free"),
    };
    let needed = if requested == 1 {
        String::new()
    } else {
        format!(", {requested} needed")
    };
    let of_license = if license == License::Community {
        " of the Community license"
    } else {
        ""
    };
    Some(Error::new(
        ErrorKind::NoFreeSeat {
            limit,
            active,
            requested,
        },
        format!(
            "{free}{needed}: {active} of {limit} {}{of_license} {} in use; \
             deactivate a user or install a larger license",
            seats_called(limit),
            if active == 1 { "is" } else { "are" },
        ),
    ))
}

/// Refuses to remove the last active admin.
pub(super) fn admins(before: &Totals, after: &Totals) -> Option<Error> {
    if before.active_admins == 0 || after.active_admins > 0 {
        return None;
    }
    Some(Error::new(
        ErrorKind::LastAdmin,
        "no active admin would be left; make another user an admin first",
    ))
}

/// The refusal that names the workspaces that would have no active owner.
pub(super) fn owners(ownerless: &[Arc<Workspace>]) -> Option<Error> {
    let (first, rest) = ownerless.split_first()?;
    let mut names = quoted(&first.name);
    for workspace in rest.iter().take(NAMED_MAX - 1) {
        let _ = write!(names, ", {}", quoted(&workspace.name));
    }
    if ownerless.len() > NAMED_MAX {
        let _ = write!(names, " and {} more", ownerless.len() - NAMED_MAX);
    }
    Some(Error::new(
        ErrorKind::LastOwner,
        format!(
            "no active owner would be left in {names}; make another active user an owner first, \
             or allow it to be ownerless"
        ),
    ))
}

/// The events of workspaces that are left without an active owner, where that is allowed.
pub(super) fn left(ownerless: &[Arc<Workspace>]) -> impl Iterator<Item = Event> + '_ {
    let event = |workspace: &Arc<Workspace>| Event::WorkspaceOwnerless {
        workspace: workspace.id,
    };
    ownerless.iter().map(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(active: u64, active_admins: u64) -> Totals {
        Totals {
            active,
            active_admins,
            ..Totals::default()
        }
    }

    #[test]
    fn only_growth_above_the_limit_is_refused() {
        let refused = |limit, before, after| {
            seats(License::Seats(limit), &totals(before, 0), &totals(after, 0)).map(|e| e.kind())
        };
        assert_eq!(refused(5, 4, 5), None);
        assert_eq!(
            refused(5, 5, 6),
            Some(ErrorKind::NoFreeSeat {
                limit: 5,
                active: 5,
                requested: 1
            })
        );
        // Over the limit: shrinking and staying are allowed, growing is not.
        assert_eq!(refused(2, 5, 4), None);
        assert_eq!(refused(2, 5, 5), None);
        assert!(refused(2, 5, 6).is_some());
        assert!(seats(License::Enterprise, &totals(9, 0), &totals(10, 0)).is_none());
    }

    #[test]
    fn the_message_says_what_to_do() {
        let error = seats(License::Community, &totals(5, 0), &totals(6, 0)).unwrap();
        assert_eq!(
            error.to_string(),
            "no seat free: 5 of 5 seats of the Community license are in use; \
             deactivate a user or install a larger license"
        );
        let error = seats(License::Seats(9), &totals(8, 0), &totals(11, 0)).unwrap();
        assert_eq!(
            error.to_string(),
            "1 seat free, 3 needed: 8 of 9 seats are in use; \
             deactivate a user or install a larger license"
        );
    }

    #[test]
    fn the_last_active_admin_stays() {
        assert!(admins(&totals(3, 1), &totals(3, 0)).is_some());
        assert!(admins(&totals(3, 1), &totals(3, 1)).is_none());
        assert!(
            admins(&totals(3, 0), &totals(2, 0)).is_none(),
            "there was none to keep"
        );
    }
}
