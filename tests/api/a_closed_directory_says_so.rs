//! After `close`, every call fails, on every clone of the handle; and a file is open once at a
//! time.

use std::ops::ControlFlow;
use std::time::Duration;

use headcount::{
    Batch, Directory, ErrorKind, License, NewWorkspace, Options, UserId, UserQuery, UserUpdate,
    UserView,
};

use crate::helpers::{TempPath, create, finish, refusal};

fn everything_is_refused(directory: &Directory) {
    let nobody = UserId::from_bytes([1; 16]);
    let kinds = [
        refusal(directory.user("ann@ex.co")),
        refusal(directory.user_by_id(nobody)),
        refusal(directory.user_by_email("ann@ex.co")),
        refusal(directory.user_by_username("ann@ex.co")),
        refusal(directory.users_by_emails(&["ann@ex.co"])),
        refusal(directory.users_by_ids(&[nobody])),
        refusal(directory.users()),
        refusal(directory.len()),
        refusal(directory.is_empty()),
        refusal(directory.seats()),
        refusal(directory.changes(0)),
        refusal(directory.verify()),
        refusal(directory.create_user("bob@ex.co")),
        refusal(directory.update_user("ann@ex.co", UserUpdate::new())),
        refusal(directory.activate_user("ann@ex.co")),
        refusal(directory.deactivate_user("ann@ex.co")),
        refusal(directory.delete_user("ann@ex.co")),
        refusal(directory.set_license(License::Enterprise)),
        refusal(directory.apply(Batch::new())),
        refusal(directory.preview(Batch::new())),
    ];
    for kind in kinds {
        assert_eq!(kind, ErrorKind::Closed);
    }
}

/// Iterators fail too, even if records were read ahead.
#[test]
fn lists_and_feeds_end_with_the_directory() {
    let file = TempPath::new();
    for directory in [Directory::in_memory().unwrap(), file.open()] {
        for name in ["ann", "bob", "cho"] {
            create(&directory, &format!("{name}@ex.co"));
        }
        for name in ["one", "two"] {
            let workspace = NewWorkspace::new(name).owner("ann@ex.co");
            directory.create_workspace(workspace).unwrap();
        }
        let mut users = directory.users().unwrap();
        let mut views = directory.users().unwrap();
        let mut fresh = directory.users().unwrap();
        let mut workspaces = directory.workspaces().unwrap();
        let mut changes = directory.changes(0).unwrap();
        let mut feed = directory.follow(0);
        let clone = directory.clone();
        users.next().unwrap().unwrap();
        views.for_each_view(|_| ControlFlow::Break(())).unwrap();
        workspaces.next().unwrap().unwrap();
        changes.next().unwrap().unwrap();
        feed.recv_timeout(Duration::ZERO).unwrap().unwrap();
        directory.close().unwrap();

        let visit = |_: UserView<'_>| -> ControlFlow<()> { panic!("it was closed") };
        let kinds = [
            refusal(users.next().unwrap()),
            refusal(views.for_each_view(visit)),
            refusal(fresh.next().unwrap()),
            refusal(workspaces.next().unwrap()),
            refusal(changes.next().unwrap()),
            refusal(feed.recv_timeout(Duration::from_mins(1))),
            refusal(clone.follow(0).recv_timeout(Duration::from_mins(1))),
            refusal(clone.query(&UserQuery::new())),
            refusal(clone.count(&UserQuery::new())),
            refusal(clone.for_each_user(visit)),
            refusal(clone.for_each_in_page(&UserQuery::new(), visit)),
            refusal(clone.workspace("one")),
            refusal(clone.workspaces()),
            refusal(clone.members("one")),
            refusal(clone.workspaces_of("ann@ex.co")),
            refusal(clone.default_workspace("ann@ex.co")),
            refusal(clone.stats()),
            refusal(clone.dry_run(Batch::new())),
            refusal(clone.trim_changes(1)),
        ];
        assert_eq!(kinds, [ErrorKind::Closed; 19]);
        // Nothing comes after an error.
        assert!(users.next().is_none() && fresh.next().is_none());
        assert!(workspaces.next().is_none() && changes.next().is_none());
    }
}

#[test]
fn in_memory() {
    let directory = Directory::in_memory().unwrap();
    let (clone, actor) = (directory.clone(), directory.acting_as(UserId::generate()));
    create(&directory, "ann@ex.co");
    directory.close().unwrap();
    everything_is_refused(&clone);
    everything_is_refused(&actor);
    clone.close().unwrap();
}

#[test]
fn in_a_file_which_can_be_opened_again() {
    let file = TempPath::new();
    let directory = file.open();
    let clone = directory.clone();
    create(&directory, "ann@ex.co");
    directory.close().unwrap();
    everything_is_refused(&clone);

    let reopened = file.open();
    everything_is_refused(&clone);
    clone.close().unwrap();
    assert_eq!(reopened.len().unwrap(), 1);
    finish(reopened);
}

#[test]
fn a_second_opener_fails_at_once() {
    let file = TempPath::new();
    let directory = file.open();
    let refused = Directory::open(&file.path).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyOpen);
    assert!(refused.is_retryable());
    let said = refused.to_string();
    assert!(said.contains("already open by another"), "{said}");
    if cfg!(target_os = "linux") {
        let holder = format!("handle of this process ({})", std::process::id());
        assert!(said.contains(&holder), "{said}");
    }

    // The first handle still works, and dropping it releases the file.
    create(&directory, "ann@ex.co");
    drop(directory);
    finish(file.open());
}

#[test]
fn creating_a_missing_file_can_be_disabled() {
    let file = TempPath::new();
    let existing = Options::new().create_if_missing(false);
    assert_eq!(refusal(existing.open(&file.path)), ErrorKind::Io);
    assert!(!file.path.exists());
    file.open().close().unwrap();
    finish(existing.open(&file.path).unwrap());
}

#[test]
fn a_file_that_is_not_a_directory_is_left_alone() {
    let file = TempPath::new();
    let text = "email,username\nann@ex.co,ann\n".repeat(400);
    std::fs::write(&file.path, &text).unwrap();
    assert_eq!(refusal(Directory::open(&file.path)), ErrorKind::Corrupted);
    assert_eq!(std::fs::read_to_string(&file.path).unwrap(), text);
}
