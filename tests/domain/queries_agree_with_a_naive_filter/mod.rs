//! Every query returns, page by page, what filtering and sorting all users returns: whatever index
//! it reads, in both directions, also if the directory is reopened or changed between pages.

mod asked;
mod people;

use std::collections::HashSet;
use std::sync::Arc;

use headcount::{Batch, Directory, License, NewUser, User, UserUpdate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use self::asked::{Asked, asked};
use self::people::{USERS, fill, people};
use crate::helpers::{TempPath, finish, listed, run_cases, unlimited};

#[test]
fn pages_and_counts_are_those_of_a_naive_filter() {
    let cases = (people(), vec(asked(), 12), any::<u64>());
    run_cases(64, cases, |(people, queries, seed)| {
        let directory = unlimited();
        let workspaces = fill(&directory, &people, seed);
        for asked in queries {
            let wanted = asked.matches(&directory, &workspaces);
            let query = asked.query(&directory, &workspaces);
            assert_eq!(
                directory.count(&query).unwrap(),
                wanted.len() as u64,
                "{asked:?}"
            );
            let mut pages = Vec::new();
            let mut next = None;
            loop {
                let page = directory
                    .query(&query.clone().after(next.as_deref()))
                    .unwrap();
                assert!(
                    page.users.len() == asked.limit || page.next.is_none(),
                    "{asked:?}"
                );
                pages.extend(page.users.iter().map(|user| user.email().to_string()));
                assert!(pages.len() < 10 * USERS, "{asked:?} goes round in circles");
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            let wanted: Vec<_> = wanted.iter().map(|user| user.email().to_string()).collect();
            assert_eq!(pages, wanted, "{asked:?}");
            // A full last page has no cursor.
            if !wanted.is_empty() {
                let page = directory.query(&query.limit(wanted.len())).unwrap();
                assert_eq!(page.next, None, "{asked:?}");
            }
        }
        finish(directory);
    });
}

#[test]
fn a_cursor_is_a_position_in_the_order_of_any_query() {
    let cases = (people(), vec((asked(), any::<Index>()), 12), any::<u64>());
    run_cases(64, cases, |(people, queries, seed)| {
        let directory = unlimited();
        let workspaces = fill(&directory, &people, seed);
        for (asked, from) in queries {
            // The cursor after a random user, from a query for all users.
            let all = Asked::all(asked.sort, asked.descending);
            let everybody = all.matches(&directory, &workspaces);
            let behind = from.index(everybody.len().max(1));
            let first = all.query(&directory, &workspaces).limit(behind + 1);
            let Some(cursor) = directory.query(&first).unwrap().next else {
                continue;
            };
            let gone: HashSet<_> = everybody[..=behind].iter().map(|user| user.id()).collect();
            let mut wanted = asked.matches(&directory, &workspaces);
            wanted.retain(|user| !gone.contains(&user.id()));
            wanted.truncate(asked.limit);
            let query = asked.query(&directory, &workspaces).after(cursor.as_str());
            let page = directory.query(&query).unwrap();
            assert_eq!(
                emails(&page.users),
                emails(&wanted),
                "{asked:?} after {cursor}"
            );
        }
        finish(directory);
    });
}

#[test]
fn pages_contain_every_remaining_user_once_while_others_come_and_go() {
    let cases = (
        people(),
        asked(),
        vec(any::<(Index, u8)>(), 0..40),
        any::<u64>(),
    );
    run_cases(48, cases, |(people, asked, turmoil, seed)| {
        let asked = asked.stable();
        let file = TempPath::new();
        let mut directory = Directory::options()
            .license_if_new(License::Enterprise)
            .open(&file.path)
            .unwrap();
        let workspaces = fill(&directory, &people, seed);
        let query = asked.query(&directory, &workspaces);
        let before = asked.matches(&directory, &workspaces);
        let mut turmoil = turmoil.iter();
        let mut pages: Vec<Arc<User>> = Vec::new();
        let mut next = None;
        loop {
            let page = directory
                .query(&query.clone().after(next.as_deref()))
                .unwrap();
            pages.extend(page.users);
            assert!(pages.len() < 10 * USERS, "{asked:?} goes round in circles");
            next = page.next;
            if next.is_none() {
                break;
            }
            for (whom, how) in turmoil.by_ref().take(3) {
                disturb(&directory, *whom, *how);
            }
            if pages.len().is_multiple_of(3) {
                directory.close().unwrap();
                directory = file.open();
            }
        }
        for pair in pages.windows(2) {
            assert!(
                asked.comes_before(&pair[0], &pair[1]),
                "{asked:?}: {pair:?}"
            );
        }
        let after = asked.matches(&directory, &workspaces);
        let stayed = before.iter().filter(|user| after.contains(user));
        let seen: HashSet<_> = pages.iter().map(|user| user.id()).collect();
        for user in stayed {
            assert!(
                seen.contains(&user.id()),
                "{asked:?} skipped {}",
                user.email()
            );
        }
        finish(directory);
    });
}

/// What may happen to `directory` between two pages.
fn disturb(directory: &Directory, whom: Index, how: u8) {
    let users = listed(directory);
    let new = format!("{}{how}.new@ex.co", (b'a' + how % 26) as char);
    let Some(user) = users.get(whom.index(users.len().max(1))) else {
        return;
    };
    let batch = match how % 4 {
        0 => Batch::new().create_user(NewUser::new(&new).admin(true)),
        1 => Batch::new().delete_user(&**user),
        2 => Batch::new().update_user(&**user, UserUpdate::new().email(&new)),
        _ => Batch::new().deactivate_user(&**user),
    };
    // Refusals are expected: for the last admin, and for an email that is taken.
    let _ = directory.apply(batch.allow_ownerless(true));
}

fn emails(users: &[Arc<User>]) -> Vec<String> {
    users.iter().map(|user| user.email().to_string()).collect()
}
