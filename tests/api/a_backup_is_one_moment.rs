//! A backup is a complete and verified snapshot, whatever others write meanwhile. An existing file
//! is replaced only on request.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use headcount::{CopyOptions, Directory, ErrorKind, License, NewUser, NewWorkspace};

use crate::helpers::{
    TempPath, changes_after, create, create_inactive, fill, finish, last_change, listed,
    on_both_engines, refusal,
};

/// The names in the folder of `path`.
fn names(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn it_is_complete_and_independent() {
    on_both_engines(|directory| {
        fill(directory);
        let user = NewUser::new("zoe@ex.co").active(false).attribute("a", "b");
        directory.create_user(user).unwrap();
        directory.delete_user("bob@ex.co").unwrap();
        let ops = NewWorkspace::new("ops").owner("ann@ex.co");
        directory.create_workspace(ops).unwrap();
        let target = TempPath::new();
        let copied = directory.backup(&target.path).unwrap();
        assert_eq!(copied.users, 5);
        assert_eq!(copied.sequence, last_change(directory));
        let size = std::fs::metadata(&target.path).unwrap().len();
        assert_eq!(copied.bytes, size);
        assert_eq!(names(&target.path), ["users.redb"]);

        let copy = target.open();
        assert_eq!(listed(&copy), listed(directory));
        assert_eq!(changes_after(&copy, 0), changes_after(directory, 0));
        assert_eq!(copy.seats().unwrap(), directory.seats().unwrap());
        create(&copy, "fay@ex.co");
        assert!(directory.user("fay@ex.co").unwrap().is_none());
        finish(copy);
    });
}

#[test]
fn writers_go_on_and_no_write_is_half_in_it() {
    let file = TempPath::new();
    let directory = file.open();
    directory.set_license(License::Enterprise).unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..4 {
            let (directory, over) = (&directory, &over);
            scope.spawn(move || {
                for n in 0..2_000 {
                    create(directory, &format!("user-{writer}-{n}@ex.co"));
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        for _ in 0..4 {
            let target = TempPath::new();
            let before = directory.len().unwrap();
            let copied = directory.backup(&target.path).unwrap();
            assert!(copied.users >= before);
            let copy = target.open();
            // Each user is one change here; the first change is the license.
            assert_eq!(copy.len().unwrap() + 1, copied.sequence);
            assert_eq!(copy.len().unwrap(), copied.users);
            finish(copy);
        }
        over.store(true, Ordering::Relaxed);
    });
    finish(directory);
}

#[test]
fn nothing_is_overwritten_unless_requested() {
    let directory = Directory::in_memory().unwrap();
    create(&directory, "ann@ex.co");
    let target = TempPath::new();
    directory.backup(&target.path).unwrap();
    create(&directory, "bob@ex.co");
    let error = directory.backup(&target.path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(
        error.to_string().contains("allow it to be overwritten"),
        "{error}"
    );
    assert_eq!(target.open().len().unwrap(), 1);

    let overwrite = || CopyOptions::new().overwrite(true);
    // Not while somebody has it open, and never another kind of file.
    let open = target.open();
    let again = directory.backup_with(&target.path, overwrite());
    assert_eq!(refusal(again), ErrorKind::AlreadyOpen);
    open.close().unwrap();
    directory.backup_with(&target.path, overwrite()).unwrap();
    assert_eq!(target.open().len().unwrap(), 2);
    let notes = target.path.with_file_name("notes.txt");
    std::fs::write(&notes, "mine").unwrap();
    let error = directory.backup_with(&notes, overwrite()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(std::fs::read(&notes).unwrap(), b"mine");
    assert_eq!(names(&target.path), ["notes.txt", "users.redb"]);
}

#[test]
fn a_directory_is_not_backed_up_over_itself() {
    let file = TempPath::new();
    let directory = file.open();
    create_inactive(&directory, "ann@ex.co");
    let overwrite = || CopyOptions::new().overwrite(true);
    let itself = directory.backup_with(&file.path, overwrite());
    assert_eq!(refusal(itself), ErrorKind::AlreadyOpen);
    let hard = file.path.with_file_name("hard.redb");
    std::fs::hard_link(&file.path, &hard).unwrap();
    let linked = directory.backup_with(&hard, overwrite());
    assert_eq!(refusal(linked), ErrorKind::AlreadyOpen);
    for log in ["users.redb-log0", "users.redb-log1", "users.redb-new"] {
        let log = directory.backup_with(file.path.with_file_name(log), overwrite());
        assert_eq!(refusal(log), ErrorKind::InvalidArgument);
    }
    #[cfg(unix)]
    {
        let link = file.path.with_file_name("link.redb");
        std::os::unix::fs::symlink("elsewhere.redb", &link).unwrap();
        let linked = directory.backup_with(&link, overwrite());
        assert_eq!(refusal(linked), ErrorKind::InvalidArgument);
        assert!(link.is_symlink());
    }
    create(&directory, "bob@ex.co");
    finish(directory);
    assert_eq!(file.open().len().unwrap(), 2);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_private_and_a_replaced_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = Directory::in_memory().unwrap();
    let target = TempPath::new();
    directory.backup(&target.path).unwrap();
    assert_eq!(mode(&target.path), 0o600);
    let shared = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&target.path, shared).unwrap();
    let overwrite = CopyOptions::new().overwrite(true);
    directory.backup_with(&target.path, overwrite).unwrap();
    assert_eq!(mode(&target.path), 0o640);
}
