//! Queries.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Role, Sort, Timestamp, UserQuery, WorkspaceRef};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admins: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_of: Option<WorkspaceRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<String>,
    /// Attributes with these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
    /// Attributes with any value.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    has_attributes: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_before: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_before: Option<Timestamp>,
    #[serde(default)]
    sort: Sort,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Serialize for UserQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let query = self.clone();
        let (member_of, role) = query.workspace.unzip();
        let (mut attributes, mut has_attributes) = (BTreeMap::new(), BTreeSet::new());
        for (name, value) in query.attributes {
            match value {
                Some(value) => drop(attributes.insert(name, value)),
                None => drop(has_attributes.insert(name)),
            }
        }
        let fields = Fields {
            active: query.active,
            admins: query.admin,
            member_of,
            role: role.flatten(),
            email_prefix: query.email_prefix,
            email_domain: query.email_domain,
            username_prefix: query.username_prefix,
            search: query.search,
            attributes,
            has_attributes,
            created_since: query.created_since,
            created_before: query.created_before,
            changed_since: query.changed_since,
            changed_before: query.changed_before,
            seen_since: query.seen_since,
            seen_before: query.seen_before,
            sort: query.sort,
            descending: query.descending,
            limit: (query.limit != Self::LIMIT).then_some(query.limit),
            after: query.after,
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UserQuery {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(from)?;
        if fields.role.is_some() && fields.member_of.is_none() {
            return Err(D::Error::custom(
                "a role is one in a workspace; name the workspace in `member_of`",
            ));
        }
        let all = Self::new().email_prefix(fields.email_prefix.as_deref());
        let any = fields.has_attributes.into_iter().map(|name| (name, None));
        let valued = fields.attributes.into_iter();
        let valued = valued.map(|(name, value)| (name, Some(value)));
        Ok(Self {
            active: fields.active,
            admin: fields.admins,
            workspace: fields.member_of.map(|workspace| (workspace, fields.role)),
            email_domain: fields.email_domain,
            username_prefix: fields.username_prefix,
            search: fields.search,
            // A condition on a value replaces one on presence.
            attributes: any.chain(valued).collect(),
            created_since: fields.created_since,
            created_before: fields.created_before,
            changed_since: fields.changed_since,
            changed_before: fields.changed_before,
            seen_since: fields.seen_since,
            seen_before: fields.seen_before,
            sort: fields.sort,
            descending: fields.descending,
            limit: fields.limit.unwrap_or(all.limit),
            after: fields.after,
            ..all
        })
    }
}
