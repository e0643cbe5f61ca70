//! The files that stand where the segments of a log are looked for, and whether they
//! are the log that the database means: `replay.rs` has the table.

use std::io;

use ::redb::StorageBackend;

use super::block::{self, BLOCK_BYTES};
use super::disk::{SEGMENTS, SideFile, SideFiles};
use super::header::{FRAMES_AT, SegmentHeader};
use super::replay::{LogState, ReplayError, replay_segments};

/// Bytes that are read at a time where nothing is expected.
const CHUNK_BYTES: usize = 64 << 10;

/// Bytes of a file without a header that are looked at: more is no segment of ours.
const UNKNOWN_BYTES_MAX: u64 = 4 << 30;

/// A file that stands where a segment is looked for.
pub(super) struct Candidate {
    file: SideFile,
    /// `None` without a sound one.
    header: Option<SegmentHeader>,
    /// Whether there is anything that could be a frame.
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

    /// Its frames as far as they should go, up to some way behind the last block that
    /// claims to be of a commit after `applied`.
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
        // A block that was damaged may claim anything. Only the one behind the last frame
        // matters.
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

    /// The use that was not closed and that it is of, if it is of one. One without a header
    /// is taken for one of the last.
    pub(super) fn use_id(&self, state: &LogState) -> Option<u64> {
        let is_open = |header: &SegmentHeader| state.in_use.contains(&header.use_id);
        match self.header {
            Some(header) => Some(header).filter(is_open).map(|header| header.use_id),
            None => state.in_use.last().copied(),
        }
    }

    /// Whether it is what is left of a use that ended, and adds nothing.
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

/// Visits what `file` has from `at` to `end`, one chunk after the other with where it
/// begins, until `visit` returns `false`.
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

/// Whether `file` has nothing but zeros from `at` to `end`, or to its own end.
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

/// Why `candidates` aren't the log of the uses that were not closed, if they aren't.
pub(super) fn wrong_log(
    candidates: &[Option<Candidate>],
    state: &LogState,
) -> io::Result<Option<ReplayError>> {
    let mut foreign = None;
    // Of each use: how many segments there should be, and are.
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
            // One that was not finished, and holds nothing.
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

/// Why `candidates` can't just be removed, beside a database that was closed.
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

/// Cuts off what is behind the last frame in the segment `file`, of which nothing was
/// acknowledged. The header tells the new length first.
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
