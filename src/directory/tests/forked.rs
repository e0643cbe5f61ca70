//! A child of `fork` can't use the directory of its parent, and can't harm it. (The C
//! stories really fork; here the directory is only made to believe it.)

use std::sync::Arc;
use std::time::Duration;

use crate::directory::Directory;
use crate::directory::gate::Gate;
use crate::error::{ErrorKind, Result};
use crate::model::{Batch, UserId, UserQuery};

fn kind<T>(result: Result<T>) -> ErrorKind {
    result.err().unwrap().kind()
}

/// The directory as a child of `fork` has it.
fn in_child(mut directory: Directory) -> Directory {
    Arc::get_mut(&mut directory.shared).unwrap().gate = Gate::of_parent();
    directory
}

#[test]
fn every_call_of_a_child_is_refused_and_dropping_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let directory = Directory::open(&path).unwrap();
    let ann = directory.create_user("ann@ex.co").unwrap().id();
    directory.user_by_id(ann).unwrap();
    let child = in_child(directory);
    let kinds = [
        kind(child.user_by_id(ann)),
        kind(child.user_by_email("ann@ex.co")),
        kind(child.user_by_email("nobody")),
        kind(child.user_by_username("ann@ex.co")),
        kind(child.user("ann@ex.co")),
        kind(child.users()),
        kind(child.query(&UserQuery::new())),
        kind(child.seats()),
        kind(child.workspaces()),
        kind(child.changes(0)),
        kind(child.follow(0).recv_timeout(Duration::from_mins(1))),
        kind(child.create_user("bob@ex.co")),
        kind(child.acting_as(UserId::generate()).create_user("bob@ex.co")),
        kind(child.apply(Batch::new())),
        kind(child.preview(Batch::new())),
        kind(child.trim_changes(1)),
        kind(child.verify()),
        kind(child.stats()),
        kind(child.clone().close()),
    ];
    assert_eq!(kinds, [ErrorKind::Forked; 19]);

    // The parent still has the file locked, and its log.
    drop(child);
    assert_eq!(kind(Directory::open(&path)), ErrorKind::AlreadyOpen);
    assert!(folder.path().join("users.redb-log0").exists());
}
