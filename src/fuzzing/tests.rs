//! Runs the committed corpora of the fuzz targets, and mutations of them, through their checks:
//! every test run covers earlier findings, and looks for new ones for some seconds.

#[cfg(feature = "capi")]
mod decoder;

use std::collections::HashSet;
use std::mem::discriminant;

#[cfg(feature = "capi")]
use self::decoder::Decoder;
#[cfg(feature = "capi")]
use super::packed;
use crate::testkit::fuzz::{corpus, fuzz};
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
    // The corpora have lists and batches of each kind that are read to their end.
    let packed = |bytes: &[u8]| packed::packed(bytes).is_some_and(|list| !list.fields.is_empty());
    assert_eq!(kinds("packed_lists", 0, packed), 4, "{STALE}");
    let reads = |batch: &[u8]| decode(batch).is_some_and(|fields| !fields.is_empty());
    assert_eq!(kinds("packed_decoder", 3, reads), 4, "{STALE}");
}

#[cfg(feature = "capi")]
const STALE: &str = "the format changed: set HEADCOUNT_UPDATE=1 to write a list of each kind";

/// How many kinds of records there are among the files that are read; the byte `at` has the
/// kind. `HEADCOUNT_UPDATE=1` first adds one of each kind, in the format of today.
#[cfg(feature = "capi")]
fn kinds(target: &str, at: usize, is_read: impl Fn(&[u8]) -> bool) -> usize {
    if std::env::var_os("HEADCOUNT_UPDATE").is_some() {
        for list in packed::examples() {
            let name = format!("fuzz/corpus/{target}/kind-{}", list[0]);
            let bytes = match target {
                "packed_lists" => list,
                _ => packed::packed(&list).unwrap().batches.concat(),
            };
            std::fs::write(name, bytes).unwrap();
        }
    }
    let files = corpus(target).into_iter().map(|(_, bytes)| bytes);
    let kinds: HashSet<u8> = files
        .filter(|bytes| is_read(bytes))
        .map(|bytes| bytes[at])
        .collect();
    kinds.len()
}

/// The corpus reaches the decoders, not only their refusals.
#[cfg(feature = "capi")]
#[test]
fn the_corpus_of_packed_operations_has_operations() {
    let unpack = crate::capi::packed::fuzzing::unpack;
    let read = corpus("packed_operations")
        .into_iter()
        .filter(|(_, bytes)| unpack(bytes, 0).is_some_and(|batch| !batch.is_empty()));
    assert!(read.count() >= 3);
}

/// Each operation there is, is accepted in a request that is drawn from the corpus.
#[test]
fn the_corpus_of_requests_has_every_operation() {
    let mut operations = HashSet::new();
    for (_, bytes) in corpus("requests") {
        play::each_accepted(&bytes, |request| {
            operations.extend(request.steps.iter().map(|step| discriminant(&step.act)));
        });
    }
    assert_eq!(operations.len(), 16);
}
