//! Logs that are deleted, truncated, zeroed or swapped after a crash.

use std::fs::{self, OpenOptions};

use headcount::{Directory, ErrorKind};

use crate::folder::{Folder, assert_holds, assert_refused, salvage, users};

/// A crashed directory whose log has two segments.
fn two_segments(folder: &Folder) -> Vec<String> {
    let all = users("u", 900);
    folder.crash("users.redb", &all);
    assert_eq!(folder.log("users.redb").len(), 2, "write more");
    all
}

#[test]
fn a_deleted_cut_or_zeroed_segment_is_missed() {
    for which in 0..2 {
        for kept in [None, Some(0), Some(4096), Some(1)] {
            let folder = Folder::new();
            let all = two_segments(&folder);
            let segment = &folder.log("users.redb")[which];
            let whole = fs::read(segment).unwrap();
            match kept {
                None => fs::remove_file(segment).unwrap(),
                Some(1) => fs::write(segment, vec![0; whole.len()]).unwrap(),
                Some(bytes) => {
                    let file = OpenOptions::new().write(true).open(segment).unwrap();
                    file.set_len(bytes).unwrap();
                }
            }
            let error = assert_refused(&folder.path("users.redb"), ErrorKind::LogMissing);
            assert!(error.to_string().contains("bring back"), "{error}");
            // Once the segment is back, everything is there.
            let crashed = folder.names();
            fs::write(segment, &whole).unwrap();
            assert!(crashed.len() <= folder.names().len());
            assert_holds(&folder.path("users.redb"), &all);
        }
    }
}

/// The first users are there without a gap, and no others.
#[test]
fn salvaging_keeps_the_first_commits() {
    let mut lost = 0;
    for which in 0..2 {
        let folder = Folder::new();
        let all = two_segments(&folder);
        fs::remove_file(&folder.log("users.redb")[which]).unwrap();
        let found = salvage(&folder, "users.redb");
        lost += all.len() - found.len();
        let mut first = all[..found.len()].to_vec();
        first.sort();
        assert_eq!(found, first);
    }
    assert!(lost > 0, "neither segment was needed");
}

#[test]
fn swapped_segments_are_recognized() {
    let folder = Folder::new();
    let all = two_segments(&folder);
    let log = folder.log("users.redb");
    fs::rename(&log[0], folder.path("aside")).unwrap();
    fs::rename(&log[1], &log[0]).unwrap();
    fs::rename(folder.path("aside"), &log[1]).unwrap();
    assert_holds(&folder.path("users.redb"), &all);
}

#[test]
fn the_log_of_another_directory_is_refused() {
    let folder = Folder::new();
    folder.crash("users.redb", &users("u", 5));
    folder.crash("other.redb", &users("o", 5));
    fs::copy(
        folder.path("other.redb-log0"),
        folder.path("users.redb-log0"),
    )
    .unwrap();
    assert_refused(&folder.path("users.redb"), ErrorKind::LogForeign);
    assert!(salvage(&folder, "users.redb").is_empty());
    assert_holds(&folder.path("other.redb"), &users("o", 5));
}

/// The length of a log doesn't determine how much memory the process allocates.
#[test]
fn an_oversized_or_sparse_log_does_no_harm() {
    let folder = Folder::new();
    folder.crash("users.redb", &users("u", 5));
    let segment = &folder.log("users.redb")[0];
    let file = OpenOptions::new().write(true).open(segment).unwrap();
    file.set_len(1 << 42).unwrap();
    assert_holds(&folder.path("users.redb"), &users("u", 5));

    let file = fs::File::create(folder.path("users.redb-log0")).unwrap();
    file.set_len(1 << 42).unwrap();
    let error = Directory::open(folder.path("users.redb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LogForeign, "{error}");
}
