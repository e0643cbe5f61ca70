//! A repair leaves a sound directory with all readable users, and its plan says beforehand
//! what it will do.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::faults::{ANN, BOB, CHO, OWN, found, inspect, make_full};
use super::*;
use crate::engine::redb::tests::damage::damage_value;
use crate::model::SeatDay;
use crate::rules::{FaultKind, Repaired};

/// Repairs the file at `path`, and checks that the repair follows its plan and leaves a
/// sound directory.
pub(super) fn assert_repairable(path: &Path) -> Repaired {
    let before = inspect(path);
    let planned = Directory::options().plan_repair(path, 100).unwrap();
    assert_eq!(inspect(path), before, "a plan wrote something");
    let aside = path.with_extension("aside");
    let repaired = Directory::options().repair(path, &aside, 100).unwrap();
    assert_eq!(repaired, planned);
    assert_eq!(repaired.faults, before.faults);
    assert_eq!(aside.exists(), repaired.set_aside > 0);
    if repaired.set_aside > 0 {
        let lines = fs::read_to_string(&aside).unwrap();
        assert_eq!(lines.lines().count() as u64, repaired.set_aside, "{lines}");
        for line in lines.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        fs::remove_file(&aside).unwrap();
    }
    let after = inspect(path);
    assert!(after.is_sound(), "{before:?} became {after:?}");
    assert_eq!(after.verified, repaired.verified);
    let directory = Directory::open(path).unwrap();
    assert_eq!(directory.verify().unwrap(), repaired.verified);
    assert_eq!(directory.seats().unwrap().active, repaired.verified.active);
    directory.create_user("new@ex.co").unwrap();
    directory.delete_user("new@ex.co").unwrap();
    directory.close().unwrap();
    repaired
}

#[test]
fn a_sound_directory_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    let before = contents(&path);
    let aside = folder.path().join("aside");
    let repaired = Directory::options().repair(&path, &aside, 100).unwrap();
    assert_eq!((repaired.written, repaired.removed), (0, 0));
    assert_eq!(contents(&path), before);
    assert!(!aside.exists());
}

#[test]
fn a_user_who_is_set_aside_leaves_a_taken_id_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    damage_value(&path, &keys::user("bob@ex.co"));
    let repaired = assert_repairable(&path);
    // Bob, two memberships, and when he was last seen.
    assert_eq!(repaired.set_aside, 4);
    assert_eq!(repaired.verified.active, 1);
    let directory = Directory::open(&path).unwrap();
    assert!(directory.user(BOB).unwrap().is_none());
    let again = directory.create_user(NewUser::new("bob@ex.co").id(BOB));
    assert_eq!(again.unwrap_err().kind(), ErrorKind::IdTaken);
    directory
        .create_user(NewUser::new("bob@ex.co").username("bob"))
        .unwrap();
    let own = directory.workspace(OWN).unwrap().unwrap();
    assert_eq!(own.default_of(), None);
}

#[test]
fn a_lost_license_is_the_one_set_last_and_evicts_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| txn.delete(keys::LICENSE));
    assert_repairable(&path);
    let directory = Directory::open(&path).unwrap();
    assert_eq!(directory.seats().unwrap().license, License::Seats(20));
    directory.trim_changes(1_000).unwrap();
    directory.close().unwrap();

    tamper(&path, |txn| txn.delete(keys::LICENSE));
    let aside = folder.path().join("aside");
    let options = Directory::options().license_if_new(License::Seats(1));
    let repaired = options.repair(&path, &aside, 100).unwrap();
    assert_eq!((repaired.verified.active, repaired.seats_over), (2, 1));
    let directory = Directory::open(&path).unwrap();
    assert_eq!(directory.seats().unwrap().over_by(), 1);
    let refused = directory.activate_user(CHO).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::NoFreeSeat { .. }));
}

#[test]
fn a_lost_day_of_seats_leaves_the_peaks_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    let directory = Directory::open(&path).unwrap();
    let today = directory.seat_history(None).unwrap().days[0];
    directory.close().unwrap();
    let before = SeatDay::new(today.day.days_before(3), 9, 7);
    tamper(&path, |txn| {
        let mut value = Vec::new();
        keys::put_seat_day_value(&mut value, &before);
        txn.put(&keys::seat_day(before.day), &value)?;
        txn.put(&keys::seat_day(today.day), b"?")
    });
    assert_eq!(found(&inspect(&path)), [(FaultKind::Malformed, "seat_day")]);
    assert_repairable(&path);
    let directory = Directory::open(&path).unwrap();
    let days = directory.seat_history(None).unwrap().days;
    // `assert_repairable` lets a third user come and go.
    assert_eq!(days, [before, SeatDay::new(today.day, 7, 2)]);
}

#[test]
fn followers_of_a_lost_change_are_told_to_read_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    damage_value(&path, &keys::change(3));
    assert_repairable(&path);
    let directory = Directory::open(&path).unwrap();
    let refused = directory.changes(2).err().unwrap().kind();
    assert_eq!(refused, ErrorKind::HistoryTrimmed { resume_after: 3 });
    assert!(directory.changes(3).unwrap().count() > 2);
}

#[test]
fn the_file_for_records_must_be_new_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    damage_value(&path, &keys::user("ann@ex.co"));
    let aside = folder.path().join("aside");
    fs::write(&aside, "mine").unwrap();
    let refused = Directory::options().repair(&path, &aside, 1).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    assert_eq!(fs::read_to_string(&aside).unwrap(), "mine");
    fs::remove_file(&aside).unwrap();
    Directory::options().repair(&path, &aside, 1).unwrap();
    let text = fs::read_to_string(&aside).unwrap();
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["entry"], "user");
    assert_eq!(first["key"], "10616e6e4065782e636f");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&aside).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// Some of the keys, and the damage to each.
fn damages() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3), 1..=5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_damaged_is_found_and_who_can_be_read_stays(damages in damages()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.redb");
        make_full(&path);
        let all = contents(&path);
        let mut hit = BTreeSet::new();
        let mut all_removed = true;
        for (index, how) in damages {
            let (key, value) = index.get(&all);
            if !hit.insert(key.clone()) {
                continue;
            }
            all_removed &= how == 1;
            match how {
                0 => damage_value(&path, key),
                1 => tamper(&path, |txn| txn.delete(key)),
                _ => {
                    let mut cut = value.clone();
                    cut.truncate(1.min(value.len() / 2));
                    cut.push(0xff);
                    cut[0] = 1;
                    tamper(&path, |txn| txn.put(key, &cut));
                }
            }
        }
        let inspection = inspect(&path);
        // Entries that nothing refers to can be lost without a trace: a tombstone, or both
        // sides of a membership.
        prop_assert!(inspection.faults_total > 0 || all_removed, "{:?}", hit);
        let damaged = found(&inspection);
        let damaged = damaged.iter().filter(|(kind, _)| *kind == FaultKind::Damaged);
        prop_assert!(damaged.count() <= hit.len());
        assert_repairable(&path);
        let directory = Directory::open(&path).unwrap();
        for (id, email) in [(ANN, "ann@ex.co"), (BOB, "bob@ex.co"), (CHO, "cho@ex.co")] {
            if !hit.contains(&keys::user(email)) {
                let user = directory.user_by_email(email).unwrap().unwrap();
                prop_assert_eq!(user.id(), id);
                prop_assert_eq!(directory.user_by_id(id).unwrap().unwrap(), user);
            }
        }
    }
}
