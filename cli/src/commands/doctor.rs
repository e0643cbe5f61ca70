//! `headcount doctor`: checks everything that the operator of a directory is responsible for, and
//! suggests fixes. It writes nothing.

mod check;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use headcount::{Directory, ErrorKind, UserQuery, quoted};
use serde_json::json;

use self::check::{Check, State, bad, ok};
use super::Store;
use crate::failure::{Failure, Result};
use crate::output::{count, write_json};
use crate::wrap;

/// Free space below which a warning is given, whatever the file's size.
const FREE_BYTES_MIN: u64 = 64 << 20;
/// Workspaces without an owner that are named.
const NAMED_MAX: usize = 5;
/// Columns below which a check is a paragraph instead of a row.
const COLUMNS_MIN: usize = 60;

pub(super) fn run(store: &Store<'_>, json: bool, out: &mut dyn Write) -> Result<()> {
    store.must_be_there()?;
    let checks = checks(store.path);
    let worst = checks.iter().map(|check| check.state).max();
    if json {
        let is_healthy = worst != Some(State::Wrong);
        write_json(out, &json!({ "healthy": is_healthy, "checks": checks }))?;
    } else {
        let is_narrow = wrap::stdout_width().is_some_and(|columns| columns < COLUMNS_MIN);
        for check in &checks {
            check.write(is_narrow, out)?;
        }
    }
    if worst != Some(State::Wrong) {
        return Ok(());
    }
    out.flush()?;
    let wrong = checks.iter().filter(|check| check.state == State::Wrong);
    let wrong = wrong.map(|check| check.name).collect::<Vec<_>>().join(", ");
    Err(Failure::refused(
        "unhealthy",
        format!("something is wrong: {wrong}"),
    ))
}

/// All checks that make sense of the file: nothing is advised about one that isn't ours.
fn checks(path: &Path) -> Vec<Check> {
    let file = file(path);
    if file.state == State::Wrong {
        return vec![file];
    }
    let mut inside = Vec::new();
    look_inside(path, &mut inside);
    if inside.iter().any(|check| check.is_foreign) {
        return std::iter::once(file).chain(inside).collect();
    }
    let outside = [file, log(path), access(path), space(path)];
    outside.into_iter().chain(inside).collect()
}

fn file(path: &Path) -> Check {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => ok(
            "file",
            format!("{}, {}", path.display(), bytes(metadata.len())),
        ),
        Ok(_) => bad(
            "file",
            State::Wrong,
            format!("{} is not a file", path.display()),
            "name the directory's file with --db",
        ),
        Err(error) => bad(
            "file",
            State::Wrong,
            format!("can't look at {}: {error}", path.display()),
            "make sure that you may read the folder, or run this as the user who owns the file",
        ),
    }
}

/// The log's files beside the real one.
fn log_files(path: &Path) -> Vec<PathBuf> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = ["-log0", "-log1", "-log2"].map(|ending| {
        let mut name = path.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    });
    beside.into_iter().filter(|file| file.exists()).collect()
}

/// Whether it is the log that the file needs is known when it is opened.
fn log(path: &Path) -> Check {
    let files = log_files(path);
    if files.is_empty() {
        return ok("log", "none: the file was closed and is complete");
    }
    let sizes = files.iter().filter_map(|file| fs::metadata(file).ok());
    let size = sizes.map(|metadata| metadata.len()).sum();
    let files = count(files.len(), "file");
    ok(
        "log",
        format!("{files}, {}; copy them along with the file", bytes(size)),
    )
}

#[cfg(unix)]
fn access(path: &Path) -> Check {
    use std::os::unix::fs::MetadataExt;

    use crate::output::shell_word;

    let all: Vec<_> = std::iter::once(path.to_owned())
        .chain(log_files(path))
        .filter_map(|file| Some((fs::metadata(&file).ok()?, file)))
        .collect();
    let owners: std::collections::BTreeSet<_> = all.iter().map(|(m, _)| m.uid()).collect();
    if owners.len() > 1 {
        return bad(
            "permissions",
            State::Wrong,
            "the file and its log belong to different users",
            "give the log the owner and the mode of the file, with chown and chmod",
        );
    }
    if let Some((metadata, file)) = all.iter().find(|(m, _)| m.mode() & 0o006 != 0) {
        let mode = metadata.mode() & 0o777;
        let what = if mode & 0o002 == 0 { "read" } else { "change" };
        return bad(
            "permissions",
            State::Warning,
            format!(
                "everybody on this machine may {what} {} (mode {mode:o})",
                file.display()
            ),
            &format!("chmod 600 {}", shell_word(&file.display().to_string())),
        );
    }
    if rustix::fs::access(path, rustix::fs::Access::READ_OK).is_err() {
        return bad(
            "permissions",
            State::Wrong,
            "you may not read the file",
            "run the command as the user who owns the file",
        );
    }
    if rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_err() {
        return bad(
            "permissions",
            State::Warning,
            "you may read the file, but not write it",
            "to change anything, run the command as the user who owns the file",
        );
    }
    let has_group = all.iter().any(|(m, _)| m.mode() & 0o060 != 0);
    ok(
        "permissions",
        if has_group {
            "only its owner and its group may read it"
        } else {
            "only its owner may read it"
        },
    )
}

#[cfg(not(unix))]
fn access(_path: &Path) -> Check {
    Check {
        state: State::Unknown,
        ..ok("permissions", "not checked on this system")
    }
}

/// Compacting and restoring write the file once more, and it grows by doubling.
#[cfg(unix)]
fn space(path: &Path) -> Check {
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let wanted = size.saturating_mul(2).max(FREE_BYTES_MIN);
    match rustix::fs::statvfs(path) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let found = format!("{} free", bytes(free));
            if free >= wanted {
                ok("disk", found)
            } else {
                let cure = format!(
                    "make room: with {} free, the file can grow, be compacted and be restored",
                    bytes(wanted)
                );
                bad("disk", State::Warning, found, &cure)
            }
        }
        Err(error) => Check {
            state: State::Unknown,
            ..ok("disk", format!("its free space can't be read: {error}"))
        },
    }
}

#[cfg(not(unix))]
fn space(_path: &Path) -> Check {
    Check {
        state: State::Unknown,
        ..ok("disk", "not checked on this system")
    }
}

/// What can only be seen with the file open, which another process may have.
fn look_inside(path: &Path, checks: &mut Vec<Check>) {
    let options = || Directory::options().read_only(true);
    let opened = options().open_timeout(Duration::ZERO).open(path);
    let directory = match opened {
        Ok(directory) => directory,
        Err(error) if error.kind() == ErrorKind::AlreadyOpen => {
            checks.push(Check {
                state: State::Unknown,
                ..bad(
                    "holder",
                    State::Unknown,
                    error.to_string(),
                    "to check the contents of the file too, stop that process first",
                )
            });
            return;
        }
        Err(error) => {
            checks.push(not_opened(&error));
            return;
        }
    };
    checks.push(ok("holder", "no other process writes to it"));
    checks.push(license(&directory));
    checks.push(admins(&directory));
    checks.push(owners(&directory));
    checks.push(match directory.verify() {
        Ok(verified) => {
            let users = plural(verified.active + verified.inactive, "user");
            let changes = plural(verified.changes, "change");
            ok("contents", format!("sound: {users}, {changes}"))
        }
        Err(error) => not_opened(&error),
    });
}

fn not_opened(error: &headcount::Error) -> Check {
    let is_foreign = error.is_foreign_file();
    let cure = match error.kind() {
        ErrorKind::LogMissing | ErrorKind::LogForeign => {
            "bring the log back, restore a backup, or lose what is in the log with --salvage-log"
        }
        ErrorKind::Corrupted if is_foreign => {
            "name the directory's file with --db or in HEADCOUNT_DB; leave this one as it is"
        }
        ErrorKind::Corrupted => {
            "restore a backup; `headcount repair --dry-run` says what can be mended"
        }
        ErrorKind::UnsupportedFormat => "use the release that wrote it, or a later one",
        _ => "make sure that you may read the file and its folder",
    };
    Check {
        is_foreign,
        ..bad("contents", State::Wrong, error.to_string(), cure)
    }
}

fn license(directory: &Directory) -> Check {
    let seats = match directory.seats() {
        Ok(seats) => seats,
        Err(error) => return not_opened(&error),
    };
    let found = seats.to_string();
    if seats.over_by() > 0 {
        let cure = format!(
            "deactivate {}, or install a larger license",
            plural(seats.over_by(), "user")
        );
        return bad("license", State::Warning, found, &cure);
    }
    if seats.limit().is_some_and(|limit| limit <= seats.active) {
        return bad(
            "license",
            State::Warning,
            found,
            "no seat is free; nobody can be activated until one is, or the license is larger",
        );
    }
    ok("license", found)
}

fn admins(directory: &Directory) -> Check {
    match directory.count(&UserQuery::new().admins(true).active(true)) {
        Ok(0) => bad(
            "admins",
            State::Warning,
            "there is no active admin",
            "make one with `headcount users update USER --admin true`",
        ),
        Ok(admins) => ok("admins", plural(admins, "active admin")),
        Err(error) => not_opened(&error),
    }
}

fn owners(directory: &Directory) -> Check {
    let ownerless = || -> headcount::Result<Vec<String>> {
        let mut names = Vec::new();
        for workspace in directory.workspaces()? {
            let workspace = workspace?;
            if workspace.is_archived() {
                continue;
            }
            let query = UserQuery::new()
                .active(true)
                .member_of(&workspace, headcount::Role::Owner);
            if directory.count(&query)? == 0 {
                names.push(quoted(workspace.name()));
            }
        }
        Ok(names)
    };
    match ownerless() {
        Ok(names) if names.is_empty() => ok("workspaces", "each has an active owner"),
        Ok(mut names) => {
            let all = count(names.len(), "workspace");
            let verb = if names.len() == 1 { "has" } else { "have" };
            names.truncate(NAMED_MAX);
            bad(
                "workspaces",
                State::Warning,
                format!("{all} {verb} no active owner: {}", names.join(", ")),
                "name one with `headcount workspaces add WORKSPACE USER --role owner`, or archive it",
            )
        }
        Err(error) => not_opened(&error),
    }
}

fn plural(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

fn bytes(number: u64) -> String {
    indicatif::HumanBytes(number).to_string()
}
