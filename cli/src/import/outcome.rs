//! What came of each user of a file.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use headcount::{Applied, Result, Seats, Subject, User, UserId};
use serde::Serialize;

use super::plan::Plan;
use crate::directory::{Directory, UserKey};
use crate::output::user_cells;

/// Users that are looked up at once.
const USERS_AT_ONCE: usize = 500;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Created,
    Updated,
    Unchanged,
    /// There already, and left alone on request.
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
pub(super) struct Imported {
    pub(super) id: UserId,
    /// `None` where the import does nothing to them or has [loaded](super::bulk) them.
    pub(super) user: Option<Arc<User>>,
    pub(super) fate: Fate,
    /// The fields that differ from before.
    pub(super) changed: Vec<String>,
    /// Whether a new user is active.
    pub(super) active: bool,
    pub(super) without_seat: bool,
    /// The candidate of the plan; `None` for a user who is not in the file.
    pub(super) candidate: Option<usize>,
}

/// What came of all users. It is put together anew each time it is asked for: they may be
/// a million.
pub(crate) struct Outcomes<'a> {
    pub(crate) plan: &'a Plan,
    /// Whom each outcome is about: a candidate of the plan, or behind these an absent user.
    pub(crate) subjects: &'a [usize],
    pub(crate) applied: &'a Applied,
    /// The ids of new users, by candidate, where they were [loaded](super::bulk) instead.
    pub(crate) loaded: &'a [UserId],
    /// Whether users who are there were left alone on request.
    pub(crate) skips_existing: bool,
    /// Has the other users.
    pub(crate) directory: &'a Directory,
}

impl Outcomes<'_> {
    /// Whether anything was changed.
    pub(super) fn changes(&self) -> bool {
        self.applied.sequence.is_some() || !self.loaded.is_empty()
    }

    /// Every user, in the order of the file.
    pub(super) fn each(&self) -> impl Iterator<Item = Imported> {
        let mut outcomes = iter::zip(&self.applied.outcomes, self.subjects).peekable();
        let subjects = self.plan.candidates.len() + self.plan.absent.len();
        (0..subjects).filter_map(move |subject| {
            let mut user = None;
            // A user who is updated and then activated has two operations.
            while let Some((outcome, _)) = outcomes.next_if(|(_, of)| **of == subject) {
                if let Subject::User(id) = outcome.subject {
                    user = self.applied.user(id);
                }
            }
            self.imported(subject, user)
        })
    }

    fn imported(&self, subject: usize, user: Option<&Arc<User>>) -> Option<Imported> {
        let candidates = &self.plan.candidates;
        let Some(candidate) = candidates.get(subject) else {
            let before = self.plan.absent.get(subject - candidates.len())?;
            return Some(Imported {
                id: before.id(),
                user: user.cloned(),
                fate: Fate::Deactivated,
                changed: changed_fields(before, user?),
                active: false,
                without_seat: false,
                candidate: None,
            });
        };
        let known = candidate.user.as_ref();
        let (fate, changed) = match (known, user) {
            (None, _) => (Fate::Created, Vec::new()),
            (Some(_), None) if self.skips_existing => (Fate::Skipped, Vec::new()),
            (Some(_), None) => (Fate::Unchanged, Vec::new()),
            (Some(known), Some(user)) => {
                let changed = match &known.whole {
                    Some(before) => changed_fields(before, user),
                    None => vec!["active".to_owned()],
                };
                let fate = if changed.is_empty() {
                    Fate::Unchanged
                } else {
                    Fate::Updated
                };
                (fate, changed)
            }
        };
        Some(Imported {
            id: { known.map(|known| known.id) }
                .or(user.map(|user| user.id()))
                .or(self.loaded.get(subject).copied())?,
            user: user.cloned(),
            fate,
            changed,
            active: candidate.active,
            without_seat: candidate.without_seat,
            candidate: Some(subject),
        })
    }

    /// The users that are `wanted`, as they are now; some are looked up for it.
    pub(super) fn users<'s>(
        &'s self,
        wanted: impl Fn(&Imported) -> bool + 's,
    ) -> impl Iterator<Item = Result<(Imported, Arc<User>)>> + 's {
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

    fn with_users(&self, part: Vec<Imported>) -> Result<Vec<(Imported, Arc<User>)>> {
        let unknown = part.iter().filter(|imported| imported.user.is_none());
        let keys: Vec<_> = unknown.map(|imported| UserKey::Id(imported.id)).collect();
        let mut found = self.directory.users_by(&keys)?.into_iter();
        let users = part.into_iter().filter_map(|imported| {
            let user = imported.user.clone().or_else(|| found.next().flatten())?;
            Some((imported, user))
        });
        Ok(users.collect())
    }
}

/// The fields in which a user differs from before; attributes each by name.
pub(super) fn changed_fields(before: &User, after: &User) -> Vec<String> {
    let fields = [
        ("email", before.email().as_str() != after.email().as_str()),
        ("username", before.username() != after.username()),
        ("given_name", before.given_name() != after.given_name()),
        ("family_name", before.family_name() != after.family_name()),
        ("active", before.is_active() != after.is_active()),
        ("admin", before.is_admin() != after.is_admin()),
    ];
    let fields = fields.iter().filter(|(_, differs)| *differs);
    let mut changed: Vec<_> = fields.map(|(field, _)| (*field).to_owned()).collect();
    for (provisioner, id) in after.external_ids() {
        if before.external_id(provisioner) != Some(id) {
            changed.push(format!("external_ids.{provisioner}"));
        }
    }
    for (name, value) in after.attributes() {
        if before.attribute(name) != Some(value) {
            changed.push(format!("attributes.{name}"));
        }
    }
    changed
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
pub(super) fn cells<'i>(imported: &'i Imported, user: &'i User) -> [Cow<'i, str>; 6] {
    let [email, username, name, seat, admin] = user_cells(user);
    [
        email,
        username,
        name,
        seat,
        admin,
        match &*imported.changed {
            [] => imported.fate.name().into(),
            changed => format!("{}: {}", imported.fate.name(), changed.join(", ")).into(),
        },
    ]
}
