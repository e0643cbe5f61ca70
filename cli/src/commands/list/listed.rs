//! The users of a list, in the order of one of the library's indexes.

use std::iter::Enumerate;
use std::sync::Arc;
use std::vec;

use headcount::{User, UserQuery};

use crate::commands::filter::Filter;
use crate::directory::Directory;
use crate::failure::Result;

/// Users who meet the conditions, read a page at a time: up to a number, or all.
pub(super) struct Listed<'a> {
    directory: &'a Directory,
    filter: Filter,
    page: Enumerate<vec::IntoIter<Arc<User>>>,
    /// How many are yet to be handed out.
    left: usize,
    /// Where the page begins, and where the next one does.
    start: Option<String>,
    next: Option<String>,
    /// The page and the number in it of the last user handed out.
    last: (Option<String>, usize),
    /// Where the users begin who were left for another list.
    pub(super) rest: Option<String>,
}

impl<'a> Listed<'a> {
    /// Reads the first page, so that what is refused is so before anything is shown.
    pub(super) fn start(
        directory: &'a Directory,
        filter: Filter,
        after: Option<String>,
        limit: Option<usize>,
    ) -> Result<Self> {
        let mut listed = Self {
            directory,
            filter,
            page: Vec::new().into_iter().enumerate(),
            left: limit.unwrap_or(usize::MAX),
            start: None,
            next: after,
            last: (None, 0),
            rest: None,
        };
        listed.read_page()?;
        Ok(listed)
    }

    fn read_page(&mut self) -> headcount::Result<()> {
        self.start = self.next.take();
        let wanted = if self.filter.is_query() {
            self.left
        } else {
            usize::MAX
        };
        let page = self
            .directory
            .query(&self.query(self.start.as_deref(), wanted.min(UserQuery::LIMIT_MAX)))?;
        self.page = page.users.into_iter().enumerate();
        self.next = page.next;
        Ok(())
    }

    fn query(&self, after: Option<&str>, limit: usize) -> UserQuery {
        let query = self.filter.query.clone().limit(limit);
        match after {
            Some(cursor) => query.after(cursor),
            None => query,
        }
    }

    /// Notes that there are more users than were asked for. The library names the place
    /// of the last user of a page alone, so the page up to them is asked for again.
    fn leave_the_rest(&mut self) -> headcount::Result<()> {
        let (start, number) = &self.last;
        let page = self
            .directory
            .query(&self.query(start.as_deref(), number + 1))?;
        self.rest = page.next;
        self.next = None;
        self.page = Vec::new().into_iter().enumerate();
        Ok(())
    }

    fn next_user(&mut self) -> headcount::Result<Option<Arc<User>>> {
        loop {
            while let Some((number, user)) = self.page.next() {
                if !self.filter.holds(&user) {
                    continue;
                }
                if self.left == 0 {
                    self.leave_the_rest()?;
                    return Ok(None);
                }
                self.left -= 1;
                self.last.0.clone_from(&self.start);
                self.last.1 = number;
                return Ok(Some(user));
            }
            if self.next.is_none() {
                return Ok(None);
            }
            if self.left == 0 && self.filter.is_query() {
                self.rest = self.next.take();
                return Ok(None);
            }
            self.read_page()?;
        }
    }
}

impl Iterator for Listed<'_> {
    type Item = headcount::Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_user()
            .inspect_err(|_| {
                // A list that failed keeps failing: it can't be told to be complete.
                self.left = 0;
                self.next = None;
            })
            .transpose()
    }
}
