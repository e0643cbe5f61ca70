//! How many connections the system allows this process.

/// Descriptors reserved for files, listeners and requests to other servers.
const RESERVED: u64 = 200;

/// Raises the limit on descriptors as far as the system allows, and returns how many
/// connections that leaves room for; `None` means any number.
#[cfg(unix)]
pub(crate) fn room_for_connections() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Some systems refuse the limit that they report as the maximum, so read it again.
    let _ = setrlimit(Resource::Nofile, raised);
    let current = getrlimit(Resource::Nofile).current?;
    usize::try_from(current.saturating_sub(RESERVED)).ok()
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn room_for_connections() -> Option<usize> {
    None
}
