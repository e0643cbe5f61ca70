//! Compiles the C decoder, so that the fuzzer sees its branches; `cc` passes
//! the sanitizer on by itself.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=packed_fields.c");
    println!("cargo::rerun-if-changed=../include");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let mut build = cc::Build::new();
    build
        .file("packed_fields.c")
        .include("../include")
        .warnings_into_errors(true)
        .extra_warnings(true)
        .std("c99");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    // gcc has this way of telling libFuzzer about branches, clang another.
    if flags.contains("cfg\u{1f}fuzzing") {
        build.flag_if_supported("-fsanitize-coverage=trace-pc,trace-cmp");
    }
    build.compile("packed_fields");
}
