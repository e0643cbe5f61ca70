//! Exports: all records as lines of JSON in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader};
use std::path::Path;

use headcount::{Directory, ErrorKind};

use crate::answer::Refusal;

type Result<T> = std::result::Result<T, Refusal>;

/// Writes all records to a file that only its owner can read, and returns their number.
/// A file that was made for an export that failed is removed.
pub fn export(directory: &Directory, path: &Path, overwrite: bool) -> Result<u64> {
    let file = create(path, overwrite).map_err(|error| io_refusal("write", path, &error))?;
    let written = directory.export_lines(&file, |_| {}).map_err(Refusal::from);
    let written = written.and_then(|done| {
        file.sync_all()
            .map_err(|error| io_refusal("write", path, &error))?;
        Ok(done.records)
    });
    if written.is_err() {
        // Only a part of the export: nobody needs it, so a failure here is none.
        let _ = fs::remove_file(path);
    }
    written
}

/// Loads the lines of an export, and returns the number of records.
pub fn load(directory: &Directory, path: &Path) -> Result<u64> {
    let file = File::open(path).map_err(|error| io_refusal("read", path, &error))?;
    Ok(directory.load_lines(BufReader::new(file), |_| {})?.records)
}

fn create(path: &Path, overwrite: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if overwrite {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn io_refusal(verb: &str, path: &Path, error: &io::Error) -> Refusal {
    let message = format!("can't {verb} {}: {error}", path.display());
    Refusal::new(ErrorKind::Io, message)
}
