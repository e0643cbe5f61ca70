//! A row that is not refused, and what it changes.

use headcount::{User, UserId, Username, quoted};

use super::Row;
use super::options::{Keep, OnExisting, Options};
use super::{attributes, values};

/// A row that is not refused. It is small, because there may be a million.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is told to the user on its own"
)]
pub(crate) struct Candidate {
    /// The row's number in the file.
    pub(crate) row: usize,
    /// The existing user that it is about, if there is one.
    pub(crate) user: Option<Known>,
    /// The address made up for a row without one.
    pub(super) email: Option<Box<str>>,
    /// Whether the row makes the user active.
    pub(super) told_active: Option<bool>,
    /// Whether the user is to be active.
    pub(crate) active: bool,
    /// Whether the user is to be an admin, where the file decides that.
    pub(super) admin: Option<bool>,
    /// Whether they would be active, if there were a seat.
    pub(crate) without_seat: bool,
    /// Whether they would be active, if they hadn't been deactivated here.
    pub(crate) keeps_inactive: bool,
    /// Whether the file would have taken the admin's rights away.
    pub(crate) keeps_admin: bool,
    /// Whether something was noted when the row was read.
    has_notes: bool,
    /// Whether the row's username is not valid here, and not used.
    unusable_username: bool,
    /// The attributes of the row that there is no room for, and what to say of each.
    pub(super) left_out: Box<[(usize, String)]>,
}

/// The parts of an existing user that a plan needs.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the user"
)]
pub(crate) struct Known {
    pub(crate) id: UserId,
    pub(super) is_active: bool,
    pub(super) is_admin: bool,
    /// Whether they changed since they were created.
    pub(super) is_touched: bool,
    /// Whether a field of the row differs from the user's.
    pub(super) differs: bool,
}

impl Candidate {
    pub(super) fn of(number: usize, row: &Row) -> Self {
        Self {
            row: number,
            user: None,
            email: None,
            told_active: row.active,
            active: true,
            admin: row.admin,
            without_seat: false,
            keeps_inactive: false,
            keeps_admin: false,
            has_notes: !row.notes.is_empty(),
            unusable_username: false,
            left_out: Box::default(),
        }
    }

    /// The row's address, or the one that was made up for it.
    pub(super) fn email<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        row.email.as_deref().or(self.email.as_deref())
    }

    /// The username to give the user, if the row has one that can be theirs.
    pub(super) fn username<'a>(&self, row: &'a Row) -> Option<&'a str> {
        row.username.as_deref().filter(|_| !self.unusable_username)
    }

    /// The attributes of the row that there is room for.
    pub(super) fn attributes<'a>(
        &'a self,
        row: &'a Row,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_left_out = |at: usize| self.left_out.iter().any(|(index, _)| *index == at);
        let all = row.attributes.iter().enumerate();
        all.filter(move |(at, _)| !is_left_out(*at))
            .map(|(_, (name, value))| (&**name, &**value))
    }

    /// Notes that the row is about `user`.
    pub(super) fn is(&mut self, user: &User, row: &Row, options: &Options<'_>) {
        self.settle(row, Some(user), options);
        self.user = Some(Known {
            id: user.id(),
            is_active: user.is_active(),
            is_admin: user.is_admin(),
            is_touched: user.version() > 1,
            differs: self.differs(row, user, options),
        });
    }

    /// Decides what the row changes for `user`, or for a new user.
    pub(super) fn settle(&mut self, row: &Row, user: Option<&User>, options: &Options<'_>) {
        if user.is_some_and(User::is_admin)
            && row.admin == Some(false)
            && options.keeps(Keep::Admin)
            && options.on_existing == OnExisting::Update
        {
            self.admin = None;
            self.keeps_admin = true;
        }
        let has_email = self.email(row).is_some() || user.is_some();
        self.unusable_username = has_email
            && row.username.as_deref().is_some_and(|name| {
                let is_foreign = name.contains('@') || name.parse::<UserId>().is_ok();
                is_foreign && Username::parse(name).is_err()
            });
        self.left_out = attributes::left_out(row, user).into();
    }

    /// Whether a field of the row differs from that of `user`, byte for byte. If none does, only
    /// the seat may have to change.
    fn differs(&self, row: &Row, user: &User, options: &Options<'_>) -> bool {
        if options.on_existing == OnExisting::Skip {
            return false;
        }
        let is_other = |said: Option<&str>, has: Option<&str>| said.is_some() && said != has;
        is_other(self.email(row), Some(user.email().as_str()))
            || is_other(self.username(row), Some(user.username()))
            || is_other(row.given_name.as_deref(), user.given_name())
            || is_other(row.family_name.as_deref(), user.family_name())
            || self.admin.is_some_and(|admin| admin != user.is_admin())
            || { row.external_ids.iter() }
                .any(|(provisioner, id)| user.external_id(provisioner) != Some(id))
            || { self.attributes(row) }.any(|(name, value)| user.attribute(name) != Some(value))
    }

    /// Whether there are notes about the user.
    pub(super) fn is_noted(&self) -> bool {
        self.has_notes
            || self.unusable_username
            || self.keeps_inactive
            || self.keeps_admin
            || !self.left_out.is_empty()
    }

    /// Where the result differs from the file, a sentence each.
    pub(crate) fn notes(&self, row: &Row) -> Vec<String> {
        let mut notes = row.notes.clone();
        if self.unusable_username {
            let name = values::shortened(row.username.as_deref().unwrap_or_default());
            let instead = match &self.user {
                None => "the email is the username instead",
                Some(_) => "the username stays as it is",
            };
            notes.push(format!(
                "the username {} is neither a name nor an address; {instead}",
                quoted(&name)
            ));
        }
        if self.keeps_inactive {
            notes.push(
                "stays inactive, as here, though active in the file; use --keep none to let the file \
                 decide"
                    .to_owned(),
            );
        }
        if self.keeps_admin {
            notes.push(
                "stays an admin, as here, though not one in the file; use --keep none to let the file \
                 decide"
                    .to_owned(),
            );
        }
        notes.extend(self.left_out.iter().map(|(_, told)| told.clone()));
        notes
    }
}
