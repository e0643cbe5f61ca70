//! Listing users.

use std::ffi::{CString, c_char};
use std::ptr::null;
use std::sync::{Arc, Mutex};

use super::arguments::{self, Out};
use super::call_error::CallError;
use super::directory::HcDirectory;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::lock;
use super::packed::Ahead;
use super::query::HcQuery;
use super::status::HcStatus;
use super::user::HcUser;
use crate::directory::{Directory, Users};
use crate::error::Result;
use crate::model::{User, UserPage};

/// Users as they were at one moment, all of them or a page of a query, read one by one or in
/// batches.
///
/// A cursor over all users holds that state of the directory until its last user is read, so
/// the file can't reuse the space of later changes. Once the file has more than doubled, and
/// grown by more than four times the size of the log (256 MiB by default), the cursor is
/// closed, and reading on fails with #HC_STATUS_CLOSED: ask for the list again.
pub struct HcCursor {
    latch: Latch,
    reading: Mutex<Reading>,
    /// The beginning of the next page, if this is a page and there is one.
    next_page: Option<CString>,
    /// Keeps the file open while there is something to read from it, and knows whether it was
    /// closed.
    directory: Directory,
}

struct Reading {
    source: UserSource,
    ahead: Ahead<Arc<User>>,
}

/// The source of the users.
enum UserSource {
    All(Users),
    Page(std::vec::IntoIter<Arc<User>>),
}

impl UserSource {
    fn next(&mut self) -> Option<Result<Arc<User>>> {
        match self {
            Self::All(users) => users.next(),
            Self::Page(users) => users.next().map(Ok),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::All(users) => users.len(),
            Self::Page(users) => users.len() as u64,
        }
    }
}

impl HcCursor {
    fn hand_over(
        directory: &HcDirectory,
        source: UserSource,
        next_page: Option<CString>,
    ) -> *mut Self {
        guard::hand_over(Self {
            latch: Latch::of_this_process(),
            reading: Mutex::new(Reading {
                source,
                ahead: Ahead::default(),
            }),
            next_page,
            directory: directory.directory.clone(),
        })
    }
}

impl Handle for HcCursor {
    const NAME: &'static str = "cursor";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

/// Lists all users, active or not, ordered by email, as they are now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_list_users(
    directory: *const HcDirectory,
    cursor: *mut *mut HcCursor,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("cursor", cursor)?;
            let users = directory.directory.users()?;
            made.write(HcCursor::hand_over(directory, UserSource::All(users), None));
            Ok(())
        })
    }
}

/// Returns one page of the users that match a query, which may be empty.
///
/// @retval HC_STATUS_INVALID_ARGUMENT also if #HC_QUERY_FIELD_AFTER is from a query in another
///        order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_query(
    directory: *const HcDirectory,
    query: *const HcQuery,
    cursor: *mut *mut HcCursor,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("cursor", cursor)?;
            let query = guard::borrow(query)?.get();
            let UserPage { users, next } = directory.directory.query(&query)?;
            // Keys of emails and usernames contain no NUL.
            let next = next.map(|place| CString::new(place).unwrap_or_default());
            let source = UserSource::Page(users.into_iter());
            made.write(HcCursor::hand_over(directory, source, next));
            Ok(())
        })
    }
}

/// Returns the count of users that match a query, regardless of its limit and
/// #HC_QUERY_FIELD_AFTER. Counting all, all active or all inactive users reads no user; any other
/// count reads the index that the query picks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_count(
    directory: *const HcDirectory,
    query: *const HcQuery,
    count: *mut u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let done = Out::required("count", count)?;
            let query = guard::borrow(query)?.get();
            done.write(directory.directory.count(&query)?);
            Ok(())
        })
    }
}

/// Reads the next user.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_next(
    cursor: *mut HcCursor,
    found: *mut *mut HcUser,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(cursor, error, |cursor| {
            let made = Out::required("found", found)?;
            cursor.directory.check()?;
            let Reading { source, ahead } = &mut *lock(&cursor.reading);
            let next = ahead.next(|| source.next()).map_err(CallError::from);
            made.write(HcUser::hand_over_or_null(ahead.stay_failed(next)?));
            Ok(())
        })
    }
}

/// Reads the next users as packed records. A larger buffer is faster.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_next_batch(
    cursor: *mut HcCursor,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `buffer` has its
    // capacity.
    unsafe {
        guard::call(cursor, error, |cursor| {
            let (buffer, done) = arguments::filling(buffer, capacity, written)?;
            cursor.directory.check()?;
            let Reading { source, ahead } = &mut *lock(&cursor.reading);
            let packed = match source {
                UserSource::All(users) => ahead.pack_all(buffer, users),
                UserSource::Page(users) => ahead.pack(buffer, || users.next().map(Ok)),
            };
            done.write(ahead.stay_failed(packed)?);
            Ok(())
        })
    }
}

/// @return How many users are still to come; 0 for a cursor that can't be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_remaining(cursor: *const HcCursor) -> u64 {
    // SAFETY: by the contract, `cursor` is NULL or live.
    unsafe {
        guard::ask(cursor, 0, |cursor| {
            let reading = lock(&cursor.reading);
            Some(reading.source.len() + reading.ahead.len())
        })
    }
}

/// Where the next page begins, for #HC_QUERY_FIELD_AFTER. It contains the email or username of the
/// last user: treat it as personal data.
///
/// @return The text; NULL for the last page and for a cursor over all users.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_next_page(cursor: *const HcCursor) -> *const c_char {
    let answer = |cursor: &HcCursor| cursor.next_page.as_ref().map(|place| place.as_ptr());
    // SAFETY: by the contract, `cursor` is NULL or live.
    unsafe { guard::ask(cursor, null(), answer) }
}

/// Frees a cursor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_cursor_free(cursor: *mut HcCursor) {
    // SAFETY: by the contract, `cursor` is NULL or live, and given up.
    unsafe { guard::free(cursor) }
}
