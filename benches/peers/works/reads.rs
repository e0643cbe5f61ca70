//! Getting one user, and reading many.

use std::time::Instant;

use super::{Bench, Size};
use crate::field::{Field, parallel};
use crate::peer::{Caches, Digest, Session, Work};
use crate::people;
use crate::table::{Goal, Row, Unit};

/// The most keys that are looked up repeatedly.
const KEYS_MAX: u64 = 100_000;
const PAGE: usize = 100;

/// Gets by email: warm, on several threads, and without a cache of users.
pub fn get(bench: &mut Bench, size: &Size) {
    let keys: Vec<String> = people::numbers(size.users)
        .take(usize::try_from(KEYS_MAX).unwrap())
        .map(people::email)
        .collect();
    let field = Field::open(Work::Get, &size.home, size.users, Caches::All, |_| true);
    warm_up(&field, &keys);
    let goals = vec![
        Goal::Ahead("SQLite", 30.0),
        Goal::Ahead("LMDB", 8.0),
        Goal::Ahead("RwLock<HashMap>", 1.3),
        Goal::Within("random load", 1.25),
    ];
    get_alone(bench, size, &field, &keys, "get by email, warm", goals);
    if size.is_usual {
        for threads in [4, 16, 64] {
            get_together(bench, size, &field, &keys, threads);
        }
    }
    field.close();

    if size.is_largest {
        let has_pages = |name: &str| !["RwLock<HashMap>", "random load"].contains(&name);
        let field = Field::open(
            Work::Get,
            &size.home,
            size.users,
            Caches::Pages,
            |contender| has_pages(contender.name),
        );
        warm_up(&field, &keys);
        let goals = vec![Goal::Ahead("SQLite", 4.0), Goal::Ahead("LMDB", 0.9)];
        get_alone(
            bench,
            size,
            &field,
            &keys,
            "get by email, user not cached",
            goals,
        );
        field.close();
    }
}

/// How many users are looked up at once.
const AT_ONCE: usize = 64;

/// Gets 64 users at once, by email and by id.
pub fn get_many(bench: &mut Bench, size: &Size) {
    if !size.is_usual {
        return;
    }
    let keys: Vec<String> = people::numbers(size.users).map(people::email).collect();
    let field = Field::open(Work::Many, &size.home, size.users, Caches::All, |_| true);
    warm_up(&field, &keys);
    let batches = bench.pick(100, 500);
    let rounds = bench.options.rounds().reads;
    let (groups, _) = keys.as_chunks::<AT_ONCE>();
    let groups_from = |at: usize| groups.iter().cycle().skip(at % groups.len()).take(batches);
    let [by_email, by_id] = field.rounds(rounds, |peer, round| {
        let mut session = peer.session();
        // Far from those looked up by email, because looking up their ids warms caches.
        let elsewhere = groups_from(round * batches + groups.len() / 2);
        let ids = elsewhere.map(|group| group.each_ref().map(|email| session.id_of(email)));
        let ids: Vec<[[u8; 16]; AT_ONCE]> = ids.collect();
        let by_email = seconds_each(groups_from(round * batches), |group| {
            session.get_many(group)
        });
        let by_id = seconds_each(ids.iter(), |group| session.get_many_by_id(group));
        [by_email, by_id]
    });
    for (work, medians) in [
        ("get 64 by email at once, each user", by_email),
        ("get 64 by id at once, each user", by_id),
    ] {
        bench.add(Row {
            work,
            users: size.users,
            threads: 1,
            unit: Unit::Seconds,
            medians,
            goals: vec![Goal::AtMost(100e-9)],
        });
    }
    field.close();
}

/// How long `get` takes per user.
fn seconds_each<G>(groups: impl Iterator<Item = G>, mut get: impl FnMut(G) -> Digest) -> f64 {
    let began = Instant::now();
    let mut count = 0;
    for group in groups {
        assert_eq!(get(group).users, AT_ONCE as u64);
        count += AT_ONCE;
    }
    began.elapsed().as_secs_f64() / as_f64(count)
}

/// Reads everything once, and gets each of the keys.
fn warm_up(field: &Field, keys: &[String]) {
    for (_, peer) in field.peers() {
        let mut session = peer.session();
        session.list();
        get_all(&mut *session, keys.iter());
    }
}

fn get_all<'k>(session: &mut dyn Session, keys: impl Iterator<Item = &'k String>) {
    for key in keys {
        assert_eq!(session.get(key).users, 1);
    }
}

fn get_alone(
    bench: &mut Bench,
    size: &Size,
    field: &Field,
    keys: &[String],
    work: &'static str,
    goals: Vec<Goal>,
) {
    let gets = bench.pick(10_000, 50_000);
    let [medians] = field.rounds(bench.options.rounds().reads, |peer, round| {
        let mut session = peer.session();
        let mut keys = keys.iter().cycle().skip(round * gets % keys.len());
        get_all(&mut *session, keys.by_ref().take(100));
        let began = Instant::now();
        get_all(&mut *session, keys.take(gets));
        [began.elapsed().as_secs_f64() / as_f64(gets)]
    });
    bench.add(Row {
        work,
        users: size.users,
        threads: 1,
        unit: Unit::Seconds,
        medians,
        goals,
    });
}

fn get_together(bench: &mut Bench, size: &Size, field: &Field, keys: &[String], threads: usize) {
    let gets = bench.pick(40_000, 100_000) / threads;
    let [medians] = field.rounds(bench.options.rounds().writes, |peer, round| {
        let (_, took) = parallel(peer, threads, |thread, session| {
            let start = (round + thread * 7) * gets % keys.len();
            get_all(session, keys.iter().cycle().skip(start).take(gets));
        });
        [as_f64(gets * threads) / took.as_secs_f64()]
    });
    bench.add(Row {
        work: "get by email, warm",
        users: size.users,
        threads,
        unit: Unit::PerSecond,
        medians,
        goals: Vec::new(),
    });
}

/// All users, and pages of them, by email.
pub fn list(bench: &mut Bench, size: &Size) {
    let field = Field::open(Work::List, &size.home, size.users, Caches::All, |_| true);
    let digests = field.peers().map(|(_, peer)| peer.session().list());
    let digests: Vec<Digest> = digests.collect();
    assert!(
        digests.iter().all(|digest| *digest == digests[0]),
        "{digests:?}"
    );
    assert_eq!(digests[0].users, size.users);

    let rounds = bench.options.rounds();
    let rounds = if size.is_largest {
        rounds.writes
    } else {
        rounds.reads
    };
    let [medians] = field.rounds(rounds, |peer, _| {
        let mut session = peer.session();
        session.page("a", 1);
        let began = Instant::now();
        session.list();
        [began.elapsed().as_secs_f64()]
    });
    bench.add(Row {
        work: "list all users",
        users: size.users,
        threads: 1,
        unit: Unit::Seconds,
        medians,
        goals: vec![Goal::Ahead("SQLite", 5.5), Goal::Ahead("LMDB", 1.0)],
    });

    let pages = bench.pick(300, 1_000);
    let starts: Vec<_> = people::numbers(size.users)
        .map(people::email)
        .take(pages)
        .collect();
    let [medians] = field.rounds(bench.options.rounds().reads, |peer, _| {
        let mut session = peer.session();
        session.page(&starts[0], PAGE);
        let began = Instant::now();
        for start in &starts {
            session.page(start, PAGE);
        }
        [began.elapsed().as_secs_f64() / as_f64(starts.len())]
    });
    bench.add(Row {
        work: "page of 100 by email",
        users: size.users,
        threads: 1,
        unit: Unit::Seconds,
        medians,
        goals: vec![Goal::Ahead("SQLite", 6.0), Goal::Ahead("LMDB", 1.0)],
    });
    field.close();
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}
