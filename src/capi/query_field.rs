//! The conditions and settings of a query.

use super::call_error::CallError;
use crate::model::Sort;

/// A condition or a setting of a query. Passed as int32_t to hc_query_set_text() or
/// hc_query_set_number(), whichever it says here, and to hc_query_unset().
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcQueryField {
    /// Number: 1 for active users, 0 for inactive ones.
    Active = 1,
    /// Number: 1 for admins, 0 for everybody else.
    Admins = 2,
    /// Members of a workspace: hc_query_set_member_of() sets it.
    MemberOf = 3,
    /// Attributes: hc_query_set_attribute() sets them, one by one.
    Attributes = 4,
    /// Text: emails that start with it; ASCII letters match in either case.
    EmailPrefix = 5,
    /// Text: emails at this domain, in either form (bücher.example or
    /// xn--bcher-kva.example). A text that is not a domain matches nobody.
    EmailDomain = 6,
    /// Text: usernames that start with it, in any case.
    UsernamePrefix = 7,
    /// Text: users whose email, username or names contain each of its words, in any case:
    /// "lee ann" finds Ann Lee. At most 255 bytes.
    Search = 8,
    /// Time: users created at that time or later.
    CreatedSince = 9,
    /// Time: users created before that time.
    CreatedBefore = 10,
    /// Time: users created or changed at that time or later.
    ChangedSince = 11,
    /// Time: users created before that time and not changed since.
    ChangedBefore = 12,
    /// Time: users last seen at that time or later; see hc_user_touch(). A user who was never
    /// seen counts as seen at creation.
    SeenSince = 13,
    /// Time: users last seen before that time.
    SeenBefore = 14,
    /// Number: the order, one of HC_SORT_*; #HC_SORT_EMAIL by default.
    Sort = 15,
    /// Number: 1 for the reverse order, such as newest first; 0 by default.
    Descending = 16,
    /// Number: the maximum number of users in a page, 1 to 10,000; 100 by default.
    Limit = 17,
    /// Text: where the page begins, from hc_cursor_next_page() of the previous page; empty for
    /// the first page. It is a position in the order, not in a result: it stays valid while
    /// users come and go, and after the directory is reopened.
    After = 18,
}

impl HcQueryField {
    const ALL: [Self; 18] = [
        Self::Active,
        Self::Admins,
        Self::MemberOf,
        Self::Attributes,
        Self::EmailPrefix,
        Self::EmailDomain,
        Self::UsernamePrefix,
        Self::Search,
        Self::CreatedSince,
        Self::CreatedBefore,
        Self::ChangedSince,
        Self::ChangedBefore,
        Self::SeenSince,
        Self::SeenBefore,
        Self::Sort,
        Self::Descending,
        Self::Limit,
        Self::After,
    ];

    /// The field for a number from C.
    pub(super) fn parse(field: i32) -> Result<Self, CallError> {
        let known = Self::ALL.into_iter().find(|one| *one as i32 == field);
        known.ok_or_else(|| {
            let message = format!("a query has no field {field}; use one of HC_QUERY_FIELD_*");
            CallError::argument(message)
        })
    }

    /// The error for a field that another setter sets.
    pub(super) fn wrong_setter(self, kind: &str) -> CallError {
        let field = self as i32;
        CallError::argument(format!("the field {field} of a query is not a {kind}"))
    }
}

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
    /// The order for a number from C.
    pub(super) fn parse(sort: u64) -> Result<Sort, CallError> {
        match sort {
            0 => Ok(Sort::Email),
            1 => Ok(Sort::Username),
            2 => Ok(Sort::Created),
            _ => Err(CallError::argument(format!(
                "{sort} is not an order; use one of HC_SORT_*"
            ))),
        }
    }
}

const _: () = assert!(
    HcSort::Email as u64 == 0 && HcSort::Username as u64 == 1 && HcSort::Created as u64 == 2
);
