//! Chosen columns of users, as a table, CSV or lines of JSON.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use headcount::User;
use serde_json::{Value, json};

use crate::args::COLUMNS;
use crate::csv_rows::CsvRows;
use crate::failure::Result;
use crate::output::Table;

type Users<'u> = &'u mut dyn Iterator<Item = headcount::Result<Arc<User>>>;

/// A user on each line.
pub(super) fn lines(users: Users<'_>, columns: &[String], out: &mut dyn Write) -> Result<()> {
    for user in users {
        serde_json::to_writer(&mut *out, &shown(&*user?, columns))?;
        writeln!(out)?;
    }
    Ok(())
}

/// A user as JSON: all fields, or the chosen columns.
pub(super) fn shown(user: &User, columns: &[String]) -> Value {
    if columns.is_empty() {
        return json!(user);
    }
    let whole = json!(user);
    let members = columns.iter().map(|name| {
        let value = match name.split_once('.') {
            Some(("attributes", attribute)) => json!(user.attribute(attribute)),
            Some((_, provisioner)) => json!(user.external_id(provisioner)),
            None => whole[name].clone(),
        };
        (name.clone(), value)
    });
    Value::Object(members.collect())
}

/// CSV with these columns; where none are chosen, with those that every user has.
pub(super) fn csv(users: Users<'_>, columns: &[String], out: &mut dyn Write) -> Result<()> {
    let usual = COLUMNS.map(str::to_owned);
    let columns = if columns.is_empty() {
        &usual[..]
    } else {
        columns
    };
    let mut rows = CsvRows::start(out, columns)?;
    for user in users {
        let cells = cells(&*user?, columns);
        rows.write(cells)?;
    }
    rows.finish()?;
    Ok(())
}

/// A table with these columns.
pub(super) fn table(users: Users<'_>, columns: &[String], out: &mut dyn Write) -> Result<()> {
    let heads = columns.iter().map(|name| name.to_uppercase());
    let mut rows = Table::new(heads, out);
    for user in users {
        let cells = cells(&*user?, columns);
        rows.push(
            cells
                .into_iter()
                .map(|cell| Cow::from(cell.unwrap_or_default())),
        )?;
    }
    Ok(rows.finish()?)
}

/// The cells of a user; `None` for what they don't have.
fn cells(user: &User, columns: &[String]) -> Vec<Option<String>> {
    let Value::Object(shown) = shown(user, columns) else {
        return Vec::new();
    };
    let text = |name: &String| match &shown[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    columns.iter().map(text).collect()
}
