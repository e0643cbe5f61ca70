//! The keys of the directory. The first byte is the kind of the entry; within a
//! kind, keys sort as their parts do.
//!
//! | key | value |
//! | --- | --- |
//! | `META` `FORMAT` | the format of the file |
//! | `META` `LICENSE` | the license |
//! | `META` `TOTALS` | the counters |
//! | `USER` email key | the user |
//! | `ID` 16 bytes | the user's email key, or a tombstone |
//! | `USERNAME` username key | the user's email key; only where the username is not the email |
//! | `CHANGE` sequence, big-endian | the change |

use std::ops::Bound;

use crate::engine::KeyRange;
use crate::model::UserId;

const META: u8 = 0x01;
const USER: u8 = 0x10;
const ID: u8 = 0x11;
const USERNAME: u8 = 0x12;
const CHANGE: u8 = 0x30;

pub(crate) const FORMAT: &[u8] = &[META, 0x01];
pub(crate) const LICENSE: &[u8] = &[META, 0x02];
pub(crate) const TOTALS: &[u8] = &[META, 0x03];

/// The key of the user whose email has this key.
pub(crate) fn user(email_key: &str) -> Vec<u8> {
    tagged(USER, email_key.as_bytes())
}

/// The email key within a key that [`user`] made.
pub(crate) fn email_key_of(user_key: &[u8]) -> Option<&str> {
    match user_key {
        [USER, rest @ ..] => str::from_utf8(rest).ok(),
        _ => None,
    }
}

/// The key of the entry that leads from an id to its user.
pub(crate) fn id(id: UserId) -> Vec<u8> {
    tagged(ID, id.as_bytes())
}

/// The id within a key that [`id`] made.
pub(crate) fn id_of(id_key: &[u8]) -> Option<UserId> {
    match id_key {
        [ID, rest @ ..] => rest.try_into().ok().map(UserId::from_bytes),
        _ => None,
    }
}

/// The key of the entry that leads from a username to its user.
pub(crate) fn username(username_key: &str) -> Vec<u8> {
    tagged(USERNAME, username_key.as_bytes())
}

/// The username key within a key that [`username`] made.
pub(crate) fn username_key_of(key: &[u8]) -> Option<&str> {
    match key {
        [USERNAME, rest @ ..] => str::from_utf8(rest).ok(),
        _ => None,
    }
}

/// The key of the change with this number.
pub(crate) fn change(sequence: u64) -> Vec<u8> {
    tagged(CHANGE, &sequence.to_be_bytes())
}

/// The number within a key that [`change`] made.
pub(crate) fn sequence_of(change_key: &[u8]) -> Option<u64> {
    match change_key {
        [CHANGE, rest @ ..] => rest.try_into().ok().map(u64::from_be_bytes),
        _ => None,
    }
}

/// All entries of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    User,
    Id,
    Username,
    Change,
}

impl Kind {
    /// The range of the keys of this kind.
    pub(crate) fn range(self) -> KeyRange<'static> {
        let (start, end): (&[u8], &[u8]) = match self {
            Self::User => (&[USER], &[USER + 1]),
            Self::Id => (&[ID], &[ID + 1]),
            Self::Username => (&[USERNAME], &[USERNAME + 1]),
            Self::Change => (&[CHANGE], &[CHANGE + 1]),
        };
        (Bound::Included(start), Bound::Excluded(end))
    }

    /// The range of the keys of this kind that lie behind `key`.
    pub(crate) fn range_after(self, key: &[u8]) -> KeyRange<'_> {
        (Bound::Excluded(key), self.range().1)
    }
}

fn tagged(tag: u8, rest: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + rest.len());
    key.push(tag);
    key.extend_from_slice(rest);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_to_their_parts() {
        let some_id = UserId::generate();
        assert_eq!(email_key_of(&user("a@b")), Some("a@b"));
        assert_eq!(id_of(&id(some_id)), Some(some_id));
        assert_eq!(username_key_of(&username("ann")), Some("ann"));
        assert_eq!(sequence_of(&change(300)), Some(300));
        assert_eq!(email_key_of(&username("ann")), None);
        assert_eq!(id_of(&[ID, 1, 2]), None);
    }

    #[test]
    fn changes_sort_by_number() {
        assert!(change(2) < change(256));
        assert!(change(255) < change(256));
        assert!(change(u64::MAX) < vec![CHANGE + 1]);
    }
}
