//! How a call names a workspace.

use std::fmt;

use super::{Workspace, WorkspaceId, workspace_name_key};
use crate::error::{Error, ErrorKind};
use crate::model::printable::quoted;

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
    /// The error if no workspace has this name.
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
            WorkspaceTarget::Name { typed, .. } => {
                write!(f, "the name {}", quoted(typed))
            }
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
