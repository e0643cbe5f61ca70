//! Directories that are open: one handle for each `Directory` of JavaScript, and any
//! number of handles, of worker threads, for one that is shared.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use headcount::{Changes, Directory, ErrorKind, Users, Workspaces};

use crate::answer::Refusal;
use crate::request::OpenOptions;
use crate::watch::Watch;

/// A directory, for all handles that share it.
struct Shared {
    directory: Directory,
    watch: Watch,
    read_only: bool,
    /// Where it is among those that can be shared.
    path: Option<PathBuf>,
    /// How many handles there are.
    handles: Mutex<usize>,
}

/// Directories that were opened to be shared, by their paths.
static SHARED: Mutex<Option<HashMap<PathBuf, Weak<Shared>>>> = Mutex::new(None);

/// What a `Directory` of JavaScript stands for.
pub struct Handle {
    shared: Arc<Shared>,
    cursors: Mutex<HashMap<u32, Arc<Mutex<Cursor>>>>,
    next_cursor: AtomicU32,
    /// Jobs that were handed in, and whether no more may begin.
    running: Mutex<Running>,
    idle: Condvar,
}

#[derive(Default)]
struct Running {
    jobs: usize,
    is_closed: bool,
}

/// A list that is being read.
pub enum Cursor {
    Users(Box<Users>),
    Workspaces(Box<Workspaces>),
    Changes(Box<Changes>),
}

impl Handle {
    /// Opens a directory: the file at `path`, or one in memory.
    pub fn open(path: Option<&Path>, options: &OpenOptions) -> Result<Self, Refusal> {
        let built = options.build()?;
        let Some(path) = path else {
            return Ok(Self::new(Shared::new(built.in_memory()?, options, None)));
        };
        if !options.shared {
            return Ok(Self::new(Shared::new(built.open(path)?, options, None)));
        }
        // Held until the file is open, or another thread would find it locked.
        let mut all = lock(&SHARED);
        let all = all.get_or_insert_default();
        let known = path
            .canonicalize()
            .ok()
            .and_then(|path| all.get(&path)?.upgrade());
        if let Some(shared) = known {
            if shared.read_only != options.read_only {
                let what = "this process has the file open, to read and write if it is now to be \
                            read only, or else read only; open it in the same way everywhere";
                return Err(Refusal::new(ErrorKind::AlreadyOpen, what));
            }
            *lock(&shared.handles) += 1;
            return Ok(Self::new(shared));
        }
        let directory = built.open(path)?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let shared = Shared::new(directory, options, Some(path.clone()));
        all.insert(path, Arc::downgrade(&shared));
        Ok(Self::new(shared))
    }

    fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            cursors: Mutex::default(),
            next_cursor: AtomicU32::new(1),
            running: Mutex::default(),
            idle: Condvar::new(),
        }
    }

    /// The directory, for a [job](Self::begin) or the thread of JavaScript.
    pub fn directory(&self) -> &Directory {
        &self.shared.directory
    }

    /// Who waits for changes.
    pub fn watch(&self) -> &Watch {
        &self.shared.watch
    }

    /// Begins a job, which closing waits for; refuses when the handle was closed. To be
    /// called where jobs are handed in, so that closing comes after those before it.
    pub fn begin(self: &Arc<Self>) -> Result<Job, Refusal> {
        let mut running = lock(&self.running);
        if running.is_closed {
            return Err(Refusal::closed());
        }
        running.jobs += 1;
        Ok(Job(Arc::clone(self)))
    }

    /// Closes the handle once the jobs before are done, and with the last handle the
    /// directory. A second time it does nothing.
    pub fn close(&self) -> Result<(), Refusal> {
        let mut running = lock(&self.running);
        if std::mem::replace(&mut running.is_closed, true) {
            return Ok(());
        }
        while running.jobs > 0 {
            running = self
                .idle
                .wait(running)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(running);
        lock(&self.cursors).clear();
        self.shared.release()
    }

    /// Keeps a list, to be read in parts; returns its number.
    pub fn keep(&self, cursor: Cursor) -> u32 {
        let number = self.next_cursor.fetch_add(1, Ordering::Relaxed);
        lock(&self.cursors).insert(number, Arc::new(Mutex::new(cursor)));
        number
    }

    /// The list with this number; `None` when it was read to its end.
    pub fn cursor(&self, number: u32) -> Option<Arc<Mutex<Cursor>>> {
        lock(&self.cursors).get(&number).cloned()
    }

    /// Gives up a list.
    pub fn give_up(&self, number: u32) {
        let given_up = lock(&self.cursors).remove(&number);
        drop(given_up);
    }
}

/// A job that was handed in.
pub struct Job(Arc<Handle>);

impl std::ops::Deref for Job {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.0
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let mut running = lock(&self.0.running);
        running.jobs -= 1;
        if running.jobs == 0 {
            self.0.idle.notify_all();
        }
    }
}

impl Shared {
    fn new(directory: Directory, options: &OpenOptions, path: Option<PathBuf>) -> Arc<Self> {
        Arc::new(Self {
            directory,
            watch: Watch::default(),
            read_only: options.read_only,
            path,
            handles: Mutex::new(1),
        })
    }

    /// One handle less.
    fn release(&self) -> Result<(), Refusal> {
        // Held until the file is free again, for whoever opens it next.
        let mut all = lock(&SHARED);
        let mut handles = lock(&self.handles);
        *handles -= 1;
        if *handles > 0 {
            return Ok(());
        }
        if let (Some(path), Some(all)) = (&self.path, all.as_mut()) {
            all.remove(path);
        } else {
            drop(all);
        }
        Ok(self.directory.clone().close()?)
    }
}

/// What is behind these locks is changed in one step each.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
