//! Every thread gets an answer, however its group ends.

#[cfg(feature = "capi")]
use std::panic::resume_unwind;
#[cfg(feature = "capi")]
use std::sync::atomic::AtomicBool;
use std::thread;

use super::*;
use crate::codec::keys;
use crate::engine::Write;
use crate::engine::memory::Memory;
use crate::model::License;

fn engine() -> Memory {
    let engine = Memory::new();
    engine
        .transact(|txn| rules::format::create(txn, License::Enterprise))
        .unwrap();
    engine
}

fn request(mut batch: Batch) -> Arc<Waiter> {
    batch.prepare();
    Arc::new(Waiter::new(batch, Timestamp::now()))
}

fn email(thread: usize, number: usize) -> String {
    format!("{thread}.{number}@ex.co")
}

#[cfg(feature = "capi")]
#[test]
fn batches_of_one_thread_share_commits_and_keep_their_order_beside_others() {
    let (engine, cache, commits) = (engine(), UserCache::new(1 << 20), Commits::default());
    let batches_of = |thread: usize| -> Vec<Batch> {
        let numbers = (0..100).map(|number| number - number % 2);
        let create = |number| Batch::new().create_user(email(thread, number).as_str());
        numbers.map(create).collect()
    };
    thread::scope(|scope| {
        for thread in 0..4 {
            let (engine, cache, commits) = (&engine, &cache, &commits);
            scope.spawn(move || {
                let outcomes = commits.apply_each(engine, cache, batches_of(thread));
                assert_eq!(outcomes.len(), 100);
                let mut before = 0;
                for pair in outcomes.chunks(2) {
                    let first = pair[0].as_ref().unwrap().sequence.unwrap();
                    assert!(first > before);
                    before = first;
                    assert_eq!(pair[1].as_ref().unwrap_err().kind(), ErrorKind::EmailTaken);
                }
                for number in 0..50 {
                    let own = Batch::new().create_user(email(thread + 4, number).as_str());
                    commits.apply(engine, cache, own).unwrap();
                }
            });
        }
    });
    assert!(commits.apply_each(&engine, &cache, Vec::new()).is_empty());
    let (requests, groups) = commits.counts();
    assert_eq!(requests, 600);
    assert!(groups <= 4 + 200, "{groups}");
}

/// An engine whose next transaction panics.
#[cfg(feature = "capi")]
struct Panicking(Memory, AtomicBool);

#[cfg(feature = "capi")]
impl Engine for Panicking {
    type Snapshot = <Memory as Engine>::Snapshot;
    type Txn<'t> = <Memory as Engine>::Txn<'t>;

    fn snapshot(&self) -> Result<Self::Snapshot> {
        self.0.snapshot()
    }

    fn transact<T>(&self, body: impl FnOnce(&mut Self::Txn<'_>) -> Result<T>) -> Result<T> {
        if self.1.swap(false, Ordering::Relaxed) {
            // Avoids the output of the panic hook.
            resume_unwind(Box::new("a bug"));
        }
        self.0.transact(body)
    }

    fn close(&self) -> Result<()> {
        self.0.close()
    }
}

#[cfg(feature = "capi")]
#[test]
fn a_commit_that_panics_answers_its_batches_and_leaves_the_others() {
    let (cache, commits) = (UserCache::new(1 << 20), Commits::default());
    let engine = Panicking(engine(), AtomicBool::new(true));
    let create = |number| Batch::new().create_user(email(0, number).as_str());
    // More operations than fit into one commit, so that there are two.
    let large = (0..GROUP_OPS_MAX).fold(Batch::new(), |batch, number| {
        batch.create_user(email(1, number).as_str())
    });
    let outcomes = commits.apply_each(&engine, &cache, vec![create(0), create(1), large]);
    let kinds: Vec<_> = outcomes
        .iter()
        .map(|one| one.as_ref().map_err(Error::kind).map(|_| ()))
        .collect();
    let unknown = Err(ErrorKind::OutcomeUnknown);
    assert_eq!(kinds, [unknown, unknown, Ok(())]);
    assert!(commits.apply(&engine, &cache, create(0)).is_ok());
}

#[test]
fn every_thread_gets_its_own_answer() {
    let (engine, cache, commits) = (engine(), UserCache::new(1 << 20), Commits::default());
    thread::scope(|scope| {
        for thread in 0..16 {
            let (engine, cache, commits) = (&engine, &cache, &commits);
            scope.spawn(move || {
                for number in 0..50 {
                    // Each email is created twice; the second attempt is refused.
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
    let verified = rules::verify(&engine.snapshot().unwrap()).unwrap();
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
        batching: Batching::default(),
    };
    commits.lead(&engine, &cache, &group[0], 1);
    let kinds = group.map(|request| match request.next_task() {
        Task::Return(result, _) => result.err().map(|error| error.kind()),
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
        batching: Batching::default(),
    };
    drop(Group {
        commits: &commits,
        requests: vec![Arc::clone(&in_group)],
        own: Arc::clone(&in_group),
        sync: Duration::ZERO,
        is_answered: false,
    });
    let Task::Return(Err(error), _) = in_group.next_task() else {
        panic!("no answer")
    };
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(matches!(behind.next_task(), Task::Lead));
}

#[test]
fn a_panic_in_a_later_group_is_not_the_leaders() {
    let committed = |panicking: usize| {
        let mut groups = 0;
        let lead = || {
            in_a_row(3, |may_go_on| {
                groups += 1;
                assert_ne!(groups, panicking);
                may_go_on
            });
        };
        let is_caught = catch_unwind(AssertUnwindSafe(lead)).is_ok();
        (groups, is_caught)
    };
    assert_eq!(committed(1), (1, false));
    assert_eq!(committed(2), (2, true));
    assert_eq!(committed(3), (3, true));
    assert_eq!(committed(4), (3, true));
}

#[test]
fn a_leader_goes_on_with_those_who_wait_as_long_as_it_may() {
    let commits = Commits::default();
    let waiting = request(Batch::new());
    *lock(&commits.queue) = Queue {
        waiting: vec![Arc::clone(&waiting)],
        has_leader: true,
        batching: Batching::default(),
    };
    assert!(commits.end_lead(1, Duration::ZERO, true));
    assert!(lock(&commits.queue).has_leader);
    assert!(!waiting.watch(Duration::ZERO), "another was told to lead");
    assert!(!commits.end_lead(1, Duration::ZERO, false));
    assert!(matches!(waiting.next_task(), Task::Lead));
    // Nobody waits any more.
    lock(&commits.queue).waiting.clear();
    assert!(!commits.end_lead(1, Duration::ZERO, true));
    assert!(!lock(&commits.queue).has_leader);
}
