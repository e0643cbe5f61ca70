//! Answering queries: reads the most selective index, and checks the other conditions on
//! each user.
//!
//! [`visit`] is the only executor: it visits matching users as views of the store. Counts,
//! pages and visits of pages are folds over it.

mod conditions;
mod cursor;
mod source;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use self::conditions::Conditions;
use self::cursor::CursorPosition;
use self::source::IndexSource;
use super::read;
use crate::codec::UserView;
use crate::engine::{Order, Read};
use crate::error::Result;
use crate::model::{Timestamp, User, UserId, UserPage, UserQuery};

/// When users were last seen: sightings that are not in the store yet.
pub(crate) type Sightings = HashMap<UserId, Timestamp>;

/// A query, and the state needed to answer it.
struct Asked<'q> {
    query: &'q UserQuery,
    conditions: Conditions<'q>,
    source: IndexSource,
    after: Option<CursorPosition>,
}

impl<'q> Asked<'q> {
    /// `None` if nobody can match.
    fn new(
        read: &impl Read,
        query: &'q UserQuery,
        sightings: &'q Sightings,
    ) -> Result<Option<Self>> {
        query.check_conditions()?;
        let after = match &query.after {
            Some(text) => Some(CursorPosition::parse(query.sort, text)?),
            None => None,
        };
        let Some(conditions) = Conditions::of(query, sightings) else {
            return Ok(None);
        };
        let source = source::choose(read, query, &conditions)?;
        Ok(Some(Self {
            query,
            conditions,
            source,
            after,
        }))
    }

    /// Whether the source is in the order of the query, so that reading can start at the
    /// cursor.
    fn is_in_order(&self) -> bool {
        self.source.sort == Some(self.query.sort)
    }

    fn order(&self) -> Order {
        if self.query.descending {
            Order::Descending
        } else {
            Order::Ascending
        }
    }
}

/// One page of the users that match.
pub(crate) fn page(read: &impl Read, query: &UserQuery, sightings: &Sightings) -> Result<UserPage> {
    let mut users = Vec::new();
    let next = each_of_page(read, query, sightings, |user| {
        users.push(Arc::new(user.to_user()));
        ControlFlow::Continue(())
    })?;
    Ok(UserPage { users, next })
}

/// Visits the users of a page until `visit` breaks. Returns the cursor after the last user
/// visited, if more may follow.
pub(crate) fn each_of_page(
    read: &impl Read,
    query: &UserQuery,
    sightings: &Sightings,
    mut visit: impl FnMut(UserView<'_>) -> ControlFlow<()>,
) -> Result<Option<String>> {
    query.check_limit()?;
    let Some(asked) = Asked::new(read, query, sightings)? else {
        return Ok(None);
    };
    if asked.is_in_order() {
        return each_in_order(read, &asked, |user| visit(*user));
    }
    let (users, next) = first_of_all(read, &asked)?;
    for user in &users {
        let view = UserView::from(user);
        if visit(view).is_break() {
            return Ok(Some(CursorPosition::of(query.sort, &view).to_string()));
        }
    }
    Ok(next)
}

/// The number of matching users. If the only condition is whether users are active, it
/// reads only counters; otherwise it reads the whole range of the index. It copies no user.
pub(crate) fn count(read: &impl Read, query: &UserQuery, sightings: &Sightings) -> Result<u64> {
    if query.is_of_state_only() {
        let totals = read::totals(read)?;
        return Ok(match query.active {
            Some(true) => totals.active,
            Some(false) => totals.inactive,
            None => totals.active.saturating_add(totals.inactive),
        });
    }
    let all = query.clone().after(None).limit(usize::MAX);
    let Some(asked) = Asked::new(read, &all, sightings)? else {
        return Ok(0);
    };
    let mut count = 0;
    visit(read, &asked, None, Order::Ascending, |_| {
        count += 1;
        ControlFlow::Continue(())
    })?;
    Ok(count)
}

/// Visits the matching users, in the order of the source, until `visit` breaks.
fn visit(
    read: &impl Read,
    asked: &Asked<'_>,
    after: Option<&CursorPosition>,
    order: Order,
    mut visit: impl FnMut(&UserView<'_>) -> ControlFlow<()>,
) -> Result<()> {
    // One more than a page, to find out whether another page follows.
    let wanted = asked.query.limit.saturating_add(1);
    source::each(read, &asked.source, after, order, wanted, |user| {
        Ok(if asked.conditions.hold_for(read, user)? {
            visit(user)
        } else {
            ControlFlow::Continue(())
        })
    })
}

/// For a source in the order of the query: reads from the cursor up to the first user of
/// the next page.
fn each_in_order(
    read: &impl Read,
    asked: &Asked<'_>,
    mut visit_one: impl FnMut(&UserView<'_>) -> ControlFlow<()>,
) -> Result<Option<String>> {
    let (mut seen, mut last, mut next) = (0, None, None);
    visit(read, asked, asked.after.as_ref(), asked.order(), |user| {
        if last.is_some() {
            next = last.take();
            return ControlFlow::Break(());
        }
        seen += 1;
        let position = || Some(CursorPosition::of(asked.query.sort, user).to_string());
        let flow = visit_one(user);
        if flow.is_break() {
            next = position();
        } else if seen == asked.query.limit {
            last = position();
        }
        flow
    })?;
    Ok(next)
}

/// For a source in another order: reads all of it, and keeps the first users after the
/// cursor. Only those are copied.
fn first_of_all(read: &impl Read, asked: &Asked<'_>) -> Result<(Vec<User>, Option<String>)> {
    let (order, query) = (asked.order(), asked.query);
    let after = asked.after.clone().map(|position| InOrder(order, position));
    let mut kept: BTreeMap<InOrder, User> = BTreeMap::new();
    let mut has_more = false;
    visit(read, asked, None, Order::Ascending, |user| {
        // No two users have the same position.
        let position = InOrder(order, CursorPosition::of(query.sort, user));
        if after.as_ref().is_some_and(|after| position <= *after) {
            return ControlFlow::Continue(());
        }
        let is_full = kept.len() == query.limit;
        has_more |= is_full;
        if is_full
            && kept
                .last_key_value()
                .is_some_and(|(last, _)| *last < position)
        {
            return ControlFlow::Continue(());
        }
        kept.insert(position, user.to_user());
        if is_full {
            kept.pop_last();
        }
        ControlFlow::Continue(())
    })?;
    let last = kept.last_key_value().filter(|_| has_more);
    let next = last.map(|(InOrder(_, position), _)| position.to_string());
    Ok((kept.into_values().collect(), next))
}

/// A position that compares in the order of the query.
#[derive(PartialEq, Eq)]
struct InOrder(Order, CursorPosition);

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
