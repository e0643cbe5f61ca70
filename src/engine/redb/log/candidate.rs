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

/// A segment that a crash left.
#[derive(Debug)]
pub(in crate::engine::redb) struct FoundSegment {
    pub(super) file: SideFile,
    pub(super) header: SegmentHeader,
    /// Whether it holds frames that the database does not have.
    pub(super) is_live: bool,
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

    /// The segment, if it is one of the use `use_id`.
    pub(super) fn of_use(self, use_id: u64, is_live: bool) -> Option<FoundSegment> {
        let header = self.header.filter(|header| header.use_id == use_id)?;
        Some(FoundSegment {
            file: self.file,
            header,
            is_live,
        })
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

/// Why `candidates` aren't the log of the use `use_id`, if they aren't.
pub(super) fn wrong_log(
    candidates: &[Option<Candidate>],
    use_id: u64,
) -> io::Result<Option<ReplayError>> {
    let (mut expected, mut found) = (1, 0);
    let mut foreign = None;
    for (name, candidate) in SEGMENTS.iter().zip(candidates) {
        let Some(candidate) = candidate else { continue };
        match candidate.header {
            Some(header) if header.use_id == use_id => {
                let there = candidate.file.len()?;
                if there < header.bytes {
                    return Ok(Some(ReplayError::Missing(format!(
                        "its file `-{name}` was cut from {} to {there} bytes",
                        header.bytes
                    ))));
                }
                expected = expected.max(header.segments);
                found += 1;
            }
            Some(_) if candidate.has_frames => {
                foreign = Some(ReplayError::Foreign(format!(
                    "`-{name}` was written in another use"
                )));
            }
            None if candidate.has_frames => {
                return Ok(Some(ReplayError::Damaged(format!(
                    "the beginning of its file `-{name}` is not as it was written"
                ))));
            }
            // One that was not finished, and holds nothing.
            _ => {}
        }
    }
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
        let Some(header) = candidate.header else {
            return Ok(Some(ReplayError::Foreign(format!(
                "`-{name}` is not a log, or a damaged one"
            ))));
        };
        let is_left_over = Some(header.use_id) == state.closed && {
            let segment = candidate.read(state.applied)?;
            replay_segments(&[segment], header.use_id, state.applied).last == state.applied
        };
        if !is_left_over {
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
