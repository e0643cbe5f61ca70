//! Positions in an order, and the cursors that encode them.

use std::fmt;

use crate::codec::UserView;
use crate::codec::keys::{self, KeyKind};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Sort, Timestamp, UserId};

/// The position of a user in an order. It depends only on the user, so it stays valid
/// indefinitely.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CursorPosition {
    Email(String),
    Username(String),
    Created(Timestamp, UserId),
}

impl CursorPosition {
    pub(super) fn of(sort: Sort, user: &UserView<'_>) -> Self {
        match sort {
            Sort::Email => Self::Email(user.email_key().to_owned()),
            Sort::Username => Self::Username(user.username_key().to_owned()),
            Sort::Created => Self::Created(user.created_at(), user.id()),
        }
    }

    /// Parses a cursor, which must be of this order.
    pub(super) fn parse(sort: Sort, cursor: &str) -> Result<Self> {
        let position = match (sort, cursor.split_once(':')) {
            (Sort::Email, Some(("email", key))) => Some(Self::Email(key.to_owned())),
            (Sort::Username, Some(("username", key))) => Some(Self::Username(key.to_owned())),
            (Sort::Created, Some(("created", rest))) => parse_created(rest),
            _ => None,
        };
        position.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidArgument,
                "the cursor was changed, or comes from a query with another order; pass a page's `next` unchanged",
            )
        })
    }

    /// The key of this position in an index of the same order.
    pub(super) fn key_in(&self, prefix: &keys::Prefix) -> Vec<u8> {
        match self {
            Self::Email(key) => keys::place_of_email(prefix, key),
            Self::Username(key) => keys::username(key),
            Self::Created(moment, id) => keys::moment(KeyKind::Created, *moment, Some(*id)),
        }
    }
}

fn parse_created(text: &str) -> Option<CursorPosition> {
    let (micros, id) = text.split_once(':')?;
    let moment = Timestamp::from_unix_micros(micros.parse().ok()?).ok()?;
    Some(CursorPosition::Created(moment, id.parse().ok()?))
}

impl fmt::Display for CursorPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(key) => write!(f, "email:{key}"),
            Self::Username(key) => write!(f, "username:{key}"),
            Self::Created(moment, id) => write!(f, "created:{}:{id}", moment.as_unix_micros()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let moment = Timestamp::from_unix_micros(1_700_000_000_000_001).unwrap();
        for (sort, position) in [
            (Sort::Email, CursorPosition::Email("a@ex.co".to_owned())),
            (Sort::Username, CursorPosition::Username("a:b".to_owned())),
            (
                Sort::Created,
                CursorPosition::Created(moment, UserId::generate()),
            ),
        ] {
            assert_eq!(
                CursorPosition::parse(sort, &position.to_string()).unwrap(),
                position
            );
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        for cursor in [
            "",
            "email",
            "username:a",
            "created:1",
            "created:x:y",
            "created:1:y",
        ] {
            let sort = if cursor.starts_with("created") {
                Sort::Created
            } else {
                Sort::Email
            };
            let error = CursorPosition::parse(sort, cursor).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{cursor:?}");
        }
    }
}
