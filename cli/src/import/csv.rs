//! Delimited text: a header line with the names of the columns, then one user a
//! line.

use headcount::{Email, UserId};
use serde_json::{Map, Value};

use super::delimited::{Cell, CsvRecord, Reader};
use super::names::{Field, Names, Target, unknown};
use super::reading::Reading;
use super::row::Spot;
use super::{Row, Rows};
use crate::output::count;

/// What may be between two cells.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// What a column holds.
enum Column {
    Field(Field, String),
    Attribute(String),
    /// The external ids of one provisioner.
    ExternalId(String),
    Unused,
    /// One without a name, which has to be empty.
    Nameless,
}

/// Whether the first line looks like the header of a file of users.
pub(super) fn has_header(text: &str, names: Names<'_>) -> bool {
    let (body, _, told) = without_preamble(text);
    let delimiter = told.unwrap_or_else(|| sniff(body, names));
    let header = Reader::new(body, delimiter, 1).next();
    header.ok().flatten().is_some_and(|header| {
        header.cells.iter().any(|cell| {
            let target = names.target(&cell.text);
            matches!(target, Some(Target::Field(Field::Email | Field::Username)))
        })
    })
}

/// Reads the rows.
pub(super) fn rows(text: &str, reading: &mut Reading<'_>) -> Result<Rows, String> {
    let names = reading.options.names;
    let (body, line, told) = without_preamble(text);
    let delimiter = reading.options.delimiter.or(told);
    let delimiter = delimiter.unwrap_or_else(|| sniff(body, names));
    let mut reader = Reader::new(body, delimiter, line);
    let header = reader.next()?.ok_or("it has no header line")?;
    let columns = columns(&header, delimiter, reading)?;
    let mut rows = Rows::default();
    while let Some(record) = reader.next()? {
        if record.is_empty() {
            continue;
        }
        refuse_swallowed_rows(&record, &columns, delimiter)?;
        rows.push(&row(&columns, record, reading));
        reading.row(text.len() - reader.left());
    }
    Ok(rows)
}

/// What follows the lines that spreadsheets and Entra write before the header, the
/// line it begins on, and the delimiter they name.
fn without_preamble(text: &str) -> (&str, usize, Option<char>) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let first = text[..end].trim_matches([' ', '"']);
    let rest = text[end..]
        .strip_prefix("\r\n")
        .or_else(|| text[end..].get(1..));
    let rest = rest.unwrap_or_default();
    if first
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("sep="))
    {
        let mut after = text[..end].trim_start_matches([' ', '"'])[4..].chars();
        return (rest, 2, after.next().filter(|c| !matches!(c, '"')));
    }
    if first.starts_with("version:v1") {
        return (rest, 2, None);
    }
    (text, 1, None)
}

/// The delimiter that makes the most known columns of the header.
fn sniff(text: &str, names: Names<'_>) -> char {
    let known = |delimiter: &char| {
        let header = Reader::new(text, *delimiter, 1).next().ok().flatten();
        let cells = header.into_iter().flat_map(|header| header.cells);
        cells
            .filter(|cell| names.target(&cell.text).is_some())
            .count()
    };
    // Of equals the last is taken, and that should be the comma.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(known)
        .unwrap_or(',')
}

fn columns(
    header: &CsvRecord,
    delimiter: char,
    reading: &mut Reading<'_>,
) -> Result<Vec<Column>, String> {
    let titles: Vec<&str> = header.cells.iter().map(|cell| cell.text.trim()).collect();
    let names = reading.options.names;
    if let Some(absent) = names.absent(titles.iter().copied()).first() {
        return Err(format!(
            "its header has no column {absent:?}, which the command line names; it has {}",
            titles.join(", ")
        ));
    }
    let has_address = names.has_state_on_a_map(titles.iter().copied());
    let mut columns = Vec::with_capacity(titles.len());
    let mut strangers = Vec::new();
    for (index, title) in titles.iter().copied().enumerate() {
        if title.is_empty() {
            columns.push(Column::Nameless);
            continue;
        }
        if titles[..index].contains(&title) {
            return Err(format!(
                "its header has the column {title:?} twice; take one of the two out, or give it \
                 another name"
            ));
        }
        columns.push(match names.target_beside(title, has_address) {
            Some(Target::Field(field)) => of_field(field, title, reading)?,
            Some(Target::ExternalId(provisioner)) => Column::ExternalId(provisioner),
            Some(Target::Attribute(name)) => Column::Attribute(name),
            Some(Target::Silent) => Column::Unused,
            Some(Target::LeftOut) => {
                reading.left_out(title);
                Column::Unused
            }
            None => {
                strangers.push(title);
                Column::Unused
            }
        });
    }
    if !strangers.is_empty() {
        let mut told = unknown("column", &strangers);
        let other = |c: char| c != delimiter && DELIMITERS.contains(&c);
        if titles
            .iter()
            .any(|title| Email::parse(title).is_ok_and(|_| title.contains('@')))
        {
            told += "; the first line needs the names of the columns, and this one has an address";
        }
        if strangers.iter().any(|title| title.contains(other)) {
            told += "; if another character separates the columns, name it with --delimiter";
        }
        return Err(told);
    }
    check_fields(&columns)?;
    Ok(columns)
}

/// The column with this title, which holds the field.
fn of_field(field: Field, title: &str, reading: &Reading<'_>) -> Result<Column, String> {
    match field {
        Field::Attributes => {
            Err("an attribute needs a column of its own, such as attributes.team".to_owned())
        }
        Field::ExternalIds => Err(format!(
            "the external ids of each provisioner need a column of their own: call it \
             external_ids.NAME, or say --map '{title}=external_id' --provisioner NAME"
        )),
        Field::ExternalId => match reading.options.provisioner {
            Some(provisioner) => Ok(Column::ExternalId(provisioner.to_owned())),
            None => Err(format!(
                "its column {title:?} has ids that a provisioner gave; say which one with \
                 --provisioner NAME, such as okta, or leave it out with --ignore '{title}'"
            )),
        },
        field => Ok(Column::Field(field, title.to_owned())),
    }
}

/// Each field has one column, and one of them says who it is.
fn check_fields(columns: &[Column]) -> Result<(), String> {
    let mut seen: Vec<(Field, &str)> = Vec::new();
    for column in columns {
        let Column::Field(field, name) = column else {
            continue;
        };
        // A user has one state, however it is called.
        let key = if *field == Field::Inactive {
            Field::Active
        } else {
            *field
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            return Err(format!(
                "its columns {first:?} and {name:?} are there for the same field; leave one of \
                 them out with --ignore '{name}'"
            ));
        }
        seen.push((key, name));
    }
    let is_identity = |field: &Field| matches!(field, Field::Id | Field::Email | Field::Username);
    if seen.iter().any(|(field, _)| is_identity(field)) {
        return Ok(());
    }
    Err(
        "its header has no column email, username or id; use --map 'COLUMN=email' to say which \
         one it is"
            .to_owned(),
    )
}

/// Refuses a cell with a line break and a whole row behind it: two quotes that lost
/// their other halves would make one of the rows between them.
fn refuse_swallowed_rows(
    record: &CsvRecord,
    columns: &[Column],
    delimiter: char,
) -> Result<(), String> {
    let told_by_text = columns
        .iter()
        .any(|column| matches!(column, Column::Field(Field::Email | Field::Id, _)));
    let names_somebody = |(column, part): (&Column, &&str)| match column {
        Column::Field(Field::Email | Field::Username, _) => looks_like_address(part),
        Column::Field(Field::Id, _) => part.parse::<UserId>().is_ok(),
        _ => false,
    };
    for cell in record.cells.iter().filter(|cell| cell.spans_lines) {
        for line in cell.text.split(['\n', '\r']).skip(1) {
            let parts: Vec<&str> = { line.split(delimiter) }
                .map(|part| part.trim_matches([' ', '"']))
                .collect();
            // Any text can be a username, so there the number of cells has to tell.
            let is_row = parts.len() > 1
                && (columns.iter().zip(&parts).any(names_somebody)
                    || !told_by_text && parts.len() == columns.len());
            if is_row {
                let (at, column) = cell.place;
                return Err(format!(
                    "line {at}, column {column}: the quoted cell that begins there has whole rows \
                     in it; close its quote on its line, or take the line breaks out"
                ));
            }
        }
    }
    Ok(())
}

fn looks_like_address(text: &str) -> bool {
    let has_space = text.contains(char::is_whitespace);
    let parts = text.split_once('@');
    !has_space && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

fn row(columns: &[Column], record: CsvRecord, reading: &mut Reading<'_>) -> Row {
    let mut row = Row::at(Spot::Line(record.line));
    let is_filled = |cell: &Cell| !cell.text.is_empty();
    let filled = record
        .cells
        .iter()
        .rposition(is_filled)
        .map_or(0, |last| last + 1);
    if record.cells.len() < columns.len() || filled > columns.len() {
        row.problems.push(format!(
            "it has {} and the header has {}",
            count(record.cells.len(), "cell"),
            columns.len()
        ));
    }
    // An empty cell is as good as no field.
    let cells = columns.iter().zip(record.cells);
    for (column, Cell { text, place, .. }) in cells.filter(|(_, cell)| is_filled(cell)) {
        match column {
            Column::Field(field, name) => row.read(*field, name, text.into(), reading),
            Column::Attribute(name) => {
                let attribute = Map::from_iter([(name.clone(), Value::from(text))]);
                row.read_attributes(name, attribute.into(), reading);
            }
            Column::ExternalId(provisioner) => {
                let id = Map::from_iter([(provisioner.clone(), Value::from(text))]);
                row.read_external_ids(provisioner, id.into());
            }
            Column::Unused => {}
            Column::Nameless => row.problems.push(format!(
                "there is {text:?} at column {} of the line, under no name; give its column one \
                 in the header, or empty it",
                place.1
            )),
        }
    }
    row.finish();
    row
}
