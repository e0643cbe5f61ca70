//! Programs compiled against an older header keep working: everything that it declares still exists
//! unchanged.
//!
//! `abi/headcount.h` is the promised header. A shim that uses all of it is compiled against it and
//! against the current header: there must be no warning, and abidiff must find only allowed
//! additions between the two. With each release, `HEADCOUNT_UPDATE=1` copies the header, which adds
//! new items to the promise.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::declarations::{Struct, functions_of, structs_of, types_of, values_of};
use crate::tools;

#[test]
fn what_was_promised_is_kept() {
    if !have_tools() {
        return;
    }
    let kept = tools::root().join("tests/capi/abi/headcount.h");
    let promised = fs::read_to_string(&kept).unwrap();
    let header = fs::read_to_string(tools::root().join("include/headcount.h")).unwrap();
    if let Err(found) = compare(&promised, &header) {
        panic!("programs compiled earlier would break:\n{found}");
    }
    if std::env::var_os("HEADCOUNT_UPDATE").is_some() {
        fs::write(kept, header).unwrap();
    }
}

#[test]
fn additions_are_found_harmless() {
    if !have_tools() {
        return;
    }
    let additions = [
        (
            "hc_status hc_user_create(",
            "hc_status hc_new(void);\nhc_status hc_user_create(",
        ),
        (
            "    HC_STATUS_IO = 46,",
            "    HC_STATUS_IO = 46,\n    HC_STATUS_NEW = 47,",
        ),
        (
            "    uint64_t license_version;",
            "    uint64_t license_version;\n    uint64_t added;",
        ),
        (
            "#define HC_ID_TEXT_BYTES 37",
            "#define HC_ID_TEXT_BYTES 37\n#define HC_NEW 1",
        ),
    ];
    for (what, by) in additions {
        let (header, changed) = changed(what, by);
        if let Err(found) = compare(&header, &changed) {
            panic!("{by} was refused:\n{found}");
        }
    }
}

#[test]
fn changes_are_found() {
    if !have_tools() {
        return;
    }
    let broken = [
        // A function that is gone, or takes or returns something else.
        ("uint32_t hc_version_number(void);", ""),
        (
            "uint32_t hc_version_number(void);",
            "uint64_t hc_version_number(void);",
        ),
        (
            "hc_status hc_feed_next_batch(hc_feed *feed, ",
            "hc_status hc_feed_next_batch(",
        ),
        ("uint64_t timeout_ms,", "uint32_t timeout_ms,"),
        ("const hc_user *user);", "const hc_workspace *user);"),
        // Values that have changed or are gone.
        ("    HC_STATUS_IO = 46,", "    HC_STATUS_IO = 47,"),
        ("    HC_STATUS_IO = 46,", ""),
        ("#define HC_ID_TEXT_BYTES 37", "#define HC_ID_TEXT_BYTES 38"),
        // Fields that have moved, have another type, or are gone.
        ("    uint64_t license_version;", ""),
        (
            "    uint64_t inactive;",
            "    uint64_t more;\n    uint64_t inactive;",
        ),
        ("    uint64_t inactive;", "    int64_t inactive;"),
        ("    uint8_t user[16];", "    uint8_t user[24];"),
        // Callbacks with another signature.
        (
            "typedef void (*hc_log_destroy)(void *userdata);",
            "typedef int (*hc_log_destroy)(void *userdata);",
        ),
    ];
    for (what, by) in broken {
        let (header, changed) = changed(what, by);
        let found = compare(&header, &changed);
        assert!(found.is_err(), "{by:?} for {what:?} was not noticed");
    }
}

/// The header, and the header with one replacement.
fn changed(what: &str, by: &str) -> (String, String) {
    let header = fs::read_to_string(tools::root().join("include/headcount.h")).unwrap();
    assert!(header.contains(what), "{what} is not in the header");
    let changed = header.replacen(what, by, 1);
    (header, changed)
}

fn have_tools() -> bool {
    tools::have(&["gcc", "abidiff"])
}

/// The error says what breaks for programs compiled against `old` if the library has the header
/// `new`.
fn compare(old: &str, new: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let shim = folder.path().join("shim.c");
    fs::write(&shim, shim_of(old)).unwrap();
    let [old, new] = [("old", old), ("new", new)].map(|(name, header)| {
        let include = folder.path().join(name);
        fs::create_dir(&include).unwrap();
        fs::write(include.join("headcount.h"), header).unwrap();
        compile(&shim, &include).map(|()| include.join("shim.so"))
    });
    let output = Command::new("abidiff")
        .arg("--suppressions")
        .arg(tools::root().join("tests/capi/abi/additions.abignore"))
        .args([old?, new?])
        .output()
        .unwrap();
    said(&output)
}

fn compile(shim: &Path, include: &Path) -> Result<(), String> {
    let output = Command::new("gcc")
        .args(["-std=c11", "-g", "-Werror", "-shared", "-fPIC"])
        .arg("-I")
        .arg(include)
        .arg(shim)
        .arg("-o")
        .arg(include.join("shim.so"))
        .output()
        .unwrap();
    said(&output)
}

fn said(output: &Output) -> Result<(), String> {
    if output.status.success() {
        return Ok(());
    }
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    Err(format!("{out}{err}"))
}

/// The start of a shim. The compiler compares fields, because a setting that lets abidiff accept a
/// struct that grew also lets it accept other changes of the struct.
const SHIM: &str = r#"
#include "headcount.h"
#define FIELD(type, field) ((struct type *)0)->field
#define SAME(type, field)                                                       \
    _Static_assert(offsetof(struct type, field) == offsetof(struct shim_old_##type, field), \
                   #field " is elsewhere");                                     \
    _Static_assert(__builtin_types_compatible_p(__typeof__(FIELD(type, field)), \
                                                __typeof__(FIELD(shim_old_##type, field))), \
                   #field " has changed")
"#;

/// A C library that uses each function, type and value of a header. The compiler reports functions
/// that are declared differently, because abidiff can't distinguish pointers to handles, whose
/// types no header defines.
fn shim_of(header: &str) -> String {
    let mut shim = SHIM.to_owned();
    for function in functions_of(header) {
        let name = function.name;
        writeln!(shim, "__typeof__({name}) *shim_{name};").unwrap();
        writeln!(shim, "{};", function.declaration).unwrap();
    }
    for named in types_of(header) {
        let name = named.replace(' ', "_");
        writeln!(shim, "{named} *shim_{name};").unwrap();
    }
    for Struct { name, body, fields } in structs_of(header) {
        writeln!(shim, "struct shim_old_{name} {{{body}}};").unwrap();
        for field in fields {
            writeln!(shim, "SAME({name}, {field});").unwrap();
        }
    }
    for (name, value) in values_of(header) {
        writeln!(shim, "_Static_assert({name} == {value}, \"{name}\");").unwrap();
    }
    shim
}
