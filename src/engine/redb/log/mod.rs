//! The redo log, which makes a commit durable with one write and one sync.
//!
//! A commit becomes a frame at the end of one of two preallocated segments. A checkpoint
//! writes it to the database later; then the segment is reused. There is a place for a
//! third segment, so that a new use can begin beside those that a crash left. This module
//! knows files, frames and their order; the layer above decides when to switch segments and
//! what a failure means.
//!
//! Segments are filled with zeros before their first use, because a write into blocks that
//! are only reserved also changes metadata, which makes the sync several times as slow.
//!
//! A segment belongs to one *use* of the database, from opening to closing, and names it;
//! all checksums are seeded with it. The database names the use too, from before the first
//! frame is acknowledged until everything is in the database. This distinguishes a missing,
//! truncated or foreign log from one that is not needed.

mod block;
mod candidate;
mod disk;
mod frame;
#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod fuzzing;
mod header;
mod read;
mod replay;
mod segment;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) use self::disk::{Beside, MARK, SEGMENTS, SideFile, SideFiles, path_beside};
pub(super) use self::frame::Size;
use self::frame::Stamp;
use self::header::{FRAMES_AT, SegmentHeader};
pub(super) use self::read::read;
pub(super) use self::replay::{Left, LogState, Replay, ReplayError};
pub(super) use self::segment::{Segment, UnsyncedFrames};
use super::place::FileId;
use super::staging::Write;

/// Which part of its usual size a segment has at first. It is small, because a
/// program that writes once and ends should not have to fill it; it grows when it
/// turns out to be too small.
const NEW_PART: u64 = 32;

/// Minimum bytes of a segment.
const SEGMENT_BYTES_MIN: u64 = 24 << 10;

/// Maximum bytes of a new segment.
const SEGMENT_BYTES_NEW_MAX: u64 = 1 << 20;

/// Maximum bytes of a segment that is created beside those of a crash. The first commit may
/// be waiting for it, and filling it with zeros takes most of its time. It is extended to
/// the size of a new segment when a frame needs that.
const SEGMENT_BYTES_BESIDE: u64 = 256 << 10;

/// The factor by which a full segment grows before it is reused.
const GROWTH: u64 = 4;

/// When a frame must be on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    /// Before its commit is acknowledged.
    EachFrame,
    /// When [`Log::sync_pending`] is called.
    Later,
}

/// The writer of the log.
pub(super) struct Log {
    disk: Arc<dyn SideFiles>,
    /// The use of the database that the log belongs to.
    use_id: u64,
    /// Whether the database has recorded this use.
    is_recorded: bool,
    /// The number of segments that each header announces. The headers contain it too, but
    /// they are locked while a checkpoint syncs them, and writers shouldn't wait for that.
    announced: u32,
    sync: Sync,
    segment_bytes_new: u64,
    /// The bytes of the first segment, unless its first frame needs more.
    segment_bytes_first: u64,
    segments: [Option<Arc<Segment>>; SEGMENTS.len()],
    /// Whether there may be files, including segments that another use left.
    has_files: bool,
    /// The index of the current segment.
    current: usize,
    /// The offset of the next frame.
    offset: u64,
    /// The sequence number of the first frame of this use of the segment.
    epoch: u64,
    /// The last frame that is known to be on disk.
    durable: Arc<AtomicU64>,
    /// A buffer for frames, kept for its allocation.
    frame: Vec<u8>,
}

impl Log {
    /// An empty log after the commit `durable`, for segments of about `segment_bytes` once
    /// they have grown. Its files are created at the first frame; `disk` must have none.
    pub(super) fn new(
        disk: Arc<dyn SideFiles>,
        use_id: u64,
        durable: u64,
        sync: Sync,
        segment_bytes: u64,
    ) -> Self {
        let segment_bytes_new =
            (segment_bytes / NEW_PART).clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_NEW_MAX);
        Self {
            disk,
            use_id,
            is_recorded: false,
            announced: 0,
            sync,
            segment_bytes_new,
            segment_bytes_first: segment_bytes_new,
            segments: SEGMENTS.map(|_| None),
            has_files: false,
            current: 0,
            offset: FRAMES_AT as u64,
            epoch: 0,
            durable: Arc::new(AtomicU64::new(durable)),
            frame: Vec::new(),
        }
    }

    /// Begins in the free place beside the segments `left` by another use. Before a second
    /// segment is needed, the database has taken those over.
    pub(super) fn begin_beside(&mut self, left: &Left) {
        self.current = left.free;
        self.has_files = true;
        if self.grows_in_use() {
            self.segment_bytes_first = self.segment_bytes_new.min(SEGMENT_BYTES_BESIDE);
        }
    }

    /// Whether the current segment can grow behind its frames. They must be synced, because
    /// a failed sync of the zeros behind them might lose them.
    fn grows_in_use(&self) -> bool {
        self.sync == Sync::EachFrame
    }

    /// Whether a frame of `bytes` is too large, because even a new segment must hold two
    /// frames. Its commit goes around the log.
    pub(super) fn is_too_large(&self, bytes: usize) -> bool {
        bytes as u64 > (self.segment_bytes_new - FRAMES_AT as u64) / 2
    }

    /// The size of its files.
    pub(super) fn bytes(&self) -> u64 {
        let segments = self.segments.iter().flatten();
        segments.map(|segment| segment.bytes()).sum()
    }

    /// The use of the database that the log belongs to.
    pub(super) fn use_id(&self) -> u64 {
        self.use_id
    }

    /// Whether the database has recorded this use; before that, no frame may be written.
    pub(super) fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Notes that the database has durably recorded this use.
    pub(super) fn set_recorded(&mut self) {
        self.is_recorded = true;
    }

    /// Whether the database is still at its path, by which the log is found.
    pub(super) fn is_in_place(&self) -> io::Result<bool> {
        self.disk.is_in_place()
    }

    /// The identity of the database's file.
    pub(super) fn database(&self) -> Option<FileId> {
        self.disk.database()
    }

    /// Whether the current segment has room for a frame of `bytes`.
    pub(super) fn fits(&self, bytes: usize) -> bool {
        self.offset + bytes as u64 <= self.room()
    }

    /// The length of the current segment, or the length that it can have before it is
    /// switched.
    pub(super) fn room(&self) -> u64 {
        let segment = self.segments[self.current].as_ref();
        let length = segment.map_or(0, |segment| segment.bytes());
        if self.offset == FRAMES_AT as u64 || self.grows_in_use() {
            length.max(self.segment_bytes_new)
        } else {
            length
        }
    }

    /// The bytes of the frames in the current segment.
    pub(super) fn filled(&self) -> u64 {
        self.offset - FRAMES_AT as u64
    }

    /// Extends the current segment, if it has frames already and is too short for another
    /// one of `bytes`, which must [fit](Self::fits). After an error it has no room for it.
    pub(super) fn extend(&self, bytes: usize) -> io::Result<()> {
        if let Some(segment) = &self.segments[self.current]
            && self.offset > FRAMES_AT as u64
            && segment.bytes() < self.offset + bytes as u64
        {
            segment.grow(self.segment_bytes_new)?;
        }
        Ok(())
    }

    /// Creates or extends the current segment, if it doesn't exist yet or is too short for a
    /// frame of `bytes`, which must [fit](Self::fits). It can be retried after an error.
    pub(super) fn prepare(&mut self, bytes: usize) -> io::Result<()> {
        let end = self.offset + bytes as u64;
        match &self.segments[self.current] {
            None => {
                self.has_files = true;
                self.segments[self.current] = Some(Arc::new(self.create(end)?));
            }
            Some(segment) if segment.bytes() < end => segment.grow(self.segment_bytes_new)?,
            Some(_) => {}
        }
        // From here on, the earlier segments announce the new one. That may be on disk even
        // after an error, so the new one stays.
        self.announce()
    }

    /// Makes each segment announce the number of segments.
    fn announce(&mut self) -> io::Result<()> {
        let count = self.count();
        if self.announced < count {
            for segment in self.segments.iter().flatten() {
                segment.tell_count(count)?;
            }
            self.announced = count;
        }
        Ok(())
    }

    /// The number of segments.
    fn count(&self) -> u32 {
        self.segments.iter().flatten().map(|_| 1).sum()
    }

    /// Creates the current segment, for a frame that ends at `end`.
    fn create(&self, end: u64) -> io::Result<Segment> {
        let name = SEGMENTS[self.current];
        let file = match self.disk.create(name) {
            // A leftover of an earlier attempt. It may also be a hard link to another file,
            // which only loses this name.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.disk.remove(name)?;
                self.disk.create(name)?
            }
            created => created?,
        };
        let header = SegmentHeader {
            use_id: self.use_id,
            index: u32::try_from(self.current).unwrap_or(u32::MAX),
            generation: 0,
            bytes: 0,
            segments: self.count() + 1,
        };
        let segment = Segment::new(file, header);
        let made = if self.is_recorded {
            segment.grow(self.segment_bytes_new)
        } else {
            segment.lay_out(self.segment_bytes_first.max(end))
        };
        if let Err(error) = made.and_then(|()| self.disk.sync_names()) {
            drop(segment);
            // A leftover has no frames, and so no meaning.
            let _ = self.disk.remove(name);
            return Err(error);
        }
        Ok(segment)
    }

    /// Writes a frame, for which there must be room, and makes it durable unless that can
    /// wait. After an error, it is unknown whether the frame was written.
    pub(super) fn append<'w>(
        &mut self,
        sequence: u64,
        size: Size,
        writes: impl Iterator<Item = Write<'w>>,
    ) -> io::Result<()> {
        let Some(segment) = &self.segments[self.current] else {
            return Err(io::Error::other("the log has no segment; report this"));
        };
        if self.offset == FRAMES_AT as u64 {
            self.epoch = sequence;
        }
        let stamp = Stamp {
            log_id: self.use_id,
            epoch: self.epoch,
            sequence,
            durable: self.durable.load(Ordering::Acquire),
        };
        frame::encode(&mut self.frame, size, stamp, writes);
        segment.write(self.offset, &self.frame)?;
        if self.sync == Sync::EachFrame {
            segment.sync()?;
            self.durable.store(sequence, Ordering::Release);
        }
        self.offset += self.frame.len() as u64;
        Ok(())
    }

    /// Continues at the beginning of another segment, whose commits must be in the
    /// database. Returns the previous segment, if there is one.
    pub(super) fn switch(&mut self) -> io::Result<Option<Arc<Segment>>> {
        let written = self.segments[self.current].clone();
        if let (Sync::Later, Some(segment)) = (self.sync, &written) {
            // Unsynced frames must be in one segment only.
            segment.sync()?;
        }
        let mut others = (0..SEGMENTS.len()).filter(|place| *place != self.current);
        let first = others.clone().next().unwrap_or_default();
        let there = others.find(|place| self.segments[*place].is_some());
        self.current = there.unwrap_or(first);
        self.offset = FRAMES_AT as u64;
        Ok(written)
    }

    /// Starts again from the beginning: everything up to `durable` is in the database.
    pub(super) fn restart(&mut self, durable: u64) {
        self.offset = FRAMES_AT as u64;
        self.durable.store(durable, Ordering::Release);
    }

    /// The new size of a full segment, at most `bytes_max`.
    pub(super) fn grown(&self, segment: &Segment, bytes_max: u64) -> u64 {
        let others = self.bytes() - segment.bytes();
        let left = (bytes_max * 2).saturating_sub(others);
        (segment.bytes() * GROWTH).min(bytes_max).min(left)
    }

    /// The frames to sync, which can be done without blocking the writer.
    pub(super) fn pending(&self, written: u64) -> Option<UnsyncedFrames> {
        let durable = self.durable.load(Ordering::Acquire);
        let segment = self.segments[self.current].as_ref()?;
        (durable < written)
            .then(|| UnsyncedFrames::new(Arc::clone(segment), written, Arc::clone(&self.durable)))
    }

    /// Removes the files: everything is in the database.
    pub(super) fn remove(mut self) -> io::Result<()> {
        self.segments = SEGMENTS.map(|_| None);
        if self.has_files {
            remove(&*self.disk)
        } else {
            Ok(())
        }
    }
}

/// Gives back the space after the last frame of each segment: the database may need it to
/// take over the log.
pub(super) fn trim(disk: &dyn SideFiles) -> io::Result<()> {
    for name in SEGMENTS {
        if let Some(file) = disk.open(name)? {
            candidate::trim(&*file)?;
        }
    }
    Ok(())
}

/// Removes the files of a log; all its commits must be in the database.
pub(super) fn remove(disk: &dyn SideFiles) -> io::Result<()> {
    for name in SEGMENTS {
        disk.remove(name)?;
    }
    disk.sync_names()
}

/// Renames the files of a log that must not be used, to names that no database uses. They
/// end in `use_id`, the use that can't find them any more.
pub(super) fn set_aside(disk: &dyn SideFiles, use_id: u64) -> io::Result<()> {
    for name in SEGMENTS {
        if disk.open(name)?.is_some() {
            disk.rename(name, &format!("{name}.set-aside-{use_id:016x}"))?;
        }
    }
    disk.sync_names()
}
