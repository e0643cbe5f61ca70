//! The users that Python code read last, as objects, so that reading them again takes no
//! more than a look into a dict.
//!
//! It keeps to the rules of [`headcount::Directory::generation`]: everything in it is of
//! one generation, an even one, and a hit counts only while the generation is still that.
//! The interpreter's lock makes each of these methods one step.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::user::User;

/// By what a user was asked for.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Id,
    Email,
    Username,
    /// Any of these.
    Either,
}

/// A bounded cache of users by the texts that they were asked for.
pub(crate) struct HostCache {
    by: [Py<PyDict>; 4],
    /// The generation of everything in it.
    generation: AtomicU64,
    /// Entries for each kind of key; at that many it begins anew.
    entries_max: usize,
}

impl HostCache {
    pub(crate) fn new(py: Python<'_>, entries_max: usize) -> Self {
        let dict = || PyDict::new(py).unbind();
        Self {
            by: [dict(), dict(), dict(), dict()],
            generation: AtomicU64::new(0),
            entries_max,
        }
    }

    /// A cache of the same size.
    pub(crate) fn another(&self, py: Python<'_>) -> Self {
        Self::new(py, self.entries_max)
    }

    /// The user of this text, if that is known and the directory is in this generation.
    #[inline]
    pub(crate) fn get<'py>(
        &self,
        py: Python<'py>,
        key: Key,
        text: &Bound<'py, PyString>,
        generation: u64,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if generation % 2 == 1 || generation != self.generation.load(Ordering::Relaxed) {
            return Ok(None);
        }
        self.by[key as usize].bind(py).get_item(text)
    }

    /// Keeps a user who was read after the generation was.
    pub(crate) fn put<'py>(
        &self,
        py: Python<'py>,
        key: Key,
        text: &Bound<'py, PyString>,
        user: &Bound<'py, User>,
        generation: u64,
    ) -> PyResult<()> {
        let kept = self.generation.load(Ordering::Relaxed);
        // A text of a class of its own may compare as it likes.
        if generation % 2 == 1
            || generation < kept
            || self.entries_max == 0
            || !text.is_exact_instance_of::<PyString>()
        {
            return Ok(());
        }
        if generation > kept {
            for dict in &self.by {
                dict.bind(py).clear();
            }
            self.generation.store(generation, Ordering::Relaxed);
        }
        let dict = self.by[key as usize].bind(py);
        if dict.len() >= self.entries_max {
            dict.clear();
        }
        dict.set_item(text, user)
    }

    /// Users in it, counted once for each text.
    pub(crate) fn len(&self, py: Python<'_>) -> usize {
        self.by.iter().map(|dict| dict.bind(py).len()).sum()
    }
}
