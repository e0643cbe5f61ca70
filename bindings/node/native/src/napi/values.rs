//! Values of JavaScript: numbers and texts in, texts out.

use std::ptr;

use napi_sys as sys;

use crate::text::{Text, Units};

/// Texts up to this length are read without an allocation.
const SHORT_BYTES: usize = 128;

/// The arguments of a call, and what the function was made with.
///
/// # Safety
///
/// `env` and `info` are those of a call that runs.
pub unsafe fn arguments<const N: usize, T>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> Option<([sys::napi_value; N], *mut T)> {
    let mut values = [ptr::null_mut(); N];
    let (mut count, mut data) = (N, ptr::null_mut());
    // SAFETY: there is room for `N` values; what is missing is filled with undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            values.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        )
    };
    (status == sys::Status::napi_ok).then_some((values, data.cast()))
}

/// A number as an index; 0 for anything else.
///
/// # Safety
///
/// `value` is one of a call in `env` that runs.
pub unsafe fn index(env: sys::napi_env, value: sys::napi_value) -> u32 {
    let mut number = 0;
    // SAFETY: as the caller says.
    match unsafe { sys::napi_get_value_uint32(env, value, &raw mut number) } {
        sys::Status::napi_ok => number,
        _ => 0,
    }
}

/// A number that may be large; 0 for anything else.
///
/// # Safety
///
/// `value` is one of a call in `env` that runs.
pub unsafe fn large(env: sys::napi_env, value: sys::napi_value) -> u64 {
    let mut number = 0;
    // SAFETY: as the caller says.
    match unsafe { sys::napi_get_value_int64(env, value, &raw mut number) } {
        sys::Status::napi_ok => u64::try_from(number).unwrap_or(0),
        _ => 0,
    }
}

/// Calls `with` with a string of JavaScript as UTF-8; with `None` if `value` is no string, or has
/// half of a surrogate pair, for which UTF-8 has no bytes.
///
/// # Safety
///
/// `value` is one of a call in `env` that runs.
pub unsafe fn with_text<T>(
    env: sys::napi_env,
    value: sys::napi_value,
    with: impl FnOnce(Option<&str>) -> T,
) -> T {
    let mut short = [0_u8; SHORT_BYTES];
    // Returns the number of bytes without the NUL: those that were read, or, without a buffer, all
    // of them.
    let read = |buffer: *mut u8, room: usize| {
        let mut bytes = 0;
        // SAFETY: as the caller says; there are `room` bytes, or only the length is asked for.
        let status = unsafe {
            sys::napi_get_value_string_utf8(env, value, buffer.cast(), room, &raw mut bytes)
        };
        (status == sys::Status::napi_ok).then_some(bytes)
    };
    let Some(bytes) = read(short.as_mut_ptr(), SHORT_BYTES) else {
        return with(None);
    };
    // Node replaces half of a pair by U+FFFD, which the string may also have itself.
    let whole = |text: &str| {
        // SAFETY: as the caller says.
        !text.contains('\u{fffd}') || unsafe { is_whole(env, value) }
    };
    // If it nearly fills the buffer it may be cut off: the last character has up to four bytes.
    if bytes < SHORT_BYTES - 4 {
        return with(
            str::from_utf8(&short[..bytes])
                .ok()
                .filter(|text| whole(text)),
        );
    }
    let mut long = vec![0; read(ptr::null_mut(), 0).unwrap_or(0) + 1];
    let bytes = read(long.as_mut_ptr(), long.len()).unwrap_or(0);
    with(
        str::from_utf8(&long[..bytes])
            .ok()
            .filter(|text| whole(text)),
    )
}

/// Whether the surrogates of a string of JavaScript are all in pairs.
///
/// # Safety
///
/// `value` is a string of a call in `env` that runs.
unsafe fn is_whole(env: sys::napi_env, value: sys::napi_value) -> bool {
    let mut length = 0;
    // SAFETY: as the caller says; only the length is asked for.
    unsafe { sys::napi_get_value_string_utf16(env, value, ptr::null_mut(), 0, &raw mut length) };
    let mut units = vec![0_u16; length + 1];
    // SAFETY: as the caller says; there is room for all units and a NUL.
    unsafe {
        sys::napi_get_value_string_utf16(
            env,
            value,
            units.as_mut_ptr(),
            units.len(),
            &raw mut length,
        );
    }
    char::decode_utf16(units[..length].iter().copied()).all(|c| c.is_ok())
}

/// A string of JavaScript; null, which it takes for undefined, if it can't make one.
///
/// # Safety
///
/// `env` is one in which a call runs.
pub unsafe fn string(env: sys::napi_env, text: &Text) -> sys::napi_value {
    let mut value = ptr::null_mut();
    let length = text.len().cast_signed();
    // SAFETY: as the caller says; the units are `length` many, and copied.
    unsafe {
        match text.units() {
            Units::Narrow(units) => {
                sys::napi_create_string_latin1(env, units.as_ptr().cast(), length, &raw mut value)
            }
            Units::Wide(units) => {
                sys::napi_create_string_utf16(env, units.as_ptr(), length, &raw mut value)
            }
        };
    }
    value
}

/// One string, or an array of them.
///
/// # Safety
///
/// `env` is one in which a call runs.
pub unsafe fn strings(env: sys::napi_env, texts: &[Text]) -> sys::napi_value {
    // SAFETY: as the caller says.
    unsafe {
        if let [text] = texts {
            return string(env, text);
        }
        let mut array = ptr::null_mut();
        sys::napi_create_array_with_length(env, texts.len(), &raw mut array);
        for (at, text) in (0..).zip(texts) {
            sys::napi_set_element(env, array, at, string(env, text));
        }
        array
    }
}
