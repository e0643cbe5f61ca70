//! A segment: a file for frames, which can grow when it is not in use.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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
    /// Its header.
    header: Mutex<SegmentHeader>,
}

impl Segment {
    /// The segment in `file`, with this header.
    pub(super) fn new(file: SideFile, header: SegmentHeader) -> Self {
        Self {
            file,
            bytes: AtomicU64::new(header.bytes),
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

    /// Extends it to `bytes`, filled with zeros; it must not be in use. After an error it
    /// is as long as before.
    pub(in crate::engine::redb) fn grow(&self, bytes: u64) -> io::Result<()> {
        let before = self.bytes.load(Ordering::Relaxed);
        if before >= bytes {
            return Ok(());
        }
        if let Err(error) = self.fill(before, bytes) {
            // Gives the space back; the header doesn't contain the new length yet.
            let _ = self.file.set_len(before);
            return Err(error);
        }
        self.update(|header| header.bytes = bytes)?;
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Writes zeros from `before` to `bytes` and makes them durable.
    fn fill(&self, before: u64, bytes: u64) -> io::Result<()> {
        let zeros = vec![0; ZEROS_BYTES];
        self.file.set_len(bytes)?;
        let mut at = before;
        while at < bytes {
            let count = zeros
                .len()
                .min(usize::try_from(bytes - at).unwrap_or(ZEROS_BYTES));
            self.file.write(at, &zeros[..count])?;
            at += count as u64;
        }
        self.file.sync_data()
    }

    /// Durably records that there are at least `count` segments.
    pub(super) fn tell_count(&self, count: u32) -> io::Result<()> {
        if lock(&self.header).segments >= count {
            return Ok(());
        }
        self.update(|header| header.segments = count)
    }

    /// Changes the header durably. After an error it is unchanged or changed.
    fn update(&self, change: impl FnOnce(&mut SegmentHeader)) -> io::Result<()> {
        let mut header = lock(&self.header);
        let mut changed = *header;
        change(&mut changed);
        changed.generation += 1;
        changed.write(&*self.file)?;
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
