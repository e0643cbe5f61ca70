//! Runs the committed corpora of the fuzz targets, and mutations of them, through their checks:
//! every test run covers earlier findings, and looks for new ones for some seconds.

#[cfg(feature = "capi")]
mod decoder;

use std::collections::HashSet;
use std::fs;
use std::mem::discriminant;
use std::path::Path;

#[cfg(feature = "capi")]
use self::decoder::Decoder;
#[cfg(feature = "capi")]
use super::packed;
use crate::testkit::fuzz::fuzz;
use crate::testkit::play;

#[test]
fn every_input_is_read_or_refused() {
    for (target, check) in super::TARGETS {
        fuzz(target, check);
    }
}

#[test]
fn every_script_does_what_the_model_says() {
    fuzz("requests", play::play_bytes);
}

#[cfg(feature = "capi")]
#[test]
fn the_c_decoder_reads_what_was_packed() {
    let Some(decoder) = Decoder::start() else {
        return;
    };
    let decode = |batch: &[u8]| decoder.decode(batch);
    fuzz("packed_decoder", |bytes| {
        packed::check_decoder(bytes, decode);
    });
    fuzz("packed_lists", |bytes| packed::check_lists(bytes, decode));
}

/// The corpus reaches the decoders, not only their refusals.
#[cfg(feature = "capi")]
#[test]
fn the_corpus_of_packed_operations_has_operations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/packed_operations");
    let read = fs::read_dir(folder).unwrap().filter(|entry| {
        let bytes = fs::read(entry.as_ref().unwrap().path()).unwrap();
        crate::capi::packed::fuzzing::unpack(&bytes, 0).is_some_and(|batch| !batch.is_empty())
    });
    assert!(read.count() >= 3);
}

#[cfg(feature = "capi")]
#[test]
fn the_corpus_of_packed_lists_has_lists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/packed_lists");
    let packed = fs::read_dir(folder).unwrap().filter(|entry| {
        let bytes = fs::read(entry.as_ref().unwrap().path()).unwrap();
        packed::packed(&bytes).is_some_and(|packed| !packed.batches.is_empty())
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
