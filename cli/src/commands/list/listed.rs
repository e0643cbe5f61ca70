//! The users of a list, in the order of one of the library's indexes.

use std::sync::Arc;
use std::vec;

use headcount::{User, UserQuery};

use crate::directory::Directory;
use crate::failure::Result;

/// Users who meet the conditions, read a page at a time: up to a number, or all.
pub(super) struct Listed<'a> {
    directory: &'a Directory,
    query: UserQuery,
    page: vec::IntoIter<Arc<User>>,
    /// How many more users may be returned.
    left: usize,
    /// Where the next page begins.
    next: Option<String>,
    /// Where the next list continues, if users are left.
    pub(super) rest: Option<String>,
}

impl<'a> Listed<'a> {
    /// Reads the first page, so that a refusal comes before any output.
    pub(super) fn start(
        directory: &'a Directory,
        query: UserQuery,
        limit: Option<usize>,
    ) -> Result<Self> {
        let mut listed = Self {
            directory,
            query,
            page: Vec::new().into_iter(),
            left: limit.unwrap_or(usize::MAX),
            next: None,
            rest: None,
        };
        listed.read_page()?;
        Ok(listed)
    }

    fn read_page(&mut self) -> headcount::Result<()> {
        let query = self
            .query
            .clone()
            .limit(self.left.min(UserQuery::LIMIT_MAX));
        let page = self.directory.query(&query)?;
        self.page = page.users.into_iter();
        self.next = page.next;
        Ok(())
    }

    fn next_user(&mut self) -> headcount::Result<Option<Arc<User>>> {
        loop {
            if let Some(user) = self.page.next() {
                self.left -= 1;
                return Ok(Some(user));
            }
            let Some(next) = self.next.take() else {
                return Ok(None);
            };
            if self.left == 0 {
                self.rest = Some(next);
                return Ok(None);
            }
            self.query = self.query.clone().after(&*next);
            self.read_page()?;
        }
    }
}

impl Iterator for Listed<'_> {
    type Item = headcount::Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_user()
            .inspect_err(|_| {
                // After an error the list ends without a cursor: no cursor would mean that it is complete.
                self.left = 0;
                self.next = None;
            })
            .transpose()
    }
}
