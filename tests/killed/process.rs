//! A process from its parent's side: started, listened to, killed.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::ledger::Ledger;
use crate::life::{CLOSE_VARIABLE, PATH_VARIABLE, SEED_VARIABLE};
use crate::random::Random;
use crate::report::Report;
use crate::request::Request;
use crate::setup::Setup;

/// The longest that anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// While it starts and opens.
    Starting,
    /// While it opens, which after a kill is the replay of the log.
    Opening,
    /// Right behind the first request.
    FirstWrite,
    /// While it writes.
    Writing,
    /// While it writes, when a small log has been full.
    WritingForLong,
    /// While it closes.
    Closing,
    /// Not at all: it closes the directory and ends.
    Never,
}

/// Whether a report is the one that is waited for.
type IsAwaited = fn(&Report) -> bool;

impl Moment {
    pub fn draw(random: &mut Random) -> Self {
        match random.within(0..20) {
            0..=1 => Self::Starting,
            2..=4 => Self::Opening,
            5 => Self::FirstWrite,
            6..=15 => Self::Writing,
            16..=18 => Self::Closing,
            _ => Self::Never,
        }
    }

    /// The report to wait for, and for how many microseconds more at most.
    fn waits_for(self) -> (Option<IsAwaited>, u64) {
        match self {
            Self::Starting => (None, 12_000),
            Self::Opening => (Some(|report| matches!(report, Report::Opening)), 5_000),
            Self::FirstWrite => (Some(|report| matches!(report, Report::Intent(_))), 1_500),
            Self::Writing => (Some(|report| matches!(report, Report::Opened)), 40_000),
            Self::WritingForLong => (Some(|report| matches!(report, Report::Opened)), 600_000),
            Self::Closing => (Some(|report| matches!(report, Report::Closing)), 4_000),
            Self::Never => (Some(|report| matches!(report, Report::Closed)), 1),
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It closed the directory.
    Closed,
    /// It was killed while it opened the directory.
    KilledOpening,
    /// It was killed before or after that.
    Killed,
}

/// Lets a process live with the directory at `path` until `moment`, and takes down
/// all that it says.
pub fn live(
    path: &Path,
    setup: Setup,
    moment: Moment,
    ledger: &mut Ledger,
    random: &mut Random,
) -> End {
    let closes = matches!(moment, Moment::Closing | Moment::Never);
    let close_ms = if closes { random.within(1..25) } else { 60_000 };
    let again = ledger.take_again(random);
    let (mut child, lines) = start(path, setup, close_ms, &again, random);
    let (awaited, micros_max) = moment.waits_for();
    let mut noise = Vec::new();
    let mut is_opening = false;
    let deadline = Instant::now() + PATIENCE;
    while let Some(is_awaited) = awaited {
        let Some(line) = next(&lines, deadline) else {
            break;
        };
        let report = note(&line, ledger, &mut noise);
        is_opening = report.as_ref().is_some_and(Report::is_opening);
        if report.is_some_and(|report| is_awaited(&report)) {
            break;
        }
    }
    if moment != Moment::Never {
        thread::sleep(Duration::from_micros(random.within(0..micros_max)));
        // It may be over already, which is not an error.
        child.kill().unwrap();
    }
    // What was written before it died is still in the pipe.
    while let Some(line) = next(&lines, deadline) {
        let report = note(&line, ledger, &mut noise);
        is_opening = report.is_some_and(|report| report.is_opening());
    }
    let status = child.wait().unwrap();
    let was_killed = status.code().is_none();
    assert!(
        (status.success() || was_killed) && noise.is_empty(),
        "the process ended with {status}:\n{}",
        noise.join("\n")
    );
    match (was_killed, is_opening) {
        (false, _) => End::Closed,
        (true, true) => End::KilledOpening,
        (true, false) => End::Killed,
    }
}

/// Takes down a line; what is no report is noise.
fn note(line: &str, ledger: &mut Ledger, noise: &mut Vec<String>) -> Option<Report> {
    let Ok(report) = line.parse::<Report>() else {
        noise.push(line.to_owned());
        return None;
    };
    ledger.note(report.clone());
    Some(report)
}

/// The next line; `None` when the process is gone.
fn next(lines: &Receiver<String>, deadline: Instant) -> Option<String> {
    let left = deadline.saturating_duration_since(Instant::now());
    match lines.recv_timeout(left) {
        Ok(line) => Some(line),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => panic!("the process hangs"),
    }
}

/// Starts this binary again, as the process of `life`.
fn start(
    path: &Path,
    setup: Setup,
    close_ms: u64,
    again: &[Request],
    random: &mut Random,
) -> (Child, Receiver<String>) {
    let mut command = Command::new(env::current_exe().unwrap());
    setup.tell(&mut command);
    let mut child = command
        .args(["--exact", "life::the_process_that_is_killed", "--nocapture"])
        .env(PATH_VARIABLE, path)
        .env(SEED_VARIABLE, random.draw().to_string())
        .env(CLOSE_VARIABLE, close_ms.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for request in again {
        writeln!(stdin, "{request}").unwrap();
    }
    drop(stdin);
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in stderr.lines() {
            let line = String::from_utf8_lossy(line.unwrap().as_bytes()).into_owned();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    (child, lines)
}
