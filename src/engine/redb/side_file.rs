//! Opening and creating the files beside the database. They contain the same secrets, so
//! they get its owner and mode, and symbolic links are not followed.
//!
//! So a command that root runs leaves nothing that the service's user can't open, and the
//! log of a private file is private too.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::{own_file, owner};

/// Opens the file at `path`; `None` if there is none.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    let opened = own_file::open(|| {
        refuse_link(path)?;
        without_links(OpenOptions::new().read(true).write(true)).open(path)
    });
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Creates the file at `path`, beside `database`. If it exists, that is an error of kind
/// `AlreadyExists`.
pub(super) fn create(path: &Path, database: &Path) -> io::Result<File> {
    refuse_link(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let file = own_file::open(|| without_links(&mut options).open(path))?;
    let alike = fs::metadata(database).and_then(|theirs| owner::share(&file, &theirs));
    match alike {
        Ok(()) => Ok(file),
        Err(error) => {
            // The first error is returned; a leftover file does no further harm.
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

fn refuse_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other(format!(
            "`{}` is a symbolic link, and a log must be a regular file; remove the link",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The system must refuse links too, because one can appear between the check and the open.
/// New files are private until they have their final mode.
#[cfg(unix)]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let flags = rustix::fs::OFlags::NOFOLLOW.bits();
    options.mode(0o600).custom_flags(flags.cast_signed())
}

/// Not applicable here.
#[cfg(not(unix))]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
