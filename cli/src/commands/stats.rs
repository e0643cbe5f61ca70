//! `headcount stats`: prints figures of the directory.

use std::io::Write;

use headcount::Stats;
use serde_json::json;

use super::Store;
use crate::args::{StatsArgs, StatsFormat};
use crate::directory::Directory;
use crate::failure::Result;
use crate::output::{safe, write_json};

pub(super) fn run(
    store: &Store<'_>,
    args: &StatsArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let directory = store.open()?;
    let mut stats = directory.stats()?;
    if let (None, Ok(metadata)) = (store.server, std::fs::metadata(store.path)) {
        // A file that is only read is not followed as it grows.
        stats.file_bytes = metadata.len();
    }
    match args.format() {
        StatsFormat::Prometheus => Ok(out.write_all(stats.prometheus().as_bytes())?),
        StatsFormat::Json => write_json(out, &json!({ "stats": stats })),
        StatsFormat::Table if json => write_json(out, &json!({ "stats": stats })),
        StatsFormat::Table => table(store, &directory, stats, out),
    }
}

/// The figures that mean something for a file that was just opened; the others count from when the
/// directory was opened.
fn table(
    store: &Store<'_>,
    directory: &Directory,
    stats: Stats,
    out: &mut dyn Write,
) -> Result<()> {
    let admins = directory.count(&headcount::UserQuery::new().admins(true))?;
    let rows = [
        match store.server {
            Some(server) => ("server", safe(&server.url).into_owned()),
            None => ("file", safe(&store.path.display().to_string()).into_owned()),
        },
        ("file bytes", stats.file_bytes.to_string()),
        ("seats", directory.seats()?.to_string()),
        ("active users", stats.users_active.to_string()),
        ("inactive users", stats.users_inactive.to_string()),
        ("admins", admins.to_string()),
        ("workspaces", stats.workspaces.to_string()),
        ("latest change", stats.latest_change.to_string()),
    ];
    for (name, value) in rows {
        writeln!(out, "{name:<14}  {value}")?;
    }
    Ok(())
}
