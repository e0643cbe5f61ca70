//! A partial change of a user.

mod digest;

use std::collections::BTreeMap;

use super::attributes::{Attributes, check_attribute_name, check_attributes, parse_personal_name};
use super::building::Building;
use super::external::{check_external_id, check_provisioner, set_external_id};
use super::new_user::apart_from;
use super::{Email, Field, User, UserParts, Username};
use crate::error::{Error, Result};

/// Changes to a user; parts that are not set stay as they are.
///
/// Each part is parsed when it is set. The first malformed one is kept as an error, which the
/// call that takes the `UserUpdate` returns.
///
/// ```
/// use headcount::{Directory, NewUser, UserUpdate};
///
/// let directory = Directory::in_memory()?;
/// let steve = directory.create_user(NewUser::new("steve@ex.co"))?;
/// let steve = directory.update_user(
///     &*steve,
///     UserUpdate::new().email("steve@example.com").given_name("Steve").if_version(steve.version()),
/// )?;
/// assert_eq!(steve.username(), "steve@example.com");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UserUpdate(pub(super) Building<Parts>);

#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) if_version: Option<u64>,
    pub(super) email: Option<Email>,
    /// `Some(None)` makes it follow the email.
    pub(super) username: Option<Option<Username>>,
    pub(super) given_name: Option<Option<String>>,
    pub(super) family_name: Option<Option<String>>,
    pub(super) admin: Option<bool>,
    /// By provisioner.
    pub(super) external_ids: BTreeMap<String, Option<String>>,
    /// Whether to remove the attributes that are not in `attributes`.
    pub(super) replace_attributes: bool,
    pub(super) attributes: BTreeMap<String, Option<String>>,
}

impl Default for UserUpdate {
    fn default() -> Self {
        Self::new()
    }
}

impl UserUpdate {
    /// An update that changes nothing yet.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.update_user("ann@ex.co", UserUpdate::new())?.version(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn new() -> Self {
        Self(Building::new(Ok(Parts::default())))
    }

    /// Refuses the update with [`Conflict`](crate::ErrorKind::Conflict) unless the user has this
    /// [version](User::version).
    ///
    /// ```
    /// use headcount::{Directory, ErrorKind, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let update = UserUpdate::new().given_name("Ann").if_version(ann.version());
    /// directory.update_user(&ann, update.clone())?;
    /// let conflict = ErrorKind::Conflict { expected: 1, found: 2 };
    /// assert_eq!(directory.update_user(&ann, update).unwrap_err().kind(), conflict);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn if_version(self, version: u64) -> Self {
        self.with(|parts| {
            parts.if_version = Some(version);
            Ok(())
        })
    }

    /// Changes the email. A username that equals the old email changes with it; one that equals
    /// the new email follows the email from then on.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.update_user("ann@ex.co", UserUpdate::new().email("ann.lee@ex.co"))?;
    /// assert_eq!(ann.username(), "ann.lee@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn email(self, email: impl AsRef<str>) -> Self {
        self.with(|parts| {
            parts.email = Some(Email::parse(email.as_ref())?);
            Ok(())
        })
    }

    /// Changes the username. `None`, or the user's own email, makes it follow the email. It may
    /// be another address, if no other user has that as email or username.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").username("ann"))?;
    /// let ann = directory.update_user("ann", UserUpdate::new().username("ann.lee"))?;
    /// assert_eq!(ann.username(), "ann.lee");
    /// let ann = directory.update_user(&ann, UserUpdate::new().username(None))?;
    /// assert_eq!(ann.username(), "ann@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn username<'a>(self, username: impl Into<Option<&'a str>>) -> Self {
        self.with(|parts| {
            parts.username = Some(username.into().map(Username::parse).transpose()?);
            Ok(())
        })
    }

    /// Changes the given name, within the limits of
    /// [`NewUser::given_name`](super::NewUser::given_name); `None` removes it.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").given_name("Ann"))?;
    /// let ann = directory.update_user("ann@ex.co", UserUpdate::new().given_name("Anna"))?;
    /// assert_eq!(ann.given_name(), Some("Anna"));
    /// let ann = directory.update_user("ann@ex.co", UserUpdate::new().given_name(None))?;
    /// assert_eq!(ann.given_name(), None);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn given_name<'a>(self, name: impl Into<Option<&'a str>>) -> Self {
        self.with(|parts| {
            let name = name.into().unwrap_or_default();
            parts.given_name = Some(parse_personal_name("given name", name)?);
            Ok(())
        })
    }

    /// Changes the family name, within the same limits; `None` removes it.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let ann = directory.update_user("ann@ex.co", UserUpdate::new().family_name("Lee"))?;
    /// assert_eq!(ann.family_name(), Some("Lee"));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn family_name<'a>(self, name: impl Into<Option<&'a str>>) -> Self {
        self.with(|parts| {
            let name = name.into().unwrap_or_default();
            parts.family_name = Some(parse_personal_name("family name", name)?);
            Ok(())
        })
    }

    /// Sets whether the user administers the platform. Removing the last active admin is
    /// refused with [`LastAdmin`](crate::ErrorKind::LastAdmin).
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert!(directory.update_user("ann@ex.co", UserUpdate::new().admin(true))?.is_admin());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn admin(self, admin: bool) -> Self {
        self.with(|parts| {
            parts.admin = Some(admin);
            Ok(())
        })
    }

    /// Sets one attribute, within the limits of
    /// [`NewUser::attribute`](super::NewUser::attribute), and keeps the others; `None` removes it.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// let update = UserUpdate::new().attribute("floor", "3").attribute("team", None);
    /// let ann = directory.update_user("ann@ex.co", update)?;
    /// assert_eq!(ann.attributes().collect::<Vec<_>>(), [("floor", "3")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn attribute<'a>(self, name: impl AsRef<str>, value: impl Into<Option<&'a str>>) -> Self {
        self.with(|parts| {
            check_attribute_name(name.as_ref())?;
            parts
                .attributes
                .insert(name.as_ref().to_owned(), value.into().map(str::to_owned));
            Ok(())
        })
    }

    /// Sets the id that a provisioner has for the user, within the limits of
    /// [`NewUser::external_id`](super::NewUser::external_id), and keeps those of others; `None`
    /// removes it.
    ///
    /// ```
    /// use headcount::{Directory, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.update_user("ann@ex.co", UserUpdate::new().external_id("okta", "00u1"))?;
    /// assert!(directory.user_by_external_id("okta", "00u1")?.is_some());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn external_id<'a>(
        self,
        provisioner: impl AsRef<str>,
        id: impl Into<Option<&'a str>>,
    ) -> Self {
        let (provisioner, id) = (provisioner.as_ref(), id.into());
        self.with(|parts| {
            check_provisioner(provisioner)?;
            id.map_or(Ok(()), check_external_id)?;
            parts
                .external_ids
                .insert(provisioner.to_owned(), id.map(str::to_owned));
            Ok(())
        })
    }

    /// Whether to remove all attributes that this update doesn't set: `false` by default.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserUpdate};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// let update = UserUpdate::new().attribute("floor", "3").replace_attributes(true);
    /// let ann = directory.update_user("ann@ex.co", update)?;
    /// assert_eq!(ann.attributes().collect::<Vec<_>>(), [("floor", "3")]);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn replace_attributes(self, replace: bool) -> Self {
        self.with(|parts| {
            parts.replace_attributes = replace;
            Ok(())
        })
    }

    /// Applies a setter for C: if it fails, the update stays as it was.
    #[cfg(feature = "capi")]
    pub(crate) fn set(&mut self, change: impl FnOnce(Self) -> Self) -> Result<()> {
        self.0.set(|building| change(Self(building)).0)
    }

    fn with(self, set: impl FnOnce(&mut Parts) -> Result<()>) -> Self {
        Self(self.0.with(set))
    }

    /// Fails if a part is malformed, with the error that the call that takes the update would
    /// fail with. It does not look for names that are taken.
    ///
    /// ```
    /// use headcount::{ErrorKind, UserUpdate};
    ///
    /// let update = UserUpdate::new().email("no address").given_name("Ann");
    /// assert_eq!(update.check().unwrap_err().kind(), ErrorKind::InvalidEmail);
    /// ```
    pub fn check(&self) -> Result<()> {
        self.0.get().map(|_| ())
    }

    /// Whether it sets [`admin`](Self::admin).
    ///
    /// ```
    /// use headcount::UserUpdate;
    ///
    /// assert!(UserUpdate::new().admin(false).sets_admin());
    /// assert!(!UserUpdate::new().given_name("Ann").sets_admin());
    /// ```
    pub fn sets_admin(&self) -> bool {
        self.0.get().is_ok_and(|parts| parts.admin.is_some())
    }

    /// The user after the update, and the fields that differ. The caller sets version and
    /// time.
    pub(crate) fn apply_to(&self, user: &User) -> Result<(User, Vec<Field>)> {
        let parts = self.0.get()?;
        if let Some(expected) = parts.if_version
            && expected != user.version
        {
            return Err(Error::conflict(expected, user.version));
        }
        let mut updated = UserParts::from(user);
        if let Some(email) = &parts.email {
            updated.email = email.clone();
        }
        if let Some(username) = &parts.username {
            updated.username.clone_from(username);
        }
        updated.username = apart_from(&updated.email, updated.username.take());
        if let Some(name) = &parts.given_name {
            updated.given_name.clone_from(name);
        }
        if let Some(name) = &parts.family_name {
            updated.family_name.clone_from(name);
        }
        if let Some(admin) = parts.admin {
            updated.admin = admin;
        }
        for (provisioner, id) in &parts.external_ids {
            set_external_id(&mut updated.external_ids, provisioner, id.as_deref())?;
        }
        parts.merge_attributes(&mut updated.attributes)?;
        let updated = User::from(updated);
        let fields = changed_fields(user, &updated);
        Ok((updated, fields))
    }
}

impl Parts {
    fn merge_attributes(&self, attributes: &mut Attributes) -> Result<()> {
        if self.replace_attributes {
            *attributes = Attributes::new();
        }
        for (name, value) in &self.attributes {
            match value {
                Some(value) => attributes.insert(name.as_str(), value.as_str()),
                None => attributes.remove(name),
            };
        }
        check_attributes(attributes)
    }
}

fn changed_fields(before: &User, after: &User) -> Vec<Field> {
    let differs = [
        // Emails are compared by key; here the spelling counts too.
        (
            Field::Email,
            before.email().as_str() != after.email().as_str(),
        ),
        (
            Field::Username,
            before.own_username().map(|name| name.typed)
                != after.own_username().map(|name| name.typed),
        ),
        (Field::GivenName, before.given_name() != after.given_name()),
        (
            Field::FamilyName,
            before.family_name() != after.family_name(),
        ),
        (Field::Admin, before.admin != after.admin),
        (
            Field::Attributes,
            !before.attributes().eq(after.attributes()),
        ),
        (
            Field::ExternalIds,
            !before.external_ids().eq(after.external_ids()),
        ),
    ];
    differs
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
}
