//! Error messages are for people: one line, in lower case, with the values.

use std::error::Error as _;

use headcount::{
    Batch, Directory, Error, ErrorKind, License, NewUser, Timestamp, UserId, UserUpdate,
};

use crate::helpers::{TempPath, create, create_admin, fill};

/// One error of every kind that can be caused without a failing disk.
fn one_of_each() -> Vec<Error> {
    let directory = Directory::in_memory().unwrap();
    let ids = fill(&directory);
    let username = UserUpdate::new().username("ann");
    directory
        .update_user("ann@ex.co", username.clone())
        .unwrap();
    directory.deactivate_user("eve@ex.co").unwrap();
    let admin = create_admin(&directory, "root@ex.co");
    let create = |email: &str| directory.create_user(email).map(|_| ());
    let inactive = |email: &str| NewUser::new(email).active(false);
    let results = [
        create(""),
        create("nobody"),
        create("\u{2028}a\nb@ex.co"),
        create("jürgen@ex.co"),
        create("ANN@ex.co"),
        create("fay@ex.co"),
        directory
            .create_user(inactive("fay@ex.co").username("a\nb"))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").username("x@\n"))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").username("Ann"))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").id(ids[0]))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").given_name("a\nb"))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").attribute("", ""))
            .map(|_| ()),
        directory
            .create_user(inactive("fay@ex.co").attribute("a", "x".repeat(20_000)))
            .map(|_| ()),
        directory
            .update_user(ids[0], UserUpdate::new().if_version(9))
            .map(|_| ()),
        directory.activate_user("who\n").map(|_| ()),
        directory.activate_user("who@ex.co").map(|_| ()),
        directory
            .activate_user(UserId::from_bytes([0; 16]))
            .map(|_| ()),
        directory.delete_user(admin).map(|_| ()),
        directory.acting_as(ids[0]).delete_user(ids[0]).map(|_| ()),
        directory
            .apply(Batch::new().update_user(ids[1], username))
            .map(|_| ()),
        "five\n".parse::<License>().map(|_| ()),
        "\n".parse::<UserId>().map(|_| ()),
        "yester\nday".parse::<Timestamp>().map(|_| ()),
        Timestamp::from_unix_micros(u64::MAX).map(|_| ()),
    ];
    let mut errors: Vec<Error> = results.into_iter().map(Result::unwrap_err).collect();
    let closed = directory.clone();
    directory.close().unwrap();
    errors.push(closed.seats().unwrap_err());
    errors.extend(from_files());
    errors
}

fn from_files() -> Vec<Error> {
    let file = TempPath::new();
    let folder = file.path.parent().unwrap();
    let directory = file.open();
    create(&directory, "ann@ex.co");
    let text = folder.join("notes.txt");
    std::fs::write(&text, "not a directory of users").unwrap();
    let missing = Directory::options().create_if_missing(false);
    let mut errors: Vec<Error> = [
        Directory::open(&file.path),
        Directory::open(folder),
        Directory::open(folder.join("no/such/place.redb")),
        Directory::open(&text),
        missing.open(folder.join("missing.redb")),
    ]
    .into_iter()
    .map(|opened| opened.unwrap_err())
    .collect();
    let closed = directory.clone();
    directory.close().unwrap();
    errors.push(closed.seats().unwrap_err());
    errors.push(closed.create_user("bob@ex.co").unwrap_err());
    errors
}

#[test]
fn every_message_is_one_line_in_lower_case_without_a_full_stop() {
    for error in one_of_each() {
        let message = error.to_string();
        let first = message.chars().next().unwrap();
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(!message.contains(['\u{2028}', '\u{2029}']), "{message:?}");
        assert!(!first.is_uppercase(), "{message}");
        assert!(
            !message.ends_with('.') && !message.contains("  "),
            "{message}"
        );
        assert!((20..400).contains(&message.len()), "{message}");
    }
}

#[test]
fn every_kind_of_refusal_is_among_them() {
    let kinds: Vec<ErrorKind> = one_of_each().iter().map(Error::kind).collect();
    for kind in [
        ErrorKind::InvalidEmail,
        ErrorKind::InternationalEmail,
        ErrorKind::EmailRequired,
        ErrorKind::InvalidUsername,
        ErrorKind::InvalidArgument,
        ErrorKind::EmailTaken,
        ErrorKind::UsernameTaken,
        ErrorKind::IdTaken,
        ErrorKind::UserNotFound,
        ErrorKind::NoFreeSeat {
            limit: 5,
            active: 5,
            requested: 1,
        },
        ErrorKind::LastAdmin,
        ErrorKind::OwnAccount,
        ErrorKind::Conflict {
            expected: 9,
            found: 2,
        },
        ErrorKind::AlreadyOpen,
        ErrorKind::Corrupted,
        ErrorKind::Closed,
        ErrorKind::Io,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn a_message_does_not_repeat_a_long_text_in_full() {
    let directory = Directory::in_memory().unwrap();
    let long = "x".repeat(100_000);
    let address = format!("{long}@ex.co");
    let errors = [
        directory.create_user(long.as_str()).map(|_| ()),
        directory.activate_user(long.as_str()).map(|_| ()),
        directory.activate_user(address.as_str()).map(|_| ()),
        directory
            .create_user(NewUser::new("a@ex.co").username(&long))
            .map(|_| ()),
        directory
            .create_user(NewUser::new("a@ex.co").username(&address))
            .map(|_| ()),
        directory
            .create_user(NewUser::new("a@ex.co").given_name(&long))
            .map(|_| ()),
        directory
            .create_user(NewUser::new("a@ex.co").attribute(&long, ""))
            .map(|_| ()),
        long.parse::<License>().map(|_| ()),
        long.parse::<UserId>().map(|_| ()),
        long.parse::<Timestamp>().map(|_| ()),
    ];
    for error in errors {
        let message = error.unwrap_err().to_string();
        assert!(message.len() < 500, "{} bytes", message.len());
    }
}

#[test]
fn an_error_shows_its_kind_place_and_cause() {
    let directory = Directory::in_memory().unwrap();
    let batch = Batch::new().create_user("ann@ex.co").create_user("");
    let error = directory.apply(batch).unwrap_err();
    let debug = format!("{error:?}");
    for part in ["EmailRequired", "op_index: Some(1)", &error.to_string()] {
        assert!(debug.contains(part), "{part} in {debug}");
    }
    assert!(error.source().is_none());
    assert!(!error.is_retryable());
    assert_eq!(error.clone().to_string(), error.to_string());

    let error = Directory::open("/no/such/place.redb").unwrap_err();
    let cause = error.source().expect("the operating system's word");
    assert!(error.to_string().contains("/no/such"), "{error}");
    assert!(!cause.to_string().is_empty());
}

#[test]
fn an_error_crosses_threads_and_boxes() {
    fn check<T: std::error::Error + Send + Sync + Clone + 'static>() {}
    check::<Error>();
    let boxed: Box<dyn std::error::Error + Send + Sync> =
        "x".parse::<License>().unwrap_err().into();
    assert!(boxed.downcast_ref::<Error>().is_some());
}
