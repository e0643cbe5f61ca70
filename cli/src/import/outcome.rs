//! What came of one user of a file.

use std::borrow::Cow;
use std::sync::Arc;

use headcount::{Seats, User};
use serde::Serialize;

use crate::output::user_cells;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
    pub(super) user: Arc<User>,
    pub(super) fate: Fate,
    /// The fields that differ from before.
    pub(super) changed: Vec<String>,
    pub(super) without_seat: bool,
    /// The candidate of the plan; `None` for a user who is not in the file.
    pub(super) candidate: Option<usize>,
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

pub(super) fn count_seat(seats: &mut Seats, user: &User, add: fn(u64, u64) -> u64) {
    let total = if user.is_active() {
        &mut seats.active
    } else {
        &mut seats.inactive
    };
    *total = add(*total, 1);
}

/// The cells of a user in the table of an import.
pub(super) fn cells(imported: &Imported) -> [Cow<'_, str>; 6] {
    let [email, username, name, seat, admin] = user_cells(&imported.user);
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
