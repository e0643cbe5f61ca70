//! One user of a file: the fields that a row may have, under all their names.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use headcount::{Timestamp, UserId};
use serde_json::{Map, Value};

/// A row of a file: a user, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) place: Place,
    /// The Keycloak realm it is from, where the file names one.
    pub(crate) realm: Option<Arc<str>>,
    pub(crate) id: Option<UserId>,
    pub(crate) email: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) active: Option<bool>,
    pub(crate) admin: Option<bool>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) attributes: Vec<(String, String)>,
    /// Whether the realm's roles make the user an admin; `admin` comes first.
    admin_by_role: Option<bool>,
    /// What keeps the row from being taken.
    pub(crate) problems: Vec<String>,
}

/// Where in its file a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A line, counted from 1.
    Line(u64),
    /// A member of a list, counted from 0; of the list `users` if that is set, in
    /// that realm of a list of realms.
    Index {
        realm: Option<usize>,
        users: bool,
        index: usize,
    },
}

impl Default for Place {
    fn default() -> Self {
        Self::Line(0)
    }
}

impl fmt::Display for Place {
    /// `line 3`, or a path as jq has them: `users[2]`, `[0].users[2]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Index {
                realm,
                users,
                index,
            } => {
                if let Some(realm) = realm {
                    write!(f, "[{realm}].")?;
                }
                let list = if users { "users" } else { "" };
                write!(f, "{list}[{index}]")
            }
        }
    }
}

/// A field of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Email,
    Username,
    GivenName,
    FamilyName,
    Active,
    Admin,
    CreatedAt,
    Attributes,
    RealmRoles,
    /// Known, and of no use here: what our own listing says besides.
    Ignored,
}

/// Which fields a format has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fields {
    /// Ours: any other is an error, since a misspelt `active` would take a seat.
    Ours,
    /// Keycloak's besides: there are many more, which don't concern us.
    Keycloak,
}

impl Fields {
    /// The field called `name`; both our own names and Keycloak's will do.
    pub(super) fn named(self, name: &str) -> Option<Field> {
        Some(match name {
            "id" => Field::Id,
            "email" => Field::Email,
            "username" => Field::Username,
            "given_name" | "firstName" => Field::GivenName,
            "family_name" | "lastName" => Field::FamilyName,
            "active" | "enabled" => Field::Active,
            "admin" => Field::Admin,
            "created_at" | "createdTimestamp" => Field::CreatedAt,
            "attributes" => Field::Attributes,
            "realmRoles" if self == Self::Keycloak => Field::RealmRoles,
            "updated_at" | "version" => Field::Ignored,
            _ => return None,
        })
    }
}

/// What to say of a field that our formats don't have.
pub(super) fn unknown_field(what: &str, name: &str) -> String {
    format!(
        "unknown {what} {name:?}; there are id, email, username, active, given_name, family_name, \
         admin, created_at and attributes"
    )
}

impl Row {
    /// A row of which nothing was read yet.
    pub(super) fn at(place: Place) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// Reads a user from JSON.
    pub(super) fn from_json(place: Place, value: Value, fields: Fields) -> Self {
        let mut row = Self::at(place);
        match value {
            Value::Object(members) => row.read_members(members, fields),
            other => row
                .problems
                .push(format!("this is {}, not a user", kind_of(&other))),
        }
        row
    }

    /// A row of which nothing could be read.
    pub(super) fn unreadable(place: Place, problem: String) -> Self {
        let mut row = Self::at(place);
        row.problems.push(problem);
        row
    }

    fn read_members(&mut self, members: Map<String, Value>, fields: Fields) {
        for (name, value) in members {
            match fields.named(&name) {
                Some(field) => self.read(field, &name, value),
                None if fields == Fields::Ours => {
                    self.problems.push(unknown_field("field", &name));
                }
                None => {}
            }
        }
        self.finish();
    }

    /// Concludes the reading of fields.
    pub(super) fn finish(&mut self) {
        self.admin = self.admin.or(self.admin_by_role);
    }

    /// Reads a field that the file calls `name`. A null is as good as no field.
    pub(super) fn read(&mut self, field: Field, name: &str, value: Value) {
        if value.is_null() {
            return;
        }
        if let Err(problem) = self.try_read(field, name, value) {
            self.problems.push(problem);
        }
    }

    fn try_read(&mut self, field: Field, name: &str, value: Value) -> Result<(), String> {
        match field {
            Field::Id => {
                if let Some(text) = filled(text(name, value)?) {
                    let id = text.parse().map_err(|error| format!("{name}: {error}"))?;
                    return set(&mut self.id, name, id);
                }
                Ok(())
            }
            Field::Email => set_filled(&mut self.email, name, text(name, value)?),
            Field::Username => set_filled(&mut self.username, name, text(name, value)?),
            Field::GivenName => set(&mut self.given_name, name, text(name, value)?),
            Field::FamilyName => set(&mut self.family_name, name, text(name, value)?),
            Field::Active => set(&mut self.active, name, truth(name, &value)?),
            Field::Admin => set(&mut self.admin, name, truth(name, &value)?),
            Field::CreatedAt => set(&mut self.created_at, name, moment(name, &value)?),
            Field::Attributes => self.read_attributes(name, value),
            Field::RealmRoles => {
                let Value::Array(roles) = &value else {
                    return Err(mismatch(name, "a list of names", &value));
                };
                set(
                    &mut self.admin_by_role,
                    name,
                    roles.iter().any(|role| role == "admin"),
                )
            }
            Field::Ignored => Ok(()),
        }
    }

    fn read_attributes(&mut self, name: &str, value: Value) -> Result<(), String> {
        let Value::Object(attributes) = value else {
            return Err(mismatch(name, "an object", &value));
        };
        for (attribute, value) in attributes {
            if let Some(value) = attribute_value(&attribute, value)? {
                self.attributes.push((attribute, value));
            }
        }
        Ok(())
    }

    /// Who the row is about, as far as it says.
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity(self)
    }
}

/// The value of an attribute. Keycloak has a list of values: one is taken as it
/// is, several become the JSON text of the list.
fn attribute_value(name: &str, value: Value) -> Result<Option<String>, String> {
    let expected = "a text or a list of texts";
    let named = || format!("the attribute {name:?}");
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            match <[Value; 1]>::try_from(values) {
                Ok([Value::String(text)]) => Ok(Some(text)),
                Ok([other]) => Err(mismatch(&named(), expected, &other)),
                Err(values) if values.is_empty() => Ok(None),
                Err(values) => Ok(Some(Value::Array(values).to_string())),
            }
        }
        other => Err(mismatch(&named(), expected, &other)),
    }
}

/// Sets what may be there once, under whichever name.
fn set<T>(target: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    if target.is_some() {
        return Err(format!("{name} is there twice, or under two names"));
    }
    *target = Some(value);
    Ok(())
}

fn set_filled(target: &mut Option<String>, name: &str, text: String) -> Result<(), String> {
    filled(text).map_or(Ok(()), |text| set(target, name, text))
}

/// Nothing but white space is no email, username or id.
fn filled(text: String) -> Option<String> {
    (!text.trim_ascii().is_empty()).then_some(text)
}

fn text(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(mismatch(name, "a text", &other)),
    }
}

fn truth(name: &str, value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| mismatch(name, "true or false", value))
}

/// A moment: RFC 3339, or milliseconds since 1970 as Keycloak has them.
fn moment(name: &str, value: &Value) -> Result<Timestamp, String> {
    let moment = match value {
        Value::String(text) => text.parse(),
        Value::Number(number) => match number.as_u64().and_then(|ms| ms.checked_mul(1000)) {
            Some(micros) => Timestamp::from_unix_micros(micros),
            None => return Err(format!("{name}: {number} is not a time in milliseconds")),
        },
        other => return Err(mismatch(name, "a time", other)),
    };
    moment.map_err(|error| format!("{name}: {error}"))
}

fn mismatch(name: &str, expected: &str, found: &Value) -> String {
    format!("{name} is {}; it has to be {expected}", kind_of(found))
}

pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Who a row is about: the email, or else the username, or else the id.
pub(crate) struct Identity<'a>(&'a Row);

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0;
        match (&row.email, &row.username, row.id) {
            (Some(email), ..) => f.write_str(&shortened(email))?,
            (None, Some(name), Some(id)) => write!(f, "{} (id {id})", shortened(name))?,
            (None, Some(name), None) => f.write_str(&shortened(name))?,
            (None, None, Some(id)) => write!(f, "id {id}")?,
            (None, None, None) => f.write_str("nobody by name")?,
        }
        match &row.realm {
            Some(realm) => write!(f, " of realm {}", shortened(realm)),
            None => Ok(()),
        }
    }
}

/// `text`, if it is not longer than any sensible name.
fn shortened(text: &str) -> Cow<'_, str> {
    const CHARS_MAX: usize = 80;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
