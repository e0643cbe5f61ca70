//! Workspaces, and who belongs to them.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use wincode::{SchemaRead, SchemaWrite};

use super::external::ExternalIds;
use super::visible::{look_of, parse_visible};
use super::{Timestamp, UserId};
use crate::error::{Error, ErrorKind, Result};

/// Characters of a workspace's name.
const NAME_CHARS_MAX: usize = 128;

/// The identity of a workspace: a number that the directory draws, counting from
/// one, and never gives again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct WorkspaceId(u64);

impl WorkspaceId {
    /// The id with this number.
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a workspace: 1 to 128 characters, all of which can be seen. Two names
/// are the same without regard to case, to compatible forms of characters (NFKC, lower
/// case) and to letters of other scripts that look the same.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceName {
    pub(crate) typed: String,
    pub(crate) key: String,
}

impl WorkspaceName {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let typed = parse_visible("workspace's name", text)?;
        let refuse = |what: String| Err(Error::new(ErrorKind::InvalidArgument, what));
        if typed.is_empty() {
            return refuse("a workspace needs a name".to_owned());
        }
        let chars = typed.chars().count();
        if chars > NAME_CHARS_MAX {
            return refuse(format!(
                "the workspace's name has {chars} characters; {NAME_CHARS_MAX} are allowed"
            ));
        }
        let key = workspace_name_key(&typed);
        Ok(Self { typed, key })
    }
}

/// What is unique of a workspace's name: how it looks.
pub(crate) fn workspace_name_key(name: &str) -> String {
    let key = plain_name_key(name);
    look_of(&key).unwrap_or(key)
}

/// The name without regard to case, form and white space.
fn plain_name_key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let name = words.join(" ");
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// How a call names a workspace: by id or by name.
///
/// ```
/// use headcount::{Directory, NewWorkspace};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let made = directory.create_workspace(NewWorkspace::new("Fraud models").owner("ann@ex.co"))?;
/// assert_eq!(directory.workspace("fraud MODELS")?.unwrap().id(), made.id());
/// assert_eq!(directory.workspace(made.id())?.unwrap().name(), "Fraud models");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkspaceRef(pub(crate) WorkspaceTarget);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WorkspaceTarget {
    Id(WorkspaceId),
    Name { key: String, typed: String },
}

impl WorkspaceRef {
    /// The error for a name that is no workspace's.
    pub(crate) fn not_found(&self) -> Error {
        Error::new(
            ErrorKind::WorkspaceNotFound,
            format!("no workspace has {self}; list the workspaces to see what is there"),
        )
    }
}

impl fmt::Display for WorkspaceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            WorkspaceTarget::Id(id) => write!(f, "the id {id}"),
            WorkspaceTarget::Name { typed, .. } => write!(f, "the name {typed:?}"),
        }
    }
}

impl From<WorkspaceId> for WorkspaceRef {
    fn from(id: WorkspaceId) -> Self {
        Self(WorkspaceTarget::Id(id))
    }
}

impl From<&Workspace> for WorkspaceRef {
    fn from(workspace: &Workspace) -> Self {
        workspace.id.into()
    }
}

impl From<&str> for WorkspaceRef {
    fn from(name: &str) -> Self {
        Self(WorkspaceTarget::Name {
            key: workspace_name_key(name),
            typed: name.to_owned(),
        })
    }
}

impl From<String> for WorkspaceRef {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<&String> for WorkspaceRef {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

/// A workspace, as one consistent record.
///
/// ```
/// use headcount::{Directory, Role};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let own = directory.default_workspace("ann@ex.co")?; // made on first asking
/// assert_eq!(directory.default_workspace("ann@ex.co")?.id(), own.id());
/// assert_eq!(directory.workspaces_of("ann@ex.co")?[0].role(), Role::Owner);
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Workspace {
    pub(crate) id: WorkspaceId,
    pub(crate) name: String,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) name_key: String,
    pub(crate) archived: bool,
    pub(crate) default_of: Option<UserId>,
    pub(crate) external_ids: ExternalIds,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

impl Workspace {
    /// The identity, which never changes.
    pub fn id(&self) -> WorkspaceId {
        self.id
    }

    /// The name, as typed but for white space; no other workspace has it, nor one that
    /// looks the same.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name is another than that of `other`, though they look the same.
    pub(crate) fn only_looks_like(&self, other: &Self) -> bool {
        plain_name_key(&self.name) != plain_name_key(&other.name)
    }

    /// Whether it is archived: nobody can be added and nothing of it changed,
    /// until it is restored. Members can leave, and it can be deleted.
    pub fn is_archived(&self) -> bool {
        self.archived
    }

    /// Whose default workspace this is.
    pub fn default_of(&self) -> Option<UserId> {
        self.default_of
    }

    /// The id that a provisioner has for it, as for a group that it is; no other
    /// workspace has it of the same provisioner.
    pub fn external_id(&self, provisioner: &str) -> Option<&str> {
        self.external_ids.get(provisioner)
    }

    /// All external ids, each behind its provisioner, by whose names they are ordered.
    pub fn external_ids(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.external_ids.iter()
    }

    /// When it was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the record last changed; its members don't count.
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// The version of the record: 1 when created, one more with each change.
    pub fn version(&self) -> u64 {
        self.version
    }
}

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
                format!("{text:?} is not a role; say owner or user"),
            ))
        }
    }
}

/// That a user belongs to a workspace.
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
    /// The workspace.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The user.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// What the user may do there.
    pub fn role(&self) -> Role {
        self.role
    }

    /// When the user was added.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// The version of the membership: 1 when added, one more with each change.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// A workspace to create: a name of 1 to 128 characters, and who owns it.
///
/// White space in the name is collapsed. Refused are characters that can't be seen or
/// that change the direction of the text, and names that look like another workspace's.
///
/// It needs an owner who is active, unless the batch
/// [allows otherwise](super::Batch::allow_ownerless).
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    pub(crate) name: String,
    pub(crate) owner: Option<super::UserRef>,
    pub(crate) external_ids: ExternalIds,
}

impl NewWorkspace {
    /// A workspace with this name. The name is looked at by the call that takes it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            owner: None,
            external_ids: ExternalIds::new(),
        }
    }

    /// Makes this user the first owner.
    #[must_use]
    pub fn owner(mut self, user: impl Into<super::UserRef>) -> Self {
        self.owner = Some(user.into());
        self
    }

    /// Gives it the id that a provisioner has for it, with the limits of
    /// [`NewUser::external_id`](super::NewUser::external_id). It is looked at by the call
    /// that takes the workspace.
    #[must_use]
    pub fn external_id(mut self, provisioner: impl Into<String>, id: impl Into<String>) -> Self {
        self.external_ids.insert(provisioner.into(), id.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_bounded_and_free_of_controls() {
        assert_eq!(
            WorkspaceName::parse("  Fraud Models ").unwrap().typed,
            "Fraud Models"
        );
        assert!(WorkspaceName::parse(" \u{3000}").is_err());
        assert!(WorkspaceName::parse(&"é".repeat(128)).is_ok());
        assert!(WorkspaceName::parse(&"é".repeat(129)).is_err());
        assert!(WorkspaceName::parse("a\u{0}b").is_err());
        assert!(WorkspaceName::parse("a\u{85}b").is_err());
    }

    #[test]
    fn names_are_the_same_without_regard_to_case_and_form() {
        let key = workspace_name_key;
        assert_eq!(key("Fraud"), key("fRAUD "));
        assert_eq!(key("É"), key("e\u{301}"));
        assert_eq!(key("Ａ"), key("a"));
        assert_ne!(key("a b"), key("ab"));
        for name in ["İstanbul", "ǅ", "ΑΣ", "ﬁ", "Å"] {
            assert_eq!(key(&key(name)), key(name), "{name}");
        }
    }
}
