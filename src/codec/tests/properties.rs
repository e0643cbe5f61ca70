//! Random records: compared with bincode 2, and decoded again.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::codec::records::{
    MembershipRecord, UserRecord, UsernameRecord, WorkspaceRecord, encode,
};

/// The version, then the record as `bincode` writes it.
fn by_bincode(record: &impl bincode::Encode) -> Vec<u8> {
    let mut bytes = vec![1];
    let standard = bincode::config::standard();
    bincode::encode_into_std_write(record, &mut bytes, standard).unwrap();
    bytes
}

fn any_id() -> impl Strategy<Value = UserId> {
    any::<[u8; 16]>().prop_map(UserId::from_bytes)
}

/// Numbers of every encoded size.
fn any_number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..=256_u64,
        65_535..=65_537_u64,
        any::<u32>().prop_map(u64::from),
        any::<u64>()
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..=253_402_207_200_999_999_u64).prop_map(at)
}

fn any_license() -> impl Strategy<Value = License> {
    prop_oneof![
        Just(License::Community),
        Just(License::Enterprise),
        any_number().prop_map(License::Seats),
    ]
}

fn any_fields() -> impl Strategy<Value = Vec<Field>> {
    let field = prop_oneof![
        Just(Field::Email),
        Just(Field::Username),
        Just(Field::GivenName),
        Just(Field::FamilyName),
        Just(Field::Admin),
        Just(Field::Attributes),
        Just(Field::ExternalIds),
    ];
    vec(field, 0..8)
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (any_id(), any::<bool>()).prop_map(|(user, active)| Event::UserCreated { user, active }),
        (any_id(), any_fields()).prop_map(|(user, fields)| Event::UserUpdated { user, fields }),
        any_id().prop_map(|user| Event::UserActivated { user }),
        any_id().prop_map(|user| Event::UserDeactivated { user }),
        any_id().prop_map(|user| Event::UserDeleted { user }),
        any_license().prop_map(|license| Event::LicenseSet { license }),
        proptest::sample::select(workspace_events()),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    (
        any_number(),
        any_time(),
        any::<bool>(),
        any_id(),
        vec(any_event(), 0..300),
    )
        .prop_map(|(sequence, at, has_actor, actor, events)| Change {
            sequence,
            at,
            actor: has_actor.then_some(actor),
            request_id: has_actor.then_some(RequestId::from_bytes([7; 16])),
            door: has_actor.then(|| "rest".to_owned()),
            events,
        })
}

fn any_pairs() -> impl Strategy<Value = Attributes> {
    let pairs = vec(any::<(String, String)>(), 0..5);
    pairs.prop_map(|pairs| pairs.into_iter().collect())
}

type Texts = [Option<String>; 6];

fn any_user() -> impl Strategy<Value = UserParts> {
    let texts: [_; 6] = std::array::from_fn(|_| proptest::option::of(any::<String>()));
    let switches = (any::<bool>(), any::<bool>());
    let times = (any_time(), any_time());
    let pairs = [any_pairs(), any_pairs()];
    (any_id(), any_number(), switches, times, texts, pairs).prop_map(
        |(id, version, (active, admin), (created_at, updated_at), texts, pairs)| {
            let [external_ids, attributes] = pairs;
            let [email, username, name_key, given_name, family_name, look]: Texts = texts;
            UserParts {
                id,
                email: Email::from_stored(email.as_deref().unwrap_or(KEY), KEY),
                username: username.as_ref().map(|typed| {
                    let key = name_key.as_deref().unwrap_or(typed);
                    Username::from_stored(typed, key, look.as_deref())
                }),
                given_name,
                family_name,
                active,
                admin,
                external_ids,
                attributes,
                created_at,
                updated_at,
                deactivated_at: (!active).then_some(updated_at),
                version,
            }
        },
    )
}

/// The record of a user, built independently of the code under test.
fn record_of(user: &UserParts) -> UserRecord<'_> {
    let typed = user.email.as_str();
    UserRecord {
        id: user.id,
        version: user.version,
        created_at: user.created_at,
        updated_after: user
            .updated_at
            .as_unix_micros()
            .wrapping_sub(user.created_at.as_unix_micros()),
        deactivated_at: user.deactivated_at,
        active: user.active,
        admin: user.admin,
        email: (typed != KEY).then_some(typed),
        username: user.username.as_ref().map(|name| UsernameRecord {
            typed: name.as_str(),
            key: (name.key() != name.as_str()).then_some(name.key()),
            look: name.texts().look,
        }),
        given_name: user.given_name.as_deref(),
        family_name: user.family_name.as_deref(),
        external_ids: user.external_ids.iter().collect(),
        attributes: user.attributes.iter().collect(),
    }
}

/// Deterministic: the same records in every run, more with `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let seed = proptest::test_runner::RngSeed::Fixed(0x4ead_c047);
    let failure_persistence = None;
    ProptestConfig {
        rng_seed: seed,
        failure_persistence,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_user_is_bincode_and_reads_back(parts in any_user()) {
        let record = record_of(&parts);
        let user = User::from(parts.clone());
        let bytes = encode_user(&user).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&record));
        prop_assert_eq!(&bytes, &encode(&record).unwrap());
        prop_assert_eq!(decode_user(KEY, &bytes).unwrap(), user);
    }

    #[test]
    fn a_change_is_bincode_and_reads_back(change in any_change()) {
        let bytes = encode_change(&change).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&change));
        prop_assert_eq!(decode_change(&bytes).unwrap(), change);
    }

    #[test]
    fn the_small_records_are_bincode_and_read_back(
        license in any_license(),
        numbers in [any_number(), any_number(), any_number(), any_number()],
        email_key in any::<String>(),
        last_at in any_time(),
        format in any::<u32>(),
    ) {
        let [active, inactive, active_admins, last_change] = numbers;
        let totals = Totals {
            active,
            inactive,
            active_admins,
            workspaces: active,
            last_change,
            last_trimmed: inactive,
            last_workspace: active_admins,
            last_at,
        };
        let bytes = encode_totals(&totals).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&totals));
        prop_assert_eq!(decode_totals(&bytes).unwrap(), totals);

        let entry = LicenseEntry { license, version: active };
        let bytes = encode_license(&entry).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&entry));
        prop_assert_eq!(decode_license(&bytes).unwrap(), entry);

        for entry in [IdEntry::User(&email_key), IdEntry::Deleted] {
            let bytes = encode_id(&entry).unwrap();
            prop_assert_eq!(&bytes, &by_bincode(&entry));
            prop_assert_eq!(decode_id(&bytes).unwrap(), entry);
        }
        prop_assert_eq!(encode_format(format).unwrap(), by_bincode(&format));
    }

    #[test]
    fn the_records_of_workspaces_are_bincode_and_read_back(
        texts in [any::<String>(), any::<String>()],
        version in any_number(),
        since in any_time(),
        digest in any::<[u8; 16]>(),
        default_of in proptest::option::of(any_id()),
        is_owner in any::<bool>(),
        external_ids in any_pairs(),
    ) {
        let [name, name_key] = texts;
        let archived = is_owner;
        let workspace = Workspace {
            id: WORKSPACE, name, name_key, archived, default_of, external_ids,
            created_at: since, updated_at: since, version,
        };
        let bytes = encode_workspace(&workspace).unwrap();
        let key = workspace.name_key.as_str();
        prop_assert_eq!(&bytes, &by_bincode(&WorkspaceRecord {
            version,
            created_at: since,
            updated_at: since,
            archived,
            default_of,
            name: &workspace.name,
            name_key: (key != workspace.name).then_some(key),
            external_ids: workspace.external_ids().collect(),
        }));
        prop_assert_eq!(decode_workspace(WORKSPACE, &bytes).unwrap(), workspace);

        let role = if is_owner { Role::Owner } else { Role::User };
        let member = Member { since, version, ..member(role) };
        let bytes = encode_member(&member).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&MembershipRecord { role, since, version }));
        prop_assert_eq!(decode_member(WORKSPACE, id(4), &bytes).unwrap(), member);

        let request = RequestRecord { sequence: version, digest, ..request() };
        let bytes = encode_request(&request).unwrap();
        prop_assert_eq!(&bytes, &by_bincode(&request));
        prop_assert_eq!(decode_request(&bytes).unwrap(), request);
    }

    #[test]
    fn no_bytes_panic(mut bytes in vec(any::<u8>(), 0..200), lead in 0..4_u8) {
        bytes.insert(0, lead);
        for sample in samples() {
            let _ = (sample.decode)(&bytes);
        }
    }
}
