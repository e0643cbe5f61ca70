//! Checks the style and structure that no compiler checks: which room may import which, the length
//! of files and functions, the comment at the top of each file, and the dependencies.
//!
//! Each check is a function from files to a list of complaints, so that a test can show that it
//! complains.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cycles;
mod dependencies;
mod examples;
mod expectations;
mod fields;
mod imports;
mod lengths;
mod messages;
mod operations;
mod promises;
mod sources;
mod spdx;
mod targets;
mod text;
mod tokens;
mod tools;
mod unsafety;

/// Fails with one line for each complaint.
#[track_caller]
fn expect_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
