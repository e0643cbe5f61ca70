//! Compiles the C decoder, so that the fuzzer sees its branches; `cc` passes on the sanitizer
//! automatically.
//!
//! gcc reports each branch to `__sanitizer_cov_trace_pc`, which libFuzzer no longer supports: its
//! function of that name only prints that. The calls are redirected to a function in
//! `packed_fields.c`, which counts in a way that libFuzzer reads.

use std::env;
use std::io::{Error, Result};
use std::process::Command;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=packed_fields.c");
    println!("cargo::rerun-if-changed=../include");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let mut build = cc::Build::new();
    build
        .file("packed_fields.c")
        .include("../include")
        .warnings_into_errors(true)
        .extra_warnings(true)
        .std("gnu99");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if flags.contains("cfg\u{1f}fuzzing") {
        build.flag("-fsanitize-coverage=trace-pc,trace-cmp");
    }
    let objects = build.compile_intermediates();
    for object in &objects {
        let renamed = Command::new("objcopy")
            .arg("--redefine-sym=__sanitizer_cov_trace_pc=headcount_trace_pc")
            .arg(object)
            .status()?;
        if !renamed.success() {
            return Err(Error::other("objcopy failed"));
        }
    }
    cc::Build::new().objects(objects).compile("packed_fields");
    Ok(())
}
