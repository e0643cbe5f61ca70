//! Existing files that are not directories.

use std::fs;
use std::path::{Path, PathBuf};

use ::redb::{Database, MultimapTableDefinition, ReadableDatabase, TableDefinition};
use tempfile::TempDir;

use super::{CREATE, EXISTING, assert_refused, put};
use crate::engine::Engine;
use crate::engine::redb::Redb;
use crate::error::ErrorKind;

/// Where redb's header keeps the format version of each commit slot.
const VERSION_OFFSETS: [usize; 2] = [64, 192];

fn empty_directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.redb");
    (directory, path)
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let (_directory, path) = empty_directory();
    let text = b"id,email\n1,ann@example.com\n".repeat(4000);
    let zeros = vec![0; 80_000];
    let contents: [&[u8]; 7] = [
        b"x",
        b"redb",
        b"redbredbredb",
        &text[..100],
        &text,
        &zeros[..100],
        &zeros,
    ];
    for content in contents {
        fs::write(&path, content).unwrap();
        for options in [&CREATE, &EXISTING] {
            assert_refused(
                &path,
                options,
                ErrorKind::Corrupted,
                "is not a directory of users",
            );
            assert!(fs::read(&path).unwrap() == content, "the file was changed");
        }
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_keeps_its_data() {
    const OTHER: TableDefinition<'_, u64, u64> = TableDefinition::new("other");
    const SAME_NAME: TableDefinition<'_, u64, u64> = TableDefinition::new("headcount");
    const MULTIMAP: MultimapTableDefinition<'_, u64, u64> = MultimapTableDefinition::new("many");

    for table in [OTHER, SAME_NAME] {
        let (_directory, path) = empty_directory();
        let database = Database::create(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(table).unwrap().insert(1, 2).unwrap();
        transaction.commit().unwrap();
        drop(database);
        assert_refused(&path, &CREATE, ErrorKind::Corrupted, "of another program");

        let database = Database::open(&path).unwrap();
        let theirs = database.begin_read().unwrap().open_table(table).unwrap();
        assert_eq!(theirs.get(1).unwrap().unwrap().value(), 2);
    }

    let (_directory, path) = empty_directory();
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_multimap_table(MULTIMAP).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert_refused(&path, &CREATE, ErrorKind::Corrupted, "of another program");
}

#[test]
fn another_format_is_told_apart_from_damage() {
    for (version, advice) in [(1, "with redb 2.6"), (4, "written by a newer release")] {
        let (_directory, path) = empty_directory();
        one_entry(&path);
        let mut before = fs::read(&path).unwrap();
        for offset in VERSION_OFFSETS {
            assert_eq!(before[offset], 3);
            before[offset] = version;
        }
        fs::write(&path, &before).unwrap();
        assert_refused(&path, &CREATE, ErrorKind::UnsupportedFormat, advice);
        assert!(fs::read(&path).unwrap() == before, "the file was changed");
    }
}

#[test]
fn a_cut_off_file_is_damaged() {
    let (_directory, path) = empty_directory();
    one_entry(&path);
    let whole = fs::read(&path).unwrap();
    for length in [100, 320, 4096, whole.len() - 4096] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = super::refusal(&path, &CREATE);
        assert_eq!(
            error.kind(),
            ErrorKind::Corrupted,
            "{length} bytes: {error}"
        );
    }
}

fn one_entry(path: &Path) {
    let engine = Redb::open(path, &CREATE).unwrap();
    put(&engine, b"ann", b"1").unwrap();
    engine.close().unwrap();
}
