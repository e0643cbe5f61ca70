//! The bodies of the fuzz targets of the importer and of batches, in `fuzz/`.
//!
//! Releases don't contain this module: it is compiled with the feature `fuzzing` and
//! for tests.

#![allow(clippy::unwrap_used)]

use headcount::{Batch, Directory};

use crate::import::encoding::{Encoding, decode};
use crate::import::fuzzing::check;
use crate::ops;

/// Panics if a promise is broken for these bytes.
pub type Check = fn(&[u8]);

/// The checks, by the names of their corpora in `fuzz/corpus`.
pub const TARGETS: &[(&str, Check)] = &[("batch", check_batch), ("import", check)];

/// Reads a file of operations and applies it: what is refused changes nothing and names
/// lines that are there, and the directory is sound afterwards.
fn check_batch(bytes: &[u8]) {
    let Ok(text) = decode(bytes, Encoding::Auto) else {
        return;
    };
    let lines = text.split(['\n', '\r']).count();
    let operations = match ops::parse(&text) {
        Ok(operations) => operations,
        Err(unreadable) => {
            assert!(!unreadable.is_empty());
            for refused in unreadable {
                assert!((1..=lines).contains(&refused.line) && !refused.reason.is_empty());
            }
            return;
        }
    };
    let directory = Directory::in_memory().unwrap();
    directory.create_user("ann@ex.co").unwrap();
    let lies_there = |line| (1..=lines).contains(&line);
    assert!(
        operations
            .iter()
            .all(|operation| lies_there(operation.line))
    );
    let steps = operations.into_iter().map(|operation| operation.step);
    let batch: Batch = steps.collect();
    let is_fine = directory.preview(batch.clone()).unwrap().is_empty();
    let before = directory.stats().unwrap().latest_change;
    let applied = directory.apply(batch);
    assert!(is_fine || applied.is_err());
    let after = directory.stats().unwrap().latest_change;
    let sequence = applied.ok().and_then(|applied| applied.sequence);
    assert_eq!(after > before, sequence.is_some());
    directory.verify().unwrap();
}

#[cfg(test)]
#[path = "../../tests/kit/fuzz.rs"]
mod kit;

#[cfg(test)]
#[test]
fn every_file_is_read_or_refused() {
    for (target, check) in TARGETS {
        kit::fuzz(target, check);
    }
}
