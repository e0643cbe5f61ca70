//! Writing a state as a new, independent database.
//!
//! Keys are written in order, so pages are full and the file is as small as possible. The
//! copy has a log id of its own, so no log of the original or of an earlier copy can be
//! mistaken for its own.

use std::error::Error as _;
use std::fs::File;
use std::ops::{Bound, ControlFlow};
use std::path::Path;

use ::redb::StorageBackend;
use ::redb::backends::FileBackend;

use super::RedbOptions;
use super::base::Base;
use super::checkpoint::Work;
use super::errors::Name;
use super::staging::Writes;
use crate::engine::{Order, Read};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of keys and values that are read at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// The size of redb's cache.
const CACHE_BYTES: usize = 16 << 20;

/// The number of commits in a copy: it is written by one.
const COMMITS: u64 = 1;

/// Copies everything in `read` to the empty `file` and makes it durable. `progress` is
/// called now and then with the entries and bytes written; messages name the file by
/// `path`.
pub(crate) fn copy(
    read: &impl Read,
    file: File,
    path: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let name = Name::of_path(path);
    let backend = FileBackend::new(file).map_err(|error| name.open_failed(error))?;
    copy_to(read, backend, &name, progress)
}

/// Like [`copy`], to a backend.
pub(super) fn copy_to(
    read: &impl Read,
    backend: impl StorageBackend,
    name: &Name,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let options = RedbOptions {
        cache_bytes: CACHE_BYTES,
        ..RedbOptions::new(true)
    };
    let base = Base::open(backend, None, name.clone(), &options, &Work::default())?.base;
    let copied = fill(&base, read, progress);
    let closed = base.close();
    copied
        .and(closed)
        .map_err(|error| match (error.kind(), error.source()) {
            // A failed copy is removed, so its outcome is known.
            (ErrorKind::OutcomeUnknown, Some(cause)) => {
                let message = format!("can't write the copy {name}: {cause}; check the disk");
                Error::new(ErrorKind::Io, message).with_source(error)
            }
            _ => error,
        })
}

fn fill(base: &Base, read: &impl Read, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let mut transaction = base.begin()?;
    let (mut entries, mut bytes) = (0, 0);
    let mut last: Option<Vec<u8>> = None;
    loop {
        let chunk = match next_chunk(read, last.as_deref()) {
            Ok((chunk, more)) => {
                bytes += more;
                chunk
            }
            Err(error) => {
                transaction.abort();
                return Err(error);
            }
        };
        let Some((key, _)) = chunk.iter().next_back() else {
            break;
        };
        last = Some(key.to_vec());
        entries += chunk.len() as u64;
        if let Err(error) = transaction.write(chunk.iter()) {
            transaction.abort();
            return Err(error);
        }
        progress(entries, bytes);
    }
    base.commit(transaction, COMMITS)?;
    Ok(())
}

/// The entries after the key `last`, up to about [`CHUNK_BYTES`], with their size; none at
/// the end.
fn next_chunk(read: &impl Read, last: Option<&[u8]>) -> Result<(Writes, u64)> {
    let start = last.map_or(Bound::Unbounded, Bound::Excluded);
    let (mut chunk, mut bytes) = (Writes::default(), 0);
    read.scan((start, Bound::Unbounded), Order::Ascending, |key, value| {
        bytes += key.len() + value.len();
        chunk.push((key, Some(value)));
        if bytes < CHUNK_BYTES {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok((chunk, bytes as u64))
}
