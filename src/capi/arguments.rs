//! Checks arguments from C, and writes results.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::call_error::CallError;
use crate::model::UserId;

/// Maximum bytes of a text: more than any text that the directory accepts. It catches
/// nonsensical lengths.
pub(super) const TEXT_BYTES_MAX: usize = 1 << 20;

/// Maximum bytes of a buffer that are used: sizes in batches have 31 bits.
const BUFFER_BYTES_MAX: usize = i32::MAX as usize;

/// The length that stands for a NUL-terminated text.
const NUL_TERMINATED: usize = usize::MAX;

/// A text from C: UTF-8 at `bytes`, which may be NULL when `length` is 0.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to `length` bytes, or to a text with a NUL behind it
/// where that is [`NUL_TERMINATED`], that live, unchanged, for `'a`.
pub(super) unsafe fn text<'a>(
    name: &'static str,
    bytes: *const c_char,
    length: usize,
) -> Result<&'a str, CallError> {
    if length == 0 {
        return Ok("");
    }
    if bytes.is_null() {
        return Err(CallError::null(name));
    }
    let length = match length {
        // SAFETY: not NULL, and with a NUL behind it by the caller's promise.
        NUL_TERMINATED => unsafe { CStr::from_ptr(bytes) }.count_bytes(),
        length => length,
    };
    if length > TEXT_BYTES_MAX {
        return Err(CallError::argument(format!(
            "the length given for {name} is {length} bytes; up to {TEXT_BYTES_MAX} are allowed"
        )));
    }
    // SAFETY: not NULL, and of that length by the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
    // Most texts are short and ASCII, which is faster to check than UTF-8.
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(|error| CallError::utf8(name, error.valid_up_to()))
}

/// A text from C; `None` where `bytes` is NULL and `length` is 0.
///
/// # Safety
///
/// As for [`text`].
pub(super) unsafe fn text_or_none<'a>(
    name: &'static str,
    bytes: *const c_char,
    length: usize,
) -> Result<Option<&'a str>, CallError> {
    if bytes.is_null() && length == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { text(name, bytes, length) }.map(Some)
}

/// Bytes from C, which may be NULL when `length` is 0.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to `length` bytes that live, unchanged, for
/// `'a`.
pub(super) unsafe fn bytes<'a>(
    name: &'static str,
    bytes: *const u8,
    length: usize,
) -> Result<&'a [u8], CallError> {
    if length == 0 {
        return Ok(&[]);
    }
    if bytes.is_null() {
        return Err(CallError::null(name));
    }
    if length > BUFFER_BYTES_MAX {
        return Err(CallError::argument(format!(
            "the length given for {name} is {length} bytes; up to {BUFFER_BYTES_MAX} are allowed"
        )));
    }
    // SAFETY: not NULL, and of that length by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(bytes, length) })
}

/// The 16 bytes of an id.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to 16 bytes.
pub(super) unsafe fn user_id(name: &'static str, bytes: *const u8) -> Result<UserId, CallError> {
    if bytes.is_null() {
        return Err(CallError::null(name));
    }
    // SAFETY: not NULL, and of that length by the caller's promise.
    let bytes = unsafe { bytes.cast::<[u8; 16]>().read() };
    Ok(UserId::from_bytes(bytes))
}

/// A buffer to be written to, and where to say how much was.
///
/// # Safety
///
/// Unless it is NULL, `bytes` points to `capacity` bytes that nobody else uses for `'a`,
/// and `written` can be written to until the call returns.
pub(super) unsafe fn filling<'a>(
    bytes: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Result<(&'a mut [MaybeUninit<u8>], Out<usize>), CallError> {
    // SAFETY: the caller's promise.
    let done = unsafe { Out::required("written", written) }?;
    if bytes.is_null() {
        return Err(CallError::null("buffer"));
    }
    // The format can't count more.
    let capacity = capacity.min(BUFFER_BYTES_MAX);
    // SAFETY: not NULL, and of that length by the caller's promise.
    let buffer = unsafe { std::slice::from_raw_parts_mut(bytes.cast(), capacity) };
    Ok((buffer, done))
}

/// The element at an index from C.
pub(super) fn element<T>(elements: &[T], index: usize) -> Result<&T, CallError> {
    elements.get(index).ok_or_else(|| {
        CallError::argument(format!(
            "the index {index} is too large; there are {}",
            elements.len()
        ))
    })
}

/// A truth value: 0 or 1.
pub(super) fn flag(name: &'static str, value: impl Into<i128>) -> Result<bool, CallError> {
    let value = value.into();
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(CallError::argument(format!(
            "{name} is {value}; use 0 for no or 1 for yes"
        ))),
    }
}

/// The place for a result, which is written once nothing can fail any more.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// A place that the caller must give.
    ///
    /// # Safety
    ///
    /// Unless it is NULL, `place` can be written to until the call returns.
    pub(super) unsafe fn required(name: &'static str, place: *mut T) -> Result<Self, CallError> {
        if place.is_null() {
            return Err(CallError::null(name));
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

    /// Writes the result, if it is wanted.
    pub(super) fn write(self, value: T) {
        if self.is_wanted() {
            // SAFETY: not NULL, so it can be written to.
            unsafe { self.0.write(value) };
        }
    }
}

/// A struct of the caller that states its own size.
pub(super) struct SizedStruct<T> {
    place: *mut T,
    bytes: usize,
}

impl<T> SizedStruct<T> {
    /// The struct at `place`, whose first field is its size as a `u32`, and which
    /// must have the `bytes_min` that the first release knew. `name` and `init` are
    /// for the message.
    ///
    /// # Safety
    ///
    /// Unless it is NULL, `place` points to a struct that has as many bytes as it
    /// says, and can be written to until the call returns.
    pub(super) unsafe fn new(
        name: &'static str,
        init: &'static str,
        place: *mut T,
        bytes_min: usize,
    ) -> Result<Self, CallError> {
        if place.is_null() {
            return Err(CallError::null(name));
        }
        // SAFETY: not NULL, and it starts with its size by the caller's promise.
        let struct_size = unsafe { place.cast::<u32>().read() };
        let bytes = size_of::<T>().min(struct_size as usize);
        if bytes < bytes_min {
            return Err(CallError::argument(format!(
                "{name}->struct_size is {struct_size}; initialize the struct with {init}"
            )));
        }
        Ok(Self { place, bytes })
    }

    /// [`new`](Self::new), for a struct that is NULL where it isn't wanted.
    ///
    /// # Safety
    ///
    /// As for [`new`](Self::new).
    pub(super) unsafe fn optional(
        name: &'static str,
        init: &'static str,
        place: *mut T,
        bytes_min: usize,
    ) -> Result<Option<Self>, CallError> {
        if place.is_null() {
            return Ok(None);
        }
        // SAFETY: the caller's promise.
        unsafe { Self::new(name, init, place, bytes_min) }.map(Some)
    }

    /// Fills in the fields that the caller has, except for the size.
    pub(super) fn write(self, answer: &T) {
        let size = size_of::<u32>();
        let from = std::ptr::from_ref(answer).cast::<u8>();
        // SAFETY: `bytes` is at least the size of the first field, and at most that
        // of either struct.
        unsafe {
            let (from, to) = (from.add(size), self.place.cast::<u8>().add(size));
            std::ptr::copy_nonoverlapping(from, to, self.bytes - size);
        }
    }
}
