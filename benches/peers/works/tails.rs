//! The 99th percentile of reads, with and without sixteen writing threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Bench, Over, Size};
use crate::field::{Field, quantile};
use crate::peer::{Caches, Peer, Session, Work};
use crate::people;
use crate::table::{Goal, Row, Unit};

const WRITERS: usize = 16;

pub fn tail(bench: &mut Bench, size: &Size) {
    if !size.is_usual {
        return;
    }
    let keys: Vec<_> = people::numbers(size.users)
        .take(10_000)
        .map(people::email)
        .collect();
    let field = Field::open(Work::Tail, &size.home, size.users, Caches::All, |_| true);
    let slot = bench.slot();
    let [quiet, busy, growth] = field.rounds(bench.options.rounds().writes, |peer, _| {
        let mut session = peer.session();
        reads(&mut *session, &keys, slot / 4);
        let quiet = quantile(reads(&mut *session, &keys, slot / 2), 0.99);
        let busy = quantile(
            beside_writers(bench, peer, || reads(&mut *session, &keys, slot)),
            0.99,
        );
        [quiet, busy, busy / quiet]
    });
    for (work, threads, unit, medians, goals) in [
        (
            "get, p99, nobody writes",
            1,
            Unit::Seconds,
            quiet,
            Vec::new(),
        ),
        (
            "get, p99, 16 threads write",
            17,
            Unit::Seconds,
            busy,
            Vec::new(),
        ),
        (
            "get, growth of p99",
            17,
            Unit::Times,
            growth,
            vec![Goal::AtMost(1.5)],
        ),
    ] {
        bench.add(Row {
            work,
            users: size.users,
            threads,
            unit,
            medians,
            goals,
        });
    }
    field.close();
}

/// How long each read took.
fn reads(session: &mut dyn Session, keys: &[String], lasting: Duration) -> Vec<f64> {
    let began = Instant::now();
    let mut took = Vec::new();
    for key in keys.iter().cycle() {
        let asked = Instant::now();
        session.get(key);
        took.push(asked.elapsed().as_secs_f64());
        if began.elapsed() > lasting {
            break;
        }
    }
    took
}

/// Runs `read` while threads create users.
fn beside_writers<T>(bench: &Bench, peer: &dyn Peer, read: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _over = Over(&is_over);
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let mut session = peer.session();
                while !is_over.load(Ordering::Relaxed) {
                    session.create(bench.newcomer());
                }
            });
        }
        // By then, the writers are running.
        thread::sleep(Duration::from_millis(50));
        read()
    })
}
