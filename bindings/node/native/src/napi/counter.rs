//! The count that the cache of users in JavaScript is checked with.

use std::ffi::c_void;
use std::ptr;

use headcount::Directory;
use napi_sys as sys;

use super::state::State;
use super::values;

/// What a cache of users in JavaScript is checked with: `generation(handle)`. 0 while
/// nothing in it may be used.
///
/// # Safety
///
/// Called by Node.
pub unsafe extern "C" fn generation(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: the call runs, and no other one uses the state.
    unsafe {
        let Some(([number], state)) = values::arguments::<1, State>(env, info) else {
            return ptr::null_mut();
        };
        let handle = (*state).handle(values::index(env, number));
        // Closed and under way are odd, and counts are far from what a double rounds.
        let generation = match handle.map(|handle| handle.directory().generation()) {
            Ok(generation) if generation.is_multiple_of(2) => generation / 2,
            _ => 0,
        };
        sys::napi_create_int64(env, generation.cast_signed(), &raw mut value);
    }
    value
}

/// The memory in which the library counts, for JavaScript to read without a call:
/// `counter(handle)`, an `ArrayBuffer` of 8 bytes. Undefined where Node may not lend memory, as in Electron.
///
/// # Safety
///
/// Called by Node.
pub unsafe extern "C" fn counter(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: the call runs, and no other one uses the state. The clone keeps the memory, until
    // the buffer is collected.
    unsafe {
        let Some(([number], state)) = values::arguments::<1, State>(env, info) else {
            return ptr::null_mut();
        };
        let Ok(handle) = (*state).handle(values::index(env, number)) else {
            return ptr::null_mut();
        };
        let kept = Box::into_raw(Box::new(handle.directory().clone()));
        let status = sys::napi_create_external_arraybuffer(
            env,
            (*kept).generation_address().cast_mut().cast(),
            size_of::<u64>(),
            Some(give_up_counter),
            kept.cast(),
            &raw mut value,
        );
        if status != sys::Status::napi_ok {
            drop(Box::from_raw(kept));
            return ptr::null_mut();
        }
    }
    value
}

/// # Safety
///
/// Called by Node once, when the buffer of [`counter`] is collected.
unsafe extern "C" fn give_up_counter(_env: sys::napi_env, _data: *mut c_void, kept: *mut c_void) {
    // SAFETY: it was made by `Box::into_raw`, and nobody has it any more.
    drop(unsafe { Box::from_raw(kept.cast::<Directory>()) });
}
