//! Opening after a crash: the commits in the log become the frozen writes of a background
//! checkpoint. If there is no place for a new log beside it, the database takes them over
//! before the directory is open.
//!
//! In the first case, opening writes nothing to the database, and only syncs the log. A new
//! use begins, as always. Before its first commit, it is recorded in the database *beside*
//! the earlier ones, whose logs are needed until the checkpoint is done. So each use has one
//! file and one log, whatever is copied, moved or restored meanwhile.

use std::sync::Arc;
use std::{io, mem};

use ::redb::StorageBackend;
use twox_hash::XxHash3_64;
use uuid::Uuid;

use super::base::{Base, Opened};
use super::checkpoint::{Job, Source, Work};
use super::errors::Name;
use super::log::{self, Log, LogState, Replay, SideFiles, Sync};
use super::memtable::Memtable;
use super::snapshot::Committed;
use super::{RedbOptions, create};
use crate::error::{Error, Result};

/// Below this many bytes of free space, the log gives back space it doesn't need.
const SPACE_LOW: u64 = 16 << 20;

/// A database with its log.
pub(super) struct Recovered {
    pub(super) base: Base,
    pub(super) committed: Committed,
    pub(super) log: Log,
    /// The last commit.
    pub(super) last: u64,
    /// The commits of the log that the database has to take over.
    pub(super) job: Option<Job>,
}

/// Opens the database and recovers the commits in the log.
pub(super) fn recover<B: StorageBackend>(
    backend: &impl Fn() -> Result<B>,
    files: &Arc<dyn SideFiles>,
    name: &Name,
    options: &RedbOptions,
    work: &Work,
) -> Result<Recovered> {
    let opened = match open(backend, &**files, name, options, work) {
        Err(error) if is_storage_full(&error) => {
            // The log has space that it doesn't need.
            log::trim(&**files).map_err(|error| name.io(error))?;
            open(backend, &**files, name, options, work)
        }
        opened => opened,
    };
    let (opened, mut replay) = opened?;
    let Opened {
        base,
        committed,
        log: state,
    } = opened;
    let last = replay.last;
    let sync = match options.sync_interval {
        None => Sync::EachFrame,
        Some(_) => Sync::Later,
    };
    let use_id = new_use_id();
    let mut log = Log::new(Arc::clone(files), use_id, last, sync, options.log_bytes / 2);
    let job = if let Some(left) = replay.left.take() {
        left.sync(&**files).map_err(|error| name.io(error))?;
        log.begin_beside(&left);
        let commits = mem::take(&mut replay.commits);
        ::log::info!(
            "{name}: takes over {} commits from the earlier log",
            commits.len()
        );
        Some(Job {
            frozen: Arc::new(Memtable::of(commits)),
            sequence: last,
            source: Source::Left(left, state.in_use),
        })
    } else {
        leave_log(&**files, &replay, use_id, name)?;
        None
    };
    Ok(Recovered {
        base,
        committed,
        log,
        last,
        job,
    })
}

/// Opens the database and reads the log. If the log can't stay, the database takes over
/// everything.
fn open<B: StorageBackend>(
    backend: &impl Fn() -> Result<B>,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
    work: &Work,
) -> Result<(Opened, Replay)> {
    let mut opened = create::open(backend, files, name, options, work)?;
    let read = || {
        let replay = log::read(files, &opened.log, options.salvage_log);
        replay.map_err(|error| name.replay_failed(error))
    };
    let mut replay = read()?;
    if !options.recovers_later {
        replay.left = None;
    }
    let available = files.available();
    if replay.left.is_some() && available.is_some_and(|bytes| bytes < SPACE_LOW) {
        // The next checkpoint may need the space.
        log::trim(files).map_err(|error| name.io(error))?;
        replay = read()?;
    }
    let LogState {
        in_use, applied, ..
    } = &opened.log;
    if !in_use.is_empty() && replay.left.is_none() {
        let memtable = Memtable::of(mem::take(&mut replay.commits));
        let writes = memtable.newest(replay.last);
        opened.committed = opened.base.end_uses(writes, replay.last, in_use)?;
        let commits = replay.last - applied;
        ::log::info!("{name}: took over {commits} commits from the log");
    }
    Ok((opened, replay))
}

/// Removes a log that is no longer needed. A log that could not be read completely is
/// renamed instead.
fn leave_log(files: &dyn SideFiles, replay: &Replay, use_id: u64, name: &Name) -> Result<()> {
    let left = if let Some(fault) = &replay.salvaged {
        ::log::warn!(
            "{name}: opened at commit {} without the rest of the log: {fault}",
            replay.last
        );
        log::set_aside(files, use_id)
    } else if replay.has_segments {
        log::remove(files)
    } else {
        Ok(())
    };
    left.map_err(|error| name.log_not_removed(error))
}

/// Whether redb failed because the disk is full.
fn is_storage_full(error: &Error) -> bool {
    let cause: Option<&io::Error> = error.cause();
    cause.is_some_and(|io| io.kind() == io::ErrorKind::StorageFull)
}

/// Draws the id of a use of the database: never zero, and never used before.
pub(super) fn new_use_id() -> u64 {
    // Taken from the 74 random bits of a UUID, so it doesn't depend on the clock.
    let drawn = Uuid::new_v7(uuid::Timestamp::from_unix_time(0, 0, 0, 0));
    XxHash3_64::oneshot(drawn.as_bytes()).max(1)
}
