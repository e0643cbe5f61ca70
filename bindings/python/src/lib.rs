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

use pyo3::prelude::*;

/// The part of `headcount` that is written in Rust.
#[pymodule]
fn _headcount(module: &Bound<'_, PyModule>) -> PyResult<()> {
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
