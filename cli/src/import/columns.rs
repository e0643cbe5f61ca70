//! The columns of delimited text, and what each holds according to the header.

use headcount::{Email, quoted};
use headcount_server::csv_cell::{Holds, marked_text};

use super::asked::{IGNORE_ATTRIBUTE, PROVISIONER};
use super::cells;
use super::delimited::CsvRecord;
use super::names::{Field, Target, plain};
use super::preference::{Rank, before};
use super::reading::Reading;
use super::unknown_names::unknown;
use crate::output::shell_word;

/// Characters that can separate two cells.
pub(super) const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// What a column holds.
pub(super) enum Column {
    Field(Field, String),
    /// A field that another column holds too, which comes first: read where that is blank, and
    /// so are the others with a lower rank.
    Second(Field, String, Rank),
    Attribute(String),
    /// The external ids of one provisioner.
    ExternalId(String),
    Unused,
    /// One without a name, which has to be empty.
    Nameless,
}

impl Column {
    /// The field that it holds, first or second.
    pub(super) fn field(&self) -> Option<Field> {
        match self {
            Self::Field(field, _) | Self::Second(field, ..) => Some(*field),
            _ => None,
        }
    }

    /// What it holds, as far as its cells are concerned, and its name; `None` if they are not
    /// read.
    pub(super) fn holds(&self) -> Option<(Holds, &str)> {
        Some(match self {
            Self::Field(field, name) | Self::Second(field, name, _) => match field {
                Field::Id | Field::Email | Field::Username => (Holds::Identity, name),
                Field::GivenName | Field::FamilyName => (Holds::Name, name),
                _ => (Holds::Other, name),
            },
            Self::ExternalId(name) => (Holds::Identity, name),
            Self::Attribute(name) => (Holds::Attribute, name),
            Self::Unused | Self::Nameless => return None,
        })
    }
}

/// The names of the columns, if the record is a header. Exports mark those that begin or end
/// with white space, such as an attribute's.
pub(super) fn titles(record: &CsvRecord) -> Vec<&str> {
    let title = |text| marked_text(text, Holds::Identity).unwrap_or(text.trim());
    record.cells.iter().map(|cell| title(&*cell.text)).collect()
}

/// What each column of the header holds. A column that `--map` names and the header does not have
/// is remembered: another file may have it.
///
/// # Errors
///
/// Unknown columns, two for the same field, or none that identifies the user; where the header
/// lacks a mapped column, that is told instead, as it may be the cause.
pub(super) fn columns(
    titles: &[&str],
    delimiter: char,
    reading: &mut Reading<'_>,
) -> Result<Vec<Column>, String> {
    let absent = reading.options.names.absent(titles.iter().copied());
    let told = |column: &str| {
        format!(
            "its header has no column {}, which --map names; its columns are {}",
            quoted(column),
            titles.join(", ")
        )
    };
    let columns = columns_of(titles, delimiter, reading);
    if columns.is_err()
        && let Some(column) = absent.first()
    {
        return Err(told(column));
    }
    for column in absent {
        reading.absent_column(column, told(column));
    }
    columns
}

fn columns_of(
    titles: &[&str],
    delimiter: char,
    reading: &mut Reading<'_>,
) -> Result<Vec<Column>, String> {
    let names = reading.options.names;
    let targets = names.targets(titles.iter().copied());
    let mut columns = Vec::with_capacity(titles.len());
    let mut unknown_names = Vec::new();
    for (index, (title, target)) in titles.iter().copied().zip(targets).enumerate() {
        reading.meet(title);
        if title.is_empty() {
            columns.push(Column::Nameless);
            continue;
        }
        if let Some(problem) = cells::in_other_quotes(title) {
            return Err(format!("in its header, {problem}"));
        }
        if titles[..index].contains(&title) {
            return Err(format!(
                "its header has the column {} twice; remove one of the two, or give it \
                 another name",
                quoted(title)
            ));
        }
        if let Some((first, field, rank)) = before(title, titles.iter().copied(), names) {
            reading.second(title, first, field);
            columns.push(Column::Second(field, title.to_owned(), rank));
            continue;
        }
        columns.push(match target {
            Some(Target::Field(field)) => of_field(field, title, reading)?,
            Some(Target::ExternalId(provisioner)) => Column::ExternalId(provisioner),
            Some(Target::Attribute(name)) => {
                reading.meet_as(IGNORE_ATTRIBUTE, &name);
                Column::Attribute(name)
            }
            Some(Target::Silent) => Column::Unused,
            Some(Target::LeftOut) => {
                reading.left_out(title);
                Column::Unused
            }
            None => {
                unknown_names.push(title);
                Column::Unused
            }
        });
    }
    if !unknown_names.is_empty() {
        return Err(unknown_columns(&unknown_names, titles, delimiter));
    }
    check_fields(&columns, titles)?;
    Ok(columns)
}

/// The refusal of a header with unknown columns.
fn unknown_columns(unknown_names: &[&str], titles: &[&str], delimiter: char) -> String {
    let is_address = |title: &&&str| title.contains('@') && Email::parse(title).is_ok();
    if let Some(address) = titles.iter().find(is_address) {
        return format!(
            "the first line needs the names of the columns, and this one has an address, \
             {}; put a line with their names before it, such as email{delimiter}username",
            quoted(address)
        );
    }
    if let [title] = titles
        && title.contains(delimiter)
    {
        return format!(
            "its first line is in quotes as a whole, so that it is the one column {}; \
             remove the quotes around whole lines",
            quoted(title)
        );
    }
    let mut told = unknown("column", unknown_names);
    let other = |c: char| c != delimiter && DELIMITERS.contains(&c);
    if unknown_names.len() == titles.iter().filter(|title| !title.is_empty()).count() {
        told += "; the first line needs the names of the columns: remove what is before it, and \
                 if another character separates them, name it with --delimiter";
    } else if unknown_names.iter().any(|title| title.contains(other)) {
        told += "; if another character separates the columns, name it with --delimiter";
    }
    told
}

/// The column with this title, which holds the field.
fn of_field(field: Field, title: &str, reading: &mut Reading<'_>) -> Result<Column, String> {
    match field {
        Field::Attributes => {
            Err("an attribute needs a column of its own, such as attributes.team".to_owned())
        }
        Field::ExternalIds => Err(format!(
            "the external ids of each provisioner need a column of their own: call it \
             external_ids.NAME, or say --map {} --provisioner NAME",
            shell_word(&format!("{title}=external_id"))
        )),
        Field::ExternalId => match reading.options.provisioner {
            Some(provisioner) => {
                reading.meet_as(PROVISIONER, provisioner);
                Ok(Column::ExternalId(provisioner.to_owned()))
            }
            None => Err(format!(
                "its column {title} has ids that a provisioner gave; say which one with \
                 --provisioner NAME, such as okta, or leave it out with --ignore {}",
                shell_word(title),
                title = quoted(title)
            )),
        },
        field => Ok(Column::Field(field, title.to_owned())),
    }
}

/// Checks that no two columns hold the same field, and that one identifies the user.
fn check_fields(columns: &[Column], titles: &[&str]) -> Result<(), String> {
    let mut seen: Vec<(Target, &str)> = Vec::new();
    for (column, title) in columns.iter().zip(titles) {
        let Some(target) = target_of(column) else {
            continue;
        };
        let is_same = |(other, first): &&(Target, &str)| {
            // A user can be suspended, or archived, or both.
            let is_another =
                target == Target::Field(Field::Inactive) && plain(first) != plain(title);
            *other == target && !is_another
                || may_contradict(other, &target) && !names_deleted(title) && !names_deleted(first)
        };
        if let Some((_, first)) = seen.iter().find(is_same) {
            // Options can't tell them apart.
            let cure = if plain(first) == plain(title) {
                "remove one of the two".to_owned()
            } else {
                format!("leave one of them out with --ignore {}", shell_word(title))
            };
            return Err(format!(
                "its columns {first} and {title} both hold the same field; {cure}",
                first = quoted(first),
                title = quoted(title)
            ));
        }
        seen.push((target, title));
    }
    let is_identity = |(target, _): &(Target, &str)| {
        let identities = [Field::Id, Field::Email, Field::Username];
        identities.map(Target::Field).contains(target)
    };
    if seen.iter().any(is_identity) {
        return Ok(());
    }
    Err(
        "its header has no column email, username or id; use --map 'COLUMN=email' to say which \
         one it is"
            .to_owned(),
    )
}

/// Whether two columns say if users are active, each in its own way. Those of Active Directory
/// are compared in each row.
fn may_contradict(one: &Target, other: &Target) -> bool {
    let states = [Field::Active, Field::AccountControl];
    let is_state = |target: &Target| states.map(Target::Field).contains(target);
    let is_opposite = |target: &Target| *target == Target::Field(Field::Inactive);
    is_opposite(one) && is_state(other) || is_state(one) && is_opposite(other)
}

/// Whether a column names users who were deleted, which is compared in each row.
fn names_deleted(title: &str) -> bool {
    ["deleted", "isdeleted"].contains(&&*plain(title))
}

/// What a column holds, which no other may hold too.
fn target_of(column: &Column) -> Option<Target> {
    match column {
        Column::Field(field, _) => Some(Target::Field(*field)),
        Column::Attribute(name) => Some(Target::Attribute(name.clone())),
        Column::ExternalId(provisioner) => Some(Target::ExternalId(provisioner.clone())),
        Column::Second(..) | Column::Unused | Column::Nameless => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::rows;
    use super::super::reading::ReadOptions;
    use super::*;

    fn read(header: &str) -> Result<(), String> {
        rows(header, &mut Reading::new(ReadOptions::default())).map(|_| ())
    }

    #[test]
    fn each_field_has_one_column() {
        for (header, cure) in [
            ("email,mail", "--ignore 'mail'"),
            ("email,E-Mail", "remove one of the two"),
            ("email,active,suspended", "--ignore 'suspended'"),
            (
                "email,attributes.team,Attributes.team",
                "remove one of the two",
            ),
            (
                "email,external_ids.okta,External_IDs.okta",
                "remove one of the two",
            ),
        ] {
            let refused = read(header).unwrap_err();
            let is_told = refused.contains("both hold the same field");
            assert!(is_told && refused.contains(cure), "{header}: {refused}");
        }
        assert_eq!(read("email,suspended,archived,blocked"), Ok(()));
        assert!(read("email,blocked,suspended,userAccountControl").is_err());
        // Names of attributes are told apart by their case.
        assert_eq!(read("email,attributes.team,attributes.Team"), Ok(()));
    }
}
