//! The guard around every function of the C ABI.
//!
//! Each `extern "C"` function is one call of one of the functions below; a test checks that.
//! They check the handle (not NULL, not poisoned, not used in a child of `fork`), catch panics,
//! poison the handle after one, and report it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::call_error::CallError;
use super::failure::HcError;
use super::handle::Handle;
use super::status::HcStatus;

/// The handle at `pointer`, if calls on it are allowed.
///
/// # Safety
///
/// `pointer` is NULL or a handle that lives as long as `'a`.
pub(super) unsafe fn borrow<'a, H: Handle>(pointer: *const H) -> Result<&'a H, CallError> {
    // SAFETY: the caller's promise.
    let handle = unsafe { borrow_even_poisoned(pointer) }?;
    if handle.latch().is_poisoned() {
        return Err(CallError::poisoned(H::NAME));
    }
    Ok(handle)
}

/// # Safety
///
/// As for [`borrow`].
unsafe fn borrow_even_poisoned<'a, H: Handle>(pointer: *const H) -> Result<&'a H, CallError> {
    // SAFETY: the caller's promise.
    let handle = unsafe { pointer.as_ref() }.ok_or_else(|| CallError::null(H::NAME))?;
    if handle.latch().is_forked() {
        return Err(CallError::forked(H::NAME));
    }
    Ok(handle)
}

/// Runs a function that works on a handle and can fail.
///
/// # Safety
///
/// `handle` is NULL or a live handle; `error` is NULL or can be written to.
pub(super) unsafe fn call<H: Handle>(
    handle: *const H,
    error: *mut *mut HcError,
    body: impl FnOnce(&H) -> Result<(), CallError>,
) -> HcStatus {
    // Only a number leaves the catch: an error is large, and moving it would cost more than all
    // checks.
    let status = caught(|| {
        // SAFETY: the caller's promise.
        let outcome = unsafe { borrow(handle) }.and_then(body);
        // SAFETY: the caller's promise.
        unsafe { report(error, outcome) }
    });
    // SAFETY: the caller's promise.
    status.unwrap_or_else(|Panicked| unsafe { panicked(handle, error) })
}

/// Like [`call`], for a function that must work on a poisoned handle too: one
/// that ends its use.
///
/// # Safety
///
/// As for [`call`].
pub(super) unsafe fn call_even_poisoned<H: Handle>(
    handle: *const H,
    error: *mut *mut HcError,
    body: impl FnOnce(&H) -> Result<(), CallError>,
) -> HcStatus {
    // SAFETY: the caller's promise.
    let outcome = poisoning(handle, || body(unsafe { borrow_even_poisoned(handle) }?));
    // SAFETY: the caller's promise.
    unsafe { report(error, outcome) }
}

/// Runs a function that needs no handle and can fail.
///
/// # Safety
///
/// `error` is NULL or can be written to.
pub(super) unsafe fn start(
    error: *mut *mut HcError,
    body: impl FnOnce() -> Result<(), CallError>,
) -> HcStatus {
    let outcome = caught(body).unwrap_or_else(|Panicked| Err(CallError::panicked()));
    // SAFETY: the caller's promise.
    unsafe { report(error, outcome) }
}

/// Runs a function that reads something off a handle: `absent` is the answer
/// when the handle can't be used.
///
/// # Safety
///
/// `handle` is NULL or a live handle.
pub(super) unsafe fn ask<H: Handle, T>(
    handle: *const H,
    absent: T,
    body: impl FnOnce(&H) -> Option<T>,
) -> T {
    let answer = poisoning(handle, || {
        // SAFETY: the caller's promise.
        let handle = unsafe { borrow(handle) }?;
        Ok(body(handle))
    });
    answer.ok().flatten().unwrap_or(absent)
}

/// Runs a function that reads something off a value that is shared with C: see
/// [`share`]. It never changes, so no panic can leave it half done, and there is
/// nothing to poison.
///
/// # Safety
///
/// `value` is NULL or live.
pub(super) unsafe fn read<V: Send + Sync, T>(
    value: *const V,
    absent: T,
    body: impl FnOnce(&V) -> Option<T>,
) -> T {
    // SAFETY: the caller's promise.
    let answer = caught(|| unsafe { value.as_ref() }.and_then(body));
    answer.ok().flatten().unwrap_or(absent)
}

/// Runs a function that needs nothing and can't fail.
pub(super) fn plain<T>(absent: T, body: impl FnOnce() -> T) -> T {
    caught(body).unwrap_or(absent)
}

/// Frees a handle; NULL is none.
///
/// In a child of `fork` a handle that belongs to the parent is left where it is:
/// tidying up would write to the parent's file and give away its lock.
///
/// # Safety
///
/// `handle` is NULL or a live handle that nobody uses any more.
pub(super) unsafe fn free<H: Handle>(handle: *mut H) {
    plain((), || {
        // SAFETY: the caller's promise.
        let Some(latch) = (unsafe { handle.as_ref() }).map(Handle::latch) else {
            return;
        };
        if !latch.is_forked() {
            // SAFETY: every handle is given out by `hand_over`, from a box.
            drop(unsafe { Box::from_raw(handle) });
        }
    });
}

/// Hands a handle over to C, which frees it with [`free`].
pub(super) fn hand_over<H: Handle>(handle: H) -> *mut H {
    Box::into_raw(Box::new(handle))
}

/// Makes C one of the owners of an immutable value, until [`unshare`]. Nothing is allocated or
/// copied. The value is plain data, which a child of `fork` can still use.
pub(super) fn share<V: Send + Sync>(value: Arc<V>) -> *mut V {
    Arc::into_raw(value).cast_mut()
}

/// Takes back what C got from [`share`]; NULL is nothing.
///
/// # Safety
///
/// `value` is NULL or comes from [`share`], and nobody uses it any more.
pub(super) unsafe fn unshare<V: Send + Sync>(value: *mut V) {
    plain((), || {
        if !value.is_null() {
            // SAFETY: the caller's promise.
            drop(unsafe { Arc::from_raw(value) });
        }
    });
}

/// Runs `body` and poisons the handle if it panics.
fn poisoning<H: Handle, T>(
    handle: *const H,
    body: impl FnOnce() -> Result<T, CallError>,
) -> Result<T, CallError> {
    caught(body).unwrap_or_else(|Panicked| {
        // SAFETY: the body can only have panicked after it borrowed the handle.
        if let Some(handle) = unsafe { handle.as_ref() } {
            handle.latch().poison();
        }
        Err(CallError::panicked())
    })
}

struct Panicked;

/// The only place that catches panics.
///
/// Anything that a panic left half done is behind a handle, which is then poisoned.
fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        log::error!("a bug in the library: {}", said.unwrap_or("see stderr"));
        Panicked
    })
}

/// Turns an outcome into a status, and an error if one is wanted.
///
/// # Safety
///
/// `error` is NULL or can be written to.
unsafe fn report(error: *mut *mut HcError, outcome: Result<(), CallError>) -> HcStatus {
    match outcome {
        Ok(()) => {
            if !error.is_null() {
                // SAFETY: it isn't NULL, so it can be written to.
                unsafe { error.write(std::ptr::null_mut()) };
            }
            HcStatus::Ok
        }
        // SAFETY: the caller's promise.
        Err(refusal) => unsafe { report_refusal(error, refusal) },
    }
}

/// # Safety
///
/// As for [`report`].
#[cold]
unsafe fn report_refusal(error: *mut *mut HcError, refusal: CallError) -> HcStatus {
    let status = refusal.status();
    refusal.log();
    if !error.is_null() {
        // SAFETY: it isn't NULL, so it can be written to.
        unsafe { error.write(hand_over(HcError::from(refusal))) };
    }
    status
}

/// What remains to be done after a panic in a call on a handle.
///
/// # Safety
///
/// As for [`call`].
#[cold]
unsafe fn panicked<H: Handle>(handle: *const H, error: *mut *mut HcError) -> HcStatus {
    // SAFETY: the body can only have panicked after it borrowed the handle.
    if let Some(handle) = unsafe { handle.as_ref() } {
        handle.latch().poison();
    }
    // SAFETY: the caller's promise.
    unsafe { report_refusal(error, CallError::panicked()) }
}

#[cfg(test)]
mod tests;
