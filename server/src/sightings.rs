//! Records when users were seen.

use headcount::{Directory, Timestamp, UserId};

use crate::server::Server;

/// Blocking threads that are counted for this. More sightings at once wait, or take those of others.
pub(crate) const THREADS: usize = 1;

/// Records that the user who sent a request was seen; a program is nobody. That is a lookup, except
/// about once an hour: then a thread writes it, and the request doesn't wait for it.
pub(crate) fn record(server: &Server, user: Option<UserId>) {
    let Some(user) = user else { return };
    let directory = &server.0.directory;
    if matches!(directory.last_seen(user), Ok(Some(seen)) if is_recent(seen)) {
        return;
    }
    let server = server.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = server.0.directory.touch_user(user) {
            server.note(Some(error.kind()));
            log::debug!("can't record that user {user} was seen: {error}");
        }
    });
}

fn is_recent(seen: Timestamp) -> bool {
    let age = Timestamp::now()
        .as_unix_micros()
        .saturating_sub(seen.as_unix_micros());
    u128::from(age) < Directory::SEEN_INTERVAL.as_micros()
}
