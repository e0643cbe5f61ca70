//! The file that is written: beside its name first, then under it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::output::safe;

/// A file that has its name once all of it is on disk. Dropped before, it is gone.
pub(super) struct Target {
    file: BufWriter<File>,
    beside: PathBuf,
    to: PathBuf,
    is_finished: bool,
}

impl Target {
    pub(super) fn create(to: &Path, force: bool) -> Result<Self> {
        if !force && fs::symlink_metadata(to).is_ok() {
            let to = to.display();
            return Err(Failure::refused(
                "file_exists",
                format!("there is a file {to} already; name another, or replace it with --force"),
            ));
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
            // The name of a leftover says what it is.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

pub(super) fn unwritable(file: &Path, error: &io::Error) -> Failure {
    let file = file.display().to_string();
    Failure::refused("io", format!("can't write {}: {error}", safe(&file)))
}
