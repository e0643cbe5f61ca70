//! Chosen columns of users, as a table, CSV or lines of JSON.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use headcount::User;
use serde_json::{Map, Value, json};

use crate::args::{COLUMNS, LAST_SEEN};
use crate::csv_rows::CsvRows;
use crate::directory::Directory;
use crate::failure::Result;
use crate::output::Table;

type Users<'u> = &'u mut dyn Iterator<Item = headcount::Result<Arc<User>>>;

/// A user on each line. The `directory` has when they were last seen.
pub(super) fn lines(
    users: Users<'_>,
    columns: &[String],
    directory: &Directory,
    out: &mut dyn Write,
) -> Result<()> {
    for user in users {
        let shown = shown(&*user?, columns, directory)?;
        serde_json::to_writer(&mut *out, &shown)?;
        writeln!(out)?;
    }
    Ok(())
}

/// A user as JSON: all fields, or the chosen columns.
pub(super) fn shown(
    user: &User,
    columns: &[String],
    directory: &Directory,
) -> headcount::Result<Value> {
    if columns.is_empty() {
        return Ok(json!(user));
    }
    let whole = json!(user);
    let mut members = Map::new();
    for name in columns {
        let value = match name.split_once('.') {
            Some(("attributes", attribute)) => json!(user.attribute(attribute)),
            Some((_, provisioner)) => json!(user.external_id(provisioner)),
            None if name == LAST_SEEN => json!(directory.last_seen(user.id())?),
            None => whole[name].clone(),
        };
        members.insert(name.clone(), value);
    }
    Ok(members.into())
}

/// CSV with these columns; where none are chosen, with those that every user has.
pub(super) fn csv(
    users: Users<'_>,
    columns: &[String],
    directory: &Directory,
    out: &mut dyn Write,
) -> Result<()> {
    let usual = COLUMNS.map(str::to_owned);
    let columns = if columns.is_empty() {
        &usual[..]
    } else {
        columns
    };
    let mut rows = CsvRows::start(out, columns)?;
    for user in users {
        rows.write(cells(&*user?, columns, directory)?)?;
    }
    rows.finish()?;
    Ok(())
}

/// A table with these columns.
pub(super) fn table(
    users: Users<'_>,
    columns: &[String],
    directory: &Directory,
    out: &mut dyn Write,
) -> Result<()> {
    let heads = columns.iter().map(|name| name.to_uppercase());
    let mut table = Table::new(heads, out);
    for user in users {
        let cells = cells(&*user?, columns, directory)?.into_iter();
        table.push(cells.map(|cell| Cow::from(cell.unwrap_or_default())))?;
    }
    Ok(table.finish()?)
}

/// The cells of a user; `None` for what they don't have.
fn cells(
    user: &User,
    columns: &[String],
    directory: &Directory,
) -> headcount::Result<Vec<Option<String>>> {
    let Value::Object(shown) = shown(user, columns, directory)? else {
        return Ok(Vec::new());
    };
    let text = |name: &String| match &shown[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Ok(columns.iter().map(text).collect())
}
