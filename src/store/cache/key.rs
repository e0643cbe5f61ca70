//! What users are cached under, how that is hashed, and what an entry weighs.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::model::User;

/// What a key says of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::store) enum Kind {
    /// The key of the email.
    Email,
    /// The bytes of the id.
    Id,
    /// The key of the username, which is that of the email for some.
    Username,
}

/// A key that knows its hash.
#[derive(Debug)]
pub(super) struct KeyRef<'k> {
    pub(super) hash: u64,
    kind: Kind,
    text: &'k [u8],
}

impl<'k> KeyRef<'k> {
    #[inline]
    pub(super) fn new(hashing: &Hashing, kind: Kind, text: &'k [u8]) -> Self {
        let mut state = hashing.0.build_hasher();
        state.write(text);
        state.write_u8(kind as u8);
        Self {
            hash: state.finish(),
            kind,
            text,
        }
    }

    /// The three keys of a user.
    pub(super) fn all_of(hashing: &Hashing, user: &'k User) -> [Self; 3] {
        [Kind::Email, Kind::Id, Kind::Username]
            .map(|kind| Self::new(hashing, kind, kind.text_of(user)))
    }

    /// Whether this is a key of the user.
    #[inline]
    pub(super) fn is_of(&self, user: &User) -> bool {
        self.kind.text_of(user) == self.text
    }
}

impl Kind {
    /// What is in the key of a user.
    #[inline]
    fn text_of(self, user: &User) -> &[u8] {
        match self {
            Self::Email => user.email_key().as_bytes(),
            Self::Id => user.id.as_bytes(),
            Self::Username => user.username_key().unwrap_or(user.email_key()).as_bytes(),
        }
    }
}

/// How keys are hashed. The seed is drawn for each process, for the texts come from
/// strangers.
#[derive(Default)]
pub(super) struct Hashing(RandomState);

/// Bytes of an entry in the table: a slot of 16 bytes, and a share of those that are
/// free, which are between a quarter and five eighths of all.
const ENTRY_BYTES: usize = 32;
/// Bytes of an allocation for what the allocator knows of it, and rounding.
const ALLOCATION_BYTES: usize = 16;
/// The two counters of an `Arc`.
const COUNTER_BYTES: usize = 2 * size_of::<usize>();
/// Bytes of a node of the map that holds attributes, and how many are in one.
const NODE_BYTES: usize = 560;
const NODE_ATTRIBUTES: usize = 6;

/// What an entry weighs: about the bytes of memory that it takes in all.
pub(super) fn weight(user: &User) -> usize {
    ENTRY_BYTES + user_bytes(user)
}

/// Bytes of memory that a shared user takes.
fn user_bytes(user: &User) -> usize {
    let typed_and_key = |typed: &str, key: &str| {
        text_bytes(typed.len())
            + if typed == key {
                0
            } else {
                text_bytes(key.len())
            }
    };
    let email = typed_and_key(user.email().as_str(), user.email_key());
    let username = user
        .username_key()
        .map_or(0, |key| typed_and_key(user.username(), key));
    let names: usize = [user.given_name(), user.family_name()]
        .iter()
        .flatten()
        .map(|name| text_bytes(name.len()))
        .sum();
    let attributes: usize = user
        .attributes()
        .map(|(name, value)| text_bytes(name.len()) + text_bytes(value.len()))
        .sum();
    let nodes = user.attributes().len().div_ceil(NODE_ATTRIBUTES) * NODE_BYTES;
    COUNTER_BYTES
        + size_of::<User>()
        + ALLOCATION_BYTES
        + email
        + username
        + names
        + attributes
        + nodes
}

/// Bytes of a text of its own allocation.
fn text_bytes(len: usize) -> usize {
    if len == 0 { 0 } else { len + ALLOCATION_BYTES }
}

#[cfg(test)]
mod tests {
    use super::super::tests::user;
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        let hashing = Hashing::default();
        let [email, id, username] = [Kind::Email, Kind::Id, Kind::Username]
            .map(|kind| KeyRef::new(&hashing, kind, b"ann@ex.co"));
        assert_ne!(email.hash, username.hash);
        let ann = user("ann@ex.co", 1);
        assert!(email.is_of(&ann) && username.is_of(&ann) && !id.is_of(&ann));
        assert!(!email.is_of(&user("bob@ex.co", 1)));
        for key in KeyRef::all_of(&hashing, &ann) {
            assert!(key.is_of(&ann));
        }
    }

    #[test]
    fn a_user_weighs_what_the_texts_do_and_more() {
        let (small, mut large) = (user("ann@ex.co", 1), user("ann@ex.co", 1));
        large.given_name = Some("x".repeat(200));
        assert!(weight(&small) > ENTRY_BYTES + size_of::<User>() + 9);
        assert!(weight(&large) >= weight(&small) + 200);
    }
}
