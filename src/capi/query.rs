//! Asking for users: which ones.

use std::sync::Mutex;

use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::member::HcRole;
use super::refusal::Refusal;
use super::status::HcStatus;
use super::{arguments, lock};
use crate::model::{Timestamp, UserQuery, WorkspaceId};

/// Which users to return, in what order and how many. Yours to free with
/// hc_query_free(); it can be used for more than one call.
///
/// All conditions must hold. A query reads one index, that of the first of these
/// conditions which it has: members of a workspace, admins, an email domain, an
/// email prefix, active or inactive, a username prefix, created since, changed
/// since. Where that index is in the order asked for, a page costs what its users
/// cost, whatever the size of the directory; otherwise all that the condition
/// names is read for each page.
///
/// A setter that fails leaves it as it was.
pub struct HcQuery {
    latch: Latch,
    query: Mutex<UserQuery>,
}

impl Handle for HcQuery {
    const NAME: &'static str = "query";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcQuery {
    pub(super) fn get(&self) -> UserQuery {
        lock(&self.query).clone()
    }

    pub(super) fn set(&self, change: impl FnOnce(UserQuery) -> UserQuery) -> Result<(), Refusal> {
        let mut query = lock(&self.query);
        let changed = change(query.clone());
        changed.check_limit()?;
        changed.check_conditions()?;
        *query = changed;
        Ok(())
    }
}

/// Begins a query for all users, ordered by email, 100 at a time.
///
/// @return A builder to free with hc_query_free(); never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn hc_query_new() -> *mut HcQuery {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcQuery {
            latch: Latch::of_any_process(),
            query: Mutex::new(UserQuery::new()),
        })
    })
}

/// Only users who are active, or only users who are not.
///
/// @param active 1 for active users, 0 for inactive ones.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_active(
    query: *mut HcQuery,
    active: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let is_active = arguments::flag("active", active)?;
            query.set(|query| query.active(is_active))
        })
    }
}

/// Only admins.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_admins_only(
    query: *mut HcQuery,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe { guard::call(query, error, |query| query.set(|query| query.admins(true))) }
}

/// Only members of a workspace.
///
/// @param role #HC_ROLE_OWNER or #HC_ROLE_USER for members in that role, #HC_ROLE_ANY for
///        all.
/// @retval HC_STATUS_INVALID_ARGUMENT for a number that is no role.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_member_of(
    query: *mut HcQuery,
    workspace: u64,
    role: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let role = HcRole::parse_or_any(role)?;
            query.set(|query| query.member_of(WorkspaceId::from_u64(workspace), role))
        })
    }
}

/// Only emails that start like this, without regard to the case of ASCII letters.
///
/// @param prefix The prefix.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_email_prefix(
    query: *mut HcQuery,
    prefix: *const u8,
    prefix_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `prefix` has its
    // length.
    unsafe {
        guard::call(query, error, |query| {
            let prefix = arguments::text("prefix", prefix, prefix_len)?;
            query.set(|query| query.email_prefix(prefix))
        })
    }
}

/// Only emails at this domain, in either of its forms (bücher.example or
/// xn--bcher-kva.example). A text that is no domain matches nobody.
///
/// @param domain The domain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_email_domain(
    query: *mut HcQuery,
    domain: *const u8,
    domain_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `domain` has its
    // length.
    unsafe {
        guard::call(query, error, |query| {
            let domain = arguments::text("domain", domain, domain_len)?;
            query.set(|query| query.email_domain(domain))
        })
    }
}

/// Only usernames that start like this, without regard to case.
///
/// @param prefix The prefix.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_username_prefix(
    query: *mut HcQuery,
    prefix: *const u8,
    prefix_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `prefix` has its
    // length.
    unsafe {
        guard::call(query, error, |query| {
            let prefix = arguments::text("prefix", prefix, prefix_len)?;
            query.set(|query| query.username_prefix(prefix))
        })
    }
}

/// Only users created at this moment or later.
///
/// @param micros Microseconds since 1970-01-01T00:00:00Z.
/// @retval HC_STATUS_INVALID_ARGUMENT for a moment after the year 9999.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_created_since_micros(
    query: *mut HcQuery,
    micros: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let moment = Timestamp::from_unix_micros(micros)?;
            query.set(|query| query.created_since(moment))
        })
    }
}

/// Only users who were created or changed at this moment or later.
///
/// @param micros Microseconds since 1970-01-01T00:00:00Z.
/// @retval HC_STATUS_INVALID_ARGUMENT for a moment after the year 9999.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_changed_since_micros(
    query: *mut HcQuery,
    micros: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let moment = Timestamp::from_unix_micros(micros)?;
            query.set(|query| query.changed_since(moment))
        })
    }
}

/// Frees a query; pages stay valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_free(query: *mut HcQuery) {
    // SAFETY: by the contract, `query` is NULL or live, and given up.
    unsafe { guard::free(query) }
}
