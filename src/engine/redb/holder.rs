//! Finding the process that has a file open, for messages.

use std::path::Path;

/// Describes who has the file at `path` open, as far as that is known.
pub(super) fn in_words(path: &Path) -> String {
    match of(path) {
        Some(process) if process == std::process::id() => {
            format!("another handle of this process ({process})")
        }
        Some(process) => format!("another process or handle (process {process})"),
        None => "another process or handle".to_owned(),
    }
}

/// The process that locked the file at `path`, if the system tells.
#[cfg(target_os = "linux")]
fn of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;

    let file = std::fs::metadata(path).ok()?;
    let (major, minor) = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    let id = format!("{major:02x}:{minor:02x}:{}", file.ino());
    find(&std::fs::read_to_string("/proc/locks").ok()?, &id)
}

/// Not available here.
#[cfg(not(target_os = "linux"))]
fn of(_path: &Path) -> Option<u32> {
    None
}

/// The process of a lock on this file: `3: FLOCK ADVISORY WRITE 4711 fe:00:131 0 EOF`.
/// Locks of an open file description name no process, and those of another container name
/// 0.
#[cfg(target_os = "linux")]
fn find(locks: &str, id: &str) -> Option<u32> {
    locks.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace().skip(4);
        let process: u32 = words.next()?.parse().ok()?;
        (words.next()? == id && process != 0).then_some(process)
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_found_by_the_file() {
        let locks = "1: OFDLCK ADVISORY  WRITE -1 fe:00:131 0 99\n\
                     2: FLOCK  ADVISORY  WRITE 12 fe:00:1310 0 EOF\n\
                     3: -> FLOCK  ADVISORY  WRITE 13 fe:00:131 0 EOF\n\
                     4: FLOCK  ADVISORY  WRITE 0 fe:00:132 0 EOF\n\
                     5: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF\n";
        assert_eq!(find(locks, "fe:00:131"), Some(4711));
        assert_eq!(find(locks, "fe:00:132"), None);
        assert_eq!(find(locks, "fe:00:133"), None);
        assert_eq!(find("", "fe:00:131"), None);
    }
}
