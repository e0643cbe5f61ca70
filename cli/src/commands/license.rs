//! `headcount license`: show it and set it.

use std::io::Write;

use headcount::{Batch, Directory, Seats};
use serde_json::json;

use super::Store;
use crate::args::LicenseCommand;
use crate::failure::Result;
use crate::output::{license_name, write_json};

pub(super) fn run(
    store: &Store<'_>,
    command: &LicenseCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    match command {
        LicenseCommand::Show => {
            let directory = store.open()?;
            let seats = directory.seats()?;
            if json {
                let version = version(&directory, seats)?;
                return write_json(out, &json!({ "seats": seats, "version": version }));
            }
            write_seats(seats, out)
        }
        LicenseCommand::Set {
            license,
            if_version,
        } => {
            let mut batch = Batch::new().set_license(*license);
            let directory = if let Some(version) = if_version {
                batch = batch.if_version(*version);
                store.open_to_change()?
            } else {
                store.open_or_create()?
            };
            let applied = directory.apply(batch)?;
            let seats = directory.seats()?;
            directory.close()?;
            let changed = applied.sequence.is_some();
            let name = license_name(*license);
            if json {
                return write_json(out, &json!({ "changed": changed, "seats": seats }));
            }
            if changed {
                writeln!(out, "the license is now {name}")?;
            } else {
                writeln!(out, "nothing to change: the license is {name} already")?;
            }
            write_seats(seats, out)
        }
    }
}

/// The version of the license: that of one set again as it is, which changes
/// nothing and is never refused.
fn version(directory: &Directory, seats: Seats) -> Result<Option<u64>> {
    let applied = directory.dry_run(Batch::new().set_license(seats.license))?;
    Ok(applied.outcomes.first().map(|outcome| outcome.version))
}

fn write_seats(seats: Seats, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{seats}")?;
    if seats.over_by() > 0 {
        writeln!(
            out,
            "nobody was deactivated; no user can be activated until {} fewer are active \
             or the license is larger",
            seats.over_by()
        )?;
    }
    Ok(())
}
