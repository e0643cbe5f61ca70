//! A process that creates users on a disk and reports each acknowledged one.

use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::thread;

use headcount::{Directory, ErrorKind, License, NewUser, Result};

use crate::kit::child::{self, Talking};

/// The path of the directory; set for that process.
const PATH: &str = "HEADCOUNT_TEST_DISK";
const LIFE: &str = "HEADCOUNT_TEST_LIFE";

/// How many threads write.
const WRITERS: usize = 4;

/// The seats of the directory.
pub const SEATS: u64 = 20;

pub fn open(path: &Path) -> Result<Directory> {
    Directory::options()
        .license_if_new(License::Seats(SEATS))
        .log_bytes(1 << 20)
        .open(path)
}

/// Does nothing as a test; a story starts it as a process.
#[test]
fn the_process_that_writes() {
    let (Some(path), Ok(life)) = (env::var_os(PATH), env::var(LIFE)) else {
        return;
    };
    let directory = match open(&PathBuf::from(path)) {
        // The disk may be gone already.
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

/// Creates users until a write fails.
fn write(directory: &Directory, name: &str) {
    for number in 0.. {
        let email = format!("user{number}@{name}.ex");
        let user = NewUser::new(email.as_str()).active(false);
        // The log has room for fewer users, so that there are checkpoints.
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

/// Starts the process.
pub fn start(path: &Path, life: u32) -> Talking {
    let mut command = child::again("writer::the_process_that_writes");
    command.env(PATH, path).env(LIFE, life.to_string());
    Talking::start(&mut command, "")
}

/// The users that a process reports as acknowledged, until it ends.
pub fn acknowledged(child: &mut Talking) -> Vec<String> {
    let lines = iter::from_fn(|| child.next());
    let (users, noise): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains("@life"));
    assert!(
        !noise.iter().any(|line| line.contains("panicked")),
        "{noise:?}"
    );
    users
}
