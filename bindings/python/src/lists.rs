//! Lists of one moment, as iterators. Threads can share one: each element goes to one of them.

use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyCapsule;

use crate::arrow;
use crate::errors::raised;
use crate::records;
use crate::user::User;

/// Users read at a time, without the interpreter's lock.
const LOT: usize = 256;

/// All users as they were when it was made, ordered by email: an iterator, which knows
/// how many are left. `pyarrow`, `pandas` and `polars` take it as a stream.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct Users(Mutex<Unread>);

/// The users that are left.
struct Unread {
    /// None once they were handed to Arrow.
    users: Option<headcount::Users>,
    ahead: std::vec::IntoIter<User>,
    /// Whether a user was returned.
    was_read: bool,
}

/// Waits for another thread, which may need the interpreter's lock until it gives this one up.
fn lock<'a, T>(py: Python<'_>, mutex: &'a Mutex<T>) -> MutexGuard<'a, T> {
    mutex
        .lock_py_attached(py)
        .unwrap_or_else(PoisonError::into_inner)
}

impl Users {
    pub(crate) fn new(users: headcount::Users) -> Self {
        Self(Mutex::new(Unread {
            users: Some(users),
            ahead: Vec::new().into_iter(),
            was_read: false,
        }))
    }
}

impl Unread {
    fn len(&self) -> usize {
        let behind = self.users.as_ref().map_or(0, headcount::Users::len);
        self.ahead.len() + usize::try_from(behind).unwrap_or(usize::MAX)
    }

    fn read_ahead(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(users) = &mut self.users else {
            return Ok(());
        };
        let mut lot = Vec::with_capacity(LOT);
        let read = py.detach(|| {
            users.for_each_view(|user| {
                if lot.len() == LOT {
                    return ControlFlow::Break(());
                }
                lot.push(User::from(user));
                ControlFlow::Continue(())
            })
        });
        self.ahead = lot.into_iter();
        read.map(|_| ()).map_err(raised)
    }
}

#[pymethods]
impl Users {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<User>> {
        let mut unread = lock(py, &self.0);
        if unread.ahead.len() == 0 {
            unread.read_ahead(py)?;
        }
        let user = unread.ahead.next();
        unread.was_read |= user.is_some();
        Ok(user)
    }

    /// How many users are left.
    fn __len__(&self, py: Python<'_>) -> usize {
        lock(py, &self.0).len()
    }

    /// Hands all users to Arrow, by its C stream interface; the iterator is empty then. Raises
    /// `ValueError` if any was read already.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer that wants other types casts what it is given.
        let _ = requested_schema;
        let mut unread = lock(py, &self.0);
        // Only a list that is not refused gives its users away.
        let users = if unread.was_read {
            None
        } else {
            unread.users.take()
        };
        let users = users.ok_or_else(|| {
            PyValueError::new_err("some of the users were read already; ask for users() again")
        })?;
        arrow::stream(py, users)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<headcount.Users: {} to come>", self.__len__(py))
    }
}

/// Changes in their order, up to the moment when it was made: an iterator.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct Changes(Mutex<headcount::Changes>);

impl Changes {
    pub(crate) fn new(changes: headcount::Changes) -> Self {
        Self(Mutex::new(changes))
    }
}

#[pymethods]
impl Changes {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let next = || self.0.lock().unwrap_or_else(PoisonError::into_inner).next();
        match py.detach(next) {
            Some(change) => records::change(py, &change.map_err(raised)?).map(Some),
            None => Ok(None),
        }
    }
}

/// All workspaces as they were when it was made: an iterator.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct Workspaces(Mutex<headcount::Workspaces>);

impl Workspaces {
    pub(crate) fn new(workspaces: headcount::Workspaces) -> Self {
        Self(Mutex::new(workspaces))
    }
}

#[pymethods]
impl Workspaces {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let next = || self.0.lock().unwrap_or_else(PoisonError::into_inner).next();
        match py.detach(next) {
            Some(workspace) => records::workspace(py, &workspace.map_err(raised)?).map(Some),
            None => Ok(None),
        }
    }
}
