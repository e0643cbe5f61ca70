//! Reads packed records as `docs/packed.md` specifies them.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::*;
use crate::directory::{Directory, UserView};
use crate::model::{
    Change, Event, Field, License, Member, NewUser, NewWorkspace, Role, Timestamp, User, UserId,
    Workspace, WorkspaceId,
};

/// Packs `records` into a buffer of `capacity` bytes each time; returns the
/// batches.
fn pack<R: PackedRecord>(records: Vec<R>, capacity: usize) -> Vec<Vec<u8>> {
    let mut records = records.into_iter();
    let mut ahead = Ahead::default();
    let mut batches = Vec::new();
    loop {
        let mut buffer = vec![MaybeUninit::new(0xAA); capacity];
        let Ok(bytes) = ahead.pack(&mut buffer, || records.next().map(Ok)) else {
            panic!("{capacity} bytes are too few");
        };
        let mut buffer = init(buffer);
        assert!(buffer[bytes..].iter().all(|byte| *byte == 0xAA));
        buffer.truncate(bytes);
        if buffer.is_empty() {
            return batches;
        }
        batches.push(buffer);
    }
}

/// A buffer whose bytes were all initialized when it was created.
fn init(buffer: Vec<MaybeUninit<u8>>) -> Vec<u8> {
    // SAFETY: it is only called with such a buffer.
    let value = |byte: MaybeUninit<u8>| unsafe { byte.assume_init() };
    buffer.into_iter().map(value).collect()
}

/// The bytes of a record, read from the front.
#[derive(Clone, Copy)]
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn number(self, at: usize, bytes: usize) -> u64 {
        let digits = self.0[at..at + bytes].iter().rev();
        digits.fold(0, |number, digit| number << 8 | u64::from(*digit))
    }

    fn length(self, at: usize) -> usize {
        usize::try_from(self.number(at, 4)).unwrap()
    }

    fn id(self, at: usize) -> [u8; 16] {
        self.0[at..at + 16].try_into().unwrap()
    }

    fn text(self, at: usize) -> Option<&'b str> {
        let (start, length) = (self.length(at), self.length(at + 4));
        if start == 0 {
            assert_eq!(length, 0);
            return None;
        }
        assert_eq!(self.0[start + length], 0);
        Some(str::from_utf8(&self.0[start..start + length]).unwrap())
    }

    fn pairs(self, at: usize) -> impl Iterator<Item = (&'b str, &'b str)> {
        let (table, count) = (self.length(at), self.length(at + 4));
        let places = (0..count).map(move |index| table + 16 * index);
        places.map(move |at| (self.text(at).unwrap(), self.text(at + 8).unwrap()))
    }
}

/// The records of a batch.
fn records(batch: &[u8], kind: u8) -> Vec<Bytes<'_>> {
    let header = Bytes(batch);
    assert_eq!(batch[..4], [b'h', b'c', 1, kind]);
    assert_eq!(header.length(8), batch.len());
    let mut rest = &batch[header.length(4)..];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (record, behind) = rest.split_at(Bytes(rest).length(0));
        records.push(Bytes(record));
        rest = behind;
    }
    assert_eq!(records.len(), header.length(12));
    records
}

fn check_user(record: Bytes<'_>, user: &User) {
    let flags = u64::from(user.is_active()) | u64::from(user.is_admin()) << 1;
    assert_eq!(record.number(4, 2), 104);
    assert_eq!(record.number(6, 2), flags);
    assert_eq!(record.id(8), *user.id().as_bytes());
    assert_eq!(record.number(24, 8), user.version());
    assert_eq!(record.number(32, 8), user.created_at().as_unix_micros());
    assert_eq!(record.number(40, 8), user.updated_at().as_unix_micros());
    let deactivated_at = user.deactivated_at();
    assert_eq!(
        record.number(88, 8),
        deactivated_at.map_or(0, Timestamp::as_unix_micros)
    );
    assert_eq!(record.text(48), Some(user.email().as_str()));
    assert_eq!(record.text(56), Some(user.username()));
    assert_eq!(record.text(64), user.given_name());
    assert_eq!(record.text(72), user.family_name());
    assert!(record.pairs(80).eq(user.attributes()));
    assert!(record.pairs(96).eq(user.external_ids()));
}

/// A user with everything at its limit, and some with nothing.
fn odd_users() -> Vec<NewUser> {
    let full = (0..64).fold(NewUser::new("full@ex.co"), |user, index| {
        let value = if index == 0 {
            String::new()
        } else {
            "v\0".repeat(index)
        };
        user.attribute(format!("{index:02} ключ"), value)
    });
    let mut users = vec![
        full.username("vollständig")
            .given_name("Ŵ".repeat(127))
            .external_id("okta", "é".repeat(127))
            .external_id("e".repeat(64), "1")
            .family_name("王"),
        NewUser::new("Bare@EX.co").active(false),
        NewUser::new("ann@bücher.example")
            .admin(true)
            .given_name(" "),
        NewUser::new("ids@ex.co").external_id("okta", "2"),
        NewUser::new("big@ex.co").attribute("blob", "x".repeat(16 * 1024 - 4)),
    ];
    users.extend((0..300).map(|n| NewUser::new(format!("user{n}@ex.co")).active(false)));
    users
}

fn directory() -> Directory {
    let directory = Directory::in_memory().unwrap();
    directory.set_license(License::Enterprise).unwrap();
    for user in odd_users() {
        directory.create_user(user).unwrap();
    }
    directory
}

fn users(directory: &Directory) -> Vec<Arc<User>> {
    directory.users().unwrap().map(Result::unwrap).collect()
}

#[test]
fn users_come_back_as_they_are() {
    let users = users(&directory());
    for capacity in [16 * 1024 + 1024, 32 * 1024, 1 << 20] {
        let batches = pack(users.clone(), capacity);
        let mut packed = batches.iter().flat_map(|batch| records(batch, 1));
        for user in &users {
            check_user(packed.next().unwrap(), user);
        }
        assert!(packed.next().is_none());
        assert!(batches.len() > 1 || capacity == 1 << 20);
    }
}

#[test]
fn a_buffer_is_as_large_as_was_said_or_refused() {
    let users = users(&directory());
    for user in users.iter().take(4) {
        let mut ahead = Ahead::default();
        let mut next = Some(Ok(Arc::clone(user)));
        let mut needed = 0;
        let mut buffer = vec![MaybeUninit::new(0xAA); 32 * 1024];
        for capacity in 0..buffer.len() {
            match ahead.pack(&mut buffer[..capacity], || next.take()) {
                Ok(bytes) => {
                    assert_eq!((bytes, capacity), (needed, needed));
                    break;
                }
                Err(CallError::Buffer { needed_bytes }) => needed = needed_bytes,
                Err(refusal) => panic!("refused with {:?}", refusal.status()),
            }
        }
        assert_eq!(needed, HEADER_BYTES + Writer::write(user, &mut []));
    }
}

#[test]
fn users_in_the_store_are_packed_as_those_at_hand() {
    let directory = directory();
    let at_hand = users(&directory);
    for capacity in [17 * 1024, 17 * 1024 + 1, 20_000, 32 * 1024] {
        let mut ahead = Ahead::default();
        let mut users = directory.users().unwrap();
        for batch in pack(at_hand.clone(), capacity) {
            let mut buffer = vec![MaybeUninit::new(0xAA); capacity];
            let bytes = ahead.pack_all(&mut buffer, &mut users).ok().unwrap();
            let buffer = init(buffer);
            let (packed, rest) = buffer.split_at(bytes);
            assert!(packed == batch, "{capacity}");
            assert!(rest.iter().all(|byte| *byte == 0xAA), "{capacity}");
        }
        assert_eq!(users.len(), 0);
    }
}

#[test]
fn no_record_is_larger_than_it_said() {
    let directory = directory();
    let mut largest = 0;
    let visit = |user: UserView<'_>| {
        let counted = Writer::write(&user, &mut []);
        assert_eq!(counted, Writer::write(&Arc::new(user.to_user()), &mut []));
        assert!(counted <= user.bytes_at_most());
        assert!(counted <= Arc::new(user.to_user()).bytes_at_most());
        largest = largest.max(counted);
        ControlFlow::<()>::Continue(())
    };
    directory.for_each_user(visit).unwrap();
    assert!(largest > 16 * 1024);
}

#[test]
fn an_error_waits_for_the_records_before_it() {
    let user = users(&directory()).remove(0);
    let failure = || Error::new(ErrorKind::Io, "the disk is gone");
    let mut items = vec![Ok(Arc::clone(&user)), Err(failure()), Ok(user)].into_iter();
    let mut ahead = Ahead::default();
    let mut buffer = vec![MaybeUninit::uninit(); 64 * 1024];
    let mut pack = || ahead.pack(&mut buffer, || items.next());
    assert!(pack().is_ok_and(|bytes| bytes > 0));
    assert!(matches!(pack(), Err(CallError::Library(error)) if error.kind() == ErrorKind::Io));
    assert!(pack().is_ok_and(|bytes| bytes > 0));
    assert!(pack().is_ok_and(|bytes| bytes == 0));
}

#[test]
fn workspaces_and_members_come_back_as_they_are() {
    let directory = directory();
    let own = directory.default_workspace("ann@bücher.example").unwrap();
    let name = "é".repeat(128);
    let named = NewWorkspace::new(name.as_str()).owner("full@ex.co");
    let named = named.external_id("okta", "00g1").external_id("entra", "7");
    let named = directory.create_workspace(named).unwrap();
    directory
        .add_member(&named, "bare@ex.co", Role::User)
        .unwrap();
    directory.archive_workspace(&named).unwrap();
    let workspaces: Vec<Workspace> = directory
        .workspaces()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(workspaces.len(), 2);

    let batches = pack(workspaces.clone(), 4096);
    for (record, workspace) in records(&batches[0], 2).into_iter().zip(&workspaces) {
        let owner = workspace.default_of();
        let flags = u64::from(workspace.is_archived()) | u64::from(owner.is_some()) << 1;
        assert_eq!((record.number(4, 2), record.number(6, 2)), (72, flags));
        assert_eq!(record.number(8, 8), workspace.id().as_u64());
        assert_eq!(record.number(16, 8), workspace.version());
        assert_eq!(
            record.number(24, 8),
            workspace.created_at().as_unix_micros()
        );
        assert_eq!(
            record.number(32, 8),
            workspace.updated_at().as_unix_micros()
        );
        assert_eq!(record.id(40), owner.map_or([0; 16], |id| *id.as_bytes()));
        assert_eq!(record.text(56), Some(workspace.name()));
        assert!(record.pairs(64).eq(workspace.external_ids()));
    }
    assert_eq!(workspaces[0].id(), own.id());

    let members: Vec<Member> = directory.members(&named).unwrap();
    let batches = pack(members.clone(), 16 + 48);
    assert_eq!(batches.len(), 2);
    for (batch, member) in batches.iter().zip(&members) {
        let record = records(batch, 3)[0];
        let role = if member.role() == Role::Owner { 1 } else { 2 };
        assert_eq!((record.number(4, 2), record.number(6, 2)), (48, role));
        assert_eq!(record.number(8, 8), named.id().as_u64());
        assert_eq!(record.id(16), *member.user().as_bytes());
        assert_eq!(record.number(32, 8), member.since().as_unix_micros());
        assert_eq!(record.number(40, 8), member.version());
    }
}

/// An event, and the numbers that docs/packed.md has for it: kind, flags, fields,
/// role, license, seats.
type Numbered = (Event, [u64; 6]);

fn events_of_users(user: UserId) -> Vec<Numbered> {
    let created = |active| Event::UserCreated { user, active };
    let set = |license| Event::LicenseSet { license };
    let fields = vec![Field::Email, Field::Admin, Field::Attributes];
    vec![
        (created(true), [1, 5, 0, 0, 0, 0]),
        (created(false), [1, 1, 0, 0, 0, 0]),
        (Event::UserUpdated { user, fields }, [2, 1, 49, 0, 0, 0]),
        (Event::UserActivated { user }, [3, 1, 0, 0, 0, 0]),
        (Event::UserDeactivated { user }, [4, 1, 0, 0, 0, 0]),
        (Event::UserDeleted { user }, [5, 1, 0, 0, 0, 0]),
        (set(License::Enterprise), [6, 0, 0, 0, 1, 0]),
        (set(License::Seats(u64::MAX)), [6, 0, 0, 0, 2, u64::MAX]),
    ]
}

fn events_of_workspaces(workspace: WorkspaceId, user: UserId) -> Vec<Numbered> {
    let created = |default_of| Event::WorkspaceCreated {
        workspace,
        default_of,
    };
    let added = |role| Event::MemberAdded {
        workspace,
        user,
        role,
    };
    let role_set = |role| Event::MemberRoleSet {
        workspace,
        user,
        role,
    };
    vec![
        (created(Some(user)), [7, 3, 0, 0, 0, 0]),
        (created(None), [7, 2, 0, 0, 0, 0]),
        (Event::WorkspaceRenamed { workspace }, [8, 2, 0, 0, 0, 0]),
        (Event::WorkspaceArchived { workspace }, [9, 2, 0, 0, 0, 0]),
        (Event::WorkspaceRestored { workspace }, [10, 2, 0, 0, 0, 0]),
        (Event::WorkspaceDeleted { workspace }, [11, 2, 0, 0, 0, 0]),
        (
            Event::WorkspaceUndefaulted { workspace },
            [12, 2, 0, 0, 0, 0],
        ),
        (Event::WorkspaceOwnerless { workspace }, [13, 2, 0, 0, 0, 0]),
        (added(Role::Owner), [14, 3, 0, 1, 0, 0]),
        (role_set(Role::User), [15, 3, 0, 2, 0, 0]),
        (
            Event::MemberRemoved { workspace, user },
            [16, 3, 0, 0, 0, 0],
        ),
        (
            Event::WorkspaceExternalIdSet { workspace },
            [17, 2, 0, 0, 0, 0],
        ),
    ]
}

#[test]
fn changes_come_back_as_they_are() {
    for door in [None, Some("scim:okta")] {
        check_change(door);
    }
}

fn check_change(door: Option<&str>) {
    let (user, workspace) = (UserId::generate(), WorkspaceId::from_u64(7));
    let mut events = events_of_users(user);
    events.extend(events_of_workspaces(workspace, user));
    let change = Change {
        sequence: 3,
        at: Timestamp::from_unix_micros(1_720_716_959_173_000).unwrap(),
        actor: Some(user),
        request_id: None,
        door: door.map(str::to_owned),
        events: events.iter().map(|(event, _)| event.clone()).collect(),
    };
    let batches = pack(vec![change], 4096);
    let record = records(&batches[0], 4)[0];
    assert_eq!((record.number(4, 2), record.number(6, 2)), (80, 1));
    assert_eq!(record.number(8, 8), 3);
    assert_eq!(record.number(16, 8), 1_720_716_959_173_000);
    assert_eq!((record.id(24), record.id(40)), (*user.as_bytes(), [0; 16]));
    assert_eq!(
        [56, 60, 64].map(|at| record.length(at)),
        [80, events.len(), 48]
    );
    assert_eq!(record.text(72), door);
    for (index, (event, expected)) in events.iter().enumerate() {
        let at = 80 + 48 * index;
        let places = [(0, 2), (2, 2), (4, 4), (32, 4), (36, 4), (40, 8)];
        let found = places.map(|(place, bytes)| record.number(at + place, bytes));
        assert_eq!(found, *expected, "{event:?}");
        let [has_user, has_workspace] = [1, 2].map(|flag| expected[1] & flag != 0);
        assert_eq!(record.number(at + 8, 8), if has_workspace { 7 } else { 0 });
        let id = if has_user { *user.as_bytes() } else { [0; 16] };
        assert_eq!(record.id(at + 16), id);
    }
}
