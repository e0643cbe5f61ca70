//! Compacting a file.
//!
//! redb moves its pages to the front and truncates the file, in place. That needs no space,
//! and the file keeps its identity, owner, mode and links. redb uses transactions, so a
//! crash leaves the same content in a file of some size; the next open then scans the whole
//! file once.

use std::path::Path;

use ::redb::backends::FileBackend;

use super::base::Base;
use super::checkpoint::Work;
use super::errors::Name;
use super::{Redb, RedbOptions, file};
use crate::engine::Engine;
use crate::error::Result;

/// Makes the file at `path`, including its log, as small as possible, and returns its
/// length before and after. Nobody else may have it open.
pub(crate) fn compact(path: &Path, cache_bytes: usize) -> Result<(u64, u64)> {
    let name = Name::of_path(path);
    let options = RedbOptions {
        cache_bytes,
        recovers_later: false,
        background: false,
        ..RedbOptions::new(false)
    };
    // Takes over the log and removes it.
    Redb::open(path, &options)?.close()?;
    let file = file::open(path, false, &name)?;
    let bytes = |file: &std::fs::File| {
        let metadata = file.metadata().map_err(|error| name.io(error))?;
        Ok(metadata.len())
    };
    let length = file.try_clone().map_err(|error| name.io(error))?;
    let before = bytes(&length)?;
    let backend = FileBackend::new(file).map_err(|error| name.open_failed(error))?;
    let mut base = Base::open(backend, None, name.clone(), &options, &Work::default())?.base;
    let compacted = base.compact();
    let closed = base.close();
    compacted.and(closed)?;
    Ok((before, bytes(&length)?))
}
