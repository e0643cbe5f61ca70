//! The keys of the directory. The first byte is the kind of the entry; within a kind, keys
//! sort by their parts. Numbers are big-endian.
//!
//! | kind | key | value |
//! | --- | --- | --- |
//! | `META` | one byte | the format, the license, the counters |
//! | `USER` | email key | the user |
//! | `ID` | user id | the email key, or a tombstone |
//! | `USERNAME` | username key, or email key if that is the username | the email key, without the prefix it shares with the key |
//! | `LOOK_ALIKE` | the look of the username, if it differs from the key | the email key |
//! | `INACTIVE` | email key of an inactive user | |
//! | `ADMIN` | email key of an admin | |
//! | `DOMAIN` | domain, 0, email key up to the `@` | |
//! | `CREATED` | time, user id | the email key |
//! | `UPDATED` | time, user id, if that is not the time of creation | the email key |
//! | `EXTERNAL_ID` | provisioner, 0, a user's external id | the email key |
//! | `WORKSPACE` | workspace id | the workspace |
//! | `WORKSPACE_NAME` | name key | the workspace id |
//! | `DEFAULT_WORKSPACE` | user id | the workspace id |
//! | `MEMBER` | workspace id, role, email key | user id |
//! | `MEMBERSHIP` | user id, workspace id | the membership |
//! | `WORKSPACE_EXTERNAL_ID` | provisioner, 0, a workspace's external id | the workspace id |
//! | `SEEN` | user id | the time when the user was last seen |
//! | `CHANGE` | sequence | the change |
//! | `REQUEST` | request id | the outcome |
//! | `SEAT_DAY` | beginning of a day | the most active users on that day, and those at its end |
//! | `EXTRA` | name | the caller's bytes |
//!
//! Index entries that end with an email sort like the users themselves, so a page of users
//! by email can be read from any of these indexes.

pub(crate) use self::seat_days::{put_seat_day, put_seat_day_value, seat_day, seat_day_in};
pub(crate) use self::shortened::{
    domains, email_key_of_username, place_of_email, put_domain, put_username_value,
};
use crate::model::{Email, RequestId, Role, Timestamp, UserId, WorkspaceId};

/// The kind of an entry: the first byte of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum KeyKind {
    Meta = 0x01,
    User = 0x10,
    Id = 0x11,
    Username = 0x12,
    Inactive = 0x13,
    Admin = 0x14,
    Domain = 0x15,
    Created = 0x16,
    Updated = 0x17,
    LookAlike = 0x18,
    ExternalId = 0x19,
    Workspace = 0x20,
    WorkspaceName = 0x21,
    DefaultWorkspace = 0x22,
    Member = 0x23,
    Membership = 0x24,
    WorkspaceExternalId = 0x25,
    Seen = 0x26,
    Change = 0x30,
    Request = 0x31,
    SeatDay = 0x32,
    Extra = 0x40,
}

mod seat_days;
mod shortened;

/// The key of the format.
pub(crate) const FORMAT: &[u8] = &[KeyKind::Meta as u8, 0x01];
/// The key of the license.
pub(crate) const LICENSE: &[u8] = &[KeyKind::Meta as u8, 0x02];
/// The key of the counters.
pub(crate) const TOTALS: &[u8] = &[KeyKind::Meta as u8, 0x03];

/// Initial capacity, which fits most keys.
const KEY_BYTES_USUAL: usize = 64;

/// Ends the provisioner in the key of an external id; no provisioner's name contains it.
const PROVISIONER_END: u8 = 0;

impl KeyKind {
    /// The keys of this kind.
    pub(crate) fn all(self) -> Prefix {
        Prefix(vec![self as u8])
    }

    /// The key of this kind with these parts.
    fn key(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
        self.put(&mut key, parts);
        key
    }

    /// Appends the key of this kind with these parts to `out`.
    fn put(self, out: &mut Vec<u8>, parts: &[&[u8]]) {
        out.push(self as u8);
        for part in parts {
            out.extend_from_slice(part);
        }
    }

    /// The rest of `key` after the kind.
    fn rest(self, key: &[u8]) -> Option<&[u8]> {
        key.split_first()
            .filter(|(kind, _)| **kind == self as u8)
            .map(|(_, rest)| rest)
    }
}

/// All keys that start with these bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(pub(crate) Vec<u8>);

impl Prefix {
    /// The first key after all those with this prefix. A prefix starts with a kind, so one
    /// of its bytes can always be incremented.
    pub(crate) fn end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if last < u8::MAX {
                end.push(last + 1);
                break;
            }
        }
        end
    }
}

/// The key that `put` appends.
fn build(put: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut key = Vec::with_capacity(KEY_BYTES_USUAL);
    put(&mut key);
    key
}

pub(crate) fn user(email_key: &str) -> Vec<u8> {
    build(|out| put_user(out, email_key))
}

pub(crate) fn put_user(out: &mut Vec<u8>, email_key: &str) {
    KeyKind::User.put(out, &[email_key.as_bytes()]);
}

pub(crate) fn email_key_of(user_key: &[u8]) -> Option<&str> {
    str::from_utf8(KeyKind::User.rest(user_key)?).ok()
}

pub(crate) fn id(id: UserId) -> Vec<u8> {
    build(|out| put_id(out, id))
}

pub(crate) fn put_id(out: &mut Vec<u8>, id: UserId) {
    KeyKind::Id.put(out, &[id.as_bytes()]);
}

pub(crate) fn id_of(id_key: &[u8]) -> Option<UserId> {
    user_id(KeyKind::Id.rest(id_key)?)
}

pub(crate) fn user_id(bytes: &[u8]) -> Option<UserId> {
    bytes.try_into().ok().map(UserId::from_bytes)
}

pub(crate) fn username(key: &str) -> Vec<u8> {
    build(|out| put_username(out, key))
}

pub(crate) fn put_username(out: &mut Vec<u8>, key: &str) {
    KeyKind::Username.put(out, &[key.as_bytes()]);
}

pub(crate) fn look_alike(look: &str) -> Vec<u8> {
    build(|out| put_look_alike(out, look))
}

pub(crate) fn put_look_alike(out: &mut Vec<u8>, look: &str) {
    KeyKind::LookAlike.put(out, &[look.as_bytes()]);
}

/// The key of an external id of a user or a workspace, depending on `kind`.
pub(crate) fn external_id(kind: KeyKind, provisioner: &str, id: &str) -> Vec<u8> {
    build(|out| put_external_id(out, kind, provisioner, id))
}

pub(crate) fn put_external_id(out: &mut Vec<u8>, kind: KeyKind, provisioner: &str, id: &str) {
    let parts: [&[u8]; 3] = [provisioner.as_bytes(), &[PROVISIONER_END], id.as_bytes()];
    kind.put(out, &parts);
}

pub(crate) fn put_inactive(out: &mut Vec<u8>, email_key: &str) {
    KeyKind::Inactive.put(out, &[email_key.as_bytes()]);
}

pub(crate) fn put_admin(out: &mut Vec<u8>, email_key: &str) {
    KeyKind::Admin.put(out, &[email_key.as_bytes()]);
}

pub(crate) fn extra(name: &str) -> Vec<u8> {
    KeyKind::Extra.key(&[name.as_bytes()])
}

/// The extra records whose names start with `prefix`.
pub(crate) fn extras(prefix: &str) -> Prefix {
    Prefix(extra(prefix))
}

pub(crate) fn extra_name_of(key: &[u8]) -> Option<&str> {
    str::from_utf8(KeyKind::Extra.rest(key)?).ok()
}

/// A position in [`KeyKind::Created`] or [`KeyKind::Updated`]: the first at `moment`, or
/// that of `id`.
pub(crate) fn moment(kind: KeyKind, moment: Timestamp, id: Option<UserId>) -> Vec<u8> {
    build(|out| put_moment(out, kind, moment, id))
}

pub(crate) fn put_moment(out: &mut Vec<u8>, kind: KeyKind, moment: Timestamp, id: Option<UserId>) {
    let id = id.as_ref().map_or(&[][..], |id| id.as_bytes());
    kind.put(out, &[&moment.as_unix_micros().to_be_bytes(), id]);
}

pub(crate) fn seen(id: UserId) -> Vec<u8> {
    build(|out| put_seen(out, id))
}

pub(crate) fn put_seen(out: &mut Vec<u8>, id: UserId) {
    KeyKind::Seen.put(out, &[id.as_bytes()]);
}

pub(crate) fn seen_of(key: &[u8]) -> Option<UserId> {
    user_id(KeyKind::Seen.rest(key)?)
}

/// Appends a time as a value.
pub(crate) fn put_moment_value(out: &mut Vec<u8>, moment: Timestamp) {
    out.extend_from_slice(&moment.as_unix_micros().to_be_bytes());
}

/// The time in a value.
pub(crate) fn moment_in(value: &[u8]) -> Option<Timestamp> {
    let micros = value.try_into().ok().map(u64::from_be_bytes)?;
    Timestamp::from_unix_micros(micros).ok()
}

/// The email key that an index entry leads to.
pub(crate) fn email_key_in(kind: KeyKind, key: &[u8], value: &[u8]) -> Option<String> {
    let text = |bytes: &[u8]| str::from_utf8(bytes).ok().map(str::to_owned);
    match kind {
        KeyKind::User | KeyKind::Inactive | KeyKind::Admin => text(kind.rest(key)?),
        KeyKind::Domain => shortened::email_key_in_domain(key),
        KeyKind::Username => email_key_of_username(key, value),
        KeyKind::Member => text(kind.rest(key)?.get(9..)?),
        KeyKind::Created | KeyKind::Updated | KeyKind::LookAlike | KeyKind::ExternalId => {
            text(value)
        }
        _ => None,
    }
}

pub(crate) fn workspace(id: WorkspaceId) -> Vec<u8> {
    build(|out| put_workspace(out, id))
}

pub(crate) fn put_workspace(out: &mut Vec<u8>, id: WorkspaceId) {
    KeyKind::Workspace.put(out, &[&id.as_u64().to_be_bytes()]);
}

pub(crate) fn workspace_of(workspace_key: &[u8]) -> Option<WorkspaceId> {
    workspace_id(KeyKind::Workspace.rest(workspace_key)?)
}

pub(crate) fn workspace_id(bytes: &[u8]) -> Option<WorkspaceId> {
    bytes
        .try_into()
        .ok()
        .map(|bytes| WorkspaceId::from_u64(u64::from_be_bytes(bytes)))
}

pub(crate) fn workspace_name(name_key: &str) -> Vec<u8> {
    build(|out| put_workspace_name(out, name_key))
}

pub(crate) fn put_workspace_name(out: &mut Vec<u8>, name_key: &str) {
    KeyKind::WorkspaceName.put(out, &[name_key.as_bytes()]);
}

pub(crate) fn default_workspace(user: UserId) -> Vec<u8> {
    build(|out| put_default_workspace(out, user))
}

pub(crate) fn put_default_workspace(out: &mut Vec<u8>, user: UserId) {
    KeyKind::DefaultWorkspace.put(out, &[user.as_bytes()]);
}

fn role_byte(role: Role) -> u8 {
    match role {
        Role::Owner => 0,
        Role::User => 1,
    }
}

pub(crate) fn members(workspace: WorkspaceId, role: Role) -> Prefix {
    Prefix(KeyKind::Member.key(&[&workspace.as_u64().to_be_bytes(), &[role_byte(role)]]))
}

pub(crate) fn put_member(out: &mut Vec<u8>, workspace: WorkspaceId, role: Role, email_key: &str) {
    let workspace = workspace.as_u64().to_be_bytes();
    let parts: [&[u8]; 3] = [&workspace, &[role_byte(role)], email_key.as_bytes()];
    KeyKind::Member.put(out, &parts);
}

pub(crate) fn memberships(user: UserId) -> Prefix {
    Prefix(KeyKind::Membership.key(&[user.as_bytes()]))
}

pub(crate) fn membership(user: UserId, workspace: WorkspaceId) -> Vec<u8> {
    build(|out| put_membership(out, user, workspace))
}

pub(crate) fn put_membership(out: &mut Vec<u8>, user: UserId, workspace: WorkspaceId) {
    let workspace = workspace.as_u64().to_be_bytes();
    KeyKind::Membership.put(out, &[user.as_bytes(), &workspace]);
}

pub(crate) fn membership_of(key: &[u8]) -> Option<(UserId, WorkspaceId)> {
    let (user, workspace) = KeyKind::Membership.rest(key)?.split_at_checked(16)?;
    Some((user_id(user)?, workspace_id(workspace)?))
}

pub(crate) fn change(sequence: u64) -> Vec<u8> {
    KeyKind::Change.key(&[&sequence.to_be_bytes()])
}

pub(crate) fn sequence_of(change_key: &[u8]) -> Option<u64> {
    KeyKind::Change
        .rest(change_key)?
        .try_into()
        .ok()
        .map(u64::from_be_bytes)
}

pub(crate) fn request(id: &RequestId) -> Vec<u8> {
    KeyKind::Request.key(&[id.as_bytes()])
}

/// The domain of a query as it appears in keys; `None` if the text is not a domain.
pub(crate) fn domain_key(text: &str) -> Option<String> {
    let address = format!("a@{}", text.trim_ascii());
    let key = Email::lookup_key(&address)?;
    key.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

#[cfg(test)]
mod tests;
