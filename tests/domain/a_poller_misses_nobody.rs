//! A program that polls for users changed since the latest time it has seen finds every change,
//! however many threads write.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use headcount::{Directory, License, Timestamp, UserId, UserQuery, UserUpdate};

use crate::helpers::{TempPath, finish, listed, unlimited};

const WRITERS: usize = 8;

/// A poller's state: the version of each user, and the latest time.
#[derive(Default)]
struct Poller {
    versions: HashMap<UserId, u64>,
    since: Timestamp,
}

impl Poller {
    fn poll(&mut self, directory: &Directory) {
        let query = UserQuery::new().changed_since(self.since);
        let page = directory.query(&query.limit(1_000)).unwrap();
        assert!(page.next.is_none());
        for user in &page.users {
            self.versions.insert(user.id(), user.version());
            self.since = self.since.max(user.updated_at());
        }
    }
}

fn write(directory: &Directory, writer: usize, count: usize) {
    let email = |n: usize| format!("u{writer}.{n}@ex.co");
    for n in 0..count {
        directory.create_user(&*email(n)).unwrap();
        let name = format!("N{n}");
        let update = UserUpdate::new().given_name(name.as_str());
        directory.update_user(&*email(n / 2), update).unwrap();
    }
}

#[test]
fn a_poller_misses_nobody_beside_many_writers() {
    let file = TempPath::new();
    for (directory, writes) in [(unlimited(), 100), (file.open(), 30)] {
        directory.set_license(License::Enterprise).unwrap();
        let mut poller = Poller::default();
        let at_work = AtomicUsize::new(WRITERS);
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (directory, at_work) = (&directory, &at_work);
                scope.spawn(move || {
                    write(directory, writer, writes);
                    at_work.fetch_sub(1, Ordering::Release);
                });
            }
            while at_work.load(Ordering::Acquire) > 0 {
                poller.poll(&directory);
            }
        });
        poller.poll(&directory);

        let users = listed(&directory);
        assert_eq!(users.len(), WRITERS * writes);
        for user in users {
            let seen = poller.versions.get(&user.id());
            assert_eq!(seen, Some(&user.version()), "{}", user.email());
        }
        let times: Vec<_> = crate::helpers::changes(&directory, 0);
        assert!(times.is_sorted_by_key(|change| change.at));
        finish(directory);
    }
}
