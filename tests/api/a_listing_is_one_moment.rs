//! A listing shows the directory as it was when the listing began: all users, including inactive
//! ones, ordered by email, and no later writes.

use std::fmt::Debug;
use std::iter::FusedIterator;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use headcount::{Batch, Directory, ErrorKind, License, NewUser, UserUpdate, UserView};

use crate::helpers::{TempPath, create, create_inactive, emails, finish, on_both_engines};

#[test]
fn all_users_ordered_by_email() {
    on_both_engines(|directory| {
        for email in ["cho@ex.co", "Bob@ex.co", "ann@zz.co", "ann@ex.co"] {
            create_inactive(directory, email);
        }
        directory.activate_user("bob@ex.co").unwrap();
        assert_eq!(
            emails(directory),
            ["ann@ex.co", "ann@zz.co", "Bob@ex.co", "cho@ex.co"]
        );
    });
}

#[test]
fn a_listing_longer_than_what_is_read_at_a_time() {
    on_both_engines(|directory| {
        // Around the boundaries of the pages that the iterator reads.
        for total in [255, 256, 257, 512, 513] {
            let from = directory.len().unwrap();
            let newcomers = (from..total).map(|n| format!("user-{n:04}@ex.co"));
            let batch = newcomers.fold(Batch::new(), |batch, email| {
                batch.create_user(NewUser::new(email).active(false))
            });
            directory.apply(batch).unwrap();
            let expected: Vec<_> = (0..total).map(|n| format!("user-{n:04}@ex.co")).collect();
            assert_eq!(emails(directory), expected);
        }
        let mut users = directory.users().unwrap();
        assert_eq!(users.len(), 513);
        users.next().unwrap().unwrap();
        assert_eq!((users.len(), users.is_empty()), (512, false));
        assert_eq!(users.by_ref().count(), 512);
        assert!(users.next().is_none() && users.is_empty());
    });
}

#[test]
fn later_writes_are_not_in_it() {
    on_both_engines(|directory| {
        let ann = create(directory, "ann@ex.co");
        create(directory, "bob@ex.co");
        let mut users = directory.users().unwrap();
        directory
            .update_user(ann, UserUpdate::new().email("zed@ex.co"))
            .unwrap();
        directory.delete_user("bob@ex.co").unwrap();
        create(directory, "abe@ex.co");
        let seen: Vec<_> = users
            .by_ref()
            .map(|user| user.unwrap().email().to_string())
            .collect();
        assert_eq!(seen, ["ann@ex.co", "bob@ex.co"]);
    });
}

#[test]
fn readers_see_whole_batches_while_others_write_in_memory() {
    let directory = Directory::in_memory().unwrap();
    readers_see_batches_whole(&directory, 2000);
    finish(directory);
}

#[test]
fn readers_see_whole_batches_while_others_write_in_a_file() {
    let file = TempPath::new();
    let directory = file.open();
    readers_see_batches_whole(&directory, 100);
    finish(directory);
}

/// A writer passes one seat around among three hundred users, and renames its holder, who thereby
/// moves within the listing. Every listing has exactly one active user, at its end.
fn readers_see_batches_whole(directory: &Directory, batches: usize) {
    directory.set_license(License::Seats(1)).unwrap();
    let create_all = (0..300).fold(Batch::new(), |batch, n| {
        batch.create_user(NewUser::new(format!("user-{n}@ex.co")).active(false))
    });
    directory.apply(create_all).unwrap();
    let sit_down = |batch: Batch, n: usize| {
        let update = UserUpdate::new().email(format!("zz-{n}@ex.co"));
        batch
            .activate_user(format!("user-{n}@ex.co"))
            .update_user(format!("user-{n}@ex.co"), update)
    };
    let get_up = |batch: Batch, n: usize| {
        let update = UserUpdate::new().email(format!("user-{n}@ex.co"));
        batch
            .deactivate_user(format!("zz-{n}@ex.co"))
            .update_user(format!("zz-{n}@ex.co"), update)
    };
    directory.apply(sit_down(Batch::new(), 0)).unwrap();

    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..batches {
                let next = sit_down(Batch::new(), (n + 1) % 300);
                directory.apply(get_up(next, n % 300)).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        let mut listings = 0;
        while !done.load(Ordering::SeqCst) || listings == 0 {
            let users = directory.users().unwrap();
            assert_eq!(users.len(), 300);
            let users: Vec<_> = users.map(|user| user.unwrap()).collect();
            let active = users.iter().filter(|user| user.is_active()).count();
            let last = users.last().unwrap();
            assert!(last.is_active() && last.email().as_str().starts_with("zz-"));
            assert_eq!((users.len(), active), (300, 1));
            let seats = directory.seats().unwrap();
            assert_eq!((seats.active, seats.inactive), (1, 299));
            listings += 1;
        }
    });
}

/// Counts the items up to the end, and checks that nothing follows it.
fn read_to_end<T>(list: &mut impl FusedIterator<Item = headcount::Result<T>>) -> usize {
    let items = list.by_ref().map(Result::unwrap).count();
    assert!(list.next().is_none() && list.next().is_none());
    items
}

/// Expects one error of kind `Closed`, and nothing after it.
fn expect_closed<T: Debug>(list: &mut impl FusedIterator<Item = headcount::Result<T>>) {
    let error = list.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(list.next().is_none() && list.next().is_none());
}

#[test]
fn a_listing_that_ended_stays_at_its_end() {
    on_both_engines(|directory| {
        create(directory, "ann@ex.co");
        directory.default_workspace("ann@ex.co").unwrap();
        let mut users = directory.users().unwrap();
        let mut changes = directory.changes(0).unwrap();
        let mut workspaces = directory.workspaces().unwrap();
        for (expected, later) in [((1, 1, 2), "bob@ex.co"), ((0, 0, 0), "cho@ex.co")] {
            let read = (
                read_to_end(&mut users),
                read_to_end(&mut workspaces),
                read_to_end(&mut changes),
            );
            assert_eq!(read, expected);
            create(directory, later);
            directory.default_workspace(later).unwrap();
        }
        assert_eq!(users.len(), 0);
    });
}

#[test]
fn a_listing_that_failed_stays_at_its_end() {
    let file = TempPath::new();
    for directory in [Directory::in_memory().unwrap(), file.open()] {
        create(&directory, "ann@ex.co");
        directory.default_workspace("ann@ex.co").unwrap();
        let mut users = directory.users().unwrap();
        let mut visited = directory.users().unwrap();
        let mut changes = directory.changes(0).unwrap();
        let mut workspaces = directory.workspaces().unwrap();
        directory.close().unwrap();
        expect_closed(&mut users);
        expect_closed(&mut changes);
        expect_closed(&mut workspaces);
        let all = |_: UserView<'_>| ControlFlow::<()>::Continue(());
        let error = visited.for_each_view(all).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(visited.next().is_none() && visited.next().is_none());
    }
}
