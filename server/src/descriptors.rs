//! How many connections the system lets this process have.

/// Descriptors that are left to files, listeners and requests to other servers.
const RESERVED: u64 = 200;

/// Raises the limit of descriptors as far as the system allows, and returns how many
/// connections there is room for; `None` for any number.
#[cfg(unix)]
pub(crate) fn room_for_connections() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Some systems refuse a limit that they tell as the highest one: what holds is read again.
    let _ = setrlimit(Resource::Nofile, raised);
    let current = getrlimit(Resource::Nofile).current?;
    usize::try_from(current.saturating_sub(RESERVED)).ok()
}

/// Elsewhere there is no such limit.
#[cfg(not(unix))]
pub(crate) fn room_for_connections() -> Option<usize> {
    None
}
