//! Batches and the subjects of their operations.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Batch, RequestId, Step, Subject, UserId, WorkspaceId};

impl Serialize for Batch {
    /// Fails if a part of an operation is malformed.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'b> {
            operations: &'b [Step],
            #[serde(skip_serializing_if = "Option::is_none")]
            actor: Option<UserId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            door: Option<&'b str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: Option<RequestId>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            allow_ownerless: bool,
        }

        let fields = Fields {
            operations: &self.steps,
            actor: self.actor,
            door: self.door.as_deref(),
            request_id: self.request_id,
            allow_ownerless: self.allow_ownerless,
        };
        fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            operations: Vec<Step>,
            actor: Option<UserId>,
            door: Option<String>,
            request_id: Option<RequestId>,
            #[serde(default)]
            allow_ownerless: bool,
        }

        let fields = Fields::deserialize(from)?;
        Ok(Self {
            steps: fields.operations,
            actor: fields.actor,
            door: fields.door.map(Arc::from),
            request_id: fields.request_id,
            allow_ownerless: fields.allow_ownerless,
            has_stray_version: false,
            digest: None,
        })
    }
}

/// `{"user": …}`, `{"workspace": …}`, both, or `"license"`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum About {
    Member {
        workspace: WorkspaceId,
        user: UserId,
    },
    User {
        user: UserId,
    },
    Workspace {
        workspace: WorkspaceId,
    },
    Other(Other),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Other {
    License,
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let about = match *self {
            Self::User(user) => About::User { user },
            Self::License => About::Other(Other::License),
            Self::Workspace(workspace) => About::Workspace { workspace },
            Self::Member(workspace, user) => About::Member { workspace, user },
        };
        about.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match About::deserialize(from)? {
            About::Member { workspace, user } => Self::Member(workspace, user),
            About::User { user } => Self::User(user),
            About::Workspace { workspace } => Self::Workspace(workspace),
            About::Other(Other::License) => Self::License,
        })
    }
}
