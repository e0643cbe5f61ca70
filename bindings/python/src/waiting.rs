//! Waiting in slices, so that signals are heard.

use std::time::{Duration, Instant};

use headcount::ErrorKind;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::raised;

/// How long a wait goes on until signals are looked at.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// Calls `open` with how long it may wait for a file that somebody else has open, for up to
/// `timeout` in all; a signal ends that.
pub(crate) fn open_within<T: Send>(
    py: Python<'_>,
    timeout: Duration,
    open: impl Fn(Duration) -> headcount::Result<T> + Sync,
) -> PyResult<T> {
    let deadline = Instant::now().checked_add(timeout);
    loop {
        let left = deadline.map_or(SLICE, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        match py.detach(|| open(left.min(SLICE))) {
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
