//! Fuzzing the reader of the log. A fuzzer can't guess checksums, so most blocks get a
//! correct one here.

use super::block::{self, BLOCK_BYTES, Header};
use super::replay::read_segments;

const ID: u64 = 7;
/// Input bytes per block: its kind, its header, and some of its content.
const RECIPE_BYTES: usize = 40;

/// Reads two segments built from `bytes`. The reader may refuse them, but must not panic or
/// go back before the applied commit.
pub(crate) fn check_log(bytes: &[u8]) {
    let Some((&[applied, split], recipes)) = bytes.split_first_chunk() else {
        return;
    };
    let mut blocks = recipes.chunks(RECIPE_BYTES).map(block_of);
    let first: Vec<u8> = blocks.by_ref().take(split.into()).flatten().collect();
    let second: Vec<u8> = blocks.flatten().collect();
    if let Ok(replay) = read_segments(&[first, second], ID, applied.into()) {
        assert!(replay.last >= applied.into());
        assert!(replay.last > u64::from(applied) || replay.commits.is_empty());
    }
}

fn block_of(recipe: &[u8]) -> Vec<u8> {
    let mut block = vec![0; BLOCK_BYTES];
    let Some((&[what, epoch, sequence, index, blocks], content)) = recipe.split_first_chunk()
    else {
        return block;
    };
    match what % 4 {
        0 => {}
        1 => block[..content.len()].copy_from_slice(content),
        _ => {
            block::payload_of(&mut block)[..content.len()].copy_from_slice(content);
            let header = Header {
                epoch: epoch.into(),
                sequence: sequence.into(),
                index: index.into(),
                blocks: blocks.into(),
            };
            block::write_header(&mut block, header, ID);
        }
    }
    block
}
