//! The outcome for each user of a file.

use std::borrow::Cow;
use std::iter;

use headcount::{Result, Seats, UserId};
use serde::Serialize;

use super::plan::Plan;
use super::results::{Results, ShownUser};
use crate::directory::{Directory, UserKey};
use crate::output::yes_or_no;

/// Users that are looked up at once.
pub(super) const USERS_AT_ONCE: usize = 500;

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Created,
    Updated,
    Unchanged,
    /// Existing, and left alone by an option.
    Skipped,
    /// Not in the file.
    Deactivated,
}

impl Fate {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Deactivated => "deactivated",
        }
    }
}

/// A user of the file, as the import leaves them.
pub(super) struct Imported<'r> {
    pub(super) id: UserId,
    /// The plan's number for them: that of their candidate, or a higher one.
    pub(super) number: usize,
    pub(super) fate: Fate,
    /// The fields that differ from before.
    pub(super) changed: &'r [String],
    pub(super) active: bool,
    pub(super) without_seat: bool,
}

/// The outcomes of all users. They are computed on each request, because there may be
/// a million.
pub(crate) struct Outcomes<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) results: &'a Results,
    /// Whether users who are there were left alone on request.
    pub(crate) skips_existing: bool,
    /// Has the users who are not among the results.
    pub(crate) directory: &'a Directory,
}

impl Outcomes<'_> {
    /// Every user, in the order of the file.
    pub(super) fn each(&self) -> impl Iterator<Item = Imported<'_>> {
        (0..self.plan.subjects()).filter_map(|number| self.imported(number))
    }

    fn imported(&self, number: usize) -> Option<Imported<'_>> {
        let result = self.results.get(number);
        let candidates = &self.plan.candidates;
        let Some(candidate) = candidates.get(number) else {
            let (id, changed) = result?;
            return Some(Imported {
                id,
                number,
                fate: Fate::Deactivated,
                changed,
                active: false,
                without_seat: false,
            });
        };
        let known = candidate.user.as_ref().map(|known| known.id);
        let changed = result.map_or(&[][..], |(_, changed)| changed);
        let fate = match (known, result) {
            (None, _) => Fate::Created,
            (Some(_), None) if self.skips_existing => Fate::Skipped,
            (Some(_), _) if changed.is_empty() => Fate::Unchanged,
            (Some(_), _) => Fate::Updated,
        };
        Some(Imported {
            id: known.or(result.map(|(id, _)| id))?,
            number,
            fate,
            changed,
            active: candidate.active,
            without_seat: candidate.without_seat,
        })
    }

    /// The users that are `wanted`, as they are now; some are looked up for it.
    pub(super) fn users<'s>(
        &'s self,
        wanted: impl Fn(&Imported<'_>) -> bool + 's,
    ) -> impl Iterator<Item = Result<(Imported<'s>, ShownUser)>> + 's {
        let mut rest = self.each().filter(wanted);
        let mut part = Vec::new().into_iter();
        iter::from_fn(move || {
            if part.len() == 0 {
                match self.with_users(rest.by_ref().take(USERS_AT_ONCE).collect()) {
                    Ok(users) => part = users.into_iter(),
                    Err(error) => return Some(Err(error)),
                }
            }
            part.next().map(Ok)
        })
    }

    fn with_users<'s>(&self, part: Vec<Imported<'s>>) -> Result<Vec<(Imported<'s>, ShownUser)>> {
        let part = part.into_iter().map(|imported| {
            let shown = self.results.shown(imported.number);
            (imported, shown)
        });
        let part: Vec<_> = part.collect();
        let unknown = part.iter().filter(|(_, shown)| shown.is_none());
        let keys: Vec<_> = unknown.map(|(one, _)| UserKey::Id(one.id)).collect();
        let mut found = self.directory.users_by(&keys)?.into_iter();
        let users = part.into_iter().filter_map(|(imported, shown)| {
            let looked_up = || Some(ShownUser::from(&*found.next()??));
            Some((imported, shown.or_else(looked_up)?))
        });
        Ok(users.collect())
    }
}

pub(super) fn count_seat(seats: &mut Seats, is_active: bool, add: fn(u64, u64) -> u64) {
    let total = if is_active {
        &mut seats.active
    } else {
        &mut seats.inactive
    };
    *total = add(*total, 1);
}

/// The cells of a user in the table of an import.
pub(super) fn cells<'i>(imported: &'i Imported<'_>, user: &'i ShownUser) -> [Cow<'i, str>; 6] {
    [
        (&*user.email).into(),
        (&*user.username).into(),
        (&*user.name).into(),
        yes_or_no(user.active).into(),
        yes_or_no(user.admin).into(),
        match imported.changed {
            [] => imported.fate.name().into(),
            changed => format!("{}: {}", imported.fate.name(), changed.join(", ")).into(),
        },
    ]
}
