//! Members of workspaces and their roles.

use std::fmt;
use std::str::FromStr;

use wincode::{SchemaRead, SchemaWrite};

use super::WorkspaceId;
use crate::error::{Error, ErrorKind, Result};
use crate::model::printable::quoted;
use crate::model::{Timestamp, UserId};

/// What a member may do in a workspace.
///
/// ```
/// use headcount::Role;
///
/// assert_eq!("owner".parse::<Role>()?, Role::Owner);
/// assert_eq!("collaborator".parse::<Role>()?, Role::User); // an older name
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[non_exhaustive]
pub enum Role {
    /// Decides about the workspace and its members.
    Owner,
    /// Works in it.
    User,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owner => "owner",
            Self::User => "user",
        })
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim_ascii();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("owner") {
            Ok(Self::Owner)
        } else if is("user") || is("collaborator") {
            Ok(Self::User)
        } else {
            Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("{} is not a role; use owner or user", quoted(text)),
            ))
        }
    }
}

/// The membership of a user in a workspace.
///
/// ```
/// use headcount::{Directory, NewWorkspace, Role};
///
/// let directory = Directory::in_memory()?;
/// let ann = directory.create_user("ann@ex.co")?;
/// let team = directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
/// let member = &directory.members("team")?[0];
/// assert_eq!((member.workspace(), member.user()), (team.id(), ann.id()));
/// assert_eq!((member.role(), member.version()), (Role::Owner, 1));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    pub(crate) workspace: WorkspaceId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) since: Timestamp,
    pub(crate) version: u64,
}

impl Member {
    /// The id of the workspace.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.workspaces_of("ann@ex.co")?[0].workspace(), own.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The id of the user.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.members(&own)?[0].user(), ann.id());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The role of the user in the workspace.
    ///
    /// ```
    /// use headcount::{Directory, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.workspaces_of("ann@ex.co")?[0].role(), Role::Owner);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn role(&self) -> Role {
        self.role
    }

    /// When the user became a member.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let own = directory.default_workspace("ann@ex.co")?;
    /// assert_eq!(directory.members(&own)?[0].since(), own.created_at());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The version of the membership: 1 when the user is added, incremented by each change.
    ///
    /// ```
    /// use headcount::{Directory, NewWorkspace, Role};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.create_user("bob@ex.co")?;
    /// directory.create_workspace(NewWorkspace::new("team").owner("ann@ex.co"))?;
    /// directory.add_member("team", "bob@ex.co", Role::User)?;
    /// directory.set_role("team", "bob@ex.co", Role::Owner)?;
    /// assert_eq!(directory.workspaces_of("bob@ex.co")?[0].version(), 2);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn version(&self) -> u64 {
        self.version
    }
}
