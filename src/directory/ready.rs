//! A descriptor that an event loop can poll to learn whether there is something to read.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{OFlags, fcntl_setfl};

use super::listener::Listener;
use crate::error::{Error, ErrorKind, Result};

/// A pipe that contains a byte while there is something to read.
pub(crate) struct Ready {
    reader: PipeReader,
    writer: PipeWriter,
    has_byte: Mutex<bool>,
}

impl Ready {
    pub(super) fn new() -> Result<Self> {
        let make = || {
            let (reader, writer) = pipe()?;
            // If a host reads the byte itself, the library must not block on reading it.
            fcntl_setfl(&reader, OFlags::NONBLOCK)?;
            fcntl_setfl(&writer, OFlags::NONBLOCK)?;
            Ok((reader, writer))
        };
        let (reader, writer) = make().map_err(|error: std::io::Error| {
            let message = format!("can't make a pipe: {error}; close other descriptors");
            Error::new(ErrorKind::Io, message).with_source(error)
        })?;
        Ok(Self {
            reader,
            writer,
            has_byte: Mutex::new(false),
        })
    }

    /// The descriptor to poll.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.has_byte.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets whether there is something to read.
    fn set(&self, is_ready: bool) {
        let mut has_byte = self.lock();
        if *has_byte == is_ready {
            return;
        }
        *has_byte = is_ready;
        // A pipe has room for one byte; and if the byte is already gone, that is the goal.
        let _ = if is_ready {
            (&self.writer).write(&[1])
        } else {
            (&self.reader).read(&mut [0])
        };
    }
}

impl Listener for Ready {
    fn tell(&self) {
        self.set(true);
    }

    fn note(&self, position: u64, latest: u64) {
        self.set(latest != position);
    }
}
