//! A process that creates users on a disk and says each one that was acknowledged.

use std::env;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use headcount::{Directory, ErrorKind, License, NewUser, Result};

/// Where it works; set for that process.
const PATH: &str = "HEADCOUNT_TEST_DISK";
const LIFE: &str = "HEADCOUNT_TEST_LIFE";

/// How many threads write.
const WRITERS: usize = 4;

/// Seats of the directory.
pub const SEATS: u64 = 20;

pub fn open(path: &Path) -> Result<Directory> {
    Directory::options()
        .license_if_new(License::Seats(SEATS))
        .log_bytes(1 << 20)
        .open(path)
}

/// No test by itself: what the test binary does when it is started again.
#[test]
fn the_process_that_writes() {
    let (Some(path), Ok(life)) = (env::var_os(PATH), env::var(LIFE)) else {
        return;
    };
    let directory = match open(&PathBuf::from(path)) {
        // The disk may be gone that early.
        Err(error) if error.kind() == ErrorKind::Io => std::process::abort(),
        opened => opened.unwrap(),
    };
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (directory, life) = (&directory, &life);
            scope.spawn(move || write(directory, &format!("life{life}.writer{writer}")));
        }
    });
    // The disk is gone; nothing can be closed.
    std::process::abort();
}

/// Creates users until that is refused.
fn write(directory: &Directory, name: &str) {
    for number in 0.. {
        let email = format!("user{number}@{name}.ex");
        let user = NewUser::new(email.as_str()).active(false);
        // Room in the log for fewer, so that checkpoints come.
        if directory
            .create_user(user.attribute("note", "x".repeat(200)))
            .is_err()
        {
            return;
        }
        let mut line = String::new();
        writeln!(line, "{email}").unwrap();
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
}

/// Starts that process.
pub fn start(path: &Path, life: u32) -> (Child, BufReader<ChildStderr>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "writer::the_process_that_writes", "--nocapture"])
        .env(PATH, path)
        .env(LIFE, life.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stderr.take().unwrap());
    (child, said)
}

/// The users that a process says were acknowledged.
pub fn acknowledged(said: &mut impl BufRead) -> Vec<String> {
    let lines = said.lines().map(std::result::Result::unwrap);
    let (users, noise): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains("@life"));
    assert!(
        !noise.iter().any(|line| line.contains("panicked")),
        "{noise:?}"
    );
    users
}
