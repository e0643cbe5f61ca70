//! A process that can open only a few files, or start no thread.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use headcount::{Directory, ErrorKind};

use crate::folder::{Folder, assert_holds, names_in};

const PATH: &str = "HEADCOUNT_TEST_LIMITED_PATH";

/// The process that the tests start; as a test, it ends at once. It opens the directory, creates a
/// user, and prints errors.
#[test]
fn the_process_that_opens() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    let done = Directory::open(path).and_then(|directory| {
        directory.create_user("ann@ex.co")?;
        directory.close()
    });
    print(&done.map_or_else(|error| error.to_string(), |()| "done".to_owned()));
}

/// Another such process, which opens as many files as it can before its first write, which needs a
/// log.
#[test]
fn the_process_without_descriptors() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    let directory = Directory::open(path).unwrap();
    let hoard: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(hoard.len() < 100, "there is no limit");
    let refused = directory.create_user("ann@ex.co").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
    assert!(directory.user("ann@ex.co").unwrap().is_none());
    drop(hoard);
    directory.create_user("ann@ex.co").unwrap();
    directory.close().unwrap();
    print("done");
}

#[expect(clippy::print_stderr, reason = "read by the parent")]
fn print(what: &str) {
    eprintln!("{what}");
}

/// Runs `process` under a limit that a shell sets, and returns its output.
fn limited(process: &str, limit: &str, path: &Path) -> String {
    let program = env::current_exe().unwrap();
    let run =
        format!("{limit}; exec \"$0\" --exact limits::{process} --nocapture --test-threads=1");
    let output = Command::new("sh")
        .args(["-c".as_ref(), run.as_ref(), program.as_os_str()])
        .env(PATH, path)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {said}", output.status);
    said
}

/// Whether the process reports success. Otherwise asserts that it was refused for `reason` and left
/// no file.
fn is_done(said: &str, reason: &str, path: &Path) -> bool {
    if said.contains("done") {
        return true;
    }
    assert!(said.contains(reason), "{said}");
    let names = names_in(path.parent().unwrap());
    assert!(names.is_empty(), "{said} left {names:?}");
    false
}

/// The same for every file that can't be opened.
#[test]
fn a_process_that_may_open_few_files_leaves_nothing_behind() {
    let mut refused = 0;
    for files in 4.. {
        let folder = Folder::new();
        let path = folder.path("users.redb");
        let limit = format!("ulimit -n {files}");
        let said = limited("the_process_that_opens", &limit, &path);
        if is_done(&said, "Too many open files", &path) {
            assert_holds(&path, &["ann@ex.co".to_owned()]);
            break;
        }
        refused += 1;
    }
    assert!(refused > 0, "no limit was too low");
}

/// An existing directory stays unchanged, and opens once more files can be opened.
#[test]
fn an_existing_file_survives_a_limit_on_open_files() {
    for files in 4..16 {
        let folder = Folder::new();
        let path = folder.path("users.redb");
        let users = crate::folder::users("active", 3);
        folder.crash("users.redb", &users);
        let limit = format!("ulimit -n {files}");
        let said = limited("the_process_that_opens", &limit, &path);
        let mut expected = users;
        if said.contains("done") {
            expected.push("ann@ex.co".to_owned());
        } else {
            assert!(said.contains("Too many open files"), "{said}");
        }
        assert_holds(&path, &expected);
    }
}

#[test]
fn a_handle_goes_on_when_files_can_be_opened_again() {
    let folder = Folder::new();
    let path = folder.path("users.redb");
    Directory::open(&path).unwrap().close().unwrap();
    let said = limited("the_process_without_descriptors", "ulimit -n 40", &path);
    assert!(said.contains("done"), "{said}");
    assert_holds(&path, &["ann@ex.co".to_owned()]);
}

/// The limit doesn't concern the test binary itself, which starts no thread with one test thread.
#[test]
fn a_process_that_can_start_no_thread_leaves_nothing_behind() {
    let folder = Folder::new();
    let path = folder.path("users.redb");
    // No stack can be that large.
    let limit = "export RUST_MIN_STACK=1000000000000000";
    let said = limited("the_process_that_opens", limit, &path);
    assert!(!is_done(&said, "thread", &path), "a thread was started");
    fs::write(folder.path("sign"), "of life").unwrap();
    let said = limited("the_process_that_opens", ":", &path);
    assert!(said.contains("done"), "{said}");
}
