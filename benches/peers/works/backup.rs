//! Backups and verifications, and how long creates wait beside them.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use super::{Bench, Over, Size};
use crate::field::{Field, parallel, quantile};
use crate::peer::{Caches, Peer, Work};
use crate::table::{Goal, Row, Unit};

const WRITERS: usize = 16;

pub fn back_up(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let field = Field::open(Work::Backup, &size.home, size.users, Caches::All, |_| true);
    let copy = size.home.join("backup");
    let [mut alone, mut beside_backup, mut beside_verify] = [const { Vec::new() }; 3];
    for (contender, peer) in field.peers() {
        let began = Instant::now();
        peer.back_up(&copy);
        alone.push((contender.name, began.elapsed().as_secs_f64()));
        fs::remove_file(&copy).unwrap();

        let (slow, ()) = creates_beside(bench, peer, || peer.back_up(&copy));
        beside_backup.push((contender.name, slow));
        fs::remove_file(&copy).unwrap();

        let (slow, can_verify) = creates_beside(bench, peer, || peer.verify());
        if can_verify {
            beside_verify.push((contender.name, slow));
        }
    }
    field.close();
    for (work, threads, medians, goal) in [
        ("backup", 1, alone, Goal::Stated),
        (
            "durable create during a backup, p99.9",
            WRITERS,
            beside_backup,
            Goal::AtMost(25e-3),
        ),
        (
            "durable create during a verification, p99.9",
            WRITERS,
            beside_verify,
            Goal::AtMost(25e-3),
        ),
    ] {
        bench.add(Row {
            work,
            users: size.users,
            threads,
            unit: Unit::Seconds,
            medians,
            goals: vec![goal],
        });
    }
}

/// The wait that one create in a thousand exceeds during `work`.
fn creates_beside<T: Send>(
    bench: &Bench,
    peer: &dyn Peer,
    work: impl FnOnce() -> T + Send,
) -> (f64, T) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let working = scope.spawn(|| {
            let _over = Over(&is_over);
            work()
        });
        let (waits, _) = parallel(peer, WRITERS, |_, session| {
            let mut waits = Vec::new();
            loop {
                let newcomer = bench.newcomer().scattered();
                let asked = Instant::now();
                session.create(newcomer);
                waits.push(asked.elapsed().as_secs_f64());
                if is_over.load(Ordering::Relaxed) {
                    return waits;
                }
            }
        });
        (quantile(waits.concat(), 0.999), working.join().unwrap())
    })
}
