//! Sightings cost few commits, and few are lost.

use super::*;
use crate::error::ErrorKind;
use crate::model::{Timestamp, UserRef};

fn hours(hours: u64) -> Timestamp {
    Timestamp::from_unix_micros(1_700_000_000_000_000 + hours * 3_600_000_000).unwrap()
}

#[test]
fn sightings_are_gathered_and_written_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    let [ann, bob] = ["ann@ex.co", "bob@ex.co"].map(|e| directory.create_user(e).unwrap().id());
    let stored = |id| read::last_seen(&directory.snapshot().unwrap(), id).unwrap();
    let touch = |id: UserId, at| directory.touch_user_at(&UserRef::from(id), at).unwrap();
    touch(ann, hours(0));
    assert_eq!(stored(ann), Some(hours(0)), "the first is written at once");
    touch(bob, hours(0));
    touch(ann, hours(2));
    assert_eq!((stored(bob), stored(ann)), (None, Some(hours(0))));
    assert_eq!(directory.last_seen(bob).unwrap(), Some(hours(0)));
    assert_eq!(directory.last_seen(ann).unwrap(), Some(hours(2)));
    // Within the hour nothing is stored, and times never decrease.
    let later = Timestamp::from_unix_micros(hours(3).as_unix_micros() - 1).unwrap();
    touch(ann, later);
    touch(ann, hours(1));
    assert_eq!(directory.last_seen(ann).unwrap(), Some(hours(2)));
    assert_eq!(directory.user_by_id(ann).unwrap().unwrap().version(), 1);
    assert_eq!(directory.changes(0).unwrap().count(), 2);
    directory.close().unwrap();
    let directory = Directory::open(&path).unwrap();
    assert_eq!(directory.last_seen(bob).unwrap(), Some(hours(0)));
    assert_eq!(directory.last_seen(ann).unwrap(), Some(hours(2)));
}

#[test]
fn a_sighting_goes_with_the_user() {
    let directory = Directory::in_memory().unwrap();
    let [ann, bob] = ["ann@ex.co", "bob@ex.co"].map(|e| directory.create_user(e).unwrap().id());
    directory.touch_user(ann).unwrap();
    directory.touch_user(bob).unwrap();
    for id in [ann, bob] {
        directory.delete_user(id).unwrap();
        let error = directory.last_seen(id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UserNotFound);
        assert_eq!(
            directory.touch_user(id).unwrap_err().kind(),
            ErrorKind::UserNotFound
        );
    }
    directory.flush_sightings().unwrap();
    directory.verify().unwrap();
    let snapshot = directory.snapshot().unwrap();
    for id in [ann, bob] {
        assert_eq!(read::last_seen(&snapshot, id).unwrap(), None);
    }
}

#[test]
fn who_only_reads_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    directory.create_user("ann@ex.co").unwrap();
    directory.close().unwrap();
    let directory = Directory::options().read_only(true).open(&path).unwrap();
    let error = directory.touch_user("ann@ex.co").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
}
