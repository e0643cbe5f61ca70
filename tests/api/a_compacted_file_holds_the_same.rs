//! Compacting returns the space of deleted records, and changes nothing else.

use headcount::{Batch, CopyOptions, Directory, ErrorKind, License, NewUser};

use crate::helpers::{TempPath, create, finish, listed, refusal};

/// A directory that had many users. The remaining ones are spread over the file, so closing can't
/// shorten it.
fn emptied() -> TempPath {
    let file = TempPath::new();
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(&file.path).unwrap();
    let each = |op: fn(Batch, usize) -> Batch| (0..3000).fold(Batch::new(), op);
    let long = "x".repeat(200);
    let create = |batch: Batch, n| batch.create_user(NewUser::new(email(n)));
    directory.apply(each(create)).unwrap();
    directory
        .create_user(NewUser::new("ann@ex.co").attribute("note", long))
        .unwrap();
    directory.close().unwrap(); // writes all of them to the main file
    let directory = file.open();
    let delete_most = |batch: Batch, n| match n % 50 {
        0 => batch,
        _ => batch.delete_user(email(n).as_str()),
    };
    directory.apply(each(delete_most)).unwrap();
    directory.trim_changes(u64::MAX).unwrap();
    directory.close().unwrap();
    file
}

fn email(n: usize) -> String {
    format!("u{n}@ex.co")
}

#[test]
fn it_is_smaller_and_holds_the_same() {
    let file = emptied();
    let directory = file.open();
    let before = (
        listed(&directory),
        directory.verify().unwrap(),
        directory.seats().unwrap(),
    );
    directory.close().unwrap();
    let compacted = Directory::options().compact(&file.path).unwrap();
    assert!(
        compacted.bytes * 3 < compacted.bytes_before,
        "{compacted:?}"
    );
    assert_eq!(
        std::fs::metadata(&file.path).unwrap().len(),
        compacted.bytes
    );
    let directory = file.open();
    assert_eq!(
        before,
        (
            listed(&directory),
            directory.verify().unwrap(),
            directory.seats().unwrap()
        )
    );
    create(&directory, "bob@ex.co");
    finish(directory);
}

#[test]
fn only_a_directory_that_nobody_has_open_is_compacted() {
    let file = TempPath::new();
    let compact = || Directory::options().compact(&file.path);
    assert_eq!(refusal(compact()), ErrorKind::Io);
    assert!(!file.path.exists());
    let directory = file.open();
    create(&directory, "ann@ex.co");
    assert_eq!(refusal(compact()), ErrorKind::AlreadyOpen);
    let copy = TempPath::new();
    directory
        .backup_with(&copy.path, CopyOptions::new())
        .unwrap();
    directory.close().unwrap();
    let reader = Directory::options()
        .read_only(true)
        .open(&file.path)
        .unwrap();
    assert_eq!(refusal(compact()), ErrorKind::AlreadyOpen);
    drop(reader);
    compact().unwrap();
    std::fs::write(&file.path, "no directory").unwrap();
    assert_eq!(refusal(compact()), ErrorKind::Corrupted);
    assert_eq!(std::fs::read(&file.path).unwrap(), b"no directory");
}
