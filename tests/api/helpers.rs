//! What the stories share: directories of both kinds, and the check at the end.

use headcount::{Change, Directory, ErrorKind, License, NewUser, Result, User, UserId};

pub use crate::kit::temp::TempPath;

/// Runs the story once on each engine, and checks the directory at the end.
pub fn on_both_engines(story: impl Fn(&Directory)) {
    let in_memory = Directory::in_memory().unwrap();
    story(&in_memory);
    finish(in_memory);

    let file = TempPath::new();
    let on_disk = file.open();
    story(&on_disk);
    finish(on_disk);
}

/// Ends every test that writes: checks that the directory is consistent, and that each user is
/// found by all three names.
pub fn finish(directory: Directory) {
    let verified = directory.verify().unwrap();
    let seats = directory.seats().unwrap();
    assert_eq!(
        (verified.active, verified.inactive),
        (seats.active, seats.inactive)
    );

    let users = listed(&directory);
    assert_eq!(users.len() as u64, directory.len().unwrap());
    assert_eq!(
        users.iter().filter(|user| user.is_active()).count() as u64,
        seats.active
    );
    for user in users {
        let by_id = directory.user_by_id(user.id()).unwrap();
        let by_email = directory.user_by_email(user.email().as_str()).unwrap();
        let by_username = directory.user_by_username(user.username()).unwrap();
        assert_eq!(by_id.as_deref(), Some(&user));
        assert_eq!(by_email.as_deref(), Some(&user));
        assert_eq!(by_username.as_deref(), Some(&user));
    }
    directory.close().unwrap();
}

/// All users, in the order of the listing.
pub fn listed(directory: &Directory) -> Vec<User> {
    let users: Result<Vec<_>> = directory.users().unwrap().collect();
    users
        .unwrap()
        .iter()
        .map(|user| User::clone(user))
        .collect()
}

/// The emails as typed, in the order of the listing.
pub fn emails(directory: &Directory) -> Vec<String> {
    let users = listed(directory);
    users.iter().map(|user| user.email().to_string()).collect()
}

/// The changes with numbers above `after`.
pub fn changes_after(directory: &Directory, after: u64) -> Vec<Change> {
    directory
        .changes(after)
        .unwrap()
        .collect::<Result<_>>()
        .unwrap()
}

/// The number of the latest change.
pub fn last_change(directory: &Directory) -> u64 {
    changes_after(directory, 0)
        .last()
        .map_or(0, |change| change.sequence)
}

/// The kind of a refusal.
#[track_caller]
pub fn refusal<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("the call was not refused"),
        Err(error) => error.kind(),
    }
}

/// The refusal of a call for which no seat is free.
pub fn no_free_seat(limit: u64, active: u64, requested: u64) -> ErrorKind {
    ErrorKind::NoFreeSeat {
        limit,
        active,
        requested,
    }
}

/// Creates an active user who is not an admin.
pub fn create(directory: &Directory, email: &str) -> UserId {
    directory.create_user(email).unwrap().id()
}

/// Creates a user who takes no seat.
pub fn create_inactive(directory: &Directory, email: &str) -> UserId {
    directory
        .create_user(NewUser::new(email).active(false))
        .unwrap()
        .id()
}

/// Creates an active admin.
pub fn create_admin(directory: &Directory, email: &str) -> UserId {
    directory
        .create_user(NewUser::new(email).admin(true))
        .unwrap()
        .id()
}

/// Fills the seats of a new Community directory: five users, none free.
pub fn fill(directory: &Directory) -> Vec<UserId> {
    assert_eq!(directory.seats().unwrap().license, License::Community);
    [
        "ann@ex.co",
        "bob@ex.co",
        "cho@ex.co",
        "dee@ex.co",
        "eve@ex.co",
    ]
    .iter()
    .map(|email| create(directory, email))
    .collect()
}
