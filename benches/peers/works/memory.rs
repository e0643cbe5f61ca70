//! The memory that an open directory takes, in a process of its own for each contender.

use super::reads::as_f64;
use super::{Bench, Size};
use crate::children;
use crate::contenders;
use crate::peer::{Filling, Work};
use crate::table::{Goal, Row, Unit};

pub fn hold(bench: &mut Bench, size: &Size) {
    if !size.is_largest {
        return;
    }
    let users = as_f64(usize::try_from(size.users).unwrap());
    let [mut opened, mut got, mut each] = [const { Vec::new() }; 3];
    for contender in contenders::in_work(Work::Memory) {
        let held = children::hold(contender, &size.home, size.users);
        opened.push((contender.name, held.opened));
        got.push((contender.name, held.got));
        match contender.filling {
            // It holds all users from the start.
            Filling::Nothing => each.push((contender.name, held.opened / users)),
            _ if contender.name == contenders::ALL[0].name => {
                each.push((contender.name, (held.got - held.listed) / users));
            }
            // Without a cache of users.
            _ => {}
        }
    }
    for (work, medians, goal) in [
        ("memory of an opened directory", opened, Goal::Stated),
        ("memory after getting all users", got, Goal::Stated),
        ("memory of each cached user", each, Goal::AtMost(380.0)),
    ] {
        bench.add(Row {
            work,
            users: size.users,
            threads: 1,
            unit: Unit::Bytes,
            medians,
            goals: vec![goal],
        });
    }
}
