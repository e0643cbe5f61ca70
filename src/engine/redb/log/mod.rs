//! The redo log: what makes a commit durable with one write and one sync.
//!
//! A commit becomes a frame at the end of one of two preallocated segments; the
//! database takes it over later, at a checkpoint, and then the segment is used
//! anew. This room knows files, frames and their order; when to switch segments
//! and what a failure means is decided above it.
//!
//! Segments are written through with zeros before their first use, since a write
//! into blocks that a file system has only promised changes its metadata too and
//! makes the sync several times as long.

mod block;
mod disk;
mod frame;
#[cfg(any(fuzzing, test))]
pub(super) mod fuzzing;
mod replay;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) use self::disk::{Beside, MARK, SEGMENTS, SideFile, SideFiles, path_beside};
use self::frame::Stamp;
pub(super) use self::frame::{Size, Write};
pub(super) use self::replay::{Replay, ReplayError};

/// Which part of its largest size a segment has at first. It is small, because a
/// program that writes once and ends should not have to fill it; it grows when it
/// turns out to be too small.
const NEW_PART: u64 = 32;

/// Bytes that a segment has at least.
const SEGMENT_BYTES_MIN: u64 = 16 << 10;

/// By how much a segment that was filled grows before it is used again.
const GROWTH: u64 = 4;

/// Bytes of zeros written at a time.
const ZEROS_BYTES: usize = 256 << 10;

/// When a frame has to be on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    /// Before its commit is acknowledged.
    EachFrame,
    /// When [`Log::sync_pending`] is called.
    Later,
}

/// The end of the log that is written.
pub(super) struct Log {
    disk: Box<dyn SideFiles>,
    id: u64,
    sync: Sync,
    segment_bytes_new: u64,
    segment_bytes_max: u64,
    segments: [Option<Arc<Segment>>; SEGMENTS.len()],
    /// The segment that is written.
    current: usize,
    /// Where the next frame goes.
    offset: u64,
    /// The sequence number of the first frame of this use of the segment.
    epoch: u64,
    /// The last frame that is known to be on disk.
    durable: Arc<AtomicU64>,
    /// The frame under construction; kept for its allocation.
    frame: Vec<u8>,
}

/// A segment, shared with the thread that grows or syncs it.
pub(super) struct Segment {
    file: SideFile,
    /// Bytes of it that were written at least once.
    bytes: AtomicU64,
}

impl Log {
    /// An empty log after the commit `durable`. Its files are made at the first
    /// frame; `disk` must have none.
    pub(super) fn new(
        disk: Box<dyn SideFiles>,
        id: u64,
        durable: u64,
        sync: Sync,
        segment_bytes_max: u64,
    ) -> Self {
        Self {
            disk,
            id,
            sync,
            segment_bytes_new: (segment_bytes_max / NEW_PART).max(SEGMENT_BYTES_MIN),
            segment_bytes_max,
            segments: [None, None],
            current: 0,
            offset: 0,
            epoch: 0,
            durable: Arc::new(AtomicU64::new(durable)),
            frame: Vec::new(),
        }
    }

    /// Whether a frame of `bytes` is too large. Its commit goes around the log:
    /// even a new segment has to hold two frames.
    pub(super) fn is_too_large(&self, bytes: usize) -> bool {
        bytes as u64 > self.segment_bytes_new / 2
    }

    /// Whether the segment that is written has room for a frame of `bytes`.
    pub(super) fn fits(&self, bytes: usize) -> bool {
        let length = match &self.segments[self.current] {
            Some(segment) => segment.bytes.load(Ordering::Relaxed),
            None => self.segment_bytes_new,
        };
        self.offset + bytes as u64 <= length
    }

    /// Writes a frame, for which there must be room, and makes it durable unless
    /// that can wait. After an error nobody knows whether it is there.
    pub(super) fn append<'w>(
        &mut self,
        sequence: u64,
        size: Size,
        writes: impl Iterator<Item = Write<'w>>,
    ) -> io::Result<()> {
        if self.offset == 0 {
            self.epoch = sequence;
        }
        let stamp = Stamp {
            log_id: self.id,
            epoch: self.epoch,
            sequence,
            durable: self.durable.load(Ordering::Acquire),
        };
        frame::encode(&mut self.frame, size, stamp, writes);
        let segment = self.current_segment()?;
        segment.file.write(self.offset, &self.frame)?;
        if self.sync == Sync::EachFrame {
            segment.file.sync_data()?;
            self.durable.store(sequence, Ordering::Release);
        }
        self.offset += self.frame.len() as u64;
        Ok(())
    }

    /// The segment that is written, made when it is first needed.
    fn current_segment(&mut self) -> io::Result<Arc<Segment>> {
        if let Some(segment) = &self.segments[self.current] {
            return Ok(Arc::clone(segment));
        }
        let segment = Segment {
            file: self.disk.create(SEGMENTS[self.current])?,
            bytes: AtomicU64::new(0),
        };
        segment.grow(self.segment_bytes_new)?;
        self.disk.sync_names()?;
        let segment = Arc::new(segment);
        self.segments[self.current] = Some(Arc::clone(&segment));
        Ok(segment)
    }

    /// Goes on at the beginning of the other segment, of which everything must be
    /// in the database. Returns the one that was written, if there was one.
    pub(super) fn switch(&mut self) -> io::Result<Option<Arc<Segment>>> {
        let written = self.segments[self.current].clone();
        if let (Sync::Later, Some(segment)) = (self.sync, &written) {
            // What waits to be synced is in one segment only.
            segment.file.sync_data()?;
        }
        self.current = (self.current + 1) % SEGMENTS.len();
        self.offset = 0;
        Ok(written)
    }

    /// Starts again from the beginning: all up to `durable` is in the database.
    pub(super) fn restart(&mut self, durable: u64) {
        self.offset = 0;
        self.durable.store(durable, Ordering::Release);
    }

    /// How large a segment that was filled is to be.
    pub(super) fn grown(&self, segment: &Segment) -> u64 {
        (segment.bytes.load(Ordering::Relaxed) * GROWTH).min(self.segment_bytes_max)
    }

    /// What there is to sync, to be done without holding up the writer.
    pub(super) fn pending(&self, written: u64) -> Option<Pending> {
        let durable = self.durable.load(Ordering::Acquire);
        let segment = self.segments[self.current].as_ref()?;
        (durable < written).then(|| Pending {
            segment: Arc::clone(segment),
            written,
            durable: Arc::clone(&self.durable),
        })
    }

    /// Removes the files: everything is in the database.
    pub(super) fn remove(mut self) -> io::Result<()> {
        let had_any = self.segments.iter().any(Option::is_some);
        self.segments = [None, None];
        if had_any { remove(&*self.disk) } else { Ok(()) }
    }
}

/// Reads what the log on `disk` has after the commit `applied`.
pub(super) fn read(disk: &dyn SideFiles, log_id: u64, applied: u64) -> Result<Replay, ReplayError> {
    replay::read(disk, log_id, applied)
}

/// Removes the files of a log, of which everything must be in the database.
pub(super) fn remove(disk: &dyn SideFiles) -> io::Result<()> {
    for name in SEGMENTS {
        disk.remove(name)?;
    }
    disk.sync_names()
}

impl Segment {
    /// Makes it `bytes` long, all of it written; it must not be in use.
    pub(super) fn grow(&self, bytes: u64) -> io::Result<()> {
        let mut at = self.bytes.load(Ordering::Relaxed);
        if at >= bytes {
            return Ok(());
        }
        let zeros = vec![0; ZEROS_BYTES];
        self.file.set_len(bytes)?;
        while at < bytes {
            let count = zeros
                .len()
                .min(usize::try_from(bytes - at).unwrap_or(ZEROS_BYTES));
            self.file.write(at, &zeros[..count])?;
            at += count as u64;
        }
        self.file.sync_data()?;
        self.bytes.store(bytes, Ordering::Relaxed);
        Ok(())
    }
}

/// Frames that were written and not yet synced.
pub(super) struct Pending {
    segment: Arc<Segment>,
    written: u64,
    durable: Arc<AtomicU64>,
}

impl Pending {
    /// Makes them durable.
    pub(super) fn sync(self) -> io::Result<()> {
        self.segment.file.sync_data()?;
        self.durable.fetch_max(self.written, Ordering::AcqRel);
        Ok(())
    }
}
