//! Tests that need the engine: the stored bytes, and files of other releases.

mod counters;
mod crashes;
mod exports;
mod faults;
mod forked;
mod repairs;
mod seats;
mod seen;
mod time;

use std::fs;
use std::ops::{Bound, ControlFlow};
use std::path::Path;

use super::*;
use crate::codec::keys;
use crate::codec::{FORMAT, encode_format};
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{KeyRange, Order, Read, Write};
use crate::error::ErrorKind;
use crate::model::{NewUser, UserUpdate};

const CHANGES: KeyRange<'static> = (Bound::Included(&[0x30]), Bound::Excluded(&[0x31]));
const EVERYTHING: KeyRange<'static> = (Bound::Unbounded, Bound::Unbounded);

/// All entries of a range.
fn entries(read: &impl Read, range: KeyRange<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut entries = Vec::new();
    read.scan(range, Order::Ascending, |key, value| {
        entries.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    })
    .unwrap();
    entries
}

fn contains(bytes: &[u8], text: &str) -> bool {
    let (bytes, text) = (bytes.to_ascii_lowercase(), text.to_ascii_lowercase());
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn the_bytes_of_changes_hold_no_personal_data_and_a_deleted_user_leaves_none() {
    let directory = Directory::in_memory().unwrap();
    let user = NewUser::new("Zoe.Quux@Bücher.example")
        .username("Zoë")
        .given_name("Zoe")
        .family_name("Quux")
        .attribute("badge", "Q-17");
    let words = ["zoe", "zoë", "quux", "vex", "cher.example", "badge", "q-17"];
    directory.create_user(user).unwrap();
    let update = UserUpdate::new().family_name("Vex");
    directory
        .update_user("zoe.quux@bücher.example", update)
        .unwrap();

    // The texts are in the store; otherwise this test would prove nothing.
    let all = entries(&directory.snapshot().unwrap(), EVERYTHING);
    for word in words {
        assert!(all.iter().any(|(_, value)| contains(value, word)), "{word}");
    }
    let changes = entries(&directory.snapshot().unwrap(), CHANGES);
    assert_eq!(changes.len(), 2);

    directory.delete_user("zoe.quux@bücher.example").unwrap();
    let left = entries(&directory.snapshot().unwrap(), EVERYTHING);
    for (key, value) in changes.iter().chain(&left) {
        for word in words {
            assert!(
                !contains(key, word) && !contains(value, word),
                "{word} in {key:?} {value:?}"
            );
        }
    }
    directory.verify().unwrap();
}

fn open_engine(path: &Path) -> Redb {
    Redb::open(path, &RedbOptions::new(false)).unwrap()
}

/// Changes the file at `path` in a way that no release of this library would.
fn tamper(path: &Path, body: impl Fn(&mut crate::engine::redb::Txn<'_>) -> Result<()>) {
    let engine = open_engine(path);
    engine.transact(|txn| body(txn)).unwrap();
    engine.close().unwrap();
}

fn make(path: &Path) {
    let directory = Directory::open(path).unwrap();
    directory.create_user("ann@ex.co").unwrap();
    directory.close().unwrap();
}

/// All entries of a file. Its bytes can't be compared, because redb's header changes
/// whenever the file is opened.
fn contents(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let engine = open_engine(path);
    let contents = entries(&engine.snapshot().unwrap(), EVERYTHING);
    engine.close().unwrap();
    contents
}

#[test]
fn a_file_of_another_format_is_refused_and_keeps_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make(&path);
    for (format, told) in [(FORMAT + 1, "newer release"), (1, "preview")] {
        let format = encode_format(format).unwrap();
        tamper(&path, |txn| txn.put(keys::FORMAT, &format));
        let before = contents(&path);

        for _ in 0..2 {
            let error = Directory::open(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
            assert!(error.to_string().contains(told), "{error}");
            assert_eq!(contents(&path), before);
        }
    }

    // The release that wrote it can still open it.
    tamper(&path, |txn| txn.put(keys::FORMAT, &encode_format(FORMAT)?));
    assert_eq!(Directory::open(&path).unwrap().verify().unwrap().active, 1);
}

#[test]
fn a_damaged_directory_is_not_taken_for_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    for key in [keys::LICENSE, keys::TOTALS] {
        make(&path);
        tamper(&path, |txn| txn.delete(key));

        for _ in 0..2 {
            let error = Directory::open(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupted, "{error}");
        }
        fs::remove_file(&path).unwrap();
    }
}
