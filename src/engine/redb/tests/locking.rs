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

/// What the message must say beside the path.
const ADVICE: &str = "is already open by another process or handle; close it there first";

#[test]
fn a_second_handle_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    let started = Instant::now();
    for options in [&CREATE, &EXISTING] {
        assert_refused(&path, options, ErrorKind::AlreadyOpen, ADVICE);
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
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    let engine = Redb::open(&path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    run_elsewhere("finds_the_file_open", &path);
    engine.close().unwrap();
    run_elsewhere("finds_the_file_closed", &path);
}

/// Runs the ignored test `name` of this file in a process of its own.
fn run_elsewhere(name: &str, path: &Path) {
    let (_, module) = module_path!().split_once("::").unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{name}"), "--ignored"])
        .env(PATH_VARIABLE, path)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && report.contains("1 passed"),
        "{report}"
    );
}

#[test]
#[ignore = "the other process of another_process_is_refused_until_the_file_is_closed"]
fn finds_the_file_open() {
    let Some(path) = env::var_os(PATH_VARIABLE) else {
        return;
    };
    assert_refused(Path::new(&path), &CREATE, ErrorKind::AlreadyOpen, ADVICE);
}

#[test]
#[ignore = "the other process of another_process_is_refused_until_the_file_is_closed"]
fn finds_the_file_closed() {
    let Some(path) = env::var_os(PATH_VARIABLE) else {
        return;
    };
    let engine = Redb::open(Path::new(&path), &EXISTING).unwrap();
    assert_eq!(get(&engine, b"ann").unwrap(), b"1");
}
