//! Stored users, read without copying.

mod getters;

use super::fields::{Fields, malformed};
use super::records::{self, UsernameRecord};
use crate::error::Result;
use crate::model::{self, Timestamp, User, UserId};

/// A user that is borrowed from the store or from a [`User`].
///
/// Views make reading many users much faster, because no text is copied.
/// [`Directory::for_each_user`](crate::Directory::for_each_user) and
/// [`Directory::for_each_in_page`](crate::Directory::for_each_in_page) lend them;
/// [`to_user`](Self::to_user) makes a copy to keep.
///
/// ```
/// use std::ops::ControlFlow;
/// use headcount::{Directory, NewUser};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user(NewUser::new("Ann@ex.co").attribute("team", "platform"))?;
/// let mut kept = Vec::new();
/// directory.for_each_user(|user| {
///     if user.attribute("team") == Some("platform") {
///         kept.push(user.to_user());
///     }
///     ControlFlow::<()>::Continue(())
/// })?;
/// assert_eq!(kept[0].email().as_str(), "Ann@ex.co");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UserView<'a> {
    id: UserId,
    email: &'a str,
    email_key: &'a str,
    /// The username, if it is not the email.
    username: Option<UsernameRecord<'a>>,
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    active: bool,
    admin: bool,
    external_ids: Pairs<'a>,
    attributes: Pairs<'a>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deactivated_at: Option<Timestamp>,
    version: u64,
}

/// Pairs of name and value.
#[derive(Clone, Copy, Debug)]
enum Pairs<'a> {
    /// This many pairs as stored; they have been checked.
    Stored(usize, Fields<'a>),
    Packed(model::PackedPairs<'a>),
}

/// The user whose row has this email key.
pub(crate) fn decode_user(email_key: &str, bytes: &[u8]) -> Result<User> {
    view_user(email_key, bytes).map(|view| view.to_user())
}

/// Decodes the user whose row has this email key: a [`records::UserRecord`], decoded by
/// hand because lists spend most of their time here.
pub(crate) fn view_user<'a>(email_key: &'a str, bytes: &'a [u8]) -> Result<UserView<'a>> {
    let mut fields = Fields::new(records::body("a user", bytes)?);
    let id = UserId::from_bytes(*fields.array()?);
    let version = fields.number()?;
    let created = fields.number()?;
    let updated = created.wrapping_add(fields.number()?);
    let (created_at, updated_at) = (
        Timestamp::from_stored(created),
        Timestamp::from_stored(updated),
    );
    let deactivated_at = if fields.flag()? {
        Some(Timestamp::from_stored(fields.number()?))
    } else {
        None
    };
    let (active, admin) = (fields.flag()?, fields.flag()?);
    fields.only_texts_follow();
    let email = fields.optional_text()?.unwrap_or(email_key);
    let username = if fields.flag()? {
        Some(UsernameRecord {
            typed: fields.text()?,
            key: fields.optional_text()?,
            look: fields.optional_text()?,
        })
    } else {
        None
    };
    let (given_name, family_name) = (fields.optional_text()?, fields.optional_text()?);
    let external_ids = take_pairs(&mut fields)?;
    let attributes = take_pairs(&mut fields)?;
    if fields.left() > 0 {
        return Err(malformed());
    }
    Ok(UserView {
        id,
        email,
        email_key,
        username,
        given_name,
        family_name,
        active,
        admin,
        external_ids,
        attributes,
        created_at,
        updated_at,
        deactivated_at,
        version,
    })
}

impl From<UserView<'_>> for User {
    fn from(view: UserView<'_>) -> Self {
        view.to_user()
    }
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        let (email, texts) = (user.email(), user.texts.rest());
        Self {
            id: user.id,
            email: email.as_str(),
            email_key: email.key(),
            username: texts.username.map(UsernameRecord::of),
            given_name: texts.given_name,
            family_name: texts.family_name,
            active: user.active,
            admin: user.admin,
            external_ids: Pairs::Packed(texts.external_ids),
            attributes: Pairs::Packed(texts.attributes()),
            created_at: user.created_at,
            updated_at: user.updated_at,
            deactivated_at: user.deactivated_at,
            version: user.version,
        }
    }
}

impl<'a> Pairs<'a> {
    fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        let (count, mut fields, mut packed) = match self {
            Self::Stored(count, fields) => (count, fields, None),
            Self::Packed(pairs) => (pairs.iter().len(), Fields::default(), Some(pairs.iter())),
        };
        // The pairs were counted and checked, so none is missing.
        (0..count).map(move |_| match &mut packed {
            Some(pairs) => pairs.next().unwrap_or_default(),
            None => fields.pair().unwrap_or_default(),
        })
    }

    fn value(self, name: &str) -> Option<&'a str> {
        let found = self.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value)
    }
}

/// Reads pairs, preceded by their number, from the front of `fields`. Most users have none.
#[expect(clippy::inline_always, reason = "it keeps the fields in registers")]
#[inline(always)]
fn take_pairs<'a>(fields: &mut Fields<'a>) -> Result<Pairs<'a>> {
    let count = usize::try_from(fields.number()?).map_err(|_| malformed())?;
    let pairs = *fields;
    if count > 0 {
        *fields = behind_pairs(count, pairs)?;
    }
    Ok(Pairs::Stored(count, pairs))
}

/// What follows `count` pairs, after checking them and their order: users are compared with
/// their pairs in order.
fn behind_pairs(count: usize, mut fields: Fields<'_>) -> Result<Fields<'_>> {
    let (mut before, _) = fields.pair()?;
    for _ in 1..count {
        let (name, _) = fields.pair()?;
        if name <= before {
            return Err(malformed());
        }
        before = name;
    }
    Ok(fields)
}

#[cfg(test)]
mod tests;
