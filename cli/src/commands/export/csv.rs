//! Users as a table that spreadsheets read, and `headcount import` too.

use std::collections::BTreeSet;
use std::io::Write;

use headcount::{Directory, User};

use super::{Written, each_user};
use crate::args::COLUMNS;
use crate::commands::progress::Progress;
use crate::failure::Result;

/// Reads all users twice: which attributes there are has to be known for the header.
pub(super) fn write(
    directory: &Directory,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<Written> {
    let mut names = BTreeSet::new();
    each_user(directory, |user| {
        for (name, _) in user.attributes() {
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        }
        Ok(())
    })?;
    let mut table = csv::Writer::from_writer(out);
    let attributes = names.iter().map(|name| format!("attributes.{name}"));
    table
        .write_record(COLUMNS.map(str::to_owned).into_iter().chain(attributes))
        .map_err(std::io::Error::from)?;
    let mut written = Written::default();
    each_user(directory, |user| {
        let values = names.iter().map(|name| user.attribute(name));
        let cells = cells(user).into_iter();
        table
            .write_record(cells.chain(values.map(|value| value.unwrap_or_default().to_owned())))?;
        written.users += 1;
        written.records += 1;
        progress.reach(written.users);
        Ok(())
    })?;
    table.flush()?;
    Ok(written)
}

/// What stands in the columns before those of attributes.
fn cells(user: &User) -> [String; COLUMNS.len()] {
    [
        user.id().to_string(),
        user.email().to_string(),
        user.username().to_owned(),
        user.given_name().unwrap_or_default().to_owned(),
        user.family_name().unwrap_or_default().to_owned(),
        user.is_active().to_string(),
        user.is_admin().to_string(),
        user.created_at().to_string(),
        user.updated_at().to_string(),
        user.deactivated_at()
            .map(|at| at.to_string())
            .unwrap_or_default(),
        user.version().to_string(),
    ]
}
