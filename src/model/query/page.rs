//! The result of a query: a page of users.

use std::sync::Arc;

use crate::model::User;

/// How a visit of one page ended: see
/// [`Directory::for_each_in_page`](crate::Directory::for_each_in_page).
///
/// ```
/// use std::ops::ControlFlow;
/// use headcount::{Directory, UserQuery};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.create_user("bob@ex.co")?;
/// let visited = directory.for_each_in_page(&UserQuery::new(), |user| {
///     ControlFlow::Break(user.id())
/// })?;
/// assert!(visited.broke_with.is_some());
/// assert!(visited.next.is_some()); // bob is behind
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageVisit<B> {
    /// The cursor after the last user visited; `None` if no user follows. It contains the
    /// email or username of that user: treat it as personal data.
    pub next: Option<String>,
    /// The value that the visitor broke with; `None` if it visited the whole page.
    pub broke_with: Option<B>,
}

/// One page of a query: see [`Directory::query`](crate::Directory::query).
///
/// ```
/// use headcount::{Directory, UserQuery};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let page = directory.query(&UserQuery::new())?;
/// assert_eq!(page.users[0].email().as_str(), "ann@ex.co");
/// assert_eq!(page.next, None); // the last page
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UserPage {
    /// The users, in the order of the query.
    pub users: Vec<Arc<User>>,
    /// The cursor of the next page; `None` if this is the last. It contains the email or
    /// username of the last user: treat it as personal data.
    pub next: Option<String>,
}
