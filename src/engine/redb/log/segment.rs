//! A segment: a file for frames, which can grow.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ::redb::StorageBackend;

use super::disk::SideFile;
use super::header::SegmentHeader;
use crate::engine::redb::lock;

/// Bytes of zeros that are written at a time.
const ZEROS_BYTES: usize = 256 << 10;

/// A segment, shared with the thread that grows or syncs it.
pub(in crate::engine::redb) struct Segment {
    file: SideFile,
    /// Bytes that were written at least once.
    bytes: AtomicU64,
    /// Bytes that a header on disk may announce, which is more if writing it failed.
    announced: AtomicU64,
    /// Its header.
    header: Mutex<SegmentHeader>,
}

impl Segment {
    /// The segment in `file`, with this header.
    pub(super) fn new(file: SideFile, header: SegmentHeader) -> Self {
        Self {
            file,
            bytes: AtomicU64::new(header.bytes),
            announced: AtomicU64::new(header.bytes),
            header: Mutex::new(header),
        }
    }

    /// Bytes that were written at least once.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn write(&self, offset: u64, frame: &[u8]) -> io::Result<()> {
        self.file.write(offset, frame)
    }

    /// Makes everything written to it durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Makes the new segment `bytes` long, with one sync for all of it. A power cut before
    /// that may leave a header that announces more bytes than there are, so the use must not
    /// be recorded yet.
    pub(super) fn lay_out(&self, bytes: u64) -> io::Result<()> {
        self.zero(0, bytes)?;
        self.update(|header, file| {
            header.bytes = bytes;
            header.put(file)
        })?;
        self.file.sync_data()?;
        self.announced.store(bytes, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Extends it to `bytes`, filled with zeros. All its frames must be synced, and none may
    /// be written meanwhile. After an error there is no more room for frames than before.
    pub(in crate::engine::redb) fn grow(&self, bytes: u64) -> io::Result<()> {
        let before = self.bytes.load(Ordering::Relaxed);
        if before >= bytes {
            return Ok(());
        }
        if let Err(error) = self.zero(before, bytes).and_then(|()| self.sync()) {
            // Gives back the space that no header announces.
            let _ = self.file.set_len(self.announced.load(Ordering::Relaxed));
            return Err(error);
        }
        self.announced.fetch_max(bytes, Ordering::Relaxed);
        self.update(|header, file| {
            header.bytes = bytes;
            header.write(file)
        })?;
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Writes zeros from `before` to `bytes`.
    fn zero(&self, before: u64, bytes: u64) -> io::Result<()> {
        let zeros = vec![0; ZEROS_BYTES];
        let announced = self.announced.load(Ordering::Relaxed);
        self.file.set_len(bytes.max(announced))?;
        let mut at = before;
        while at < bytes {
            let count = zeros
                .len()
                .min(usize::try_from(bytes - at).unwrap_or(ZEROS_BYTES));
            self.file.write(at, &zeros[..count])?;
            at += count as u64;
        }
        Ok(())
    }

    /// Durably records that there are at least `count` segments.
    pub(super) fn tell_count(&self, count: u32) -> io::Result<()> {
        if lock(&self.header).segments >= count {
            return Ok(());
        }
        self.update(|header, file| {
            header.segments = count;
            header.write(file)
        })
    }

    /// Changes the header with `write`. After an error it is unchanged or changed.
    fn update(
        &self,
        write: impl FnOnce(&mut SegmentHeader, &dyn StorageBackend) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut header = lock(&self.header);
        let mut changed = *header;
        changed.generation += 1;
        write(&mut changed, &*self.file)?;
        *header = changed;
        Ok(())
    }
}

/// Frames that were written but not synced yet.
pub(in crate::engine::redb) struct UnsyncedFrames {
    segment: Arc<Segment>,
    written: u64,
    durable: Arc<AtomicU64>,
}

impl UnsyncedFrames {
    pub(super) fn new(segment: Arc<Segment>, written: u64, durable: Arc<AtomicU64>) -> Self {
        Self {
            segment,
            written,
            durable,
        }
    }

    /// Makes them durable.
    pub(in crate::engine::redb) fn sync(self) -> io::Result<()> {
        self.segment.file.sync_data()?;
        self.durable.fetch_max(self.written, Ordering::AcqRel);
        Ok(())
    }
}
