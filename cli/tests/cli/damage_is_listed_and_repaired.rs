//! `headcount verify` and `headcount repair`: a sound directory passes, and a repair
//! has to be asked for twice.

use crate::folder::{Folder, assert_says};

#[test]
fn a_sound_directory_passes() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    assert_eq!(
        folder.done("verify"),
        "nothing is wrong: 1 active and 0 inactive users, 0 workspaces, 1 change\n"
    );
    let json = folder.json("verify");
    assert_eq!(json["sound"], true);
    assert_eq!(json["verified"]["active"], 1);
    assert_eq!(folder.done("repair --dry-run"), "nothing to repair\n");
}

#[test]
fn a_repair_has_to_be_confirmed() {
    let folder = Folder::new();
    folder.done("users create ann@ex.co");
    assert_says(
        &folder.refused("repair --aside aside.jsonl"),
        &["--dry-run", "--yes"],
    );
    assert_eq!(
        folder.done("repair --aside aside.jsonl --yes"),
        "nothing to repair\n"
    );
    assert!(!folder.path("aside.jsonl").exists());
    assert_eq!(folder.run("repair").code, 2);
}

#[test]
fn where_nothing_is_there_is_nothing_to_verify() {
    let folder = Folder::new();
    assert_says(&folder.refused("verify"), &["there is no directory"]);
    assert_says(
        &folder.refused("repair --dry-run"),
        &["there is no directory"],
    );
    assert!(!folder.has_database());
}

#[test]
fn a_file_that_is_no_directory_is_damaged() {
    let folder = Folder::new();
    folder.write("headcount.redb", "not a database".repeat(1_000));
    assert_says(&folder.refused("verify"), &["headcount.redb"]);
    std::fs::remove_file(folder.path("headcount.redb")).unwrap();
}

/// Damage can make the storage engine panic, which is an error like any other, and can put
/// entries where no repair finds them.
#[test]
fn a_repair_that_succeeds_leaves_no_fault() {
    const VARIANTS: usize = 24;
    const BLOCK: usize = 512;
    let folder = Folder::new();
    folder.done("license set enterprise");
    let users = (0..800).map(|number| format!("u{number}@ex.co,N{number}\n"));
    let file = format!("email,first name\n{}", users.collect::<String>());
    folder.write("u.csv", file);
    folder.done("import u.csv");
    let path = folder.path("headcount.redb");
    let whole = std::fs::read(&path).unwrap();
    let (mut sound, mut refused) = (0, 0);
    for variant in 0..VARIANTS {
        let mut damaged = whole.clone();
        let blocks = damaged.len() / BLOCK - 8;
        let start = (8 + variant * 7_919 % blocks) * BLOCK;
        if variant % 2 == 0 {
            damaged[start..start + BLOCK].fill(0);
        } else {
            damaged[start + variant] ^= 0x10;
            damaged[start + 2 * variant] ^= 0x01;
        }
        std::fs::write(&path, damaged).unwrap();
        let _ = std::fs::remove_file(folder.path("aside.jsonl"));
        let repaired = folder.run("repair --aside aside.jsonl --yes --json");
        if repaired.code == 0 {
            assert_eq!((folder.run("verify").code, &*repaired.err), (0, ""));
            sound += 1;
        } else {
            let error: serde_json::Value = serde_json::from_str(&repaired.err).unwrap();
            assert_eq!(
                (repaired.code, &error["error"]["kind"]),
                (4, &"corrupted".into())
            );
            refused += 1;
        }
        let _ = std::fs::remove_file(folder.path("headcount.redb-log0"));
    }
    assert!(sound > 0 && refused > 0, "{sound} sound, {refused} refused");
    std::fs::write(&path, whole).unwrap();
}
