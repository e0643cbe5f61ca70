//! Operations that succeed or fail together.

use std::sync::{Mutex, MutexGuard, PoisonError};

use headcount::Op;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::{Id, InRole, Named, Place, Seated, new_user, number, user_update};
use crate::directory::new_workspace;

/// Operations that succeed or fail together. Each method adds one and returns the batch; any number
/// of threads can add some.
///
/// `if_version` refuses the batch unless the record of that operation has this version.
/// A batch with a request id, 16 bytes or a `uuid.UUID`, is applied once, however often it
/// is sent. `actor` is the user who makes the changes, `door` the door that they come through: see
/// `Directory.acting_as` and `Directory.through`.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct Batch(Mutex<headcount::Batch>);

impl Batch {
    /// The operations up to now.
    pub(crate) fn now(&self) -> headcount::Batch {
        self.lock().clone()
    }

    /// Nothing else is called while it is held.
    fn lock(&self) -> MutexGuard<'_, headcount::Batch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Chained = Py<Batch>;

/// Adds an operation, and the version that its record must have.
fn add(batch: Chained, op: Op, if_version: Option<u64>) -> Chained {
    let mut operations = batch.get().lock();
    operations.push(op);
    if let Some(version) = if_version {
        *operations = std::mem::take(&mut *operations).if_version(version);
    }
    drop(operations);
    batch
}

#[pymethods]
impl Batch {
    #[new]
    #[pyo3(signature = (*, request_id=None, actor=None, door=None, allow_ownerless=false))]
    fn new(
        request_id: Option<RequestId>,
        actor: Option<Id>,
        door: Option<&str>,
        allow_ownerless: bool,
    ) -> Self {
        let mut batch = headcount::Batch::new();
        if let Some(RequestId(id)) = request_id {
            batch = batch.request_id(id);
        }
        if let Some(Id(actor)) = actor {
            batch = batch.actor(actor);
        }
        if let Some(door) = door {
            batch = batch.door(door);
        }
        Self(Mutex::new(batch.allow_ownerless(allow_ownerless)))
    }

    /// Creates a user: see `Directory.create_user`.
    #[pyo3(signature = (email, **parts))]
    fn create_user(
        slf: Py<Self>,
        email: &str,
        parts: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Chained> {
        let user = new_user(email, parts)?;
        Ok(add(slf, Op::CreateUser(user), None))
    }

    /// Changes fields of a user: see `Directory.update_user`.
    #[pyo3(signature = (user, **changes))]
    fn update_user(
        slf: Py<Self>,
        user: Named,
        changes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Chained> {
        let (update, if_version) = user_update(changes)?;
        Ok(add(slf, Op::UpdateUser(user.0, update), if_version))
    }

    /// Makes a user active.
    #[pyo3(signature = (user, *, if_version=None))]
    fn activate_user(
        slf: Py<Self>,
        user: Named,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::ActivateUser(user.0), if_version)
    }

    /// Makes a user inactive.
    #[pyo3(signature = (user, *, if_version=None))]
    fn deactivate_user(
        slf: Py<Self>,
        user: Named,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::DeactivateUser(user.0), if_version)
    }

    /// Deletes a user for good.
    #[pyo3(signature = (user, *, if_version=None))]
    fn delete_user(
        slf: Py<Self>,
        user: Named,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::DeleteUser(user.0), if_version)
    }

    /// Sets the license.
    #[pyo3(signature = (license, *, if_version=None))]
    fn set_license(
        slf: Py<Self>,
        license: Seated,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::SetLicense(license.0), if_version)
    }

    /// Creates a workspace.
    #[pyo3(signature = (name, owner=None, *, external_ids=None))]
    fn create_workspace(
        slf: Py<Self>,
        name: String,
        owner: Option<Named>,
        external_ids: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Chained> {
        let workspace = new_workspace(name, owner, external_ids)?;
        Ok(add(slf, Op::CreateWorkspace(workspace), None))
    }

    /// Creates a user's default workspace, unless there is one.
    fn default_workspace(slf: Py<Self>, user: Named) -> Chained {
        add(slf, Op::DefaultWorkspace(user.0), None)
    }

    /// Renames a workspace.
    #[pyo3(signature = (workspace, name, *, if_version=None))]
    fn rename_workspace(
        slf: Py<Self>,
        workspace: Place,
        name: String,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::RenameWorkspace(workspace.0, name), if_version)
    }

    /// Sets the id that a provisioner has for a workspace; None removes it.
    #[pyo3(signature = (workspace, provisioner, id, *, if_version=None))]
    fn set_workspace_external_id(
        slf: Py<Self>,
        workspace: Place,
        provisioner: String,
        id: Option<String>,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        let op = Op::SetWorkspaceExternalId(workspace.0, provisioner, id);
        add(slf, op, if_version)
    }

    /// Archives a workspace.
    #[pyo3(signature = (workspace, *, if_version=None))]
    fn archive_workspace(
        slf: Py<Self>,
        workspace: Place,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::ArchiveWorkspace(workspace.0), if_version)
    }

    /// Restores an archived workspace.
    #[pyo3(signature = (workspace, *, if_version=None))]
    fn restore_workspace(
        slf: Py<Self>,
        workspace: Place,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::RestoreWorkspace(workspace.0), if_version)
    }

    /// Deletes a workspace and its memberships for good.
    #[pyo3(signature = (workspace, *, if_version=None))]
    fn delete_workspace(
        slf: Py<Self>,
        workspace: Place,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::DeleteWorkspace(workspace.0), if_version)
    }

    /// Adds a member. Does nothing if the user is a member in this role.
    #[pyo3(
        signature = (workspace, user, role=InRole(headcount::Role::User)),
        text_signature = "($self, workspace, user, role='user')"
    )]
    fn add_member(slf: Py<Self>, workspace: Place, user: Named, role: InRole) -> Chained {
        add(slf, Op::AddMember(workspace.0, user.0, role.0), None)
    }

    /// Changes the role of a member.
    #[pyo3(signature = (workspace, user, role, *, if_version=None))]
    fn set_role(
        slf: Py<Self>,
        workspace: Place,
        user: Named,
        role: InRole,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::SetRole(workspace.0, user.0, role.0), if_version)
    }

    /// Removes a member.
    #[pyo3(signature = (workspace, user, *, if_version=None))]
    fn remove_member(
        slf: Py<Self>,
        workspace: Place,
        user: Named,
        #[pyo3(from_py_with = number)] if_version: Option<u64>,
    ) -> Chained {
        add(slf, Op::RemoveMember(workspace.0, user.0), if_version)
    }

    fn __len__(&self) -> usize {
        self.lock().len()
    }

    fn __repr__(&self) -> String {
        let operations = self.lock().len();
        let plural = if operations == 1 { "" } else { "s" };
        format!("<headcount.Batch of {operations} operation{plural}>")
    }
}

/// 16 bytes, a `uuid.UUID`, or the text of one.
#[derive(Clone, Copy)]
struct RequestId(headcount::RequestId);

impl<'py> FromPyObject<'_, 'py> for RequestId {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.extract::<[u8; 16]>() {
            return Ok(Self(headcount::RequestId::from_bytes(bytes)));
        }
        if let Ok(text) = object.extract::<std::borrow::Cow<'_, str>>() {
            return text.parse().map(Self).map_err(crate::errors::raised);
        }
        let bytes = object.getattr("bytes").and_then(|bytes| bytes.extract());
        match bytes.map(headcount::RequestId::from_bytes) {
            Ok(id) => Ok(Self(id)),
            Err(_) => Err(PyValueError::new_err(
                "a request id is 16 bytes or a uuid.UUID",
            )),
        }
    }
}
