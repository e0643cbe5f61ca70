//! The header of a segment: it identifies the use that the segment belongs to.
//!
//! It is written alternately to two slots in pages of their own, so that an interrupted
//! write leaves the other one; the later sound one counts. A slot:
//!
//! | bytes | what |
//! | --- | --- |
//! | 0..8 | checksum of the rest: XXH3, 64 bits |
//! | 8..16 | `hc-redo` and a zero |
//! | 16..20 | format of the log: 1 |
//! | 20..24 | number of this segment: 0, 1 or 2 |
//! | 24..32 | the use that it belongs to |
//! | 32..40 | generation: how often the header was written |
//! | 40..48 | bytes of the segment |
//! | 48..52 | segments of the log |
//!
//! Numbers are little-endian; what follows is zero.

use std::io;

use ::redb::StorageBackend;
use twox_hash::XxHash3_64;

use super::block::BLOCK_BYTES;

/// The offset of the frames, after both slots.
pub(in crate::engine::redb) const FRAMES_AT: usize = 2 * SLOT_BYTES;
/// Bytes from one slot to the next.
const SLOT_BYTES: usize = 4096;

const MAGIC: &[u8; 8] = b"hc-redo\0";
const FORMAT: u32 = 1;

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::redb) struct SegmentHeader {
    /// The use of the database that it belongs to.
    pub(in crate::engine::redb) use_id: u64,
    /// Its index among the log's segments.
    pub(in crate::engine::redb) index: u32,
    /// How many times the header was written.
    pub(in crate::engine::redb) generation: u64,
    /// Bytes of the file.
    pub(in crate::engine::redb) bytes: u64,
    /// The number of segments of the log.
    pub(in crate::engine::redb) segments: u32,
}

impl SegmentHeader {
    /// Writes it into the slot of its generation and makes it durable.
    pub(super) fn write(&self, file: &dyn StorageBackend) -> io::Result<()> {
        self.put(file)?;
        file.sync_data()
    }

    /// Writes it into the slot of its generation.
    pub(super) fn put(&self, file: &dyn StorageBackend) -> io::Result<()> {
        let slot = self.generation % 2 * SLOT_BYTES as u64;
        file.write(slot, &self.encode())
    }

    fn encode(&self) -> [u8; BLOCK_BYTES] {
        let mut slot = [0; BLOCK_BYTES];
        slot[8..16].copy_from_slice(MAGIC);
        slot[16..20].copy_from_slice(&FORMAT.to_le_bytes());
        slot[20..24].copy_from_slice(&self.index.to_le_bytes());
        slot[24..32].copy_from_slice(&self.use_id.to_le_bytes());
        slot[32..40].copy_from_slice(&self.generation.to_le_bytes());
        slot[40..48].copy_from_slice(&self.bytes.to_le_bytes());
        slot[48..52].copy_from_slice(&self.segments.to_le_bytes());
        let checksum = XxHash3_64::oneshot(&slot[8..]);
        slot[..8].copy_from_slice(&checksum.to_le_bytes());
        slot
    }

    fn decode(slot: &[u8]) -> Option<Self> {
        let (checksum, rest) = slot.split_first_chunk()?;
        if u64::from_le_bytes(*checksum) != XxHash3_64::oneshot(rest) {
            return None;
        }
        let (magic, rest) = rest.split_first_chunk::<8>()?;
        let (format, rest) = rest.split_first_chunk()?;
        let (index, rest) = rest.split_first_chunk()?;
        let (use_id, rest) = rest.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_first_chunk()?;
        let (segments, _) = rest.split_first_chunk()?;
        let is_ours = magic == MAGIC && u32::from_le_bytes(*format) == FORMAT;
        is_ours.then(|| Self {
            use_id: u64::from_le_bytes(*use_id),
            index: u32::from_le_bytes(*index),
            generation: u64::from_le_bytes(*generation),
            bytes: u64::from_le_bytes(*bytes),
            segments: u32::from_le_bytes(*segments),
        })
    }

    /// The header of `file`, or `None` if it has no sound one.
    pub(super) fn read(file: &dyn StorageBackend) -> io::Result<Option<Self>> {
        if file.len()? < FRAMES_AT as u64 {
            return Ok(None);
        }
        let mut found: Option<Self> = None;
        for slot in [0, SLOT_BYTES as u64] {
            let mut bytes = [0; BLOCK_BYTES];
            file.read(slot, &mut bytes)?;
            if let Some(header) = Self::decode(&bytes)
                && found.is_none_or(|found| header.generation > found.generation)
            {
                found = Some(header);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: SegmentHeader = SegmentHeader {
        use_id: 0x1234_5678_9abc_def0,
        index: 1,
        generation: 3,
        bytes: 1 << 20,
        segments: 2,
    };

    #[test]
    fn a_header_comes_back_and_nothing_else_does() {
        let slot = HEADER.encode();
        assert_eq!(SegmentHeader::decode(&slot), Some(HEADER));
        for bit in 0..slot.len() * 8 {
            let mut damaged = slot;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SegmentHeader::decode(&damaged), None, "bit {bit}");
        }
        for length in [0, 7, 8, 52, 511] {
            assert_eq!(SegmentHeader::decode(&slot[..length]), None, "{length}");
        }
        assert_eq!(SegmentHeader::decode(&[0; BLOCK_BYTES]), None);
    }
}
