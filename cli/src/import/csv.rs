//! CSV: a header line with the names of the columns, then one user a line.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::Row;
use super::row::{Field, Fields, Place, unknown_field};

/// What begins the name of a column that holds one attribute.
const ATTRIBUTE_PREFIX: &str = "attributes.";

/// What a column holds.
enum Column {
    Field(Field, String),
    Attribute(String),
}

/// Whether the first line looks like the header of a file of users.
pub(super) fn has_header(text: &str) -> bool {
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    reader.headers().is_ok_and(|names| {
        names
            .iter()
            .map(str::trim_ascii)
            .any(|name| name.eq_ignore_ascii_case("email") || name.eq_ignore_ascii_case("username"))
    })
}

/// Reads the rows.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?;
    let columns = columns(header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        rows.push(row(&columns, &record, line_of(&record, text)));
    }
    Ok(rows)
}

fn columns(header: &StringRecord) -> Result<Vec<Column>, String> {
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().map(str::trim_ascii).enumerate() {
        if header
            .iter()
            .take(index)
            .any(|other| other.trim_ascii() == name)
        {
            return Err(format!("its header has the column {name:?} twice"));
        }
        columns.push(column(name)?);
    }
    let is_identity = |column: &Column| {
        matches!(
            column,
            Column::Field(Field::Id | Field::Email | Field::Username, _)
        )
    };
    if !columns.iter().any(is_identity) {
        return Err("its header has no column email, username or id".to_owned());
    }
    Ok(columns)
}

fn column(name: &str) -> Result<Column, String> {
    if let Some(attribute) = name.strip_prefix(ATTRIBUTE_PREFIX) {
        return Ok(Column::Attribute(attribute.to_owned()));
    }
    // Headers are written by people: their case doesn't matter.
    let field = Fields::Ours
        .named(name)
        .or_else(|| Fields::Ours.named(&name.to_ascii_lowercase()));
    match field {
        Some(Field::Attributes) => Err(format!(
            "an attribute needs a column of its own, such as {ATTRIBUTE_PREFIX}team"
        )),
        Some(field) => Ok(Column::Field(field, name.to_owned())),
        None if name.contains([';', '\t']) => Err(format!(
            "its columns have to be separated by commas; the header has {name:?}"
        )),
        None => Err(unknown_field("column", name)),
    }
}

/// The line that `record` begins on. The reader counts blank lines before it as
/// part of it.
fn line_of(record: &StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let bytes = text.as_bytes().get(start..).unwrap_or_default();
    let ends = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let blank_lines = ends.filter(|byte| **byte == b'\n').count();
    position.line() + blank_lines as u64
}

fn row(columns: &[Column], record: &StringRecord, line: u64) -> Row {
    let mut row = Row::at(Place::Line(line));
    if record.len() != columns.len() {
        row.problems.push(format!(
            "it has {} cells and the header has {}",
            record.len(),
            columns.len()
        ));
    }
    // An empty cell is as good as no field.
    for (column, cell) in columns.iter().zip(record).filter(|(_, c)| !c.is_empty()) {
        match column {
            Column::Field(field, name) => row.read(*field, name, value(*field, cell)),
            Column::Attribute(name) => {
                let attribute = Map::from_iter([(name.clone(), cell.into())]);
                row.read(Field::Attributes, name, Value::Object(attribute));
            }
        }
    }
    row.finish();
    row
}

/// What the cell of a field would be in JSON.
fn value(field: Field, cell: &str) -> Value {
    let is = |words: [&str; 3]| {
        words
            .iter()
            .any(|w| cell.trim_ascii().eq_ignore_ascii_case(w))
    };
    match field {
        Field::Active | Field::Admin if is(["true", "yes", "1"]) => true.into(),
        Field::Active | Field::Admin if is(["false", "no", "0"]) => false.into(),
        Field::CreatedAt => match cell.trim_ascii().parse::<u64>() {
            Ok(milliseconds) => milliseconds.into(),
            Err(_) => cell.into(),
        },
        _ => cell.into(),
    }
}
