//! Lists of one moment, as iterators.

use std::ops::ControlFlow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow;
use crate::errors::raised;
use crate::records;
use crate::user::User;

/// Users read at a time, without the interpreter's lock.
const LOT: usize = 256;

/// All users as they were when it was made, ordered by email: an iterator, which knows
/// how many are yet to come. `pyarrow`, `pandas` and `polars` take it as a stream.
#[pyclass(module = "headcount")]
pub(crate) struct Users {
    /// None once they were handed to Arrow.
    users: Option<headcount::Users>,
    ahead: std::vec::IntoIter<User>,
}

impl Users {
    pub(crate) fn new(users: headcount::Users) -> Self {
        Self {
            users: Some(users),
            ahead: Vec::new().into_iter(),
        }
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

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<User>> {
        if let Some(user) = self.ahead.next() {
            return Ok(Some(user));
        }
        self.read_ahead(py)?;
        Ok(self.ahead.next())
    }

    /// How many users are yet to come.
    fn __len__(&self) -> usize {
        let behind = self.users.as_ref().map_or(0, headcount::Users::len);
        self.ahead.len() + usize::try_from(behind).unwrap_or(usize::MAX)
    }

    /// Hands all users to Arrow, by its C stream interface; the iterator is empty then.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &mut self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer that wants other types casts what it is given.
        let _ = requested_schema;
        let users = match self.users.take() {
            Some(users) if self.ahead.len() == 0 => users,
            _ => {
                return Err(PyValueError::new_err(
                    "some of the users were read already; ask for users() again",
                ));
            }
        };
        arrow::stream(py, users)
    }

    fn __repr__(&self) -> String {
        format!("<headcount.Users: {} to come>", self.__len__())
    }
}

/// Changes in their order, up to the moment when it was made: an iterator.
#[pyclass(module = "headcount")]
pub(crate) struct Changes(headcount::Changes);

impl Changes {
    pub(crate) fn new(changes: headcount::Changes) -> Self {
        Self(changes)
    }
}

#[pymethods]
impl Changes {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match py.detach(|| self.0.next()) {
            Some(change) => records::change(py, &change.map_err(raised)?).map(Some),
            None => Ok(None),
        }
    }
}

/// All workspaces as they were when it was made: an iterator.
#[pyclass(module = "headcount")]
pub(crate) struct Workspaces(headcount::Workspaces);

impl Workspaces {
    pub(crate) fn new(workspaces: headcount::Workspaces) -> Self {
        Self(workspaces)
    }
}

#[pymethods]
impl Workspaces {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match py.detach(|| self.0.next()) {
            Some(workspace) => records::workspace(py, &workspace.map_err(raised)?).map(Some),
            None => Ok(None),
        }
    }
}
