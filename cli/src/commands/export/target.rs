//! The output file: written under a temporary name first, then renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::output::safe;

/// A file that gets its name once all of it is on disk. Dropped earlier, it is removed.
pub(in crate::commands) struct Target {
    file: BufWriter<File>,
    beside: PathBuf,
    to: PathBuf,
    is_finished: bool,
}

impl Target {
    pub(in crate::commands) fn create(to: &Path, force: bool) -> Result<Self> {
        if let Ok(there) = fs::symlink_metadata(to) {
            refuse_to_replace(to, &there, force)?;
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let beside = to.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&beside);
        let file = file.map_err(|error| unwritable(to, &error))?;
        Ok(Self {
            file: BufWriter::new(file),
            beside,
            to: to.to_owned(),
            is_finished: false,
        })
    }

    /// The file under its temporary name, with what was written so far.
    pub(in crate::commands) fn written(&mut self) -> Result<&Path> {
        let flushed = self.file.flush();
        flushed.map_err(|error| unwritable(&self.to, &error))?;
        Ok(&self.beside)
    }

    pub(super) fn finish(mut self) -> Result<()> {
        let done = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .and_then(|()| fs::rename(&self.beside, &self.to));
        done.map_err(|error| unwritable(&self.to, &error))?;
        self.is_finished = true;
        Ok(())
    }
}

/// Refuses a name that is taken. A folder, a link or a device is not replaced even by force: that
/// would leave a file in the place of `/dev/null`.
fn refuse_to_replace(to: &Path, there: &fs::Metadata, force: bool) -> Result<()> {
    let told = safe(&to.display().to_string()).into_owned();
    if there.is_dir() {
        let message = format!("{told} is a folder; name a file in it");
        return Err(Failure::refused("io", message));
    }
    if !there.is_file() {
        let message = format!(
            "{told} is not a regular file, so it is not replaced; name another, or leave --output \
             out and redirect standard output"
        );
        return Err(Failure::refused("io", message));
    }
    if force {
        return Ok(());
    }
    Err(Failure::refused(
        "file_exists",
        format!("there is a file {told} already; name another, or replace it with --force"),
    ))
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_finished {
            // The name says what a leftover is.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

pub(in crate::commands) fn unwritable(file: &Path, error: &io::Error) -> Failure {
    let file = file.display().to_string();
    Failure::io(&format!("can't write {}", safe(&file)), error)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::{fs::symlink, net::UnixListener};

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "old").unwrap();
        fs::create_dir(path("folder")).unwrap();
        symlink(path("file"), path("link")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        for name in ["folder", "link", "socket"] {
            for force in [false, true] {
                let refused = Target::create(&path(name), force).err().unwrap();
                assert_eq!(refused.exit_code(), 5, "{name}");
            }
        }
        assert_eq!(
            Target::create(&path("file"), false)
                .err()
                .unwrap()
                .exit_code(),
            1
        );
        Target::create(&path("file"), true)
            .unwrap()
            .finish()
            .unwrap();
        assert_eq!(fs::read(path("file")).unwrap(), b"");
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
