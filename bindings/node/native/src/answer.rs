//! What a request comes to: an answer, or a refusal.

use headcount::{Error, ErrorKind, User, UserView};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::text::{BATCH_UNITS, Text};

/// Why a request was refused.
#[derive(Clone)]
pub struct Refusal {
    kind: &'static str,
    message: String,
    /// The numbers of the kind, by their names in JavaScript.
    numbers: Map<String, Value>,
}

impl Refusal {
    /// A refusal of the binding's own.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind: kind.name(),
            message: message.into(),
            numbers: Map::new(),
        }
    }

    /// For whatever is asked of a directory that was closed.
    pub fn closed() -> Self {
        Self::new(
            ErrorKind::Closed,
            "the directory was closed; open it again to use it",
        )
    }

    /// It as JSON.
    pub fn to_json(&self) -> Value {
        let mut object = self.numbers.clone();
        object.insert("kind".to_owned(), self.kind.into());
        object.insert("message".to_owned(), self.message.as_str().into());
        Value::Object(object)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let mut numbers = match serde_json::to_value(&error).map(camel_case) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        numbers.retain(|name, _| !matches!(name.as_str(), "kind" | "message"));
        if error.is_retryable() {
            numbers.insert("retryable".to_owned(), true.into());
        }
        Self {
            kind: error.kind().name(),
            message: error.to_string(),
            numbers,
        }
    }
}

impl From<serde_json::Error> for Refusal {
    /// A request that JavaScript put together wrongly, out of wrong arguments.
    fn from(error: serde_json::Error) -> Self {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or(&message);
        Self::new(
            ErrorKind::InvalidArgument,
            format!(
                "an argument is not what it should be: {}",
                in_javascript(what)
            ),
        )
    }
}

/// An answer: any JSON, and any number of users behind it.
pub struct Answer {
    json: Value,
    users: Packed,
}

/// Users in batches: each a text, since a user's slices keep all of it alive.
#[derive(Default)]
pub struct Packed(Vec<Text>);

impl Packed {
    /// Appends a user.
    pub fn user(&mut self, user: &UserView<'_>) {
        if self.0.last().is_none_or(is_full) {
            self.0.push(Text::default());
        }
        if let Some(batch) = self.0.last_mut() {
            batch.user(user);
        }
    }

    /// Whether the next user begins another batch.
    pub fn is_full(&self) -> bool {
        self.0.last().is_some_and(is_full)
    }
}

fn is_full(batch: &Text) -> bool {
    batch.len() >= BATCH_UNITS
}

impl Answer {
    /// Nothing.
    pub fn none() -> Self {
        Self::of(Value::Null)
    }

    /// Anything.
    pub fn of(json: Value) -> Self {
        Self {
            json,
            users: Packed::default(),
        }
    }

    /// What the library can write itself, with the names of fields as JavaScript has
    /// them.
    pub fn written(value: &impl Serialize) -> Result<Self, Refusal> {
        Ok(Self::of(camel_case(serde_json::to_value(value)?)))
    }

    /// A user.
    pub fn user(user: &User) -> Self {
        let mut answer = Self::none();
        answer.users.user(&UserView::from(user));
        answer
    }

    /// A user, if there is one.
    pub fn optional(user: Option<&User>) -> Self {
        user.map_or_else(Self::none, Self::user)
    }

    /// JSON with users behind it.
    pub fn with_users(json: Value, users: Packed) -> Self {
        Self { json, users }
    }
}

/// Writes an answer or a refusal for JavaScript: first a text of `o` or `e` with
/// the JSON behind it, then the batches of users.
pub fn write(outcome: Result<Answer, Refusal>) -> Vec<Text> {
    let (tag, json, users) = match outcome {
        Ok(Answer {
            json: Value::Null,
            users,
        }) => (b'o', String::new(), users.0),
        Ok(Answer { json, users }) => (b'o', json.to_string(), users.0),
        Err(refusal) => (b'e', refusal.to_json().to_string(), Vec::new()),
    };
    let mut head = Text::default();
    head.bytes(&[tag]);
    head.push(&json);
    std::iter::once(head).chain(users).collect()
}

/// `created_at` as `createdAt`, all the way down, but for names that are data.
pub fn camel_case(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match name.as_str() {
                // Its keys are the names of provisioners.
                "external_ids" => ("externalIds".to_owned(), value),
                name => (camel(name), camel_case(value)),
            })
            .collect(),
        Value::Array(values) => values.into_iter().map(camel_case).collect(),
        other => other,
    }
}

/// A message with the names of fields, which stand between backticks, as JavaScript has them.
/// A name that is unknown is the caller's, and stays as it is.
fn in_javascript(message: &str) -> String {
    let is_callers = |at| at == 1 && message.starts_with("unknown ");
    let parts = message.split('`').enumerate();
    let named = parts.map(|(at, part)| match part {
        text if at % 2 == 0 || is_callers(at) => text.to_owned(),
        "member_of" => "workspace".to_owned(),
        "admins" => "admin".to_owned(),
        name => camel(name),
    });
    named.collect::<Vec<_>>().join("`")
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut joined = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        joined.push_str(&first.to_ascii_uppercase());
        joined.push_str(rest);
    }
    joined
}

/// A refusal in a list of them.
pub fn refusals(errors: Vec<Error>) -> Value {
    json!(
        errors
            .into_iter()
            .map(|error| Refusal::from(error).to_json())
            .collect::<Vec<_>>()
    )
}
