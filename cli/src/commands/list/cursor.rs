//! The cursor at which a list continues, encrypted so that it reveals nothing about people.

use headcount_server::Cursors;

use crate::commands::Store;
use crate::directory::Directory;
use crate::failure::{Failure, Result};

/// The cursors of a directory's lists; `None` if it has no key for them, because none of its lists
/// had a next page yet.
pub(super) fn cursors_of(directory: &Directory) -> Result<Option<Cursors>> {
    Ok(match directory {
        Directory::Here(directory) => Cursors::existing(directory)?,
        // Valid for everyone who has the same key of the server.
        Directory::There(remote) => Some(Cursors::with_key(&remote.secret("cursors"))),
    })
}

/// The position that a cursor of this list stands for.
pub(super) fn open(cursors: Option<&Cursors>, list: &str, cursor: &str) -> Result<String> {
    let place = cursors.and_then(|cursors| cursors.open(list, cursor));
    place.ok_or_else(|| {
        Failure::refused(
            "usage",
            "the cursor is not one of this list: give the same conditions, --sort and \
             --descending as for the list that it is from, name the same directory, and pass it \
             whole",
        )
    })
}

/// Creates the key for the directory's cursors.
pub(super) fn make_key(store: &Store<'_>) -> Result<()> {
    let made = store.open_to_write().and_then(|directory| {
        if Cursors::existing(&directory)?.is_none() {
            Cursors::create(&directory)?;
        }
        Ok(directory.close()?)
    });
    made.map_err(|failure| {
        failure.with_help(
            "the first list with a next page stores a key in the directory, which its cursors \
             are encrypted with; leave --limit out to list without writing",
        )
    })
}
