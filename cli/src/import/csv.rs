//! Delimited text: a header line with the names of the columns, then one user a
//! line.

use headcount::{UserId, quoted};
use headcount_server::csv_cell::marked_text;
use serde_json::{Map, Value};

use super::cells;
use super::columns::{Column, DELIMITERS, columns, titles};
use super::delimited::{Cell, CsvRecord, Reader};
use super::names::{Field, Names, Target, plain};
use super::position::Spot;
use super::reading::Reading;
use super::row::{OF_ACCOUNTS, filled, is_service_account};
use super::{Row, Rows};
use crate::output::count;

/// Whether the first line looks like the header of a file of users.
pub(super) fn has_header(text: &str, names: Names<'_>) -> bool {
    let (body, _, told) = without_preamble(text);
    let delimiter = told.unwrap_or_else(|| sniff(body, names));
    let header = Reader::new(body, delimiter, 1).next_filled();
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
    let first = reader.next_filled()?.ok_or("it has no header line")?;
    let header = titles(&first);
    let columns = columns(&header, delimiter, reading)?;
    let plain_header = plain_titles(header.iter().copied());
    let second = by_rank(&columns);
    let mut rows = Rows::default();
    while let Some(record) = reader.next_filled()? {
        if is_header(&record, &plain_header) {
            return Err(format!(
                "line {} is the header again, as if two files had been put together; import them \
                 as they were, several at once if you like, or remove the line",
                record.line
            ));
        }
        refuse_swallowed_rows(&record, &columns, delimiter)?;
        rows.take(&row(&columns, &second, &record, reading), reading);
        reading.row(text.len() - reader.left());
    }
    Ok(rows)
}

/// Titles in any spelling and order.
fn plain_titles<'t>(titles: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut titles: Vec<_> = titles.map(plain).collect();
    titles.sort_unstable();
    titles
}

/// Whether the record has these titles again.
fn is_header(record: &CsvRecord, titles: &[String]) -> bool {
    let mut texts = record.cells.iter().map(|cell| &*cell.text);
    let Some(first) = texts.clone().next().map(plain) else {
        return false;
    };
    // Most rows are told by their first cell.
    titles.binary_search(&first).is_ok() && plain_titles(&mut texts) == titles
}

/// What follows the line that spreadsheets, Entra or PowerShell write before the header, the
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
    if first.starts_with("version:v1") || first.starts_with("#TYPE ") {
        return (rest, 2, None);
    }
    (text, 1, None)
}

/// The delimiter that makes the most known columns of the header, or the most columns if none
/// makes a known one.
fn sniff(text: &str, names: Names<'_>) -> char {
    let known = |delimiter: &char| {
        let header = Reader::new(text, *delimiter, 1)
            .next_filled()
            .ok()
            .flatten();
        let cells = header.map_or_else(Vec::new, |header| header.cells);
        let known = cells
            .iter()
            .filter(|cell| names.target(&cell.text).is_some());
        (known.count(), cells.len())
    };
    // Of equal maxima, `max_by_key` returns the last: in this order, the comma.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(known)
        .unwrap_or(',')
}

/// Refuses a quoted cell that seems to have whole rows in it: two quotes that lost their other
/// halves make one cell of the rows between them.
fn refuse_swallowed_rows(
    record: &CsvRecord,
    columns: &[Column],
    delimiter: char,
) -> Result<(), String> {
    let cells = record.cells.iter().enumerate();
    for (index, cell) in cells.filter(|(_, cell)| cell.spans_lines) {
        let holds = columns.get(index).and_then(Column::holds);
        if holds.is_some_and(|(holds, _)| marked_text(&cell.text, holds).is_some()) {
            continue;
        }
        if has_rows(index, &cell.text, columns, delimiter) {
            let (at, column) = cell.place;
            return Err(format!(
                "line {at}, column {column}: the quoted cell that begins there has whole rows in \
                 it; close its quote on its line, or remove the line breaks"
            ));
        }
    }
    Ok(())
}

/// Whether the lines of a cell in the column `index` look like rows.
fn has_rows(index: usize, text: &str, columns: &[Column], delimiter: char) -> bool {
    let told_by_text = columns
        .iter()
        .any(|column| matches!(column, Column::Field(Field::Email | Field::Id, _)));
    let names_somebody = |(column, part): (&Column, &&str)| match column {
        Column::Field(Field::Email | Field::Username, _) => looks_like_address(part),
        Column::Field(Field::Id, _) => part.parse::<UserId>().is_ok(),
        _ => false,
    };
    let lines = text.split(['\n', '\r']).map(|line| {
        let parts = line.split(delimiter);
        parts.map(|part| part.trim_matches([' ', '"'])).collect()
    });
    let lines: Vec<Vec<&str>> = lines.collect();
    let Some((first, others)) = lines.split_first() else {
        return false;
    };
    // The first line has the rest of a row, in which the cell is the first.
    let rest = columns.get(index..).unwrap_or_default();
    let names_anybody = |parts: &[&str], columns: &[Column]| {
        parts.len() > 1 && columns.iter().zip(parts).any(names_somebody)
    };
    if names_anybody(first, rest) || others.iter().any(|parts| names_anybody(parts, columns)) {
        return true;
    }
    // Any text can be a username, so the number of cells decides.
    let has_all = |parts: &[&str], columns: &[Column]| {
        !told_by_text && parts.len() > 1 && parts.len() == columns.len()
    };
    let ends_in_cell = others.last().is_some_and(|last| last.len() == index + 1);
    has_all(first, rest) && ends_in_cell || others.iter().any(|parts| has_all(parts, columns))
}

fn looks_like_address(text: &str) -> bool {
    let has_space = text.contains(char::is_whitespace);
    let parts = text.split_once('@');
    !has_space && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// The numbers of the columns whose fields others hold too, those that come first at the front.
fn by_rank(columns: &[Column]) -> Vec<usize> {
    let second = columns.iter().enumerate();
    let mut second: Vec<_> = second
        .filter_map(|(index, column)| match column {
            Column::Second(_, _, rank) => Some((*rank, index)),
            _ => None,
        })
        .collect();
    second.sort_unstable();
    second.into_iter().map(|(_, index)| index).collect()
}

fn row(columns: &[Column], second: &[usize], record: &CsvRecord, reading: &mut Reading<'_>) -> Row {
    let mut row = Row::at(Spot::Line(record.line));
    let is_filled = |cell: &Cell| !cell.text.is_empty();
    let filled = record
        .cells
        .iter()
        .rposition(is_filled)
        .map_or(0, |last| last + 1);
    // Spreadsheets end rows before columns that have neither a name nor a cell.
    let named = { columns.iter() }.rposition(|column| !matches!(column, Column::Nameless));
    let needed = named.map_or(0, |last| last + 1);
    if record.cells.len() < needed || filled > columns.len() {
        let cure = match record.cells.get(columns.len()) {
            Some(cell) => format!(
                "the first too many begins at column {} of the line: put cells with a delimiter \
                 in them in quotes",
                cell.place.1
            ),
            None => "the last are missing: add them, even if they are empty".to_owned(),
        };
        row.problems.push(format!(
            "it has {} and the header has {}; {cure}",
            count(record.cells.len(), "cell"),
            columns.len()
        ));
    }
    // An empty cell is a missing field.
    let cells = columns.iter().zip(&record.cells).enumerate();
    let first = cells.filter(|(index, _)| !second.contains(index));
    let first = first.map(|(_, cell)| cell);
    let second = second
        .iter()
        .filter_map(|index| Some((&columns[*index], record.cells.get(*index)?)));
    let is_account = is_service_account(|wanted| text_of(wanted, columns, record));
    row.is_service_account = is_account;
    let is_read = |column: &Column| {
        !is_account
            || column
                .field()
                .is_some_and(|field| OF_ACCOUNTS.contains(&field))
    };
    let cells = { first.chain(second) }.filter(|(column, cell)| is_filled(cell) && is_read(column));
    let mut unreadable = Vec::new();
    for (column, cell) in cells {
        if let Column::Second(field, ..) = column
            && (row.has(*field) || unreadable.contains(field))
        {
            continue;
        }
        let problems = row.problems.len();
        row.read_cell(column, cell, reading);
        if row.problems.len() > problems {
            unreadable.extend(column.field());
        }
    }
    row.finish();
    row
}

/// What the cells of a record say of a field.
fn text_of<'r>(wanted: Field, columns: &[Column], record: &'r CsvRecord) -> Option<&'r str> {
    let cells = columns.iter().zip(&record.cells);
    let mut said = cells
        .filter(|(column, _)| column.field() == Some(wanted))
        .filter_map(|(_, cell)| filled(cell.text.trim()));
    said.next()
}

impl Row {
    /// Reads a cell that is not empty.
    fn read_cell(&mut self, column: &Column, cell: &Cell, reading: &mut Reading<'_>) {
        let Some((holds, name)) = column.holds() else {
            if matches!(column, Column::Nameless) {
                self.problems.push(format!(
                    "there is {} at column {} of the line, under no name; give its column one in \
                     the header, or empty it",
                    quoted(&cell.text),
                    cell.place.1
                ));
            }
            return;
        };
        let marked = marked_text(&cell.text, holds);
        let text = marked.unwrap_or(&cell.text);
        let is_unread_id =
            matches!(column, Column::Field(Field::Id, _)) && reading.options.ignore_ids;
        if marked.is_none()
            && !is_unread_id
            && let Some(problem) = cells::problem(text.trim(), holds)
        {
            self.problems.push(format!("{name}: {problem}"));
            return;
        }
        self.is_exact = marked.is_some();
        match column {
            Column::Field(..) | Column::Second(..) if text.trim().is_empty() => {}
            Column::Field(field, name) | Column::Second(field, name, _) => {
                self.read(*field, name, text.trim().into(), reading);
            }
            Column::Attribute(name) => {
                let attribute = Map::from_iter([(name.clone(), Value::from(text))]);
                self.read_attributes(name, attribute.into(), reading);
            }
            Column::ExternalId(provisioner) => {
                let text = marked.unwrap_or(text.trim());
                let id = Map::from_iter([(provisioner.clone(), Value::from(text))]);
                self.read_external_ids(provisioner, id.into());
            }
            Column::Unused | Column::Nameless => {}
        }
        self.is_exact = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::ReadOptions;
    use super::*;

    fn number_of_rows(text: &str) -> Result<usize, String> {
        rows(text, &mut Reading::new(ReadOptions::default())).map(|rows| rows.len())
    }

    #[test]
    fn a_cell_with_parts_of_two_rows_is_refused() {
        for text in [
            // The column that says who it is stands before the cell, and behind it.
            "email,attributes.note\na@ex.co,\"x\nb@ex.co,y\"\n",
            "given_name,attributes.note,email\nAnn,\"x,a@ex.co\nBob,y\",b@ex.co\n",
            "username,attributes.note,given_name\nann,\"x,Ann\nbob,y\",Bob\n",
            "given_name,attributes.note,username\nAnn,\"x,ann\nBob,y\",bob\n",
            "given_name,attributes.note,username\nAnn,\"x,ann\nBob,y,bob\nCho,z\",cho\n",
        ] {
            let refused = number_of_rows(text).unwrap_err();
            assert!(refused.starts_with("line 2, column "), "{text}: {refused}");
            assert!(
                refused.contains("has whole rows in it"),
                "{text}: {refused}"
            );
        }
    }

    #[test]
    fn a_cell_of_several_lines_is_no_row() {
        for text in [
            "email,attributes.note\na@ex.co,\"two\nlines, of text\"\n",
            "given_name,attributes.note,email\nAnn,\"Dear Bob,\nI am away\",a@ex.co\n",
            "given_name,attributes.note,username\nAnn,\"Dear, Bob\nI am away\",ann\n",
            "email,attributes.note\na@ex.co,\"x\n\u{feff}y\"\n",
        ] {
            assert_eq!(number_of_rows(text), Ok(1), "{text}");
        }
    }

    #[test]
    fn a_header_that_comes_again_is_no_user() {
        for again in [
            "email, \"given name\"",
            "Email,GIVEN_NAME",
            "given name,email",
        ] {
            let text = format!("email,given name\na@ex.co,Ann\n\n{again}\nb@ex.co,Bob\n");
            let refused = number_of_rows(&text).unwrap_err();
            assert!(
                refused.starts_with("line 4 is the header again"),
                "{refused}"
            );
        }
        // One of its words can be a user's.
        let text = "username,given name\nusername,Ann\ngiven-name,Bob\n";
        assert_eq!(number_of_rows(text), Ok(2));
    }
}
