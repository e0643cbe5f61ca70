//! `headcount export`: all users, or all records, one by one.

mod csv;
mod keycloak;
mod remote;
pub(super) mod target;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::ops::ControlFlow;

use headcount::{Exported, UserQuery};
use serde_json::json;

use self::target::Target;
use super::Store;
use crate::args::{ExportArgs, ExportFormat};
use crate::csv_rows::warn_of_formulas;
use crate::directory::Directory;
use crate::failure::{Failure, Result, took_effect};
use crate::output::{count, safe, write_json};
use crate::progress::Progress;

/// The numbers of an export.
#[derive(Clone, Copy, Default)]
struct Written {
    users: u64,
    records: u64,
    /// CSV cells that a spreadsheet would run as formulas.
    formulas: u64,
}

pub(super) fn run(
    store: &Store<'_>,
    args: &ExportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open()?;
    let Some(file) = &args.output else {
        let written = write(&directory, args, json, out)?;
        directory.close()?;
        warn_of_formulas(written.formulas);
        return Ok(());
    };
    let mut target = Target::create(file, args.force)?;
    let written = write(&directory, args, json, &mut target).map_err(|failure| match failure {
        Failure::Output(error) => target::unwritable(file, &error),
        refused @ (Failure::Refused(_) | Failure::Listed(_)) => refused,
    })?;
    directory.close()?;
    target.finish()?;
    took_effect();
    if json {
        let mut exported = json!({ "users": written.users, "records": written.records });
        if written.formulas > 0 {
            exported["formulas"] = written.formulas.into();
        }
        return write_json(out, &json!({ "exported": exported }));
    }
    let users = count(usize::try_from(written.users).unwrap_or(usize::MAX), "user");
    writeln!(
        out,
        "exported {users} to {}",
        safe(&file.display().to_string())
    )?;
    warn_of_formulas(written.formulas);
    Ok(())
}

fn write(
    directory: &Directory,
    args: &ExportArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<Written> {
    let progress = Progress::new(json);
    let users = directory.count(&UserQuery::new())?;
    progress.begin(
        "exporting",
        usize::try_from(users).unwrap_or(usize::MAX),
        "users",
    );
    match args.format {
        ExportFormat::Jsonl => lines(directory, &progress, out),
        ExportFormat::Csv => csv::write(directory, &progress, out),
        ExportFormat::Keycloak => keycloak::write(directory, &args.realm, &progress, out),
    }
}

/// Writes all records as lines of JSON.
fn lines(directory: &Directory, progress: &Progress, out: &mut dyn Write) -> Result<Written> {
    let directory = match directory {
        Directory::Here(directory) => directory,
        Directory::There(remote) => return remote::lines(remote, progress, out),
    };
    let mut out = Kept { out, failed: None };
    let written = directory.export_lines(&mut out, |done| progress.reach(done.users));
    if let Some(error) = out.failed {
        return Err(Failure::Output(error));
    }
    let written = written?;
    Ok(Written {
        users: written.users,
        records: written.records,
        formulas: 0,
    })
}

/// A writer that keeps the error of the one it writes to.
struct Kept<'o> {
    out: &'o mut dyn Write,
    failed: Option<io::Error>,
}

impl Kept<'_> {
    fn keep<T>(&mut self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.map_err(|error| {
            let kind = error.kind();
            self.failed = Some(error);
            kind.into()
        })
    }
}

impl Write for Kept<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.keep(flushed)
    }
}

/// Calls `visit` with every user, in the order of their emails. A file's are those of one
/// moment; a server's are read page by page.
fn each_user(
    directory: &Directory,
    mut visit: impl FnMut(&headcount::User) -> Result<()>,
) -> Result<()> {
    let Directory::Here(directory) = directory else {
        for user in directory.users()? {
            visit(&*user?)?;
        }
        return Ok(());
    };
    let ended = directory.export(|record| match record {
        Exported::Directory { .. } => ControlFlow::Continue(()),
        Exported::User(user) => match visit(user) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Err(error)),
        },
        // Users come first.
        _ => ControlFlow::Break(Ok(())),
    })?;
    ended.unwrap_or(Ok(()))
}
