//! The contents of the store that the facade doesn't show.

use crate::codec::keys::{self, KeyKind};
use crate::engine::memory::Memory;
use crate::engine::{Engine, Order, Read, range_from};
use crate::model::{
    Batch, License, NewUser, NewWorkspace, Op, Role, Timestamp, UserId, UserUpdate,
};
use crate::rules::{apply, format};

const PERSON: UserId = UserId::from_bytes([7; 16]);

/// Parts of all texts about people and workspaces, as they appear in keys.
const SECRETS: [&str; 12] = [
    "quirin", "glimmer", "yolanda", "obelisk", "nickname", "trilby", "xanthe", "vandal", "badge",
    "kestrel", "pangolin", "quokka",
];

pub(super) fn write(engine: &Memory, batch: Batch) {
    let mut batch = batch;
    batch.prepare();
    engine
        .transact(|txn| apply(&*txn, batch, Timestamp::now())?.writes.write_to(txn))
        .unwrap();
}

/// The secrets in the keys and values of a kind, or of all kinds.
fn secrets_in(engine: &Memory, kind: Option<KeyKind>) -> Vec<&'static str> {
    let snapshot = engine.snapshot().unwrap();
    let all = keys::Prefix(kind.map_or(vec![0], |kind| vec![kind as u8]));
    let end = kind.map_or(vec![u8::MAX], |_| all.end());
    let mut text = Vec::new();
    let range = range_from(&all.0, &end);
    let visit = |key: &[u8], value: &[u8]| {
        text.extend_from_slice(key);
        text.extend_from_slice(value);
        std::ops::ControlFlow::Continue(())
    };
    snapshot.scan(range, Order::Ascending, visit).unwrap();
    text.make_ascii_lowercase();
    let holds = |secret: &str| {
        text.windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    SECRETS.into_iter().filter(|secret| holds(secret)).collect()
}

fn batches() -> [Batch; 3] {
    let person = NewUser::new("Quirin@glimmer.example")
        .id(PERSON)
        .username("nickname")
        .given_name("Xanthe")
        .family_name("Vandal")
        .attribute("badge", "kestrel");
    let mut made = Batch::new()
        .create_user("boss@ex.co")
        .create_user(person)
        .create_workspace(NewWorkspace::new("Pangolin").owner("quirin@glimmer.example"))
        .add_member("Pangolin", "boss@ex.co", Role::Owner);
    made.push(Op::DefaultWorkspace(PERSON.into()));
    let edits = UserUpdate::new()
        .email("yolanda@obelisk.example")
        .username("trilby");
    let edited = Batch::new()
        .update_user("quirin@glimmer.example", edits)
        .rename_workspace("Pangolin", "Quokka");
    let deleted = Batch::new().delete_user(PERSON).delete_workspace("Quokka");
    [
        made.request_id([1; 16]),
        edited.request_id([2; 16]),
        deleted.request_id([3; 16]),
    ]
}

#[test]
fn changes_and_outcomes_hold_no_personal_data() {
    let engine = Memory::new();
    engine
        .transact(|txn| format::create(txn, License::Community))
        .unwrap();
    let mut seen = Vec::new();
    for batch in batches() {
        write(&engine, batch);
        seen.extend(secrets_in(&engine, None));
        for kind in [KeyKind::Change, KeyKind::Request] {
            assert!(secrets_in(&engine, Some(kind)).is_empty(), "{kind:?}");
        }
    }
    // Before, all of them could be found.
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), SECRETS.len());
}

#[test]
fn who_is_deleted_leaves_no_word_anywhere() {
    let engine = Memory::new();
    engine
        .transact(|txn| format::create(txn, License::Community))
        .unwrap();
    for batch in batches() {
        write(&engine, batch);
    }
    assert_eq!(secrets_in(&engine, None), [""; 0]);
}
