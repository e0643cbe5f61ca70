//! Adding many users to a large directory, in one transaction.

use std::time::Instant;

use super::{Bench, Size};
use crate::field::Field;
use crate::peer::{Caches, Work};
use crate::people::Profile;
use crate::table::{Goal, Row, Unit};

/// How many are added.
const ADDED: usize = 1_000_000;

pub fn add(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let field = Field::open(Work::Add, &size.home, size.users, Caches::All, |_| true);
    let added = bench.pick(ADDED / 10, ADDED);
    let [medians] = field.rounds(1, |peer, _| {
        let profiles: Vec<Profile> = (0..added).map(|_| bench.newcomer().scattered()).collect();
        let mut session = peer.session();
        let began = Instant::now();
        session.create_all(profiles);
        [began.elapsed().as_secs_f64()]
    });
    field.close();
    bench.add(Row {
        work: bench.pick("add 100,000 users at once", "add 1,000,000 users at once"),
        users: size.users,
        threads: 1,
        unit: Unit::Seconds,
        medians,
        goals: vec![Goal::AtMost(15.0)],
    });
}
