//! Filling empty directories, and opening full ones.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Instant;

use super::reads::as_f64;
use super::{Bench, Size};
use crate::children::{self, Loaded};
use crate::contenders::{self, INDEXED_AFTERWARDS};
use crate::field::{Medians, median};
use crate::peer::{Caches, Contender, Filling, Opening, Work};
use crate::people;
use crate::table::{Goal, Row, Unit};

/// The unit of a file's blocks.
const BLOCK_BYTES: u64 = 512;

/// Fills the folders of all contenders that are asked for, which is measured at the largest size.
/// Sustained creates have copies of their own, to which nothing was written before.
pub fn load(bench: &mut Bench, size: &Size) {
    fs::create_dir_all(&size.home).unwrap();
    if size.is_largest && bench.options.asks_for(Work::Load) {
        load_in_turns(bench, size);
    }
    for contender in contenders::ALL {
        let is_asked_for = |(work, _): &(Work, &str)| {
            *work != Work::Load && contender.takes_part_in(*work) && bench.options.asks_for(*work)
        };
        if Work::ALL.iter().any(is_asked_for) {
            fill(contender, size);
        }
    }
    if size.is_largest && bench.options.asks_for(Work::Sustained) {
        fs::create_dir(size.fresh()).unwrap();
        for contender in contenders::in_work(Work::Sustained) {
            copy(
                &size.home.join(contender.folder),
                &size.fresh().join(contender.folder),
            );
        }
    }
}

/// Fills the folder, unless it is full.
fn fill(contender: &Contender, size: &Size) {
    let folder = size.home.join(contender.folder);
    match contender.filling {
        _ if folder.exists() => {}
        Filling::Nothing => {}
        Filling::Load(_) => {
            children::load(contender, &size.home, size.users);
        }
        Filling::CopyOf(name) => {
            let original = contenders::named(name).unwrap();
            fill(original, size);
            copy(&size.home.join(original.folder), &folder);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// The bytes on the disk of all files in the folder, because some are made longer before anything
/// is written there. Files that a contender deletes meanwhile don't count.
pub fn bytes(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| {
        let Ok(metadata) = entry.metadata() else {
            return 0;
        };
        if metadata.is_dir() {
            bytes(&entry.path())
        } else {
            usize::try_from(metadata.blocks() * BLOCK_BYTES).unwrap()
        }
    });
    sizes.sum()
}

/// Loads each contender once per round, and keeps the files of the last round.
fn load_in_turns(bench: &mut Bench, size: &Size) {
    let mut loads: Vec<_> = contenders::in_work(Work::Load)
        .chain([&INDEXED_AFTERWARDS])
        .map(|contender| (contender, Vec::new()))
        .collect();
    let rounds = bench.options.rounds().files;
    for _ in 0..rounds {
        for (contender, loads) in &mut loads {
            let folder = size.home.join(contender.folder);
            if folder.exists() {
                fs::remove_dir_all(&folder).unwrap();
            }
            let loaded = children::load(contender, &size.home, size.users);
            loads.push((loaded, as_f64(bytes(&folder))));
        }
    }
    fs::remove_dir_all(size.home.join(INDEXED_AFTERWARDS.folder)).unwrap();

    let medians = |of: fn(&(Loaded, f64)) -> f64| -> Medians {
        let medians = loads
            .iter()
            .map(|(contender, loads)| (contender.name, median(loads.iter().map(of).collect())));
        medians.collect()
    };
    let times = medians(|(loaded, _)| loaded.seconds);
    let mut row = |work, unit, medians, goals| {
        bench.add(Row {
            work,
            users: size.users,
            threads: 1,
            unit,
            medians,
            goals,
        });
    };
    let afterwards = with_indexes_afterwards(&times);
    row(
        "load",
        Unit::Seconds,
        times,
        vec![
            Goal::AtMost(6.5),
            Goal::Ahead("SQLite", 2.0),
            Goal::Ahead("LMDB", 1.0),
        ],
    );
    row(
        "load, SQLite's indexes made afterwards",
        Unit::Seconds,
        afterwards,
        Vec::new(),
    );
    let peaks = medians(|(loaded, _)| loaded.peak_bytes);
    let goals = vec![Goal::AtMost(750e6)];
    row("peak memory of the load", Unit::Bytes, peaks, goals);
    let files = medians(|(_, bytes)| *bytes);
    row(
        "space on disk, closed",
        Unit::Bytes,
        files,
        vec![Goal::AtMost(500e6), Goal::Within("SQLite", 1.1)],
    );
}

/// The times of headcount, and of SQLite with indexes created at the end.
fn with_indexes_afterwards(times: &Medians) -> Medians {
    let time_of = |name: &str| times.iter().find(|(of, _)| *of == name).copied();
    let own = time_of(contenders::ALL[0].name);
    let sqlite = time_of(INDEXED_AFTERWARDS.name);
    own.into_iter()
        .chain(sqlite.map(|(_, time)| ("SQLite", time)))
        .collect()
}

/// The measurements of opening: the time to the first get, and to the first create.
const OPENINGS: [(&str, &str, f64); 2] = [
    (
        "first read after kill -9, 100 writes",
        "first write after kill -9, 100 writes",
        2e-3,
    ),
    (
        "first read after kill -9, 10,000 writes",
        "first write after kill -9, 10,000 writes",
        20e-3,
    ),
];

/// The numbers of creates before the kill.
const WRITES: [u64; 2] = [100, 10_000];

/// Measures opening after a kill and after a clean close.
pub fn open(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let rounds = bench.options.rounds().files;
    let mut times = vec![[const { Vec::new() }; 5]; contenders::in_work(Work::Open).count()];
    let mut first_number = 10_000_000_000;
    for _ in 0..rounds {
        for (contender, times) in contenders::in_work(Work::Open).zip(&mut times) {
            let opening = contender.opening(&size.home, size.users, Caches::All);
            for (at, writes) in WRITES.into_iter().enumerate() {
                children::crash(contender, &size.home, size.users, first_number, writes);
                first_number += 100_000_000;
                let (read, written) = times_to_open(bench, contender, &opening);
                times[at * 2].push(read);
                times[at * 2 + 1].push(written);
            }
            times[4].push(times_to_open(bench, contender, &opening).0);
        }
    }
    let killed = OPENINGS.into_iter().flat_map(|(read, written, aim)| {
        let goals = || vec![Goal::AtMost(aim), Goal::Ahead("SQLite", 1.0)];
        [(read, goals()), (written, goals())]
    });
    let closed = ("first read after a clean close", vec![Goal::AtMost(5e-3)]);
    for (at, (work, goals)) in killed.chain([closed]).enumerate() {
        let medians = contenders::in_work(Work::Open)
            .zip(&times)
            .map(|(contender, times)| (contender.name, median(times[at].clone())));
        bench.add(Row {
            work,
            users: size.users,
            threads: 1,
            unit: Unit::Seconds,
            medians: medians.collect(),
            goals,
        });
    }
}

/// Opens the directory, returns the time to the first get and to the first create, and closes it.
fn times_to_open(bench: &Bench, contender: &Contender, opening: &Opening) -> (f64, f64) {
    let email = people::email(0);
    let newcomer = bench.newcomer();
    let began = Instant::now();
    let peer = (contender.open)(opening);
    let mut session = peer.session();
    assert_eq!(session.get(&email).users, 1);
    let read = began.elapsed().as_secs_f64();
    session.create(newcomer);
    let written = began.elapsed().as_secs_f64();
    drop(session);
    peer.close();
    (read, written)
}
