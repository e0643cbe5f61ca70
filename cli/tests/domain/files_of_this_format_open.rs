//! The files of a directory, closed and crashed, as they were written when the format
//! was fixed: every later release opens them and says the same.
//!
//! `HEADCOUNT_NEW_FORMAT=1` writes them anew, which only a new version of the format may do.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use headcount::{Batch, Directory, License, NewUser, NewWorkspace, Role, UserUpdate};

use crate::folder::Folder;

/// The commands to run on the files, and their expected output.
const SAID: [(&str, &str); 4] = [
    ("export.jsonl", "export"),
    ("changes.json", "changes --json"),
    ("seats.json", "seats --since 2020-01-01 --json"),
    ("verify.json", "verify --json"),
];

/// A directory that was closed, and one that crashed with a log beside it.
const DIRECTORIES: [&[&str]; 2] = [&["closed.redb"], &["crashed.redb", "crashed.redb-log0"]];

fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format")
}

#[test]
fn a_later_release_says_the_same_of_them() {
    if env::var_os("HEADCOUNT_NEW_FORMAT").is_some() {
        write_anew();
    }
    for directory in DIRECTORIES {
        let folder = Folder::new();
        for name in directory {
            fs::copy(files().join(name), folder.path(name)).unwrap();
        }
        let main = directory[0];
        for (file, command) in SAID {
            let said = folder.done(&format!("--db {main} {command}"));
            let expected = fs::read_to_string(files().join(format!("{main}.{file}"))).unwrap();
            assert_eq!(said, expected, "{command} of {main}");
        }
        // And goes on with them.
        folder.done(&format!("--db {main} users create late@ex.co --inactive"));
        folder.done(&format!("--db {main} verify"));
    }
}

/// Makes the files: of the second directory a copy while it is open, with all of its
/// writes in the log, which is what a crash leaves.
fn write_anew() {
    let folder = Folder::new();
    for directory in DIRECTORIES {
        let main = directory[0];
        let path = folder.path(main);
        let options = Directory::options().license_if_new(License::Seats(4));
        let open = options.log_bytes(0).open(&path).unwrap();
        fill(&open);
        if directory.len() == 1 {
            open.clone().close().unwrap();
            Directory::options().compact(&path).unwrap();
        }
        for name in directory {
            fs::copy(folder.path(name), files().join(name)).unwrap();
        }
        open.close().unwrap();
        for (file, command) in SAID {
            let said = folder.done(&format!("--db {main} {command}"));
            fs::write(files().join(format!("{main}.{file}")), said).unwrap();
        }
    }
}

/// Writes one of everything.
fn fill(directory: &Directory) {
    let ann = directory
        .create_user(NewUser::new("Ann@ex.co").username("ann").admin(true))
        .unwrap();
    let acting = directory.acting_as(ann.id()).through("rest");
    let batch = Batch::new()
        .request_id(*b"0123456789abcdef")
        .create_user(
            NewUser::new("bob@ex.co")
                .attribute("site", "Ulm")
                .external_id("okta", "00u1"),
        )
        .create_user(NewUser::new("zoe@ex.co").active(false));
    acting.apply(batch).unwrap();
    let update = UserUpdate::new().given_name("Bob").family_name("B");
    acting.update_user("bob@ex.co", update).unwrap();
    let models = acting
        .create_workspace(
            NewWorkspace::new("Models")
                .owner("ann@ex.co")
                .external_id("okta", "00g1"),
        )
        .unwrap();
    acting
        .add_member(models.id(), "bob@ex.co", Role::User)
        .unwrap();
    acting.create_user("gone@ex.co").unwrap();
    acting.delete_user("gone@ex.co").unwrap();
    acting.deactivate_user("bob@ex.co").unwrap();
    directory.touch_user("bob@ex.co").unwrap();
}
