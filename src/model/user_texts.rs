//! The texts of a user, in one allocation.
//!
//! Reading a cached user waits for memory once for the record and once for its texts. Each
//! allocation takes 8 to 24 bytes more than it holds, so all texts share the one that the
//! email needs anyway.

use std::fmt;

use super::attributes::Attributes;
use super::external::ExternalIds;
use super::packed::{PackedPairs, PackedTexts, Packer};
use super::username::UsernameTexts;
use super::{Email, Username};

/// The texts of a user, packed.
pub(crate) struct UserTexts(
    /// The email, followed by the other texts in the order of [`UserTextParts`].
    Email,
);

/// The texts that [`UserTexts`] are made of.
pub(crate) struct UserTextParts<'a, I, A> {
    pub(crate) email: &'a str,
    pub(crate) email_key: &'a str,
    /// `None` if the username is the email and follows it.
    pub(crate) username: Option<UsernameTexts<'a>>,
    pub(crate) given_name: Option<&'a str>,
    pub(crate) family_name: Option<&'a str>,
    /// Pairs of provisioner and id, ordered by provisioner.
    pub(crate) external_ids: I,
    /// Pairs of name and value, ordered by name.
    pub(crate) attributes: A,
}

impl<'a, I, A> UserTextParts<'a, I, A>
where
    I: ExactSizeIterator<Item = (&'a str, &'a str)> + Clone,
    A: ExactSizeIterator<Item = (&'a str, &'a str)> + Clone,
{
    pub(crate) fn pack(&self) -> UserTexts {
        let mut bytes = 0_usize;
        self.put_rest(&mut bytes);
        UserTexts(Email::with_rest(self.email, self.email_key, bytes, |out| {
            self.put_rest(out);
        }))
    }

    /// Appends the texts behind the email.
    fn put_rest(&self, out: &mut impl Packer) {
        let username = self.username;
        out.optional(username.map(|name| name.typed));
        if let Some(username) = username {
            out.optional(username.other_key);
            out.optional(username.look);
        }
        out.optional(self.given_name);
        out.optional(self.family_name);
        out.pairs(self.external_ids.clone());
        out.pairs(self.attributes.clone());
    }
}

impl UserTexts {
    /// Packs the texts of a user with these given and family names.
    pub(crate) fn of(
        email: &Email,
        username: Option<&Username>,
        [given_name, family_name]: [Option<&str>; 2],
        external_ids: &ExternalIds,
        attributes: &Attributes,
    ) -> Self {
        let parts = UserTextParts {
            email: email.as_str(),
            email_key: email.key(),
            username: username.map(Username::texts),
            given_name,
            family_name,
            external_ids: external_ids.iter(),
            attributes: attributes.iter(),
        };
        parts.pack()
    }

    pub(crate) fn email(&self) -> &Email {
        &self.0
    }

    /// The texts behind the email.
    #[inline]
    pub(crate) fn rest(&self) -> Rest<'_> {
        let mut packed = PackedTexts(self.0.rest());
        Rest {
            username: take_username(&mut packed),
            given_name: packed.optional(),
            family_name: packed.optional(),
            external_ids: packed.pairs(),
        }
    }

    /// The texts of the username, if it is not the email. Applying a batch asks for them
    /// some twenty times a user, so this reads no other texts.
    #[inline]
    pub(crate) fn username_texts(&self) -> Option<UsernameTexts<'_>> {
        take_username(&mut PackedTexts(self.0.rest()))
    }

    /// The username as typed, if it is not the email.
    #[inline]
    pub(crate) fn username(&self) -> Option<&str> {
        PackedTexts(self.0.rest()).optional()
    }

    /// Reads from the allocation, so that it is in the processor's cache afterwards.
    #[inline]
    pub(crate) fn touch(&self) -> u8 {
        self.0.as_str().as_bytes().first().copied().unwrap_or(0)
    }

    /// Bytes of the allocation.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// Reads the texts of a username from the front.
#[inline]
fn take_username<'a>(packed: &mut PackedTexts<'a>) -> Option<UsernameTexts<'a>> {
    Some(UsernameTexts {
        typed: packed.optional()?,
        other_key: packed.optional(),
        look: packed.optional(),
    })
}

/// The texts of a user behind the email.
pub(crate) struct Rest<'a> {
    pub(crate) username: Option<UsernameTexts<'a>>,
    pub(crate) given_name: Option<&'a str>,
    pub(crate) family_name: Option<&'a str>,
    pub(crate) external_ids: PackedPairs<'a>,
}

impl<'a> Rest<'a> {
    #[inline]
    pub(crate) fn attributes(&self) -> PackedPairs<'a> {
        self.external_ids.behind().pairs()
    }
}

impl Clone for UserTexts {
    fn clone(&self) -> Self {
        Self(self.0.clone_with_rest())
    }
}

/// Texts are equal if all of them are, also as typed.
impl PartialEq for UserTexts {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same_with_rest(&other.0)
    }
}

impl Eq for UserTexts {}

impl fmt::Debug for UserTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.rest();
        f.debug_struct("UserTexts")
            .field("email", &self.0)
            .field("username", &rest.username)
            .field("given_name", &rest.given_name)
            .field("family_name", &rest.family_name)
            .field(
                "external_ids",
                &rest.external_ids.iter().collect::<Vec<_>>(),
            )
            .field("attributes", &rest.attributes().iter().collect::<Vec<_>>())
            .finish()
    }
}
