//! The style and the structure that no compiler checks: who may import whom, how
//! long things get, what is said at the top of a file, and what may be depended
//! on.
//!
//! Each check is a function from files to a list of complaints, so that it can be
//! shown to complain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dependencies;
mod imports;
mod lengths;
mod sources;
mod spdx;
mod text;
mod tokens;
mod unsafety;

/// Fails with one line for each complaint.
#[track_caller]
fn expect_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
