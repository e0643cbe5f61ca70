//! Group commit: the batches of many threads in few transactions.
//!
//! A commit costs a sync of the disk, whatever is in it. So while one thread, the
//! leader, is busy with a commit, the batches of the others gather; when it is
//! done, one of them leads and commits all that have gathered, each as if it were
//! alone: a batch that fails leaves nothing, and the ones behind it see what
//! the ones before it did. This is written once, above the engines.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::cache::UserCache;
use crate::directory;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Applied, Batch, Timestamp};

/// Operations in one transaction, unless a single batch has more.
const GROUP_OPS_MAX: usize = 4096;

/// The batches that wait to be committed.
#[derive(Default)]
pub(super) struct Commits {
    queue: Mutex<Queue>,
    /// Batches handed in since the directory was opened, and groups of them.
    requests: AtomicU64,
    groups: AtomicU64,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Arc<Request>>,
    /// Whether some thread leads, or was told to.
    has_leader: bool,
}

/// A batch, and the thread that waits for it.
struct Request {
    batch: Batch,
    at: Timestamp,
    turn: Mutex<Turn>,
    changed: Condvar,
}

/// What a waiting thread is to do.
enum Turn {
    Wait,
    /// Commit everything that waits; its own batch is part of it.
    Lead,
    Return(Result<Applied>),
}

impl Commits {
    /// Applies `batch`, together with those of other threads. What it needs to be
    /// repeatable, its ids and its time, is drawn here.
    pub(super) fn apply(
        &self,
        engine: &impl Engine,
        cache: &UserCache,
        mut batch: Batch,
    ) -> Result<Applied> {
        batch.draw_ids();
        let request = Arc::new(Request {
            batch,
            at: Timestamp::now(),
            turn: Mutex::new(Turn::Wait),
            changed: Condvar::new(),
        });
        {
            let mut queue = lock(&self.queue);
            queue.waiting.push(Arc::clone(&request));
            if !queue.has_leader {
                queue.has_leader = true;
                request.tell(Turn::Lead);
            }
        }
        loop {
            match request.next_turn() {
                Turn::Return(result) => return result,
                Turn::Lead => self.lead(engine, cache),
                Turn::Wait => {}
            }
        }
    }

    /// Commits what waits, answers, and makes the next one who waits the leader.
    fn lead(&self, engine: &impl Engine, cache: &UserCache) {
        let group = Group {
            commits: self,
            requests: self.take_group(),
            answered: 0,
        };
        let requests = group.requests.len() as u64;
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.groups.fetch_add(1, Ordering::Relaxed);
        let mut change = cache.change();
        let results = engine.transact(|txn| {
            let mut results = Vec::with_capacity(group.requests.len());
            let mut replaced = Vec::new();
            for request in &group.requests {
                // Applying only reads: whatever is wrong concerns this batch alone.
                // A write that fails half way concerns all.
                results.push(match directory::apply(&*txn, &request.batch, request.at) {
                    Ok(plan) => {
                        plan.writes.write_to(txn)?;
                        replaced.extend(plan.replaced);
                        Ok(plan.applied)
                    }
                    Err(error) => Err(error),
                });
            }
            change.mark(replaced);
            Ok(results)
        });
        drop(change);
        group.answer(results);
    }

    /// Batches that were handed in, and the transactions they were grouped into.
    pub(super) fn counts(&self) -> (u64, u64) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (count(&self.requests), count(&self.groups))
    }

    fn take_group(&self) -> Vec<Arc<Request>> {
        let mut queue = lock(&self.queue);
        let mut ops = 0;
        let fitting = queue.waiting.iter().take_while(|request| {
            ops += request.batch.len();
            ops <= GROUP_OPS_MAX
        });
        let count = fitting.count().max(1).min(queue.waiting.len());
        queue.waiting.drain(..count).collect()
    }
}

/// The requests of one transaction. When it goes, whichever way, all of them have
/// an answer and there is a new leader: nobody waits for ever.
struct Group<'c> {
    commits: &'c Commits,
    requests: Vec<Arc<Request>>,
    answered: usize,
}

impl Group<'_> {
    fn answer(mut self, results: Result<Vec<Result<Applied>>>) {
        match results {
            Ok(results) => {
                for result in results {
                    self.answer_next(result);
                }
            }
            Err(error) => {
                while self.answered < self.requests.len() {
                    self.answer_next(Err(error.clone()));
                }
            }
        }
    }

    fn answer_next(&mut self, result: Result<Applied>) {
        if let Some(request) = self.requests.get(self.answered) {
            request.tell(Turn::Return(result));
            self.answered += 1;
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // Only a panic leaves requests without an answer.
        while self.answered < self.requests.len() {
            self.answer_next(Err(Error::new(
                ErrorKind::OutcomeUnknown,
                "the thread that committed this with others panicked; \
                 read the directory again to see whether it took effect",
            )));
        }
        let mut queue = lock(&self.commits.queue);
        match queue.waiting.first() {
            Some(next) => next.tell(Turn::Lead),
            None => queue.has_leader = false,
        }
    }
}

impl Request {
    fn tell(&self, turn: Turn) {
        *lock(&self.turn) = turn;
        self.changed.notify_one();
    }

    /// Waits until there is something to do.
    fn next_turn(&self) -> Turn {
        let mut turn = lock(&self.turn);
        loop {
            match std::mem::replace(&mut *turn, Turn::Wait) {
                Turn::Wait => {
                    turn = self
                        .changed
                        .wait(turn)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                told => return told,
            }
        }
    }
}

/// Nothing panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::codec::keys;
    use crate::engine::Write;
    use crate::engine::memory::Memory;
    use crate::model::License;

    fn engine() -> Memory {
        let engine = Memory::new();
        engine
            .transact(|txn| directory::format::create(txn, License::Enterprise))
            .unwrap();
        engine
    }

    fn request(mut batch: Batch) -> Arc<Request> {
        batch.draw_ids();
        Arc::new(Request {
            batch,
            at: Timestamp::now(),
            turn: Mutex::new(Turn::Wait),
            changed: Condvar::new(),
        })
    }

    fn email(thread: usize, number: usize) -> String {
        format!("{thread}.{number}@ex.co")
    }

    #[test]
    fn every_thread_gets_its_own_answer() {
        let (engine, cache, commits) = (engine(), UserCache::new(1 << 20), Commits::default());
        thread::scope(|scope| {
            for thread in 0..16 {
                let (engine, cache, commits) = (&engine, &cache, &commits);
                scope.spawn(move || {
                    for number in 0..50 {
                        // Every thread makes each of these; one is first.
                        let own = Batch::new().create_user(email(thread, number).as_str());
                        let applied = commits.apply(engine, cache, own).unwrap();
                        assert_eq!(applied.users.len(), 1);
                        let user = applied.users.into_values().next().flatten().unwrap();
                        assert_eq!(user.email().as_str(), email(thread, number));
                        let taken = Batch::new().create_user(email(thread, number).as_str());
                        let refused = commits.apply(engine, cache, taken).unwrap_err();
                        assert_eq!(refused.kind(), ErrorKind::EmailTaken);
                    }
                });
            }
        });
        let verified = directory::verify(&engine.snapshot().unwrap()).unwrap();
        assert_eq!((verified.active, verified.changes), (800, 800));
        assert!(!lock(&commits.queue).has_leader);
    }

    #[test]
    fn a_closed_engine_answers_everybody() {
        let (engine, cache, commits) = (engine(), UserCache::new(1 << 20), Commits::default());
        engine.close().unwrap();
        thread::scope(|scope| {
            for thread in 0..8 {
                let (engine, cache, commits) = (&engine, &cache, &commits);
                scope.spawn(move || {
                    let batch = Batch::new().create_user(email(thread, 0).as_str());
                    let refused = commits.apply(engine, cache, batch).unwrap_err();
                    assert_eq!(refused.kind(), ErrorKind::Closed);
                });
            }
        });
    }

    #[test]
    fn a_damaged_record_fails_those_who_touch_it_and_nobody_else() {
        let (engine, cache, commits) = (engine(), UserCache::new(1 << 20), Commits::default());
        let ann = Batch::new().create_user("ann@ex.co");
        commits.apply(&engine, &cache, ann).unwrap();
        engine
            .transact(|txn| txn.put(&keys::user("ann@ex.co"), &[0]))
            .unwrap();

        let touching = || request(Batch::new().deactivate_user("ann@ex.co"));
        let others = ["bob@ex.co", "cho@ex.co"].map(|email| Batch::new().create_user(email));
        let [bob, cho] = others.map(request);
        let group = [bob, touching(), cho, touching()];
        *lock(&commits.queue) = Queue {
            waiting: group.to_vec(),
            has_leader: true,
        };
        commits.lead(&engine, &cache);
        let kinds = group.map(|request| match request.next_turn() {
            Turn::Return(result) => result.err().map(|error| error.kind()),
            _ => panic!("no answer"),
        });
        let corrupted = Some(ErrorKind::Corrupted);
        assert_eq!(kinds, [None, corrupted, None, corrupted]);
    }

    #[test]
    fn a_panic_leaves_nobody_waiting() {
        let commits = Commits::default();
        let (in_group, behind) = (request(Batch::new()), request(Batch::new()));
        *lock(&commits.queue) = Queue {
            waiting: vec![Arc::clone(&behind)],
            has_leader: true,
        };
        drop(Group {
            commits: &commits,
            requests: vec![Arc::clone(&in_group)],
            answered: 0,
        });
        let Turn::Return(Err(error)) = in_group.next_turn() else {
            panic!("no answer")
        };
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(matches!(behind.next_turn(), Turn::Lead));
    }
}
