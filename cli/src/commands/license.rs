//! `headcount license`: shows and sets the license.

use std::io::Write;

use headcount::{Batch, Seats};
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
            let seats = store.open()?.seats()?;
            if json {
                return write_json(out, &json!({ "seats": seats }));
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
            let applied = super::apply(&directory, batch)?;
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

fn write_seats(seats: Seats, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{seats}")?;
    if seats.over_by() > 0 {
        writeln!(
            out,
            "nobody was deactivated; to activate another, deactivate {} first \
             or install a larger license",
            seats.over_by() + 1
        )?;
    }
    Ok(())
}
