//! The owner of new files: the service must be able to open what a command leaves behind
//! that root ran.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Gives `file` the owner and the mode of another file.
pub(super) fn take_after(file: &File, other: &Metadata) -> io::Result<()> {
    give(file, other)?;
    file.set_permissions(other.permissions())
}

/// Gives `file` the mode of another file, and its owner as far as this process may: only
/// root can change the owner, other processes share files by their group.
pub(super) fn share(file: &File, other: &Metadata) -> io::Result<()> {
    match give(file, other) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let _ = give_to_group(file, other);
        }
        given => given?,
    }
    file.set_permissions(other.permissions())
}

/// If root has just created `file` in another user's `folder`, gives it to the owner of the
/// folder.
#[cfg(unix)]
pub(super) fn belong_to_folder(file: &File, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    const ROOT: u32 = 0;
    let theirs = std::fs::metadata(folder)?;
    if file.metadata()?.uid() == ROOT && theirs.uid() != ROOT {
        give(file, &theirs)?;
    }
    Ok(())
}

#[cfg(unix)]
fn give(file: &File, other: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (other.uid(), other.gid()) {
        return Ok(());
    }
    fchown(file, Some(other.uid()), Some(other.gid()))
}

#[cfg(unix)]
fn give_to_group(file: &File, other: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    fchown(file, None, Some(other.gid()))
}

// On other systems, files have the owner of their folder.

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
pub(super) fn belong_to_folder(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
fn give(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the signature it has on Unix")]
fn give_to_group(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}
