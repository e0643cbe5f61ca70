//! Updates of users. A field that is left out stays as it is; null removes it.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{named, pairs};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Email, UserRef, UserUpdate, Username};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateFields {
    /// The user to change; only in an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<UserRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) if_version: Option<u64>,
    #[serde(
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    email: Option<String>,
    #[serde(
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    username: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    given_name: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    family_name: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "named",
        skip_serializing_if = "Option::is_none"
    )]
    admin: Option<bool>,
    #[serde(
        default,
        deserialize_with = "pairs",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    external_ids: BTreeMap<String, Option<String>>,
    #[serde(
        default,
        deserialize_with = "pairs",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    attributes: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    replace_attributes: bool,
}

impl UpdateFields {
    /// The fields of `update` as part of an operation, which may require a version.
    pub(super) fn of(
        user: Option<UserRef>,
        update: &UserUpdate,
        if_version: Option<u64>,
    ) -> Result<Self> {
        let parts = update.0.get()?;
        if let (Some(one), Some(other)) = (parts.if_version, if_version)
            && one != other
        {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "the update requires both version {one} and version {other}; give only one"
                ),
            ));
        }
        let text = |name: &Username| name.as_str().to_owned();
        Ok(Self {
            user,
            if_version: parts.if_version.or(if_version),
            email: parts.email.as_ref().map(Email::to_string),
            username: parts.username.as_ref().map(|name| name.as_ref().map(text)),
            given_name: parts.given_name.clone(),
            family_name: parts.family_name.clone(),
            admin: parts.admin,
            external_ids: parts.external_ids.clone(),
            attributes: parts.attributes.clone(),
            replace_attributes: parts.replace_attributes,
        })
    }

    pub(super) fn update(self) -> UserUpdate {
        let mut update = UserUpdate::new();
        if let Some(version) = self.if_version {
            update = update.if_version(version);
        }
        if let Some(email) = self.email {
            update = update.email(email);
        }
        if let Some(username) = &self.username {
            update = update.username(username.as_deref());
        }
        if let Some(name) = &self.given_name {
            update = update.given_name(name.as_deref());
        }
        if let Some(name) = &self.family_name {
            update = update.family_name(name.as_deref());
        }
        if let Some(admin) = self.admin {
            update = update.admin(admin);
        }
        update = update.replace_attributes(self.replace_attributes);
        for (provisioner, id) in &self.external_ids {
            update = update.external_id(provisioner, id.as_deref());
        }
        self.attributes
            .iter()
            .fold(update, |update, (name, value)| {
                update.attribute(name, value.as_deref())
            })
    }
}

impl Serialize for UserUpdate {
    /// Fails if a part is malformed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        UpdateFields::of(None, self, None)
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserUpdate {
    /// A malformed part is kept as an error, as when it is set by a call.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = UpdateFields::deserialize(from)?;
        match fields.user {
            Some(_) => Err(D::Error::custom("unknown field `user`")),
            None => Ok(fields.update()),
        }
    }
}
