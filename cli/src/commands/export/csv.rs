//! Users as a table that spreadsheets read, and `headcount import` too.

use std::collections::BTreeSet;
use std::io::Write;

use headcount::User;

use super::{Written, each_user};
use crate::args::COLUMNS;
use crate::csv_rows::CsvRows;
use crate::directory::Directory;
use crate::failure::Result;
use crate::progress::Progress;

/// Reads all users twice, because the header needs to list all columns.
pub(super) fn write(
    directory: &Directory,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<Written> {
    let mut names = Names::default();
    each_user(directory, |user| {
        names.add(user);
        Ok(())
    })?;
    let columns: Vec<_> = names.columns().collect();
    let mut rows = CsvRows::start(out, &columns)?;
    let mut written = Written::default();
    each_user(directory, |user| {
        let cells = cells(user);
        let cells = cells.iter().map(|cell| Some(cell.as_str()));
        rows.write(cells.chain(names.values(user)))?;
        written.users += 1;
        written.records += 1;
        progress.count(written.users);
        Ok(())
    })?;
    written.formulas = rows.finish()?;
    Ok(written)
}

/// The provisioners and attributes, each of which has a column.
#[derive(Default)]
struct Names {
    provisioners: BTreeSet<String>,
    attributes: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, user: &User) {
        for (provisioner, _) in user.external_ids() {
            add(&mut self.provisioners, provisioner);
        }
        for (name, _) in user.attributes() {
            add(&mut self.attributes, name);
        }
    }

    fn columns(&self) -> impl Iterator<Item = String> {
        let provisioners = self.provisioners.iter();
        let attributes = self.attributes.iter();
        COLUMNS
            .map(str::to_owned)
            .into_iter()
            .chain(provisioners.map(|name| format!("external_ids.{name}")))
            .chain(attributes.map(|name| format!("attributes.{name}")))
    }

    fn values<'a>(&'a self, user: &'a User) -> impl Iterator<Item = Option<&'a str>> {
        let ids = self.provisioners.iter().map(|name| user.external_id(name));
        let values = self.attributes.iter().map(|name| user.attribute(name));
        ids.chain(values)
    }
}

/// Most names are already in the set.
fn add(names: &mut BTreeSet<String>, name: &str) {
    if !names.contains(name) {
        names.insert(name.to_owned());
    }
}

/// The cells before those of attributes.
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
