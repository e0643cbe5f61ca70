//! Load: as fast as answers come, or at a rate.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::served::{Connection, Served};

/// What a turn came to.
pub struct Turn {
    requests: usize,
    lasted: Duration,
    /// CPU of the server for a request.
    pub cpu_micros: f64,
}

impl Turn {
    #[allow(clippy::cast_precision_loss, reason = "it is a rate")]
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.lasted.as_secs_f64()
    }
}

/// A request by its number.
type Requests<'a> = &'a (dyn Fn(usize) -> String + Sync);

/// Sends a request on each connection as soon as the one before it is answered.
#[allow(clippy::cast_precision_loss, reason = "it is a rate")]
pub fn closed_loop(
    served: &Served,
    connections: usize,
    turn: Duration,
    requests: Requests<'_>,
) -> Turn {
    let next = AtomicUsize::new(0);
    let (cpu, begun) = (served.cpu(), Instant::now());
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = Connection::new(served);
                while begun.elapsed() < turn {
                    connection.send(&requests(next.fetch_add(1, Ordering::Relaxed)));
                }
            });
        }
    });
    let requests = next.into_inner();
    Turn {
        requests,
        lasted: begun.elapsed(),
        cpu_micros: (served.cpu() - cpu).as_secs_f64() * 1e6 / requests as f64,
    }
}

/// Sends requests at a rate, and returns how long each took from when it was due.
#[allow(clippy::cast_precision_loss, reason = "it is a rate")]
pub fn open_loop(
    served: &Served,
    connections: usize,
    turn: Duration,
    per_second: f64,
    requests: Requests<'_>,
) -> Vec<Duration> {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let connection = || {
        let mut latencies = Vec::new();
        let mut connection = Connection::new(served);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs_f64(number as f64 / per_second);
            if due > turn {
                return latencies;
            }
            thread::sleep(due.saturating_sub(begun.elapsed()));
            connection.send(&requests(number));
            latencies.push(begun.elapsed().saturating_sub(due));
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(connection)).collect();
        let latencies = threads.into_iter().map(|thread| thread.join().unwrap());
        latencies.flatten().collect()
    })
}

/// Works in threads, each as soon as its work before is done: how often a second.
#[allow(clippy::cast_precision_loss, reason = "it is a rate")]
pub fn in_threads(threads: usize, turn: Duration, work: impl Fn(usize) + Sync) -> f64 {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while begun.elapsed() < turn {
                    work(next.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
    });
    next.into_inner() as f64 / begun.elapsed().as_secs_f64()
}
