//! Reading the log after a crash: the commits that the database lacks.
//!
//! First it checks that the log belongs to the database. The database names the uses that were not
//! closed (several, if one crashed before the database had taken over the log of an earlier one),
//! and each segment names its use.
//!
//! | the database | the segments | then |
//! | --- | --- | --- |
//! | was closed | none, without frames, or of an ended use, without newer commits | they are not needed |
//! | was closed | others | `Foreign` |
//! | names uses | of each use, in the number and lengths that their headers state | they are read |
//! | names uses | in addition, some of an ended use, without newer commits | these are not needed |
//! | names uses | missing or too short | `Missing` |
//! | names uses | others | `Foreign` |

use super::candidate::{Candidate, unexpected_log, wrong_log};
use super::disk::{SEGMENTS, SideFiles};
use super::replay::{Left, LogState, Replay, ReplayError, replay_segments};

/// Reads the commits in the log on `disk` that the database lacks. With `salvage`, a fault
/// is not an error: the log is used up to the fault, which is returned in the result.
pub(in crate::engine::redb) fn read(
    disk: &dyn SideFiles,
    state: &LogState,
    salvage: bool,
) -> Result<Replay, ReplayError> {
    let mut candidates = Vec::new();
    for name in SEGMENTS {
        candidates.push(Candidate::find(disk, name)?);
    }
    let is_closed = state.in_use.is_empty();
    let fault = if is_closed {
        unexpected_log(&candidates, state)?
    } else {
        wrong_log(&candidates, state)?
    };
    let fault = match fault {
        Some(fault) if !salvage => return Err(fault),
        fault => fault,
    };
    let mut replay = Replay {
        last: state.applied,
        ..Replay::default()
    };
    if !is_closed {
        let mut segments = Vec::new();
        for candidate in candidates.iter().flatten() {
            if let Some(use_id) = candidate.use_id(state) {
                segments.push((use_id, candidate.read(state.applied)?));
            }
        }
        replay = replay_segments(&segments, state.applied);
    }
    if !salvage && let Some(fault) = replay.salvaged.take() {
        return Err(fault);
    }
    replay.salvaged = fault.or(replay.salvaged);
    replay.has_segments = candidates.iter().any(Option::is_some);
    let free = candidates.iter().position(Option::is_none);
    if !is_closed
        && replay.salvaged.is_none()
        && let Some(free) = free
    {
        let named = SEGMENTS.into_iter().zip(candidates);
        let files = named.filter_map(|(name, found)| Some((name, found?.into_file())));
        replay.left = Some(Left {
            files: files.collect(),
            free,
        });
    }
    Ok(replay)
}
