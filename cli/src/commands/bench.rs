//! `headcount bench`: measures this disk and this library, and compares them with
//! the rate at which the disk syncs a small write.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser};
use serde_json::{Value, json};

use super::Store;
use super::stop::on_stop;
use crate::args::BenchArgs;
use crate::failure::{Failure, Result};
use crate::output::{Table, write_json};
use crate::progress::Progress;
use crate::wrap;

/// Bytes that each sync writes: about as many as creating a user does.
const WRITE_BYTES: usize = 512;
/// The file that is synced. It is filled beforehand, as the log is.
const SYNCED_BYTES: usize = 4 << 20;
const THREADS: usize = 16;
/// Users created at once.
const LOT: usize = 10_000;
/// The longest bar of the chart.
const BAR_CELLS: f64 = 26.0;
/// Columns of a line of the chart with that bar.
const CHART_COLUMNS: usize = 79;

/// Whether the process was asked to stop.
static IS_STOPPED: AtomicBool = AtomicBool::new(false);

/// One measurement.
struct Measured {
    what: &'static str,
    per_second: f64,
}

pub(super) fn run(
    store: &Store<'_>,
    args: &BenchArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let beside = store.path.parent().filter(|path| path != &Path::new(""));
    let folder = args.folder.as_deref().or(beside).unwrap_or(Path::new("."));
    // So that the folder is removed then too.
    on_stop(|| IS_STOPPED.store(true, Ordering::Relaxed))?;
    let scratch = Scratch::make(folder)?;
    let progress = Progress::new(json);
    let all = measure(&scratch.0, args.time / 5, &progress)?;
    drop(progress);
    let syncs = all.first().map_or(1.0, |first| first.per_second);
    if json {
        let told: Vec<Value> = all
            .iter()
            .map(|one| {
                json!({
                    "what": one.what,
                    "per_second": one.per_second.round(),
                    "of_raw_syncs": (one.per_second / syncs * 100.0).round() / 100.0,
                })
            })
            .collect();
        return write_json(out, &json!({ "folder": folder, "measured": told }));
    }
    write_chart(&all, syncs, out)
}

/// Each bar is as long as the logarithm: reads are a thousand times as fast as syncs.
fn write_chart(all: &[Measured], syncs: f64, out: &mut dyn Write) -> Result<()> {
    let most = all.iter().map(|one| one.per_second).fold(10.0, f64::max);
    let cells = all.iter().map(|one| {
        let number = indicatif::HumanFloatCount(one.per_second.round()).to_string();
        let of_syncs = format!("{:.2}x", one.per_second / syncs);
        [one.what.to_owned(), number, of_syncs, bar(one, most)]
    });
    if wrap::stdout_width().is_some_and(|columns| columns < CHART_COLUMNS) {
        let mut table = Table::new(["WHAT", "PER SECOND", "OF SYNCS", "LOGARITHM"], out);
        for cells in cells {
            table.push(cells.map(Cow::from))?;
        }
        return Ok(table.finish()?);
    }
    writeln!(
        out,
        "{:<28} {:>12} {:>9}  (bars are logarithmic)",
        "", "per second", "of syncs"
    )?;
    for [what, number, of_syncs, bar] in cells {
        writeln!(out, "{what:<28} {number:>12} {of_syncs:>9}  {bar}")?;
    }
    Ok(())
}

fn bar(one: &Measured, most: f64) -> String {
    let share = one.per_second.max(1.0).ln() / most.ln();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the longest bar"
    )]
    let cells = (share * BAR_CELLS) as usize;
    "#".repeat(cells)
}

fn measure(folder: &Path, time: Duration, progress: &Progress) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    let mut add = |what, per_second| all.push(Measured { what, per_second });
    progress.say("syncing small writes");
    add("syncs of a small write", syncs(&folder.join("sync"), time)?);
    let directory = Directory::open(folder.join("bench.redb"))?;
    directory.set_license(License::Enterprise)?;
    progress.say("creating users, one after the other");
    add("users created, 1 thread", created(&directory, 1, time)?);
    progress.say("creating users at once");
    add(
        "users created, 16 threads",
        created(&directory, THREADS, time)?,
    );
    progress.say("creating users by the thousand");
    add("users created in batches", in_lots(&directory, time)?);
    progress.say("finding users");
    add("users found by email", found(&directory, time)?);
    directory.close()?;
    Ok(all)
}

/// Runs `once` until the time is over, and returns the runs per second.
fn rate(time: Duration, mut once: impl FnMut(u64) -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    let mut done = 0;
    while done == 0 || start.elapsed() < time {
        if IS_STOPPED.load(Ordering::Relaxed) {
            return Err(Failure::refused(
                "interrupted",
                "interrupted; nothing is left of it",
            ));
        }
        once(done)?;
        done += 1;
    }
    Ok(per_second(done, start))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
fn per_second(done: u64, start: Instant) -> f64 {
    done as f64 / start.elapsed().as_secs_f64()
}

fn syncs(path: &Path, time: Duration) -> Result<f64> {
    let unwritten =
        |error: std::io::Error| Failure::io(&format!("can't write {}", path.display()), &error);
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(unwritten)?;
    file.write_all(&vec![0; SYNCED_BYTES]).map_err(unwritten)?;
    file.sync_all().map_err(unwritten)?;
    let rate = rate(time, |done| {
        let at = done * WRITE_BYTES as u64 % SYNCED_BYTES as u64;
        file.seek(SeekFrom::Start(at)).map_err(unwritten)?;
        file.write_all(&[1; WRITE_BYTES]).map_err(unwritten)?;
        file.sync_data().map_err(unwritten)
    })?;
    fs::remove_file(path).map_err(unwritten)?;
    Ok(rate)
}

fn created(directory: &Directory, threads: usize, time: Duration) -> Result<f64> {
    let start = Instant::now();
    let work = |thread: usize| -> Result<u64> {
        let mut created = 0;
        rate(time, |number| {
            let email = format!("u{number}-{thread}@{threads}.example");
            directory.create_user(email.as_str())?;
            created += 1;
            Ok(())
        })?;
        Ok(created)
    };
    let created = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || work(thread)))
            .collect();
        let counts = threads.into_iter().map(|thread| {
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err(Failure::refused("other", "a thread ended early")))
        });
        counts.sum::<Result<u64>>()
    })?;
    Ok(per_second(created, start))
}

fn in_lots(directory: &Directory, time: Duration) -> Result<f64> {
    let lots = rate(time, |lot| {
        let users = (0..LOT).map(|n| NewUser::new(format!("lot{lot}-{n}@batch.example")));
        directory.apply(users.fold(Batch::new(), Batch::create_user))?;
        Ok(())
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    Ok(lots * LOT as f64)
}

fn found(directory: &Directory, time: Duration) -> Result<f64> {
    // Reading the clock costs as much as finding a user.
    const TIMES: u64 = 1_000;
    let lots = rate(time, |lot| {
        for number in 0..TIMES {
            let number = (lot * TIMES + number) * 7_919 % LOT as u64;
            directory.user_by_email(&format!("lot0-{number}@batch.example"))?;
        }
        Ok(())
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    Ok(lots * TIMES as f64)
}

/// A folder that is removed on drop, with its contents.
struct Scratch(PathBuf);

impl Scratch {
    fn make(folder: &Path) -> Result<Self> {
        let path = folder.join(format!(".headcount-bench-{}", std::process::id()));
        fs::create_dir(&path).map_err(|error| {
            let folder = folder.display();
            Failure::refused(
                "io",
                format!("can't make a folder in {folder}: {error}; name another with --folder"),
            )
        })?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Leftovers can be removed by hand; nothing can report them here.
        let _ = fs::remove_dir_all(&self.0);
    }
}
