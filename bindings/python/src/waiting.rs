//! Waiting in slices, so that signals are heard.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use headcount::{ErrorKind, Options};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::raised;

/// How long a wait goes on until signals are looked at.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// Opens, and waits for up to `timeout` for a file that somebody else has open; a signal
/// ends that.
pub(crate) fn open_within(
    py: Python<'_>,
    options: &Options,
    path: &PathBuf,
    timeout: Duration,
) -> PyResult<headcount::Directory> {
    let deadline = Instant::now().checked_add(timeout);
    loop {
        let left = deadline.map_or(SLICE, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        let options = options.clone().open_timeout(left.min(SLICE));
        match py.detach(|| options.open(path)) {
            Err(error) if error.kind() == ErrorKind::AlreadyOpen && left > SLICE => {
                py.check_signals()?;
            }
            opened => return opened.map_err(raised),
        }
    }
}

/// Seconds as a duration; far too many are as many as there can be.
pub(crate) fn seconds(seconds: f64) -> PyResult<Duration> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(PyValueError::new_err(format!(
            "a time in seconds is 0 or more, not {seconds}"
        )));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}
