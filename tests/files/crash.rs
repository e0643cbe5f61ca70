//! A process that writes and then stops without closing anything.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use headcount::{Directory, License};

const PATH: &str = "HEADCOUNT_TEST_PATH";
const USERS: &str = "HEADCOUNT_TEST_USERS";
const FOLDER: &str = "HEADCOUNT_TEST_FOLDER";

/// Has a process create the users `names` in the directory at `path`, and crash. It
/// changes its working directory to `folder` in between.
pub fn crash_after(path: &Path, names: &[String], from: &Path, folder: Option<&Path>) {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "crash::the_process_that_crashes", "--nocapture"])
        .env(PATH, path)
        .env(USERS, names.join(" "))
        .current_dir(from)
        .stdout(Stdio::null());
    if let Some(folder) = folder {
        command.env(FOLDER, folder);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Every user was acknowledged before.
    assert!(said.ends_with("all created\n"), "{said}");
    assert_eq!(output.status.code(), None, "it did not crash");
}

/// Not a test: the process, which ends at once when it is run as one.
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
    tell("all created");
    std::process::abort();
}

/// Writes to where the parent reads.
#[expect(clippy::print_stderr, reason = "read by the parent")]
fn tell(what: &str) {
    eprintln!("{what}");
}
