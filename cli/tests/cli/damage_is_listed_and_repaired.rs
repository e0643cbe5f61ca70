//! `headcount verify` and `headcount repair`: a sound directory passes, and a repair
//! has to be asked for twice.

use serde_json::Value;

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

/// A directory with 800 users, and the bytes of its file.
fn folder_with_many() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    folder.done("license set enterprise");
    let users = (0..800).map(|number| format!("u{number:04}@ex.co,N{number:04}x\n"));
    let file = format!("email,first name\n{}", users.collect::<String>());
    folder.write("u.csv", file);
    folder.done("import u.csv");
    let whole = std::fs::read(folder.path("headcount.redb")).unwrap();
    (folder, whole)
}

/// Replaces the directory's file by the damaged bytes, and removes what an earlier repair left.
fn put(folder: &Folder, damaged: &[u8]) {
    folder.write("headcount.redb", damaged);
    for name in ["aside.jsonl", "headcount.redb-log0"] {
        let _ = std::fs::remove_file(folder.path(name));
    }
}

/// `bytes` with every `part` replaced by one of the same length.
fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(part.len(), by.len());
    let mut replaced = bytes.to_vec();
    let places = (0..=bytes.len() - part.len()).filter(|start| bytes[*start..].starts_with(part));
    let mut count = 0;
    for start in places {
        replaced[start..start + by.len()].copy_from_slice(by);
        count += 1;
    }
    assert!(count > 0);
    replaced
}

const REPAIR: &str = "repair --aside aside.jsonl --yes --json";

/// Damage can make the storage engine panic, which is an error like any other.
#[test]
fn a_repair_that_succeeds_leaves_no_fault() {
    const VARIANTS: usize = 24;
    const BLOCK: usize = 512;
    let (folder, whole) = folder_with_many();
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
        put(&folder, &damaged);
        let repaired = folder.run(REPAIR);
        if repaired.code == 0 {
            assert_eq!((folder.run("verify").code, &*repaired.err), (0, ""));
            continue;
        }
        let error: Value = serde_json::from_str(&repaired.err).unwrap();
        assert_eq!(
            (repaired.code, &error["error"]["kind"]),
            (4, &"corrupted".into())
        );
        // The engine's panic message is not shown.
        for word in ["out of range", "unreachable", "slice"] {
            assert!(!repaired.err.contains(word), "{}", repaired.err);
        }
    }
    put(&folder, &whole);
}

#[test]
fn a_damaged_record_is_set_aside() {
    let (folder, whole) = folder_with_many();
    put(&folder, &replaced(&whole, b"N0417x", b"N0418x"));
    let line = "repair --dry-run --json";
    let planned: Value = serde_json::from_str(&folder.done(line)).unwrap();
    assert_eq!(
        (&planned["dry_run"], &planned["faults_total"]),
        (&true.into(), &1.into())
    );
    let verified = folder.run("verify --json");
    assert_eq!(verified.code, 4);
    let listed: Value = serde_json::from_str(&verified.out).unwrap();
    assert_eq!(
        (&listed["sound"], &listed["faults_total"]),
        (&false.into(), &1.into())
    );
    let repaired: Value = serde_json::from_str(&folder.done(REPAIR)).unwrap();
    assert_eq!(
        (&repaired["set_aside"], &repaired["faults_left"]),
        (&1.into(), &0.into())
    );
    let aside = std::fs::read_to_string(folder.path("aside.jsonl")).unwrap();
    assert_eq!(aside.lines().count(), 1);
    folder.done("verify");
    assert_eq!(folder.json("users list --count")["count"], 799);
}

/// An entry in a place where no lookup goes can't be removed.
#[test]
fn what_a_repair_cannot_reach_is_told_with_what_it_did() {
    let (folder, whole) = folder_with_many();
    let damaged = replaced(&whole, b"u0417@ex.co", b"z0417@ex.co");
    put(&folder, &damaged);
    let repaired = folder.run(REPAIR);
    assert_eq!(repaired.code, 4, "{}", repaired.err);
    let report: Value = serde_json::from_str(&repaired.out).unwrap();
    assert!(report["faults_left"].as_u64() > Some(0), "{report}");
    assert!(report["written"].as_u64() > Some(0), "{report}");
    let error: Value = serde_json::from_str(&repaired.err).unwrap();
    assert_eq!(error["error"]["took_effect"], true);
    put(&folder, &damaged);
    let repaired = folder.run("repair --aside aside.jsonl --yes");
    assert_says(&repaired.out, &["repaired: ", "are in aside.jsonl"]);
    assert_says(
        &repaired.err,
        &[
            "the repair could not reach ",
            "restore a backup",
            "\nwhat could be repaired before that is repaired, and stored\n",
        ],
    );
    put(&folder, &whole);
}

#[test]
fn without_its_header_a_file_is_not_repaired() {
    let (folder, whole) = folder_with_many();
    let mut damaged = whole.clone();
    damaged[16..4096].fill(0);
    put(&folder, &damaged);
    for line in [REPAIR, "repair --dry-run --json", "users list --json"] {
        let run = folder.run(line);
        let error: Value = serde_json::from_str(&run.err).unwrap();
        let error = &error["error"];
        assert_eq!(
            (run.code, &error["kind"]),
            (4, &"corrupted".into()),
            "{line}"
        );
        assert!(error.get("took_effect").is_none(), "{line}");
    }
    assert!(!folder.path("aside.jsonl").exists());
    put(&folder, &whole);
}
