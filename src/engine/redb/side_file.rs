//! Opening and making the files beside the database, which hold the same secrets as
//! it does: they get its owner and mode, and no link leads anywhere else.
//!
//! So a command that is run as root leaves nothing that the service's own user can't
//! open, and a log of a file that only its owner may read is no more open than that.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::{own_file, owner};

/// The file at `path` as it is; `None` if there is none.
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

/// Makes the file at `path`, beside `database`. One that is there is an error of kind
/// `AlreadyExists`, whosever it is.
pub(super) fn create(path: &Path, database: &Path) -> io::Result<File> {
    refuse_link(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let file = own_file::open(|| without_links(&mut options).open(path))?;
    let alike = fs::metadata(database).and_then(|theirs| owner::share(&file, &theirs));
    match alike {
        Ok(()) => Ok(file),
        Err(error) => {
            // What went wrong is told; that the file stays is no harm beside it.
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

fn refuse_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other(format!(
            "`{}` is a symbolic link, and a log is never followed elsewhere; remove the link",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Has the system refuse a link too: one can come between looking and opening. Files
/// that are made are nobody else's until they have their mode.
#[cfg(unix)]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let flags = rustix::fs::OFlags::NOFOLLOW.bits();
    options.mode(0o600).custom_flags(flags.cast_signed())
}

/// Links and modes are the file system's own business here.
#[cfg(not(unix))]
fn without_links(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
