//! Creates with random addresses, for as long as it takes caches, logs and background work to
//! settle: each contender alone, since what it does in the background goes on between turns.

use std::time::{Duration, Instant};

use super::files::bytes;
use super::reads::as_f64;
use super::{Bench, Size};
use crate::field::{Field, parallel, quantile};
use crate::peer::{Caches, Session, Work};
use crate::table::{Goal, Row, Unit};
use crate::timeline::Timeline;

const THREADS: usize = 16;

/// When a create ended, counted from the first one, and how long it took.
pub struct Wait {
    pub at: Duration,
    pub took: Duration,
}

pub fn sustain(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let field = Field::open(Work::Sustained, &size.home, size.users, Caches::All, |_| {
        true
    });
    let lasting = bench.options.sustained();
    let mut figures = [const { Vec::new() }; 4];
    for (contender, peer) in field.peers() {
        let folder = size.home.join(contender.folder);
        let before = bytes(&folder);
        let (waits, took) = parallel(peer, THREADS, |_, session| creates(bench, session, lasting));
        let waits: Vec<Wait> = waits.into_iter().flatten().collect();
        let times = || waits.iter().map(|wait| wait.took.as_secs_f64()).collect();
        let numbers = [
            as_f64(waits.len()) / took.as_secs_f64(),
            quantile(times(), 0.999),
            quantile(times(), 1.0),
            as_f64(bytes(&folder)) / as_f64(before),
        ];
        for (figures, number) in figures.iter_mut().zip(numbers) {
            figures.push((contender.name, number));
        }
        bench
            .timelines
            .push(Timeline::new(contender.name, &waits, lasting));
    }
    field.close();
    let [rates, slow, longest, growth] = figures;
    let ahead = vec![
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
            "sustained random creates, growth of the files",
            Unit::Times,
            growth,
            vec![Goal::AtMost(1.5)],
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
