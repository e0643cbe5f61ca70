//! Starts, reads and kills the process.

use std::path::Path;
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::kit::child::{self, Talking};
use crate::ledger::Ledger;
use crate::life::{CLOSE_VARIABLE, PATH_VARIABLE, SEED_VARIABLE};
use crate::report::Report;
use crate::setup::Setup;

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// While it starts and opens.
    Starting,
    /// While it opens, which after a kill replays the log.
    Opening,
    /// Right after the first request.
    FirstWrite,
    /// While it writes.
    Writing,
    /// While it writes, after a small log was full.
    WritingForLong,
    /// While it closes.
    Closing,
    /// Not at all: it closes the directory and ends.
    Never,
}

/// Whether a report is the awaited one.
type IsAwaited = fn(&Report) -> bool;

impl Moment {
    pub fn draw(random: &mut Rng) -> Self {
        match random.u8(..20) {
            0..=1 => Self::Starting,
            2..=4 => Self::Opening,
            5 => Self::FirstWrite,
            6..=15 => Self::Writing,
            16..=18 => Self::Closing,
            _ => Self::Never,
        }
    }

    /// The report to wait for, and how many microseconds to wait after it at most.
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
    /// It was killed before or after opening.
    Killed,
}

/// Lets a process use the directory at `path` until `moment`, and records its reports.
pub fn live(
    path: &Path,
    setup: Setup,
    moment: Moment,
    ledger: &mut Ledger,
    random: &mut Rng,
) -> End {
    let closes = matches!(moment, Moment::Closing | Moment::Never);
    let close_ms = if closes { random.u64(1..25) } else { 60_000 };
    let mut command = child::again("life::the_process_that_is_killed");
    setup.pass_to(&mut command);
    command
        .env(PATH_VARIABLE, path)
        .env(SEED_VARIABLE, random.u64(..).to_string())
        .env(CLOSE_VARIABLE, close_ms.to_string());
    let mut child = Talking::start(&mut command, &ledger.take_again(random));
    let (awaited, micros_max) = moment.waits_for();
    let mut noise = Vec::new();
    let mut last = None;
    while let Some(is_awaited) = awaited {
        let Some(line) = child.next() else {
            break;
        };
        last = note(&line, ledger, &mut noise);
        if last.is_some_and(|report| is_awaited(&report)) {
            break;
        }
    }
    if moment != Moment::Never {
        thread::sleep(Duration::from_micros(random.u64(..micros_max)));
        child.kill();
    }
    // Reports that it wrote before it died are still in the pipe.
    while let Some(line) = child.next() {
        last = note(&line, ledger, &mut noise);
    }
    let is_opening = matches!(last, Some(Report::Opening));
    let status = child.wait();
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

/// Records a line; a line that is not a report is noise.
fn note(line: &str, ledger: &mut Ledger, noise: &mut Vec<String>) -> Option<Report> {
    let Ok(report) = line.parse::<Report>() else {
        noise.push(line.to_owned());
        return None;
    };
    ledger.note(report);
    Some(report)
}
