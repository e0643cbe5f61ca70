//! The command on a terminal: a pseudo terminal, whose other side the test reads.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Runs `command` on a terminal with this many columns, and types `typed`. Returns its
/// exit code and all that the terminal showed.
pub fn run(mut command: Command, columns: u16, typed: &str) -> (i32, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name: CString = ptsname(&ours, Vec::new()).unwrap();
    let theirs = || -> File {
        let path = std::ffi::OsStr::from_bytes(name.as_bytes());
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap()
    };
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let held = theirs();
    tcsetwinsize(&held, size).unwrap();
    let mut ours = File::from(ours);
    // Before the command begins, or what the terminal echoes ends up between its lines.
    ours.write_all(typed.as_bytes()).unwrap();
    let mut child = command
        .stdin(theirs())
        .stdout(theirs())
        .stderr(theirs())
        .spawn()
        .unwrap();
    // The command holds its side of the terminal until it is dropped.
    drop((command, held));
    let mut shown = Vec::new();
    let mut buffer = [0; 4096];
    // At the end of the last who has it open, reading fails.
    while let Ok(read @ 1..) = ours.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..read]);
    }
    let code = child.wait().unwrap().code().unwrap();
    (code, String::from_utf8_lossy(&shown).into_owned())
}
