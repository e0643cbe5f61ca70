//! Runs the committed corpora of the fuzz targets through their checks, so that every test
//! run covers earlier findings.

use std::collections::HashSet;
use std::fs;
use std::mem::discriminant;
use std::path::Path;

use crate::testkit::play;

/// Checks each file of a target's corpus.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let passed = std::panic::catch_unwind(|| check(&bytes));
        assert!(passed.is_ok(), "{} fails", path.display());
        files += 1;
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn the_corpora_of_the_fuzz_targets_pass() {
    replay("cursor", super::cursor::check);
    replay("email", super::email::check);
    replay("keys", super::keys::check);
    replay("log_reader", super::log::check);
    replay("records", super::records::check);
    replay("texts", super::texts::check);
    replay("username", super::username::check);
    replay("requests", play::play_bytes);
}

#[cfg(feature = "capi")]
#[test]
fn the_corpus_of_packed_operations_passes() {
    replay("packed_operations", super::operations::check);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/packed_operations");
    let read = fs::read_dir(folder).unwrap().filter(|entry| {
        let bytes = fs::read(entry.as_ref().unwrap().path()).unwrap();
        crate::capi::packed::fuzzing::unpack(&bytes, 0).is_some_and(|batch| !batch.is_empty())
    });
    assert!(read.count() >= 3);
}

/// The corpus reaches the decoders, not only their refusals.
#[cfg(feature = "capi")]
#[test]
fn the_corpus_of_packed_lists_has_lists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/packed_lists");
    let packed = fs::read_dir(folder).unwrap().filter(|entry| {
        let bytes = fs::read(entry.as_ref().unwrap().path()).unwrap();
        super::packed::packed(&bytes).is_some_and(|packed| !packed.batches.is_empty())
    });
    assert!(packed.count() >= 4);
}

/// Each operation there is, is accepted in a request that is drawn from the corpus.
#[test]
fn the_corpus_of_requests_has_every_operation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    let mut operations = HashSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        play::each_accepted(&bytes, |request| {
            operations.extend(request.steps.iter().map(|step| discriminant(&step.act)));
        });
    }
    assert_eq!(operations.len(), 16);
}
