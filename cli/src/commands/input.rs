//! The file that a command reads, or its standard input.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, Result};

/// The file's name in messages.
pub(super) fn name_of(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

/// A file that is open for reading.
pub(super) struct Opened {
    pub(super) reader: Box<dyn Read>,
    /// Its length, if that is known: a pipe's is not.
    pub(super) bytes: Option<u64>,
}

impl Opened {
    /// Reads all of it; `file` is its name, for the error.
    pub(super) fn read(mut self, file: &Path) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(length) = self.bytes.and_then(|length| usize::try_from(length).ok()) {
            // Without it, the buffer grows as it is needed.
            let _ = bytes.try_reserve_exact(length);
        }
        let read = self.reader.read_to_end(&mut bytes);
        read.map_err(|error| unreadable(file, &error))?;
        Ok(bytes)
    }
}

/// Opens the file for streaming; - is standard input.
pub(super) fn open(file: &Path) -> Result<Opened> {
    if file == Path::new("-") {
        return Ok(Opened {
            reader: Box::new(io::stdin().lock()),
            bytes: None,
        });
    }
    let opened = fs::File::open(file).and_then(|file| {
        let length = file.metadata()?.len();
        Ok((file, length))
    });
    let (opened, length) = opened.map_err(|error| unreadable(file, &error))?;
    Ok(Opened {
        reader: Box::new(opened),
        // The metadata of pipes and devices gives 0 bytes.
        bytes: Some(length).filter(|length| *length > 0),
    })
}

/// The contents of the file; - is standard input.
pub(super) fn read(file: &Path) -> Result<Vec<u8>> {
    open(file)?.read(file)
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::refused("io", format!("can't read {}: {error}", name_of(file)))
}
