//! The library's errors as exceptions.

use headcount::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// The exception of an error: the class of its kind, with its numbers.
#[expect(clippy::needless_pass_by_value, reason = "errors are mapped with it")]
pub(crate) fn raised(error: Error) -> PyErr {
    Python::attach(|py| match exception(py, &error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failed) => failed,
    })
}

/// The exception as an object.
pub(crate) fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let kind = error.kind();
    // Of a kind that this package has no class for, all that is known is in the words.
    let class = match by_kind(py)?.get_item(kind.name())? {
        Some(class) => class,
        None => py.import("headcount.errors")?.getattr("HeadcountError")?,
    };
    let exception = class.call1((error.to_string(),))?;
    exception.setattr("op_index", error.op_index())?;
    let set = |name: &str, number: u64| exception.setattr(name, number);
    match kind {
        ErrorKind::NoFreeSeat {
            limit,
            active,
            requested,
        } => {
            set("limit", limit)?;
            set("active", active)?;
            set("requested", requested)?;
        }
        ErrorKind::Conflict { expected, found } => {
            set("expected", expected)?;
            set("found", found)?;
        }
        ErrorKind::HistoryTrimmed { resume_after } => set("resume_after", resume_after)?,
        ErrorKind::ChangeNotYet { latest } => set("latest", latest)?,
        _ => {}
    }
    Ok(exception)
}

fn by_kind(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static BY_KIND: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    BY_KIND.import(py, "headcount.errors", "BY_KIND")
}
