//! One random load from memory for each get, from an address that depends on the previous load: the
//! limit for a lookup when nothing it needs is in the processor's caches.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};

pub const RANDOM_LOAD: Contender = Contender {
    name: "random load",
    setup: "one dependent load from a random line of 256 MiB; finds nobody",
    folder: "random-load",
    works: &[Work::Get],
    open: |_: &Opening| Box::new(Memory::new()),
    filling: Filling::Nothing,
    compact: None,
};

const LINES: usize = (256 << 20) / size_of::<Line>();

/// A line of the processor's caches.
#[derive(Clone)]
#[repr(align(64))]
struct Line {
    next: usize,
}

/// Lines that point to one another in a single cycle.
struct Memory {
    lines: Vec<Line>,
    sessions: AtomicUsize,
}

impl Memory {
    fn new() -> Self {
        let mut lines: Vec<Line> = (0..LINES).map(|next| Line { next }).collect();
        // Sattolo's shuffle, with a linear congruential generator.
        let mut random = 1_u64;
        for last in (1..LINES).rev() {
            random = random
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            let other = usize::try_from(random >> 33).unwrap() % last;
            let next = lines[last].next;
            lines[last].next = lines[other].next;
            lines[other].next = next;
        }
        Self {
            lines,
            sessions: AtomicUsize::new(0),
        }
    }
}

impl Peer for Memory {
    fn session(&self) -> Box<dyn Session + '_> {
        // Each session begins where no other has just been.
        let number = self.sessions.fetch_add(1, Ordering::Relaxed);
        Box::new(Walk {
            lines: &self.lines,
            at: number * 7_919_333 % LINES,
        })
    }

    fn close(self: Box<Self>) {}
}

struct Walk<'m> {
    lines: &'m [Line],
    at: usize,
}

impl Session for Walk<'_> {
    fn get(&mut self, _: &str) -> Digest {
        self.at = black_box(self.lines[self.at].next);
        Digest {
            users: 1,
            ..Digest::default()
        }
    }
}
