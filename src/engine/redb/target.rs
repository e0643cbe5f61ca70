//! The target of a copy: it is written under another name beside the target, and renamed
//! when it is complete.
//!
//! | step | a crash at this step leaves |
//! | --- | --- |
//! | the copy written and synced beside the target | the target as it was, and a partial copy that the next copy to this place removes |
//! | the copy renamed to the target, the folder synced | the old target or the copy, complete; the old target's log may still be beside it |
//! | that log removed, the folder synced | the copy |
//!
//! The old log is removed last: until the rename is durable, it may be the only place with
//! the target's latest writes. The copy has a log id of its own, so a log that a crash
//! leaves beside it can't be applied to it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ::redb::backends::FileBackend;
use ::redb::{BackendError, StorageBackend};
use uuid::Uuid;

use super::create::MAGIC;
use super::errors::Name;
use super::folder::{parent, sync_entry};
use super::log::{MARK, SEGMENTS, path_beside};
use super::owner;
use crate::error::{Error, ErrorKind, Result};

/// Follows the name of the target and a hyphen in the name of a partial copy, before a
/// unique part.
const PARTIAL: &str = "copy-";

/// A partial copy that is not open and was not written to for this long is a leftover.
const PARTIAL_AGE: Duration = Duration::from_mins(1);

/// The target of a copy. Unless it is finished, the old file stays.
pub(crate) struct Target {
    path: PathBuf,
    name: Name,
    partial: PathBuf,
    /// Locks the file that will be replaced.
    replaced: Option<FileBackend>,
    is_finished: bool,
}

impl Target {
    /// Prepares a copy to `path`. An existing file is replaced only if `overwrite` is set
    /// and it is a database that nobody has open; the new file then keeps its owner and
    /// mode. Otherwise the new file belongs to the caller and is private.
    ///
    /// # Errors
    ///
    /// `AlreadyOpen` for a file that is open; `InvalidArgument` for a path that can't be a
    /// target; `Io` if something exists there.
    pub(crate) fn prepare(path: &Path, overwrite: bool) -> Result<(Self, File)> {
        let name = Name::of_path(path);
        let io = |error| failed(&name, error);
        // The working directory may change while the copy is written.
        let path = std::path::absolute(path).map_err(io)?;
        let Some(file_name) = path.file_name() else {
            return Err(refused(&name, "is not the name of a file; name one"));
        };
        if is_beside(file_name) {
            let why =
                "has a name that is reserved for another directory's log; choose another name";
            return Err(refused(&name, why));
        }
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(io(error)),
        };
        let replaced = match &found {
            Some(found) => Some(take(&path, &name, found, overwrite)?),
            None => None,
        };
        if !overwrite && has_log(&path).map_err(io)? {
            return Err(exists(&name, "has a log beside it"));
        }
        remove_partials(&path);
        let partial = path_beside(
            &path,
            &format!(
                "{PARTIAL}{}",
                Uuid::new_v7(uuid::Timestamp::from_unix_time(0, 0, 0, 0)).simple()
            ),
        );
        let file = create(&partial, found.as_ref()).map_err(io)?;
        let target = Self {
            path,
            name,
            partial,
            replaced,
            is_finished: false,
        };
        Ok((target, file))
    }

    /// The path of the partial copy.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Renames the copy to its target durably, and returns its size.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.put().map_err(|error| failed(&self.name, error))
    }

    fn put(&mut self) -> io::Result<u64> {
        let file = File::open(&self.partial)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        if self.replaced.is_some() {
            fs::rename(&self.partial, &self.path)?;
        } else {
            put_where_nothing_is(&self.partial, &self.path)?;
        }
        self.is_finished = true;
        sync_entry(&self.path)?;
        for name in SEGMENTS.into_iter().chain([MARK]) {
            remove(&path_beside(&self.path, name))?;
        }
        sync_entry(&self.path)?;
        Ok(bytes)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_finished
            && let Err(error) = remove(&self.partial)
        {
            let partial = self.partial.display();
            ::log::warn!("can't remove what is left of a copy, `{partial}`: {error}");
        }
        if let Some(replaced) = &self.replaced {
            // Otherwise the lock ends with the descriptor.
            let _ = replaced.close();
        }
    }
}

/// Renames `partial` to `path`; fails if something exists there by now.
fn put_where_nothing_is(partial: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(partial, path) {
        Ok(()) => remove(partial),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Not every file system has hard links.
        Err(_) if !path.try_exists()? => fs::rename(partial, path),
        Err(error) => Err(error),
    }
}

/// Locks the file at `path`, which is to be replaced.
fn take(path: &Path, name: &Name, found: &Metadata, overwrite: bool) -> Result<FileBackend> {
    if found.is_symlink() {
        let why = "is a symbolic link, which is not followed; name the file itself";
        return Err(refused(name, why));
    }
    if found.is_dir() {
        return Err(name.is_a_directory(io::ErrorKind::IsADirectory.into()));
    }
    if !found.is_file() {
        return Err(name.not_a_file());
    }
    if !overwrite {
        return Err(exists(name, "exists"));
    }
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let mut file = opened.map_err(|error| failed(name, error))?;
    if !is_ours(&mut file).map_err(|error| failed(name, error))? {
        let why = "is something other than a directory of users, so it is not overwritten; \
                   name another file";
        return Err(refused(name, why));
    }
    let backend = FileBackend::new(file).map_err(|error| name.open_failed(error))?;
    match backend.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
        // On a file system without locks, redb doesn't lock either.
        Ok(true) | Err(BackendError::Unsupported) => Ok(backend),
        Ok(false) => Err(name.error(::redb::DatabaseError::DatabaseAlreadyOpen)),
        Err(error) => Err(failed(name, io::Error::other(error))),
    }
}

/// Whether the file is a database or empty.
fn is_ours(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut magic = [0; MAGIC.len()];
    match file.read_exact(&mut magic) {
        Ok(()) => Ok(magic == MAGIC),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether `name` is the name of a file beside a database.
fn is_beside(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let mut kept = SEGMENTS.into_iter().chain([MARK]);
    kept.any(|kept| name.ends_with(&format!("-{kept}")))
}

/// Whether a log lies beside `path`.
fn has_log(path: &Path) -> io::Result<bool> {
    for name in SEGMENTS {
        if path_beside(path, name).try_exists()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Creates the file for the copy, with the owner and mode of `like`; without that, it is
/// private.
fn create(partial: &Path, like: Option<&Metadata>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(partial)?;
    let alike = match like {
        Some(like) => owner::take_after(&file, like),
        None => owner::belong_to_folder(&file, parent(partial)),
    };
    if let Err(error) = alike {
        remove(partial)?;
        return Err(error);
    }
    Ok(file)
}

/// Removes partial copies that killed processes left behind. Failing to remove one doesn't
/// prevent the copy.
fn remove_partials(path: &Path) {
    let (Some(folder), Some(prefix)) = (
        path.parent(),
        path_beside(path, PARTIAL).file_name().map(OsString::from),
    ) else {
        return;
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_partial = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(prefix.as_encoded_bytes());
        if is_partial && was_left(&entry.path()).unwrap_or(false) {
            let _ = remove(&entry.path());
        }
    }
}

/// Whether `partial` is a leftover.
fn was_left(partial: &Path) -> io::Result<bool> {
    let file = OpenOptions::new().read(true).write(true).open(partial)?;
    let age = SystemTime::now().duration_since(file.metadata()?.modified()?);
    if age.is_ok_and(|age| age < PARTIAL_AGE) {
        return Ok(false);
    }
    let backend = FileBackend::new(file).map_err(io::Error::other)?;
    let locked = backend.try_lock_range(Bound::Unbounded, Bound::Unbounded);
    Ok(matches!(locked, Ok(true)))
}

/// Removes the file at `path`, if it exists.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn refused(name: &Name, why: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("{name} {why}"))
}

fn exists(name: &Name, what: &str) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("{name} {what}; name another file, or allow it to be overwritten"),
    )
}

/// The operating system refused.
fn failed(name: &Name, error: io::Error) -> Error {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space",
        io::ErrorKind::AlreadyExists => "name another file, or allow it to be overwritten",
        _ => "check the path and the disk",
    };
    Error::new(
        ErrorKind::Io,
        format!("can't write the copy {name}: {error}; {advice}"),
    )
    .with_source(error)
}
