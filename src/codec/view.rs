//! Users as they are stored, read without copying anything.

use super::fields::{Fields, malformed};
use super::records::{self, UsernameRecord};
use crate::error::Result;
use crate::model::{Email, NulTexts, TextMap, Timestamp, User, UserId};

/// A user, borrowed from where it lies: in the store, or in a [`User`].
///
/// Lists of many users are read much faster through views, for no text is copied.
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
    /// The username, where it is not the email.
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
    /// Up to this many, as they are stored; checked before.
    Stored(usize, Fields<'a>),
    Owned(&'a TextMap),
}

/// The user whose row has this email key: a [`records::UserRecord`], read by hand, since
/// lists spend most of their time here.
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

impl<'a> UserView<'a> {
    /// The identity, which never changes.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The email address, as typed.
    pub fn email(&self) -> &'a str {
        self.email
    }

    /// The form by which the address is unique: see [`Email::key`].
    pub fn email_key(&self) -> &'a str {
        self.email_key
    }

    /// The username, as typed. It is the email where none was given.
    pub fn username(&self) -> &'a str {
        self.username.map_or(self.email, |name| name.typed)
    }

    /// The key of the username, which is that of the email where none was given.
    pub(crate) fn username_key(&self) -> &'a str {
        self.username.map_or(self.email_key, |name| name.key())
    }

    /// The given (first) name.
    pub fn given_name(&self) -> Option<&'a str> {
        self.given_name
    }

    /// The family (last) name.
    pub fn family_name(&self) -> Option<&'a str> {
        self.family_name
    }

    /// Whether the user is active and so takes a seat.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether the user administers the platform.
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.value(name)
    }

    /// All attributes, ordered by name.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        self.attributes.iter()
    }

    /// The id that a provisioner has for the user: see [`User::external_id`].
    pub fn external_id(&self, provisioner: &str) -> Option<&'a str> {
        self.external_ids.value(provisioner)
    }

    /// All external ids, each behind its provisioner, by whose names they are ordered.
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        self.external_ids.iter()
    }

    /// Bytes that the texts of all attributes have at most, with one more for each.
    #[cfg(feature = "capi")]
    pub(crate) fn attribute_bytes_at_most(&self) -> usize {
        match self.attributes {
            // Each text has its length before it, of one byte at least.
            Pairs::Stored(_, fields) => fields.left(),
            Pairs::Owned(pairs) => pairs
                .iter()
                .map(|(name, value)| name.len() + value.len() + 2)
                .sum(),
        }
    }

    /// When the user was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When the user was deactivated: see [`User::deactivated_at`].
    pub fn deactivated_at(&self) -> Option<Timestamp> {
        self.deactivated_at
    }

    /// The version of the record: 1 when created, one more with each change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// A copy to keep.
    pub fn to_user(&self) -> User {
        User {
            id: self.id,
            email: Email::from_stored(self.email, self.email_key),
            username: self.username.map(UsernameRecord::to_username),
            given_name: self.given_name.map(str::to_owned),
            family_name: self.family_name.map(str::to_owned),
            active: self.active,
            admin: self.admin,
            external_ids: self.external_ids.to_owned(),
            attributes: self.attributes.to_owned(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            deactivated_at: self.deactivated_at,
            version: self.version,
            nul_texts: NulTexts::default(),
        }
    }
}

impl From<UserView<'_>> for User {
    fn from(view: UserView<'_>) -> Self {
        view.to_user()
    }
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        let email_key = user.email.key();
        Self {
            id: user.id,
            email: user.email.as_str(),
            email_key,
            username: user.username.as_ref().map(UsernameRecord::of),
            given_name: user.given_name.as_deref(),
            family_name: user.family_name.as_deref(),
            active: user.active,
            admin: user.admin,
            external_ids: Pairs::Owned(&user.external_ids),
            attributes: Pairs::Owned(&user.attributes),
            created_at: user.created_at,
            updated_at: user.updated_at,
            deactivated_at: user.deactivated_at,
            version: user.version,
        }
    }
}

impl<'a> Pairs<'a> {
    fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        let (count, mut fields, mut owned) = match self {
            Self::Stored(count, fields) => (count, fields, None),
            Self::Owned(pairs) => (pairs.len(), Fields::default(), Some(pairs.iter())),
        };
        (0..count).map(move |_| match &mut owned {
            // There are as many as were counted, so that nothing is ever missing.
            Some(pairs) => pairs.next().unwrap_or_default(),
            None => fields.pair().unwrap_or_default(),
        })
    }

    fn value(self, name: &str) -> Option<&'a str> {
        let found = self.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value)
    }

    fn to_owned(self) -> TextMap {
        self.iter().collect()
    }
}

/// Takes pairs, with their number before them, off the front of `fields`, and checks them.
#[inline]
fn take_pairs<'a>(fields: &mut Fields<'a>) -> Result<Pairs<'a>> {
    let count = usize::try_from(fields.number()?).map_err(|_| malformed())?;
    if count == 0 {
        return Ok(Pairs::Stored(0, Fields::default()));
    }
    let pairs = *fields;
    for _ in 0..count {
        fields.pair()?;
    }
    Ok(Pairs::Stored(count, pairs))
}

#[cfg(test)]
mod tests;
