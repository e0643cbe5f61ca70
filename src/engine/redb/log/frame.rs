//! The frames of the redo log: the writes of one commit, in whole blocks.
//!
//! The content of a frame, spread over the payloads of its blocks:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `durable`: the last sequence number that was on disk when this was written |
//! | 4 | how many writes follow |
//! | each: 4 | length of the key; with the top bit set the key is deleted |
//! | 4 | length of the value |
//! | | the key, the value |
//!
//! `durable` reveals holes: it is the last commit up to which everything was on disk when the frame
//! was written.

use super::block::{self, BLOCK_BYTES, Header, PAYLOAD_BYTES};
use crate::engine::redb::staging::{Write, Writes};

/// Set in the length of a deleted key.
const DELETED: u32 = 1 << 31;
/// Bytes of a frame's content before its writes.
const FRAME_HEAD_BYTES: usize = 12;
/// Bytes before each write.
const WRITE_HEAD_BYTES: usize = 8;

/// Computes the size of a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine::redb) struct Size {
    writes: u32,
    bytes: usize,
}

impl Size {
    /// Counts one write.
    pub(in crate::engine::redb) fn add(&mut self, write: Write<'_>) {
        self.writes += 1;
        self.bytes += Self::of(write);
    }

    /// Bytes of one write.
    pub(in crate::engine::redb) fn of((key, value): Write<'_>) -> usize {
        WRITE_HEAD_BYTES + key.len() + value.map_or(0, <[u8]>::len)
    }

    /// Bytes of the frame on disk: whole blocks.
    pub(in crate::engine::redb) fn frame_bytes(self) -> usize {
        (FRAME_HEAD_BYTES + self.bytes).div_ceil(PAYLOAD_BYTES) * BLOCK_BYTES
    }
}

/// Encodes the frame `sequence` with `writes`, whose total size is `size`, into `frame`,
/// reusing its allocation.
pub(in crate::engine::redb) fn encode<'w>(
    frame: &mut Vec<u8>,
    size: Size,
    stamp: Stamp,
    writes: impl Iterator<Item = Write<'w>>,
) {
    frame.clear();
    frame.resize(size.frame_bytes(), 0);
    let mut content = Content { frame, at: 0 };
    content.push(&stamp.durable.to_le_bytes());
    content.push(&size.writes.to_le_bytes());
    for (key, value) in writes {
        let deleted = if value.is_none() { DELETED } else { 0 };
        let value = value.unwrap_or_default();
        let lengths = [small(key.len()) | deleted, small(value.len())];
        content.push(lengths.map(u32::to_le_bytes).as_flattened());
        content.push(key);
        content.push(value);
    }
    let blocks = small(frame.len() / BLOCK_BYTES);
    for (index, block) in (0..).zip(frame.chunks_exact_mut(BLOCK_BYTES)) {
        let header = Header {
            epoch: stamp.epoch,
            sequence: stamp.sequence,
            index,
            blocks,
        };
        block::write_header(block, header, stamp.log_id);
    }
}

/// Converts a length to a number in a frame. Longer commits go around the log, so all
/// lengths are far below 2 GiB.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The header fields that all blocks of a frame share.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine::redb) struct Stamp {
    /// The id of the log.
    pub(in crate::engine::redb) log_id: u64,
    /// The sequence number of the first frame of this use of the segment.
    pub(in crate::engine::redb) epoch: u64,
    /// The sequence number of the frame.
    pub(in crate::engine::redb) sequence: u64,
    /// The last frame known to be on disk.
    pub(in crate::engine::redb) durable: u64,
}

/// The payloads of a frame's blocks, filled as one sequence of bytes.
struct Content<'f> {
    frame: &'f mut [u8],
    at: usize,
}

impl Content<'_> {
    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (block, within) = (self.at / PAYLOAD_BYTES, self.at % PAYLOAD_BYTES);
            let fitting = bytes.len().min(PAYLOAD_BYTES - within);
            let (now, later) = bytes.split_at(fitting);
            let block = &mut self.frame[block * BLOCK_BYTES..][..BLOCK_BYTES];
            block::payload_of(block)[within..within + fitting].copy_from_slice(now);
            self.at += fitting;
            bytes = later;
        }
    }
}

/// The content of a frame, put together from its blocks.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) sequence: u64,
    /// The writes, in order, each key once.
    pub(super) writes: Writes,
}

impl Frame {
    /// `None` for malformed content.
    pub(super) fn new(sequence: u64, content: Vec<u8>) -> Option<Self> {
        let mut rest = content.get(8..)?;
        let count = take_u32(&mut rest)?;
        let mut lengths = Vec::new();
        for _ in 0..count {
            let key_bytes = take_u32(&mut rest)?;
            let value_bytes = take_u32(&mut rest)?;
            let is_put = key_bytes & DELETED == 0;
            let key_bytes = key_bytes & !DELETED;
            let start = content.len() - rest.len();
            take(&mut rest, key_bytes)?;
            take(&mut rest, value_bytes)?;
            lengths.push((start, key_bytes, is_put.then_some(value_bytes)));
        }
        let writes = Writes::of(content, lengths.into_iter());
        Some(Self { sequence, writes })
    }
}

/// The `durable` field in the first payload of a frame.
pub(super) fn durable_of(content: &[u8]) -> Option<u64> {
    content
        .first_chunk()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

fn take<'a>(rest: &mut &'a [u8], count: u32) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(usize::try_from(count).ok()?)?;
    *rest = left;
    Some(taken)
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(u32::from_le_bytes(*bytes))
}
