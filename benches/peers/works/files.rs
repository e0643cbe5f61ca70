//! Filling empty directories, and opening full ones.

use std::fs;
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

/// Fills the folders of all contenders that are asked for. At the largest size
/// that is measured.
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
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Bytes of all files in the folder. Those that a contender deletes meanwhile have none.
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
            usize::try_from(metadata.len()).unwrap()
        }
    });
    sizes.sum()
}

/// Loads each contender once a round, and keeps the files of the last one.
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
        vec![Goal::Ahead("SQLite", 2.0)],
    );
    row(
        "load, SQLite's indexes made afterwards",
        Unit::Seconds,
        afterwards,
        Vec::new(),
    );
    let peaks = medians(|(loaded, _)| loaded.peak_bytes);
    row("peak memory of the load", Unit::Bytes, peaks, Vec::new());
    let files = medians(|(_, bytes)| *bytes);
    row(
        "file size, closed",
        Unit::Bytes,
        files,
        vec![Goal::Within("SQLite", 1.1)],
    );
}

/// The times of headcount and of SQLite when it makes its indexes at the end.
fn with_indexes_afterwards(times: &Medians) -> Medians {
    let time_of = |name: &str| times.iter().find(|(of, _)| *of == name).copied();
    let own = time_of(contenders::ALL[0].name);
    let sqlite = time_of(INDEXED_AFTERWARDS.name);
    own.into_iter()
        .chain(sqlite.map(|(_, time)| ("SQLite", time)))
        .collect()
}

/// Opens each directory after its process was killed, and after it was closed.
pub fn open(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let killed_after = [100, bench.pick(1_000, 5_000)];
    let rounds = bench.options.rounds().files;
    let mut times = vec![[const { Vec::new() }; 3]; contenders::in_work(Work::Open).count()];
    let mut first_number = 10_000_000_000;
    for _ in 0..rounds {
        for (contender, times) in contenders::in_work(Work::Open).zip(&mut times) {
            let opening = contender.opening(&size.home, size.users, Caches::All);
            for (at, writes) in killed_after.into_iter().enumerate() {
                children::crash(contender, &size.home, size.users, first_number, writes);
                first_number += 100_000_000;
                times[at].push(time_to_open(contender, &opening));
            }
            times[2].push(time_to_open(contender, &opening));
        }
    }
    let works = [
        ("open after kill -9, 100 writes", Vec::new()),
        (
            bench.pick(
                "open after kill -9, 1,000 writes",
                "open after kill -9, 5,000 writes",
            ),
            Vec::new(),
        ),
        ("open after a clean close", vec![Goal::AtMost(5e-3)]),
    ];
    for (at, (work, goals)) in works.into_iter().enumerate() {
        let medians = contenders::in_work(Work::Open)
            .zip(&times)
            .map(|(contender, times)| (contender.name, median(times[at].clone())));
        bench.add(Row {
            work,
            users: size.users,
            threads: 1,
            unit: Unit::Seconds,
            medians: medians.collect(),
            // What is replayed after 100 writes is next to nothing.
            goals: if at == 0 {
                vec![Goal::AtMost(10e-3)]
            } else {
                goals
            },
        });
    }
}

/// The time until the first user is got. It is closed again.
fn time_to_open(contender: &Contender, opening: &Opening) -> f64 {
    let email = people::email(0);
    let began = Instant::now();
    let peer = (contender.open)(opening);
    assert_eq!(peer.session().get(&email).users, 1);
    let took = began.elapsed().as_secs_f64();
    peer.close();
    took
}
