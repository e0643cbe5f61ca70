//! The bodies of the fuzz targets in `fuzz/`: checks of everything that parses, for any
//! input.
//!
//! Releases don't contain this module: it is compiled with the feature `fuzzing`, and for the
//! library's own tests, which run the committed corpora, and mutations of them, through the same
//! checks. A check takes bytes and panics if a promise is broken; refusing the input is fine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod cursor;
pub mod email;
pub mod keys;
pub mod log;
#[cfg(feature = "capi")]
pub mod operations;
#[cfg(feature = "capi")]
pub mod packed;
pub mod records;
pub mod texts;
pub mod username;

#[cfg(test)]
mod tests;

use crate::error::{Error, ErrorKind};

/// Panics if a promise is broken for these bytes.
pub type Check = fn(&[u8]);

/// The checks, by the names of their corpora in `fuzz/corpus`. `fuzz/src/main.rs` adds those
/// that need more than this library: the C decoder, and the testkit.
pub const TARGETS: &[(&str, Check)] = &[
    ("cursor", cursor::check),
    ("email", email::check),
    ("keys", keys::check),
    ("log_reader", log::check),
    #[cfg(feature = "capi")]
    ("packed_operations", operations::check),
    ("records", records::check),
    ("texts", texts::check),
    ("username", username::check),
];

/// The kind of an error; its message must be one line of limited length.
fn kind_of(error: &Error) -> ErrorKind {
    let message = error.to_string();
    assert!(!message.is_empty() && message.len() < 4096, "{message:?}");
    assert!(!message.chars().any(char::is_control), "{message:?}");
    error.kind()
}
