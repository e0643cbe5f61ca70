//! Loading an export produces the same directory byte for byte, except for its history.

use proptest::prelude::*;

use super::faults::{ANN, BOB, DEE, OWN, TEAM, make_full};
use super::*;
use crate::model::{Event, NewWorkspace, Role, Timestamp, User, UserUpdate as Edit, WorkspaceId};
use crate::rules::{Exported, Record};

/// The record to load for an exported one.
fn record(exported: &Exported<'_>) -> Record {
    match *exported {
        Exported::Directory {
            license,
            license_version,
            last_workspace,
        } => Record::Directory {
            license,
            license_version,
            last_workspace,
        },
        Exported::User(user) => Record::User {
            user: new_user(user),
            updated_at: user.updated_at(),
            deactivated_at: user.deactivated_at(),
            version: user.version(),
        },
        Exported::DeletedUser { id } => Record::DeletedUser { id },
        Exported::Workspace(workspace) => Record::Workspace {
            id: workspace.id(),
            name: workspace.name().to_owned(),
            archived: workspace.is_archived(),
            default_of: workspace.default_of(),
            external_ids: pairs(workspace.external_ids()),
            created_at: workspace.created_at(),
            updated_at: workspace.updated_at(),
            version: workspace.version(),
        },
        Exported::Member(member) => Record::Member {
            workspace: member.workspace(),
            user: member.user(),
            role: member.role(),
            since: member.since(),
            version: member.version(),
        },
        Exported::LastSeen { user, at } => Record::LastSeen { user, at },
    }
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn new_user(user: &User) -> NewUser {
    let mut new = NewUser::new(user.email().as_str())
        .id(user.id())
        .username(user.username())
        .active(user.is_active())
        .admin(user.is_admin())
        .created_at(user.created_at());
    if let Some(name) = user.given_name() {
        new = new.given_name(name);
    }
    if let Some(name) = user.family_name() {
        new = new.family_name(name);
    }
    for (provisioner, id) in user.external_ids() {
        new = new.external_id(provisioner, id);
    }
    for (name, value) in user.attributes() {
        new = new.attribute(name, value);
    }
    new
}

fn records(directory: &Directory) -> Vec<Record> {
    let mut records = Vec::new();
    directory
        .export(|exported| {
            records.push(record(exported));
            ControlFlow::<()>::Continue(())
        })
        .unwrap();
    records
}

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// All entries except those of the history, and the counters that don't depend on it.
fn stored(directory: &Directory) -> (Entries, crate::codec::Totals) {
    let snapshot = directory.snapshot().unwrap();
    let mut all = entries(&snapshot, EVERYTHING);
    all.retain(|(key, _)| key[0] < 0x30 && key != keys::TOTALS);
    let mut totals = read::totals(&snapshot).unwrap();
    (totals.last_change, totals.last_trimmed) = (0, 0);
    totals.last_at = Timestamp::default();
    (all, totals)
}

fn assert_round_trip(directory: &Directory) {
    let again = Directory::in_memory().unwrap();
    let seats = again.load(records(directory).into_iter().map(Ok)).unwrap();
    assert_eq!(seats, directory.seats().unwrap());
    assert!(stored(&again) == stored(directory));
    assert_eq!(again.changes(0).unwrap().count(), 1);
    again.verify().unwrap();
}

#[test]
fn what_was_exported_makes_the_same_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    let directory = Directory::open(&path).unwrap();
    let edit = Edit::new()
        .email("Ann.Lee@Bücher.example")
        .given_name("Ann");
    directory.update_user(ANN, edit).unwrap();
    assert_round_trip(&directory);
    directory.set_license(License::Seats(1)).unwrap();
    assert_round_trip(&directory);
    assert_eq!(directory.seats().unwrap().over_by(), 1);
}

#[test]
fn records_that_break_a_rule_are_refused_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    make_full(&path);
    let directory = Directory::open(&path).unwrap();
    let all = records(&directory);
    let refused = |change: &dyn Fn(&mut Vec<Record>)| {
        let mut changed = all.clone();
        change(&mut changed);
        let again = Directory::in_memory().unwrap();
        let before = stored(&again);
        let error = again.load(changed.into_iter().map(Ok)).unwrap_err();
        assert!(stored(&again) == before, "{error}");
        error.kind()
    };
    let moment = Timestamp::now();
    let user = |email: &str, username: &str, id: UserId| Record::User {
        user: NewUser::new(email)
            .username(username)
            .id(id)
            .created_at(moment),
        updated_at: moment,
        deactivated_at: None,
        version: 1,
    };
    let other = UserId::from_bytes([8; 16]);
    for (record, kind) in [
        (user("BOB@ex.co", "b", other), ErrorKind::EmailTaken),
        (user("b@ex.co", "BOB", other), ErrorKind::UsernameTaken),
        (
            user("b@ex.co", "BOB@ex.co", other),
            ErrorKind::UsernameTaken,
        ),
        (user("b@ex.co", "b", BOB), ErrorKind::IdTaken),
        (user("b@ex.co", "b", DEE), ErrorKind::IdTaken),
        (Record::DeletedUser { id: ANN }, ErrorKind::IdTaken),
        (
            Record::User {
                user: NewUser::new("b@ex.co")
                    .id(other)
                    .created_at(moment)
                    .external_id("okta", "00u1"),
                updated_at: moment,
                deactivated_at: None,
                version: 1,
            },
            ErrorKind::ExternalIdTaken,
        ),
        (
            Record::Workspace {
                id: WorkspaceId::from_u64(9),
                name: "Other".to_owned(),
                archived: false,
                default_of: None,
                external_ids: vec![("okta".to_owned(), "00g1".to_owned())],
                created_at: moment,
                updated_at: moment,
                version: 1,
            },
            ErrorKind::ExternalIdTaken,
        ),
    ] {
        assert_eq!(refused(&|all| all.push(record.clone())), kind);
    }
    // An email that is the username of an earlier user with another email.
    let both = |all: &mut Vec<Record>| {
        all.push(user("z@ex.co", "y@ex.co", other));
        all.push(user("y@ex.co", "y", UserId::from_bytes([7; 16])));
    };
    assert_eq!(refused(&both), ErrorKind::UsernameTaken);
    let member = |workspace: WorkspaceId, user: UserId| Record::Member {
        workspace,
        user,
        role: Role::User,
        since: moment,
        version: 1,
    };
    let nobody = member(TEAM, DEE);
    assert_eq!(
        refused(&|all| all.push(nobody.clone())),
        ErrorKind::UserNotFound
    );
    let nowhere = member(WorkspaceId::from_u64(77), BOB);
    assert_eq!(
        refused(&|all| all.push(nowhere.clone())),
        ErrorKind::WorkspaceNotFound
    );
    let without_own = |all: &mut Vec<Record>| {
        all.retain(|r| !matches!(r, Record::Member { workspace, .. } if *workspace == OWN));
    };
    assert_eq!(refused(&without_own), ErrorKind::InvalidArgument);
    // Only an empty directory accepts records.
    let error = directory.load(all.into_iter().map(Ok)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn records_come_behind_a_license_that_was_set() {
    let directory = Directory::in_memory().unwrap();
    directory.set_license(License::Seats(9)).unwrap();
    let gone = directory.create_user("gone@ex.co").unwrap();
    directory.delete_user(gone.id()).unwrap();
    let now = Timestamp::now();
    let record = |id: UserId| Record::User {
        user: NewUser::new("ann@ex.co").id(id).created_at(now),
        updated_at: now,
        deactivated_at: None,
        version: 1,
    };
    // Neither another license nor the id of a deleted user.
    let license = Record::Directory {
        license: License::Enterprise,
        license_version: 1,
        last_workspace: 0,
    };
    let error = directory.load([Ok(license)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = directory.load([Ok(record(gone.id()))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IdTaken);
    assert_eq!(directory.changes(0).unwrap().count(), 3);

    let id = UserId::generate();
    let seats = directory.load([Ok(record(id))]).unwrap();
    assert_eq!((seats.active, seats.license), (1, License::Seats(9)));
    let last = directory.changes(3).unwrap().next().unwrap().unwrap();
    let created = Event::UserCreated {
        user: id,
        active: true,
    };
    assert_eq!((last.sequence, last.events), (4, vec![created]));
    let history = directory.seat_history(now).unwrap();
    assert_eq!((history.peak, history.days.len()), (1, 1));
    directory.verify().unwrap();
    // Once a user exists, it is not empty.
    let error = directory
        .load([Ok(record(UserId::generate()))])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn records_without_a_license_take_no_seat_too_many() {
    let now = Timestamp::now();
    let people = |count: u32| {
        (0..count).map(move |number| {
            let new = NewUser::new(format!("u{number}@ex.co")).id(UserId::generate());
            Ok(Record::User {
                user: new.created_at(now),
                updated_at: now,
                deactivated_at: None,
                version: 1,
            })
        })
    };
    for license in [License::Community, License::Seats(5)] {
        let directory = Directory::in_memory().unwrap();
        directory.set_license(license).unwrap();
        let full = ErrorKind::NoFreeSeat {
            limit: 5,
            active: 0,
            requested: 6,
        };
        assert_eq!(directory.load(people(6)).unwrap_err().kind(), full);
        assert_eq!(directory.len().unwrap(), 0);
        assert_eq!(directory.load(people(5)).unwrap().active, 5);
        directory.verify().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_directory_comes_back(
        people in prop::collection::vec((any::<[bool; 6]>(), 0_u8..4), 1..20)
    ) {
        let directory = Directory::options()
            .license_if_new(License::Enterprise)
            .in_memory()
            .unwrap();
        for (number, ([active, admin, named, own, attribute, gone], team)) in
            people.into_iter().enumerate()
        {
            let mut new = NewUser::new(format!("Person{number}@Ex.co")).active(active).admin(admin);
            if named {
                new = new.username(format!("P{number}")).family_name("Ä");
            }
            if attribute {
                new = new.attribute("note", "").attribute("a", "b\n\"c");
            }
            let id = directory.create_user(new).unwrap().id();
            if own {
                directory.default_workspace(id).unwrap();
            }
            let name = format!("Team {team}");
            if active && directory.workspace(name.as_str()).unwrap().is_none() {
                directory.create_workspace(NewWorkspace::new(&name).owner(id)).unwrap();
            } else if directory.workspace(name.as_str()).unwrap().is_some() {
                directory.add_member(name.as_str(), id, Role::User).unwrap();
            }
            if gone {
                let _ = directory.delete_user(id);
            }
        }
        assert_round_trip(&directory);
    }
}
