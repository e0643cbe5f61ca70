//! Answering queries: the narrowest index is read, and the rest is checked on
//! each user.

mod cursor;
mod source;
mod views;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use self::cursor::Place;
use self::source::{Source, Stream};
pub(crate) use self::views::each_of_page;
use super::read;
use crate::codec::{UserView, keys};
use crate::engine::{Order, Read};
use crate::error::Result;
use crate::model::{User, UserPage, UserQuery, Username};

/// One page of the users that match.
pub(crate) fn page(read: &impl Read, query: &UserQuery) -> Result<UserPage> {
    query.check()?;
    let after = query
        .after
        .as_deref()
        .map(|text| Place::parse(query.sort, text))
        .transpose()?;
    let Some(conditions) = Conditions::of(query) else {
        return Ok(UserPage::default());
    };
    let source = source::choose(read, query, &conditions)?;
    // One more than fits tells whether there is a next page.
    let wanted = query.limit + 1;
    let mut found = if source.sort == Some(query.sort) {
        first_in_order(read, &source, &conditions, after.as_ref(), wanted)?
    } else {
        smallest(read, &source, &conditions, after.as_ref(), wanted)?
    };
    let is_last = found.len() < wanted;
    found.truncate(query.limit);
    let next = match found.last() {
        Some(last) if !is_last => Some(Place::of(query.sort, last).to_string()),
        _ => None,
    };
    Ok(UserPage {
        users: found.into_iter().map(Arc::new).collect(),
        next,
    })
}

/// How many users match. Reads counters alone where the only condition is
/// whether users are active, and otherwise all of the index.
pub(crate) fn count(read: &impl Read, query: &UserQuery) -> Result<u64> {
    let Some(conditions) = Conditions::of(query) else {
        return Ok(0);
    };
    if conditions.is_state_only() {
        let totals = read::totals(read)?;
        return Ok(match conditions.active {
            Some(true) => totals.active,
            Some(false) => totals.inactive,
            None => totals.active + totals.inactive,
        });
    }
    let source = source::choose(read, query, &conditions)?;
    let mut stream = Stream::new(&source, None, Order::Ascending, usize::MAX);
    let mut count = 0;
    while let Some(user) = stream.next(read)? {
        count += u64::from(conditions.hold_for(&UserView::from(&user)));
    }
    Ok(count)
}

/// The source is in the order of the query: reads on from the cursor.
fn first_in_order(
    read: &impl Read,
    source: &Source,
    conditions: &Conditions<'_>,
    after: Option<&Place>,
    wanted: usize,
) -> Result<Vec<User>> {
    let mut stream = Stream::new(source, after, conditions.order(), wanted);
    let mut found = Vec::new();
    while found.len() < wanted
        && let Some(user) = stream.next(read)?
    {
        if conditions.hold_for(&UserView::from(&user)) {
            found.push(user);
        }
    }
    Ok(found)
}

/// The source is in another order: reads all of it, and keeps the users that
/// come first behind the cursor.
fn smallest(
    read: &impl Read,
    source: &Source,
    conditions: &Conditions<'_>,
    after: Option<&Place>,
    wanted: usize,
) -> Result<Vec<User>> {
    let mut stream = Stream::new(source, None, Order::Ascending, usize::MAX);
    let order = conditions.order();
    let after = after.map(|place| InOrder(order, place.clone()));
    let mut kept = BTreeMap::new();
    while let Some(user) = stream.next(read)? {
        if !conditions.hold_for(&UserView::from(&user)) {
            continue;
        }
        // No two users have the same place.
        let place = InOrder(order, Place::of(conditions.query.sort, &user));
        if after.as_ref().is_none_or(|after| place > *after) {
            kept.insert(place, user);
            if kept.len() > wanted {
                kept.pop_last();
            }
        }
    }
    Ok(kept.into_values().collect())
}

/// A place that compares as the order of the query says.
#[derive(PartialEq, Eq)]
struct InOrder(Order, Place);

impl PartialOrd for InOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.0 {
            Order::Ascending => self.1.cmp(&other.1),
            Order::Descending => other.1.cmp(&self.1),
        }
    }
}

/// The conditions of a query, in the forms that keys have. Membership is not
/// among them: where it is asked for, the source has nobody else.
struct Conditions<'q> {
    query: &'q UserQuery,
    active: Option<bool>,
    email_domain: Option<String>,
    username_prefix: Option<String>,
}

impl<'q> Conditions<'q> {
    /// `None` where nobody can match.
    fn of(query: &'q UserQuery) -> Option<Self> {
        let email_domain = match &query.email_domain {
            Some(text) => Some(keys::domain_key(text)?),
            None => None,
        };
        let username_prefix = query.username_prefix.as_deref().map(username_prefix_key);
        Some(Self {
            query,
            active: query.active,
            email_domain,
            username_prefix,
        })
    }

    fn hold_for(&self, user: &UserView<'_>) -> bool {
        let query = self.query;
        let email_key = user.email_key();
        let domain = || email_key.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.active.is_none_or(|active| user.is_active() == active)
            && (!query.admin || user.is_admin())
            && query
                .email_prefix
                .as_deref()
                .is_none_or(|prefix| email_key.starts_with(prefix))
            && self
                .email_domain
                .as_deref()
                .is_none_or(|wanted| domain() == wanted)
            && self
                .username_prefix
                .as_deref()
                .is_none_or(|prefix| user.username_key().starts_with(prefix))
            && query
                .created_since
                .is_none_or(|moment| user.created_at() >= moment)
            && query
                .changed_since
                .is_none_or(|moment| user.updated_at() >= moment)
    }

    fn order(&self) -> Order {
        if self.query.descending {
            Order::Descending
        } else {
            Order::Ascending
        }
    }

    fn is_state_only(&self) -> bool {
        let query = self.query;
        !query.admin
            && query.workspace.is_none()
            && query.email_prefix.is_none()
            && self.email_domain.is_none()
            && self.username_prefix.is_none()
            && query.created_since.is_none()
            && query.changed_since.is_none()
    }
}

/// The prefix as it stands in keys. A part of a username may be none by itself:
/// then lower case is all that can be done for it.
fn username_prefix_key(text: &str) -> String {
    let text = text.trim_ascii();
    if text.contains('@') {
        return text.to_ascii_lowercase();
    }
    Username::lookup_key(text).map_or_else(|| text.to_lowercase(), std::borrow::Cow::into_owned)
}
