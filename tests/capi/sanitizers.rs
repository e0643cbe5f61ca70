//! The sanitizer builds find the faults that they should: a check that can't fail proves nothing.
//! The address and thread sanitizers cover C and Rust, that for undefined behavior only C.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::library::{Link, Sanitizer};
use crate::tools;

/// gcc's options for such a build.
pub const FLAGS: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];

/// Reads beyond an allocation of its own, in C.
const READS_BEHIND: &str = r#"
#include "headcount.h"
#include <stdlib.h>
int main(int argc, char **argv)
{
    uint8_t *id = malloc(16);
    int read;
    (void)argv;
    if (hc_id_generate(id, NULL) != HC_STATUS_OK)
        return 2;
    read = id[15 + argc];
    free(id);
    return read == 0 ? 3 : 4;
}
"#;

/// Lets the library write beyond an allocation, in Rust.
const LIES_ABOUT_A_BUFFER: &str = r#"
#include "headcount.h"
#include <stdlib.h>
int main(void)
{
    uint8_t *id = malloc(8);
    hc_status status = hc_id_generate(id, NULL);
    free(id);
    return status;
}
"#;

/// Uses a freed handle: the read is in Rust.
const USES_WHAT_IS_FREED: &str = r#"
#include "headcount.h"
int main(void)
{
    hc_options *options = hc_options_new();
    hc_options_free(options);
    return hc_options_set(options, HC_OPTION_CREATE_IF_MISSING, 1, NULL);
}
"#;

/// Leaks more handles than registers and the stack may still point to.
const LEAKS: &str = r#"
#include "headcount.h"
/* What a call leaves on the stack can end in the padding of the next object, so that each
   object seems to point to the one before it. */
static void clear_stack(void)
{
    volatile char rest[65536];
    for (size_t i = 0; i < sizeof rest; i++)
        rest[i] = 0;
}
int main(void)
{
    size_t count = 0;
    for (int i = 0; i < 100; i++) {
        count += hc_batch_count(hc_batch_new());
        clear_stack();
    }
    return (int)count;
}
"#;

/// Overflows an int, in C.
const OVERFLOWS: &str = r#"
#include "headcount.h"
#include <limits.h>
int main(int argc, char **argv)
{
    int count = INT_MAX;
    (void)argv;
    count += argc;
    return hc_abi_version() == (uint32_t)count;
}
"#;

/// Lets two threads write to the same buffer: the writes are in Rust.
const RACES: &str = r#"
#include "headcount.h"
#include <pthread.h>
static char key[HC_KEY_BYTES];
static void *write_key(void *unused)
{
    for (int i = 0; i < 1000; i++)
        hc_email_key(HC_STR("ann@ex.co"), key, NULL);
    return unused;
}
int main(void)
{
    pthread_t other;
    if (pthread_create(&other, NULL, write_key, NULL) != 0)
        return 0;
    write_key(NULL);
    return pthread_join(other, NULL);
}
"#;

#[test]
fn races_are_found_in_rust() {
    if !tools::have(&["gcc"]) {
        return;
    }
    if !Sanitizer::Thread.is_there() {
        // Then the stress test doesn't use it either, and says so.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, binary) = (folder.path().join("use.c"), folder.path().join("use"));
    std::fs::write(&source, RACES).unwrap();
    build_for_threads(&[source], &binary);
    let output = Command::new(&binary).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "nothing was found");
    assert!(said.contains("ThreadSanitizer: data race"), "{said}");
    assert!(said.contains("hc_email_key"), "{said}");
}

/// Builds a program with the thread sanitizer, or prints that it is built without, where that is
/// unavailable. gcc instruments the C code, but doesn't link its own runtime.
pub fn build_for_threads(sources: &[PathBuf], program: &Path) {
    if !Sanitizer::Thread.is_there() {
        let test = tools::skip::test_name();
        tools::skip::print(&format!(
            "{test} runs without the thread sanitizer: the toolchain lacks rust-src"
        ));
        let mut gcc = tools::gcc("c11");
        gcc.args(sources).arg("-o").arg(program);
        tools::run(gcc.args(Link::Static.arguments()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut compile = tools::gcc("c11");
    compile.args(["-fsanitize=thread", "-c"]).args(sources);
    tools::run(compile.current_dir(folder.path()));
    let mut link = tools::gcc("c11");
    link.args(tools::files(folder.path(), "o"))
        .arg("-o")
        .arg(program);
    link.args(Link::Sanitized(Sanitizer::Thread).arguments());
    tools::run(link.args(Sanitizer::Thread.runtime()));
}

#[test]
fn reading_behind_a_buffer_is_found_in_c() {
    expect(
        "AddressSanitizer: heap-buffer-overflow",
        "main",
        READS_BEHIND,
    );
}

#[test]
fn writing_behind_a_buffer_is_found_in_rust() {
    let found = "AddressSanitizer: heap-buffer-overflow";
    expect(found, "hc_id_generate", LIES_ABOUT_A_BUFFER);
}

#[test]
fn using_what_is_freed_is_found_in_rust() {
    let found = "AddressSanitizer: heap-use-after-free";
    expect(found, "hc_options_set", USES_WHAT_IS_FREED);
}

#[test]
fn leaks_are_found() {
    expect(
        "LeakSanitizer: detected memory leaks",
        "hc_batch_new",
        LEAKS,
    );
}

#[test]
fn undefined_arithmetic_is_found_in_c() {
    expect("signed integer overflow", "use.c", OVERFLOWS);
}

/// Asserts that the program fails with that finding, at that place.
fn expect(finding: &str, place: &str, program: &str) {
    if !tools::have(&["gcc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = build_and_run(folder.path(), program);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "nothing was found");
    assert!(said.contains(finding) && said.contains(place), "{said}");
}

fn build_and_run(folder: &Path, program: &str) -> Output {
    let (source, binary) = (folder.join("use.c"), folder.join("use"));
    std::fs::write(&source, program).unwrap();
    let mut gcc = tools::gcc("c11");
    gcc.args(FLAGS).arg(&source).arg("-o").arg(&binary);
    tools::run(gcc.args(Link::Sanitized(Sanitizer::Address).arguments()));
    Command::new(&binary).output().unwrap()
}
