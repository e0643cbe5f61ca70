//! `headcount changes --follow`: changes as they come, from a file that others
//! write in between.
//!
//! A file can be open in one process at a time. So this one opens it, reads what
//! is new, closes it, and only then prints: however slow the reader is, the file
//! is free. A file that nobody has touched since is not opened at all, for the
//! sake of those who come just then.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use headcount::Change;

use super::filter::Filter;
use super::{Kept, kept, write_change, write_head, write_trimmed};
use crate::args::ChangesArgs;
use crate::commands::Store;
use crate::commands::stop::on_stop;
use crate::failure::Result;
use crate::output::{safe, write_json};
use crate::wrap;

/// Changes read at a time.
const CHANGES_MAX: usize = 1_000;
/// How often in a row a file that looks untouched is left alone. Its time of
/// change may be too coarse to tell.
const SKIPS_MAX: u32 = 9;
/// How often in a row the file may be found open elsewhere before that is reported.
const HELD_MAX: u32 = 3;

pub(super) fn run(
    store: &Store<'_>,
    args: &ChangesArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let stop = stop_signal()?;
    let mut follower = Follower {
        position: args.after,
        ..Follower::default()
    };
    if !json {
        write_head(out)?;
        out.flush()?;
    }
    loop {
        let changes = follower.look(store, args, json, out)?;
        let pause = if changes.len() < CHANGES_MAX {
            args.interval
        } else {
            Duration::ZERO
        };
        for change in changes {
            // Without a filter nothing was read yet.
            let picked = follower
                .filter
                .as_ref()
                .and_then(|filter| filter.pick(change));
            match picked {
                Some(change) if json => write_json(out, &change)?,
                Some(change) => write_change(&change, out)?,
                None => {}
            }
        }
        out.flush()?;
        match stop.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Receives something once the process is asked to end.
fn stop_signal() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    on_stop(move || {
        // Without a receiver, the process is already ending.
        let _ = sender.send(());
    })?;
    Ok(receiver)
}

#[derive(Default)]
struct Follower {
    /// The number of the last change that was read; `None` before the first look.
    position: Option<u64>,
    /// The filter; the first read resolves the names in it.
    filter: Option<Filter>,
    /// The state of the file after the last read.
    seen: Option<Stamp>,
    skips: u32,
    held: u32,
}

/// The time of the last change of a file, and its size.
type Stamp = (SystemTime, u64);

impl Follower {
    /// The next changes, if there are any and the file is free.
    fn look(
        &mut self,
        store: &Store<'_>,
        args: &ChangesArgs,
        json: bool,
        out: &mut dyn Write,
    ) -> Result<Vec<Change>> {
        if self.seen.is_some() && self.seen == stamp(store) && self.skips < SKIPS_MAX {
            self.skips += 1;
            return Ok(Vec::new());
        }
        let Some(directory) = store.open_unless_held()? else {
            self.held += 1;
            if self.held == HELD_MAX && !json {
                tell_waiting(store.path);
            }
            return Ok(Vec::new());
        };
        (self.held, self.skips) = (0, 0);
        if self.filter.is_none() {
            if let Some(directory) = directory.here() {
                store.actor_in(directory)?;
            }
            self.filter = Some(Filter::of(&directory, args)?);
        }
        let Kept { changes, trimmed } = kept(&directory, self.position)?;
        let changes: Vec<_> = changes.take(CHANGES_MAX).collect::<Result<_, _>>()?;
        directory.close()?;
        // More may be there to be read at once.
        self.seen = if changes.len() < CHANGES_MAX {
            stamp(store)
        } else {
            None
        };
        if !json {
            write_trimmed(trimmed, out)?;
        }
        let last = changes.last().map(|change| change.sequence);
        self.position = Some(last.unwrap_or(self.position.unwrap_or(trimmed)));
        Ok(changes)
    }
}

/// Nothing tells whether there is something new at a server.
fn stamp(store: &Store<'_>) -> Option<Stamp> {
    if store.server.is_some() {
        return None;
    }
    let metadata = fs::metadata(store.path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn tell_waiting(path: &Path) {
    let path = path.display().to_string();
    wrap::say(&format!(
        "headcount: waiting for {}, which another process has open",
        safe(&path)
    ));
}
