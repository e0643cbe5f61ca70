//! A user, and what can be asked of one.

use std::ffi::c_char;
use std::ptr::{null, null_mut};
use std::sync::{Arc, OnceLock};

use super::arguments::{self, Out};
use super::guard::{self, Handle, Latch};
use crate::model::User;

/// A user as one call found it: a copy that later changes don't touch. Yours to
/// free with hc_user_free(), before or after the directory; also valid after
/// fork().
///
/// @since 0.1.0
pub struct HcUser {
    latch: Latch,
    user: Arc<User>,
    /// Made when the first of them is asked for.
    texts: OnceLock<Texts>,
    attributes: OnceLock<AttributeTexts>,
}

impl Handle for HcUser {
    const NAME: &'static str = "user";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcUser {
    pub(super) fn hand_over(user: Arc<User>) -> *mut Self {
        guard::hand_over(Self {
            latch: Latch::of_any_process(),
            user,
            texts: OnceLock::new(),
            attributes: OnceLock::new(),
        })
    }

    pub(super) fn hand_over_or_null(user: Option<Arc<User>>) -> *mut Self {
        user.map_or(null_mut(), Self::hand_over)
    }

    fn text(&self, which: impl FnOnce(&Texts) -> Option<usize>) -> Option<*const c_char> {
        let texts = self.texts.get_or_init(|| Texts::new(&self.user));
        which(texts).map(|start| texts.pool.at(start))
    }

    fn attributes(&self) -> &AttributeTexts {
        self.attributes
            .get_or_init(|| AttributeTexts::new(&self.user))
    }
}

/// Texts with a NUL behind each, in one piece of memory.
#[derive(Default)]
struct Pool(Vec<u8>);

impl Pool {
    /// Adds a text and returns where it is.
    fn add(&mut self, text: &str) -> usize {
        let start = self.0.len();
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        start
    }

    /// The text at a place that [`add`](Self::add) returned.
    fn at(&self, start: usize) -> *const c_char {
        self.0.get(start..).map_or(null(), <[u8]>::as_ptr).cast()
    }
}

/// A user's texts as C wants them.
struct Texts {
    pool: Pool,
    id: usize,
    email: usize,
    username: usize,
    given_name: Option<usize>,
    family_name: Option<usize>,
}

impl Texts {
    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        Self {
            id: pool.add(&user.id().to_string()),
            email: pool.add(user.email().as_str()),
            username: pool.add(user.username()),
            given_name: user.given_name().map(|name| pool.add(name)),
            family_name: user.family_name().map(|name| pool.add(name)),
            pool,
        }
    }
}

/// A user's attributes as C wants them, ordered by name.
struct AttributeTexts {
    pool: Pool,
    entries: Vec<Entry>,
}

/// Where the name and the value of one attribute are.
struct Entry {
    name: usize,
    value: usize,
    value_bytes: usize,
}

impl AttributeTexts {
    fn new(user: &User) -> Self {
        let mut pool = Pool::default();
        let entries = user.attributes().map(|(name, value)| Entry {
            name: pool.add(name),
            value: pool.add(value),
            value_bytes: value.len(),
        });
        let entries = entries.collect();
        Self { pool, entries }
    }
}

/// The id: 16 bytes in network order, never given to another user.
///
/// @param user The user, or NULL.
/// @return A pointer to 16 bytes that are valid until the user is freed; NULL
///         for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_id(user: *const HcUser) -> *const u8 {
    // The user stays where it is in its Arc, which nobody can write to.
    let answer = |user: &HcUser| Some(user.user.id.as_bytes().as_ptr());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), answer) }
}

/// The id as text, such as "45e6b641-fe57-4fb2-83d2-2c2bd201efe8".
///
/// @param user The user, or NULL.
/// @return A NUL-terminated text of 36 bytes that is valid until the user is
///         freed; NULL for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_id_text(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), |user| user.text(|texts| Some(texts.id))) }
}

/// The email address, as it was given.
///
/// @param user The user, or NULL.
/// @return A NUL-terminated text that is valid until the user is freed; NULL
///         for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_email(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), |user| user.text(|texts| Some(texts.email))) }
}

/// The username; it is the email where none was given.
///
/// @param user The user, or NULL.
/// @return A NUL-terminated text that is valid until the user is freed; NULL
///         for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_username(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), |user| user.text(|texts| Some(texts.username))) }
}

/// The given (first) name.
///
/// @param user The user, or NULL.
/// @return A NUL-terminated text that is valid until the user is freed; NULL
///         for a user without one, and for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_given_name(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), |user| user.text(|texts| texts.given_name)) }
}

/// The family (last) name.
///
/// @param user The user, or NULL.
/// @return A NUL-terminated text that is valid until the user is freed; NULL
///         for a user without one, and for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_family_name(user: *const HcUser) -> *const c_char {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, null(), |user| user.text(|texts| texts.family_name)) }
}

/// Whether the user is active and so takes a seat.
///
/// @param user The user, or NULL.
/// @return 1 or 0; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_is_active(user: *const HcUser) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, |user| Some(user.user.is_active().into())) }
}

/// Whether the user administers the platform.
///
/// @param user The user, or NULL.
/// @return 1 or 0; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_is_admin(user: *const HcUser) -> i32 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, |user| Some(user.user.is_admin().into())) }
}

/// The version of the record: 1 when created, one more with each change.
///
/// @param user The user, or NULL.
/// @return The version; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_version(user: *const HcUser) -> u64 {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, |user| Some(user.user.version())) }
}

/// When the user was created, in microseconds since 1970-01-01T00:00:00Z.
///
/// @param user The user, or NULL.
/// @return The moment; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_created_at_micros(user: *const HcUser) -> u64 {
    let answer = |user: &HcUser| Some(user.user.created_at().as_unix_micros());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, answer) }
}

/// When the record last changed, in microseconds since 1970-01-01T00:00:00Z.
///
/// @param user The user, or NULL.
/// @return The moment; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_updated_at_micros(user: *const HcUser) -> u64 {
    let answer = |user: &HcUser| Some(user.user.updated_at().as_unix_micros());
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, answer) }
}

/// How many attributes the user has.
///
/// @param user The user, or NULL.
/// @return The number; 0 for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_attribute_count(user: *const HcUser) -> usize {
    // SAFETY: by the contract, `user` is NULL or live.
    unsafe { guard::ask(user, 0, |user| Some(user.user.attributes().len())) }
}

/// One of the attributes, which are ordered by name.
///
/// @param user      The user, or NULL.
/// @param index     Which one: from 0 to hc_user_attribute_count() - 1.
/// @param name      Set to its name, NUL-terminated; NULL if not wanted.
/// @param value     Set to its value, NUL-terminated; NULL if not wanted.
/// @param value_len Set to the length of the value in bytes, for values that
///                  contain NULs; NULL if not wanted.
/// @return 1 if there is such an attribute and what is wanted was written, with
///         texts that are valid until the user is freed; otherwise 0, and
///         nothing is written.
/// @note Thread-safe.
/// @since 0.1.0
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
        guard::ask(user, 0, |user| {
            let AttributeTexts { pool, entries } = user.attributes();
            let entry = entries.get(index)?;
            Out::optional(name).write(pool.at(entry.name));
            Out::optional(value).write(pool.at(entry.value));
            Out::optional(value_len).write(entry.value_bytes);
            Some(1)
        })
    }
}

/// The value of an attribute.
///
/// @param user      The user, or NULL.
/// @param name      The name of the attribute, UTF-8.
/// @param name_len  Its length in bytes.
/// @param value_len Set to the length of the value in bytes, if there is one,
///                  for values that contain NULs; NULL if not wanted.
/// @return A NUL-terminated text that is valid until the user is freed; NULL
///         for a user without that attribute, and for NULL.
/// @note Thread-safe.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_attribute(
    user: *const HcUser,
    name: *const u8,
    name_len: usize,
    value_len: *mut usize,
) -> *const c_char {
    // SAFETY: by the contract, all pointers are NULL or live, and `name` has its
    // length.
    unsafe {
        guard::ask(user, null(), |user| {
            let name = arguments::text("name", name, name_len).ok()?;
            let index = user
                .user
                .attributes()
                .position(|(known, _)| known == name)?;
            let AttributeTexts { pool, entries } = user.attributes();
            let entry = entries.get(index)?;
            Out::optional(value_len).write(entry.value_bytes);
            Some(pool.at(entry.value))
        })
    }
}

/// Frees a user, and with it the texts that were read off it.
///
/// @param user The user; nothing happens for NULL.
/// @note Not while another thread uses the user.
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_user_free(user: *mut HcUser) {
    // SAFETY: by the contract, `user` is NULL or live, and given up.
    unsafe { guard::free(user) }
}
