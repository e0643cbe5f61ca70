//! Acknowledged writes are there after the file is reopened.

use std::path::PathBuf;

use headcount::{Directory, License, NewUser, UserUpdate};

use crate::helpers::{TempPath, changes_after, create, create_inactive, fill, finish, listed};

#[test]
fn everything_is_there_after_reopening() {
    let file = TempPath::new();
    let directory = file.open();
    fill(&directory);
    let user = NewUser::new("Zoe@Bücher.example")
        .username("Zoë")
        .given_name("Zoë")
        .family_name("Quux")
        .active(false)
        .admin(true)
        .attribute("team", "a");
    let refused = directory.create_user(user.clone().attribute("", "refused"));
    assert!(refused.is_err());
    let user = user.created_at("1999-12-31T23:59:59Z".parse().unwrap());
    directory.create_user(user).unwrap();
    directory
        .update_user("ann@ex.co", UserUpdate::new().email("amy@ex.co"))
        .unwrap();
    directory.delete_user("bob@ex.co").unwrap();
    directory.set_license(License::Seats(2)).unwrap();
    let state = |directory: &Directory| {
        (
            listed(directory),
            directory.seats().unwrap(),
            changes_after(directory, 0),
            directory.verify().unwrap(),
        )
    };
    let before = state(&directory);
    directory.close().unwrap();

    for _ in 0..3 {
        let directory = file.open();
        assert_eq!(state(&directory), before);
        let zoe = directory.user_by_username("zoë").unwrap().unwrap();
        assert_eq!(zoe.email().as_str(), "Zoe@Bücher.example");
        finish(directory);
    }
}

#[test]
fn dropping_the_last_handle_closes_too() {
    let file = TempPath::new();
    let directory = file.open();
    let clone = directory.clone();
    create(&directory, "ann@ex.co");
    drop(directory);
    create(&clone, "bob@ex.co");
    drop(clone);
    let directory = file.open();
    assert_eq!(directory.len().unwrap(), 2);
    finish(directory);
}

#[test]
fn a_copy_of_the_files_in_use_opens_with_what_was_acknowledged() {
    let file = TempPath::new();
    let directory = file.open();
    for n in 0..20 {
        create_inactive(&directory, &format!("user-{n}@ex.co"));
        // Approximately what a power cut would leave. The effect of every call that returned is
        // already in the file or its log, although nobody closed it.
        let copy = TempPath::new();
        for (from, name) in files(&file) {
            std::fs::copy(from, copy.path.with_file_name(name)).unwrap();
        }
        let survivor = copy.open();
        assert_eq!(listed(&survivor), listed(&directory));
        finish(survivor);
    }
    finish(directory);
}

#[test]
fn a_closed_directory_is_one_file() {
    let file = TempPath::new();
    let directory = file.open();
    create(&directory, "ann@ex.co");
    assert!(files(&file).len() > 1, "where is the log?");
    directory.close().unwrap();
    assert_eq!(files(&file).len(), 1);
    // Without writes, there is no log either.
    let directory = file.open();
    assert_eq!(files(&file).len(), 1);
    finish(directory);
}

/// The file and the files beside it, with their names.
fn files(file: &TempPath) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(file.path.parent().unwrap()).unwrap();
    let name = file.path.file_name().unwrap().to_str().unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            (
                path.clone(),
                path.file_name().unwrap().to_str().unwrap().to_owned(),
            )
        })
        .filter(|(_, other)| other.starts_with(name))
        .collect()
}
