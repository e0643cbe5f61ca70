//! `headcount changes --follow`: changes by other processes are printed as they are
//! made, in order and once.

use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use headcount::Directory;
use serde_json::Value;

use crate::folder::{Folder, assert_says};

/// The longest that a test waits for a line.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running command, and the lines that it prints.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    /// One that looks every 20 milliseconds, unless `args` set another interval.
    fn start(folder: &Folder, args: &str) -> Self {
        let interval = if args.contains("--interval") {
            ""
        } else {
            "--interval 0.02"
        };
        let mut child = folder
            .command(&format!("changes --follow {interval} {args}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let out: Lines<BufReader<ChildStdout>> =
            BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in out.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// The number of the next change, which is a line of JSON.
    fn sequence(&self) -> u64 {
        let change: Value = serde_json::from_str(&self.line()).unwrap();
        change["sequence"].as_u64().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Runs a command, again if it came just when the follower had the file open.
fn write(folder: &Folder, line: &str) {
    for _ in 0..1000 {
        let run = folder.run(line);
        if run.code == 0 {
            return;
        }
        assert_says(&run.err, &["already open"]);
        thread::sleep(Duration::from_millis(3));
    }
    panic!("the file is never free");
}

#[test]
fn as_they_come() {
    let folder = Folder::with_users(&["ann"]);
    let follower = Follower::start(&folder, "--json");
    assert_eq!((follower.sequence(), follower.sequence()), (1, 2));
    // It looks many times without news, and prints nothing twice.
    thread::sleep(Duration::from_millis(600));
    for n in 3..=8 {
        write(&folder, &format!("users create u{n}@ex.co"));
        if n % 2 == 0 {
            assert_eq!((follower.sequence(), follower.sequence()), (n - 1, n));
        }
    }
    follower.kill();
    // Even killed, it leaves the file as it was.
    assert_eq!(folder.users("").len(), 7);
}

#[test]
fn from_a_place_and_as_text() {
    let folder = Folder::with_users(&["ann", "bob"]);
    let follower = Follower::start(&folder, "--after 2");
    assert_eq!(
        follower.line(),
        "CHANGE  TIME                         EVENT"
    );
    assert!(follower.line().starts_with("     3  "));
    write(&folder, "workspaces create a --owner ann@ex.co");
    assert!(
        follower
            .line()
            .ends_with("  workspace 1 created  through command")
    );
    let added = " added to workspace 1 as owner  through command";
    assert!(follower.line().ends_with(added));
    follower.kill();
}

/// More changes than are read at a time.
#[test]
fn however_many_there_are() {
    const CHANGES: u64 = 2_100;
    let folder = Folder::new();
    let directory = Directory::open(folder.path("headcount.redb")).unwrap();
    directory.create_user("ann@ex.co").unwrap();
    for _ in 0..CHANGES / 2 {
        directory.deactivate_user("ann@ex.co").unwrap();
        directory.activate_user("ann@ex.co").unwrap();
    }
    directory.close().unwrap();
    let follower = Follower::start(&folder, "--json");
    for n in 1..=CHANGES + 1 {
        assert_eq!(follower.sequence(), n);
    }
    follower.kill();
}

#[test]
fn a_file_that_nobody_touches_is_left_alone() {
    let folder = Folder::with_users(&["ann"]);
    let follower = Follower::start(&folder, "--json --interval 0.5");
    assert_eq!((follower.sequence(), follower.sequence()), (1, 2));
    let touched = || {
        let metadata = std::fs::metadata(folder.path("headcount.redb"));
        metadata.unwrap().modified().unwrap()
    };
    let before = touched();
    // Two or three looks.
    thread::sleep(Duration::from_millis(1400));
    assert_eq!(touched(), before);
    follower.kill();
}

#[test]
fn it_waits_while_another_process_has_the_file() {
    let folder = Folder::with_users(&["ann"]);
    let directory = Directory::open(folder.path("headcount.redb")).unwrap();
    let mut follower = Follower::start(&folder, "--after 2");
    let mut err = BufReader::new(follower.child.stderr.take().unwrap());
    let mut note = String::new();
    err.read_line(&mut note).unwrap();
    assert_eq!(
        note,
        "headcount: waiting for headcount.redb, which another process has open\n"
    );
    directory.deactivate_user("ann@ex.co").unwrap();
    directory.close().unwrap();
    follower.line();
    assert!(follower.line().ends_with("deactivated"));
    follower.kill();
}

#[test]
fn history_that_is_trimmed_under_it_ends_it() {
    let folder = Folder::with_users(&["ann"]);
    // It is held up until two changes were made and trimmed.
    let directory = Directory::open(folder.path("headcount.redb")).unwrap();
    let mut follower = Follower::start(&folder, "--after 2 --json");
    directory.deactivate_user("ann@ex.co").unwrap();
    directory.activate_user("ann@ex.co").unwrap();
    directory.trim_changes(4).unwrap();
    directory.close().unwrap();
    let mut err = String::new();
    let mut stderr = follower.child.stderr.take().unwrap();
    stderr.read_to_string(&mut err).unwrap();
    assert_eq!(follower.child.wait().unwrap().code(), Some(1));
    let error: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(error["error"]["kind"], "history_trimmed");
    assert_eq!(error["error"]["resume_after"], 3);
}

#[test]
fn there_has_to_be_a_directory() {
    let folder = Folder::new();
    assert_eq!(folder.error("changes --follow")["kind"], "no_directory");
    assert!(!folder.has_database());
}

#[test]
fn a_reader_who_has_seen_enough_ends_it() {
    let folder = Folder::with_users(&["ann"]);
    let mut child = folder
        .command("changes --follow --interval 0.02 --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    write(&folder, "users create bob@ex.co");
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &[][..])
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let folder = Folder::with_users(&["ann"]);
    for signal in ["-INT", "-TERM"] {
        let mut follower = Follower::start(&folder, "--json");
        follower.sequence();
        let pid = follower.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(follower.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn who_asks_for_changes_after_one_that_is_not_there_is_told() {
    let folder = Folder::with_users(&["ann"]);
    for command in ["changes --after 9", "changes --after 9 --follow"] {
        let refused = folder.error(command);
        assert_eq!(refused["kind"], "change_not_yet");
        assert_eq!(refused["latest"], 2);
    }
    assert_eq!(folder.done("changes --after 2"), "no changes after 2\n");
}
