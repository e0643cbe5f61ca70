//! Opening after a crash: the database takes over its log, and a new use begins.

use std::{io, mem};

use ::redb::StorageBackend;
use twox_hash::XxHash3_64;
use uuid::Uuid;

use super::base::{Base, Opened};
use super::checkpoint::Work;
use super::errors::Name;
use super::log::{self, Replay, SideFiles};
use super::memtable::Memtable;
use super::snapshot::Committed;
use super::{RedbOptions, create};
use crate::error::{Error, Result};

/// Opens the database and lets it take over what is in the log.
pub(super) fn recover<B: StorageBackend>(
    backend: &impl Fn() -> Result<B>,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
    work: &Work,
) -> Result<(Base, Committed, Replay)> {
    match try_to_recover(backend, files, name, options, work) {
        Err(error) if is_storage_full(&error) => {
            // The log has space that it doesn't need.
            log::trim(files).map_err(|error| name.io(error))?;
            try_to_recover(backend, files, name, options, work)
        }
        recovered => recovered,
    }
}

fn try_to_recover<B: StorageBackend>(
    backend: &impl Fn() -> Result<B>,
    files: &dyn SideFiles,
    name: &Name,
    options: &RedbOptions,
    work: &Work,
) -> Result<(Base, Committed, Replay)> {
    let Opened {
        base,
        mut committed,
        log,
    } = create::open(backend, files, name, options, work)?;
    let replay = log::read(files, &log, options.salvage_log);
    let mut replay = replay.map_err(|error| name.replay_failed(error))?;
    if let Some(use_id) = log.in_use {
        let recent = Memtable::of(mem::take(&mut replay.commits));
        committed = base.end_use(recent.newest(replay.last), replay.last, use_id)?;
        let commits = replay.last - log.applied;
        ::log::info!("{name}: took over {commits} commits from the log");
    }
    Ok((base, committed, replay))
}

/// Whether it is for want of space that redb failed.
fn is_storage_full(error: &Error) -> bool {
    use ::redb::{CommitError, Error as Any, StorageError};

    let any = match error.cause() {
        Some(Any::Io(io)) => Some(io),
        _ => None,
    };
    let commit = match error.cause() {
        Some(CommitError::Storage(StorageError::Io(io))) => Some(io),
        _ => None,
    };
    any.or(commit)
        .is_some_and(|io| io.kind() == io::ErrorKind::StorageFull)
}

/// Draws the identity of a use of the database: never zero, and never one of before.
pub(super) fn new_use_id() -> u64 {
    // Of the 74 random bits of such an id; a clock before 1970 can't be in it.
    let drawn = Uuid::new_v7(uuid::Timestamp::from_unix_time(0, 0, 0, 0));
    XxHash3_64::oneshot(drawn.as_bytes()).max(1)
}
