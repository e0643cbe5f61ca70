//! Contenders that are open at the same time and take turns, so that other load on the machine
//! affects all of them.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::contenders;
use crate::peer::{Caches, Contender, Peer, Session, Work};

/// The open contenders of one kind of work.
pub struct Field(Vec<(&'static Contender, Box<dyn Peer>)>);

/// The median of each contender, by name.
pub type Medians = Vec<(&'static str, f64)>;

impl Field {
    /// Opens all contenders that take part in `work` and are `wanted`.
    pub fn open(
        work: Work,
        home: &Path,
        users: u64,
        caches: Caches,
        wanted: impl Fn(&Contender) -> bool,
    ) -> Self {
        let contenders = contenders::in_work(work).filter(|contender| wanted(contender));
        let opened = contenders.map(|contender| {
            let peer = (contender.open)(&contender.opening(home, users, caches));
            (contender, peer)
        });
        Self(opened.collect())
    }

    pub fn peers(&self) -> impl Iterator<Item = (&'static Contender, &dyn Peer)> {
        self.0.iter().map(|(contender, peer)| (*contender, &**peer))
    }

    /// Lets all contenders take turns for some rounds. Each turn returns `N` numbers; returns the
    /// medians of each.
    pub fn rounds<const N: usize>(
        &self,
        rounds: usize,
        mut turn: impl FnMut(&dyn Peer, usize) -> [f64; N],
    ) -> [Medians; N] {
        let mut numbers = vec![Vec::new(); self.0.len()];
        for round in 0..rounds {
            for (of, (_, peer)) in self.peers().enumerate() {
                numbers[of].push(turn(peer, round));
            }
        }
        std::array::from_fn(|at| {
            let medians = self.peers().zip(&numbers).map(|((contender, _), numbers)| {
                let numbers = numbers.iter().map(|turn| turn[at]).collect();
                (contender.name, median(numbers))
            });
            medians.collect()
        })
    }

    pub fn close(self) {
        for (_, peer) in self.0 {
            peer.close();
        }
    }
}

/// The median.
pub fn median(numbers: Vec<f64>) -> f64 {
    quantile(numbers, 0.5)
}

/// The number below which this part of the numbers lies.
pub fn quantile(mut numbers: Vec<f64>, part: f64) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into a list in memory"
    )]
    let at = (numbers.len() as f64 * part) as usize;
    numbers[at.min(numbers.len() - 1)]
}

/// Runs `run` on this many threads, each with a session, and returns their results and the time
/// from the first start to the last end.
pub fn parallel<T: Send>(
    peer: &dyn Peer,
    threads: usize,
    run: impl Fn(usize, &mut dyn Session) -> T + Sync,
) -> (Vec<T>, Duration) {
    let barrier = Barrier::new(threads);
    let work = |thread| {
        let mut session = peer.session();
        barrier.wait();
        let began = Instant::now();
        let result = run(thread, &mut *session);
        (result, began, Instant::now())
    };
    let ran: Vec<_> = thread::scope(|scope| {
        let work = &work;
        let handles = (0..threads).map(|thread| scope.spawn(move || work(thread)));
        let handles: Vec<_> = handles.collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .collect()
    });
    let began = ran.iter().map(|(_, began, _)| *began).min().unwrap();
    let ended = ran.iter().map(|(.., ended)| *ended).max().unwrap();
    let results = ran.into_iter().map(|(result, ..)| result).collect();
    (results, ended - began)
}
