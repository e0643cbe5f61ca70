//! Files and outputs that the system refuses, and inputs without an end: each says what to do.

use std::fs::File;

use serde_json::Value;

use crate::folder::{CommandOutput, Folder, assert_says};

/// The error of a command that can't read or write something.
#[track_caller]
fn io_error(folder: &Folder, line: &str) -> Value {
    let run = folder.run(&format!("{line} --json"));
    assert_eq!(run.code, 5, "{line}: {}", run.err);
    let mut document: Value = serde_json::from_str(&run.err).unwrap();
    let error = document["error"].take();
    assert_eq!(error["kind"], "io", "{line}");
    error
}

#[test]
fn a_file_or_folder_that_is_refused_has_a_cure() {
    let folder = Folder::with_enterprise();
    folder.done("users create ann@ex.co");
    folder.write("file", "");
    for (line, cure) in [
        ("import absent.csv", "create it first"),
        ("batch absent", "create it first"),
        ("batch .", "name a file in it"),
        ("users deactivate --from absent", "create it first"),
        ("users deactivate --from file/x", "is a file where a folder"),
        ("export --output absent/u.jsonl", "create it first"),
        ("restore absent --db new.redb", "create it first"),
        (
            "users list --server http://127.0.0.1:1 --key-file absent",
            "create it first",
        ),
        (
            "users list --server https://127.0.0.1:1 --key x --ca-file absent",
            "create it first",
        ),
    ] {
        let error = io_error(&folder, line);
        assert_says(error["help"].as_str().unwrap_or_default(), &[cure]);
        assert_says(&folder.refused(line), &[cure]);
    }
    let error = io_error(&folder, "users list --server http://127.0.0.1:1 --key x");
    let message = error["message"].as_str().unwrap();
    assert_says(message, &["can't reach", "start the server, or correct"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_refused_has_a_cure() {
    let folder = Folder::with_enterprise();
    for (to, cure) in [
        ("/dev/full", "free some space"),
        ("&-", "redirect the output"),
    ] {
        let command = env!("CARGO_BIN_EXE_headcount");
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(format!("exec '{command}' seats >{to}"));
        let run = CommandOutput::of(shell.current_dir(folder.path("")));
        assert_eq!(run.code, 5, "{to}");
        assert_says(&run.err, &["can't write the output", cure]);
    }
}

#[test]
fn what_is_too_long_for_memory_is_not_read() {
    let folder = Folder::with_enterprise();
    let big = File::create(folder.path("big.csv")).unwrap();
    big.set_len((1 << 30) + 1).unwrap();
    for (line, cure) in [
        ("import big.csv", "split it into several files"),
        ("batch big.csv", "split it into several batches"),
        ("users deactivate --from big.csv", "name fewer users"),
    ] {
        let refused = folder.refused(line);
        let told = "big.csv has more than 1.00 GiB, which is the most that is read at once";
        assert_says(&refused, &[told, cure]);
        assert_eq!(folder.run(line).code, 1, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_read_up_to_a_bound() {
    let folder = Folder::with_enterprise();
    let line = "users list --server https://127.0.0.1:1";
    let refused = folder.refused(&format!("{line} --key-file /dev/zero"));
    assert_says(
        &refused,
        &["/dev/zero has more than 64.00 KiB", "the secret"],
    );
    let refused = folder.refused(&format!("{line} --key x --ca-file /dev/zero"));
    assert_says(&refused, &["larger than 16 MiB", "check what it contains"]);
}

#[test]
fn a_file_that_was_cut_off_is_told_in_plain_words() {
    let folder = Folder::with_enterprise();
    folder.done("users create ann@ex.co");
    let path = folder.path("headcount.redb");
    let length = std::fs::metadata(&path).unwrap().len();
    for cut in [1, 4096, 64 << 10, length / 2] {
        std::fs::copy(&path, folder.path("cut.redb")).unwrap();
        let file = File::options()
            .write(true)
            .open(folder.path("cut.redb"))
            .unwrap();
        file.set_len(length - cut).unwrap();
        for line in ["users list", "users create bob@ex.co", "verify", "doctor"] {
            let run = folder.run(&format!("{line} --db cut.redb"));
            let told = run.out + &run.err;
            assert!([1, 4].contains(&run.code), "{line}, {cut}: {told}");
            for foreign in ["layout", "file_len", "DB corrupted", "File ", "region"] {
                assert!(!told.contains(foreign), "{line}, {cut}: {told}");
            }
        }
    }
}
