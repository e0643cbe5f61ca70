//! Replays the frames of segments: the commits that the database lacks.
//!
//! Frames are written in order, so acknowledged frames continue without a gap from the last
//! commit in the database. Reading stops at the first frame that isn't whole, and
//! distinguishes:
//!
//! - a write that the crash interrupted: each block is new, old or torn. It was not
//!   acknowledged, and is dropped;
//! - a damaged block: it may belong to an acknowledged frame, so it is reported;
//! - a missing frame for which a later one vouches: it is reported too.
//!
//! Frames of an earlier use of the segment, and those that the database already contains,
//! are skipped.

use std::io;

use super::block::{self, BLOCK_BYTES, Block, Header};
use super::disk::{SideFile, SideFiles};
use super::frame::{self, Frame};
use super::header::FRAMES_AT;
use crate::engine::redb::place::FileId;
use crate::engine::redb::staging::Writes;

/// The state of the log according to the database.
#[derive(Clone, Debug, Default)]
pub(in crate::engine::redb) struct LogState {
    /// The number of the last commit that the database contains.
    pub(in crate::engine::redb) applied: u64,
    /// The uses that were not closed, in order.
    pub(in crate::engine::redb) in_use: Vec<u64>,
    /// The uses that ended last.
    pub(in crate::engine::redb) closed: Vec<u64>,
    /// The identity of the file in the last use.
    pub(in crate::engine::redb) file: Option<FileId>,
}

/// The contents of the log that the database lacks.
#[derive(Debug, Default)]
pub(in crate::engine::redb) struct Replay {
    /// The writes of new frames, in order, with their sequence numbers.
    pub(in crate::engine::redb) commits: Vec<(u64, Writes)>,
    /// The sequence number of the last frame, or of the database if no frame is new.
    pub(in crate::engine::redb) last: u64,
    /// Whether there are segments, even if they contain nothing new.
    pub(in crate::engine::redb) has_segments: bool,
    /// The fault of the log, if it was salvaged.
    pub(in crate::engine::redb) salvaged: Option<ReplayError>,
    /// The segments, if a new use can begin beside them: there is a free place for its own
    /// segment.
    pub(in crate::engine::redb) left: Option<Left>,
}

/// The segments that a crash left.
#[derive(Debug)]
pub(in crate::engine::redb) struct Left {
    pub(super) files: Vec<(&'static str, SideFile)>,
    /// The index of the free place.
    pub(super) free: usize,
}

impl Left {
    /// Syncs all of them, because frames that readers are about to see, and the names of
    /// segments, may have been written but not synced.
    pub(in crate::engine::redb) fn sync(&self, disk: &dyn SideFiles) -> io::Result<()> {
        for (_, file) in &self.files {
            file.sync_data()?;
        }
        disk.sync_names()
    }

    /// Removes them; the database must contain everything in them.
    pub(in crate::engine::redb) fn remove(self, disk: &dyn SideFiles) -> io::Result<()> {
        for (name, file) in self.files {
            drop(file);
            disk.remove(name)?;
        }
        disk.sync_names()
    }
}

/// Why the log can't be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine::redb) enum ReplayError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Acknowledged frames are damaged.
    #[error("{0}")]
    Damaged(String),
    /// Acknowledged frames are missing.
    #[error("{0}")]
    Missing(String),
    /// The log belongs to another use or file.
    #[error("{0}")]
    Foreign(String),
}

/// Reads the frames in `segments`, each with its use, after the commit `applied`, up to the
/// first fault, which is returned in the result.
pub(in crate::engine::redb) fn replay_segments(
    segments: &[(u64, Vec<u8>)],
    applied: u64,
) -> Replay {
    let runs = segments
        .iter()
        .map(|(use_id, segment)| IntactFrames::read(segment, *use_id));
    let mut runs: Vec<IntactFrames> = runs.collect();
    // A segment whose beginning is damaged comes last, because its epoch is unknown.
    runs.sort_by_key(|run| if run.epoch == 0 { u64::MAX } else { run.epoch });
    let mut replay = Replay {
        last: applied,
        ..Replay::default()
    };
    for mut run in runs {
        for frame in std::mem::take(&mut run.frames) {
            if frame.sequence == replay.last + 1 {
                replay.last = frame.sequence;
                replay.commits.push((frame.sequence, frame.writes));
            }
        }
        // A later frame is skipped here; what it vouches for is checked below.
        if let Some(place) = run.damaged_at
            && run.next > replay.last
        {
            let place = place + FRAMES_AT;
            replay.salvaged = Some(ReplayError::Damaged(if run.epoch == 0 {
                "a segment does not begin with a commit of this log".to_owned()
            } else {
                format!(
                    "its commit {} is damaged at byte {place} of a segment",
                    run.next
                )
            }));
            return replay;
        }
    }
    let vouched = segments
        .iter()
        .map(|(use_id, segment)| vouched(segment, *use_id, replay.last));
    let vouched = vouched.max().unwrap_or_default();
    if vouched > replay.last {
        replay.salvaged = Some(ReplayError::Missing(format!(
            "it lacks the commits {} to {vouched}, which were acknowledged",
            replay.last + 1
        )));
    }
    replay
}

/// Like [`replay_segments`], but a fault is an error.
#[cfg(any(test, feature = "fuzzing"))]
pub(in crate::engine::redb) fn read_segments(
    segments: &[Vec<u8>],
    use_id: u64,
    applied: u64,
) -> Result<Replay, ReplayError> {
    let segments = segments.iter().map(|segment| (use_id, segment.clone()));
    let mut replay = replay_segments(&segments.collect::<Vec<_>>(), applied);
    match replay.salvaged.take() {
        Some(fault) => Err(fault),
        None => Ok(replay),
    }
}

/// The whole frames at the beginning of a segment.
struct IntactFrames {
    epoch: u64,
    frames: Vec<Frame>,
    /// The sequence number of the next frame.
    next: u64,
    /// The offset at which the next frame is damaged, if it is.
    damaged_at: Option<usize>,
}

/// The result of reading a frame.
enum Found {
    /// The frame and its length.
    Whole(Frame, usize),
    /// No frame, or an incomplete one.
    Nothing,
    /// A damaged block at this offset.
    Damaged(usize),
}

impl IntactFrames {
    fn read(segment: &[u8], log_id: u64) -> Self {
        let (mut run, mut at) = (Self::beginning(segment, log_id), 0);
        while run.epoch > 0 && run.damaged_at.is_none() {
            match find(segment, at, run.epoch, run.next, log_id) {
                Found::Whole(frame, bytes) => {
                    run.frames.push(frame);
                    run.next += 1;
                    at += bytes;
                }
                Found::Nothing => break,
                Found::Damaged(place) => run.damaged_at = Some(place),
            }
        }
        run
    }

    /// The epoch of the first block. Sequence numbers start at one, so a segment without
    /// frames has the epoch zero.
    fn beginning(segment: &[u8], log_id: u64) -> Self {
        let mut run = Self {
            epoch: 0,
            frames: Vec::new(),
            next: u64::MAX,
            damaged_at: None,
        };
        match segment.get(..BLOCK_BYTES).map(|b| block::read(b, log_id)) {
            Some(Block::Sound(header, _)) => {
                (run.epoch, run.next) = (header.epoch, header.epoch);
            }
            Some(Block::Damaged) => run.damaged_at = Some(0),
            Some(Block::Blank | Block::Torn) | None => {}
        }
        run
    }
}

/// Reads the frame `sequence` at the offset `at`.
fn find(segment: &[u8], at: usize, epoch: u64, sequence: u64, log_id: u64) -> Found {
    let mut content = Vec::new();
    let mut rest = segment[at..].chunks_exact(BLOCK_BYTES);
    let mut index = 0;
    loop {
        let place = at + index as usize * BLOCK_BYTES;
        let Some(block) = rest.next() else {
            return Found::Nothing;
        };
        let (header, payload) = match block::read(block, log_id) {
            Block::Sound(header, payload) => (header, payload),
            Block::Damaged => return Found::Damaged(place),
            Block::Blank | Block::Torn => return Found::Nothing,
        };
        let expected = Header {
            epoch,
            sequence,
            index,
            blocks: header.blocks,
        };
        if header != expected {
            return Found::Nothing;
        }
        content.extend_from_slice(payload);
        index += 1;
        if index >= header.blocks {
            let bytes = index as usize * BLOCK_BYTES;
            return match Frame::new(sequence, content) {
                Some(frame) => Found::Whole(frame, bytes),
                None => Found::Damaged(at),
            };
        }
    }
}

/// The highest sequence number that frames in `segment` vouch for; only those that can
/// vouch for more than `last` are read.
fn vouched(segment: &[u8], log_id: u64, last: u64) -> u64 {
    let blocks = segment.chunks_exact(BLOCK_BYTES);
    let durable = blocks.filter_map(|bytes| {
        // A frame vouches only for earlier ones.
        if block::claimed_sequence(bytes).saturating_sub(1) <= last {
            return None;
        }
        match block::read(bytes, log_id) {
            Block::Sound(Header { index: 0, .. }, payload) => frame::durable_of(payload),
            _ => None,
        }
    });
    durable.max().unwrap_or_default()
}
