//! Reading the log after a crash: which commits the database does not have yet.
//!
//! Frames are written one after the other, so those that were promised run on
//! without a gap from what the database holds. Reading stops at the first frame
//! that is not whole, and then tells apart:
//!
//! - a write that the crash cut off: each block is new, or is what stood there
//!   before. Nobody was promised it, and it is dropped;
//! - a block that is damaged: it may be part of a promise, so it is reported;
//! - a frame that is missing although a later one vouches for it: reported too.
//!
//! Frames of an earlier use of the segment, and those that the database has
//! already, are passed over.

use std::collections::BTreeMap;
use std::io;

use super::block::{self, BLOCK_BYTES, Block, Header};
use super::disk::{SEGMENTS, SideFiles};
use super::frame::{self, Frame};

/// What the log adds to the database.
#[derive(Debug, Default)]
pub(in crate::engine::redb) struct Replay {
    /// The value that each key has after the last frame; `None` removes it.
    pub(in crate::engine::redb) writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// The sequence number of the last frame; that of the database if none is new.
    pub(in crate::engine::redb) last: u64,
    /// Whether there are segments, even if they say nothing new.
    pub(in crate::engine::redb) has_segments: bool,
}

/// Why the log can't be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine::redb) enum ReplayError {
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What was promised is not there, or not as it was written.
    #[error("{0}")]
    Damaged(String),
}

/// Reads what comes after the commit `applied` in the log of `log_id` on `disk`.
pub(in crate::engine::redb) fn read(
    disk: &dyn SideFiles,
    log_id: u64,
    applied: u64,
) -> Result<Replay, ReplayError> {
    let mut has_segments = false;
    let mut segments = Vec::new();
    for name in SEGMENTS {
        let Some(file) = disk.open(name)? else {
            continue;
        };
        has_segments = true;
        let length = usize::try_from(file.len()?).map_err(io::Error::other)?;
        let mut bytes = vec![0; length / BLOCK_BYTES * BLOCK_BYTES];
        file.read(0, &mut bytes)?;
        segments.push(bytes);
    }
    let mut replay = read_segments(&segments, log_id, applied)?;
    replay.has_segments = has_segments;
    Ok(replay)
}

/// [`read`], given the bytes of the segments.
pub(in crate::engine::redb) fn read_segments(
    segments: &[Vec<u8>],
    log_id: u64,
    applied: u64,
) -> Result<Replay, ReplayError> {
    let mut runs: Vec<Run> = segments
        .iter()
        .map(|segment| Run::read(segment, log_id))
        .collect();
    runs.sort_by_key(|run| run.epoch);
    let mut replay = Replay {
        last: applied,
        ..Replay::default()
    };
    for run in &runs {
        for frame in &run.frames {
            if frame.sequence == replay.last + 1 {
                replay.take(frame);
            }
        }
        // A later frame is passed over here and noticed below, by what it vouches for.
        if let Some(place) = run.damaged_at
            && run.next > replay.last
        {
            return Err(ReplayError::Damaged(if run.epoch == 0 {
                "a segment does not begin with a commit of this log".to_owned()
            } else {
                format!(
                    "its commit {} is damaged at byte {place} of a segment",
                    run.next
                )
            }));
        }
    }
    let vouched = segments.iter().map(|segment| vouched(segment, log_id));
    let vouched = vouched.max().unwrap_or_default();
    if vouched > replay.last {
        return Err(ReplayError::Damaged(format!(
            "it lacks the commits {} to {vouched}, which were written",
            replay.last + 1
        )));
    }
    Ok(replay)
}

impl Replay {
    fn take(&mut self, frame: &Frame) {
        for (key, value) in frame.writes().unwrap_or_default() {
            self.writes.insert(key.to_vec(), value.map(<[u8]>::to_vec));
        }
        self.last = frame.sequence;
    }
}

/// The whole frames at the beginning of a segment.
struct Run {
    epoch: u64,
    frames: Vec<Frame>,
    /// The sequence number that comes after them.
    next: u64,
    /// Where the one after them is damaged, if it is.
    damaged_at: Option<usize>,
}

/// What stands in the place of a frame.
enum Found {
    /// The frame, and its bytes.
    Whole(Frame, usize),
    /// No frame, or the torso of one.
    Nothing,
    /// A damaged block, at this byte.
    Damaged(usize),
}

impl Run {
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

    /// Which use of the segment its first block is of. Sequence numbers start at
    /// one, so the epoch of a segment that has no frame is zero.
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
            Some(Block::Blank) | None => {}
        }
        run
    }
}

/// Looks for the frame `sequence` at the byte `at`.
fn find(segment: &[u8], at: usize, epoch: u64, sequence: u64, log_id: u64) -> Found {
    let mut content = Vec::new();
    let mut blocks = segment[at..].chunks_exact(BLOCK_BYTES);
    let mut index = 0;
    loop {
        let place = at + index as usize * BLOCK_BYTES;
        let (header, payload) = match blocks.next().map(|block| block::read(block, log_id)) {
            Some(Block::Sound(header, payload)) => (header, payload),
            Some(Block::Damaged) => return Found::Damaged(place),
            Some(Block::Blank) | None => return Found::Nothing,
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

/// The highest sequence number that any frame in `segment` says was on disk.
fn vouched(segment: &[u8], log_id: u64) -> u64 {
    let blocks = segment.chunks_exact(BLOCK_BYTES);
    let durable = blocks.filter_map(|bytes| {
        if block::claimed_epoch(bytes) == 0 {
            return None;
        }
        match block::read(bytes, log_id) {
            Block::Sound(Header { index: 0, .. }, payload) => frame::durable_of(payload),
            _ => None,
        }
    });
    durable.max().unwrap_or_default()
}
