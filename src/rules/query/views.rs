//! A page of a query, shown to a visitor instead of being copied.

use std::ops::ControlFlow;

use super::cursor::Place;
use super::{Conditions, page, source};
use crate::codec::UserView;
use crate::engine::Read;
use crate::error::Result;
use crate::model::{Sort, UserQuery};
use crate::rules::read;

/// Shows the users of a page to `visit` until it breaks, and returns the cursor of
/// the users behind the last that it saw, if there may be any.
///
/// Where the page is a part of the users' own records, nothing is copied. Of an index,
/// the users are looked up first.
pub(crate) fn each_of_page(
    read: &impl Read,
    query: &UserQuery,
    mut visit: impl FnMut(UserView<'_>) -> ControlFlow<()>,
) -> Result<Option<String>> {
    query.check()?;
    let after = match &query.after {
        Some(text) => Some(Place::parse(query.sort, text)?),
        None => None,
    };
    let Some(conditions) = Conditions::of(query) else {
        return Ok(None);
    };
    let source = source::choose(read, query, &conditions)?;
    let in_order = source.sort == Some(Sort::Email) && query.sort == Sort::Email;
    let Some(left) = source
        .records(after.as_ref(), conditions.order())
        .filter(|_| in_order)
    else {
        return each_of_copied(read, query, visit);
    };
    let range = (
        left.0.as_ref().map(Vec::as_slice),
        left.1.as_ref().map(Vec::as_slice),
    );
    let (mut seen, mut last, mut next) = (0, None, None);
    read::each_user_in(read, range, conditions.order(), |user| {
        if !conditions.hold_for(user) {
            return ControlFlow::Continue(());
        }
        if last.is_some() {
            // One more than fits: there is a next page.
            next = last.take();
            return ControlFlow::Break(());
        }
        seen += 1;
        let place = || Some(Place::Email(user.email_key().to_owned()).to_string());
        let flow = visit(*user);
        if flow.is_break() {
            next = place();
        } else if seen == query.limit {
            last = place();
        }
        flow
    })?;
    Ok(next)
}

fn each_of_copied(
    read: &impl Read,
    query: &UserQuery,
    mut visit: impl FnMut(UserView<'_>) -> ControlFlow<()>,
) -> Result<Option<String>> {
    let page = page(read, query)?;
    for user in &page.users {
        if visit(UserView::from(&**user)).is_break() {
            return Ok(Some(Place::of(query.sort, user).to_string()));
        }
    }
    Ok(page.next)
}
