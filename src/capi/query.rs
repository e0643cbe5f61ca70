//! Queries for users.

use std::ffi::c_char;
use std::sync::Mutex;

use super::call_error::CallError;
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::query_field::{HcQueryField as Field, HcSort};
use super::role::HcRole;
use super::status::HcStatus;
use super::{arguments, lock};
use crate::model::{Sort, Timestamp, UserQuery, WorkspaceId};

/// Which users to return, in what order and how many: a builder.
///
/// All conditions must hold. A query reads one index, that of its first condition in this list:
/// members of a workspace, only admins, an email domain, an email prefix, inactive (alone and
/// by email, or where that is at most one user in eight), a username prefix, created since,
/// changed since; without any of them, all users. If that index is in the order asked for, a
/// page costs what its users cost, whatever the size of the directory; otherwise the whole part
/// of the index that the condition names is read for each page. All other conditions are
/// checked on each user read.
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

    fn set(&self, change: impl FnOnce(UserQuery) -> UserQuery) {
        let mut query = lock(&self.query);
        *query = change(std::mem::take(&mut *query));
    }

    fn set_attribute(&self, name: &str, value: Option<&str>) -> Result<(), CallError> {
        let mut query = lock(&self.query);
        let most = UserQuery::ATTRIBUTES_MAX;
        if query.attributes.len() >= most && !query.attributes.contains_key(name) {
            return Err(CallError::argument(format!(
                "a query asks for up to {most} attributes"
            )));
        }
        *query = std::mem::take(&mut *query).attribute(name, value);
        Ok(())
    }
}

/// @return A query for all users, ordered by email, 100 at a time.
#[unsafe(no_mangle)]
pub extern "C" fn hc_query_new() -> *mut HcQuery {
    guard::plain(std::ptr::null_mut(), || {
        guard::hand_over(HcQuery {
            latch: Latch::of_any_process(),
            query: Mutex::new(UserQuery::new()),
        })
    })
}

/// Sets a condition or setting that is a text.
///
/// @param field One of HC_QUERY_FIELD_* that is a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_text(
    query: *mut HcQuery,
    field: i32,
    text: *const c_char,
    text_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `text` has its length.
    unsafe {
        guard::call(query, error, |query| {
            let text = arguments::text("text", text, text_len)?;
            match Field::parse(field)? {
                Field::EmailPrefix => query.set(|query| query.email_prefix(text)),
                Field::EmailDomain => query.set(|query| query.email_domain(text)),
                Field::UsernamePrefix => query.set(|query| query.username_prefix(text)),
                Field::Search => {
                    UserQuery::new().search(text).check_conditions()?;
                    query.set(|query| query.search(text));
                }
                Field::After => {
                    let place = Some(text).filter(|place| !place.is_empty());
                    query.set(|query| query.after(place));
                }
                other => return Err(other.wrong_setter("text")),
            }
            Ok(())
        })
    }
}

/// Sets a condition or setting that is a number or a time.
///
/// @param field One of HC_QUERY_FIELD_* that is a number or a time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_number(
    query: *mut HcQuery,
    field: i32,
    number: u64,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let time = || Ok(Timestamp::from_unix_micros(number)?);
            let flag = |name| arguments::flag(name, number);
            match Field::parse(field)? {
                Field::Active => flag("active").map(|on| query.set(|query| query.active(on))),
                Field::Admins => flag("admins").map(|on| query.set(|query| query.admins(on))),
                Field::Descending => {
                    flag("descending").map(|on| query.set(|query| query.descending(on)))
                }
                Field::Sort => HcSort::parse(number).map(|by| query.set(|query| query.sort(by))),
                Field::Limit => {
                    let users = usize::try_from(number).unwrap_or(usize::MAX);
                    UserQuery::new().limit(users).check_limit()?;
                    query.set(|query| query.limit(users));
                    Ok(())
                }
                Field::CreatedSince => time().map(|at| query.set(|query| query.created_since(at))),
                Field::CreatedBefore => {
                    time().map(|at| query.set(|query| query.created_before(at)))
                }
                Field::ChangedSince => time().map(|at| query.set(|query| query.changed_since(at))),
                Field::ChangedBefore => {
                    time().map(|at| query.set(|query| query.changed_before(at)))
                }
                Field::SeenSince => time().map(|at| query.set(|query| query.seen_since(at))),
                Field::SeenBefore => time().map(|at| query.set(|query| query.seen_before(at))),
                other => Err(other.wrong_setter("number")),
            }
        })
    }
}

/// Restricts the query to members of a workspace.
///
/// @param role #HC_ROLE_OWNER or #HC_ROLE_USER for members in that role, #HC_ROLE_ANY for all.
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
            query.set(|query| query.member_of(WorkspaceId::from_u64(workspace), role));
            Ok(())
        })
    }
}

/// Restricts the query to users with an attribute of this name. A query can have up to 16
/// attributes, all of which must match.
///
/// @param value Its value, compared exactly; NULL, with the length 0, for any value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_set_attribute(
    query: *mut HcQuery,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and the texts have their
    // lengths.
    unsafe {
        guard::call(query, error, |query| {
            let name = arguments::text("name", name, name_len)?;
            let value = arguments::text_or_none("value", value, value_len)?;
            query.set_attribute(name, value)
        })
    }
}

/// Removes a condition, or resets a setting to its default.
///
/// @param field One of HC_QUERY_FIELD_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_unset(
    query: *mut HcQuery,
    field: i32,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, both pointers are NULL or live.
    unsafe {
        guard::call(query, error, |query| {
            let field = Field::parse(field)?;
            query.set(|query| without(query, field));
            Ok(())
        })
    }
}

/// Frees a query.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_query_free(query: *mut HcQuery) {
    // SAFETY: by the contract, `query` is NULL or live, and given up.
    unsafe { guard::free(query) }
}

/// The query with one of its fields reset to its default.
fn without(query: UserQuery, field: Field) -> UserQuery {
    match field {
        Field::Active => query.active(None),
        Field::Admins => query.admins(None),
        Field::MemberOf => query.any_workspace(),
        Field::Attributes => query.any_attributes(),
        Field::EmailPrefix => query.email_prefix(None),
        Field::EmailDomain => query.email_domain(None),
        Field::UsernamePrefix => query.username_prefix(None),
        Field::Search => query.search(None),
        Field::CreatedSince => query.created_since(None),
        Field::CreatedBefore => query.created_before(None),
        Field::ChangedSince => query.changed_since(None),
        Field::ChangedBefore => query.changed_before(None),
        Field::SeenSince => query.seen_since(None),
        Field::SeenBefore => query.seen_before(None),
        Field::Sort => query.sort(Sort::default()),
        Field::Descending => query.descending(false),
        Field::Limit => query.limit(UserQuery::LIMIT),
        Field::After => query.after(None),
    }
}
