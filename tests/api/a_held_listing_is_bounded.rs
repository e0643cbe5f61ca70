//! An open list keeps the file from reusing space while others write, up to a limit: then the list
//! is closed and returns an error.

use headcount::{Batch, Directory, ErrorKind, License, NewUser, UserUpdate};

use crate::helpers::{TempPath, finish, listed, refusal};

const USERS: usize = 2_000;
const LOG_BYTES: u64 = 1 << 20;
/// How many bytes may be written after the file has become too large and before a writer notices:
/// about those of a commit that bypasses the log.
const SLACK: u64 = 8 << 20;

fn directory(file: &TempPath) -> Directory {
    let options = Directory::options()
        .license_if_new(License::Enterprise)
        .log_bytes(LOG_BYTES);
    let directory = options.open(&file.path).unwrap();
    let new = (0..USERS).map(|n| NewUser::new(format!("user-{n}@ex.co")));
    let batch = new.fold(Batch::new(), Batch::create_user);
    directory.apply(batch).unwrap();
    directory
}

/// Changes users all over the file, in rounds that each end in a checkpoint.
fn write(directory: &Directory, rounds: usize) {
    for round in 0..rounds {
        let some = (0..USERS).skip(round % 16).step_by(16);
        let batch = some.fold(Batch::new(), |batch, n| {
            let update = UserUpdate::new().given_name(format!("Name {round}").as_str());
            batch.update_user(format!("user-{n}@ex.co"), update)
        });
        directory.apply(batch).unwrap();
        directory.trim_changes(round as u64).unwrap();
    }
}

#[test]
fn the_file_stays_small_over_hundreds_of_checkpoints() {
    let file = TempPath::new();
    let directory = directory(&file);
    let size = || std::fs::metadata(&file.path).unwrap().len();
    let start = size();
    let allowed = start + start.max(4 * LOG_BYTES);
    let mut users = directory.users().unwrap();
    let mut views = directory.users().unwrap();
    users.next().unwrap().unwrap();
    // A short list is still read as it was.
    write(&directory, 2);
    let mut early = directory.users().unwrap();
    assert_eq!(early.by_ref().count(), USERS);
    write(&directory, 300);
    assert!(
        size() <= allowed + SLACK,
        "{start} bytes became {}, where {allowed} are allowed",
        size()
    );
    // Users that were read ahead are returned, then one error.
    let rest: Vec<_> = users.by_ref().collect();
    let (last, read) = rest.split_last().unwrap();
    assert!(read.iter().all(Result::is_ok) && read.len() < USERS - 1);
    assert_eq!(last.as_ref().unwrap_err().kind(), ErrorKind::Closed);
    assert!(users.next().is_none());
    let viewed = views.for_each_view(|_| std::ops::ControlFlow::<()>::Continue(()));
    assert_eq!(refusal(viewed), ErrorKind::Closed);
    // The list that was read to its end no longer holds any space, and a new one is complete.
    assert!(early.next().is_none());
    assert_eq!(listed(&directory).len(), USERS);
    finish(directory);
}

/// If the file doesn't grow, a list stays open however long it is held.
#[test]
fn a_listing_that_costs_little_stays_open() {
    let file = TempPath::new();
    let directory = directory(&file);
    let users = directory.users().unwrap();
    for n in 0..50 {
        let update = UserUpdate::new().given_name(format!("Name {n}").as_str());
        directory.update_user("user-7@ex.co", update).unwrap();
    }
    let users: Vec<_> = users.collect::<Result<_, _>>().unwrap();
    assert!(users.iter().all(|user| user.given_name().is_none()));
    assert_eq!(users.len(), USERS);
    finish(directory);
}
