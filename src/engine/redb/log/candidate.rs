//! The files at the names of a log's segments, and whether they are the log that belongs to
//! the database: `read.rs` has the table.

use std::io;

use ::redb::StorageBackend;

use super::block::{self, BLOCK_BYTES};
use super::disk::{SEGMENTS, SideFile, SideFiles};
use super::header::{FRAMES_AT, SegmentHeader};
use super::replay::{LogState, ReplayError, replay_segments};

/// Bytes that are read at a time where only zeros are expected.
const CHUNK_BYTES: usize = 64 << 10;

/// Maximum bytes to read of a file without a header: a longer one can't be a segment.
const UNKNOWN_BYTES_MAX: u64 = 4 << 30;

/// A file at the name of a segment.
pub(super) struct Candidate {
    file: SideFile,
    /// `None` if it has no sound header.
    header: Option<SegmentHeader>,
    /// Whether it contains anything that could be a frame.
    has_frames: bool,
}

impl Candidate {
    pub(super) fn find(disk: &dyn SideFiles, name: &str) -> io::Result<Option<Self>> {
        let Some(file) = disk.open(name)? else {
            return Ok(None);
        };
        let header = SegmentHeader::read(&*file)?;
        let has_frames = match header {
            Some(_) => !is_blank(&*file, FRAMES_AT as u64, (FRAMES_AT + BLOCK_BYTES) as u64)?,
            None => !is_blank(&*file, FRAMES_AT as u64, u64::MAX)?,
        };
        Ok(Some(Self {
            file,
            header,
            has_frames,
        }))
    }

    /// Reads its frames, up to some bytes after the last block that claims to belong to a
    /// commit after `applied`.
    pub(super) fn read(&self, applied: u64) -> io::Result<Vec<u8>> {
        let there = self.file.len()?;
        let length = match self.header {
            Some(header) => header.bytes.min(there),
            None => there.min(UNKNOWN_BYTES_MAX),
        };
        let end = length.saturating_sub(FRAMES_AT as u64) / BLOCK_BYTES as u64 * BLOCK_BYTES as u64;
        let end = FRAMES_AT as u64 + end;
        let mut last = FRAMES_AT as u64;
        each_chunk(&*self.file, FRAMES_AT as u64, end, |at, chunk| {
            let mut blocks = chunk.chunks_exact(BLOCK_BYTES);
            if blocks.any(|block| block::claimed_sequence(block) > applied) {
                last = at + chunk.len() as u64;
            }
            true
        })?;
        // A damaged block may claim anything; only one after the last frame matters.
        let end = end.min(last + CHUNK_BYTES as u64);
        let length = usize::try_from(end - FRAMES_AT as u64).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(io::Error::other)?;
        each_chunk(&*self.file, FRAMES_AT as u64, end, |_, chunk| {
            bytes.extend_from_slice(chunk);
            true
        })?;
        Ok(bytes)
    }

    /// The open use that it belongs to, if any. A file without a header counts as belonging
    /// to the last one.
    pub(super) fn use_id(&self, state: &LogState) -> Option<u64> {
        let is_open = |header: &SegmentHeader| state.in_use.contains(&header.use_id);
        match self.header {
            Some(header) => Some(header).filter(is_open).map(|header| header.use_id),
            None => state.in_use.last().copied(),
        }
    }

    /// Whether it remains from a use that ended, and adds nothing.
    fn is_left_over(&self, state: &LogState) -> io::Result<bool> {
        let ended = |header: &SegmentHeader| state.closed.contains(&header.use_id);
        let Some(header) = self.header.filter(ended) else {
            return Ok(false);
        };
        let segment = (header.use_id, self.read(state.applied)?);
        Ok(replay_segments(&[segment], state.applied).last == state.applied)
    }

    pub(super) fn into_file(self) -> SideFile {
        self.file
    }
}

/// Calls `visit(offset, chunk)` for each chunk of `file` from `at` to `end`, until it
/// returns `false`.
fn each_chunk(
    file: &dyn StorageBackend,
    mut at: u64,
    end: u64,
    mut visit: impl FnMut(u64, &[u8]) -> bool,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    while at < end {
        let count = usize::try_from(end - at)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        file.read(at, &mut chunk[..count])?;
        if !visit(at, &chunk[..count]) {
            break;
        }
        at += count as u64;
    }
    Ok(())
}

/// Whether `file` contains only zeros from `at` to `end` or to its own end.
fn is_blank(file: &dyn StorageBackend, at: u64, end: u64) -> io::Result<bool> {
    let end = end.min(file.len()?);
    if end > UNKNOWN_BYTES_MAX {
        return Ok(false);
    }
    let mut is_blank = true;
    each_chunk(file, at, end, |_, chunk| {
        is_blank = block::is_blank(chunk);
        is_blank
    })?;
    Ok(is_blank)
}

/// The reason why `candidates` are not the log of the open uses, if they aren't.
pub(super) fn wrong_log(
    candidates: &[Option<Candidate>],
    state: &LogState,
) -> io::Result<Option<ReplayError>> {
    let mut foreign = None;
    // For each use: how many segments there should be, and how many there are.
    let mut counts: Vec<(u32, u32)> = state.in_use.iter().map(|_| (1, 0)).collect();
    for (name, candidate) in SEGMENTS.iter().zip(candidates) {
        let Some(candidate) = candidate else { continue };
        let header = match candidate.header {
            Some(header) => header,
            None if candidate.has_frames => {
                return Ok(Some(ReplayError::Damaged(format!(
                    "the beginning of its file `-{name}` is not as it was written"
                ))));
            }
            // An unfinished, empty segment.
            None => continue,
        };
        let mut uses = state.in_use.iter().zip(&mut counts);
        if let Some((_, (expected, found))) = uses.find(|(use_id, _)| **use_id == header.use_id) {
            let there = candidate.file.len()?;
            if there < header.bytes {
                return Ok(Some(ReplayError::Missing(format!(
                    "its file `-{name}` was cut from {} to {there} bytes",
                    header.bytes
                ))));
            }
            *expected = header.segments.max(*expected);
            *found += 1;
        } else if candidate.has_frames && !candidate.is_left_over(state)? {
            foreign = Some(ReplayError::Foreign(format!(
                "`-{name}` was written in another use"
            )));
        }
    }
    let (expected, found) = counts
        .into_iter()
        .find(|(expected, found)| found < expected)
        .unwrap_or_default();
    if found < expected && foreign.is_none() {
        return Ok(Some(ReplayError::Missing(format!(
            "of its {expected} files {found} are there"
        ))));
    }
    Ok(foreign)
}

/// The reason why `candidates` beside a closed database can't simply be removed, if there
/// is one.
pub(super) fn unexpected_log(
    candidates: &[Option<Candidate>],
    state: &LogState,
) -> io::Result<Option<ReplayError>> {
    for (name, candidate) in SEGMENTS.iter().zip(candidates) {
        let Some(candidate) = candidate.as_ref().filter(|candidate| candidate.has_frames) else {
            continue;
        };
        if candidate.header.is_none() {
            return Ok(Some(ReplayError::Foreign(format!(
                "`-{name}` is not a log, or a damaged one"
            ))));
        }
        if !candidate.is_left_over(state)? {
            return Ok(Some(ReplayError::Foreign(format!(
                "`-{name}` has commits that are not meant for it, as after a restore or a copy"
            ))));
        }
    }
    Ok(None)
}

/// Truncates the segment `file` after its last frame; nothing there was acknowledged. The
/// header announces the new length first.
pub(super) fn trim(file: &dyn StorageBackend) -> io::Result<()> {
    let Some(header) = SegmentHeader::read(file)? else {
        return Ok(());
    };
    let mut end = header.bytes.min(file.len()?);
    while end > FRAMES_AT as u64 && is_blank(file, end - BLOCK_BYTES as u64, end)? {
        end -= BLOCK_BYTES as u64;
    }
    let trimmed = SegmentHeader {
        generation: header.generation + 1,
        bytes: end,
        ..header
    };
    trimmed.write(file)?;
    file.set_len(end)?;
    file.sync_data()
}
