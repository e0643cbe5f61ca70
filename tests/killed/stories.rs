//! The stories: one directory outlives hundreds of processes, and many new directories survive
//! kills during their creation.

use std::time::{SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use headcount::ErrorKind;

use crate::kit::cases::number;
use crate::kit::temp::TempPath;
use crate::ledger::Ledger;
use crate::life;
use crate::process::{End, Moment, live};
use crate::setup::Setup;

/// How many processes are killed by default.
const KILLS: u64 = 260;

/// One kill in this many hits a process with a new directory.
const ONE_IN_NEW: u64 = 4;

/// One kill in this many hits a process with a small log.
const ONE_IN_SMALL: u64 = 4;

/// How many processes use a new directory.
const LIVES_OF_NEW: u64 = 3;

/// How many processes run between two readings of the whole history.
const WHOLE_CHECK_EVERY: u64 = 50;

fn kills() -> u64 {
    number("HEADCOUNT_KILLS").unwrap_or(KILLS)
}

/// The random choices of a story. Their seed is printed, and shown if the story fails.
fn choices(story: &str) -> Rng {
    let seed = number("HEADCOUNT_KILL_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        u64::from(now.unwrap().subsec_nanos())
    });
    println!("{story}: HEADCOUNT_KILL_SEED={seed}");
    Rng::with_seed(seed)
}

#[test]
fn nothing_acknowledged_is_lost_in_hundreds_of_kills() {
    let mut random = choices("hundreds of kills");
    let file = TempPath::new();
    let mut ledger = Ledger::new();
    let (mut killed, mut killed_opening) = (0, 0);
    for life in 1.. {
        let moment = Moment::draw(&mut random);
        let end = live(
            &file.path,
            Setup::default(),
            moment,
            &mut ledger,
            &mut random,
        );
        killed += u64::from(end != End::Closed);
        killed_opening += u64::from(end == End::KilledOpening);
        // Often it is left to the next process to recover what the killed one left.
        if life % WHOLE_CHECK_EVERY == 0 {
            ledger.check_from_the_start(&file.path);
        } else if random.bool() {
            ledger.check(&file.path);
        }
        if killed >= kills() {
            break;
        }
    }
    ledger.check_from_the_start(&file.path);
    println!(
        "{killed} kills, {killed_opening} of them while opening; {}",
        ledger.summary()
    );
    assert!(killed_opening > 0, "no kill hit the replay of a log");
    assert!(
        ledger.done() > killed,
        "hardly anything was done between the kills"
    );
}

#[test]
fn a_new_directory_survives_a_kill_at_any_moment() {
    let mut random = choices("new directories");
    for _ in 0..kills() / ONE_IN_NEW {
        let file = TempPath::new();
        let mut ledger = Ledger::new();
        for life in 0..LIVES_OF_NEW {
            let moment = match life {
                0 => [Moment::Starting, Moment::Opening, Moment::FirstWrite][random.usize(..3)],
                _ => Moment::draw(&mut random),
            };
            live(
                &file.path,
                Setup::default(),
                moment,
                &mut ledger,
                &mut random,
            );
            if random.u8(..100) < 30 {
                ledger.check(&file.path);
            }
        }
        ledger.check_from_the_start(&file.path);
    }
}

/// Checkpoints happen during each process, the history is trimmed meanwhile, and acknowledged
/// writes may not be on the disk yet. If only the process is killed, the system still has them.
#[test]
fn nothing_is_lost_with_a_small_log_late_syncs_and_a_trimmed_history() {
    let mut random = choices("small logs");
    let file = TempPath::new();
    let mut ledger = Ledger::new();
    let mut killed = 0;
    while killed < kills() / ONE_IN_SMALL {
        let setup = Setup {
            log_bytes: (random.u8(..100) < 80).then_some(0),
            sync_ms: (random.u8(..100) < 70).then(|| random.u64(1..30)),
            trim_up_to: (random.u8(..100) < 70).then_some(ledger.done()),
        };
        let moment = match Moment::draw(&mut random) {
            Moment::Writing => Moment::WritingForLong,
            moment => moment,
        };
        let end = live(&file.path, setup, moment, &mut ledger, &mut random);
        killed += u64::from(end != End::Closed);
        if random.bool() {
            ledger.check(&file.path);
        }
    }
    ledger.check(&file.path);
    println!("{killed} kills; {}", ledger.summary());
    let directory = life::open(&file.path).unwrap();
    let trimmed = directory.changes(0).expect_err("nothing was trimmed");
    assert!(
        matches!(trimmed.kind(), ErrorKind::HistoryTrimmed { .. }),
        "{trimmed}"
    );
}
