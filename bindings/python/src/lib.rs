//! The Python binding: a module `headcount._headcount` over the Rust library.
//!
//! Classes that hold something of the library are here; plain values are data classes
//! in `python/headcount/records.py`, and exceptions are in `errors.py` beside it. A call
//! holds the interpreter's lock while it only reads memory, and lets go of it where it
//! may wait for a disk or for another thread.

mod arguments;
#[allow(unsafe_code)]
mod arrow;
mod batch;
mod cache;
mod directory;
mod errors;
mod feed;
mod lists;
mod logging;
mod records;
mod transfer;
mod user;
mod waiting;

use std::sync::OnceLock;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// Classes and exceptions are those of the interpreter that was the first to import them. From
/// Python 3.12 on, every interpreter but the main one is refused before this is called.
fn refuse_second_interpreter(py: Python<'_>) -> PyResult<()> {
    static FIRST: OnceLock<usize> = OnceLock::new();
    let this = py.import("builtins")?.as_ptr() as usize;
    if *FIRST.get_or_init(|| this) == this {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "another interpreter of this process has imported headcount, and a second one can't; use \
         threads or processes (with mod_wsgi: WSGIApplicationGroup %{GLOBAL})",
    ))
}

/// The part of `headcount` that is written in Rust.
#[pymodule]
fn _headcount(module: &Bound<'_, PyModule>) -> PyResult<()> {
    refuse_second_interpreter(module.py())?;
    logging::install();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<directory::Directory>()?;
    module.add_class::<feed::ChangeFeed>()?;
    module.add_class::<lists::Changes>()?;
    module.add_class::<lists::Users>()?;
    module.add_class::<lists::Workspaces>()?;
    module.add_class::<user::User>()?;
    module.add_function(wrap_pyfunction!(directory::files::compact, module)?)?;
    module.add_function(wrap_pyfunction!(directory::files::find_faults, module)?)?;
    module.add_function(wrap_pyfunction!(directory::files::repair, module)?)?;
    module.add_function(wrap_pyfunction!(directory::files::restore, module)?)?;
    module.add_function(wrap_pyfunction!(user::user_of_state, module)?)
}
