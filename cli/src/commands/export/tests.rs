//! Whatever users there are, an export that is imported into an empty directory makes the same.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use headcount::{License, NewUser, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{csv, keycloak};
use crate::directory::Directory;
use crate::import::fuzzing::import;
use crate::import::options::OnExisting;
use crate::import::parse;
use crate::import::reading::{ReadOptions, Reading};
use crate::progress::Progress;

/// Texts that importers take for something else.
const ODD: [&str; 35] = [
    "",
    "'",
    "''",
    "'''",
    "'Ala'",
    "''Ala'",
    "\u{2018}Al\u{101}\u{2019}",
    "\u{201c}x\u{201d}",
    "RenÃ©",
    "`x`",
    "'t Hooft",
    "'000123",
    "''x",
    "=1+1",
    "'=1",
    "=\"007\"",
    "-1",
    "+49 151",
    "@x",
    "NULL",
    "'NULL",
    "\\N",
    "#N/A",
    "####",
    "1.07E+20",
    "x\u{fffd}",
    " ",
    " x ",
    "\u{a0}x\u{2003}",
    "a,b;c|d",
    "say \"x\"",
    "two\nlines",
    "id,x@ex.co\r\ny,\"z\"",
    "\u{feff}x",
    "email;username;id;active;login",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&ODD[..]).prop_map(str::to_owned),
        "[ -~]{0,12}",
        any::<String>().prop_map(|text| text.replace('\0', "")),
    ]
}

/// The email, the other texts, attributes, external ids, and what is yes or no.
type Parts = (
    String,
    [String; 3],
    BTreeMap<String, String>,
    BTreeMap<String, String>,
    [bool; 2],
    u64,
);

fn parts() -> impl Strategy<Value = Parts> {
    (
        "[a-z'!#$%&*+/=?^_`{|}~-]{1,8}@ex[.]co",
        [text(), text(), text()],
        prop::collection::btree_map(text(), text(), 0..4),
        prop::collection::btree_map(text(), text(), 0..3),
        any::<[bool; 2]>(),
        // From 1973 on, milliseconds are told from seconds.
        100_000_000_000_u64..1_790_000_000_000,
    )
}

/// The user with all of the parts that the library accepts.
fn user(parts: &Parts) -> NewUser {
    let (email, [username, given, family], attributes, ids, [active, admin], created) = parts;
    let created = Timestamp::from_unix_micros(created * 1_000).unwrap();
    let mut user = accepted(NewUser::new(email), "ann@ex.co".into())
        .active(*active)
        .admin(*admin)
        .created_at(created);
    user = accepted(user.clone().username(username), user);
    user = accepted(user.clone().given_name(given), user);
    user = accepted(user.clone().family_name(family), user);
    for (name, value) in attributes {
        user = accepted(user.clone().attribute(name, value), user);
    }
    for (provisioner, id) in ids {
        user = accepted(user.clone().external_id(provisioner, id), user);
    }
    user
}

fn accepted(user: NewUser, otherwise: NewUser) -> NewUser {
    let directory = headcount::Directory::in_memory().unwrap();
    let is_accepted = directory.create_user(user.clone()).is_ok();
    if is_accepted { user } else { otherwise }
}

fn empty() -> Directory {
    let directory = headcount::Directory::in_memory().unwrap();
    directory.set_license(License::Enterprise).unwrap();
    Directory::Here(directory)
}

/// What an import of the file makes.
fn imported(file: &[u8], name: &str) -> Vec<Value> {
    let mut reading = Reading::new(ReadOptions::default());
    let parsed = parse(file, name, &mut reading).unwrap_or_else(|problem| {
        panic!("{problem}: {}", String::from_utf8_lossy(file));
    });
    let problems: Vec<_> = parsed.rows.iter().flat_map(|row| row.problems).collect();
    assert_eq!(problems, [""; 0], "{}", String::from_utf8_lossy(file));
    let directory = empty();
    import(&directory, &parsed.rows, OnExisting::Update);
    users(&directory)
}

/// All users, without what a new directory sets itself.
fn users(directory: &Directory) -> Vec<Value> {
    let users = directory.users().unwrap().map(|user| {
        let mut user = json!(*user.unwrap());
        for name in ["updated_at", "deactivated_at", "version"] {
            user[name].take();
        }
        user
    });
    users.collect()
}

fn check(parts: &Parts) {
    let directory = empty();
    let here = directory.here().unwrap();
    here.create_user(user(parts)).unwrap();
    let zoe = NewUser::new("zoe@ex.co").attribute("team", "a");
    let created = Timestamp::from_unix_micros(1_720_716_959_173_000).unwrap();
    here.create_user(zoe.created_at(created)).unwrap();
    let progress = Progress::hidden();
    let there = users(&directory);

    let mut file = Vec::new();
    csv::write(&directory, &progress, &mut file).unwrap();
    assert_eq!(imported(&file, "users.csv"), there, "{}", text_of(&file));

    let all: Result<Vec<_>, _> = directory.users().unwrap().collect();
    let all = all.unwrap();
    let list = json!({ "users": all }).to_string();
    assert_eq!(imported(list.as_bytes(), "users.json"), there, "{list}");

    let lines = all.iter().map(|user| json!(**user).to_string() + "\n");
    let lines: String = lines.collect();
    assert_eq!(imported(lines.as_bytes(), "users.jsonl"), there, "{lines}");

    let mut file = Vec::new();
    here.export_lines(&mut file, |_| {}).unwrap();
    let copy = headcount::Directory::in_memory().unwrap();
    copy.load_lines(&*file, |_| {}).unwrap();
    assert_eq!(users(&Directory::Here(copy)), there);

    if text_of(list.as_bytes()).contains('\u{fffd}') {
        return;
    }
    let mut file = Vec::new();
    keycloak::write(&directory, "demo", &progress, &mut file).unwrap();
    let without_ids = there.into_iter().map(|mut user| {
        user["external_ids"] = json!({});
        user
    });
    let without_ids: Vec<_> = without_ids.collect();
    assert_eq!(imported(&file, "realm.json"), without_ids);
}

fn text_of(file: &[u8]) -> &str {
    std::str::from_utf8(file).unwrap()
}

#[test]
fn odd_texts_in_every_field_come_back() {
    for odd in ODD {
        let map = BTreeMap::from([
            (format!("a{odd}"), odd.to_owned()),
            (odd.into(), String::new()),
        ]);
        check(&(
            format!("{odd}@ex.co"),
            [odd, odd, odd].map(str::to_owned),
            map.clone(),
            map,
            [true, false],
            1_720_716_959_173,
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases.max(1) / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn all_users_come_back(parts in parts()) {
        check(&parts);
    }
}
