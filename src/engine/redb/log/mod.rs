//! The redo log: what makes a commit durable with one write and one sync.
//!
//! A commit becomes a frame at the end of one of two preallocated segments; the
//! database takes it over later, at a checkpoint, and then the segment is used
//! anew. There are places for three, so that a use can begin beside what a crash left of
//! another. This room knows files, frames and their order; when to switch segments and
//! what a failure means is decided above it.
//!
//! Segments are written through with zeros before their first use, since a write
//! into blocks that a file system has only promised changes its metadata too and
//! makes the sync several times as long.
//!
//! A segment belongs to one *use* of the database, from opening to closing, and names it;
//! all checksums are seeded with it. The database names it too, from
//! before the first frame is acknowledged until everything is in the database: so a
//! log that is missing, cut or another's is told from one that is not needed.

mod block;
mod candidate;
mod disk;
mod frame;
#[cfg(any(fuzzing, test))]
pub(super) mod fuzzing;
mod header;
mod replay;
mod segment;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::place::FileId;

pub(super) use self::disk::{Beside, MARK, SEGMENTS, SideFile, SideFiles, path_beside};
use self::frame::Stamp;
pub(super) use self::frame::{Size, Write};
use self::header::{FRAMES_AT, SegmentHeader};
pub(super) use self::replay::{Left, LogState, Replay, ReplayError};
pub(super) use self::segment::{Segment, UnsyncedFrames};

/// Which part of its largest size a segment has at first. It is small, because a
/// program that writes once and ends should not have to fill it; it grows when it
/// turns out to be too small.
const NEW_PART: u64 = 32;

/// Bytes that a segment has at least.
const SEGMENT_BYTES_MIN: u64 = 24 << 10;

/// Bytes that a new segment has at most.
const SEGMENT_BYTES_NEW_MAX: u64 = 1 << 20;

/// By how much a segment that was filled grows before it is used again.
const GROWTH: u64 = 4;

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
    disk: Arc<dyn SideFiles>,
    /// The use of the database that the log belongs to.
    use_id: u64,
    /// Whether the database names this use.
    is_recorded: bool,
    /// How many segments each of them says that there are at least. Their headers have it
    /// too, but are locked while a checkpoint syncs them, which no writer should wait for.
    announced: u32,
    sync: Sync,
    segment_bytes_new: u64,
    segment_bytes_max: u64,
    segments: [Option<Arc<Segment>>; SEGMENTS.len()],
    /// Whether there may be files, also of segments that another use left.
    has_files: bool,
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

impl Log {
    /// An empty log after the commit `durable`. Its files are made at the first
    /// frame; `disk` must have none.
    pub(super) fn new(
        disk: Arc<dyn SideFiles>,
        use_id: u64,
        durable: u64,
        sync: Sync,
        segment_bytes_max: u64,
    ) -> Self {
        Self {
            disk,
            use_id,
            is_recorded: false,
            announced: 0,
            sync,
            segment_bytes_new: (segment_bytes_max / NEW_PART)
                .clamp(SEGMENT_BYTES_MIN, SEGMENT_BYTES_NEW_MAX),
            segment_bytes_max,
            segments: SEGMENTS.map(|_| None),
            has_files: false,
            current: 0,
            offset: FRAMES_AT as u64,
            epoch: 0,
            durable: Arc::new(AtomicU64::new(durable)),
            frame: Vec::new(),
        }
    }

    /// Begins beside `left`, which another use left: in the place that is free. By the time
    /// that another segment is needed, the database has taken over what is in those.
    pub(super) fn begin_beside(&mut self, left: &Left) {
        self.current = left.free;
        self.has_files = true;
    }

    /// Whether a frame of `bytes` is too large. Its commit goes around the log:
    /// even a new segment has to hold two frames.
    pub(super) fn is_too_large(&self, bytes: usize) -> bool {
        bytes as u64 > (self.segment_bytes_new - FRAMES_AT as u64) / 2
    }

    /// How large its files are.
    pub(super) fn bytes(&self) -> u64 {
        let segments = self.segments.iter().flatten();
        segments.map(|segment| segment.bytes()).sum()
    }

    /// The use of the database that the log belongs to.
    pub(super) fn use_id(&self) -> u64 {
        self.use_id
    }

    /// Whether the database names this use, without which no frame may be written.
    pub(super) fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Notes that the database names this use, durably.
    pub(super) fn set_recorded(&mut self) {
        self.is_recorded = true;
    }

    /// Whether the database is still where the log is found by its name.
    pub(super) fn is_in_place(&self) -> io::Result<bool> {
        self.disk.is_in_place()
    }

    /// Which file the database is.
    pub(super) fn database(&self) -> Option<FileId> {
        self.disk.database()
    }

    /// Whether the segment that is written has room for a frame of `bytes`.
    pub(super) fn fits(&self, bytes: usize) -> bool {
        self.offset + bytes as u64 <= self.room()
    }

    /// How long the segment that is written is, or will be.
    pub(super) fn room(&self) -> u64 {
        let segment = self.segments[self.current].as_ref();
        let length = segment.map_or(0, |segment| segment.bytes());
        if self.offset == FRAMES_AT as u64 {
            length.max(self.segment_bytes_new)
        } else {
            length
        }
    }

    /// How much of it is written.
    pub(super) fn filled(&self) -> u64 {
        self.offset
    }

    /// Makes the segment that is written, if it is not there yet or too short for new
    /// ones. After an error it can be tried again.
    pub(super) fn prepare(&mut self) -> io::Result<()> {
        match &self.segments[self.current] {
            None => {
                self.has_files = true;
                self.segments[self.current] = Some(Arc::new(self.create()?));
            }
            Some(segment) if self.offset == FRAMES_AT as u64 => {
                segment.grow(self.segment_bytes_new)?;
            }
            Some(_) => {}
        }
        // From here on those that were there say that there must be another. That may be on
        // disk also where it fails, so the new one stays.
        self.announce()
    }

    /// Has each segment say that there are as many of them as there are.
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

    /// How many segments there are.
    fn count(&self) -> u32 {
        self.segments.iter().flatten().map(|_| 1).sum()
    }

    fn create(&self) -> io::Result<Segment> {
        let name = SEGMENTS[self.current];
        let file = match self.disk.create(name) {
            // What an earlier attempt left. It may also be another name of somebody's
            // file, which only loses that name.
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
        let made = segment.grow(self.segment_bytes_new);
        if let Err(error) = made.and_then(|()| self.disk.sync_names()) {
            drop(segment);
            // What is left of it has no frames, and so no meaning.
            let _ = self.disk.remove(name);
            return Err(error);
        }
        Ok(segment)
    }

    /// Writes a frame, for which there must be room, and makes it durable unless
    /// that can wait. After an error nobody knows whether it is there.
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

    /// Goes on at the beginning of another segment; of all but the one that is written
    /// everything must be in the database. Returns that one, if there is one.
    pub(super) fn switch(&mut self) -> io::Result<Option<Arc<Segment>>> {
        let written = self.segments[self.current].clone();
        if let (Sync::Later, Some(segment)) = (self.sync, &written) {
            // What waits to be synced is in one segment only.
            segment.sync()?;
        }
        let mut others = (0..SEGMENTS.len()).filter(|place| *place != self.current);
        let first = others.clone().next().unwrap_or_default();
        let there = others.find(|place| self.segments[*place].is_some());
        self.current = there.unwrap_or(first);
        self.offset = FRAMES_AT as u64;
        Ok(written)
    }

    /// Starts again from the beginning: all up to `durable` is in the database.
    pub(super) fn restart(&mut self, durable: u64) {
        self.offset = FRAMES_AT as u64;
        self.durable.store(durable, Ordering::Release);
    }

    /// How large a segment that was filled is to be.
    pub(super) fn grown(&self, segment: &Segment) -> u64 {
        let others = self.bytes() - segment.bytes();
        let left = (self.segment_bytes_max * 2).saturating_sub(others);
        (segment.bytes() * GROWTH)
            .min(self.segment_bytes_max)
            .min(left)
    }

    /// What there is to sync, to be done without holding up the writer.
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

/// Reads what the log on `disk` has after what the database holds.
pub(super) fn read(
    disk: &dyn SideFiles,
    state: &LogState,
    salvage: bool,
) -> Result<Replay, ReplayError> {
    replay::read(disk, state, salvage)
}

/// Gives back the space behind the last frame of each segment: a database that is to
/// take over the log may need it.
pub(super) fn trim(disk: &dyn SideFiles) -> io::Result<()> {
    for name in SEGMENTS {
        if let Some(file) = disk.open(name)? {
            candidate::trim(&*file)?;
        }
    }
    Ok(())
}

/// Removes the files of a log, of which everything must be in the database.
pub(super) fn remove(disk: &dyn SideFiles) -> io::Result<()> {
    for name in SEGMENTS {
        disk.remove(name)?;
    }
    disk.sync_names()
}

/// Gives the files of a log, which are not to be used, names that no database has.
/// They end in `use_id`: that of the use which can't find them any more.
pub(super) fn set_aside(disk: &dyn SideFiles, use_id: u64) -> io::Result<()> {
    for name in SEGMENTS {
        if disk.open(name)?.is_some() {
            disk.rename(name, &format!("{name}.set-aside-{use_id:016x}"))?;
        }
    }
    disk.sync_names()
}
