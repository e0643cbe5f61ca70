//! Times never decrease from one change to the next, whatever the clock does.

use std::cell::Cell;
use std::path::Path;

use crate::directory::Directory;
use crate::directory::commits::Commits;
use crate::error::ErrorKind;
use crate::model::{Change, License, NewWorkspace, Role, Timestamp, UserId, UserQuery, UserUpdate};

const MINUTE: u64 = 60_000_000;
const NOON: u64 = 1_700_000_000_000_000;

thread_local! {
    /// The clock of this thread's directories.
    static CLOCK: Cell<u64> = const { Cell::new(NOON) };
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

fn open(path: &Path) -> Directory {
    let options = Directory::options().license_if_new(License::Enterprise);
    let mut directory = options.open(path).unwrap();
    let shared = std::sync::Arc::get_mut(&mut directory.shared).unwrap();
    shared.commits = Commits::with_clock(|| at(CLOCK.get()));
    directory
}

fn create(directory: &Directory, email: &str) -> UserId {
    directory.create_user(email).unwrap().id()
}

fn last_change(directory: &Directory) -> Change {
    let trimmed = match directory.changes(0) {
        Ok(changes) => return changes.last().unwrap().unwrap(),
        Err(error) => error.kind(),
    };
    let ErrorKind::HistoryTrimmed { resume_after } = trimmed else {
        panic!("{trimmed:?}");
    };
    directory
        .changes(resume_after)
        .unwrap()
        .last()
        .unwrap()
        .unwrap()
}

#[test]
fn a_clock_that_goes_back_moves_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let directory = open(&folder.path().join("users.redb"));
    let ann = create(&directory, "ann@ex.co");
    CLOCK.set(NOON - 60 * MINUTE);

    let bob = directory.create_user("bob@ex.co").unwrap();
    assert_eq!((bob.created_at(), bob.updated_at()), (at(NOON), at(NOON)));
    let update = UserUpdate::new().given_name("Ann");
    let ann = directory.update_user(ann, update).unwrap();
    assert_eq!(ann.updated_at(), at(NOON));
    let team = NewWorkspace::new("team").owner(ann.id());
    let team = directory.create_workspace(team).unwrap();
    assert_eq!(team.created_at(), at(NOON));
    directory.add_member("team", bob.id(), Role::User).unwrap();
    let members = directory.members("team").unwrap();
    assert!(members.iter().all(|member| member.since() == at(NOON)));
    assert_eq!(last_change(&directory).at, at(NOON));

    // Once the clock has caught up, it is used again.
    CLOCK.set(NOON + MINUTE);
    create(&directory, "cho@ex.co");
    assert_eq!(last_change(&directory).at, at(NOON + MINUTE));
    directory.verify().unwrap();
}

#[test]
fn it_holds_across_reopening_and_trimming() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = open(&path);
    create(&directory, "ann@ex.co");
    directory.trim_changes(u64::MAX).unwrap();
    directory.close().unwrap();

    CLOCK.set(0);
    let directory = open(&path);
    create(&directory, "bob@ex.co");
    assert_eq!(last_change(&directory).at, at(NOON));
    let changed = UserQuery::new().changed_since(at(NOON));
    assert_eq!(directory.count(&changed).unwrap(), 2);
    directory.verify().unwrap();
}

/// A time that the caller passes comes from another system, and is stored unchanged.
#[test]
fn a_time_from_elsewhere_stays() {
    let folder = tempfile::tempdir().unwrap();
    let directory = open(&folder.path().join("users.redb"));
    create(&directory, "ann@ex.co");
    let old = crate::model::NewUser::new("bob@ex.co").created_at(at(MINUTE));
    let bob = directory.create_user(old).unwrap();
    assert_eq!((bob.created_at(), bob.updated_at()), (at(MINUTE), at(NOON)));
}

#[test]
fn the_ends_of_time_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let last = 253_402_207_200_999_999;
    CLOCK.set(0);
    let directory = open(&path);
    create(&directory, "ann@ex.co");
    assert_eq!(last_change(&directory).at, at(0));
    CLOCK.set(last);
    create(&directory, "bob@ex.co");
    CLOCK.set(NOON);
    create(&directory, "cho@ex.co");
    assert_eq!(last_change(&directory).at, at(last));
    assert!(!last_change(&directory).at.to_string().contains("us"));
    directory.verify().unwrap();
    directory.close().unwrap();
    assert_eq!(open(&path).len().unwrap(), 3);
}
