//! Queries: which users, in what order.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Role, Sort, Timestamp, UserQuery, WorkspaceRef};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    admins: bool,
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
    created_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_since: Option<Timestamp>,
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
        let fields = Fields {
            active: query.active,
            admins: query.admin,
            member_of,
            role: role.flatten(),
            email_prefix: query.email_prefix,
            email_domain: query.email_domain,
            username_prefix: query.username_prefix,
            created_since: query.created_since,
            changed_since: query.changed_since,
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
        let all = Self::new();
        Ok(Self {
            active: fields.active,
            admin: fields.admins,
            workspace: fields.member_of.map(|workspace| (workspace, fields.role)),
            email_prefix: None,
            email_domain: fields.email_domain,
            username_prefix: fields.username_prefix,
            created_since: fields.created_since,
            changed_since: fields.changed_since,
            sort: fields.sort,
            descending: fields.descending,
            limit: fields.limit.unwrap_or(all.limit),
            after: fields.after,
        }
        .with_email_prefix(fields.email_prefix))
    }
}

impl UserQuery {
    fn with_email_prefix(self, prefix: Option<String>) -> Self {
        match prefix {
            Some(prefix) => self.email_prefix(prefix),
            None => self,
        }
    }
}
