//! Workspaces and their members.

use headcount::NewWorkspace;
use pyo3::prelude::*;

use super::Directory;
use crate::arguments::{InRole, Named, Place, texts};
use crate::{lists, records};

type Made<'py> = PyResult<Bound<'py, PyAny>>;

#[pymethods]
impl Directory {
    /// The workspace with this number or name; None when there is none.
    fn workspace<'py>(
        &self,
        py: Python<'py>,
        workspace: Place,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = self.read(py, |directory| directory.workspace(workspace.0))?;
        found
            .map(|workspace| records::workspace(py, &workspace))
            .transpose()
    }

    /// The workspace for which a provisioner, such as an identity provider, has this id; None
    /// when there is none.
    fn workspace_by_external_id<'py>(
        &self,
        py: Python<'py>,
        provisioner: &str,
        id: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = self.read(py, |directory| {
            directory.workspace_by_external_id(provisioner, id)
        })?;
        found
            .map(|workspace| records::workspace(py, &workspace))
            .transpose()
    }

    /// All workspaces, archived ones included, as they are at this moment: an iterator.
    fn workspaces(&self, py: Python<'_>) -> PyResult<lists::Workspaces> {
        self.read(py, headcount::Directory::workspaces)
            .map(lists::Workspaces::new)
    }

    /// The members of a workspace, owners first.
    fn members<'py>(&self, py: Python<'py>, workspace: Place) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let members = self.read(py, |directory| directory.members(workspace.0))?;
        members
            .iter()
            .map(|member| records::member(py, member))
            .collect()
    }

    /// The memberships of a user.
    fn workspaces_of<'py>(&self, py: Python<'py>, user: Named) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let members = self.read(py, |directory| directory.workspaces_of(user.0))?;
        members
            .iter()
            .map(|member| records::member(py, member))
            .collect()
    }

    /// Creates a workspace with its first owner, who must be active.
    #[pyo3(signature = (name, owner=None, *, external_ids=None))]
    fn create_workspace<'py>(
        &self,
        py: Python<'py>,
        name: String,
        owner: Option<Named>,
        external_ids: Option<&Bound<'py, PyAny>>,
    ) -> Made<'py> {
        let workspace = new_workspace(name, owner, external_ids)?;
        let made = self.write(py, |directory| directory.create_workspace(workspace))?;
        records::workspace(py, &made)
    }

    /// A user's default workspace, which is created on first use.
    fn default_workspace<'py>(&self, py: Python<'py>, user: Named) -> Made<'py> {
        let own = self.write(py, |directory| directory.default_workspace(user.0))?;
        records::workspace(py, &own)
    }

    /// Renames a workspace.
    fn rename_workspace<'py>(&self, py: Python<'py>, workspace: Place, name: String) -> Made<'py> {
        let renamed = self.write(py, |directory| {
            directory.rename_workspace(workspace.0, name)
        })?;
        records::workspace(py, &renamed)
    }

    /// Sets the id that a provisioner has for a workspace; None removes it.
    fn set_workspace_external_id<'py>(
        &self,
        py: Python<'py>,
        workspace: Place,
        provisioner: &str,
        id: Option<&str>,
    ) -> Made<'py> {
        let set = self.write(py, |directory| {
            directory.set_workspace_external_id(workspace.0, provisioner, id)
        })?;
        records::workspace(py, &set)
    }

    /// Archives a workspace: nobody can be added and nothing in it changed until it is
    /// restored.
    fn archive_workspace<'py>(&self, py: Python<'py>, workspace: Place) -> Made<'py> {
        let archived = self.write(py, |directory| directory.archive_workspace(workspace.0))?;
        records::workspace(py, &archived)
    }

    /// Restores an archived workspace.
    fn restore_workspace<'py>(&self, py: Python<'py>, workspace: Place) -> Made<'py> {
        let restored = self.write(py, |directory| directory.restore_workspace(workspace.0))?;
        records::workspace(py, &restored)
    }

    /// Deletes a workspace and its memberships for good, and returns its number.
    fn delete_workspace(&self, py: Python<'_>, workspace: Place) -> PyResult<u64> {
        let deleted = self.write(py, |directory| directory.delete_workspace(workspace.0))?;
        Ok(deleted.as_u64())
    }

    /// Adds a member. Does nothing if the user is a member in this role.
    #[pyo3(
        signature = (workspace, user, role=InRole(headcount::Role::User)),
        text_signature = "($self, workspace, user, role='user')"
    )]
    fn add_member(
        &self,
        py: Python<'_>,
        workspace: Place,
        user: Named,
        role: InRole,
    ) -> PyResult<()> {
        self.write(py, |directory| {
            directory.add_member(workspace.0, user.0, role.0)
        })
    }

    /// Changes the role of a member. Does nothing if the member has this role.
    fn set_role(
        &self,
        py: Python<'_>,
        workspace: Place,
        user: Named,
        role: InRole,
    ) -> PyResult<()> {
        self.write(py, |directory| {
            directory.set_role(workspace.0, user.0, role.0)
        })
    }

    /// Removes a member.
    fn remove_member(&self, py: Python<'_>, workspace: Place, user: Named) -> PyResult<()> {
        self.write(py, |directory| directory.remove_member(workspace.0, user.0))
    }
}

pub(crate) fn new_workspace(
    name: String,
    owner: Option<Named>,
    external_ids: Option<&Bound<'_, PyAny>>,
) -> PyResult<NewWorkspace> {
    let mut workspace = NewWorkspace::new(name);
    if let Some(Named(owner)) = owner {
        workspace = workspace.owner(owner);
    }
    if let Some(ids) = external_ids {
        for (provisioner, id) in texts("external ids", ids)? {
            workspace = workspace.external_id(provisioner, id);
        }
    }
    Ok(workspace)
}
