//! JSON documents: Keycloak's realm exports, the platform's `users/query` answer,
//! and our own listing.
//!
//! A document is checked as a whole first; then every user is read alone, so that
//! a bad one doesn't spoil the others, and in the order of the file.

use std::sync::Arc;

use headcount::quoted;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::encoding::end_in;
use super::federated;
use super::ids::is_federated;
use super::json::{Members, Strict, part};
use super::json_words::{CUT_OFF, FOLLOWED};
use super::names::{Field, Names, Target};
use super::pages::Page;
use super::position::{List, Spot};
use super::reading::Reading;
use super::row::{AS_OBJECT, Fields};
use super::values::{kind_of, shortened};
use super::{Format, Row, Rows};

impl Members<'_> {
    /// Whether it is a user, and not something that holds users.
    fn is_user(&self, names: Names<'_>) -> bool {
        let names_somebody = |name: &str| {
            let target = names.target(name);
            matches!(target, Some(Target::Field(Field::Email | Field::Username)))
        };
        let is_profile =
            |(name, value): &(String, &RawValue)| name == "profile" && value.get().starts_with('{');
        let mut members = self.0.iter();
        self.get("users").is_none()
            && members.any(|member| names_somebody(&member.0) || is_profile(member))
    }
}

/// Whether `text` is one user rather than a list of them. The rows' reader reports a duplicate key.
pub(super) fn is_user(text: &str, names: Names<'_>) -> bool {
    match serde_json::from_str::<Members<'_>>(text) {
        Ok(members) => members.is_user(names),
        Err(error) => error.is_data() && !text.contains("\"users\""),
    }
}

/// Whether `text` is an object that holds users.
pub(super) fn holds_users(text: &str) -> bool {
    serde_json::from_str::<Members<'_>>(text).is_ok_and(|members| members.get("users").is_some())
}

/// Whether the first of the objects of `text`, or of its list, is an operation of a batch.
pub(super) fn holds_operations(text: &str, names: Names<'_>) -> bool {
    let text = text.strip_prefix('[').unwrap_or(text);
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Members<'_>>();
    let first = objects.next().and_then(Result::ok);
    let op = first.as_ref().and_then(|members| members.get("op"));
    op.is_some_and(|op| op.get().starts_with('"')) && names.target("op").is_none()
}

/// The kind of a document.
pub(super) struct Document {
    pub(super) format: Format,
    pub(super) rows: Rows,
    /// Whether there is a realm in it, and no users with it.
    pub(super) is_realm_only: bool,
}

/// Reads the rows of a document.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Result<Document, String> {
    let whole: &RawValue = part(text, text).map_err(|problem| {
        if problem.ends_with(CUT_OFF) {
            return problem;
        }
        let cure = if problem.ends_with(FOLLOWED) {
            "; a file has one document, or one object on each line"
        } else {
            ""
        };
        format!("it is not valid JSON: {problem}{cure}")
    })?;
    let mut reader = Reader {
        text,
        document: Document {
            rows: Rows::default(),
            format: Format::Keycloak,
            is_realm_only: false,
        },
        reading,
    };
    if whole.get().starts_with('[') {
        let elements: Vec<&RawValue> = part(text, whole.get())?;
        for (index, element) in elements.into_iter().enumerate() {
            reader.read_element(index, element)?;
        }
    } else {
        reader.read_object(whole.get())?;
    }
    Ok(reader.document)
}

struct Reader<'a, 'r, 'o> {
    text: &'a str,
    document: Document,
    reading: &'r mut Reading<'o>,
}

impl<'a> Reader<'a, '_, '_> {
    /// Reads the one object that is the document.
    fn read_object(&mut self, text: &'a str) -> Result<(), String> {
        if !text.starts_with('{') {
            return Err(format!(
                "it is JSON, but neither an object nor a list; {AS_OBJECT}"
            ));
        }
        let members: Members<'_> = part(self.text, text)?;
        if members.is_user(self.reading.options.names) {
            let spot = Spot::Index {
                realm: None,
                list: List::Document,
                index: 0,
            };
            let row = self.user(spot, text);
            self.take(&row);
            return Ok(());
        }
        self.begin_realm(&members)?;
        let has_federated = self.read_federated(&members, None)?;
        // The name of the only realm distinguishes nothing.
        match members.get("users") {
            Some(users) => self.read_users(users.get(), None, None),
            None if has_federated => Ok(()),
            None if members.get("realm").is_some() => {
                self.document.is_realm_only = true;
                Ok(())
            }
            None => Err(no_users(&members)),
        }
    }

    /// Reads a member of a list of realms, or of users.
    fn read_element(&mut self, index: usize, element: &'a RawValue) -> Result<(), String> {
        let text = element.get();
        if text.starts_with('{') {
            let members = match part::<Members<'_>>(self.text, text) {
                Ok(members) => members,
                // A user with a key twice is one bad row, a realm is the whole file.
                Err(told) if holds_realm(text) => return Err(told),
                Err(_) => Members(Vec::new()),
            };
            let name = members.get("realm");
            let realm = if name.is_some() || members.get("users").is_some() {
                self.begin_realm(&members)?
            } else {
                self.reading.begin_realm(None);
                None
            };
            self.read_federated(&members, Some(index))?;
            if let Some(users) = members.get("users") {
                return self.read_users(users.get(), Some(index), realm.as_ref());
            }
            if name.is_some() && !members.is_user(self.reading.options.names) {
                return Ok(());
            }
        }
        let spot = Spot::Index {
            realm: None,
            list: List::Document,
            index,
        };
        let row = self.user(spot, text);
        self.take(&row);
        Ok(())
    }

    /// Begins a realm, and returns its name: notes which groups have the role of admins, and
    /// refuses duplicate keys in members that aren't read, such as the clients.
    fn begin_realm(&mut self, members: &Members<'a>) -> Result<Option<Arc<str>>, String> {
        let name = members.get("realm");
        let name = name.and_then(|name| serde_json::from_str::<String>(name.get()).ok());
        let name = name.map(Arc::from);
        self.reading.begin_realm(name.as_ref());
        let users = members.get("users");
        if let Some(page) = users.and_then(|users| Page::of(members, users)) {
            self.reading.page(page);
        }
        let rest = { members.0.iter() }.filter(|(name, _)| !is_read(name));
        for (name, value) in rest {
            if let Some(read) = READ.iter().find(|read| read.eq_ignore_ascii_case(name)) {
                return Err(format!(
                    "its key {} would be left out; is it `{read}`? Correct it, or remove it",
                    quoted(name)
                ));
            }
            let Strict(value) = part(self.text, value.get())?;
            if name == "roles" {
                let realm = self.reading.realm.clone();
                self.reading.realm_roles.composites(&realm, &value);
            }
            if name == "groups" {
                self.reading.groups(&value, "");
            }
        }
        Ok(name)
    }

    /// Reads `federatedUsers`, whose names and addresses are in another store. Those whose
    /// attributes have an address become users; the others are remembered. Returns whether there
    /// are any.
    ///
    /// # Errors
    ///
    /// They are not a list, or have a duplicate key.
    fn read_federated(
        &mut self,
        members: &Members<'a>,
        realm: Option<usize>,
    ) -> Result<bool, String> {
        let Some(users) = members.get("federatedUsers") else {
            return Ok(false);
        };
        let users = match part(self.text, users.get())? {
            Strict(Value::Array(users)) => users,
            Strict(Value::Null) => return Ok(false),
            Strict(other) => {
                let kind = kind_of(&other);
                return Err(format!(
                    "its `federatedUsers` is {kind}; it has to be a list"
                ));
            }
        };
        let has_users = !users.is_empty();
        for (index, user) in users.into_iter().enumerate() {
            let Some(user) = federated::with_address(&user) else {
                let id = user["id"].as_str().or_else(|| user["username"].as_str());
                self.reading.federated(id.unwrap_or("one without an id"));
                continue;
            };
            let spot = Spot::Index {
                realm,
                list: List::FederatedUsers,
                index,
            };
            let row = Row::from_json(spot, user, Fields::Keycloak, self.reading);
            self.take(&row);
        }
        Ok(has_users)
    }

    /// Reads `users`: a list, or a map of id to user.
    fn read_users(
        &mut self,
        text: &'a str,
        realm: Option<usize>,
        name: Option<&Arc<str>>,
    ) -> Result<(), String> {
        let spot = |index| Spot::Index {
            realm,
            list: List::Users,
            index,
        };
        let take = |this: &mut Self, mut row: Row| {
            row.realm = name.cloned();
            this.take(&row);
        };
        if text.starts_with('[') {
            let users: Vec<&RawValue> = part(self.text, text)?;
            for (index, element) in users.into_iter().enumerate() {
                let row = self.user(spot(index), element.get());
                take(self, row);
            }
        } else if text.starts_with('{') {
            self.document.format = Format::Wallaroo;
            let users: Members<'_> = part(self.text, text)?;
            for (index, (key, value)) in users.0.into_iter().enumerate() {
                let row = self.keyed_user(spot(index), &key, value.get());
                take(self, row);
            }
        } else {
            return Err(format!(
                "its `users` are neither a list nor a map; {AS_OBJECT} in a list"
            ));
        }
        Ok(())
    }

    fn take(&mut self, row: &Row) {
        self.document.rows.take(row, self.reading);
    }

    fn user(&mut self, spot: Spot, text: &str) -> Row {
        self.reading.row(end_in(self.text, text));
        match part(self.text, text) {
            Ok(Strict(value)) => Row::from_json(spot, value, Fields::Keycloak, self.reading),
            Err(error) => Row::unreadable(spot, format!("it can't be read: {error}")),
        }
    }

    /// A user under their id, which the user itself may leave out but not contradict.
    fn keyed_user(&mut self, spot: Spot, key: &str, text: &str) -> Row {
        let mut row = self.user(spot, text);
        if self.reading.options.ignore_ids || is_federated(key) {
            return row;
        }
        match (key.parse(), row.id) {
            (Ok(key), None) => row.id = Some(key),
            (Ok(key), Some(id)) if key == id => {}
            (Ok(key), Some(id)) => row
                .problems
                .push(format!("it stands under the id {key} but has the id {id}")),
            (Err(_), _) => row.problems.push(format!(
                "it stands under the key {}, which has to be its id, a UUID; put users without \
                 ids in a list, {{\"users\": [...]}}, or use --ignore-ids to take any key",
                quoted(&shortened(key))
            )),
        }
        row
    }
}

/// The refusal of a document without `users`, which says where they may be instead.
fn no_users(members: &Members<'_>) -> String {
    let list = |outer: &Members<'_>, inner: Option<&Members<'_>>| {
        let is_list = |value: &RawValue| {
            let inner = value.get().strip_prefix('[').unwrap_or_default();
            inner.trim_ascii_start().starts_with('{')
        };
        let is_page = |list: &RawValue| {
            let mut around = [Some(outer), inner].into_iter().flatten();
            around.any(|members| Page::of(members, list).is_some())
        };
        let mut lists = { inner.unwrap_or(outer).0.iter() }.filter(|(_, value)| is_list(value));
        let (name, value) = lists.next()?;
        Some((vec![name.clone()], is_page(value)))
    };
    let nested = || {
        members.0.iter().find_map(|(name, value)| {
            let inner: Members<'_> = serde_json::from_str(value.get()).ok()?;
            let (path, is_page) = list(members, Some(&inner))?;
            Some(([vec![name.clone()], path].concat(), is_page))
        })
    };
    let is_known = |name: &str| matches!(Names::default().target(name), Some(Target::Field(_)));
    let is_one_user = members.0.iter().any(|(name, _)| is_known(name));
    let path = list(members, None).or_else(nested);
    let cure = match path.filter(|_| !is_one_user) {
        // The file's own words don't become part of a command.
        Some((path, is_page)) if path.iter().all(|name| is_plain(name)) => {
            let path = path.join(".");
            if is_page {
                format!(
                    "; if they are in its list `{path}`, this is a page of a longer one: import \
                     that of all pages, `jq -s '[.[].{path}[]]' PAGES | headcount import -`"
                )
            } else {
                format!(
                    "; if they are in its list `{path}`, import that alone: \
                     `jq .{path} FILE | headcount import -`"
                )
            }
        }
        Some((path, _)) => format!(
            "; if they are in its list {}, import that alone",
            quoted(&shortened(&path.join(".")))
        ),
        None => format!("; {AS_OBJECT} in its list `users`"),
    };
    format!("it has no users: there is no member `users`{cure}")
}

/// Whether a name needs no quotes in a shell or in jq.
fn is_plain(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_word) && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

/// The members of a realm that users are read from.
const READ: [&str; 2] = ["users", "federatedUsers"];

fn is_read(name: &str) -> bool {
    READ.contains(&name)
}

/// Whether an object is a realm, though it has a key twice.
fn holds_realm(text: &str) -> bool {
    let members = serde_json::from_str::<Map<String, Value>>(text);
    members.is_ok_and(|members| members.contains_key("realm") || members.contains_key("users"))
}
