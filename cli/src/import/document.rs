//! JSON documents: Keycloak's realm exports, the platform's `users/query` answer,
//! and our own listing.
//!
//! A document is checked as a whole first; then every user is read alone, so that
//! a bad one doesn't spoil the others, and in the order of the file.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::row::{Fields, Place};
use super::{Format, Row};

/// The members of an object, in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.0.iter().find(|(member, _)| member == name);
        found.map(|(_, value)| *value)
    }

    /// Whether it is a user, and not something that holds users.
    fn is_user(&self) -> bool {
        self.get("users").is_none()
            && ["email", "username"]
                .iter()
                .any(|name| self.get(name).is_some())
    }
}

/// Whether `text` is one user rather than a list of them.
pub(super) fn is_user(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|members: Members<'_>| members.is_user())
}

/// Reads the rows of a document, and tells which format it turned out to be.
pub(super) fn rows(text: &str, expected: Option<Format>) -> Result<(Format, Vec<Row>), String> {
    let document: &RawValue =
        serde_json::from_str(text).map_err(|error| format!("it is not valid JSON: {error}"))?;
    let mut reader = Reader {
        rows: Vec::new(),
        format: Format::Keycloak,
    };
    let text = document.get();
    if text.starts_with('[') {
        for (index, element) in elements(text)?.into_iter().enumerate() {
            reader.read_element(index, element)?;
        }
    } else {
        reader.read_object(text)?;
    }
    match expected {
        Some(expected) if expected != reader.format => Err(match expected {
            Format::Wallaroo => {
                "it has no map of users, as the platform's users/query answer \
                                 does; try --format keycloak, or leave --format out"
            }
            _ => {
                "its users are a map, as in the platform's users/query answer; \
                  try --format wallaroo, or leave --format out"
            }
        }
        .to_owned()),
        _ => Ok((reader.format, reader.rows)),
    }
}

struct Reader {
    rows: Vec<Row>,
    format: Format,
}

impl Reader {
    /// Reads the one object that is the document.
    fn read_object(&mut self, text: &str) -> Result<(), String> {
        if !text.starts_with('{') {
            return Err("it is JSON, but neither an object nor a list".to_owned());
        }
        let members = members(text)?;
        if members.is_user() {
            let place = Place::Index {
                realm: None,
                users: false,
                index: 0,
            };
            self.rows.push(user(place, text));
            return Ok(());
        }
        // The name of the only realm would tell nothing apart.
        match members.get("users") {
            Some(users) => self.read_users(users.get(), None, None),
            None if members.get("realm").is_some() => Err(
                "it is a realm without users; export it with `kc.sh export --users realm_file`"
                    .to_owned(),
            ),
            None => Err("it has no users: there is no member `users`".to_owned()),
        }
    }

    /// Reads a member of a list of realms, or of users.
    fn read_element(&mut self, index: usize, element: &RawValue) -> Result<(), String> {
        let text = element.get();
        if text.starts_with('{') {
            let members = members(text)?;
            let name = members.get("realm");
            if let Some(users) = members.get("users") {
                let name = name.and_then(|name| serde_json::from_str::<String>(name.get()).ok());
                return self.read_users(users.get(), Some(index), name.map(Arc::from).as_ref());
            }
            if name.is_some() && !members.is_user() {
                return Ok(());
            }
        }
        let place = Place::Index {
            realm: None,
            users: false,
            index,
        };
        self.rows.push(user(place, text));
        Ok(())
    }

    /// Reads what `users` is: a list, or a map of id to user.
    fn read_users(
        &mut self,
        text: &str,
        realm: Option<usize>,
        name: Option<&Arc<str>>,
    ) -> Result<(), String> {
        let place = |index| Place::Index {
            realm,
            users: true,
            index,
        };
        let first = self.rows.len();
        if text.starts_with('[') {
            let users = elements(text)?.into_iter().enumerate();
            self.rows
                .extend(users.map(|(index, element)| user(place(index), element.get())));
        } else if text.starts_with('{') {
            self.format = Format::Wallaroo;
            let users = members(text)?.0.into_iter().enumerate();
            self.rows
                .extend(users.map(|(index, (key, value))| keyed_user(place(index), &key, value)));
        } else {
            return Err("its `users` are neither a list nor a map".to_owned());
        }
        for row in &mut self.rows[first..] {
            row.realm = name.cloned();
        }
        Ok(())
    }
}

fn user(place: Place, text: &str) -> Row {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => Row::from_json(place, value, Fields::Keycloak),
        Err(error) => Row::unreadable(
            place,
            format!("it can't be read: {}", without_place(&error)),
        ),
    }
}

/// A user under their id, which the user itself may leave out but not contradict.
fn keyed_user(place: Place, key: &str, value: &RawValue) -> Row {
    let mut row = user(place, value.get());
    match (key.parse(), row.id) {
        (Ok(key), None) => row.id = Some(key),
        (Ok(key), Some(id)) if key == id => {}
        (Ok(key), Some(id)) => row
            .problems
            .push(format!("it stands under the id {key} but has the id {id}")),
        (Err(error), _) => row.problems.push(format!("its key: {error}")),
    }
    row
}

fn elements(text: &str) -> Result<Vec<&RawValue>, String> {
    serde_json::from_str(text).map_err(|error| format!("a list in it can't be read: {error}"))
}

fn members(text: &str) -> Result<Members<'_>, String> {
    serde_json::from_str(text).map_err(|error| format!("an object in it can't be read: {error}"))
}

/// The error, without a line and column that are not the file's.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
