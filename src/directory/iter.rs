//! Iterators over one consistent state.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::holds::Hold;
use super::{Directory, UserView};
use crate::engine::embedded::Snapshot;
use crate::error::Result;
use crate::model::{Change, User, Workspace, WorkspaceId};
use crate::rules::read;

/// The number of records that an iterator reads at a time.
const PAGE: usize = 256;

/// All users as they were at one moment, ordered by email.
///
/// Made by [`Directory::users`](crate::Directory::users). Until its last users are read, it
/// holds that state of the directory, so the file can't reuse the space of later changes. It is
/// not held without bounds: once the file has more than doubled, and has grown by more than
/// four times [`Options::log_bytes`](crate::Options::log_bytes) (256 MiB by default), the list
/// is closed, and reading on fails with [`Closed`](crate::ErrorKind::Closed); then start again.
/// Only writing makes the file grow. To page through users at leisure, use
/// [`Directory::query`](crate::Directory::query), which holds nothing between pages.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("steve@ex.co")?;
/// directory.create_user("ann@ex.co")?;
/// let users = directory.users()?;
/// assert_eq!(users.len(), 2);
/// directory.delete_user("ann@ex.co")?; // not seen by the iterator
/// let users: Vec<_> = users.collect::<Result<_, _>>()?;
/// assert_eq!(users[0].email().as_str(), "ann@ex.co");
/// assert_eq!(users[1].email().as_str(), "steve@ex.co");
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
pub struct Users {
    page: Page<Arc<User>>,
    remaining: u64,
}

impl Users {
    pub(super) fn new(directory: &Directory) -> Result<Self> {
        let page = Page::new(directory)?;
        let totals = read::totals(&page.hold.snapshot()?)?;
        Ok(Self {
            page,
            remaining: totals.active + totals.inactive,
        })
    }

    /// How many users are still to come.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// assert_eq!(directory.users()?.len(), 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn len(&self) -> u64 {
        self.remaining
    }

    /// Whether no users are to come.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// assert!(directory.users()?.is_empty());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.remaining == 0
    }

    /// Calls `visit` for each remaining user until it breaks; returns the value that it
    /// broke with. The user that it broke at stays the next one. Users are lent, not
    /// copied.
    ///
    /// # Errors
    ///
    /// Those of reading; the iteration ends with the first error.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// for name in ["ann", "bob", "cho"] {
    ///     directory.create_user(format!("{name}@ex.co").as_str())?;
    /// }
    /// let mut users = directory.users()?;
    /// let mut room = 2;
    /// users.for_each_view(|_| match room {
    ///     0 => ControlFlow::Break(()),
    ///     _ => {
    ///         room -= 1;
    ///         ControlFlow::Continue(())
    ///     }
    /// })?;
    /// assert_eq!(users.len(), 1);
    /// assert_eq!(users.next().unwrap()?.email().as_str(), "cho@ex.co");
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn for_each_view<B>(
        &mut self,
        mut visit: impl FnMut(UserView<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>> {
        self.visit(|user| visit(*user))
    }

    /// Like [`for_each_view`](Self::for_each_view), with views by reference.
    pub(crate) fn visit<B>(
        &mut self,
        mut visit: impl FnMut(&UserView<'_>) -> ControlFlow<B>,
    ) -> Result<Option<B>> {
        let Self { page, remaining } = self;
        page.check()?;
        while let Some(user) = page.items.as_slice().first() {
            if let ControlFlow::Break(value) = visit(&UserView::from(&**user)) {
                return Ok(Some(value));
            }
            page.items.next();
            *remaining = remaining.saturating_sub(1);
        }
        if page.ended {
            return Ok(None);
        }
        let mut next = None;
        let after = page.last.as_ref().map(|user| user.email_key());
        let snapshot = match page.hold.snapshot() {
            Ok(snapshot) => snapshot,
            Err(error) => {
                page.ended = true;
                return Err(error);
            }
        };
        let read = read::each_user_after(&snapshot, after, |user| {
            let flow = visit(user);
            match flow {
                ControlFlow::Continue(()) => *remaining = remaining.saturating_sub(1),
                ControlFlow::Break(_) => next = Some(Arc::new(user.to_user())),
            }
            flow
        });
        // The user that it broke at was read ahead; reading continues after that user.
        page.ended = next.is_none();
        if page.ended {
            page.hold.release();
        }
        page.items = Vec::from_iter(next.clone()).into_iter();
        page.last = next;
        read
    }
}

impl Iterator for Users {
    type Item = Result<Arc<User>>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.page.next(|snapshot, last| {
            let after = last.map(|user| user.email_key());
            let users = read::users_after(snapshot, after, PAGE)?;
            Ok(users.into_iter().map(Arc::new).collect())
        });
        self.remaining = self.remaining.saturating_sub(u64::from(next.is_some()));
        next
    }
}

impl FusedIterator for Users {}

/// The changes up to the moment of the call, in order.
///
/// Made by [`Directory::changes`](crate::Directory::changes). Like [`Users`], it holds that
/// state until its last change is read, but not for too long.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let mut changes = directory.changes(0)?;
/// directory.create_user("bob@ex.co")?; // not seen by the iterator
/// assert_eq!(changes.next().unwrap()?.sequence, 1);
/// assert!(changes.next().is_none());
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
pub struct Changes {
    page: Page<Change>,
    after: u64,
}

impl Changes {
    pub(super) fn new(directory: &Directory, after: u64) -> Result<Self> {
        let page = Page::new(directory)?;
        // Checks now that the changes can be read, instead of failing at the first one.
        read::changes_after(&page.hold.snapshot()?, after, 1)?;
        Ok(Self { page, after })
    }
}

impl Iterator for Changes {
    type Item = Result<Change>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.after;
        self.page.next(|snapshot, last| {
            read::changes_after(snapshot, last.map_or(start, |change| change.sequence), PAGE)
        })
    }
}

impl FusedIterator for Changes {}

/// All workspaces as they were at one moment, ordered by id.
///
/// Made by [`Directory::workspaces`](crate::Directory::workspaces). Like [`Users`], it holds
/// that state until its last workspace is read, but not for too long.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let own = directory.default_workspace("ann@ex.co")?;
/// for workspace in directory.workspaces()? {
///     assert_eq!(workspace?, own);
/// }
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Debug)]
pub struct Workspaces {
    page: Page<Workspace>,
    start: WorkspaceId,
}

impl Workspaces {
    pub(super) fn new(directory: &Directory) -> Result<Self> {
        Ok(Self {
            page: Page::new(directory)?,
            start: WorkspaceId::from_u64(0),
        })
    }

    /// Starts behind the workspace with this id, which may have been deleted. Call it before
    /// reading; later it has no effect.
    ///
    /// ```
    /// # use headcount::{Directory, NewWorkspace};
    /// # let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?.id();
    /// let first = directory.create_workspace(NewWorkspace::new("first").owner(ann))?;
    /// let second = directory.create_workspace(NewWorkspace::new("second").owner(ann))?;
    ///
    /// let mut behind = directory.workspaces()?.after(first.id());
    /// assert_eq!(behind.next().transpose()?, Some(second));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    #[must_use]
    pub fn after(mut self, id: WorkspaceId) -> Self {
        self.start = id;
        self
    }
}

#[cfg(feature = "capi")]
impl Workspaces {
    /// Fails if the directory was closed.
    pub(crate) fn check(&self) -> Result<()> {
        self.page.directory.check()
    }
}

impl Iterator for Workspaces {
    type Item = Result<Workspace>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start;
        self.page.next(|snapshot, last| {
            let after = last.map_or(start, Workspace::id);
            read::workspaces_after(snapshot, after, PAGE)
        })
    }
}

impl FusedIterator for Workspaces {}

/// Records read ahead from one state, and the position to continue from.
struct Page<T> {
    hold: Arc<Hold>,
    /// Keeps the file open, which a snapshot alone doesn't.
    directory: Directory,
    items: std::vec::IntoIter<T>,
    last: Option<T>,
    /// Whether the last page was short or failed, so that nothing follows.
    ended: bool,
}

impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("read_ahead", &self.items.len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<T: Clone> Page<T> {
    fn new(directory: &Directory) -> Result<Self> {
        directory.check()?;
        Ok(Self {
            hold: directory.shared.holds.hold(&directory.shared.engine)?,
            directory: directory.clone(),
            items: Vec::new().into_iter(),
            last: None,
            ended: false,
        })
    }

    /// Fails if the directory was closed meanwhile; that ends the iteration.
    fn check(&mut self) -> Result<()> {
        if self.ended && self.items.len() == 0 {
            return Ok(());
        }
        self.directory.check().inspect_err(|_| {
            self.ended = true;
            self.items = Vec::new().into_iter();
        })
    }

    /// The next record; `read_after` reads up to [`PAGE`] more after the last one.
    fn next(
        &mut self,
        read_after: impl FnOnce(&Snapshot, Option<&T>) -> Result<Vec<T>>,
    ) -> Option<Result<T>> {
        if let Err(error) = self.check() {
            return Some(Err(error));
        }
        if self.items.len() == 0 && !self.ended {
            let snapshot = self.hold.snapshot();
            match snapshot.and_then(|snapshot| read_after(&snapshot, self.last.as_ref())) {
                Ok(items) => {
                    self.ended = items.len() < PAGE;
                    if self.ended {
                        self.hold.release();
                    }
                    self.last = items.last().cloned();
                    self.items = items.into_iter();
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        self.items.next().map(Ok)
    }
}

impl<T> Drop for Page<T> {
    /// In a child of `fork`, the state and its locks belong to the parent, so they are
    /// leaked.
    fn drop(&mut self) {
        if self.directory.shared.gate.is_forked() {
            std::mem::forget(Arc::clone(&self.hold));
        }
    }
}
