//! The users of a list, in an order for which the library has no index: all who meet the
//! conditions are read, and their places kept until they are in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use headcount::{Timestamp, User, UserQuery};
use serde::{Deserialize, Serialize};

use crate::args::LAST_SEEN;
use crate::commands::filter::each;
use crate::directory::{Directory, UserKey};
use crate::failure::{Failure, Result};

/// Users who are looked up at a time.
const FOUND_MAX: usize = 500;

/// The position of a user. No two are equal, since no two users have the same email.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct SortPosition {
    /// Users without the field come last, in both directions.
    is_late: bool,
    key: Key,
    email: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Key {
    None,
    Number(u64),
    Text(String),
}

/// The users of a list, up to its limit.
pub(super) struct Sorted<'a> {
    directory: &'a Directory,
    places: std::vec::IntoIter<SortPosition>,
    /// The users at the first of the places, looked up together: a server answers in one request.
    found: std::vec::IntoIter<Option<Arc<User>>>,
    /// Where the next list continues, if users are left.
    pub(super) rest: Option<String>,
}

impl<'a> Sorted<'a> {
    pub(super) fn start(
        directory: &'a Directory,
        query: &UserQuery,
        (column, descending): (&str, bool),
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Self> {
        let after: Option<SortPosition> = match after {
            Some(text) => Some(serde_json::from_str(text).map_err(|_| {
                Failure::refused(
                    "usage",
                    "the cursor is of another release; list the users again without --after",
                )
            })?),
            None => None,
        };
        let limit = limit.unwrap_or(usize::MAX);
        let mut places = BTreeSet::new();
        let mut has_more = false;
        each(directory, query, |user| {
            let key = Key::of(&user, column, directory)?;
            let place = SortPosition::of(&user, key, descending);
            let is_behind = after.as_ref().is_none_or(|after| {
                if descending {
                    place < *after
                } else {
                    place > *after
                }
            });
            if is_behind {
                places.insert(place);
            }
            if places.len() > limit {
                has_more = true;
                if descending {
                    places.pop_first();
                } else {
                    places.pop_last();
                }
            }
            Ok(true)
        })?;
        let mut places: Vec<_> = places.into_iter().collect();
        if descending {
            places.reverse();
        }
        let last = places.last().filter(|_| has_more);
        Ok(Self {
            directory,
            rest: last.map(serde_json::to_string).transpose()?,
            places: places.into_iter(),
            found: Vec::new().into_iter(),
        })
    }
}

impl Sorted<'_> {
    fn next_user(&mut self) -> headcount::Result<Option<Arc<User>>> {
        loop {
            match self.found.next() {
                // Users who were deleted or got another email meanwhile, as can happen through a server, are left out.
                Some(None) => {}
                Some(found) => return Ok(found),
                None if self.places.len() == 0 => return Ok(None),
                None => {
                    let places: Vec<_> = self.places.by_ref().take(FOUND_MAX).collect();
                    let emails = places.iter().map(|place| UserKey::Email(&place.email));
                    let emails: Vec<_> = emails.collect();
                    self.found = self.directory.users_by(&emails)?.into_iter();
                }
            }
        }
    }
}

impl Iterator for Sorted<'_> {
    type Item = headcount::Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_user().transpose()
    }
}

impl SortPosition {
    fn of(user: &User, key: Key, descending: bool) -> Self {
        Self {
            is_late: (key == Key::None) != descending,
            key,
            email: user.email().as_str().to_owned(),
        }
    }
}

impl Key {
    fn of(user: &User, column: &str, directory: &Directory) -> headcount::Result<Self> {
        let moment = |moment: Timestamp| Self::Number(moment.as_unix_micros());
        let text = |text: &str| Self::Text(text.to_lowercase());
        let found = match column {
            "id" => Some(Self::Text(user.id().to_string())),
            "given_name" => user.given_name().map(text),
            "family_name" => user.family_name().map(text),
            "active" => Some(Self::Number(user.is_active().into())),
            "admin" => Some(Self::Number(user.is_admin().into())),
            "updated_at" => Some(moment(user.updated_at())),
            "deactivated_at" => user.deactivated_at().map(moment),
            LAST_SEEN => directory.last_seen(user.id())?.map(moment),
            "version" => Some(Self::Number(user.version())),
            _ => match column.split_once('.') {
                Some(("attributes", name)) => user.attribute(name).map(text),
                Some((_, provisioner)) => user
                    .external_id(provisioner)
                    .map(|id| Self::Text(id.to_owned())),
                None => None,
            },
        };
        Ok(found.unwrap_or(Self::None))
    }
}
