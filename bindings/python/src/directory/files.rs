//! The history, copies, and the state of the directory as a whole.

use std::path::PathBuf;

use headcount::{CopyOptions, Options};
use pyo3::prelude::*;

use super::Directory;
use crate::arguments::{number, number_of_seconds};
use crate::errors::raised;
use crate::feed::ChangeFeed;
use crate::waiting::{open_within, seconds};
use crate::{lists, logging, records, transfer};

#[pymethods]
impl Directory {
    /// The changes after the number `after`, up to now: an iterator.
    #[pyo3(signature = (after=0))]
    fn changes(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = number)] after: u64,
    ) -> PyResult<lists::Changes> {
        self.read(py, |directory| directory.changes(after))
            .map(lists::Changes::new)
    }

    /// The changes after the number `after` as they are made: see `ChangeFeed`.
    #[pyo3(signature = (after=0))]
    fn follow(&self, #[pyo3(from_py_with = number)] after: u64) -> ChangeFeed {
        ChangeFeed::new(self.inner.follow(after))
    }

    /// Forgets the changes with numbers below `before`, with their request ids, and
    /// returns how many it forgot.
    fn trim_changes(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = number)] before: u64,
    ) -> PyResult<u64> {
        self.write(py, |directory| directory.trim_changes(before))
    }

    /// Writes a copy of the directory, as it is at this moment, to another file and
    /// verifies it. Others can read and write meanwhile. Raises `IoError` where there is a
    /// file, unless `overwrite` is True.
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

    /// Writes all records as lines of JSON to a binary file, as they are at this moment, and
    /// returns their number: the format of `headcount export`. Others can read and
    /// write meanwhile.
    fn export(&self, py: Python<'_>, to: &Bound<'_, PyAny>) -> PyResult<u64> {
        let mut to = transfer::File::to_write(to)?;
        let written = self.write(py, |directory| directory.export_lines(&mut to, |_| {}));
        to.raised(written).map(|done| done.records)
    }

    /// Loads the lines of `export` from a binary file into an empty directory, in one
    /// transaction, and returns the number of records. If this
    /// fails, nothing is changed.
    fn load(&self, py: Python<'_>, lines: &Bound<'_, PyAny>) -> PyResult<u64> {
        let mut lines = transfer::File::to_read(lines)?;
        let loaded = self.write(py, |directory| {
            directory.load_lines(std::io::BufReader::new(&mut lines), |_| {})
        });
        lines.raised(loaded).map(|done| done.records)
    }

    /// Lists what is wrong with the directory, up to a limit; all faults are counted.
    #[pyo3(signature = (limit=100))]
    fn find_faults<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = number)] limit: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = self.write(py, |directory| directory.find_faults(limit))?;
        records::faults(py, (found.faults_total, &found.faults), 0, found.seats_over)
    }

    /// Recounts the seats and checks every index against the users, both ways. Raises
    /// `CorruptedError` with the first fault.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let verified = self.write(py, headcount::Directory::verify)?;
        records::verified(py, &verified)
    }

    /// Figures to monitor the directory with.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        records::stats(py, &self.read(py, headcount::Directory::stats)?)
    }

    /// All figures in the text format of Prometheus.
    fn stats_text(&self, py: Python<'_>) -> PyResult<String> {
        self.read(py, headcount::Directory::stats)
            .map(|stats| stats.prometheus())
    }
}

/// Makes the file at `path` a copy of a backup. Nobody may have it open: `open_timeout` is how many
/// seconds to wait for that. Raises `IoError` where there is a file, unless `overwrite` is True.
#[pyfunction]
#[pyo3(signature = (backup, path, *, overwrite=false, open_timeout=0.0))]
pub(crate) fn restore(
    py: Python<'_>,
    backup: PathBuf,
    path: PathBuf,
    overwrite: bool,
    #[pyo3(from_py_with = number_of_seconds)] open_timeout: f64,
) -> PyResult<Bound<'_, PyAny>> {
    let copied = open_within(py, seconds(open_timeout)?, move |wait| {
        let options = CopyOptions::new().overwrite(overwrite).open_timeout(wait);
        headcount::restore(&backup, &path, options)
    });
    logging::hand_over(py);
    records::copied(py, &copied?)
}

/// Makes the file of a directory as small as possible, in place. Nobody may have it open:
/// `open_timeout` is how many seconds to wait for that.
#[pyfunction]
#[pyo3(signature = (path, *, open_timeout=0.0))]
pub(crate) fn compact(
    py: Python<'_>,
    path: PathBuf,
    #[pyo3(from_py_with = number_of_seconds)] open_timeout: f64,
) -> PyResult<Bound<'_, PyAny>> {
    let compacted = open_within(py, seconds(open_timeout)?, move |wait| {
        Options::new().open_timeout(wait).compact(&path)
    });
    logging::hand_over(py);
    records::compacted(py, &compacted?)
}

/// Lists what is wrong with the directory in a file, even if it is too damaged to be
/// opened. It creates no file.
#[pyfunction]
#[pyo3(signature = (path, limit=100))]
pub(crate) fn find_faults(
    py: Python<'_>,
    path: PathBuf,
    #[pyo3(from_py_with = number)] limit: usize,
) -> PyResult<Bound<'_, PyAny>> {
    let found = py.detach(|| Options::new().find_faults(path, limit));
    logging::hand_over(py);
    let found = found.map_err(raised)?;
    records::faults(py, (found.faults_total, &found.faults), 0, found.seats_over)
}

/// Repairs the directory in a file, in one transaction; nobody may have it open.
/// Records that are removed are written to the new file `aside`. Without one, nothing is
/// changed, and the result is what a repair would do.
#[pyfunction]
#[pyo3(signature = (path, aside=None, limit=100))]
pub(crate) fn repair(
    py: Python<'_>,
    path: PathBuf,
    aside: Option<PathBuf>,
    #[pyo3(from_py_with = number)] limit: usize,
) -> PyResult<Bound<'_, PyAny>> {
    let done = py.detach(|| match aside {
        Some(aside) => Options::new().repair(path, aside, limit),
        None => Options::new().plan_repair(path, limit),
    });
    logging::hand_over(py);
    let done = done.map_err(raised)?;
    let faults = (done.faults_total, done.faults.as_slice());
    records::faults(py, faults, done.set_aside, done.seats_over)
}
