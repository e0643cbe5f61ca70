//! The kinds of work: each opens its contenders, lets them take turns, and adds its rows.

mod add;
mod backup;
mod files;
mod memory;
mod reads;
mod sustained;
mod tails;
mod writes;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::args::Options;
use crate::peer::Work;
use crate::people::Profile;
use crate::table::{Row, grouped};
use crate::timeline::Timeline;

pub use sustained::Wait;

/// The plotted work.
pub const CREATES: &str = "durable create";

/// The size at which the goals for writes apply.
const USUAL_USERS: u64 = 100_000;

/// Performs a work at one size.
type RunWork = fn(&mut Bench, &Size);

/// The whole run: its options, and the rows so far.
pub struct Bench {
    pub options: Options,
    /// The folder for all files; gone at the end.
    pub home: PathBuf,
    pub rows: Vec<Row>,
    /// The waits of sustained creates.
    pub timelines: Vec<Timeline>,
    next_number: AtomicU64,
    began: Instant,
}

impl Bench {
    pub fn new(options: Options, home: PathBuf) -> Self {
        Self {
            options,
            home,
            rows: Vec::new(),
            timelines: Vec::new(),
            // Above the numbers of all loaded users.
            next_number: AtomicU64::new(100_000_000),
            began: Instant::now(),
        }
    }

    /// Does all works at all sizes.
    pub fn run(&mut self) {
        let sizes = self.sizes();
        let largest = sizes.last().copied().unwrap_or_default();
        for &users in &sizes {
            eprintln!("{} users", grouped(users));
            let size = Size {
                users,
                home: self.home.join(users.to_string()),
                is_largest: users == largest,
                is_usual: users == USUAL_USERS.min(largest),
            };
            files::load(self, &size);
            let works: [(Work, RunWork); 11] = [
                (Work::Get, reads::get),
                (Work::Many, reads::get_many),
                (Work::List, reads::list),
                (Work::Tail, tails::tail),
                (Work::Switch, writes::switch),
                (Work::Create, writes::create),
                (Work::Open, files::open),
                (Work::Memory, memory::hold),
                (Work::Backup, backup::back_up),
                (Work::Sustained, sustained::sustain),
                (Work::Add, add::add),
            ];
            for (work, run) in works {
                if self.options.asks_for(work) {
                    run(self, &size);
                }
            }
            std::fs::remove_dir_all(&size.home).unwrap();
        }
    }

    fn sizes(&self) -> Vec<u64> {
        match &self.options.users[..] {
            [] if self.options.quick => vec![1_000, USUAL_USERS],
            [] => vec![1_000, USUAL_USERS, 1_000_000],
            users => users.to_vec(),
        }
    }

    /// One of two values, depending on `--quick`.
    fn pick<T>(&self, quick: T, full: T) -> T {
        if self.options.quick { quick } else { full }
    }

    /// The longest time that threads write in a turn.
    fn slot(&self) -> Duration {
        self.pick(Duration::from_millis(250), Duration::from_secs(1))
    }

    /// A person that no directory has yet.
    fn newcomer(&self) -> Profile {
        Profile::numbered(self.next_number.fetch_add(1, Ordering::Relaxed))
    }

    fn add(&mut self, row: Row) {
        let minutes = self.began.elapsed().as_secs_f64() / 60.0;
        eprintln!(
            "  {minutes:4.1} min: {} ({} threads)",
            row.work, row.threads
        );
        self.rows.push(row);
    }
}

/// Sets a flag when it is dropped, even by a panic.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A number of users, and the folder with the contenders' files of that size.
pub struct Size {
    users: u64,
    home: PathBuf,
    /// Whether this size is used to measure work on large files.
    is_largest: bool,
    /// Whether the goals for writes apply at this size.
    is_usual: bool,
}

impl Size {
    /// The folder with the contenders' files, as loaded.
    fn fresh(&self) -> PathBuf {
        self.home.join("fresh")
    }
}
