//! The fields of a view.

#[cfg(feature = "capi")]
use super::Pairs;
use super::UserView;
use crate::codec::records::UsernameRecord;
use crate::model::{Derived, Timestamp, User, UserId, UserTextParts};

impl<'a> UserView<'a> {
    /// The id, which never changes.
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// assert_eq!(UserView::from(&*ann).id(), ann.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The email address, as typed.
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("Ann@ex.co")?;
    /// assert_eq!(UserView::from(&*ann).email(), "Ann@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn email(&self) -> &'a str {
        self.email
    }

    /// The form of the address that is unique: see [`Email::key`](crate::Email::key).
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("Ann@ex.co")?;
    /// assert_eq!(UserView::from(&*ann).email_key(), "ann@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn email_key(&self) -> &'a str {
        self.email_key
    }

    /// The username, as typed; the email if the user has no other username.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").username("Ann"))?;
    /// assert_eq!(UserView::from(&*ann).username(), "Ann");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn username(&self) -> &'a str {
        self.username.map_or(self.email, |name| name.typed)
    }

    /// The key of the username, or of the email if that is the username.
    pub(crate) fn username_key(&self) -> &'a str {
        self.username.map_or(self.email_key, |name| name.key())
    }

    /// The given (first) name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").given_name("Ann"))?;
    /// assert_eq!(UserView::from(&*ann).given_name(), Some("Ann"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn given_name(&self) -> Option<&'a str> {
        self.given_name
    }

    /// The family (last) name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").family_name("Lee"))?;
    /// assert_eq!(UserView::from(&*ann).family_name(), Some("Lee"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn family_name(&self) -> Option<&'a str> {
        self.family_name
    }

    /// Whether the user is active and so takes a seat.
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// assert!(!UserView::from(&*ann).is_active());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether the user administers the platform.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").admin(true))?;
    /// assert!(UserView::from(&*ann).is_admin());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_admin(&self) -> bool {
        self.admin
    }

    /// The value of an attribute; `None` if the user doesn't have it.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// let view = UserView::from(&*ann);
    /// assert_eq!((view.attribute("team"), view.attribute("floor")), (Some("platform"), None));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.value(name)
    }

    /// All attributes with their values, ordered by name.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// let view = UserView::from(&*ann);
    /// assert_eq!(view.attributes().collect::<Vec<_>>(), [("team", "platform")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        self.attributes.iter()
    }

    /// The id that a provisioner has for the user: see [`User::external_id`].
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").external_id("okta", "00u1"))?;
    /// assert_eq!(UserView::from(&*ann).external_id("okta"), Some("00u1"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_id(&self, provisioner: &str) -> Option<&'a str> {
        self.external_ids.value(provisioner)
    }

    /// All external ids as pairs of provisioner and id, ordered by provisioner.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").external_id("okta", "00u1"))?;
    /// let view = UserView::from(&*ann);
    /// assert_eq!(view.external_ids().collect::<Vec<_>>(), [("okta", "00u1")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> + use<'a> {
        self.external_ids.iter()
    }

    /// An upper bound for the bytes of all attribute texts, plus one for each text.
    #[cfg(feature = "capi")]
    pub(crate) fn attribute_bytes_at_most(&self) -> usize {
        match self.attributes {
            // Each text is preceded by its length of at least one byte.
            Pairs::Stored(_, fields) => fields.left(),
            Pairs::Packed(pairs) => pairs
                .iter()
                .map(|(name, value)| name.len() + value.len() + 2)
                .sum(),
        }
    }

    /// When the user was created.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, Timestamp, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// let moment: Timestamp = "2024-07-11T16:55:59Z".parse()?;
    /// let ann = directory.create_user(NewUser::new("ann@ex.co").created_at(moment))?;
    /// assert_eq!(UserView::from(&*ann).created_at(), moment);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed.
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// let view = UserView::from(&*ann);
    /// assert!(view.updated_at() >= view.created_at());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// When the user was deactivated: see [`User::deactivated_at`].
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// assert_eq!(UserView::from(&*ann).deactivated_at(), Some(ann.updated_at()));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn deactivated_at(&self) -> Option<Timestamp> {
        self.deactivated_at
    }

    /// The version of the record: 1 at creation, incremented by each change.
    ///
    /// ```
    /// use headcount::{Directory, UserView};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.deactivate_user("ann@ex.co")?;
    /// assert_eq!(UserView::from(&*ann).version(), 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Copies the user, to keep it beyond the visit that lent the view.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let first = directory.for_each_user(|user| ControlFlow::Break(user.to_user()))?;
    /// assert_eq!(first.as_ref(), Some(&*ann));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn to_user(&self) -> User {
        let texts = UserTextParts {
            email: self.email,
            email_key: self.email_key,
            username: self.username.map(UsernameRecord::texts),
            given_name: self.given_name,
            family_name: self.family_name,
            external_ids: self.external_ids.iter(),
            attributes: self.attributes.iter(),
        };
        User {
            id: self.id,
            texts: texts.pack(),
            active: self.active,
            admin: self.admin,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deactivated_at: self.deactivated_at,
            version: self.version,
            derived: Derived::default(),
        }
    }
}
