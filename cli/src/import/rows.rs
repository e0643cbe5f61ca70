//! The rows of all files, packed: there may be a million, and a [`Row`] takes several times the
//! memory of its texts. A row is unpacked when it is read.

use std::sync::Arc;

use headcount::{Timestamp, UserId};

use super::Row;
use super::position::{RowPosition, Spot};
use super::reading::Reading;
use super::row::Pairs;

/// Rows in their order.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The rows as JSON, one after the other.
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
    /// The rows that could not be read, by number.
    unreadable: Vec<usize>,
    /// The files of the rows.
    files: Runs,
    /// The realms of the rows.
    realms: Runs,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a row, unless it is a service account, which is noted.
    pub(super) fn take(&mut self, row: &Row, reading: &mut Reading<'_>) {
        if row.is_service_account {
            let name = row.username.as_deref().or(row.email.as_deref());
            reading.service_account(name.unwrap_or("one without a username"));
        } else {
            self.push(row);
        }
    }

    fn push(&mut self, row: &Row) {
        if !row.problems.is_empty() {
            self.unreadable.push(self.len());
        }
        self.realms.note(self.len(), row.realm.as_ref());
        row.pack(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Appends the rows of another file, which is called `file` where there are several.
    pub(crate) fn append(&mut self, rows: Self, file: Option<&Arc<str>>) {
        let (first, before) = (self.len(), self.bytes.len());
        self.files.note(first, file);
        self.realms.append(first, rows.realms);
        if before == 0 {
            self.bytes = rows.bytes;
        } else {
            self.bytes.extend_from_slice(&rows.bytes);
        }
        self.ends.extend(rows.ends.iter().map(|end| before + end));
        let unreadable = rows.unreadable.iter().map(|row| first + row);
        self.unreadable.extend(unreadable);
    }

    /// The row with this number.
    pub(crate) fn get(&self, number: usize) -> Row {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let row = Row::unpack(&self.bytes[start..self.ends[number]]);
        Row {
            realm: self.realms.of(number),
            place: RowPosition {
                file: self.files.of(number),
                ..row.place
            },
            ..row
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row> {
        (0..self.len()).map(|number| self.get(number))
    }

    /// The rows that could not be read, with their numbers.
    pub(crate) fn unreadable(&self) -> impl Iterator<Item = (usize, Row)> {
        self.unreadable.iter().map(|row| (*row, self.get(*row)))
    }
}

/// The fields of a row that are [packed](Row::pack); the four texts are email, username,
/// given name and family name.
type Packed<T, P, L> = (
    Spot,
    Option<UserId>,
    [Option<T>; 4],
    Option<bool>,
    Option<bool>,
    Option<Timestamp>,
    P,
    P,
    L,
    L,
);

impl Row {
    /// Appends the row to `out`, without its file and realm.
    fn pack(&self, out: &mut Vec<u8>) {
        let packed: Packed<&str, &Pairs, &[String]> = (
            self.place.spot,
            self.id,
            [
                self.email.as_deref(),
                self.username.as_deref(),
                self.given_name.as_deref(),
                self.family_name.as_deref(),
            ],
            self.active,
            self.admin,
            self.created_at,
            &self.attributes,
            &self.external_ids,
            &self.problems,
            &self.notes,
        );
        if let Err(error) = serde_json::to_writer(out, &packed) {
            unreachable!("texts, numbers and lists of them are JSON: {error}");
        }
    }

    /// The row that was packed into `bytes`.
    fn unpack(bytes: &[u8]) -> Self {
        let packed: Packed<Box<str>, Pairs, Vec<String>> = match serde_json::from_slice(bytes) {
            Ok(packed) => packed,
            Err(error) => unreachable!("a row is read as it was packed: {error}"),
        };
        let (spot, id, texts, active, admin, created_at, attributes, external_ids, problems, notes) =
            packed;
        let [email, username, given_name, family_name] = texts;
        Self {
            id,
            email,
            username,
            given_name,
            family_name,
            active,
            admin,
            created_at,
            attributes,
            external_ids,
            problems,
            notes,
            ..Self::at(spot)
        }
    }
}

/// The texts that consecutive rows share, each with the first row that has it.
#[derive(Debug, Default)]
struct Runs(Vec<(usize, Option<Arc<str>>)>);

impl Runs {
    fn note(&mut self, row: usize, text: Option<&Arc<str>>) {
        let last = self.0.last().and_then(|(_, last)| last.as_ref());
        if last != text {
            self.0.push((row, text.cloned()));
        }
    }

    fn append(&mut self, first: usize, others: Self) {
        self.note(first, None);
        for (row, text) in others.0 {
            self.note(first + row, text.as_ref());
        }
    }

    fn of(&self, row: usize) -> Option<Arc<str>> {
        let behind = self.0.partition_point(|(first, _)| *first <= row);
        self.0[..behind].last()?.1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::position::Spot;
    use super::*;

    fn row(line: usize, email: &str, realm: Option<&str>) -> Row {
        Row {
            place: RowPosition {
                file: None,
                spot: Spot::Line(line),
            },
            email: Some(email.into()),
            realm: realm.map(Arc::from),
            ..Row::default()
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let whole = Row {
            id: Some("45e6b641-fe57-4fb2-83d2-2c2bd201efe8".parse().unwrap()),
            username: Some("\"\n\u{0}é".into()),
            given_name: Some("".into()),
            family_name: Some("B".into()),
            active: Some(false),
            admin: Some(true),
            created_at: Some("2024-07-11T16:55:59.173001Z".parse().unwrap()),
            attributes: Box::new([("k".into(), "v".into())]),
            external_ids: Box::new([("okta".into(), "0".into())]),
            problems: vec!["a problem".to_owned()],
            notes: vec!["a note".to_owned()],
            ..row(7, "a@b", Some("demo"))
        };
        let mut rows = Rows::default();
        for row in [&row(1, "x@y", None), &whole] {
            rows.push(row);
        }
        assert_eq!(format!("{:?}", rows.get(1)), format!("{whole:?}"));
        let unreadable: Vec<_> = rows.unreadable().map(|(number, _)| number).collect();
        assert_eq!(unreadable, [1]);
    }

    #[test]
    fn rows_know_their_file_and_realm() {
        let mut all = Rows::default();
        for (file, realms) in [("a", [None, Some("x")]), ("b", [None, Some("y")])] {
            let mut rows = Rows::default();
            for (line, realm) in (1..).zip(realms) {
                rows.push(&row(line, file, realm));
            }
            all.append(rows, Some(&file.into()));
        }
        let told = |row: Row| format!("{} {}", row.place, row.identity());
        let told: Vec<_> = all.iter().map(told).collect();
        let expected = [
            "a: line 1 a",
            "a: line 2 a of realm x",
            "b: line 1 b",
            "b: line 2 b of realm y",
        ];
        assert_eq!(told, expected);
    }
}
