//! One file under several names, and from several working directories.

use std::fs;
use std::os::unix::fs::symlink;

use headcount::ErrorKind;

use crate::crash::crash_after;
use crate::folder::{Folder, assert_holds, assert_refused, names_in, users};

#[test]
fn a_link_and_its_target_are_one_directory() {
    let folder = Folder::new();
    symlink("users.redb", folder.path("link.redb")).unwrap();
    let all = users("u", 20);
    // First through the dangling link, then through both names, crashing each time.
    folder.crash("link.redb", &all[..5]);
    folder.crash("users.redb", &all[5..10]);
    folder.crash("link.redb", &all[10..]);
    assert!(folder.log("link.redb").is_empty());
    assert_holds(&folder.path("users.redb"), &all);
    assert_eq!(folder.names(), ["link.redb", "users.redb"]);
}

/// The log cannot be found through another hard link: the error says so, and the original
/// name works.
#[test]
fn another_hard_link_does_not_open_a_crashed_directory_without_its_log() {
    let folder = Folder::new();
    folder.crash("users.redb", &users("u", 5));
    fs::hard_link(folder.path("users.redb"), folder.path("hard.redb")).unwrap();
    let refused = assert_refused(&folder.path("hard.redb"), ErrorKind::LogMissing);
    assert!(
        refused.to_string().contains("by which other name"),
        "{refused}"
    );
    assert_holds(&folder.path("users.redb"), &users("u", 5));
    // A closed directory has no log to find.
    assert_holds(&folder.path("hard.redb"), &users("u", 5));
}

#[test]
fn a_relative_path_stays_valid_after_the_working_directory_changes() {
    let folder = Folder::new();
    let (home, other) = (folder.path("home"), folder.path("other"));
    fs::create_dir(&home).unwrap();
    fs::create_dir(&other).unwrap();
    let all = users("u", 200);
    crash_after("users.redb".as_ref(), &all, &home, Some(&other));
    assert!(names_in(&other).is_empty(), "{:?}", names_in(&other));
    assert_holds(&home.join("users.redb"), &all);
}

/// As with two daemons that change to `/`.
#[test]
fn two_directories_with_one_relative_name_stay_separate() {
    let folder = Folder::new();
    let homes = [folder.path("a"), folder.path("b")];
    for (home, kind) in homes.iter().zip(["a", "b"]) {
        fs::create_dir(home).unwrap();
        crash_after(
            "users.redb".as_ref(),
            &users(kind, 9),
            home,
            Some(&folder.path("")),
        );
    }
    for (home, kind) in homes.iter().zip(["a", "b"]) {
        assert_holds(&home.join("users.redb"), &users(kind, 9));
    }
}
