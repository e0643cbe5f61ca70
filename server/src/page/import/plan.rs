//! The plan of an import: the step for each row of the file, and the batch that applies them.

use std::collections::HashMap;

use headcount::{Batch, Directory, Email, NewUser, User, UserId, UserUpdate};

use super::file::Row;
use crate::door::Failure;

/// The step for a row. A user to be changed must have the version that the preview showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Create,
    Update(UserId, u64, Parts),
    /// The user already is as the file says.
    Keep,
}

/// The parts of a user that change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) profile: bool,
    pub(super) active: bool,
    pub(super) admin: bool,
}

/// A field of a user, as it is and as it would be.
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The step for each row given the directory as it is now, with the differences.
pub(super) fn steps(
    directory: &Directory,
    rows: &[Row],
) -> Result<Vec<(Step, Vec<Difference>)>, Failure> {
    let mut seen = HashMap::new();
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let mut user = row
            .id
            .map(|id| directory.user_by_id(id))
            .transpose()?
            .flatten();
        if let (None, Some(email)) = (&user, &row.email) {
            user = directory.user_by_email(email)?;
        }
        let Some(user) = user else {
            if row.email.is_none() {
                let message = format!("{}: a new user needs an email", row.place);
                return Err(Failure::bad_request(message));
            }
            steps.push((Step::Create, differences(row, None)));
            continue;
        };
        if let Some(other) = seen.insert(user.id(), &row.place) {
            let (email, place) = (user.email(), &row.place);
            let message = format!("{place}: {email} is the user of {other} already");
            return Err(Failure::bad_request(message));
        }
        let differences = differences(row, Some(&user));
        let has = |name: &str| differences.iter().any(|of| of.name == name);
        let parts = Parts {
            active: has("active"),
            admin: has("admin"),
            profile: differences
                .iter()
                .any(|of| of.name != "active" && of.name != "admin"),
        };
        let step = if parts == Parts::default() {
            Step::Keep
        } else {
            Step::Update(user.id(), user.version(), parts)
        };
        steps.push((step, differences));
    }
    Ok(steps)
}

/// The username in a row; `None` if it follows the email.
pub(super) fn own_username(row: &Row) -> Option<Option<&str>> {
    let username = row.username.as_ref()?.as_deref();
    Some(username.filter(|name| {
        !row.email
            .as_deref()
            .is_some_and(|email| is_same(email, name))
    }))
}

fn is_same(email: &str, other: &str) -> bool {
    match (Email::parse(email), Email::parse(other)) {
        (Ok(email), Ok(other)) => email == other,
        _ => email == other,
    }
}

/// How the file would change a user, or what it says of a new one beside the email.
fn differences(row: &Row, user: Option<&User>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |name: &str, before: Option<&str>, after: Option<&str>| {
        if before != after {
            found.push(Difference {
                name: name.to_owned(),
                before: before.unwrap_or_default().to_owned(),
                after: after.unwrap_or_default().to_owned(),
            });
        }
    };
    let wanted = row.email.as_deref();
    let email = user.map(|user| user.email().as_str());
    let email = email.or(wanted).unwrap_or_default();
    if let Some(wanted) = wanted.filter(|wanted| !is_same(wanted, email)) {
        compare("email", Some(email), Some(wanted));
    }
    if let Some(wanted) = own_username(row) {
        let own = user.map(User::username);
        let own = own.filter(|name| *name != email);
        compare("username", own, wanted.filter(|name| !is_same(email, name)));
    }
    if let Some(wanted) = &row.given_name {
        compare(
            "given name",
            user.and_then(User::given_name),
            wanted.as_deref(),
        );
    }
    if let Some(wanted) = &row.family_name {
        compare(
            "family name",
            user.and_then(User::family_name),
            wanted.as_deref(),
        );
    }
    for (name, wanted) in &row.attributes {
        compare(
            &format!("attribute {name}"),
            user.and_then(|of| of.attribute(name)),
            wanted.as_deref(),
        );
    }
    for (name, wanted) in &row.external_ids {
        compare(
            &format!("external id {name}"),
            user.and_then(|of| of.external_id(name)),
            wanted.as_deref(),
        );
    }
    let active = (user.map(User::is_active), row.active, true);
    let admin = (user.map(User::is_admin), row.admin, false);
    for (name, (before, wanted, by_default)) in [("active", active), ("admin", admin)] {
        // A new user is as by default without a word about it.
        if let Some(wanted) = wanted.filter(|wanted| before.is_some() || *wanted != by_default) {
            compare(name, before.map(yes_or_no), Some(yes_or_no(wanted)));
        }
    }
    found
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// The batch, and for each of its operations the row it is for.
pub(super) struct Work {
    pub(super) batch: Batch,
    pub(super) rows: Vec<usize>,
    /// Whether somebody becomes an admin or stops being one.
    pub(super) is_about_admins: bool,
}

/// The batch for the steps. It frees seats before it takes others. The same file and steps always
/// make the same batch, so it can be sent again.
pub(super) fn work(rows: &[Row], steps: &[Step], is_inactive: bool) -> Work {
    let mut work = Work {
        batch: Batch::new(),
        rows: Vec::new(),
        is_about_admins: false,
    };
    let frees_seat = |(step, row): (&Step, &Row)| {
        matches!(step, Step::Update(_, _, parts) if parts.active) && row.active == Some(false)
    };
    for is_first in [true, false] {
        for (at, (step, row)) in steps.iter().zip(rows).enumerate() {
            if frees_seat((step, row)) == is_first {
                work.add(at, step, row, is_inactive);
            }
        }
    }
    work
}

impl Work {
    fn add(&mut self, at: usize, step: &Step, row: &Row, is_inactive: bool) {
        let batch = std::mem::take(&mut self.batch);
        let (id, version, parts) = match step {
            Step::Keep => {
                self.batch = batch;
                return;
            }
            Step::Create => {
                self.is_about_admins |= row.admin == Some(true);
                self.rows.push(at);
                self.batch = batch.create_user(new_user(row, is_inactive));
                return;
            }
            Step::Update(id, version, parts) => (*id, *version, *parts),
        };
        let mut batch = batch;
        if parts.profile || parts.admin {
            self.is_about_admins |= parts.admin;
            self.rows.push(at);
            batch = batch
                .update_user(id, update(row, parts))
                .if_version(version);
        }
        if parts.active {
            self.rows.push(at);
            batch = match row.active {
                Some(true) => batch.activate_user(id),
                _ => batch.deactivate_user(id),
            };
            if !(parts.profile || parts.admin) {
                batch = batch.if_version(version);
            }
        }
        self.batch = batch;
    }
}

fn new_user(row: &Row, is_inactive: bool) -> NewUser {
    let active = !is_inactive && row.active.unwrap_or(true);
    let mut user = NewUser::new(row.email.as_deref().unwrap_or_default())
        .active(active)
        .admin(row.admin.unwrap_or(false));
    if let Some(id) = row.id {
        user = user.id(id);
    }
    if let Some(Some(username)) = own_username(row) {
        user = user.username(username);
    }
    if let Some(Some(name)) = &row.given_name {
        user = user.given_name(name);
    }
    if let Some(Some(name)) = &row.family_name {
        user = user.family_name(name);
    }
    for (name, value) in &row.attributes {
        if let Some(value) = value {
            user = user.attribute(name, value);
        }
    }
    for (provisioner, id) in &row.external_ids {
        if let Some(id) = id {
            user = user.external_id(provisioner, id);
        }
    }
    user
}

fn update(row: &Row, parts: Parts) -> UserUpdate {
    let mut update = UserUpdate::new();
    if parts.admin {
        update = update.admin(row.admin.unwrap_or(false));
    }
    if !parts.profile {
        return update;
    }
    if let Some(email) = &row.email {
        update = update.email(email);
    }
    if let Some(username) = own_username(row) {
        update = update.username(username);
    }
    if let Some(name) = &row.given_name {
        update = update.given_name(name.as_deref());
    }
    if let Some(name) = &row.family_name {
        update = update.family_name(name.as_deref());
    }
    for (name, value) in &row.attributes {
        update = update.attribute(name, value.as_deref());
    }
    for (provisioner, id) in &row.external_ids {
        update = update.external_id(provisioner, id.as_deref());
    }
    update
}
