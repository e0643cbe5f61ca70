//! Conditions on the state and the fields of users.

use super::UserQuery;
use crate::model::{Role, WorkspaceRef};

/// Conditions.
impl UserQuery {
    /// Only active users, or only inactive ones.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user(NewUser::new("bob@ex.co").active(false))?;
    /// assert_eq!(directory.count(&UserQuery::new().active(true))?, 1);
    /// assert_eq!(directory.count(&UserQuery::new().active(None))?, 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn active(mut self, active: impl Into<Option<bool>>) -> Self {
        self.active = active.into();
        self
    }

    /// Only admins, or only users who aren't.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").admin(true))?;
    /// directory.create_user("bob@ex.co")?;
    /// let admins = directory.query(&UserQuery::new().admins(true))?;
    /// assert_eq!(admins.users[0].email().as_str(), "ann@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn admins(mut self, admins: impl Into<Option<bool>>) -> Self {
        self.admin = admins.into();
        self
    }

    /// Only members of this workspace, in this role or, with `None`, in any. A query for a
    /// workspace that doesn't exist fails with
    /// [`WorkspaceNotFound`](crate::ErrorKind::WorkspaceNotFound).
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace, Role, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// assert_eq!(directory.count(&UserQuery::new().member_of("team", None))?, 1);
    /// assert_eq!(directory.count(&UserQuery::new().member_of("team", Role::User))?, 0);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn member_of(
        mut self,
        workspace: impl Into<WorkspaceRef>,
        role: impl Into<Option<Role>>,
    ) -> Self {
        self.workspace = Some((workspace.into(), role.into()));
        self
    }

    /// Drops the condition of [`member_of`](Self::member_of).
    ///
    /// ```
    /// use headcount::{Role, UserQuery};
    ///
    /// let owners = UserQuery::new().member_of("team", Role::Owner);
    /// assert_eq!(owners.any_workspace(), UserQuery::new());
    /// ```
    #[must_use]
    pub fn any_workspace(mut self) -> Self {
        self.workspace = None;
        self
    }

    /// Only emails that begin with this text, without regard to the case of ASCII letters.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().email_prefix("AN"))?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn email_prefix<'a>(mut self, prefix: impl Into<Option<&'a str>>) -> Self {
        let prefix = prefix.into();
        self.email_prefix = prefix.map(|prefix| prefix.trim_ascii().to_ascii_lowercase());
        self
    }

    /// Only emails at this domain, in either of its forms (`bücher.example` or
    /// `xn--bcher-kva.example`). A text that is not a domain matches nobody.
    ///
    /// ```
    /// use headcount::{Directory, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@bücher.example")?;
    /// let readers = UserQuery::new().email_domain("xn--bcher-kva.example");
    /// assert_eq!(directory.count(&readers)?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn email_domain<'a>(mut self, domain: impl Into<Option<&'a str>>) -> Self {
        self.email_domain = domain.into().map(str::to_owned);
        self
    }

    /// Only usernames that begin with this text, without regard to case.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").username("Ann"))?;
    /// directory.create_user(NewUser::new("bob@ex.co").username("bob"))?;
    /// assert_eq!(directory.count(&UserQuery::new().username_prefix("an"))?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn username_prefix<'a>(mut self, prefix: impl Into<Option<&'a str>>) -> Self {
        self.username_prefix = prefix.into().map(str::to_owned);
        self
    }

    /// Only users whose email, username or names contain each word of this text, without
    /// regard to case (and to Unicode's compatibility forms): `lee ann` finds Ann Lee. At
    /// most 255 bytes; a text without a word matches everybody.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").family_name("Lee"))?;
    /// directory.create_user("bob@ex.co")?;
    /// assert_eq!(directory.count(&UserQuery::new().search("LEE nn@"))?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn search<'a>(mut self, text: impl Into<Option<&'a str>>) -> Self {
        self.search = text.into().map(str::to_owned);
        self
    }

    /// Only users with this attribute, with exactly this value or, with `None`, with any. Up to
    /// 16 attributes can be asked for, and all must match.
    ///
    /// ```
    /// use headcount::{Directory, NewUser, UserQuery};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user(NewUser::new("ann@ex.co").attribute("team", "platform"))?;
    /// directory.create_user(NewUser::new("bob@ex.co").attribute("team", "search"))?;
    /// let team = UserQuery::new().attribute("team", None);
    /// assert_eq!(directory.count(&team)?, 2);
    /// assert_eq!(directory.count(&team.attribute("team", "search"))?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn attribute<'a>(
        mut self,
        name: impl Into<String>,
        value: impl Into<Option<&'a str>>,
    ) -> Self {
        let value = value.into().map(str::to_owned);
        self.attributes.insert(name.into(), value);
        self
    }

    /// Drops all conditions of [`attribute`](Self::attribute).
    ///
    /// ```
    /// use headcount::UserQuery;
    ///
    /// let team = UserQuery::new().attribute("team", "platform").attribute("floor", "3");
    /// assert_eq!(team.any_attributes(), UserQuery::new());
    /// ```
    #[must_use]
    pub fn any_attributes(mut self) -> Self {
        self.attributes.clear();
        self
    }
}
