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
pub fn run(command: Command, columns: u16, typed: &str) -> (i32, String) {
    // Before the command begins, or what the terminal echoes ends up between its lines.
    let typed = typed.as_bytes();
    on_a_terminal(
        command,
        columns,
        |ours| ours.write_all(typed).unwrap(),
        |_, _| {},
    )
}

/// The same, where `act` happens while the command asks, before `typed` answers.
pub fn answer(command: Command, typed: &str, act: impl FnOnce()) -> (i32, String) {
    let mut act = Some(act);
    let on_shown = |ours: &mut File, shown: &[u8]| {
        if shown.ends_with(b"[y/N] ")
            && let Some(act) = act.take()
        {
            act();
            ours.write_all(typed.as_bytes()).unwrap();
        }
    };
    on_a_terminal(command, 200, |_| {}, on_shown)
}

fn on_a_terminal(
    mut command: Command,
    columns: u16,
    at_first: impl FnOnce(&mut File),
    mut on_shown: impl FnMut(&mut File, &[u8]),
) -> (i32, String) {
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
    at_first(&mut ours);
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
        on_shown(&mut ours, &shown);
    }
    let code = child.wait().unwrap().code().unwrap();
    (code, String::from_utf8_lossy(&shown).into_owned())
}
