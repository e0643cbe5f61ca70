//! A user about to be created.

use std::borrow::Borrow;

use super::attributes::{Attributes, check_attribute_name, check_attributes, parse_personal_name};
use super::building::Building;
use super::external::{ExternalIds, check_external_id, check_provisioner, set_external_id};
use super::user_texts::UserTexts;
use super::{Email, Timestamp, UserId, Username};
use crate::error::{Error, Result};

/// A user to create: an email and whatever else is known.
///
/// Each part is parsed when it is set. The first malformed one is kept as an error, which the
/// call that takes the `NewUser` returns.
///
/// ```
/// use headcount::{Directory, ErrorKind, NewUser};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user(
///     NewUser::new("john.hummel@wallaroo.ai")
///         .username("john")
///         .given_name("John")
///         .admin(true)
///         .attribute("team", "platform"),
/// )?;
/// let refused = directory.create_user(NewUser::new("").username("admin")).unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::EmailRequired);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NewUser {
    email: Result<Email>,
    details: Building<Details>,
}

/// The parsed parts of a [`NewUser`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'u> {
    pub(crate) email: &'u Email,
    pub(crate) details: &'u Details,
}

/// What is known of a user besides the email.
#[derive(Clone, Debug)]
pub(crate) struct Details {
    /// Drawn by the directory when the caller gives none.
    pub(crate) id: Option<UserId>,
    /// Whether the directory drew the id, so that no other user can have it.
    pub(crate) is_drawn: bool,
    /// As it was given: [`Draft::username`] knows whether it is the email.
    username: Option<Username>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
    pub(crate) external_ids: ExternalIds,
    pub(crate) attributes: Attributes,
    /// The time of the request when the caller gives none.
    pub(crate) created_at: Option<Timestamp>,
}

impl NewUser {
    /// A user with this email, active and not an admin.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co"))?;
    /// assert!(ann.is_active() && !ann.is_admin());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new(email: impl AsRef<str>) -> Self {
        let details = Details {
            id: None,
            is_drawn: false,
            username: None,
            given_name: None,
            family_name: None,
            active: true,
            admin: false,
            external_ids: ExternalIds::new(),
            attributes: Attributes::new(),
            created_at: None,
        };
        Self {
            email: Email::parse(email.as_ref()),
            details: Building::new(Ok(details)),
        }
    }

    /// The same details for another email, for C, which names it last.
    #[cfg(feature = "capi")]
    pub(crate) fn with_email(mut self, email: &str) -> Self {
        self.email = Email::parse(email);
        self
    }

    /// Sets the id, such as one from another system. By default the directory draws one. An id
    /// that a user has or had is refused with [`IdTaken`](crate::ErrorKind::IdTaken).
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserId};
    ///
    /// let id: UserId = "019539e2-7b1c-7000-8000-00000000002a".parse()?;
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.create_user(NewUser::new("ann@ex.co").id(id))?.id(), id);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn id(self, id: UserId) -> Self {
        self.with(|details| {
            details.id = Some(id);
            Ok(())
        })
    }

    /// Sets the username; by default it is the email. A username with an `@` must be an
    /// address that no other user has as email or username. A username that equals the
    /// email changes with it. [`Username`] has the rules.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").username("Ann"))?;
    /// assert!(directory.user_by_username("ann")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn username(self, username: impl AsRef<str>) -> Self {
        self.with(|details| {
            details.username = Some(Username::parse(username.as_ref())?);
            Ok(())
        })
    }

    /// Sets the given name, of at most 255 bytes. White space is collapsed. Control characters,
    /// separators of lines and paragraphs (U+2028, U+2029), invisible characters and those that
    /// change the direction of the text are refused.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").given_name(" Ann  Marie "))?;
    /// assert_eq!(ann.given_name(), Some("Ann Marie"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn given_name(self, name: impl AsRef<str>) -> Self {
        self.with(|details| {
            details.given_name = parse_personal_name("given name", name.as_ref())?;
            Ok(())
        })
    }

    /// Sets the family name, within the limits of the [given name](Self::given_name).
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let new = NewUser::new("ann@ex.co").family_name("Lee\u{202e}"); // right to left
    /// assert_eq!(directory.create_user(new).unwrap_err().kind(), ErrorKind::InvalidArgument);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn family_name(self, name: impl AsRef<str>) -> Self {
        self.with(|details| {
            details.family_name = parse_personal_name("family name", name.as_ref())?;
            Ok(())
        })
    }

    /// Sets whether the user is active from the start and takes a seat: `true` by default.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").active(false))?;
    /// assert_eq!(directory.seats()?.free(), Some(5));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn active(self, active: bool) -> Self {
        self.with(|details| {
            details.active = active;
            Ok(())
        })
    }

    /// Sets whether the user administers the platform: `false` by default.
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").admin(true))?;
    /// let refused = directory.delete_user("ann@ex.co").unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::LastAdmin);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn admin(self, admin: bool) -> Self {
        self.with(|details| {
            details.admin = admin;
            Ok(())
        })
    }

    /// Sets an attribute. A user has at most 64, whose names and values take up to 16 KiB
    /// together; a name has 1 to 255 bytes.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// assert_eq!(ann.attribute("team"), Some("platform"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn attribute(self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.with(|details| {
            check_attribute_name(name.as_ref())?;
            let name = name.as_ref();
            let before = details.attributes.insert(name, value.into());
            check_attributes(&details.attributes).inspect_err(|_| match before {
                Some(before) => drop(details.attributes.insert(name, before)),
                None => drop(details.attributes.remove(name)),
            })
        })
    }

    /// Sets the id that a provisioner has for the user: at most 255 bytes without control
    /// characters, stored and compared byte by byte. The name of the provisioner has at most 64
    /// bytes; a user has ids of at most 16 provisioners.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").external_id("okta", "00u1"))?;
    /// assert_eq!(directory.user_by_external_id("okta", "00u1")?, Some(ann));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn external_id(self, provisioner: impl AsRef<str>, id: impl AsRef<str>) -> Self {
        let (provisioner, id) = (provisioner.as_ref(), id.as_ref());
        self.with(|details| {
            check_provisioner(provisioner)?;
            check_external_id(id)?;
            set_external_id(&mut details.external_ids, provisioner, Some(id)).map(drop)
        })
    }

    /// Sets when the user was created, such as in another system; by default, now.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Timestamp};
    ///
    /// let directory = Directory::in_memory()?;
    /// let moment: Timestamp = "2024-07-11T16:55:59Z".parse()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").created_at(moment))?;
    /// assert_eq!(ann.created_at(), moment);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn created_at(self, moment: Timestamp) -> Self {
        self.with(|details| {
            details.created_at = Some(moment);
            Ok(())
        })
    }

    /// Applies a setter for C: if it fails, the user stays as it was.
    #[cfg(feature = "capi")]
    pub(crate) fn set(&mut self, change: impl FnOnce(Self) -> Self) -> Result<()> {
        let email = self.email.clone();
        self.details
            .set(|details| change(Self { email, details }).details)
    }

    fn with(mut self, set: impl FnOnce(&mut Details) -> Result<()>) -> Self {
        self.details = self.details.with(set);
        self
    }

    /// Fails if a part is malformed, with the error that the call that takes the user would fail
    /// with. It does not look for names that are taken.
    ///
    /// ```
    /// use headcount::{ErrorKind, NewUser};
    ///
    /// assert!(NewUser::new("ann@ex.co").check().is_ok());
    /// let malformed = NewUser::new("ann@ex.co").username("two words");
    /// assert_eq!(malformed.check().unwrap_err().kind(), ErrorKind::InvalidUsername);
    /// ```
    pub fn check(&self) -> Result<()> {
        self.draft().map(drop)
    }

    pub(crate) fn draft(&self) -> Result<Draft<'_>> {
        Ok(Draft {
            email: self.email.as_ref().map_err(Error::clone)?,
            details: self.details.get()?,
        })
    }

    /// Draws the id, unless it is set or the user is malformed.
    pub(crate) fn draw_id(&mut self) {
        if let Some(details) = self.details.get_mut()
            && details.id.is_none()
        {
            details.id = Some(UserId::generate());
            details.is_drawn = true;
        }
    }
}

impl<'u> Draft<'u> {
    /// The username; `None` if it is the email, so that it follows the email.
    pub(crate) fn username(&self) -> Option<&'u Username> {
        apart_from(self.email, self.details.username.as_ref())
    }

    /// Packs the texts for a user.
    pub(crate) fn texts(&self) -> UserTexts {
        let details = self.details;
        UserTexts::of(
            self.email,
            self.username(),
            [&details.given_name, &details.family_name].map(Option::as_deref),
            &details.external_ids,
            &details.attributes,
        )
    }
}

impl From<&str> for NewUser {
    fn from(email: &str) -> Self {
        Self::new(email)
    }
}

impl From<&String> for NewUser {
    fn from(email: &String) -> Self {
        Self::new(email)
    }
}

impl From<String> for NewUser {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

impl From<&Email> for NewUser {
    fn from(email: &Email) -> Self {
        Self::new(email)
    }
}

impl From<Email> for NewUser {
    fn from(email: Email) -> Self {
        Self::new(email)
    }
}

/// The username to store for a user with this email: `None` if they are the same, so that
/// the username follows the email.
pub(crate) fn apart_from<N: Borrow<Username>>(email: &Email, username: Option<N>) -> Option<N> {
    username.filter(|name| name.borrow().key() != email.key())
}

#[cfg(all(test, feature = "capi"))]
mod tests;
