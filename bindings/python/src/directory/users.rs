//! Changing users, the license, and batches.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Directory;
use crate::arguments::{Named, Seated, new_user, user_update};
use crate::batch::Batch;
use crate::errors::exception;
use crate::records;
use crate::user::User;

#[pymethods]
impl Directory {
    /// Creates a user, active and so in need of a seat by default.
    #[pyo3(signature = (email, **parts))]
    fn create_user(
        &self,
        py: Python<'_>,
        email: &str,
        parts: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<User> {
        let user = new_user(email, parts)?;
        self.write(py, |directory| directory.create_user(user))
            .map(User::from)
    }

    /// Changes what is named and returns the user as it is then. None removes a name or
    /// an attribute; a username of None follows the email.
    #[pyo3(signature = (user, **changes))]
    fn update_user(
        &self,
        py: Python<'_>,
        user: Named,
        changes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<User> {
        let (mut update, if_version) = user_update(changes)?;
        if let Some(version) = if_version {
            update = update.if_version(version);
        }
        self.write(py, |directory| directory.update_user(user.0, update))
            .map(User::from)
    }

    /// Makes a user active; nothing happens to one who is.
    fn activate_user(&self, py: Python<'_>, user: Named) -> PyResult<User> {
        self.write(py, |directory| directory.activate_user(user.0))
            .map(User::from)
    }

    /// Makes a user inactive, which frees a seat; nothing happens to one who is.
    fn deactivate_user(&self, py: Python<'_>, user: Named) -> PyResult<User> {
        self.write(py, |directory| directory.deactivate_user(user.0))
            .map(User::from)
    }

    /// Deletes a user for good and returns the id, which is not given again as
    /// long as the change that deletes the user is kept (see `trim_changes`).
    fn delete_user(&self, py: Python<'_>, user: Named) -> PyResult<String> {
        let deleted = self.write(py, |directory| directory.delete_user(user.0))?;
        Ok(deleted.to_string())
    }

    /// Sets the license. A smaller one than today's use evicts nobody.
    fn set_license<'py>(&self, py: Python<'py>, license: Seated) -> PyResult<Bound<'py, PyAny>> {
        let seats = self.write(py, |directory| directory.set_license(license.0))?;
        records::seats(py, &seats)
    }

    /// Applies a batch: all of it, or nothing.
    fn apply<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Bound<'py, PyAny>> {
        let batch = batch.0.clone();
        let applied = self.write(py, |directory| directory.apply(batch))?;
        records::applied(py, &applied)
    }

    /// Tells what would become of a batch, without applying it.
    fn dry_run<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Bound<'py, PyAny>> {
        let batch = batch.0.clone();
        let applied = self.write(py, |directory| directory.dry_run(batch))?;
        records::applied(py, &applied)
    }

    /// Tells what would be refused of a batch, as exceptions that are not raised.
    fn preview<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let batch = batch.0.clone();
        let refusals = self.write(py, |directory| directory.preview(batch))?;
        refusals
            .iter()
            .map(|refusal| exception(py, refusal))
            .collect()
    }
}
