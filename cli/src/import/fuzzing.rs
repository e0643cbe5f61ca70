//! Checks with any file: the importer doesn't panic, the
//! directory is sound afterwards, and the same file again changes nothing.

#![allow(clippy::unwrap_used)]

use super::Rows;
use super::encoding::Encoding;
use super::format::parse;
use super::names::Names;
use super::options::{MatchBy, Missing, OnExisting, Options};
use super::plan::Plan;
use super::reading::{ReadOptions, Reading};
use super::refusals::{Refusals, RowFaults};
use super::writing::{self, Purpose};
use crate::args::{FormatArg, WhenFull};
use crate::directory::Directory;
use crate::progress::Progress;

/// Imports a file with each combination of options.
pub fn check(bytes: &[u8]) {
    let map = [
        "a=email".parse().unwrap(),
        "b=attributes.b".parse().unwrap(),
    ];
    let ignore = ["c".to_owned()];
    for format in [
        FormatArg::Auto,
        FormatArg::Keycloak,
        FormatArg::Wallaroo,
        FormatArg::Jsonl,
        FormatArg::Csv,
    ] {
        check_as(
            bytes,
            ReadOptions {
                format,
                ..ReadOptions::default()
            },
        );
    }
    check_as(
        bytes,
        ReadOptions {
            encoding: Encoding::Windows1252,
            delimiter: Some(';'),
            names: Names {
                map: &map,
                ignore: &ignore,
            },
            ignore_ids: true,
            ..ReadOptions::default()
        },
    );
}

fn check_as(bytes: &[u8], options: ReadOptions<'_>) {
    let mut reading = Reading::new(options);
    let Ok(parsed) = parse(bytes, "file", &mut reading) else {
        return;
    };
    reading.into_remarks(true);
    // With five seats, so that some find none.
    let directory = Directory::in_memory().unwrap();
    import(&directory, &parsed.rows, OnExisting::Update);
    let users = users(&directory);
    import(&directory, &parsed.rows, OnExisting::Update);
    assert_eq!(users, self::users(&directory), "{:?}", options.format);
    import(&directory, &parsed.rows, OnExisting::Skip);
    assert_eq!(users, self::users(&directory), "{:?}", options.format);
}

/// Imports the rows that are valid.
pub(crate) fn import(directory: &Directory, rows: &Rows, on_existing: OnExisting) {
    let mut refusals = Refusals::of_unreadable(rows);
    let options = Options {
        file: "file",
        when_full: WhenFull::Inactive,
        skip_invalid: true,
        email_template: Some("{username}@ex.co"),
        on_existing,
        keep: None,
        matching: &[MatchBy::Id, MatchBy::Email],
        missing: Missing::Keep,
        allow_ownerless: false,
        progress: &Progress::hidden(),
    };
    let plan = Plan::make(directory, rows, &options, &mut refusals).unwrap();
    assert_eq!(refusals.json(rows).count(), refusals.len());
    refusals.lines(rows);
    assert!(plan.obstacle.is_none());
    for candidate in &plan.candidates {
        candidate.notes(&rows.get(candidate.row));
    }
    writing::carry_out(directory, &plan, rows, &options, Purpose::Write).unwrap();
    directory.here().unwrap().verify().unwrap();
}

/// All users, in the form in which they are compared: their versions too.
fn users(directory: &Directory) -> Vec<String> {
    let users = directory.users().unwrap();
    users.map(|user| format!("{:?}", user.unwrap())).collect()
}
