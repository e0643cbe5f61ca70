//! The blocks of the redo log: the unit that a disk writes completely or not at all.
//!
//! A disk may tear a write between sectors, but nearly always writes a sector completely or
//! not at all. So each block is one sector and identifies itself. Its checksum is stored at
//! both ends: if the ends agree but don't match the content, the block rotted; if they
//! differ, it was torn. This distinguishes damage from an interrupted write, which was
//! never acknowledged.
//!
//! | bytes | what |
//! | --- | --- |
//! | 0..8 | checksum of the bytes 8..504: XXH3, 64 bits, seeded with the id of this use of the directory |
//! | 8..16 | epoch: the sequence number of the first frame of this use of the segment |
//! | 16..24 | sequence number of the frame |
//! | 24..28 | number of this block in its frame |
//! | 28..32 | blocks of the frame |
//! | 32..504 | payload |
//! | 504..512 | the checksum again |
//!
//! Numbers are little-endian.

use twox_hash::XxHash3_64;

/// Bytes of a block: the smallest unit that disks write.
pub(in crate::engine::redb) const BLOCK_BYTES: usize = 512;
/// Bytes before the payload.
const HEADER_BYTES: usize = 32;
/// The offset of the second copy of the checksum, after the payload.
const TAIL_AT: usize = BLOCK_BYTES - 8;
/// Bytes of a frame's content per block.
pub(super) const PAYLOAD_BYTES: usize = TAIL_AT - HEADER_BYTES;

/// Two copies of a checksum count as equal if they differ in at most this many bits, which
/// may have rotted. Checksums of different blocks differ in about half of their bits.
const ROTTEN_BITS_MAX: u32 = 1;

/// The header of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The use of the segment that it belongs to.
    pub(super) epoch: u64,
    /// The sequence number of its frame.
    pub(super) sequence: u64,
    /// Its index within the frame.
    pub(super) index: u32,
    /// The number of blocks of the frame.
    pub(super) blocks: u32,
}

/// The state of a block that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block<'a> {
    /// Nothing was ever written here.
    Blank,
    /// A block exactly as it was once written.
    Sound(Header, &'a [u8]),
    /// An interrupted write over earlier bytes.
    Torn,
    /// A block that changed after it was written.
    Damaged,
}

/// Writes the header and both checksums around the payload, which is already in `block`.
pub(super) fn write_header(block: &mut [u8], header: Header, log_id: u64) {
    block[8..16].copy_from_slice(&header.epoch.to_le_bytes());
    block[16..24].copy_from_slice(&header.sequence.to_le_bytes());
    block[24..28].copy_from_slice(&header.index.to_le_bytes());
    block[28..32].copy_from_slice(&header.blocks.to_le_bytes());
    let checksum = XxHash3_64::oneshot_with_seed(log_id, &block[8..TAIL_AT]);
    block[..8].copy_from_slice(&checksum.to_le_bytes());
    block[TAIL_AT..].copy_from_slice(&checksum.to_le_bytes());
}

/// The payload of `block`.
pub(super) fn payload_of(block: &mut [u8]) -> &mut [u8] {
    &mut block[HEADER_BYTES..TAIL_AT]
}

/// Reads `block`. Never panics, whatever the bytes.
pub(super) fn read(block: &[u8], log_id: u64) -> Block<'_> {
    let Some((head, payload)) = block.split_at_checked(HEADER_BYTES) else {
        return Block::Damaged;
    };
    if block.len() != BLOCK_BYTES {
        return Block::Damaged;
    }
    let header = Header {
        epoch: number(head, 8),
        sequence: number(head, 16),
        index: small_number(head, 24),
        blocks: small_number(head, 28),
    };
    let checksum = XxHash3_64::oneshot_with_seed(log_id, &block[8..TAIL_AT]);
    let copies = [number(block, 0), number(block, TAIL_AT)];
    if copies.contains(&checksum) {
        return Block::Sound(header, &payload[..PAYLOAD_BYTES]);
    }
    if is_blank(block) {
        return Block::Blank;
    }
    // A copy of zeros was never written.
    let differing = (copies[0] ^ copies[1]).count_ones();
    if copies.contains(&0) || differing > ROTTEN_BITS_MAX {
        return Block::Torn;
    }
    Block::Damaged
}

/// Whether nothing was ever written there.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The sequence number that `block` claims, unchecked: only a hint whether to read the
/// rest.
pub(super) fn claimed_sequence(block: &[u8]) -> u64 {
    number(block, 16)
}

/// The eight bytes at `at`, which must exist, as a number.
fn number(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

/// Likewise with four bytes.
fn small_number(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        epoch: 7,
        sequence: 9,
        index: 2,
        blocks: 3,
    };

    fn sound() -> Vec<u8> {
        let mut block = vec![0; BLOCK_BYTES];
        payload_of(&mut block)[..4].copy_from_slice(b"user");
        write_header(&mut block, HEADER, 1);
        block
    }

    #[test]
    fn a_sound_block_says_what_it_is() {
        let block = sound();
        let Block::Sound(header, payload) = read(&block, 1) else {
            panic!("not sound")
        };
        assert_eq!(header, HEADER);
        assert_eq!(
            (payload.len(), &payload[..5]),
            (PAYLOAD_BYTES, &b"user\0"[..])
        );
    }

    #[test]
    fn a_flipped_bit_is_damage_or_does_no_harm() {
        for bit in 0..BLOCK_BYTES * 8 {
            let mut block = sound();
            block[bit / 8] ^= 1 << (bit % 8);
            let is_checksum = bit / 8 < 8 || bit / 8 >= TAIL_AT;
            match read(&block, 1) {
                Block::Sound(header, _) => assert!(header == HEADER && is_checksum, "bit {bit}"),
                found => assert!(found == Block::Damaged && !is_checksum, "bit {bit}"),
            }
        }
    }

    #[test]
    fn a_block_that_is_cut_off_anywhere_is_torn_or_whole() {
        let old = {
            let mut block = sound();
            write_header(
                &mut block,
                Header {
                    sequence: 8,
                    ..HEADER
                },
                1,
            );
            block
        };
        for before in [vec![0; BLOCK_BYTES], old] {
            for at in 0..=BLOCK_BYTES {
                let new = sound();
                for torn in [
                    [&new[..at], &before[at..]].concat(),
                    [&before[..at], &new[at..]].concat(),
                ] {
                    let found = read(&torn, 1);
                    assert_ne!(found, Block::Damaged, "at {at}");
                }
            }
        }
    }

    #[test]
    fn zeros_are_blank_and_other_logs_and_lengths_are_damage() {
        assert_eq!(read(&[0; BLOCK_BYTES], 1), Block::Blank);
        assert_eq!(read(&sound(), 2), Block::Damaged, "its ends agree");
        for length in [0, 1, 31, 32, 511, 513] {
            assert_eq!(read(&vec![0; length], 1), Block::Damaged, "{length} bytes");
        }
    }
}
