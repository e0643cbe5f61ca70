//! Exports: all records as lines of JSON in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader};
use std::path::Path;

use headcount::{Directory, ErrorKind, UserId};

use crate::answer::Refusal;

type Result<T> = std::result::Result<T, Refusal>;

/// Writes all records to a file that only its owner can read, and returns their number.
/// What an export that failed has written is removed; a file that it was to replace stays.
pub fn export(directory: &Directory, path: &Path, overwrite: bool) -> Result<u64> {
    if !overwrite {
        return write(directory, path);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!("-{}", UserId::generate()));
    let beside = Path::new(&beside);
    let records = write(directory, beside)?;
    fs::rename(beside, path).map_err(|error| {
        let _ = fs::remove_file(beside);
        io_refusal("write", path, &error)
    })?;
    Ok(records)
}

fn write(directory: &Directory, path: &Path) -> Result<u64> {
    let file = create(path).map_err(|error| io_refusal("write", path, &error))?;
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

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn io_refusal(verb: &str, path: &Path, error: &io::Error) -> Refusal {
    let message = format!("can't {verb} {}: {error}", path.display());
    Refusal::new(ErrorKind::Io, message)
}
