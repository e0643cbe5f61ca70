//! Copies that are put back over a crashed original, and copies of a directory in use.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use headcount::{Directory, ErrorKind, License, NewUser};

use crate::folder::{Folder, assert_holds, assert_refused, emails, salvage, users};

/// Creates and closes a directory with five seats in `users.redb`, with four active users.
fn four_active(folder: &Folder) -> Vec<String> {
    let options = Directory::options().license_if_new(License::Community);
    let directory = options.open(folder.path("users.redb")).unwrap();
    let four = users("active", 4);
    for user in &four {
        directory.create_user(user.as_str()).unwrap();
    }
    directory.close().unwrap();
    four
}

/// In the copy, opened elsewhere, one user takes the last seat; in the original, which then
/// crashes, another user does. The copy is put back over the original: the two histories never mix.
#[test]
fn a_copy_that_was_used_elsewhere_does_not_take_the_log_of_the_crashed_original() {
    for crashes_elsewhere in [false, true] {
        let folder = Folder::new();
        let mut copied = four_active(&folder);
        fs::copy(folder.path("users.redb"), folder.path("copy.redb")).unwrap();
        folder.crash("users.redb", &["active-original@ex.co".to_owned()]);
        let elsewhere = vec!["active-copy@ex.co".to_owned()];
        folder.crash("copy.redb", &elsewhere);
        if !crashes_elsewhere {
            copied.extend(elsewhere);
            assert_holds(&folder.path("copy.redb"), &copied);
        }
        fs::copy(folder.path("copy.redb"), folder.path("users.redb")).unwrap();
        let error = assert_refused(&folder.path("users.redb"), ErrorKind::LogForeign);
        assert!(error.to_string().contains("set aside"), "{error}");
        copied.sort();
        assert_eq!(salvage(&folder, "users.redb"), copied);
    }
}

/// The same if the backup was made right before the session that crashed.
#[test]
fn a_log_that_was_left_behind_does_not_undo_a_restore() {
    let folder = Folder::new();
    let four = four_active(&folder);
    fs::copy(folder.path("users.redb"), folder.path("backup.redb")).unwrap();
    folder.crash("users.redb", &users("u", 40));
    fs::copy(folder.path("backup.redb"), folder.path("users.redb")).unwrap();
    assert_refused(&folder.path("users.redb"), ErrorKind::LogForeign);
    for log in folder.log("users.redb") {
        fs::remove_file(log).unwrap();
    }
    assert_holds(&folder.path("users.redb"), &four);
}

/// A crashed directory can be moved or copied with all of its files.
#[test]
fn all_files_of_a_crashed_directory_open_elsewhere_too() {
    let folder = Folder::new();
    let mut all = four_active(&folder);
    let more = users("u", 40);
    folder.crash("users.redb", &more);
    all.extend(more);
    for name in folder.names() {
        let copy = name.replace("users", "copy");
        fs::copy(folder.path(&name), folder.path(&copy)).unwrap();
    }
    assert_holds(&folder.path("copy.redb"), &all);
    assert_holds(&folder.path("users.redb"), &all);
}

/// Copies of the main file or of all files, made while four threads write: a copy that opens has
/// all commits up to some moment, and any other is refused.
#[test]
fn a_copy_of_a_directory_in_use_is_consistent_or_refused() {
    let folder = Folder::new();
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options
        .clone()
        .log_bytes(1 << 20)
        .open(folder.path("users.redb"))
        .unwrap();
    let done = AtomicBool::new(false);
    let (mut opened, mut refused) = (0, 0);
    thread::scope(|scope| {
        for writer in 0..4 {
            let (directory, done) = (&directory, &done);
            scope.spawn(move || write(directory, writer, done));
        }
        for round in 0..24 {
            let copy = Folder::new();
            for name in folder.names() {
                if name == "users.redb" || round % 2 == 0 {
                    // A segment may have been renamed, or not exist yet.
                    let _ = fs::copy(folder.path(&name), copy.path(&name));
                }
            }
            match Directory::open(copy.path("users.redb")) {
                Ok(directory) => {
                    assert_each_writer_is_whole(&emails(&directory));
                    opened += 1;
                }
                Err(error) => {
                    let expected = [
                        ErrorKind::LogMissing,
                        ErrorKind::LogForeign,
                        ErrorKind::Corrupted,
                    ];
                    assert!(expected.contains(&error.kind()), "{error}");
                    refused += 1;
                }
            }
            thread::sleep(Duration::from_millis(7));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(
        opened > 0 && refused > 0,
        "{opened} opened, {refused} refused"
    );
    emails(&directory);
    directory.close().unwrap();
}

fn write(directory: &Directory, writer: usize, done: &AtomicBool) {
    for number in 0.. {
        if done.load(Ordering::Relaxed) {
            return;
        }
        let user = NewUser::new(format!("{number}@w{writer}.ex")).active(false);
        directory
            .create_user(user.attribute("padding", "x".repeat(900)))
            .unwrap();
    }
}

/// Asserts that each writer's users are numbered without a gap.
fn assert_each_writer_is_whole(emails: &[String]) {
    for writer in 0..4 {
        let domain = format!("@w{writer}.ex");
        let numbers = emails
            .iter()
            .filter_map(|email| email.strip_suffix(&domain));
        let mut numbers: Vec<usize> = numbers.map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    }
}
