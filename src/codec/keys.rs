//! The keys of the directory. The first byte is the kind of the entry; within a
//! kind, keys sort as their parts do. Numbers are big-endian.
//!
//! | kind | key | value |
//! | --- | --- | --- |
//! | `META` | one byte | the format, the license, the counters |
//! | `USER` | email key | the user |
//! | `ID` | user id | the email key, or a tombstone |
//! | `USERNAME` | username key, or email key where that is the username | the email key |
//! | `STATE` | 1 or 0 for active, email key | |
//! | `ADMIN` | email key | |
//! | `DOMAIN` | domain, 0, email key | |
//! | `CREATED` | time, user id | the email key |
//! | `UPDATED` | time, user id | the email key |
//! | `WORKSPACE` | workspace id | the workspace |
//! | `WORKSPACE_NAME` | name key | the workspace id |
//! | `DEFAULT_WORKSPACE` | user id | the workspace id |
//! | `MEMBER` | workspace id, role, email key | user id |
//! | `MEMBERSHIP` | user id, workspace id | the membership |
//! | `CHANGE` | sequence | the change |
//! | `REQUEST` | request id | the outcome |
//!
//! The index entries that name an email sort as the users themselves do, so a
//! page of users by email can be read off any of them.

use std::ops::Bound;

use crate::model::{Email, Role, Timestamp, UserId, WorkspaceId};

/// The kind of an entry: the first byte of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Meta = 0x01,
    User = 0x10,
    Id = 0x11,
    Username = 0x12,
    State = 0x13,
    Admin = 0x14,
    Domain = 0x15,
    Created = 0x16,
    Updated = 0x17,
    Workspace = 0x20,
    WorkspaceName = 0x21,
    DefaultWorkspace = 0x22,
    Member = 0x23,
    Membership = 0x24,
    Change = 0x30,
    Request = 0x31,
}

/// The key of the format.
pub(crate) const FORMAT: &[u8] = &[Kind::Meta as u8, 0x01];
/// The key of the license.
pub(crate) const LICENSE: &[u8] = &[Kind::Meta as u8, 0x02];
/// The key of the counters.
pub(crate) const TOTALS: &[u8] = &[Kind::Meta as u8, 0x03];

/// The end of the domain in a key of [`Kind::Domain`]; no domain contains it.
const DOMAIN_END: char = '\0';

impl Kind {
    /// The keys of this kind.
    pub(crate) fn all(self) -> Prefix {
        Prefix(vec![self as u8])
    }

    /// The key of this kind made of `parts`.
    fn key(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
        key.push(self as u8);
        for part in parts {
            key.extend_from_slice(part);
        }
        key
    }

    /// What follows the kind in `key`.
    fn rest(self, key: &[u8]) -> Option<&[u8]> {
        key.split_first()
            .filter(|(kind, _)| **kind == self as u8)
            .map(|(_, rest)| rest)
    }
}

/// The keys that start with the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(pub(crate) Vec<u8>);

impl Prefix {
    /// The first key behind all that have this prefix. A prefix starts with a
    /// kind, so one of its bytes can always be raised.
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

/// A range of keys, as the engines take it.
pub(crate) type Range<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// The keys from `start` on that lie before `end`.
pub(crate) fn from_until<'a>(start: &'a [u8], end: &'a [u8]) -> Range<'a> {
    (Bound::Included(start), Bound::Excluded(end))
}

/// The keys behind `last` that lie before `end`.
pub(crate) fn behind_until<'a>(last: &'a [u8], end: &'a [u8]) -> Range<'a> {
    (Bound::Excluded(last), Bound::Excluded(end))
}

pub(crate) fn user(email_key: &str) -> Vec<u8> {
    Kind::User.key(&[email_key.as_bytes()])
}

pub(crate) fn email_key_of(user_key: &[u8]) -> Option<&str> {
    str::from_utf8(Kind::User.rest(user_key)?).ok()
}

pub(crate) fn id(id: UserId) -> Vec<u8> {
    Kind::Id.key(&[id.as_bytes()])
}

pub(crate) fn id_of(id_key: &[u8]) -> Option<UserId> {
    user_id(Kind::Id.rest(id_key)?)
}

pub(crate) fn user_id(bytes: &[u8]) -> Option<UserId> {
    bytes.try_into().ok().map(UserId::from_bytes)
}

pub(crate) fn username(key: &str) -> Vec<u8> {
    Kind::Username.key(&[key.as_bytes()])
}

pub(crate) fn states(active: bool) -> Prefix {
    Prefix(Kind::State.key(&[&[u8::from(active)]]))
}

pub(crate) fn state(active: bool, email_key: &str) -> Vec<u8> {
    place_of_email(&states(active), email_key)
}

pub(crate) fn admin(email_key: &str) -> Vec<u8> {
    Kind::Admin.key(&[email_key.as_bytes()])
}

fn domain_of(email_key: &str) -> &str {
    email_key.rsplit_once('@').map_or("", |(_, domain)| domain)
}

pub(crate) fn domains(domain: &str) -> Prefix {
    Prefix(Kind::Domain.key(&[domain.as_bytes(), &[DOMAIN_END as u8]]))
}

pub(crate) fn domain(email_key: &str) -> Vec<u8> {
    place_of_email(&domains(domain_of(email_key)), email_key)
}

/// A place in [`Kind::Created`] or [`Kind::Updated`]: the first at `moment`, or
/// the one of `id`.
pub(crate) fn moment(kind: Kind, moment: Timestamp, id: Option<UserId>) -> Vec<u8> {
    let id = id.as_ref().map_or(&[][..], |id| id.as_bytes());
    kind.key(&[&moment.as_unix_micros().to_be_bytes(), id])
}

/// The email key that an entry of an index stands for.
pub(crate) fn email_key_in(kind: Kind, key: &[u8], value: &[u8]) -> Option<String> {
    let text = |bytes: &[u8]| str::from_utf8(bytes).ok().map(str::to_owned);
    match kind {
        Kind::User | Kind::Admin => text(kind.rest(key)?),
        Kind::State => text(kind.rest(key)?.get(1..)?),
        Kind::Domain => {
            let (_, email_key) = str::from_utf8(kind.rest(key)?)
                .ok()?
                .split_once(DOMAIN_END)?;
            Some(email_key.to_owned())
        }
        Kind::Member => text(kind.rest(key)?.get(9..)?),
        Kind::Username | Kind::Created | Kind::Updated => text(value),
        _ => None,
    }
}

/// The place of an email key within an index whose keys sort by it; not
/// necessarily that of an entry.
pub(crate) fn place_of_email(prefix: &Prefix, email_key: &str) -> Vec<u8> {
    let mut place = prefix.0.clone();
    place.extend_from_slice(email_key.as_bytes());
    place
}

pub(crate) fn workspace(id: WorkspaceId) -> Vec<u8> {
    Kind::Workspace.key(&[&id.as_u64().to_be_bytes()])
}

pub(crate) fn workspace_of(workspace_key: &[u8]) -> Option<WorkspaceId> {
    workspace_id(Kind::Workspace.rest(workspace_key)?)
}

pub(crate) fn workspace_id(bytes: &[u8]) -> Option<WorkspaceId> {
    bytes
        .try_into()
        .ok()
        .map(|bytes| WorkspaceId::from_u64(u64::from_be_bytes(bytes)))
}

pub(crate) fn workspace_name(name_key: &str) -> Vec<u8> {
    Kind::WorkspaceName.key(&[name_key.as_bytes()])
}

pub(crate) fn default_workspace(user: UserId) -> Vec<u8> {
    Kind::DefaultWorkspace.key(&[user.as_bytes()])
}

fn role_byte(role: Role) -> u8 {
    match role {
        Role::Owner => 0,
        Role::User => 1,
    }
}

pub(crate) fn members(workspace: WorkspaceId, role: Role) -> Prefix {
    Prefix(Kind::Member.key(&[&workspace.as_u64().to_be_bytes(), &[role_byte(role)]]))
}

pub(crate) fn member(workspace: WorkspaceId, role: Role, email_key: &str) -> Vec<u8> {
    place_of_email(&members(workspace, role), email_key)
}

pub(crate) fn memberships(user: UserId) -> Prefix {
    Prefix(Kind::Membership.key(&[user.as_bytes()]))
}

pub(crate) fn membership(user: UserId, workspace: WorkspaceId) -> Vec<u8> {
    Kind::Membership.key(&[user.as_bytes(), &workspace.as_u64().to_be_bytes()])
}

pub(crate) fn membership_of(key: &[u8]) -> Option<(UserId, WorkspaceId)> {
    let (user, workspace) = Kind::Membership.rest(key)?.split_at_checked(16)?;
    Some((user_id(user)?, workspace_id(workspace)?))
}

pub(crate) fn change(sequence: u64) -> Vec<u8> {
    Kind::Change.key(&[&sequence.to_be_bytes()])
}

pub(crate) fn sequence_of(change_key: &[u8]) -> Option<u64> {
    Kind::Change
        .rest(change_key)?
        .try_into()
        .ok()
        .map(u64::from_be_bytes)
}

pub(crate) fn request(id: &[u8; 16]) -> Vec<u8> {
    Kind::Request.key(&[id])
}

/// The domain of a query, as it stands in keys; `None` for a text that is none.
pub(crate) fn domain_key(text: &str) -> Option<String> {
    let address = format!("a@{}", text.trim_ascii());
    Email::lookup_key(&address).map(|key| domain_of(&key).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_their_parts() {
        let (some_id, workspace_id) = (UserId::generate(), WorkspaceId::from_u64(258));
        assert_eq!(email_key_of(&user("a@b")), Some("a@b"));
        assert_eq!(id_of(&id(some_id)), Some(some_id));
        assert_eq!(sequence_of(&change(300)), Some(300));
        assert_eq!(workspace_of(&workspace(workspace_id)), Some(workspace_id));
        assert_eq!(
            membership_of(&membership(some_id, workspace_id)),
            Some((some_id, workspace_id))
        );
        assert_eq!(email_key_of(&username("ann")), None);
        assert_eq!(id_of(&[Kind::Id as u8, 1, 2]), None);
    }

    #[test]
    fn indexes_by_email_lead_back_to_it() {
        for (prefix, kind) in [
            (Kind::User.all(), Kind::User),
            (Kind::Admin.all(), Kind::Admin),
            (states(true), Kind::State),
            (domains("ex.co"), Kind::Domain),
            (members(WorkspaceId::from_u64(7), Role::User), Kind::Member),
        ] {
            let place = place_of_email(&prefix, "a.b@ex.co");
            assert_eq!(
                email_key_in(kind, &place, &[]).as_deref(),
                Some("a.b@ex.co"),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_domain_sorts_as_its_emails_do() {
        let emails = [
            "a@ex.co",
            "a.b@ex.co",
            "a0@ex.co",
            "ab@ex.co",
            "a+t@ex.co",
            "z@ex.co",
        ];
        let mut by_email = emails.to_vec();
        by_email.sort_unstable();
        let mut by_place = emails.to_vec();
        by_place.sort_unstable_by_key(|email| domain(email));
        assert_eq!(by_email, by_place);
    }

    #[test]
    fn an_email_of_another_domain_lies_between_the_entries() {
        let ordered = [
            "a!@ex.co", "a@ex.co", "a@ex.com", "a@ez.co", "a@z", "aa@ex.co", "b@a", "b@ex.co",
        ];
        let place = |email: &&str| place_of_email(&domains("ex.com"), email);
        assert!(ordered.is_sorted());
        assert!(ordered.is_sorted_by_key(place));
        assert!(place(&"a@ex.co") > place(&"a?@ex.com"));
        assert_eq!(place(&"a@ex.com"), domain("a@ex.com"));
    }

    #[test]
    fn prefixes_end_behind_their_last_key() {
        assert_eq!(Prefix(vec![0x10]).end(), [0x11]);
        assert_eq!(Prefix(vec![0x10, 0xff, 0xff]).end(), [0x11]);
        assert!(change(255) < change(256));
        assert!(change(u64::MAX) < Kind::Change.all().end());
    }
}
