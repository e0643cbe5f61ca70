//! The bytes of every record: pinned, compared with bincode 2, and decoded again.

use std::fmt::{Debug, Write as _};
use std::{env, fs};

use super::*;
use crate::error::{ErrorKind, Result};
use crate::model::{
    Attributes, Change, Email, Event, ExternalIds, Field, License, Member, Outcome, RequestId,
    Role, Subject, Timestamp, User, UserId, UserParts, Username, Workspace, WorkspaceId,
};

mod properties;

/// The bytes that `put` appends.
fn put<T: ?Sized>(put: fn(&mut Vec<u8>, &T) -> Result<()>, value: &T) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    put(&mut bytes, value)?;
    Ok(bytes)
}

fn encode_user(user: &User) -> Result<Vec<u8>> {
    put(put_user, user)
}

fn encode_id(entry: &IdEntry<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    put_id(&mut bytes, entry)?;
    Ok(bytes)
}

fn encode_workspace(workspace: &Workspace) -> Result<Vec<u8>> {
    put(put_workspace, workspace)
}

fn encode_member(member: &Member) -> Result<Vec<u8>> {
    put(put_member, member)
}

fn encode_change(change: &Change) -> Result<Vec<u8>> {
    put(put_change, change)
}

fn encode_request(request: &RequestRecord) -> Result<Vec<u8>> {
    put(put_request, request)
}

/// Pins the bytes. `HEADCOUNT_UPDATE=1` rewrites it; a commit that changes a line of it
/// changes the format, and needs a new version of the record.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/records.txt");

/// The email key of the users that are decoded here.
const KEY: &str = "ann@ex.co";

/// A stored record, and its decoder.
struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
    /// The encoded value, for comparison.
    value: String,
    decode: fn(&[u8]) -> Result<String>,
}

impl Sample {
    fn new<T: Debug>(
        name: &'static str,
        value: &T,
        encode: impl Fn(&T) -> Result<Vec<u8>>,
        decode: fn(&[u8]) -> Result<String>,
    ) -> Self {
        Self {
            name,
            bytes: encode(value).unwrap(),
            value: format!("{value:?}"),
            decode,
        }
    }
}

fn shown(value: Result<impl Debug>) -> Result<String> {
    value.map(|value| format!("{value:?}"))
}

fn shown_format(bytes: &[u8]) -> Result<String> {
    shown(decode_format(bytes))
}

fn shown_license(bytes: &[u8]) -> Result<String> {
    shown(decode_license(bytes))
}

fn shown_totals(bytes: &[u8]) -> Result<String> {
    shown(decode_totals(bytes))
}

fn shown_id(bytes: &[u8]) -> Result<String> {
    shown(decode_id(bytes))
}

fn shown_user(bytes: &[u8]) -> Result<String> {
    shown(decode_user(KEY, bytes))
}

fn shown_change(bytes: &[u8]) -> Result<String> {
    shown(decode_change(bytes))
}

fn shown_workspace(bytes: &[u8]) -> Result<String> {
    shown(decode_workspace(WORKSPACE, bytes))
}

fn shown_member(bytes: &[u8]) -> Result<String> {
    shown(decode_member(WORKSPACE, id(4), bytes))
}

fn shown_request(bytes: &[u8]) -> Result<String> {
    shown(decode_request(bytes))
}

fn id(byte: u8) -> UserId {
    UserId::from_bytes([byte; 16])
}

fn at(micros: u64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

fn least_parts() -> UserParts {
    UserParts {
        id: id(1),
        email: Email::from_stored(KEY, KEY),
        username: None,
        given_name: None,
        family_name: None,
        active: false,
        admin: false,
        external_ids: ExternalIds::new(),
        attributes: Attributes::new(),
        created_at: at(0),
        updated_at: at(250),
        deactivated_at: None,
        version: 1,
    }
}

fn least_user() -> User {
    User::from(least_parts())
}

fn external_ids() -> ExternalIds {
    let ids = [("okta", "00u1"), ("entra", "Ä-1")];
    ids.into_iter().collect()
}

fn fullest_user() -> User {
    let attributes = [("", ""), ("team", "platform"), ("note", "line\nbreak")];
    User::from(UserParts {
        id: UserId::from_bytes(
            *b"\x45\xe6\xb6\x41\xfe\x57\x4f\xb2\x83\xd2\x2c\x2b\xd2\x01\xef\xe8",
        ),
        email: Email::from_stored("Ann@Ex.co", KEY),
        username: Some(Username::from_stored("Åsа", "åsа", Some("åsa"))),
        given_name: Some("Ann".to_owned()),
        family_name: Some("Лі".to_owned()),
        active: true,
        admin: true,
        external_ids: external_ids(),
        attributes: attributes.into_iter().collect(),
        created_at: at(1_720_716_959_173_000),
        updated_at: at(253_402_207_200_999_999),
        deactivated_at: Some(at(251)),
        version: u64::MAX,
    })
}

fn change(sequence: u64, actor: Option<UserId>, events: Vec<Event>) -> Change {
    let at = at(1_720_716_959_173_000);
    Change {
        sequence,
        at,
        actor,
        request_id: actor.map(|id| RequestId::from_bytes(*id.as_bytes())),
        door: actor.map(|_| "scim:okta".to_owned()),
        events,
    }
}

const WORKSPACE: WorkspaceId = WorkspaceId::from_u64(258);

fn least_workspace() -> Workspace {
    Workspace {
        id: WORKSPACE,
        name: "fraud".to_owned(),
        name_key: "fraud".to_owned(),
        archived: false,
        default_of: None,
        external_ids: ExternalIds::new(),
        created_at: at(0),
        updated_at: at(251),
        version: 1,
    }
}

fn fullest_workspace() -> Workspace {
    Workspace {
        name: "Fraud É".to_owned(),
        name_key: "fraud é".to_owned(),
        archived: true,
        default_of: Some(id(3)),
        external_ids: external_ids(),
        ..least_workspace()
    }
}

fn member(role: Role) -> Member {
    let since = at(1_720_716_959_173_000);
    Member {
        workspace: WORKSPACE,
        user: id(4),
        role,
        since,
        version: 2,
    }
}

fn request() -> RequestRecord {
    let outcome = |subject, changed, version| Outcome {
        subject,
        changed,
        version,
    };
    let outcomes = vec![
        outcome(Subject::User(id(2)), true, 1),
        outcome(Subject::License, false, 300),
        outcome(Subject::Workspace(WORKSPACE), true, 0),
        outcome(Subject::Member(WORKSPACE, id(4)), true, 2),
    ];
    RequestRecord {
        sequence: 70_000,
        digest: *b"digest of 16 b\xff\xfe",
        outcomes,
    }
}

/// Events of workspaces and their members.
fn workspace_events() -> Vec<Event> {
    let (workspace, user) = (WORKSPACE, id(4));
    vec![
        Event::WorkspaceCreated {
            workspace,
            default_of: None,
        },
        Event::WorkspaceCreated {
            workspace,
            default_of: Some(user),
        },
        Event::WorkspaceRenamed { workspace },
        Event::WorkspaceArchived { workspace },
        Event::WorkspaceRestored { workspace },
        Event::WorkspaceDeleted { workspace },
        Event::WorkspaceUndefaulted { workspace },
        Event::WorkspaceOwnerless { workspace },
        Event::MemberAdded {
            workspace,
            user,
            role: Role::Owner,
        },
        Event::MemberRoleSet {
            workspace,
            user,
            role: Role::User,
        },
        Event::MemberRemoved { workspace, user },
        Event::WorkspaceExternalIdSet { workspace },
    ]
}

/// Every variant of everything that is stored.
fn samples() -> Vec<Sample> {
    let license = |license, version| LicenseEntry { license, version };
    let name_as_key = UserParts {
        username: Some(Username::from_stored("ann", "ann", None)),
        ..least_parts()
    };
    let totals = Totals {
        active: 250,
        inactive: 251,
        active_admins: 65_536,
        workspaces: 252,
        last_change: 1 << 32,
        last_trimmed: 253,
        last_workspace: 65_535,
        last_at: at(1_720_716_959_173_000),
    };
    let all_fields = vec![
        Field::Email,
        Field::Username,
        Field::GivenName,
        Field::FamilyName,
        Field::Admin,
        Field::Attributes,
        Field::ExternalIds,
    ];
    let user = id(2);
    let events = vec![
        Event::UserCreated { user, active: true },
        Event::UserUpdated {
            user,
            fields: all_fields,
        },
        Event::UserActivated { user },
        Event::UserDeactivated { user },
        Event::UserDeleted { user },
        Event::LicenseSet {
            license: License::Community,
        },
        Event::LicenseSet {
            license: License::Enterprise,
        },
        Event::LicenseSet {
            license: License::Seats(300),
        },
    ];
    let created = vec![Event::UserCreated {
        user,
        active: false,
    }];
    let license_sample = |name, entry| Sample::new(name, &entry, encode_license, shown_license);
    let user_sample = |name, user: &User| Sample::new(name, user, encode_user, shown_user);
    let change_sample =
        |name, change: &Change| Sample::new(name, change, encode_change, shown_change);
    let workspace_sample =
        |name, workspace: &_| Sample::new(name, workspace, encode_workspace, shown_workspace);
    vec![
        Sample::new(
            "format",
            &FORMAT,
            |format| encode_format(*format),
            shown_format,
        ),
        license_sample("license-community", license(License::Community, 1)),
        license_sample("license-enterprise", license(License::Enterprise, 2)),
        license_sample("license-seats", license(License::Seats(u64::MAX), 251)),
        Sample::new(
            "totals-none",
            &Totals::default(),
            encode_totals,
            shown_totals,
        ),
        Sample::new("totals-some", &totals, encode_totals, shown_totals),
        Sample::new("id-user", &IdEntry::User(KEY), encode_id, shown_id),
        Sample::new("id-deleted", &IdEntry::Deleted, encode_id, shown_id),
        user_sample("user-least", &least_user()),
        user_sample("user-name-as-key", &User::from(name_as_key)),
        user_sample("user-fullest", &fullest_user()),
        change_sample("change-least", &change(1, None, created)),
        change_sample("change-fullest", &change(u64::MAX, Some(id(0xff)), events)),
        change_sample("change-workspaces", &change(2, None, workspace_events())),
        workspace_sample("workspace-least", &least_workspace()),
        workspace_sample("workspace-fullest", &fullest_workspace()),
        Sample::new(
            "member-owner",
            &member(Role::Owner),
            encode_member,
            shown_member,
        ),
        Sample::new(
            "member-user",
            &member(Role::User),
            encode_member,
            shown_member,
        ),
        Sample::new("request", &request(), encode_request, shown_request),
    ]
}

#[test]
fn the_bytes_are_those_of_the_golden_file() {
    let now = samples().iter().fold(String::new(), |mut text, sample| {
        write!(text, "{}: ", sample.name).unwrap();
        sample
            .bytes
            .iter()
            .for_each(|byte| write!(text, "{byte:02x}").unwrap());
        text + "\n"
    });
    if env::var_os("HEADCOUNT_UPDATE").is_some() {
        fs::write(GOLDEN, &now).unwrap();
    }
    let golden = fs::read_to_string(GOLDEN).unwrap();
    for (now, golden) in now.lines().zip(golden.lines()) {
        assert_eq!(now, golden, "the format changed");
    }
    assert_eq!(now.lines().count(), golden.lines().count());
}

#[test]
fn what_was_written_is_read_back() {
    for sample in samples() {
        assert_eq!(
            (sample.decode)(&sample.bytes).unwrap(),
            sample.value,
            "{}",
            sample.name
        );
    }
}

#[test]
fn what_is_cut_or_too_long_is_damaged() {
    for sample in samples() {
        let kind = |bytes: &[u8]| (sample.decode)(bytes).map_err(|error| error.kind());
        for end in 0..sample.bytes.len() {
            let cut = kind(&sample.bytes[..end]);
            assert_eq!(
                cut,
                Err(ErrorKind::Corrupted),
                "{} cut at {end}",
                sample.name
            );
        }
        let longer = [sample.bytes.as_slice(), &[0]].concat();
        assert_eq!(kind(&longer), Err(ErrorKind::Corrupted), "{}", sample.name);
    }
}

#[test]
fn no_flipped_bit_panics() {
    for sample in samples() {
        for bit in 0..8 * sample.bytes.len() {
            let mut damaged = sample.bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            match (sample.decode)(&damaged) {
                Ok(value) => assert_ne!(value, sample.value, "{} bit {bit}", sample.name),
                Err(error) => {
                    let kinds = [ErrorKind::Corrupted, ErrorKind::UnsupportedFormat];
                    assert!(kinds.contains(&error.kind()), "{error}");
                }
            }
        }
    }
}

#[test]
fn a_newer_version_is_not_guessed_at() {
    for sample in samples() {
        for version in [2, 3, 0x80, 0xff] {
            let mut newer = sample.bytes.clone();
            newer[0] = version;
            let error = (sample.decode)(&newer).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::UnsupportedFormat,
                "{}",
                sample.name
            );
            assert!(error.to_string().contains("newer release"), "{error}");
        }
        let mut older = sample.bytes.clone();
        older[0] = 0;
        let error = (sample.decode)(&older).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupted, "{}", sample.name);
    }
}

#[test]
fn a_newer_format_is_not_guessed_at() {
    assert_eq!(
        decode_format(&encode_format(FORMAT).unwrap()).unwrap(),
        FORMAT
    );
    for newer in [FORMAT + 1, u32::MAX] {
        let error = decode_format(&encode_format(newer).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    }
}
