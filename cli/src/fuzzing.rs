//! The body of the fuzz target of the importer, in `fuzz/`.
//!
//! No release has this module: it is compiled with `--cfg fuzzing` alone.

pub use crate::import::fuzzing::check;
