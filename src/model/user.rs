//! A user as it is stored.

use super::packed::PackedPairs;
use super::user_texts::UserTexts;
use super::username::UsernameTexts;
use super::{Derived, Email, Timestamp, UserId};

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
///
/// Two users are equal if all their fields are, the version included. Texts, the email too, are
/// compared as typed, while two [`Email`]s are equal if they are the same address:
///
/// ```
/// use headcount::{Directory, UserUpdate};
///
/// let directory = Directory::in_memory()?;
/// let ann = directory.create_user("ann@ex.co")?;
/// let retyped = directory.update_user(ann.id(), UserUpdate::new().email("Ann@ex.co"))?;
/// assert_eq!(retyped.email(), ann.email());
/// assert_ne!(retyped, ann);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub(crate) id: UserId,
    pub(crate) texts: UserTexts,
    pub(crate) active: bool,
    pub(crate) admin: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Set if the user is inactive and was active before.
    pub(crate) deactivated_at: Option<Timestamp>,
    pub(crate) version: u64,
    pub(crate) derived: Derived,
}

impl User {
    /// The id, which never changes.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let renamed = directory.update_user(ann.id(), UserUpdate::new().email("ann.lee@ex.co"))?;
    /// assert_eq!(renamed.id(), ann.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The email address. No other user has it as email or username.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("Ann@ex.co")?;
    /// assert_eq!((ann.email().as_str(), ann.email().key()), ("Ann@ex.co", "ann@ex.co"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn email(&self) -> &Email {
        self.texts.email()
    }

    /// The username, as typed; the email if the user has no other username. No other user has it
    /// as username or email.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").username("Ann"))?;
    /// assert_eq!(ann.username(), "Ann");
    /// assert_eq!(directory.create_user("bob@ex.co")?.username(), "bob@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn username(&self) -> &str {
        let own = self.texts.username();
        own.unwrap_or_else(|| self.email().as_str())
    }

    /// The unique key of the email.
    pub(crate) fn email_key(&self) -> &str {
        self.email().key()
    }

    /// The texts of the username; `None` if it is the email.
    pub(crate) fn own_username(&self) -> Option<UsernameTexts<'_>> {
        self.texts.username_texts()
    }

    /// The key of the username; `None` if it is the email. It may be another address.
    pub(crate) fn username_key(&self) -> Option<&str> {
        self.own_username().map(|name| name.key())
    }

    /// The look of the username, if it differs from the key.
    pub(crate) fn username_look(&self) -> Option<&str> {
        self.own_username()?.look
    }

    /// The given (first) name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").given_name("Ann"))?;
    /// assert_eq!(ann.given_name(), Some("Ann"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn given_name(&self) -> Option<&str> {
        self.texts.rest().given_name
    }

    /// The family (last) name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").family_name("Lee"))?;
    /// assert_eq!(ann.family_name(), Some("Lee"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn family_name(&self) -> Option<&str> {
        self.texts.rest().family_name
    }

    /// Whether the user is active and so takes a seat.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.create_user("ann@ex.co")?.is_active());
    /// assert!(!directory.deactivate_user("ann@ex.co")?.is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether the user administers the platform.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.create_user(NewUser::new("ann@ex.co").admin(true))?.is_admin());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// The value of an attribute; `None` if the user doesn't have it.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// assert_eq!((ann.attribute("team"), ann.attribute("floor")), (Some("platform"), None));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_pairs().get(name)
    }

    /// All attributes with their values, ordered by name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let new = NewUser::new("ann@ex.co").attribute("team", "platform").attribute("floor", "3");
    /// let ann = directory.create_user(new)?;
    /// assert_eq!(ann.attributes().collect::<Vec<_>>(), [("floor", "3"), ("team", "platform")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attribute_pairs().iter()
    }

    pub(crate) fn attribute_pairs(&self) -> PackedPairs<'_> {
        self.texts.rest().attributes()
    }

    /// The id that a provisioner, such as an identity provider, has for the user. The same
    /// provisioner has it for no other user.
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
        self.external_id_pairs().get(provisioner)
    }

    /// All external ids as pairs of provisioner and id, ordered by provisioner.
    ///
    /// ```
    /// use headcount::{Directory, NewUser};
    ///
    /// let directory = Directory::in_memory()?;
    /// let new = NewUser::new("ann@ex.co").external_id("okta", "00u1").external_id("entra", "6f1a");
    /// let ann = directory.create_user(new)?;
    /// assert_eq!(ann.external_ids().collect::<Vec<_>>(), [("entra", "6f1a"), ("okta", "00u1")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.external_id_pairs().iter()
    }

    pub(crate) fn external_id_pairs(&self) -> PackedPairs<'_> {
        self.texts.rest().external_ids
    }

    /// When the user was created.
    ///
    /// ```
    /// use headcount::{Directory, Timestamp};
    ///
    /// let directory = Directory::in_memory()?;
    /// let before = Timestamp::now();
    /// assert!(directory.create_user("ann@ex.co")?.created_at() >= before);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert_eq!(ann.updated_at(), ann.created_at());
    /// assert!(directory.deactivate_user(&ann)?.updated_at() >= ann.created_at());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When the user was deactivated; `None` for an active user, and for one who was created
    /// inactive and never activated.
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

    /// The version of the record: 1 at creation, incremented by each change.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert_eq!(directory.create_user("ann@ex.co")?.version(), 1);
    /// assert_eq!(directory.deactivate_user("ann@ex.co")?.version(), 2);
    /// assert_eq!(directory.deactivate_user("ann@ex.co")?.version(), 2); // nothing changed
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn version(&self) -> u64 {
        self.version
    }
}
