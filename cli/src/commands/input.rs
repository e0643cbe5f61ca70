//! The file that a command reads, or its standard input.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use headcount::ErrorKind;
use indicatif::HumanBytes;

use crate::failure::{Failure, Result};

/// How much of an input is read into memory at most, since one may have no end, and what to do with
/// a larger one.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    bytes: u64,
    cure: &'static str,
}

/// One of the files of an import.
pub(super) const USERS: Bound = Bound {
    bytes: 1 << 30,
    cure: "split it into several files, all of which one import takes as one request",
};

/// The operations of a batch.
pub(super) const OPERATIONS: Bound = Bound {
    bytes: 1 << 30,
    cure: "split it into several batches",
};

/// The names of users.
pub(super) const NAMES: Bound = Bound {
    bytes: 1 << 30,
    cure: "name fewer users at once",
};

/// A key, or another secret.
pub(super) const SECRET: Bound = Bound {
    bytes: 64 << 10,
    cure: "name the file that has the secret and nothing else",
};

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
    pub(super) fn read(self, file: &Path, bound: Bound) -> Result<Vec<u8>> {
        let too_large = || {
            let name = name_of(file);
            let most = HumanBytes(bound.bytes);
            Failure::refused(
                ErrorKind::TooLarge.name(),
                format!("{name} has more than {most}, which is the most that is read at once"),
            )
            .with_help(bound.cure)
        };
        if self.bytes.is_some_and(|length| length > bound.bytes) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        if let Some(length) = self.bytes.and_then(|length| usize::try_from(length).ok()) {
            // Without it, the buffer grows as it is needed.
            let _ = bytes.try_reserve_exact(length);
        }
        let read = self.reader.take(bound.bytes + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(file, &error))?;
        if bytes.len() as u64 > bound.bytes {
            return Err(too_large());
        }
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
pub(super) fn read(file: &Path, bound: Bound) -> Result<Vec<u8>> {
    open(file)?.read(file, bound)
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::io(&format!("can't read {}", name_of(file)), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_read_up_to_the_bound() {
        const SMALL: Bound = Bound {
            bytes: 4096,
            cure: "split it",
        };
        let read = |bytes, reader: Box<dyn Read>| {
            let opened = Opened { reader, bytes };
            opened.read(Path::new("-"), SMALL)
        };
        let told = |read: Result<Vec<u8>>| {
            let mut told = Vec::new();
            read.unwrap_err().write(&mut told, false).unwrap();
            String::from_utf8(told).unwrap()
        };
        let endless = told(read(None, Box::new(io::repeat(b'y'))));
        let words = "headcount: standard input has more than 4.00 KiB, which is the most that is \
                     read at once\nsplit it\n";
        assert!(endless.starts_with(words), "{endless}");
        // A file that is known to be too long is not read at all.
        let unread = io::Cursor::new(Vec::new());
        assert_eq!(told(read(Some(4097), Box::new(unread))), endless);
        let whole = read(Some(4096), Box::new(io::repeat(b'y').take(4096)));
        assert_eq!(whole.unwrap().len(), 4096);
    }
}
