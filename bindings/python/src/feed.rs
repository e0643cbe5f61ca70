//! Waiting for changes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use headcount::{Change, Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arguments::number_of_seconds;
use crate::errors::raised;
use crate::waiting::{SLICE, seconds};
use crate::{logging, records};

/// The changes of a directory as they are made. Iterating waits for the next one, and ends
/// when the feed or the directory is closed; `next` waits up to its timeout. A signal, such
/// as Ctrl-C, ends the wait, and `close` ends it from another thread.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct ChangeFeed {
    feed: Mutex<headcount::ChangeFeed>,
    closed: AtomicBool,
}

impl ChangeFeed {
    pub(crate) fn new(feed: headcount::ChangeFeed) -> Self {
        Self {
            feed: Mutex::new(feed),
            closed: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, headcount::ChangeFeed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in slices, to notice signals and `close`.
    fn wait(
        &self,
        py: Python<'_>,
        timeout: Duration,
    ) -> PyResult<headcount::Result<Option<Change>>> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if self.closed.load(Ordering::Acquire) {
                let closed = "the feed was closed; follow the directory anew";
                return Ok(Err(Error::new(ErrorKind::Closed, closed)));
            }
            let left = deadline.map_or(SLICE, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            let next = py.detach(|| self.lock().recv_timeout(left.min(SLICE)));
            logging::hand_over(py);
            let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
            match next {
                // A change that was taken is never lost to a signal.
                Ok(None) if !is_over => py.check_signals()?,
                other => return Ok(other),
            }
        }
    }
}

#[pymethods]
impl ChangeFeed {
    /// The next change. Waits for up to `timeout` seconds, or for as long as it
    /// takes, and returns None when there is none by then. Raises `ClosedError` once the feed
    /// or the directory is closed.
    #[pyo3(signature = (timeout=None))]
    fn next<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = number_of_seconds)] timeout: Option<f64>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let timeout = timeout.map_or(Ok(Duration::MAX), seconds)?;
        let change = self.wait(py, timeout)?.map_err(raised)?;
        change
            .map(|change| records::change(py, &change))
            .transpose()
    }

    /// Ends the feed: threads that wait for it get `ClosedError` within about 50
    /// milliseconds, and iterating ends. The directory stays open. A second call does nothing.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, _raised: &Bound<'_, PyTuple>) {
        self.close();
    }

    /// The number of the last change that was returned, or where the feed began.
    #[getter]
    fn position(&self, py: Python<'_>) -> u64 {
        py.detach(|| self.lock().position())
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.wait(py, Duration::MAX)? {
            Ok(Some(change)) => records::change(py, &change).map(Some),
            Ok(None) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Closed => Ok(None),
            Err(error) => Err(raised(error)),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<headcount.ChangeFeed at {}>", self.position(py))
    }
}
