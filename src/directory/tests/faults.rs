//! Each kind of damage to the stored bytes is one fault of its kind, and a damaged value
//! doesn't hide others.

use std::borrow::Cow;

use super::*;
use crate::codec::keys::{KeyKind, domains, external_id};
use crate::codec::{
    IdEntry, decode_totals, decode_user, decode_workspace, encode_totals, put_id, put_user,
    put_workspace,
};
use crate::engine::redb::Txn;
use crate::engine::redb::tests::damage::damage_value;
use crate::model::{
    NewWorkspace, RequestId, Role, SeatDay, Timestamp, User, UserParts, Username, WorkspaceId,
};
use crate::rules::{Fault, FaultKind, Inspection};

pub(super) const ANN: UserId = UserId::from_bytes([1; 16]);
pub(super) const BOB: UserId = UserId::from_bytes([2; 16]);
pub(super) const CHO: UserId = UserId::from_bytes([3; 16]);
pub(super) const DEE: UserId = UserId::from_bytes([4; 16]);
pub(super) const TEAM: WorkspaceId = WorkspaceId::from_u64(1);
pub(super) const OWN: WorkspaceId = WorkspaceId::from_u64(2);
pub(super) const REQUEST: RequestId = RequestId::from_bytes([9; 16]);

/// A directory with at least one record of each kind.
pub(super) fn make_full(path: &Path) {
    let options = Directory::options().license_if_new(License::Seats(10));
    let directory = options.open(path).unwrap();
    let moment = |micros| Timestamp::from_unix_micros(micros).unwrap();
    let user = |email: &str, id: UserId| {
        let micros = u64::from(id.as_bytes()[0]);
        NewUser::new(email).id(id).created_at(moment(micros))
    };
    let batch = Batch::new()
        .create_user(user("ann@ex.co", ANN).admin(true))
        .create_user(
            user("bob@ex.co", BOB)
                .username("bob")
                .external_id("okta", "00u1"),
        )
        .create_user(user("cho@ex.co", CHO).username("cho").active(false))
        .create_user(user("dee@ex.co", DEE))
        .create_workspace(
            NewWorkspace::new("Team")
                .owner(ANN)
                .external_id("okta", "00g1"),
        );
    directory.apply(batch.request_id(REQUEST)).unwrap();
    directory.default_workspace(BOB).unwrap();
    directory.add_member(TEAM, BOB, Role::User).unwrap();
    directory.delete_user(DEE).unwrap();
    directory.set_license(License::Seats(20)).unwrap();
    directory.touch_user(BOB).unwrap();
    directory.close().unwrap();
}

pub(super) fn inspect(path: &Path) -> Inspection {
    Directory::options().find_faults(path, 100).unwrap()
}

/// The kind and the entry of each fault.
pub(super) fn found(inspection: &Inspection) -> Vec<(FaultKind, &'static str)> {
    assert_eq!(inspection.faults.len() as u64, inspection.faults_total);
    #[cfg(feature = "serde")]
    {
        let json = serde_json::to_value(inspection).unwrap();
        let again: Inspection = serde_json::from_value(json).unwrap();
        assert_eq!(again, *inspection);
    }
    let entry = |fault: &Fault| match fault.entry {
        Cow::Borrowed(entry) => entry,
        Cow::Owned(_) => panic!("{fault}"),
    };
    let faults = inspection.faults.iter();
    faults.map(|fault| (fault.kind, entry(fault))).collect()
}

type Tamper = fn(&mut Txn<'_>) -> Result<()>;

fn change_totals(txn: &mut Txn<'_>, change: fn(&mut crate::codec::Totals)) -> Result<()> {
    let mut totals = decode_totals(&txn.get(keys::TOTALS)?.unwrap())?;
    change(&mut totals);
    txn.put(keys::TOTALS, &encode_totals(&totals)?)
}

fn key_of(kind: KeyKind, txn: &Txn<'_>) -> Vec<u8> {
    let prefix = kind.all();
    let end = prefix.end();
    let range = (Bound::Included(&prefix.0[..]), Bound::Excluded(&end[..]));
    entries(txn, range).swap_remove(0).0
}

fn remove_first(kind: KeyKind, txn: &mut Txn<'_>) -> Result<()> {
    let key = key_of(kind, txn);
    txn.delete(&key)
}

/// Makes a username lead to an email.
fn put_username(txn: &mut Txn<'_>, username: &str, email: &str) -> Result<()> {
    let mut value = Vec::new();
    keys::put_username_value(&mut value, username, email);
    txn.put(&keys::username(username), &value)
}

fn malform_first(kind: KeyKind, txn: &mut Txn<'_>) -> Result<()> {
    let key = key_of(kind, txn);
    txn.put(&key, &[1, 0xff])
}

/// Writes a copy of the first day, changed by `change`.
fn put_day(txn: &mut Txn<'_>, change: fn(SeatDay) -> SeatDay) -> Result<()> {
    let key = key_of(KeyKind::SeatDay, txn);
    let bytes = txn.get(&key)?.unwrap().to_vec();
    let day = change(keys::seat_day_in(&key, &bytes).unwrap());
    let mut value = Vec::new();
    keys::put_seat_day_value(&mut value, &day);
    txn.put(&keys::seat_day(day.day), &value)
}

/// Writes a copy of Bob under another email, changed by `change`.
fn put_twin(txn: &mut Txn<'_>, change: fn(&mut UserParts)) -> Result<()> {
    let bytes = txn.get(&keys::user("bob@ex.co"))?.unwrap().to_vec();
    let mut twin = UserParts::from(&decode_user("zed@ex.co", &bytes)?);
    change(&mut twin);
    let mut value = Vec::new();
    put_user(&mut value, &User::from(twin))?;
    txn.put(&keys::user("zed@ex.co"), &value)
}

const CASES: &[(FaultKind, &str, Tamper)] = &[
    (FaultKind::Malformed, "user", |txn| {
        malform_first(KeyKind::User, txn)
    }),
    (FaultKind::Malformed, "workspace", |txn| {
        malform_first(KeyKind::Workspace, txn)
    }),
    (FaultKind::Malformed, "membership", |txn| {
        malform_first(KeyKind::Membership, txn)
    }),
    (FaultKind::Malformed, "change", |txn| {
        malform_first(KeyKind::Change, txn)
    }),
    (FaultKind::Malformed, "request", |txn| {
        malform_first(KeyKind::Request, txn)
    }),
    (FaultKind::Malformed, "id", |txn| {
        malform_first(KeyKind::Id, txn)
    }),
    (FaultKind::Malformed, "license", |txn| {
        txn.put(keys::LICENSE, &[1, 0xff])
    }),
    (FaultKind::Malformed, "totals", |txn| {
        txn.put(keys::TOTALS, &[1, 0xff])
    }),
    (FaultKind::Malformed, "last_seen", |txn| {
        malform_first(KeyKind::Seen, txn)
    }),
    (FaultKind::Malformed, "seat_day", |txn| {
        malform_first(KeyKind::SeatDay, txn)
    }),
    (FaultKind::Wrong, "seat_day", |txn| {
        let key = key_of(KeyKind::SeatDay, txn);
        txn.delete(&key)
    }),
    (FaultKind::Wrong, "seat_day", |txn| {
        put_day(txn, |day| SeatDay::new(day.day, day.peak, 1))
    }),
    (FaultKind::Wrong, "seat_day", |txn| {
        put_day(txn, |day| SeatDay::new(day.day, 1, day.last))
    }),
    (FaultKind::Wrong, "seat_day", |txn| {
        put_day(txn, |day| {
            let later = day.day.as_unix_micros() + 24 * 60 * 60 * 1_000_000;
            SeatDay::new(Timestamp::from_stored(later), day.peak, day.last)
        })
    }),
    (FaultKind::Missing, "format", |txn| txn.delete(keys::FORMAT)),
    (FaultKind::Missing, "license", |txn| {
        txn.delete(keys::LICENSE)
    }),
    (FaultKind::Missing, "totals", |txn| txn.delete(keys::TOTALS)),
    (FaultKind::Missing, "id", |txn| {
        remove_first(KeyKind::Id, txn)
    }),
    (FaultKind::Missing, "username", |txn| {
        remove_first(KeyKind::Username, txn)
    }),
    (FaultKind::Missing, "inactive", |txn| {
        remove_first(KeyKind::Inactive, txn)
    }),
    (FaultKind::Missing, "admin", |txn| {
        remove_first(KeyKind::Admin, txn)
    }),
    (FaultKind::Missing, "domain", |txn| {
        remove_first(KeyKind::Domain, txn)
    }),
    (FaultKind::Missing, "created", |txn| {
        remove_first(KeyKind::Created, txn)
    }),
    (FaultKind::Missing, "updated", |txn| {
        remove_first(KeyKind::Updated, txn)
    }),
    (FaultKind::Missing, "workspace_name", |txn| {
        remove_first(KeyKind::WorkspaceName, txn)
    }),
    (FaultKind::Missing, "default_workspace", |txn| {
        remove_first(KeyKind::DefaultWorkspace, txn)
    }),
    (FaultKind::Missing, "member", |txn| {
        remove_first(KeyKind::Member, txn)
    }),
    (FaultKind::Missing, "external_id", |txn| {
        remove_first(KeyKind::ExternalId, txn)
    }),
    (FaultKind::Missing, "workspace_external_id", |txn| {
        remove_first(KeyKind::WorkspaceExternalId, txn)
    }),
    (FaultKind::Missing, "request", |txn| {
        remove_first(KeyKind::Request, txn)
    }),
    (FaultKind::Wrong, "id", |txn| {
        let mut value = Vec::new();
        put_id(&mut value, &IdEntry::User("cho@ex.co"))?;
        txn.put(&keys::id(BOB), &value)
    }),
    (FaultKind::Wrong, "username", |txn| {
        put_username(txn, "bob", "cho@ex.co")
    }),
    (FaultKind::Wrong, "inactive", |txn| {
        let key = key_of(KeyKind::Inactive, txn);
        txn.put(&key, b"more")
    }),
    (FaultKind::Wrong, "created", |txn| {
        let key = key_of(KeyKind::Created, txn);
        txn.put(&key, b"cho@ex.co")
    }),
    (FaultKind::Wrong, "workspace_name", |txn| {
        txn.put(&keys::workspace_name("team"), &2_u64.to_be_bytes())
    }),
    (FaultKind::Wrong, "external_id", |txn| {
        txn.put(
            &external_id(KeyKind::ExternalId, "okta", "00u1"),
            b"cho@ex.co",
        )
    }),
    (FaultKind::Wrong, "workspace_external_id", |txn| {
        let key = external_id(KeyKind::WorkspaceExternalId, "okta", "00g1");
        txn.put(&key, &2_u64.to_be_bytes())
    }),
    (FaultKind::NotDeleted, "id", |txn| {
        let mut value = Vec::new();
        put_id(&mut value, &IdEntry::Deleted)?;
        txn.put(&keys::id(BOB), &value)
    }),
    (FaultKind::Leftover, "id", |txn| {
        let mut value = Vec::new();
        put_id(&mut value, &IdEntry::User("nobody@ex.co"))?;
        txn.put(&keys::id(UserId::from_bytes([8; 16])), &value)
    }),
    (FaultKind::Leftover, "username", |txn| {
        put_username(txn, "zed", "cho@ex.co")
    }),
    (FaultKind::Leftover, "external_id", |txn| {
        txn.put(
            &external_id(KeyKind::ExternalId, "entra", "00u1"),
            b"bob@ex.co",
        )
    }),
    (FaultKind::Leftover, "workspace_external_id", |txn| {
        let key = external_id(KeyKind::WorkspaceExternalId, "okta", "00g2");
        txn.put(&key, &1_u64.to_be_bytes())
    }),
    (FaultKind::Leftover, "inactive", |txn| {
        txn.put(b"\x13ann@ex.co", b"")
    }),
    (FaultKind::Leftover, "domain", |txn| {
        let mut key = domains("ex.co").0;
        key.extend_from_slice(b"zed@");
        txn.put(&key, b"")
    }),
    (FaultKind::Leftover, "admin", |txn| {
        txn.put(b"\x14bob@ex.co", b"")
    }),
    (FaultKind::Leftover, "updated", |txn| {
        txn.put(&[0x17; 25], b"bob@ex.co")
    }),
    (FaultKind::Leftover, "workspace_name", |txn| {
        txn.put(&keys::workspace_name("other"), &1_u64.to_be_bytes())
    }),
    (FaultKind::Leftover, "default_workspace", |txn| {
        txn.put(&keys::default_workspace(ANN), &1_u64.to_be_bytes())
    }),
    (FaultKind::Leftover, "member", |txn| {
        let mut key = Vec::new();
        keys::put_member(&mut key, OWN, Role::User, "cho@ex.co");
        txn.put(&key, CHO.as_bytes())
    }),
    (FaultKind::Leftover, "request", |txn| {
        let bytes = txn.get(&keys::request(&REQUEST))?.unwrap().to_vec();
        txn.put(&keys::request(&RequestId::from_bytes([7; 16])), &bytes)
    }),
    (FaultKind::Dangling, "membership", |txn| {
        let bytes = txn.get(&keys::membership(BOB, TEAM))?.unwrap().to_vec();
        txn.put(&keys::membership(DEE, TEAM), &bytes)
    }),
    (FaultKind::Dangling, "membership", |txn| {
        let bytes = txn.get(&keys::membership(BOB, TEAM))?.unwrap().to_vec();
        txn.put(&keys::membership(BOB, WorkspaceId::from_u64(3)), &bytes)
    }),
    (FaultKind::Dangling, "last_seen", |txn| {
        txn.put(&keys::seen(DEE), &7_u64.to_be_bytes())
    }),
    (FaultKind::Dangling, "workspace", |txn| {
        let bytes = txn.get(&keys::workspace(TEAM))?.unwrap().to_vec();
        let mut team = decode_workspace(TEAM, &bytes)?;
        team.default_of = Some(DEE);
        let mut value = Vec::new();
        put_workspace(&mut value, &team)?;
        txn.put(&keys::default_workspace(DEE), &1_u64.to_be_bytes())?;
        txn.put(&keys::workspace(TEAM), &value)
    }),
    (FaultKind::Gap, "change", |txn| txn.delete(&keys::change(2))),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.active += 1)
    }),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.inactive = 0)
    }),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.active_admins = 0)
    }),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.workspaces = 9)
    }),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.last_change += 1)
    }),
    (FaultKind::Counter, "totals", |txn| {
        change_totals(txn, |t| t.last_workspace = 1)
    }),
    (FaultKind::Unknown, "unknown", |txn| {
        txn.put(&[0x77, 1], b"?")
    }),
    (FaultKind::Unknown, "unknown", |txn| {
        txn.put(&[0x01, 0x77], b"?")
    }),
    (FaultKind::Unknown, "unknown", |txn| txn.put(&[0xff], b"?")),
];

#[test]
fn each_kind_of_fault_is_found_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.redb");
    make_full(&whole);
    assert!(inspect(&whole).is_sound(), "{:?}", inspect(&whole));
    let path = folder.path().join("users.redb");
    for (number, (kind, entry, body)) in CASES.iter().enumerate() {
        fs::copy(&whole, &path).unwrap();
        tamper(&path, body);
        let inspection = inspect(&path);
        assert_eq!(
            found(&inspection),
            [(*kind, *entry)],
            "case {number}: {:?}",
            inspection.faults
        );
        repairs::assert_repairable(&path);
    }
}

#[test]
fn of_two_with_one_external_id_the_later_gives_it_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| {
        let bytes = txn.get(&keys::user("ann@ex.co"))?.unwrap().to_vec();
        let mut ann = UserParts::from(&decode_user("ann@ex.co", &bytes)?);
        ann.external_ids
            .insert("okta".to_owned(), "00u1".to_owned());
        let mut value = Vec::new();
        put_user(&mut value, &User::from(ann))?;
        txn.put(&keys::user("ann@ex.co"), &value)?;
        let bytes = txn.get(&keys::workspace(OWN))?.unwrap().to_vec();
        let mut own = decode_workspace(OWN, &bytes)?;
        own.external_ids
            .insert("okta".to_owned(), "00g1".to_owned());
        let mut value = Vec::new();
        put_workspace(&mut value, &own)?;
        txn.put(&keys::workspace(OWN), &value)
    });
    let expected = [
        (FaultKind::Duplicate, "user"),
        (FaultKind::Duplicate, "workspace"),
    ];
    let inspection = inspect(&path);
    assert_eq!(found(&inspection), expected);
    assert_eq!(inspection.faults[0].user, Some(BOB), "Ann is older");
    assert_eq!(inspection.faults[1].workspace, Some(OWN));
    repairs::assert_repairable(&path);
}

#[test]
fn of_two_with_one_id_or_username_the_later_is_the_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    for id in [BOB, UserId::from_bytes([9; 16])] {
        make_full(&path);
        tamper(&path, |txn| {
            if id == BOB {
                put_twin(txn, |twin| {
                    twin.username = None;
                    twin.created_at = Timestamp::from_unix_micros(100).unwrap();
                })
            } else {
                put_twin(txn, |twin| {
                    twin.id = UserId::from_bytes([9; 16]);
                    twin.created_at = Timestamp::from_unix_micros(100).unwrap();
                })
            }
        });
        let inspection = inspect(&path);
        let twice = inspection.faults.iter();
        let twice: Vec<_> = twice.filter(|f| f.kind == FaultKind::Duplicate).collect();
        assert_eq!(twice.len(), 1, "{:?}", inspection.faults);
        assert_eq!(twice[0].user, Some(id));
        repairs::assert_repairable(&path);
        let directory = Directory::open(&path).unwrap();
        let bob = directory.user_by_username("bob").unwrap().unwrap();
        assert_eq!((bob.id(), bob.email().as_str()), (BOB, "bob@ex.co"));
        assert!(directory.user_by_email("zed@ex.co").unwrap().is_none());
        drop(directory);
        fs::remove_file(&path).unwrap();
    }
}

/// An email that is another user's username; each user has the entries that it requires.
#[test]
fn an_email_that_is_anothers_username_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| {
        let bytes = txn.get(&keys::user("bob@ex.co"))?.unwrap().to_vec();
        let mut bob = UserParts::from(&decode_user("bob@ex.co", &bytes)?);
        bob.username = Some(Username::parse("cho@ex.co")?);
        let mut value = Vec::new();
        put_user(&mut value, &User::from(bob))?;
        txn.put(&keys::user("bob@ex.co"), &value)?;
        txn.delete(&keys::username("bob"))?;
        put_username(txn, "cho@ex.co", "bob@ex.co")
    });
    let inspection = inspect(&path);
    assert_eq!(found(&inspection), [(FaultKind::Duplicate, "user")]);
    assert_eq!(inspection.faults[0].user, Some(CHO), "Bob was there first");
    repairs::assert_repairable(&path);
    let directory = Directory::open(&path).unwrap();
    assert_eq!(directory.user("cho@ex.co").unwrap().unwrap().id(), BOB);
}

#[test]
fn a_username_that_looks_like_anothers_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| {
        let bytes = txn.get(&keys::user("cho@ex.co"))?.unwrap().to_vec();
        let mut cho = UserParts::from(&decode_user("cho@ex.co", &bytes)?);
        cho.username = Some(Username::parse("b\u{43e}b")?);
        let mut value = Vec::new();
        put_user(&mut value, &User::from(cho))?;
        txn.put(&keys::user("cho@ex.co"), &value)?;
        txn.delete(&keys::username("cho"))?;
        put_username(txn, "b\u{43e}b", "cho@ex.co")?;
        txn.put(&keys::look_alike("bob"), b"cho@ex.co")
    });
    let inspection = inspect(&path);
    assert_eq!(found(&inspection), [(FaultKind::Duplicate, "user")]);
    assert_eq!(inspection.faults[0].user, Some(CHO));
    repairs::assert_repairable(&path);
    tamper(&path, |txn| txn.put(&keys::look_alike("bob"), b"bob@ex.co"));
    assert_eq!(
        found(&inspect(&path)),
        [(FaultKind::Leftover, "look_alike")]
    );
}

#[test]
fn a_damaged_value_is_one_fault_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.redb");
    make_full(&whole);
    let path = folder.path().join("users.redb");
    for (key, _) in contents(&whole) {
        fs::copy(&whole, &path).unwrap();
        damage_value(&path, &key);
        let inspection = inspect(&path);
        let kinds = found(&inspection);
        assert_eq!(kinds.len(), 1, "{key:?}: {:?}", inspection.faults);
        assert_eq!(kinds[0].0, FaultKind::Damaged, "{key:?}");
        if key == keys::user("bob@ex.co") {
            assert_eq!(inspection.faults[0].user, Some(BOB));
        }
        // Another fault at the far end of the directory is found as well.
        tamper(&path, |txn| txn.put(&[0xfe], b"?"));
        assert_eq!(inspect(&path).faults_total, 2, "{key:?}");
        repairs::assert_repairable(&path);
    }
}

#[test]
fn verify_fails_with_the_first_fault_and_the_number_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| txn.delete(&keys::username("bob")));
    let directory = Directory::open(&path).unwrap();
    let error = directory.verify().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupted);
    let text = error.to_string();
    assert!(text.contains("1 fault: missing username, user"), "{text}");
    assert_eq!(directory.find_faults(10).unwrap().faults_total, 1);
    directory.close().unwrap();
    tamper(&path, |txn| put_username(txn, "zed", "bob@ex.co"));
    let directory = Directory::open(&path).unwrap();
    let text = directory.verify().unwrap_err().to_string();
    assert!(text.contains("2 faults, the first: missing"), "{text}");
    assert_eq!(directory.find_faults(1).unwrap().faults.len(), 1);
}

#[test]
fn faults_hold_no_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.redb");
    make_full(&whole);
    let path = folder.path().join("users.redb");
    for (.., body) in CASES {
        fs::copy(&whole, &path).unwrap();
        tamper(&path, body);
        for fault in inspect(&path).faults {
            let text = format!("{fault:?} {fault}").to_ascii_lowercase();
            for word in ["ex.co", "bob", "team\"", "zed"] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }
}

#[test]
fn more_active_users_than_seats_are_told_and_are_no_fault() {
    let directory = Directory::in_memory().unwrap();
    for name in ["a", "b", "c"] {
        directory
            .create_user(format!("{name}@ex.co").as_str())
            .unwrap();
    }
    directory.set_license(License::Seats(1)).unwrap();
    let inspection = directory.find_faults(10).unwrap();
    assert!(inspection.is_sound());
    assert_eq!(inspection.seats_over, 2);
}

#[test]
fn entries_without_a_format_are_not_taken_for_a_new_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    tamper(&path, |txn| txn.delete(keys::FORMAT));
    let before = contents(&path);
    let error = Directory::open(&path).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupted);
    assert_eq!(contents(&path), before);
}
