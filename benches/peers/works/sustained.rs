//! Creates with random addresses, long enough for caches, logs and background work to settle. Each
//! contender runs alone, since its background work would go on between turns.

use std::fs;
use std::time::{Duration, Instant};

use super::files::bytes;
use super::reads::as_f64;
use super::{Bench, Size};
use crate::field::{Field, Medians, parallel, quantile};
use crate::peer::{Caches, Contender, Session, Work};
use crate::table::{Goal, Row, Unit};
use crate::timeline::Timeline;

const THREADS: usize = 16;

/// When a create ended, from the start of the first one, and how long it took.
pub struct Wait {
    pub at: Duration,
    pub took: Duration,
}

pub fn sustain(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let home = size.fresh();
    let field = Field::open(Work::Sustained, &home, size.users, Caches::All, |_| true);
    let lasting = bench.options.sustained();
    let loaded = as_f64(usize::try_from(size.users).unwrap());
    let mut figures = [const { Vec::new() }; 4];
    let mut counts = Vec::new();
    for (contender, peer) in field.peers() {
        let folder = home.join(contender.folder);
        let before = bytes(&folder);
        let (waits, took) = parallel(peer, THREADS, |_, session| creates(bench, session, lasting));
        let waits: Vec<Wait> = waits.into_iter().flatten().collect();
        let times = || waits.iter().map(|wait| wait.took.as_secs_f64()).collect();
        let numbers = [
            as_f64(waits.len()) / took.as_secs_f64(),
            quantile(times(), 0.999),
            quantile(times(), 1.0),
            // Per user, since faster contenders create more.
            as_f64(bytes(&folder)) / as_f64(before) * loaded / (loaded + as_f64(waits.len())),
        ];
        for (figures, number) in figures.iter_mut().zip(numbers) {
            figures.push((contender.name, number));
        }
        counts.push((contender, before, waits.len()));
        bench
            .timelines
            .push(Timeline::new(contender.name, &waits, lasting));
    }
    field.close();
    let compacted = compacted(size, &counts);
    fs::remove_dir_all(home).unwrap();
    let [rates, slow, longest, growth] = figures;
    let ahead = vec![
        Goal::AtLeast(20e3),
        Goal::Ahead("SQLite", 8.0),
        Goal::Ahead("SQLite grouped", 3.5),
    ];
    for (work, unit, medians, goals) in [
        ("sustained random creates", Unit::PerSecond, rates, ahead),
        (
            "sustained random creates, p99.9",
            Unit::Seconds,
            slow,
            vec![Goal::AtMost(25e-3)],
        ),
        (
            "sustained random creates, longest",
            Unit::Seconds,
            longest,
            vec![Goal::AtMost(100e-3)],
        ),
        (
            "sustained random creates, growth of the space on disk a user",
            Unit::Times,
            growth,
            vec![Goal::AtMost(1.5)],
        ),
        (
            "the same after compaction",
            Unit::Times,
            compacted,
            vec![Goal::AtMost(1.1)],
        ),
    ] {
        bench.add(Row {
            work,
            users: size.users,
            threads: THREADS,
            unit,
            medians,
            goals,
        });
    }
}

/// The growth of bytes per user from the files before the creates to the compacted files. `counts`
/// has each contender's bytes before, and how many users it created.
fn compacted(size: &Size, counts: &[(&'static Contender, usize, usize)]) -> Medians {
    let loaded = usize::try_from(size.users).unwrap();
    let growth = |(contender, before, created): &(&'static Contender, usize, usize)| {
        let compact = contender.compact?;
        compact(&contender.opening(&size.fresh(), size.users, Caches::All));
        let after = as_f64(bytes(&size.fresh().join(contender.folder)));
        let each_before = as_f64(*before) / as_f64(loaded);
        Some((
            contender.name,
            after / as_f64(loaded + created) / each_before,
        ))
    };
    counts.iter().filter_map(growth).collect()
}

fn creates(bench: &Bench, session: &mut dyn Session, lasting: Duration) -> Vec<Wait> {
    let began = Instant::now();
    let mut waits = Vec::new();
    while began.elapsed() < lasting {
        let newcomer = bench.newcomer().scattered();
        let asked = Instant::now();
        session.create(newcomer);
        waits.push(Wait {
            at: began.elapsed(),
            took: asked.elapsed(),
        });
    }
    waits
}
