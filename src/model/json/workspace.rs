//! Workspaces, workspaces to create, and seats.

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::texts;
use crate::model::{
    ExternalIds, License, NewWorkspace, Seats, Timestamp, UserId, UserRef, Workspace, WorkspaceId,
    WorkspaceName,
};

impl<'de> Deserialize<'de> for Workspace {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            id: WorkspaceId,
            name: String,
            archived: bool,
            default_of: Option<UserId>,
            #[serde(default, deserialize_with = "texts")]
            external_ids: ExternalIds,
            created_at: Timestamp,
            updated_at: Timestamp,
            version: u64,
        }

        let fields = Fields::deserialize(from)?;
        let name = WorkspaceName::parse(&fields.name).map_err(D::Error::custom)?;
        Ok(Self {
            id: fields.id,
            name: name.typed,
            name_key: name.key,
            archived: fields.archived,
            default_of: fields.default_of,
            external_ids: fields.external_ids,
            created_at: fields.created_at,
            updated_at: fields.updated_at,
            version: fields.version,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFields {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<UserRef>,
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "ExternalIds::is_empty"
    )]
    external_ids: ExternalIds,
}

impl Serialize for NewWorkspace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = NewFields {
            name: self.name.clone(),
            owner: self.owner.clone(),
            external_ids: self.external_ids.clone(),
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NewWorkspace {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = NewFields::deserialize(from)?;
        Ok(Self {
            name: fields.name,
            owner: fields.owner,
            external_ids: fields.external_ids,
        })
    }
}

impl Serialize for Seats {
    /// Includes the figures that follow from the license.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seats = serializer.serialize_struct("Seats", 7)?;
        seats.serialize_field("license", &self.license)?;
        seats.serialize_field("license_version", &self.license_version)?;
        seats.serialize_field("limit", &self.limit())?;
        seats.serialize_field("active", &self.active)?;
        seats.serialize_field("inactive", &self.inactive)?;
        seats.serialize_field("free", &self.free())?;
        seats.serialize_field("over_by", &self.over_by())?;
        seats.end()
    }
}

impl<'de> Deserialize<'de> for Seats {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            license: License,
            license_version: u64,
            active: u64,
            inactive: u64,
        }

        let fields = Fields::deserialize(from)?;
        Ok(Self {
            license: fields.license,
            license_version: fields.license_version,
            active: fields.active,
            inactive: fields.inactive,
        })
    }
}
