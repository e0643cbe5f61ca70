//! Changing users, the license, and batches; external ids and sightings.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;

use super::Directory;
use crate::arguments::{Id, Many, Moment, Named, Seated, datetime, new_user, user_update};
use crate::batch::Batch;
use crate::errors::exception;
use crate::records;
use crate::user::User;

#[pymethods]
impl Directory {
    /// Creates a user, who is active and takes a seat by default.
    ///
    /// The keywords are `id` (a UUID; one is drawn by default), `username` (the email by default),
    /// `given_name`, `family_name`, `active` (True by default), `admin` (False by default),
    /// `attributes` and `external_ids` (dicts of texts), and `created_at` (a `datetime` with a time
    /// zone; now by default). Raises `NoFreeSeatError`, `EmailTakenError`, `UsernameTakenError`,
    /// `IdTakenError`, `ExternalIdTakenError` and the error of what is malformed.
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

    /// Changes the given fields and returns the updated user. None removes a name or
    /// an attribute; a username of None follows the email.
    ///
    /// The keywords are `email`, `username`, `given_name`, `family_name`, `admin`, `attributes` and
    /// `external_ids` (dicts; those that they don't name stay), `replace_attributes` (True removes
    /// the attributes that are not named), and `if_version`: `ConflictError` is raised unless the
    /// user has this version. Raises `UserNotFoundError`, `EmailTakenError`, `UsernameTakenError`,
    /// `ExternalIdTakenError`, `LastAdminError` and the error of what is malformed.
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

    /// Makes a user active. Does nothing if the user is active.
    fn activate_user(&self, py: Python<'_>, user: Named) -> PyResult<User> {
        self.write(py, |directory| directory.activate_user(user.0))
            .map(User::from)
    }

    /// Makes a user inactive, which frees a seat. Does nothing if the user is inactive.
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

    /// The users with these emails, in their order; None for each that nobody has. It takes any
    /// iterable, makes one call for all, and bypasses the cache of this package: it neither
    /// reads nor fills it. Use it where few of the users are likely to be cached, such as for a
    /// report.
    fn users_by_emails(
        &self,
        py: Python<'_>,
        emails: Many<PyBackedStr>,
    ) -> PyResult<Vec<Option<User>>> {
        let Many(emails) = emails;
        let found = self.read(py, |directory| directory.users_by_emails(&emails))?;
        Ok(found.into_iter().map(|user| user.map(User::from)).collect())
    }

    /// The users with these ids, each a `str`, a `uuid.UUID` or a `User`, in their order;
    /// None for each that nobody has.
    fn users_by_ids(&self, py: Python<'_>, ids: Many<Id>) -> PyResult<Vec<Option<User>>> {
        let Many(ids) = ids;
        let ids: Vec<_> = ids.into_iter().map(|Id(id)| id).collect();
        let found = self.read(py, |directory| directory.users_by_ids(&ids))?;
        Ok(found.into_iter().map(|user| user.map(User::from)).collect())
    }

    /// The user for whom a provisioner, such as an identity provider, has this id; None when
    /// there is none.
    fn user_by_external_id(
        &self,
        py: Python<'_>,
        provisioner: &str,
        id: &str,
    ) -> PyResult<Option<User>> {
        let found = self.read(py, |directory| {
            directory.user_by_external_id(provisioner, id)
        })?;
        Ok(found.map(User::from))
    }

    /// Records that a user is seen now, such as at a login or with a request. Call it as often
    /// as you like: it usually costs a lookup. The first sighting is on disk when this
    /// returns; others are gathered and written at most once a minute and at the end, so a
    /// crash can lose them.
    fn touch_user(&self, py: Python<'_>, user: Named) -> PyResult<()> {
        self.write(py, |directory| directory.touch_user(user.0))
    }

    /// When a user was last seen, in UTC and to about an hour; None if it was never recorded
    /// with `touch_user`. Sightings are not changes and leave the version as it is.
    fn last_seen<'py>(&self, py: Python<'py>, user: Named) -> PyResult<Option<Bound<'py, PyAny>>> {
        let seen = self.read(py, |directory| directory.last_seen(user.0))?;
        seen.map(|at| datetime(py, at)).transpose()
    }

    /// The most users that were active at one time, on each day (UTC) since that of
    /// `since`; by default since the first day on record. It is kept for three years.
    #[pyo3(signature = (since=None))]
    fn seat_history<'py>(
        &self,
        py: Python<'py>,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let since = since.map(|moment| moment.0);
        let history = self.read(py, |directory| directory.seat_history(since))?;
        records::seat_history(py, &history)
    }

    /// Sets the license. One with fewer seats than are in use deactivates nobody.
    fn set_license<'py>(&self, py: Python<'py>, license: Seated) -> PyResult<Bound<'py, PyAny>> {
        let seats = self.write(py, |directory| directory.set_license(license.0))?;
        records::seats(py, &seats)
    }

    /// Applies a batch: all of it, or nothing.
    fn apply<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Bound<'py, PyAny>> {
        let batch = batch.now();
        let applied = self.write(py, |directory| directory.apply(batch))?;
        records::applied(py, &applied)
    }

    /// Returns what `apply` would return, without applying the batch.
    fn dry_run<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Bound<'py, PyAny>> {
        let batch = batch.now();
        let applied = self.write(py, |directory| directory.dry_run(batch))?;
        records::applied(py, &applied)
    }

    /// Returns the refusals of a batch, as exceptions that are not raised.
    fn preview<'py>(&self, py: Python<'py>, batch: &Batch) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let batch = batch.now();
        let refusals = self.write(py, |directory| directory.preview(batch))?;
        refusals
            .iter()
            .map(|refusal| exception(py, refusal))
            .collect()
    }
}
