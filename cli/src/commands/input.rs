//! The file that a command reads, or its standard input.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, Result};

/// What the file is called in messages.
pub(super) fn name_of(file: &Path) -> String {
    if file == Path::new("-") {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

/// Opens the file to be read bit by bit; returns its length too, where that is known.
pub(super) fn open(file: &Path) -> Result<(Box<dyn Read>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let opened = fs::File::open(file).and_then(|file| {
        let length = file.metadata()?.len();
        Ok((file, length))
    });
    let (opened, length) = opened.map_err(|error| unreadable(file, &error))?;
    Ok((Box::new(opened), Some(length)))
}

/// All of what is in the file; - is standard input.
pub(super) fn read(file: &Path) -> Result<Vec<u8>> {
    let read = if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(file)
    };
    read.map_err(|error| unreadable(file, &error))
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::refused("io", format!("can't read {}: {error}", name_of(file)))
}
