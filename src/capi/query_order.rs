//! Asking for users: in what order, how many, and from where on.

use super::arguments;
use super::failure::HcError;
use super::guard;
use super::query::HcQuery;
use super::refusal::Refusal;
use super::status::HcStatus;
use crate::model::Sort;

/// The order of the users of a page. Passed as int32_t.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcSort {
    /// By email: the natural order, in which users are stored.
    Email = 0,
    /// By username.
    Username = 1,
    /// By the time of creation, oldest first.
    Created = 2,
}

impl HcSort {
    /// The order that C means.
    fn parse(sort: i32) -> Result<Sort, Refusal> {
        match sort {
            sort if sort == Self::Email as i32 => Ok(Sort::Email),
            sort if sort == Self::Username as i32 => Ok(Sort::Username),
            sort if sort == Self::Created as i32 => Ok(Sort::Created),
            _ => Err(Refusal::argument(format!(
                "{sort} is no order; use one of HC_SORT_*"
            ))),
        }
    }
}

/// Sets the order.
///
/// @param sort One of HC_SORT_*; #HC_SORT_EMAIL unless said otherwise.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_sort(
    query: *mut HcQuery,
    sort: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let sort = HcSort::parse(sort)?;
            query.set(|query| query.sort(sort))
        })
    }
}

/// Says whether to go in the opposite direction: newest first, for example.
///
/// @param descending 1 or 0; 0 unless said otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_descending(
    query: *mut HcQuery,
    descending: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let descending = arguments::flag("descending", descending)?;
            query.set(|query| query.descending(descending))
        })
    }
}

/// Sets how many users a page may have.
///
/// @param users 1 to 10,000; 100 unless said otherwise.
/// @retval HC_STATUS_INVALID_ARGUMENT for another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_limit(
    query: *mut HcQuery,
    users: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe { guard::call(query, error, |query| query.set(|query| query.limit(users))) }
}

/// Asks for the page behind a place: what hc_cursor_next_page() said of the page
/// before.
///
/// It is a place in the order, not in a result: it stays good while users come and
/// go and after the directory is reopened.
///
/// @param place The place; empty for the first page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_after(
    query: *mut HcQuery,
    place: *const u8,
    place_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `place` has its
    // length.
    unsafe {
        guard::call(query, error, |query| {
            let place = arguments::text("place", place, place_len)?;
            query.set(|query| query.after(Some(place).filter(|place| !place.is_empty())))
        })
    }
}
