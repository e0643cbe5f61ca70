//! The history, copies, and the state of the directory as a whole.

use std::path::PathBuf;

use headcount::CopyOptions;
use pyo3::prelude::*;

use super::{Directory, seconds};
use crate::errors::raised;
use crate::feed::ChangeFeed;
use crate::{lists, logging, records};

#[pymethods]
impl Directory {
    /// The changes behind the number `after`, up to this moment: an iterator.
    #[pyo3(signature = (after=0))]
    fn changes(&self, py: Python<'_>, after: u64) -> PyResult<lists::Changes> {
        self.read(py, |directory| directory.changes(after))
            .map(lists::Changes::new)
    }

    /// The changes behind the number `after` as they come: see `ChangeFeed`.
    #[pyo3(signature = (after=0))]
    fn follow(&self, after: u64) -> ChangeFeed {
        ChangeFeed::new(self.inner.follow(after))
    }

    /// Forgets the changes with numbers below `before`, with their request ids, and
    /// returns how many those were.
    fn trim_changes(&self, py: Python<'_>, before: u64) -> PyResult<u64> {
        self.write(py, |directory| directory.trim_changes(before))
    }

    /// Writes a copy of the directory, as it is at this moment, to another file and
    /// verifies it. Others go on reading and writing meanwhile.
    #[pyo3(signature = (path, *, overwrite=false))]
    fn backup<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        overwrite: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let copied = self.write(py, |directory| {
            directory.backup_with(path, CopyOptions::new().overwrite(overwrite))
        })?;
        records::copied(py, &copied)
    }

    /// Recounts the seats and checks every index against the users, both ways. Raises
    /// `CorruptedError` with the first fault.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let verified = self.write(py, headcount::Directory::verify)?;
        records::verified(py, &verified)
    }

    /// Figures to watch the directory by.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        records::stats(py, &self.read(py, headcount::Directory::stats)?)
    }

    /// These figures as a text that Prometheus reads.
    fn prometheus(&self, py: Python<'_>) -> PyResult<String> {
        self.read(py, headcount::Directory::stats)
            .map(|stats| stats.prometheus())
    }
}

/// Makes the file at `path` a copy of a backup. Nobody may have it open.
#[pyfunction]
#[pyo3(signature = (backup, path, *, overwrite=false, open_timeout=0.0))]
pub(crate) fn restore(
    py: Python<'_>,
    backup: PathBuf,
    path: PathBuf,
    overwrite: bool,
    open_timeout: f64,
) -> PyResult<Bound<'_, PyAny>> {
    let timeout = seconds(open_timeout)?;
    let copied = py.detach(|| {
        let options = CopyOptions::new()
            .overwrite(overwrite)
            .open_timeout(timeout);
        headcount::restore(backup, path, options)
    });
    logging::hand_over(py);
    records::copied(py, &copied.map_err(raised)?)
}
