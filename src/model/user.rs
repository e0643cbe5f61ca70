//! A user as it is stored, and a user about to be created.

use super::attributes::{Attributes, check_attribute_name, check_attributes, parse_personal_name};
use super::building::Building;
use super::external::{ExternalIds, check_external_id, check_provisioner, set_external_id};
use super::{Email, NulTexts, Timestamp, UserId, Username};
use crate::error::Result;

/// A user of the directory, as one consistent record.
///
/// ```
/// use headcount::{Directory, NewUser};
///
/// let directory = Directory::in_memory()?;
/// let user = directory.create_user(NewUser::new("Steve@ex.co").given_name("Steve"))?;
/// assert_eq!(user.email().as_str(), "Steve@ex.co");
/// assert_eq!(user.username(), "Steve@ex.co"); // none was given
/// assert!(user.is_active() && !user.is_admin());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(crate) id: UserId,
    pub(crate) email: Email,
    /// `None`: the username is the email and follows it.
    pub(crate) username: Option<Username>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
    pub(crate) external_ids: ExternalIds,
    pub(crate) attributes: Attributes,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Of a user who is inactive, and was active before.
    pub(crate) deactivated_at: Option<Timestamp>,
    pub(crate) version: u64,
    pub(crate) nul_texts: NulTexts,
}

impl User {
    /// The identity, which never changes.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The email address; no other user has it as email or username.
    pub fn email(&self) -> &Email {
        &self.email
    }

    /// The username, as typed; no other user has it as username or email. It is the
    /// email where none was given.
    pub fn username(&self) -> &str {
        self.username
            .as_ref()
            .map_or(self.email.as_str(), Username::as_str)
    }

    /// The key that is unique to the email.
    pub(crate) fn email_key(&self) -> &str {
        self.email.key()
    }

    /// The key of a username that is not the email; it may be another address.
    pub(crate) fn username_key(&self) -> Option<&str> {
        self.username.as_ref().map(Username::key)
    }

    /// What that looks like, where it is another.
    pub(crate) fn username_look(&self) -> Option<&str> {
        self.username.as_ref().and_then(Username::look)
    }

    /// The given (first) name.
    pub fn given_name(&self) -> Option<&str> {
        self.given_name.as_deref()
    }

    /// The family (last) name.
    pub fn family_name(&self) -> Option<&str> {
        self.family_name.as_deref()
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
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)
    }

    /// All attributes, ordered by name.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes.iter()
    }

    /// The id that a provisioner, such as an identity provider, has for the user; no other
    /// user has it of the same provisioner.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").external_id("okta", "00u1"))?;
    /// let ann = directory.user_by_external_id("okta", "00u1")?.unwrap();
    /// assert_eq!(ann.external_id("okta"), Some("00u1"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_id(&self, provisioner: &str) -> Option<&str> {
        self.external_ids.get(provisioner)
    }

    /// All external ids, each behind its provisioner, by whose names they are ordered.
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.external_ids.iter()
    }

    /// When the user was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When the user was deactivated: `None` for one who is active, and for one who was
    /// created inactive and has been ever since.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// assert_eq!(ann.deactivated_at(), Some(ann.updated_at()));
    /// assert_eq!(directory.activate_user("ann@ex.co")?.deactivated_at(), None);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn deactivated_at(&self) -> Option<Timestamp> {
        self.deactivated_at
    }

    /// The version of the record: 1 when created, one more with each change.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// A user to create: an email and whatever else is known.
///
/// Each part is parsed as it is given. The first one that is malformed is kept
/// as an error and returned by the call that takes the `NewUser`.
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
pub struct NewUser(pub(super) Building<Draft>);

/// The parsed parts of a [`NewUser`].
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Drawn by the directory when the caller gives none.
    pub(crate) id: Option<UserId>,
    /// Whether the directory drew it, so that nobody can have it.
    pub(crate) is_drawn: bool,
    pub(crate) email: Email,
    pub(crate) username: Option<Username>,
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
    /// A user with this email, active, who is not an admin.
    pub fn new(email: impl AsRef<str>) -> Self {
        let draft = Email::parse(email.as_ref()).map(|email| Draft {
            id: None,
            is_drawn: false,
            email,
            username: None,
            given_name: None,
            family_name: None,
            active: true,
            admin: false,
            external_ids: ExternalIds::new(),
            attributes: Attributes::new(),
            created_at: None,
        });
        Self(Building::new(draft))
    }

    /// Gives the user an id from elsewhere; otherwise the directory draws one.
    #[must_use]
    pub fn id(self, id: UserId) -> Self {
        self.with(|draft| {
            draft.id = Some(id);
            Ok(())
        })
    }

    /// Sets the username. One with an `@` must be an address that no other user has
    /// as email or username; if it is the user's own email, it follows the email
    /// when that changes.
    #[must_use]
    pub fn username(self, username: impl AsRef<str>) -> Self {
        self.with(|draft| {
            let username = Username::parse(username.as_ref())?;
            draft.username = apart_from(&draft.email, Some(username));
            Ok(())
        })
    }

    /// Sets the given name: at most 255 bytes. White space is collapsed. Refused are
    /// control characters, and those that can't be seen or change the direction of the
    /// text.
    #[must_use]
    pub fn given_name(self, name: impl AsRef<str>) -> Self {
        self.with(|draft| {
            draft.given_name = parse_personal_name("given name", name.as_ref())?;
            Ok(())
        })
    }

    /// Sets the family name, with the same limits as the given name.
    #[must_use]
    pub fn family_name(self, name: impl AsRef<str>) -> Self {
        self.with(|draft| {
            draft.family_name = parse_personal_name("family name", name.as_ref())?;
            Ok(())
        })
    }

    /// Says whether the user is active from the start and so takes a seat.
    #[must_use]
    pub fn active(self, active: bool) -> Self {
        self.with(|draft| {
            draft.active = active;
            Ok(())
        })
    }

    /// Says whether the user administers the platform.
    #[must_use]
    pub fn admin(self, admin: bool) -> Self {
        self.with(|draft| {
            draft.admin = admin;
            Ok(())
        })
    }

    /// Adds an attribute. A user has at most 64, of 16 KiB in all; names are at
    /// most 255 bytes and not empty.
    #[must_use]
    pub fn attribute(self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        self.with(|draft| {
            check_attribute_name(name.as_ref())?;
            let name = name.as_ref();
            let before = draft.attributes.insert(name, value.into());
            check_attributes(&draft.attributes).inspect_err(|_| match before {
                Some(before) => drop(draft.attributes.insert(name, before)),
                None => drop(draft.attributes.remove(name)),
            })
        })
    }

    /// Gives the user the id that a provisioner has for it: at most 255 bytes, with no
    /// control characters, kept and compared as it is. The name of the provisioner has at
    /// most 64 bytes; a user has ids of at most 16 provisioners.
    #[must_use]
    pub fn external_id(self, provisioner: impl AsRef<str>, id: impl AsRef<str>) -> Self {
        let (provisioner, id) = (provisioner.as_ref(), id.as_ref());
        self.with(|draft| {
            check_provisioner(provisioner)?;
            check_external_id(id)?;
            set_external_id(&mut draft.external_ids, provisioner, Some(id)).map(drop)
        })
    }

    /// Says when the user was created elsewhere; otherwise it is now.
    #[must_use]
    pub fn created_at(self, moment: Timestamp) -> Self {
        self.with(|draft| {
            draft.created_at = Some(moment);
            Ok(())
        })
    }

    /// Applies a setter to what C holds, which stays as it was when the setter refuses.
    #[cfg(feature = "capi")]
    pub(crate) fn set(&mut self, change: impl FnOnce(Self) -> Self) -> Result<()> {
        self.0.set(|building| change(Self(building)).0)
    }

    fn with(self, set: impl FnOnce(&mut Draft) -> Result<()>) -> Self {
        Self(self.0.with(set))
    }

    /// The error that was kept, if a part was malformed.
    pub fn check(&self) -> Result<()> {
        self.0.get().map(|_| ())
    }

    pub(crate) fn draft(&self) -> Result<&Draft> {
        self.0.get()
    }

    /// Draws the id, unless there is one or the user is malformed.
    pub(crate) fn draw_id(&mut self) {
        if let Some(draft) = self.0.get_mut()
            && draft.id.is_none()
        {
            draft.id = Some(UserId::generate());
            draft.is_drawn = true;
        }
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

/// The username to store for a user with this email: none where they are the same,
/// so that it follows the email.
pub(crate) fn apart_from(email: &Email, username: Option<Username>) -> Option<Username> {
    username.filter(|name| name.key() != email.key())
}

#[cfg(all(test, feature = "capi"))]
mod tests;
