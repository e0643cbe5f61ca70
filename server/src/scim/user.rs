//! Conversion between users and SCIM resources.
//!
//! Attributes that are fields of the directory are stored there; the rest is stored as it was sent,
//! in one attribute of the user.

use headcount::{Directory, Email, NewUser, User, UserId, UserUpdate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ScimError;
use super::schema::{ResourceType, USER};
use super::tidy::{boolean, tidied};
use super::types;
use crate::door::cut;

/// The attribute of a user with the rest of the resource.
const ATTRIBUTE: &str = "scim";

/// The parts of a resource that are not fields of the directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ScimRecord {
    /// A user name that the directory does not accept, and that is not the user's email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_name: Option<String>,
    /// The emails as they were sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emails: Vec<Value>,
    /// All other attributes.
    #[serde(skip_serializing_if = "Map::is_empty")]
    rest: Map<String, Value>,
}

impl ScimRecord {
    pub(super) fn of(user: &User) -> Self {
        user.attribute(ATTRIBUTE)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// The user name that the directory does not accept. It applies while the directory's
    /// username is the email.
    pub(super) fn alias_of(&self, user: &User) -> Option<&str> {
        self.user_name
            .as_deref()
            .filter(|_| user.username() == user.email().as_str())
    }

    /// Whether no emails were ever sent, so that the email is the user name and follows it.
    fn has_its_name_as_email(&self, user: &User) -> bool {
        let is_name = user.username() == user.email().as_str() && self.user_name.is_none();
        self.emails.is_empty() && is_name
    }

    /// The addresses of the emails as they were sent.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.emails.iter().filter_map(|item| item["value"].as_str())
    }

    /// The emails and all other attributes.
    fn attributes(&self) -> Map<String, Value> {
        let mut all = self.rest.clone();
        all.insert("emails".to_owned(), json!(self.emails));
        all
    }

    fn text(&self) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        serde_json::to_string(self).ok()
    }
}

/// A user as a resource for this provisioner.
pub(super) fn shown(user: &User, provisioner: &str, base: &str) -> Map<String, Value> {
    let record = ScimRecord::of(user);
    let mut shown = record.rest.clone();
    let mut schemas = vec![json!(USER)];
    schemas.extend(
        record
            .rest
            .keys()
            .filter(|key| super::path::is_urn(key))
            .map(|key| json!(key)),
    );
    shown.insert("schemas".to_owned(), Value::Array(schemas));
    shown.insert("id".to_owned(), json!(user.id()));
    if let Some(id) = user.external_id(provisioner) {
        shown.insert("externalId".to_owned(), json!(id));
    }
    let user_name = record.alias_of(user).unwrap_or_else(|| user.username());
    shown.insert("userName".to_owned(), json!(user_name));
    let name = shown.entry("name").or_insert_with(|| json!({}));
    if !name.is_object() {
        *name = json!({});
    }
    for (part, value) in [
        ("givenName", user.given_name()),
        ("familyName", user.family_name()),
    ] {
        if let (Some(value), Value::Object(name)) = (value, &mut *name) {
            name.insert(part.to_owned(), json!(value));
        }
    }
    if name.as_object().is_some_and(Map::is_empty) {
        shown.remove("name");
    }
    shown.insert("emails".to_owned(), emails(&record, user));
    shown.insert("active".to_owned(), json!(user.is_active()));
    shown.insert(
        "meta".to_owned(),
        json!({
            "resourceType": ResourceType::User.name(),
            "created": user.created_at(),
            "lastModified": user.updated_at(),
            "location": format!("{base}/Users/{}", user.id()),
            "version": format!("W/\"{}\"", user.version()),
        }),
    );
    shown
}

/// The emails as they were sent, with the directory's email as it is now.
fn emails(record: &ScimRecord, user: &User) -> Value {
    let email = user.email().as_str();
    let mut emails = record.emails.clone();
    match main_email(&emails) {
        Some(at) if is_address(&emails[at], user) => {}
        Some(at) => emails[at]["value"] = json!(email),
        None => emails = vec![json!({ "value": email, "type": "work", "primary": true })],
    }
    Value::Array(emails)
}

fn is_address(item: &Value, user: &User) -> bool {
    let address = item["value"].as_str().map(Email::parse);
    matches!(address, Some(Ok(address)) if address == *user.email())
}

/// The index of the directory's email: the primary one, else that of work, else the first.
fn main_email(emails: &[Value]) -> Option<usize> {
    let position = |is: fn(&Value) -> bool| {
        emails
            .iter()
            .position(|item| item["value"].is_string() && is(item))
    };
    position(|item| item["primary"] == json!(true))
        .or_else(|| {
            position(|item| {
                let kind = item["type"].as_str();
                kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
            })
        })
        .or_else(|| position(|_| true))
}

/// The groups of a user, as the resource shows them.
pub(super) fn groups(directory: &Directory, user: &User, base: &str) -> headcount::Result<Value> {
    let mut groups = Vec::new();
    for member in directory.workspaces_of(user.id())? {
        let workspace = directory.workspace(member.workspace())?;
        if let Some(workspace) = workspace.filter(|of| of.default_of().is_none()) {
            groups.push(json!({
                "value": workspace.id().to_string(),
                "$ref": format!("{base}/Groups/{}", workspace.id()),
                "display": workspace.name(),
            }));
        }
    }
    Ok(Value::Array(groups))
}

/// The changes that a resource requests.
#[derive(Debug)]
pub(super) struct WantedUser {
    email: String,
    /// `None` if it follows the email.
    username: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    pub(super) active: Option<bool>,
    /// The external id, with its provisioner.
    provisioner: String,
    external_id: Option<String>,
    record: ScimRecord,
}

impl WantedUser {
    /// Parses a complete resource. If it has no email, no external id or no `active`, those of
    /// `before` stay.
    pub(super) fn parse(
        resource: Map<String, Value>,
        provisioner: &str,
        before: Option<&User>,
    ) -> Result<Self, ScimError> {
        let mut rest = tidied(ResourceType::User, resource);
        let old = before.map(ScimRecord::of).unwrap_or_default();
        let name = match rest.remove("userName") {
            Some(Value::String(name)) if !name.trim().is_empty() => name.trim().to_owned(),
            _ => return Err(ScimError::value("userName is required")),
        };
        let active = match rest.remove("active") {
            None => None,
            Some(Value::Bool(active)) => Some(active),
            Some(Value::String(text)) if boolean(&text).is_some() => boolean(&text),
            Some(other) => {
                return Err(ScimError::value(format!(
                    "active must be true or false, not {}",
                    cut(&other)
                )));
            }
        };
        types::check(ResourceType::User, &rest, &old.attributes())?;
        let (email, emails) = match rest.remove("emails") {
            Some(Value::Array(emails)) if main_email(&emails).is_some() => {
                let main = main_email(&emails).unwrap_or_default();
                let email = emails[main]["value"].as_str().unwrap_or_default();
                (email.to_owned(), emails)
            }
            _ => match before {
                Some(user) if Email::parse(&name).is_ok() && old.has_its_name_as_email(user) => {
                    (name.clone(), Vec::new())
                }
                Some(user) => (user.email().as_str().to_owned(), old.emails),
                None if name.contains('@') => (name.clone(), Vec::new()),
                None => return Err(ScimError::value("emails is required")),
            },
        };
        let external_id = match rest.remove("externalId") {
            Some(Value::String(id)) => Some(id).filter(|id| !id.is_empty()),
            Some(_) => return Err(ScimError::value("externalId must be a string")),
            None => before.and_then(|user| user.external_id(provisioner).map(str::to_owned)),
        };
        let (given_name, family_name) = names(&mut rest)?;
        let is_email = |name: &str| match (Email::parse(name), Email::parse(&email)) {
            (Ok(name), Ok(email)) => name == email,
            _ => name == email,
        };
        let (username, alias) = match name {
            name if is_email(&name) => (None, None),
            name if !is_alias(&name) => (Some(name), None),
            name => (None, Some(name)),
        };
        Ok(Self {
            email,
            username,
            given_name,
            family_name,
            active,
            provisioner: provisioner.to_owned(),
            external_id,
            record: ScimRecord {
                user_name: alias,
                emails,
                rest,
            },
        })
    }

    /// The user name that the directory does not accept.
    pub(super) fn alias(&self) -> Option<&str> {
        self.record.user_name.as_deref()
    }

    /// The user name: the requested one, or the email.
    pub(super) fn user_name(&self) -> &str {
        self.username.as_deref().unwrap_or(&self.email)
    }

    /// Removes the provisioner's id of the user.
    pub(super) fn without_external_id(mut self) -> Self {
        self.external_id = None;
        self
    }

    /// The user to create.
    pub(super) fn new_user(&self) -> NewUser {
        let mut user = NewUser::new(&self.email).active(self.active.unwrap_or(true));
        if let Some(username) = &self.username {
            user = user.username(username);
        }
        if let Some(name) = &self.given_name {
            user = user.given_name(name);
        }
        if let Some(name) = &self.family_name {
            user = user.family_name(name);
        }
        if let Some(id) = &self.external_id {
            user = user.external_id(&self.provisioner, id);
        }
        match self.record.text() {
            Some(text) => user.attribute(ATTRIBUTE, text),
            None => user,
        }
    }

    /// The differences to the user as they are now; `None` if there are none.
    pub(super) fn update_of(&self, user: &User) -> Option<UserUpdate> {
        let mut update = UserUpdate::new();
        let mut differs = false;
        if self.email != user.email().as_str() {
            update = update.email(&self.email);
            differs = true;
        }
        let has_own = user.username() != user.email().as_str();
        if self.username.as_deref() != has_own.then(|| user.username()) {
            update = update.username(self.username.as_deref());
            differs = true;
        }
        if self.given_name.as_deref() != user.given_name() {
            update = update.given_name(self.given_name.as_deref());
            differs = true;
        }
        if self.family_name.as_deref() != user.family_name() {
            update = update.family_name(self.family_name.as_deref());
            differs = true;
        }
        if self.external_id.as_deref() != user.external_id(&self.provisioner) {
            update = update.external_id(&self.provisioner, self.external_id.as_deref());
            differs = true;
        }
        let text = self.record.text();
        if self.record != ScimRecord::of(user) {
            update = update.attribute(ATTRIBUTE, text.as_deref());
            differs = true;
        }
        differs.then_some(update)
    }
}

/// Whether a user name is one that the directory does not accept: an email address, or a text that
/// looks like an id.
pub(super) fn is_alias(name: &str) -> bool {
    name.contains('@') || name.parse::<UserId>().is_ok()
}

/// Takes the names that are fields of the directory.
fn names(rest: &mut Map<String, Value>) -> Result<(Option<String>, Option<String>), ScimError> {
    let mut name = match rest.remove("name") {
        Some(Value::Object(name)) => name,
        Some(_) => return Err(ScimError::value("name must have sub-attributes")),
        None => return Ok((None, None)),
    };
    let mut take = |part: &str| match name.remove(part) {
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(ScimError::value(format!("name.{part} must be a string"))),
        None => Ok(None),
    };
    let names = (take("givenName")?, take("familyName")?);
    if !name.is_empty() {
        rest.insert("name".to_owned(), Value::Object(name));
    }
    Ok(names)
}
