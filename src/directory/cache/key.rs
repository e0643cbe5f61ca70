//! The keys of cached users, their hashes, and the weight of an entry.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::model::User;

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::directory) enum CacheKeyKind {
    /// The key of the email.
    Email,
    /// The bytes of the id.
    Id,
    /// The key of the username, which may be that of the email.
    Username,
}

/// Maximum bytes of a key that is stored in the entry itself. Most emails fit, and can be
/// compared without another memory access.
const INLINE_BYTES: usize = 38;

/// An owned key: one byte for its kind, then the text or id.
pub(super) enum Key {
    Inline { len: u8, bytes: [u8; INLINE_BYTES] },
    Boxed(Box<[u8]>),
}

impl Key {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or(bytes),
            Self::Boxed(bytes) => bytes,
        }
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::Inline {
            len: 0,
            bytes: [0; INLINE_BYTES],
        }
    }
}

/// A borrowed key with its hash, which is computed once.
#[derive(Debug)]
pub(super) struct KeyRef<'k> {
    pub(super) hash: u64,
    kind: CacheKeyKind,
    text: &'k [u8],
}

impl<'k> KeyRef<'k> {
    #[inline]
    pub(super) fn new(hashing: &Hashing, kind: CacheKeyKind, text: &'k [u8]) -> Self {
        let mut state = hashing.0.build_hasher();
        state.write(text);
        state.write_u8(kind as u8);
        Self {
            hash: state.finish(),
            kind,
            text,
        }
    }

    /// Whether the owned key is equal.
    #[inline]
    pub(super) fn is(&self, key: &Key) -> bool {
        matches!(key.bytes(), [kind, text @ ..] if *kind == self.kind as u8 && text == self.text)
    }

    /// The three keys of a user.
    pub(super) fn all_of(hashing: &Hashing, user: &'k User) -> [Self; 3] {
        texts_of(user).map(|(kind, text)| Self::new(hashing, kind, text))
    }

    /// The three keys of a user, if their hashes are known.
    pub(super) fn all_with(hashes: [u64; 3], user: &'k User) -> [Self; 3] {
        let mut hashes = hashes.into_iter();
        texts_of(user).map(|(kind, text)| Self {
            hash: hashes.next().unwrap_or_default(),
            kind,
            text,
        })
    }

    /// The owned key.
    pub(super) fn to_key(&self) -> Key {
        let len = 1 + self.text.len();
        let mut bytes = [0; INLINE_BYTES];
        if let (Ok(len), Some(place)) = (u8::try_from(len), bytes.get_mut(..len)) {
            self.write_to(place);
            return Key::Inline { len, bytes };
        }
        let mut bytes = vec![0; len];
        self.write_to(&mut bytes);
        Key::Boxed(bytes.into())
    }

    fn write_to(&self, place: &mut [u8]) {
        if let [kind, text @ ..] = place {
            *kind = self.kind as u8;
            text.copy_from_slice(self.text);
        }
    }
}

/// The kinds and texts of the three keys of a user.
fn texts_of(user: &User) -> [(CacheKeyKind, &[u8]); 3] {
    let email_key = user.email_key();
    let username_key = user.username_key().unwrap_or(email_key);
    [
        (CacheKeyKind::Email, email_key.as_bytes()),
        (CacheKeyKind::Id, user.id.as_bytes()),
        (CacheKeyKind::Username, username_key.as_bytes()),
    ]
}

/// The hash function. Its seed is random per process, because the texts come from
/// strangers.
#[derive(Default)]
pub(super) struct Hashing(RandomState);

/// Bytes of an entry in the table: a slot of 64 bytes, plus a share of the free slots,
/// which are between a quarter and five eighths of all.
const ENTRY_BYTES: usize = 112;
/// Overhead of an allocation: the allocator's header and rounding.
const ALLOCATION_BYTES: usize = 16;
/// The two counters of an `Arc`.
const COUNTER_BYTES: usize = 2 * size_of::<usize>();

/// The weight of an entry: roughly the memory it takes in all.
pub(super) fn weight(key: &Key, user: &User) -> usize {
    let key_bytes = match key {
        Key::Inline { .. } => 0,
        Key::Boxed(bytes) => text_bytes(bytes.len()),
    };
    ENTRY_BYTES + key_bytes + user_bytes(user)
}

/// The memory of a shared user: one allocation for the record, and one for its texts.
fn user_bytes(user: &User) -> usize {
    COUNTER_BYTES + size_of::<User>() + ALLOCATION_BYTES + text_bytes(user.texts.bytes())
}

/// The memory of a text with an allocation of its own.
fn text_bytes(len: usize) -> usize {
    if len == 0 { 0 } else { len + ALLOCATION_BYTES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_text_it_was_made_of() {
        let hashing = Hashing::default();
        for len in [0, 1, 36, 37, 38, 100, 255] {
            let text = vec![b'x'; len];
            for kind in [
                CacheKeyKind::Email,
                CacheKeyKind::Id,
                CacheKeyKind::Username,
            ] {
                let borrowed = KeyRef::new(&hashing, kind, &text);
                let owned = borrowed.to_key();
                assert!(borrowed.is(&owned));
                assert!(!KeyRef::new(&hashing, kind, b"y").is(&owned));
                let is_inline = matches!(owned, Key::Inline { .. });
                assert_eq!(is_inline, len < INLINE_BYTES, "{len}");
            }
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        let hashing = Hashing::default();
        let email = KeyRef::new(&hashing, CacheKeyKind::Email, b"ann@ex.co");
        let username = KeyRef::new(&hashing, CacheKeyKind::Username, b"ann@ex.co");
        assert_ne!(email.hash, username.hash);
        assert!(!email.is(&username.to_key()));
    }
}
