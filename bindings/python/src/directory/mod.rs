//! The class `Directory`: opening, finding and closing. What writes is in the files
//! beside this one.

pub(crate) mod files;
mod users;
mod workspaces;

pub(crate) use workspaces::new_workspace;

use std::path::PathBuf;
use std::sync::Arc;

use headcount::Options;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arguments::{Id, Named, Seated, number, number_of_seconds, query};
use crate::cache::{HostCache, Key};
use crate::errors::raised;
use crate::user::User;
use crate::waiting::{open_within, seconds};
use crate::{lists, logging, records};

/// A directory of users in a file, or in memory.
///
/// It is a context manager that closes it at the end. Any number of threads can use it at
/// once. A child of `fork` can't: it must open the file itself, after the parent has closed
/// it.
#[pyclass(frozen, module = "headcount")]
pub(crate) struct Directory {
    pub(crate) inner: headcount::Directory,
    cache: HostCache,
    path: Option<PathBuf>,
}

#[pymethods]
impl Directory {
    /// Opens the directory in the file at `path`, which is created if it is missing.
    ///
    /// `license` is that of a new file: "community" (five seats, the default),
    /// "enterprise" or a number of seats. With `create_if_missing=False`, a missing file raises
    /// `IoError`. Any number of processes can read a file with `read_only=True`, while none writes.
    /// `open_timeout` is how many seconds to wait for a file that somebody else has open, which
    /// then raises `AlreadyOpenError`. With `salvage_log=True`, a directory whose log is missing or
    /// damaged is opened without the commits that only the log has; otherwise that raises
    /// `LogMissingError`, `LogForeignError` or `CorruptedError`. `sync_interval` is how many
    /// seconds may pass between two syncs of the disk (up to a day), instead of one with each write:
    /// if the machine stops, the writes of the last interval can be lost.
    ///
    /// `cache_bytes` and `page_cache_bytes` are how many bytes of memory the caches of users and of
    /// pages take, 64 MiB each by default; `log_bytes` is how many bytes the log may grow to, from
    /// 1 MiB to 4 GiB. `cached_users` is how many users are cached as Python objects, for each of
    /// `user`, `user_by_id`, `user_by_email` and `user_by_username`; 0 is none. Each `Directory` has
    /// such a cache of its own, also one that `acting_as` or `through` returns.
    #[new]
    #[pyo3(signature = (
        path, *, license=None, create_if_missing=true, read_only=false, open_timeout=0.0,
        salvage_log=false, sync_interval=None, cache_bytes=None, page_cache_bytes=None,
        log_bytes=None, cached_users=10_000,
    ))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        license: Option<Seated>,
        create_if_missing: bool,
        read_only: bool,
        #[pyo3(from_py_with = number_of_seconds)] open_timeout: f64,
        salvage_log: bool,
        #[pyo3(from_py_with = number_of_seconds)] sync_interval: Option<f64>,
        #[pyo3(from_py_with = number)] cache_bytes: Option<usize>,
        #[pyo3(from_py_with = number)] page_cache_bytes: Option<usize>,
        #[pyo3(from_py_with = number)] log_bytes: Option<u64>,
        #[pyo3(from_py_with = number)] cached_users: usize,
    ) -> PyResult<Self> {
        let mut options = Options::new()
            .create_if_missing(create_if_missing)
            .read_only(read_only)
            .salvage_log(salvage_log)
            .sync_interval(sync_interval.map(seconds).transpose()?);
        if let Some(Seated(license)) = license {
            options = options.license_if_new(license);
        }
        if let Some(bytes) = cache_bytes {
            options = options.user_cache_bytes(bytes);
        }
        if let Some(bytes) = page_cache_bytes {
            options = options.page_cache_bytes(bytes);
        }
        if let Some(bytes) = log_bytes {
            options = options.log_bytes(bytes);
        }
        let inner = open_within(py, seconds(open_timeout)?, |wait| {
            options.clone().open_timeout(wait).open(&path)
        })?;
        logging::hand_over(py);
        Ok(Self {
            inner,
            cache: HostCache::new(py, cached_users),
            path: Some(path),
        })
    }

    /// Creates a directory in memory, which is gone when it is closed. The keywords are
    /// those of `Directory`.
    #[staticmethod]
    #[pyo3(signature = (*, license=None, cache_bytes=None, cached_users=10_000))]
    fn in_memory(
        py: Python<'_>,
        license: Option<Seated>,
        #[pyo3(from_py_with = number)] cache_bytes: Option<usize>,
        #[pyo3(from_py_with = number)] cached_users: usize,
    ) -> PyResult<Self> {
        let mut options = Options::new();
        if let Some(Seated(license)) = license {
            options = options.license_if_new(license);
        }
        if let Some(bytes) = cache_bytes {
            options = options.user_cache_bytes(bytes);
        }
        let inner = options.in_memory().map_err(raised)?;
        Ok(Self {
            inner,
            cache: HostCache::new(py, cached_users),
            path: None,
        })
    }

    /// Finishes pending work and releases the file. Later calls raise
    /// `ClosedError`; closing again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.write(py, |directory| directory.clone().close())
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, pyo3::types::PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    /// A handle whose writes are made by this user: each change records the user, and
    /// the user can't deactivate or delete themself with it.
    fn acting_as(&self, py: Python<'_>, user: Id) -> Self {
        Self {
            inner: self.inner.acting_as(user.0),
            cache: self.cache.another(py),
            path: self.path.clone(),
        }
    }

    /// A handle whose writes come through this door: a short name of the client or the
    /// interface, such as `rest` or `scim:okta`, that is recorded in each change. You choose
    /// the names: 1 to 32 letters, digits and `-_.:/` of ASCII; with another one, each write
    /// raises `InvalidArgumentError`.
    fn through(&self, py: Python<'_>, door: &str) -> Self {
        Self {
            inner: self.inner.through(door),
            cache: self.cache.another(py),
            path: self.path.clone(),
        }
    }

    /// The user that an id, an email or a username names; None when there is none.
    fn user<'py>(
        &self,
        py: Python<'py>,
        user: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Ok(text) = user.cast::<PyString>() {
            return self.get(py, Key::Either, text, |directory, text| {
                directory.user(text)
            });
        }
        let Named(user) = user.extract()?;
        object(py, self.read(py, |directory| directory.user(user))?)
    }

    /// The user with this id, a `str` or `uuid.UUID`; None when there is none.
    fn user_by_id<'py>(
        &self,
        py: Python<'py>,
        id: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Ok(text) = id.cast::<PyString>() {
            return self.get(py, Key::Id, text, |directory, text| {
                directory.user_by_id(text.parse()?)
            });
        }
        let Id(id) = id.extract()?;
        object(py, self.read(py, |directory| directory.user_by_id(id))?)
    }

    /// The user with this email, without regard to the case of ASCII letters; None when
    /// there is none, and for a text that is not an address.
    fn user_by_email<'py>(
        &self,
        py: Python<'py>,
        email: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.get(py, Key::Email, email, headcount::Directory::user_by_email)
    }

    /// The user with this username, without regard to case; None when there is none.
    fn user_by_username<'py>(
        &self,
        py: Python<'py>,
        username: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.get(
            py,
            Key::Username,
            username,
            headcount::Directory::user_by_username,
        )
    }

    /// All users, active or not, ordered by email, as they are at this moment: an
    /// iterator, and a stream for Arrow.
    fn users(&self, py: Python<'_>) -> PyResult<lists::Users> {
        self.read(py, headcount::Directory::users)
            .map(lists::Users::new)
    }

    /// One page of the users that match all conditions, and the cursor of the next page.
    ///
    /// The conditions are `active` (True or False), `admins` (True for admins, False for all
    /// others), `member_of` (a workspace) with or without `role` ("owner" or "user"),
    /// `email_prefix`, `email_domain`, `username_prefix`, `search` (words that the email, the
    /// username or the names contain), `attributes` (a dict; None stands for any value),
    /// `created_since`, `created_before`, `changed_since`, `changed_before`, `seen_since` and
    /// `seen_before` (each a `datetime` with a time zone). None is no condition.
    ///
    /// `sort` is "email" (the default), "username" or "created"; `descending=True` reverses it.
    /// `limit` is the number of users on a page, 1 to 10,000: 100 by default. `after` is the `next` of
    /// the page before.
    #[pyo3(signature = (**conditions))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        conditions: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let query = query(conditions)?;
        let mut users = Vec::new();
        let visited = self.read(py, |directory| {
            directory.for_each_in_page(&query, |user| {
                users.push(User::from(user));
                std::ops::ControlFlow::<()>::Continue(())
            })
        })?;
        records::page(py, users, visited.next)
    }

    /// How many users match all conditions, which are those of `query`, regardless of the limit.
    #[pyo3(signature = (**conditions))]
    fn count(&self, py: Python<'_>, conditions: Option<&Bound<'_, PyDict>>) -> PyResult<u64> {
        let query = query(conditions)?;
        self.read(py, |directory| directory.count(&query))
    }

    /// How many users there are, active or not.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let users = self.read(py, headcount::Directory::len)?;
        Ok(usize::try_from(users).unwrap_or(usize::MAX))
    }

    /// A directory is always true, even without users.
    #[expect(clippy::unused_self, reason = "a method in Python")]
    fn __bool__(&self) -> bool {
        true
    }

    /// The license in force, and how its seats are used.
    fn seats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        records::seats(py, &self.read(py, headcount::Directory::seats)?)
    }

    /// How many users the cache in front of the library holds, by all keys.
    #[getter]
    fn cached_users(&self, py: Python<'_>) -> usize {
        self.cache.len(py)
    }

    /// The path that it was opened with; None in memory.
    #[getter]
    fn path(&self) -> Option<PathBuf> {
        self.path.clone()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let of = match &self.path {
            Some(path) => path.as_os_str().into_pyobject(py)?.repr()?.to_string(),
            None => "in memory".to_owned(),
        };
        Ok(match self.inner.seats() {
            Ok(seats) => format!("<headcount.Directory {of}: {seats}>"),
            Err(error) => format!("<headcount.Directory {of}: {}>", error.kind().name()),
        })
    }

    /// What it holds is a file and locks, which no other process can be given.
    #[expect(clippy::unused_self, reason = "a method in Python")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(pyo3::exceptions::PyTypeError::new_err(
            "a Directory can't be pickled or copied: it belongs to this process; \
             pass its path, or what was read from it",
        ))
    }
}

impl Directory {
    /// A user by a text, from the cache where that is right.
    #[inline]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: Key,
        text: &Bound<'py, PyString>,
        read: impl FnOnce(
            &headcount::Directory,
            &str,
        ) -> headcount::Result<Option<Arc<headcount::User>>>
        + Send,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let generation = self.inner.generation();
        if let Some(user) = self.cache.get(py, key, text, generation)? {
            return Ok(Some(user));
        }
        let typed = text.to_str()?;
        let found = self.read(py, |directory| read(directory, typed))?;
        let Some(user) = found else { return Ok(None) };
        let user = Bound::new(py, User::from(user))?;
        self.cache.put(py, key, text, &user, generation)?;
        Ok(Some(user.into_any()))
    }

    /// Reads, without the interpreter's lock where that may touch a disk.
    pub(crate) fn read<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&headcount::Directory) -> headcount::Result<T> + Send,
    ) -> PyResult<T> {
        let read = || read(&self.inner);
        let result = if self.path.is_some() {
            py.detach(read)
        } else {
            read()
        };
        result.map_err(raised)
    }

    /// Writes, without the interpreter's lock: a write waits for the disk and for others.
    pub(crate) fn write<T: Send>(
        &self,
        py: Python<'_>,
        write: impl FnOnce(&headcount::Directory) -> headcount::Result<T> + Send,
    ) -> PyResult<T> {
        let result = py.detach(|| write(&self.inner));
        logging::hand_over(py);
        result.map_err(raised)
    }
}

/// A user whom somebody found, as an object.
fn object(
    py: Python<'_>,
    user: Option<Arc<headcount::User>>,
) -> PyResult<Option<Bound<'_, PyAny>>> {
    user.map(|user| Bound::new(py, User::from(user)).map(Bound::into_any))
        .transpose()
}
