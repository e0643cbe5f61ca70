//! What comes in from C, checked, and where results go.

use super::error::Refusal;
use crate::model::UserId;

/// Bytes that a text may have. Longer than any text the directory takes, it
/// keeps a length that is nonsense from being believed.
pub(super) const TEXT_BYTES_MAX: usize = 1 << 20;

/// A text from C: UTF-8 at `bytes`, which may be NULL when `length` is 0.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to `length` bytes that live, unchanged, for
/// `'a`.
pub(super) unsafe fn text<'a>(
    name: &'static str,
    bytes: *const u8,
    length: usize,
) -> Result<&'a str, Refusal> {
    if length == 0 {
        return Ok("");
    }
    if bytes.is_null() {
        return Err(Refusal::null(name));
    }
    if length > TEXT_BYTES_MAX {
        return Err(Refusal::argument(format!(
            "{name} is said to be {length} bytes long; {TEXT_BYTES_MAX} are allowed"
        )));
    }
    // SAFETY: not NULL, and of that length by the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    std::str::from_utf8(bytes).map_err(|error| Refusal::utf8(name, error.valid_up_to()))
}

/// The 16 bytes of an id.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to 16 bytes.
pub(super) unsafe fn user_id(name: &'static str, bytes: *const u8) -> Result<UserId, Refusal> {
    if bytes.is_null() {
        return Err(Refusal::null(name));
    }
    // SAFETY: not NULL, and of that length by the caller's promise.
    let bytes = unsafe { bytes.cast::<[u8; 16]>().read() };
    Ok(UserId::from_bytes(bytes))
}

/// A truth value: 0 or 1.
pub(super) fn flag(name: &'static str, value: i32) -> Result<bool, Refusal> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Refusal::argument(format!(
            "{name} is {value}; say 0 for no or 1 for yes"
        ))),
    }
}

/// Where a function puts a result, once nothing can fail any more.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// A place that the caller must give.
    ///
    /// # Safety
    ///
    /// Unless it is NULL, `place` can be written to until the call returns.
    pub(super) unsafe fn required(name: &'static str, place: *mut T) -> Result<Self, Refusal> {
        if place.is_null() {
            return Err(Refusal::null(name));
        }
        Ok(Self(place))
    }

    /// A place that the caller gives if the result is wanted.
    ///
    /// # Safety
    ///
    /// As for [`required`](Self::required).
    pub(super) unsafe fn optional(place: *mut T) -> Self {
        Self(place)
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.0.is_null()
    }

    /// Writes the result; nothing happens where none is wanted.
    pub(super) fn write(self, value: T) {
        if self.is_wanted() {
            // SAFETY: not NULL, so it can be written to.
            unsafe { self.0.write(value) };
        }
    }
}
