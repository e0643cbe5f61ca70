//! Creating, activating and deactivating users, one durable transaction each.

use std::time::Instant;

use super::reads::as_f64;
use super::{Bench, CREATES, Size};
use crate::field::{Field, parallel, quantile};
use crate::peer::{Caches, Peer, Work};
use crate::people;
use crate::table::{Goal, Row, Unit};

/// The most writes in a turn, so that faster contenders don't end up with a much larger directory
/// than the others.
const WRITES_MAX: usize = 20_000;

pub fn create(bench: &mut Bench, size: &Size) {
    if !size.is_usual {
        return;
    }
    let field = Field::open(Work::Create, &size.home, size.users, Caches::All, |_| true);
    for threads in [1, 4, 16, 64] {
        let slot = bench.slot();
        let [rates, latencies] = field.rounds(bench.options.rounds().writes, |peer, _| {
            let (latencies, took) = parallel(peer, threads, |_, session| {
                let began = Instant::now();
                let mut latencies = Vec::new();
                while began.elapsed() < slot && latencies.len() < WRITES_MAX / threads {
                    let newcomer = bench.newcomer();
                    let asked = Instant::now();
                    session.create(newcomer);
                    latencies.push(asked.elapsed().as_secs_f64());
                }
                latencies
            });
            let latencies = latencies.concat();
            [
                as_f64(latencies.len()) / took.as_secs_f64(),
                quantile(latencies, 0.5),
            ]
        });
        let row = |work, unit, medians, goals| Row {
            work,
            users: size.users,
            threads,
            unit,
            medians,
            goals,
        };
        bench.add(row(CREATES, Unit::PerSecond, rates, create_goals(threads)));
        if threads == 1 {
            let goals = vec![Goal::Within("raw log", 1.1)];
            let work = "durable create, p50 latency";
            bench.add(row(work, Unit::Seconds, latencies, goals));
        }
    }
    field.close();
}

fn create_goals(threads: usize) -> Vec<Goal> {
    let (sqlite, raw_log) = match threads {
        1 => (Some(2.0), 0.9),
        4 => (None, 0.75),
        16 => (Some(15.0), 0.65),
        _ => (Some(25.0), 0.6),
    };
    let mut goals = vec![Goal::Ahead("raw log", raw_log)];
    goals.extend(sqlite.map(|sqlite| Goal::Ahead("SQLite", sqlite)));
    if threads > 1 {
        goals.extend([
            Goal::Ahead("SQLite grouped", 5.0),
            Goal::Ahead("fjall", 1.0),
        ]);
    }
    goals
}

pub fn switch(bench: &mut Bench, size: &Size) {
    if !size.is_usual {
        return;
    }
    let field = Field::open(Work::Switch, &size.home, size.users, Caches::All, |_| true);
    for (threads, aim) in [(16, 14.0), (64, 22.0)] {
        let [medians] = field.rounds(bench.options.rounds().writes, |peer, _| {
            [switches_per_second(bench, size, peer, threads)]
        });
        bench.add(Row {
            work: "durable activate or deactivate",
            users: size.users,
            threads,
            unit: Unit::PerSecond,
            medians,
            goals: vec![Goal::Ahead("SQLite", aim)],
        });
    }
    field.close();
}

/// Each thread deactivates and activates users of its own.
fn switches_per_second(bench: &Bench, size: &Size, peer: &dyn Peer, threads: usize) -> f64 {
    let slot = bench.slot();
    let (counts, took) = parallel(peer, threads, |thread, session| {
        let began = Instant::now();
        let own = people::numbers(size.users).skip(thread).step_by(threads);
        let mut count = 0;
        for number in own.cycle() {
            if began.elapsed() >= slot || count >= WRITES_MAX / threads {
                break;
            }
            let email = people::email(number);
            session.set_active(&email, false);
            session.set_active(&email, true);
            count += 2;
        }
        count
    });
    as_f64(counts.iter().sum()) / took.as_secs_f64()
}
