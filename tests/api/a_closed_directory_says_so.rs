//! After `close` every call is refused, on every clone of the handle; and a file
//! is open once at a time.

use headcount::{Batch, Directory, ErrorKind, License, Options, UserId, UserUpdate};

use crate::helpers::{TempPath, create, finish, refusal};

fn everything_is_refused(directory: &Directory) {
    let nobody = UserId::from_bytes([1; 16]);
    let kinds = [
        refusal(directory.user("ann@ex.co")),
        refusal(directory.user_by_id(nobody)),
        refusal(directory.user_by_email("ann@ex.co")),
        refusal(directory.user_by_username("ann@ex.co")),
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
fn a_second_opener_is_told_at_once() {
    let file = TempPath::new();
    let directory = file.open();
    let refused = Directory::open(&file.path).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::AlreadyOpen);
    assert!(refused.is_retryable());
    assert!(
        refused
            .to_string()
            .contains("already open by another process"),
        "{refused}"
    );

    // The first is none the worse for it, and dropping it makes room.
    create(&directory, "ann@ex.co");
    drop(directory);
    finish(file.open());
}

#[test]
fn a_file_can_be_asked_for_only_if_it_is_there() {
    let file = TempPath::new();
    let existing = Options::new().create_if_missing(false);
    assert_eq!(refusal(existing.open(&file.path)), ErrorKind::Io);
    assert!(!file.path.exists());
    file.open().close().unwrap();
    finish(existing.open(&file.path).unwrap());
}

#[test]
fn a_file_that_is_no_directory_is_left_alone() {
    let file = TempPath::new();
    let text = "email,username\nann@ex.co,ann\n".repeat(400);
    std::fs::write(&file.path, &text).unwrap();
    assert_eq!(refusal(Directory::open(&file.path)), ErrorKind::Corrupted);
    assert_eq!(std::fs::read_to_string(&file.path).unwrap(), text);
}
