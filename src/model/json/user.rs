//! Users, and users to create.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{Error as _, IgnoredAny};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::texts;
use crate::model::attributes::Attributes;
use crate::model::{Derived, ExternalIds, NewUser, Timestamp, User, UserId, UserPage, Username};

impl Serialize for User {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut user = serializer.serialize_struct("User", 13)?;
        user.serialize_field("id", &self.id)?;
        user.serialize_field("email", self.email())?;
        user.serialize_field("username", self.username())?;
        user.serialize_field("given_name", &self.given_name())?;
        user.serialize_field("family_name", &self.family_name())?;
        user.serialize_field("active", &self.active)?;
        user.serialize_field("admin", &self.admin)?;
        user.serialize_field("external_ids", &self.external_id_pairs())?;
        user.serialize_field("attributes", &self.attribute_pairs())?;
        user.serialize_field("created_at", &self.created_at)?;
        user.serialize_field("updated_at", &self.updated_at)?;
        user.serialize_field("deactivated_at", &self.deactivated_at)?;
        user.serialize_field("version", &self.version)?;
        user.end()
    }
}

/// The fields of a serialized user.
#[derive(Debug, Deserialize)]
pub(crate) struct UserFields {
    id: UserId,
    email: String,
    username: String,
    given_name: Option<String>,
    family_name: Option<String>,
    active: bool,
    admin: bool,
    #[serde(default, deserialize_with = "texts")]
    external_ids: ExternalIds,
    #[serde(deserialize_with = "texts")]
    attributes: Attributes,
    created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) deactivated_at: Option<Timestamp>,
    pub(crate) version: u64,
    #[serde(flatten)]
    pub(crate) unknown: Unknown,
}

/// The names of unknown fields.
#[derive(Debug, Default, Deserialize)]
#[expect(clippy::zero_sized_map_values, reason = "serde flattens into maps")]
pub(crate) struct Unknown(BTreeMap<String, IgnoredAny>);

impl Unknown {
    /// Fails if there are any.
    pub(crate) fn refuse<E: serde::de::Error>(&self) -> Result<(), E> {
        match self.0.keys().next() {
            Some(name) => Err(E::custom(format_args!("unknown field `{name}`"))),
            None => Ok(()),
        }
    }
}

impl UserFields {
    /// The user to create, possibly with malformed parts.
    pub(crate) fn new_user(&self) -> NewUser {
        NewFields {
            email: self.email.clone(),
            id: Some(self.id),
            username: Some(self.username.clone()),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            active: Some(self.active),
            admin: Some(self.admin),
            external_ids: self.external_ids.clone(),
            attributes: self.attributes.clone(),
            created_at: Some(self.created_at),
        }
        .user()
    }
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = UserFields::deserialize(from)?;
        let user = fields.new_user();
        let draft = user.draft().map_err(D::Error::custom)?;
        Ok(Self {
            id: fields.id,
            texts: draft.texts(),
            active: draft.details.active,
            admin: draft.details.admin,
            created_at: fields.created_at,
            updated_at: fields.updated_at,
            deactivated_at: fields.deactivated_at,
            version: fields.version,
            derived: Derived::default(),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFields {
    /// If it is missing, the user is refused like any other without an email.
    #[serde(default)]
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<bool>,
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "ExternalIds::is_empty"
    )]
    external_ids: ExternalIds,
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "Attributes::is_empty"
    )]
    attributes: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
}

impl NewFields {
    fn user(self) -> NewUser {
        let mut user = NewUser::new(self.email);
        if let Some(id) = self.id {
            user = user.id(id);
        }
        if let Some(username) = self.username {
            user = user.username(username);
        }
        if let Some(name) = self.given_name {
            user = user.given_name(name);
        }
        if let Some(name) = self.family_name {
            user = user.family_name(name);
        }
        if let Some(active) = self.active {
            user = user.active(active);
        }
        if let Some(admin) = self.admin {
            user = user.admin(admin);
        }
        if let Some(moment) = self.created_at {
            user = user.created_at(moment);
        }
        for (provisioner, id) in self.external_ids {
            user = user.external_id(provisioner, id);
        }
        self.attributes
            .into_iter()
            .fold(user, |user, (name, value)| user.attribute(name, value))
    }
}

impl Serialize for NewUser {
    /// Fails if a part is malformed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let draft = self.draft().map_err(S::Error::custom)?;
        let details = draft.details;
        let fields = NewFields {
            email: draft.email.to_string(),
            id: details.id,
            username: draft.username().map(Username::to_string),
            given_name: details.given_name.clone(),
            family_name: details.family_name.clone(),
            active: (!details.active).then_some(false),
            admin: details.admin.then_some(true),
            external_ids: details.external_ids.clone(),
            attributes: details.attributes.clone(),
            created_at: details.created_at,
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NewUser {
    /// A malformed part is kept as an error, as when it is set by a call.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        NewFields::deserialize(from).map(NewFields::user)
    }
}

impl Serialize for UserPage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let users: Vec<&User> = self.users.iter().map(|user| &**user).collect();
        let mut page = serializer.serialize_struct("UserPage", 2)?;
        page.serialize_field("users", &users)?;
        page.serialize_field("next", &self.next)?;
        page.end()
    }
}

impl<'de> Deserialize<'de> for UserPage {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            users: Vec<User>,
            next: Option<String>,
        }

        let Fields { users, next } = Fields::deserialize(from)?;
        Ok(Self {
            users: users.into_iter().map(Arc::new).collect(),
            next,
        })
    }
}
