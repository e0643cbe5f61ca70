//! One user of a file: the fields of a row, and its position.

use std::fmt;
use std::sync::Arc;

use headcount::{Timestamp, UserId};
use serde_json::{Map, Value};

use super::asked::PROVISIONER;
use super::cells;
use super::maps::text_of_scalar;
use super::names::{Field, Target};
use super::nested;
use super::position::{RowPosition, Spot};
use super::preference;
use super::reading::Reading;
use super::roles::Aside;
use super::unknown_names::{resembles_active_or_admin, unknown};
use super::values::{
    is_active, is_enabled, is_not_inactive, kind_of, mismatch, moment, shortened, truth,
};
use crate::output::shell_word;

/// A row of a file: a user, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) place: RowPosition,
    /// The Keycloak realm it is from, where the file names one.
    pub(crate) realm: Option<Arc<str>>,
    pub(crate) id: Option<UserId>,
    pub(crate) email: Option<Box<str>>,
    pub(crate) username: Option<Box<str>>,
    pub(crate) given_name: Option<Box<str>>,
    pub(crate) family_name: Option<Box<str>>,
    pub(crate) active: Option<bool>,
    /// Whether one of the fields that say so has the user suspended, archived or the like.
    pub(super) inactive: Option<bool>,
    /// Whether Active Directory's flags have the user enabled.
    pub(super) controlled: Option<bool>,
    pub(crate) admin: Option<bool>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) attributes: Pairs,
    /// Ids by the provisioners who gave them.
    pub(crate) external_ids: Pairs,
    /// Whether the file's roles make the user an admin; `admin` comes first.
    pub(super) admin_by_role: Option<bool>,
    /// Whether it is the account of a program, which Keycloak makes.
    pub(super) is_service_account: bool,
    /// Whether a text that is read is as somebody meant it, even where a character seems lost.
    pub(super) is_exact: bool,
    /// Why the row can't be imported.
    pub(crate) problems: Vec<String>,
    /// Notes about parts of the row that are ignored.
    pub(crate) notes: Vec<String>,
}

/// Texts by name.
pub(crate) type Pairs = Box<[(Box<str>, Box<str>)]>;

/// What only our own listing says of a user: its texts are as they are here.
const OF_LISTING: [&str; 3] = ["version", "updated_at", "deactivated_at"];

/// How to write a user in JSON.
pub(super) const AS_OBJECT: &str =
    "write each as an object such as {\"email\": \"ada@example.com\"}";

/// What begins the usernames of the accounts that Keycloak makes for programs.
const SERVICE_ACCOUNT_PREFIX: &str = "service-account-";

/// Which fields a format has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fields {
    /// Those that we know: any other is an error, since a misspelt `active` would
    /// take a seat.
    Ours,
    /// Keycloak's besides: what we don't know is counted and left out.
    Keycloak,
}

impl Row {
    /// An empty row.
    pub(super) fn at(spot: Spot) -> Self {
        Self {
            place: RowPosition { file: None, spot },
            ..Self::default()
        }
    }

    /// Reads a user from JSON.
    pub(super) fn from_json(
        spot: Spot,
        value: Value,
        fields: Fields,
        reading: &mut Reading<'_>,
    ) -> Self {
        let mut row = Self::at(spot);
        match value {
            Value::Object(mut members) => {
                nested::flatten(&mut members, reading);
                row.read_members(members, fields, reading);
            }
            other => row.problems.push(format!(
                "this is {}, not a user; {AS_OBJECT}",
                kind_of(&other)
            )),
        }
        row
    }

    /// A row that could not be read.
    pub(super) fn unreadable(spot: Spot, problem: String) -> Self {
        let mut row = Self::at(spot);
        row.problems.push(problem);
        row
    }

    fn read_members(
        &mut self,
        members: Map<String, Value>,
        fields: Fields,
        reading: &mut Reading<'_>,
    ) {
        let mut unknown_names = Vec::new();
        self.is_exact = OF_LISTING.iter().all(|name| members.contains_key(*name));
        let names = reading.options.names;
        let targets = names.targets(members.keys().map(String::as_str));
        let members = members.into_iter().zip(targets);
        let members = members.map(|((name, value), target)| {
            reading.meet(&name);
            (name, value, target)
        });
        let mut members: Vec<_> = members.collect();
        let second: Vec<String> = { preference::second(&members, names) }
            .into_iter()
            .map(|(name, first, field)| {
                reading.second(name, first, field);
                name.to_owned()
            })
            .collect();
        members.retain(|(name, ..)| !second.contains(name));
        self.is_service_account = is_service_account(|wanted| text_of(wanted, &members));
        if self.is_service_account {
            let of_accounts = OF_ACCOUNTS.map(|field| Some(Target::Field(field)));
            members.retain(|(.., target)| of_accounts.contains(target));
        }
        let mut aside = Aside::default();
        for (name, value, target) in members {
            aside.keep(&name, target.as_ref(), &value);
            match target {
                Some(Target::Field(field)) => self.read(field, &name, value, reading),
                Some(Target::Attribute(attribute)) => {
                    // Asked for by name, so a number is as good as its text.
                    match text_of_scalar(value) {
                        Ok(value) => {
                            let attributes = Map::from_iter([(attribute, value)]);
                            self.read_attributes(&name, attributes.into(), reading);
                        }
                        Err(problem) => self.problems.push(format!("{name}: {problem}")),
                    }
                }
                Some(Target::ExternalId(provisioner)) => {
                    let ids = Map::from_iter([(provisioner, value)]);
                    self.read_external_ids(&name, ids.into());
                }
                Some(Target::Silent) => {}
                Some(Target::LeftOut) if says_nothing(&value) => {}
                None if fields == Fields::Ours || resembles_active_or_admin(&name) => {
                    unknown_names.push(name);
                }
                Some(Target::LeftOut) | None => reading.left_out(&name),
            }
        }
        if !unknown_names.is_empty() {
            let unknown_names: Vec<_> = unknown_names.iter().map(String::as_str).collect();
            self.problems.push(unknown("field", &unknown_names));
        }
        self.finish();
        if !self.is_service_account {
            reading.count_roles(&aside, self.admin);
        }
    }

    /// Concludes the reading of fields.
    pub(super) fn finish(&mut self) {
        self.admin = self.admin.or(self.admin_by_role);
        let is_contradiction = self.active.zip(self.controlled);
        let is_contradiction = is_contradiction.is_some_and(|(one, other)| one != other);
        self.active = self.active.or(self.controlled);
        if is_contradiction || (self.active, self.inactive) == (Some(true), Some(true)) {
            self.problems.push(
                "one field says that the user is active, and another that they are not; correct \
                 one, or leave it out with --ignore and its name"
                    .to_owned(),
            );
        }
        self.active = self.active.or(self.inactive.map(|inactive| !inactive));
    }

    /// Reads a field that the file calls `name`. A null is as good as no field.
    pub(super) fn read(
        &mut self,
        field: Field,
        name: &str,
        value: Value,
        reading: &mut Reading<'_>,
    ) {
        if value.is_null() {
            return;
        }
        if let Err(problem) = self.try_read(field, name, value, reading) {
            self.problems.push(problem);
        }
    }

    fn try_read(
        &mut self,
        field: Field,
        name: &str,
        value: Value,
        reading: &mut Reading<'_>,
    ) -> Result<(), String> {
        match field {
            Field::Id => self.read_id(name, value, reading),
            Field::Email => {
                let text = self.text(name, value)?;
                set_filled(&mut self.email, name, text)
            }
            Field::Username => {
                let text = self.text(name, value)?;
                set_filled(&mut self.username, name, text)
            }
            Field::GivenName => {
                let text = self.text(name, value)?;
                set(&mut self.given_name, name, text.into())
            }
            Field::FamilyName => {
                let text = self.text(name, value)?;
                set(&mut self.family_name, name, text.into())
            }
            Field::Active => set(&mut self.active, name, is_active(name, &value)?),
            Field::Inactive => {
                let is_inactive = !is_not_inactive(name, &value)?;
                self.inactive = Some(self.inactive == Some(true) || is_inactive);
                Ok(())
            }
            Field::AccountControl => set(&mut self.controlled, name, is_enabled(name, &value)?),
            Field::Admin => set(&mut self.admin, name, truth(name, &value)?),
            Field::CreatedAt => {
                let moment = moment(name, &value, reading.options.dates)?;
                set(&mut self.created_at, name, moment)
            }
            Field::Attributes => {
                self.read_attributes(name, value, reading);
                Ok(())
            }
            Field::ExternalId => {
                let provisioner = reading.options.provisioner.ok_or_else(|| {
                    format!("{name}: say who gave these ids with --provisioner NAME, such as okta")
                })?;
                reading.meet_as(PROVISIONER, provisioner);
                let ids = Map::from_iter([(provisioner.to_owned(), value)]);
                self.read_external_ids(name, ids.into());
                Ok(())
            }
            // Google's are those of any kind, and say nothing of who gave them.
            Field::ExternalIds if value.is_array() => {
                reading.left_out(name);
                Ok(())
            }
            Field::ExternalIds => {
                self.read_external_ids(name, value);
                Ok(())
            }
            Field::RealmRoles => self.read_realm_roles(name, &value, reading),
            Field::ClientRoles => self.read_client_roles(name, &value, reading),
            // It was looked for before all else.
            Field::ServiceAccount => Ok(()),
        }
    }

    /// Whether the row has this field, one of those that a second column may hold.
    pub(super) fn has(&self, field: Field) -> bool {
        match field {
            Field::Email => self.email.is_some(),
            Field::Username => self.username.is_some(),
            Field::FamilyName => self.family_name.is_some(),
            Field::CreatedAt => self.created_at.is_some(),
            _ => false,
        }
    }

    pub(super) fn text(&self, name: &str, value: Value) -> Result<String, String> {
        match value {
            Value::String(text) => match cells::lost_character(&text).filter(|_| !self.is_exact) {
                Some(problem) => Err(format!("{name}: {problem}")),
                None => Ok(text),
            },
            other => Err(format!(
                "{}, or left out with --ignore {}",
                mismatch(name, "a text", &other),
                shell_word(name)
            )),
        }
    }

    /// The user that the row names, if it does.
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity(self)
    }
}

/// Sets a field that a row may have once, under whichever name.
pub(super) fn set<T>(target: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    if target.is_some() {
        return Err(format!(
            "{name} is there twice, or under two names; keep one of them"
        ));
    }
    *target = Some(value);
    Ok(())
}

fn set_filled(target: &mut Option<Box<str>>, name: &str, text: String) -> Result<(), String> {
    if filled(&text).is_none() {
        return Ok(());
    }
    set(target, name, text.into())
}

/// The fields that tell the account of a program; what it has besides is nobody's, and not counted.
pub(super) const OF_ACCOUNTS: [Field; 3] = [Field::Email, Field::Username, Field::ServiceAccount];

/// Whether it is the account of a program of which `text` returns what a field says, if anything.
pub(super) fn is_service_account<'t>(text: impl Fn(Field) -> Option<&'t str>) -> bool {
    let has_prefix = |name: &str| name.starts_with(SERVICE_ACCOUNT_PREFIX);
    text(Field::ServiceAccount).is_some()
        || (text(Field::Email).is_none() && text(Field::Username).is_some_and(has_prefix))
}

/// What these members say of a field that may tell an account.
fn text_of(wanted: Field, members: &[(String, Value, Option<Target>)]) -> Option<&str> {
    let all = { members.iter() }.filter(|(.., target)| *target == Some(Target::Field(wanted)));
    let mut said = all.filter_map(|(_, value, _)| match value {
        Value::String(text) => filled(text),
        Value::Null => None,
        // A program's client is one, whatever its name is.
        _ => (wanted == Field::ServiceAccount).then_some(""),
    });
    said.next()
}

/// Whether nothing is lost with the value of a field that is left out: Keycloak writes `false`,
/// `0` and empty lists for every user.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => filled(text).is_none(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// White space alone is no email, username or id.
pub(super) fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim_ascii().is_empty())
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
            (None, None, None) => f.write_str("unnamed")?,
        }
        match &row.realm {
            Some(realm) => write!(f, " of realm {}", shortened(realm)),
            None => Ok(()),
        }
    }
}
