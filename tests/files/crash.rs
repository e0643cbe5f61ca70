//! A process that writes and then stops without closing anything.

use std::env;
use std::path::Path;

use headcount::{Directory, License};

use crate::kit::child;

const PATH: &str = "HEADCOUNT_TEST_PATH";
const USERS: &str = "HEADCOUNT_TEST_USERS";
const FOLDER: &str = "HEADCOUNT_TEST_FOLDER";

/// Starts a process that opens the directory at `path`, changes its working directory to `folder`,
/// creates the users `names`, and crashes.
pub fn crash_after(path: &Path, names: &[String], from: &Path, folder: Option<&Path>) {
    let mut command = child::again("crash::the_process_that_crashes");
    command
        .env(PATH, path)
        .env(USERS, names.join(" "))
        .current_dir(from);
    if let Some(folder) = folder {
        command.env(FOLDER, folder);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Every user was acknowledged before the crash.
    assert!(said.ends_with("all created\n"), "{said}");
    assert_eq!(output.status.code(), None, "it did not crash");
}

/// Does nothing as a test; it is the process that crashes.
#[test]
fn the_process_that_crashes() {
    let (Some(path), Ok(users)) = (env::var_os(PATH), env::var(USERS)) else {
        return;
    };
    let directory = Directory::options()
        .license_if_new(License::Community)
        .log_bytes(1 << 20)
        .open(path)
        .unwrap();
    if let Some(folder) = env::var_os(FOLDER) {
        env::set_current_dir(folder).unwrap();
    }
    for user in users.split(' ').filter(|user| !user.is_empty()) {
        directory
            .create_user(headcount::NewUser::new(user).active(user.starts_with("active")))
            .unwrap();
    }
    print("all created");
    std::process::abort();
}

/// Prints a line for the parent.
#[expect(clippy::print_stderr, reason = "read by the parent")]
fn print(what: &str) {
    eprintln!("{what}");
}
