//! Promises of an engine with a file.

mod closing;
mod copies;
pub(crate) mod crashes;
pub(crate) mod damage;
pub(crate) mod disk;
mod each_call_fails;
mod faults;
mod files;
mod filter;
mod foreign_files;
mod full_disk;
mod growth;
#[cfg(unix)]
mod guest;
mod locking;
mod long_transactions;
mod pressure;
mod read_only;
mod resuming;
mod targets;
mod weaker_durability;

use std::path::Path;

use super::{Redb, RedbOptions, lock};
use crate::engine::{Engine, Read, Write};
use crate::error::{Error, ErrorKind, Result};

/// Work that otherwise happens in the background.
impl Redb {
    /// Begins a checkpoint.
    pub(crate) fn begin_checkpoint(&self) -> Result<()> {
        let mut writer = lock(&self.shared.writer);
        let log = writer.as_mut().ok_or_else(|| self.shared.name.closed())?;
        self.shared.freeze(log, false)
    }

    /// Makes a checkpoint and waits for it.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        self.begin_checkpoint()?;
        self.shared.wait_for_checkpoint()
    }

    /// Whether a checkpoint is pending.
    pub(crate) fn has_frozen(&self) -> bool {
        let state = self.shared.state();
        state.is_ok_and(|state| state.frozen.is_some())
    }

    /// Runs a delayed sync.
    pub(crate) fn sync(&self) -> Result<()> {
        self.shared.sync();
        self.shared.check()
    }
}

const CREATE: RedbOptions = small(true);
const EXISTING: RedbOptions = small(false);

const fn small(create: bool) -> RedbOptions {
    RedbOptions {
        cache_bytes: 1 << 20,
        ..RedbOptions::new(create)
    }
}

fn put(engine: &Redb, key: &[u8], value: &[u8]) -> Result<()> {
    engine.transact(|txn| txn.put(key, value))
}

fn get(engine: &Redb, key: &[u8]) -> Option<Vec<u8>> {
    engine
        .snapshot()
        .unwrap()
        .get(key)
        .unwrap()
        .map(|value| value.to_vec())
}

/// The error for opening `path`, which must be one line and name the path.
fn refusal(path: &Path, options: &RedbOptions) -> Error {
    let error = Redb::open(path, options).err().expect("it was opened");
    let message = error.to_string();
    assert!(
        message.contains(&format!("`{}`", path.display())),
        "{message}"
    );
    assert!(!message.contains('\n'), "{message}");
    error
}

/// Asserts that opening `path` is refused for a reason of `kind` that says `text`.
fn assert_refused(path: &Path, options: &RedbOptions, kind: ErrorKind, text: &str) {
    let error = refusal(path, options);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error}");
}
