//! All fuzz targets in one program, which takes far less time to link than one for each.
//! `HEADCOUNT_FUZZ_TARGET` names the one to run.

#![no_main]
#![allow(clippy::panic)]

use std::env;
use std::sync::LazyLock;

use headcount::fuzzing::{Check, packed};
use headcount_fuzz::packed_fields;

#[path = "../../tests/kit/mod.rs"]
mod kit;

/// The targets that need the testkit or the C decoder, which the packages can't use.
const TARGETS: &[(&str, Check)] = &[
    ("packed_decoder", |bytes| {
        packed::check_decoder(bytes, packed_fields);
    }),
    ("packed_lists", |bytes| {
        packed::check_lists(bytes, packed_fields);
    }),
    ("requests", kit::play::play_bytes),
];

static CHECK: LazyLock<Check> = LazyLock::new(|| {
    let asked = env::var("HEADCOUNT_FUZZ_TARGET").unwrap_or_default();
    let all = [
        TARGETS,
        headcount::fuzzing::TARGETS,
        headcount_cli::fuzzing::TARGETS,
        headcount_server::fuzzing::TARGETS,
    ];
    let found = all
        .iter()
        .copied()
        .flatten()
        .find(|(name, _)| *name == asked);
    let (_, check) = found.unwrap_or_else(|| panic!("no target is named {asked:?}"));
    *check
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| CHECK(bytes));
