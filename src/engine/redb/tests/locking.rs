//! One handle at a time, in this process or any other.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{CREATE, EXISTING, assert_refused, get, put};
use crate::engine::Engine;
use crate::engine::redb::Redb;
use crate::error::ErrorKind;

/// Tells the other process which file to try.
const PATH_VARIABLE: &str = "HEADCOUNT_TEST_LOCKED_FILE";

/// Tells the other process whether it has the file open itself.
const STATE_VARIABLE: &str = "HEADCOUNT_TEST_LOCKED_STATE";

/// The required advice in the message, after the path.
const ADVICE: &str = "; close it there first";

/// The description of the holder in the message, if the system tells.
fn held_by(process: u32) -> String {
    match process {
        _ if !cfg!(target_os = "linux") => "is already open by another".to_owned(),
        own if own == std::process::id() => format!("another handle of this process ({own})"),
        other => format!("another process or handle (process {other})"),
    }
}

#[test]
fn a_second_handle_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    let started = Instant::now();
    for options in [&CREATE, &EXISTING] {
        assert_refused(&path, options, ErrorKind::AlreadyOpen, ADVICE);
        let this = held_by(std::process::id());
        assert_refused(&path, options, ErrorKind::AlreadyOpen, &this);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "it waited");
    // The refused ones took nothing from the one that has it.
    assert_refused(&path, &CREATE, ErrorKind::AlreadyOpen, ADVICE);
    put(&engine, b"ann", b"1").unwrap();
    engine.close().unwrap();
    assert_eq!(
        get(&Redb::open(&path, &EXISTING).unwrap(), b"ann").unwrap(),
        b"1"
    );
}

#[test]
fn another_process_is_refused_until_the_file_is_closed() {
    if let Some(path) = env::var_os(PATH_VARIABLE) {
        return try_from_elsewhere(Path::new(&path));
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    run_elsewhere(&path, "open");
    engine.close().unwrap();
    run_elsewhere(&path, "closed");
}

/// Runs that same test in a process of its own, which finds the variables set.
fn run_elsewhere(path: &Path, state: &str) {
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::another_process_is_refused_until_the_file_is_closed");
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &test])
        .env(PATH_VARIABLE, path)
        .env(STATE_VARIABLE, state)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && report.contains("1 passed"),
        "{report}"
    );
}

/// The body of the other process.
fn try_from_elsewhere(path: &Path) {
    match env::var(STATE_VARIABLE).as_deref() {
        Ok("open") => {
            let parent = held_by(std::os::unix::process::parent_id());
            assert_refused(path, &CREATE, ErrorKind::AlreadyOpen, &parent);
        }
        Ok("closed") => {
            let engine = Redb::open(path, &EXISTING).unwrap();
            assert_eq!(get(&engine, b"ann").unwrap(), b"1");
        }
        other => panic!("no such state: {other:?}"),
    }
}
