//! Conversion between workspaces and SCIM groups.
//!
//! `members` contains all members; owners are also in the extension's `owners`, which clients can't
//! change. New members get the role user. Members with unknown ids are ignored.

use std::collections::BTreeSet;

use headcount::{Batch, Directory, Member, Role, UserId, Workspace, WorkspaceRef};
use serde_json::{Map, Value, json};

use super::ScimError;
use super::schema::{GROUP, ResourceType, WORKSPACE};
use super::tidy::tidied;
use super::types;

/// A workspace as a resource, without members if `members` is `None`.
pub(super) fn shown(
    workspace: &Workspace,
    provisioner: &str,
    members: Option<&[Member]>,
    base: &str,
) -> Map<String, Value> {
    let item = |member: &Member| {
        let id = member.user();
        json!({ "value": id, "$ref": format!("{base}/Users/{id}"), "type": "User" })
    };
    let mut shown = json!({
        "schemas": [GROUP],
        "id": workspace.id().to_string(),
        "displayName": workspace.name(),
        "meta": {
            "resourceType": ResourceType::Group.name(),
            "created": workspace.created_at(),
            "lastModified": workspace.updated_at(),
            "location": format!("{base}/Groups/{}", workspace.id()),
        },
    });
    if let Some(id) = workspace.external_id(provisioner) {
        shown["externalId"] = json!(id);
    }
    let mut extension = Map::new();
    if workspace.is_archived() {
        extension.insert("archived".to_owned(), json!(true));
    }
    if let Some(members) = members.filter(|members| !members.is_empty()) {
        shown["members"] = members.iter().map(item).collect();
        let owners: Vec<_> = members
            .iter()
            .filter(|of| of.role() == Role::Owner)
            .collect();
        if !owners.is_empty() {
            let owners = owners.into_iter().map(item).collect();
            extension.insert("owners".to_owned(), owners);
        }
    }
    if !extension.is_empty() {
        shown["schemas"] = json!([GROUP, WORKSPACE]);
        shown[WORKSPACE] = Value::Object(extension);
    }
    match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    }
}

/// The changes that a resource requests.
pub(super) struct WantedGroup {
    pub(super) name: String,
    pub(super) external_id: Option<String>,
    /// `None` leaves them unchanged.
    members: Option<BTreeSet<UserId>>,
}

impl WantedGroup {
    pub(super) fn parse(resource: Map<String, Value>) -> Result<Self, ScimError> {
        let mut resource = tidied(ResourceType::Group, resource);
        types::check(ResourceType::Group, &resource, &Map::new())?;
        let name = match resource.remove("displayName") {
            Some(Value::String(name)) if !name.trim().is_empty() => name,
            _ => return Err(ScimError::value("displayName is required")),
        };
        let external_id = match resource.remove("externalId") {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            _ => None,
        };
        Ok(Self {
            name,
            external_id,
            members: resource.remove("members").as_ref().map(ids),
        })
    }

    /// Takes a resource without members as one with an empty list.
    pub(super) fn silence_is_nobody(mut self) -> Self {
        self.members.get_or_insert_default();
        self
    }

    /// Appends the operations that make the requested users the members of a workspace. Those who
    /// stay keep their role.
    pub(super) fn members(
        &self,
        directory: &Directory,
        workspace: &WorkspaceRef,
        before: &[Member],
        mut batch: Batch,
    ) -> headcount::Result<Batch> {
        let Some(wanted) = &self.members else {
            return Ok(batch);
        };
        let old: BTreeSet<UserId> = before.iter().map(Member::user).collect();
        for id in wanted.difference(&old) {
            if directory.user_by_id(*id)?.is_some() {
                batch = batch.add_member(workspace.clone(), *id, Role::User);
            }
        }
        for id in old.difference(wanted) {
            batch = batch.remove_member(workspace.clone(), *id);
        }
        Ok(batch)
    }
}

/// The ids of the users in a list; malformed ids are ignored.
fn ids(list: &Value) -> BTreeSet<UserId> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item["value"].as_str()?.parse().ok())
        .collect()
}
