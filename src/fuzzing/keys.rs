//! Keys: decoding and encoding a key gives the same key, and keys sort by their parts.

use crate::codec::keys::{self, KeyKind};
use crate::model::{Role, Timestamp, UserId, WorkspaceId};

/// Checks a key; the value of an index entry follows the first `0xff`.
pub fn check(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == 0xff);
    let (key, value) = bytes.split_at(at.unwrap_or(bytes.len()));
    leads_back(key);
    for kind in [
        KeyKind::User,
        KeyKind::Id,
        KeyKind::Username,
        KeyKind::Inactive,
        KeyKind::Admin,
        KeyKind::Domain,
        KeyKind::Created,
        KeyKind::Updated,
        KeyKind::LookAlike,
        KeyKind::ExternalId,
        KeyKind::Workspace,
        KeyKind::Member,
        KeyKind::Change,
    ] {
        if let Some(email_key) = keys::email_key_in(kind, key, value) {
            index_leads_back(kind, key, value, &email_key);
        }
    }
    sorts(bytes);
    if let Ok(text) = str::from_utf8(bytes)
        && let Some(domain) = keys::domain_key(text)
    {
        assert_eq!(keys::domain_key(&domain).as_ref(), Some(&domain));
    }
}

fn leads_back(key: &[u8]) {
    if let Some(email_key) = keys::email_key_of(key) {
        assert_eq!(keys::user(email_key), key);
    }
    if let Some(id) = keys::id_of(key) {
        assert_eq!(keys::id(id), key);
    }
    if let Some(id) = keys::workspace_of(key) {
        assert_eq!(keys::workspace(id), key);
    }
    if let Some((user, workspace)) = keys::membership_of(key) {
        assert_eq!(keys::membership(user, workspace), key);
        assert!(key.starts_with(&keys::memberships(user).0));
    }
    if let Some(sequence) = keys::sequence_of(key) {
        assert_eq!(keys::change(sequence), key);
    }
}

fn index_leads_back(kind: KeyKind, key: &[u8], value: &[u8], email_key: &str) {
    let mut made = Vec::new();
    match kind {
        KeyKind::User => keys::put_user(&mut made, email_key),
        KeyKind::Admin => keys::put_admin(&mut made, email_key),
        KeyKind::Inactive => keys::put_inactive(&mut made, email_key),
        KeyKind::Domain => {
            let (_, domain) = email_key.split_once('@').expect("an email");
            made = keys::place_of_email(&keys::domains(domain), email_key);
        }
        KeyKind::Member if key[9] <= 1 => {
            let workspace = keys::workspace_id(&key[1..9]).expect("eight bytes");
            let role = [Role::Owner, Role::User][usize::from(key[9])];
            keys::put_member(&mut made, workspace, role, email_key);
        }
        KeyKind::Username => {
            let name = str::from_utf8(&key[1..]).unwrap_or_default();
            keys::put_username_value(&mut made, name, email_key);
            let read = keys::email_key_of_username(&keys::username(name), &made);
            assert_eq!(read.as_deref(), Some(email_key));
            return;
        }
        KeyKind::Created | KeyKind::Updated | KeyKind::LookAlike | KeyKind::ExternalId => {
            assert_eq!(email_key.as_bytes(), value);
            return;
        }
        _ => return,
    }
    assert_eq!(made, key, "{kind:?}");
}

/// Checks the order of numbers and prefixes.
fn sorts(bytes: &[u8]) {
    let Some((&[one, other], _)) = bytes.as_chunks::<8>().0.split_first_chunk::<2>() else {
        return;
    };
    let (one, other) = (u64::from_be_bytes(one), u64::from_be_bytes(other));
    let order = one.cmp(&other);
    assert_eq!(keys::change(one).cmp(&keys::change(other)), order);
    let workspace = |id| keys::workspace(WorkspaceId::from_u64(id));
    assert_eq!(workspace(one).cmp(&workspace(other)), order);
    if let (Ok(one), Ok(other)) = (
        Timestamp::from_unix_micros(one),
        Timestamp::from_unix_micros(other),
    ) {
        let moment = |moment| keys::moment(KeyKind::Created, moment, None);
        assert_eq!(moment(one).cmp(&moment(other)), order);
        let last = keys::moment(KeyKind::Created, one, Some(UserId::from_bytes([0xff; 16])));
        assert!(moment(one) < last && (one >= other || last < moment(other)));
    }
    let prefix = keys::members(WorkspaceId::from_u64(one), Role::User);
    let inside = keys::place_of_email(&prefix, "\u{10ffff}");
    assert!(prefix.0 < inside && inside < prefix.end());
}
