//! Reading one or many users as packed records.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::packed::{PackedBatch, pack_one};
use super::status::HcStatus;
use crate::directory::Directory;
use crate::model::{User, UserId};

/// The kind of a key by which a user is found. Passed as int32_t.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcUserKey {
    /// Any text that names a user: an id, an email or a username.
    Any = 1,
    /// An email.
    Email = 2,
    /// A username.
    Username = 3,
    /// An id: 16 bytes in network order.
    Id = 4,
}

impl HcUserKey {
    pub(super) fn of(kind: i32) -> Result<Self, CallError> {
        [Self::Any, Self::Email, Self::Username, Self::Id]
            .into_iter()
            .find(|known| *known as i32 == kind)
            .ok_or_else(|| CallError::argument(format!("kind is {kind}; use one of HC_USER_KEY_*")))
    }

    /// The user whom `key` names.
    ///
    /// # Safety
    ///
    /// As for [`arguments::text`].
    pub(super) unsafe fn find(
        self,
        directory: &Directory,
        key: *const c_void,
        length: usize,
    ) -> Result<Option<Arc<User>>, CallError> {
        if let Self::Id = self {
            // SAFETY: the caller's promise.
            let id = unsafe { id_key(key, length) }?;
            return Ok(directory.user_by_id(id)?);
        }
        // SAFETY: the caller's promise.
        let text = unsafe { arguments::text("key", key.cast(), length) }?;
        Ok(match self {
            Self::Email => directory.user_by_email(text)?,
            Self::Username => directory.user_by_username(text)?,
            Self::Any | Self::Id => directory.user_by_text(text)?,
        })
    }

    /// The users whom `keys` name, in their order. Looking up several ids or emails at once
    /// is faster than one by one.
    fn find_all(self, directory: &Directory, keys: &[&[u8]]) -> Result<Found, CallError> {
        let keys = keys.iter();
        // SAFETY: the key is a slice.
        let id = |key: &&[u8]| unsafe { id_key(key.as_ptr().cast(), key.len()) };
        // SAFETY: the key is a slice.
        let one = |key: &&[u8]| unsafe { self.find(directory, key.as_ptr().cast(), key.len()) };
        Ok(match self {
            Self::Id => directory.users_by_ids(&keys.map(id).collect::<Result<Vec<_>, _>>()?)?,
            Self::Email => {
                let emails = keys
                    .map(|key| text_key(key))
                    .collect::<Result<Vec<_>, _>>()?;
                directory.users_by_emails(&emails)?
            }
            Self::Any | Self::Username => keys.map(one).collect::<Result<_, _>>()?,
        })
    }
}

type Found = Vec<Option<Arc<User>>>;

/// A key that is a text.
fn text_key(key: &[u8]) -> Result<&str, CallError> {
    // SAFETY: the key is a slice.
    unsafe { arguments::text("key", key.as_ptr().cast(), key.len()) }
}

/// An id that is passed as a key.
///
/// # Safety
///
/// As for [`arguments::text`].
unsafe fn id_key(key: *const c_void, length: usize) -> Result<UserId, CallError> {
    if !key.is_null() && length != 16 {
        return Err(CallError::argument(format!(
            "an id has 16 bytes, and key_len is {length}"
        )));
    }
    // SAFETY: NULL, or 16 bytes by the caller's promise.
    unsafe { arguments::user_id("key", key.cast()) }
}

/// Reads one user as a batch of one packed record, like those of lists: all fields of the user in
/// one call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_read(
    directory: *const HcDirectory,
    kind: i32,
    key: *const c_void,
    key_len: usize,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, `key` has its length and
    // `buffer` its capacity.
    unsafe {
        guard::call(directory, error, |directory| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            let found = HcUserKey::of(kind)?.find(&directory.directory, key, key_len)?;
            done.write(match found {
                Some(user) => pack_one(buffer, &user)?,
                None => 0,
            });
            Ok(())
        })
    }
}

/// Reads the users that many keys name, each like hc_user_read(), in one call. It stops after the
/// last key, or when there is no room for the next user or offset: call it again with the keys
/// that are left. The users need not be of the same moment.
///
/// @param keys The keys, one after another: for each, its length in bytes as a 32-bit
///        little-endian number, then that many bytes.
/// @param keys_bytes The size of all keys in bytes.
/// @param offsets Set to the offset in the buffer of the record of each key, in their order; to 0
///        if nobody has the key.
/// @param offset_max How many offsets there is room for.
/// @param read Set to how many keys were read.
/// @return On failure, the contents of the buffer and of the offsets are unspecified.
/// @retval HC_STATUS_INVALID_ARGUMENT also for a key that extends beyond `keys_bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_read_many(
    directory: *const HcDirectory,
    kind: i32,
    keys: *const u8,
    keys_bytes: usize,
    buffer: *mut u8,
    capacity: usize,
    offsets: *mut u32,
    offset_max: usize,
    read: *mut usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `keys`, `buffer` and
    // `offsets` have their lengths.
    unsafe {
        guard::call(directory, error, |directory| {
            let read = Out::required("read", read)?;
            let (buffer, written) = arguments::filling(buffer, capacity, written)?;
            let offsets = Offsets::new(offsets, offset_max)?;
            let keys = arguments::bytes("keys", keys, keys_bytes)?;
            let kind = HcUserKey::of(kind)?;
            let (count, bytes) = read_many(&directory.directory, kind, keys, buffer, &offsets)?;
            read.write(count);
            written.write(bytes);
            Ok(())
        })
    }
}

/// Up to this many keys are looked up at once.
const KEYS_AT_ONCE: usize = 64;

/// The assumed size of records before any was read: few are larger.
const RECORD_BYTES_FIRST: usize = 16 << 10;

/// Reads the users of `keys`; returns how many keys were read, and the bytes written.
fn read_many(
    directory: &Directory,
    kind: HcUserKey,
    mut keys: &[u8],
    buffer: &mut [MaybeUninit<u8>],
    offsets: &Offsets,
) -> Result<(usize, usize), CallError> {
    directory.check()?; // Without keys, nothing else does.
    let mut batch = PackedBatch::new(buffer);
    let mut read = 0;
    while read < offsets.count && !keys.is_empty() {
        let at_once = keys_at_once(&batch, read).min(offsets.count - read);
        let mut together = Vec::new();
        while together.len() < at_once && !keys.is_empty() {
            let (key, rest) = split_key(keys)?;
            together.push(key);
            keys = rest;
        }
        for found in kind.find_all(directory, &together)? {
            let offset = batch.end();
            if let Some(user) = &found {
                match batch.push(user) {
                    Ok(()) => {}
                    Err(CallError::Buffer { .. }) if read > 0 => {
                        return Ok((read, batch.finish(super::packed::PackedKind::Users)));
                    }
                    Err(refusal) => return Err(refusal),
                }
            }
            offsets.set(read, found.map_or(0, |_| offset));
            read += 1;
        }
    }
    Ok((read, batch.finish(super::packed::PackedKind::Users)))
}

/// How many keys to look up next: looking up users that don't fit is wasted. Assumes that the
/// next records are as large as those so far.
fn keys_at_once(batch: &PackedBatch<'_>, read: usize) -> usize {
    let record_bytes = batch
        .record_bytes()
        .checked_div(read)
        .unwrap_or(RECORD_BYTES_FIRST);
    let fitting = batch.room_bytes().checked_div(record_bytes);
    fitting.unwrap_or(KEYS_AT_ONCE).clamp(1, KEYS_AT_ONCE)
}

/// The first key, and the bytes after it.
fn split_key(keys: &[u8]) -> Result<(&[u8], &[u8]), CallError> {
    let split = keys.split_first_chunk().and_then(|(length, rest)| {
        rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
    });
    split.ok_or_else(|| {
        CallError::argument("the last key is longer than keys_bytes says".to_owned())
    })
}

/// The place for the offsets.
struct Offsets {
    place: *mut u32,
    count: usize,
}

impl Offsets {
    /// # Safety
    ///
    /// Unless it is NULL, `place` has `count` numbers that can be written to until the
    /// call returns.
    unsafe fn new(place: *mut u32, count: usize) -> Result<Self, CallError> {
        if place.is_null() {
            return Err(CallError::null("offsets"));
        }
        Ok(Self { place, count })
    }

    fn set(&self, index: usize, offset: u32) {
        assert!(index < self.count, "there is room for it");
        // SAFETY: within the numbers of the caller's promise.
        unsafe { self.place.add(index).write(offset) };
    }
}
