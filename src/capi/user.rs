//! Reading a user.

use std::ffi::c_char;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use super::arguments::{self, Out};
use super::guard;
use super::nul_texts::NulTexts;
use crate::model::{Timestamp, User};

/// A user as one call found it: a copy that later changes don't affect.
pub struct HcUser {
    /// Never constructed: C's pointers are those of an `Arc<User>`, as users in the cache are.
    _user: User,
}

impl HcUser {
    pub(super) fn hand_over(user: Arc<User>) -> *mut Self {
        guard::share(user).cast()
    }

    /// The value that `hand_over` made a handle of.
    pub(super) fn value(user: *const Self) -> *const User {
        user.cast()
    }

    pub(super) fn hand_over_or_null(user: Option<Arc<User>>) -> *mut Self {
        user.map_or(null_mut(), Self::hand_over)
    }
}

/// The address of a text for C: the user, and the texts derived from it, never move in their
/// `Arc`.
fn text(bytes: &[u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

/// @return The id, never given to another user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_id(user: *const HcUser) -> *const u8 {
    // The user never moves in its `Arc`, which nobody can write to.
    let answer = |user: &User| Some(user.id.as_bytes().as_ptr());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), null(), answer) }
}

/// @return The id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_id_text(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            Some(text(NulTexts::of(user).id()))
        })
    }
}

/// @return The email address, as it was given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_email(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            Some(text(NulTexts::of(user).email()))
        })
    }
}

/// @return The username, which is the email unless another one was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_username(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            Some(text(NulTexts::of(user).username()))
        })
    }
}

/// @return The given (first) name; NULL for a user without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_given_name(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            NulTexts::of(user).given_name().map(text)
        })
    }
}

/// @return The family (last) name; NULL for a user without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_family_name(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            NulTexts::of(user).family_name().map(text)
        })
    }
}

/// @return 1 for a user who is active, and so takes a seat, otherwise 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_is_active(user: *const HcUser) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, |user| Some(user.is_active().into())) }
}

/// @return 1 for a user who administers the platform, otherwise 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_is_admin(user: *const HcUser) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, |user| Some(user.is_admin().into())) }
}

/// @return The version of the record: 1 at creation, incremented by each change.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_version(user: *const HcUser) -> u64 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, |user| Some(user.version())) }
}

/// @return When the user was created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_created_at_micros(user: *const HcUser) -> u64 {
    let answer = |user: &User| Some(user.created_at().as_unix_micros());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, answer) }
}

/// @return When the record last changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_updated_at_micros(user: *const HcUser) -> u64 {
    let answer = |user: &User| Some(user.updated_at().as_unix_micros());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, answer) }
}

/// @return When the user was deactivated; 0 for a user who is active or never was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_deactivated_at_micros(user: *const HcUser) -> u64 {
    let answer = |user: &User| user.deactivated_at().map(Timestamp::as_unix_micros);
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, answer) }
}

/// @return How many attributes the user has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_attribute_count(user: *const HcUser) -> usize {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::read(HcUser::value(user), 0, |user| Some(user.attributes().len())) }
}

/// Reads one of the attributes, which are ordered by name.
///
/// @param name Set to its name; NULL if not wanted.
/// @param value Set to its value; NULL if not wanted.
/// @param value_len Set to the length of the value in bytes, for values that contain NULs; NULL if
///        not wanted.
/// @return 1 if there is such an attribute; otherwise 0, and nothing is written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_attribute_at(
    user: *const HcUser,
    index: usize,
    name: *mut *const c_char,
    value: *mut *const c_char,
    value_len: *mut usize,
) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live, and the places are NULL or
    // can be written to.
    unsafe {
        guard::read(HcUser::value(user), 0, |user| {
            let (name_text, value_text, value_bytes) = NulTexts::attribute(user, index)?;
            Out::optional(name).write(text(name_text));
            Out::optional(value).write(text(value_text));
            Out::optional(value_len).write(value_bytes);
            Some(1)
        })
    }
}

/// Reads the attribute with a name.
///
/// @param value_len As in hc_user_attribute_at(); may be NULL.
/// @return Its value; NULL for a user without that attribute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_attribute(
    user: *const HcUser,
    name: *const c_char,
    name_len: usize,
    value_len: *mut usize,
) -> *const c_char {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::read(HcUser::value(user), null(), |user| {
            let name = arguments::text("name", name, name_len).ok()?;
            let index = user.attributes().position(|(known, _)| known == name)?;
            let (_, value, value_bytes) = NulTexts::attribute(user, index)?;
            Out::optional(value_len).write(value_bytes);
            Some(text(value))
        })
    }
}

/// Frees a user and the texts that were read from it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_free(user: *mut HcUser) {
    // SAFETY: by the contract, `user` is NULL or live, and given up.
    unsafe { guard::unshare(HcUser::value(user).cast_mut()) }
}
