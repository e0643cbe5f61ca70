//! What JavaScript asks for: JSON, parsed into the library's own types.

use std::time::Duration;

use headcount::{Batch, License, Options, Timestamp, UserQuery, UserRef, WorkspaceRef};
use serde::Deserialize;

use crate::answer::Refusal;

type Result<T> = std::result::Result<T, Refusal>;

/// One request to a directory that is open.
#[derive(Deserialize)]
#[serde(
    tag = "do",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Request {
    User {
        user: UserRef,
    },
    UserByUsername {
        username: String,
    },
    UserByExternalId {
        provisioner: String,
        id: String,
    },
    UsersByEmails {
        emails: Vec<String>,
    },
    UsersByIds {
        ids: Vec<String>,
    },
    TouchUser {
        user: UserRef,
    },
    LastSeen {
        user: UserRef,
    },
    Users,
    Query {
        query: UserQuery,
    },
    Count {
        query: UserQuery,
    },
    Seats,
    SeatHistory {
        since: Option<Timestamp>,
    },
    Stats,
    StatsText,
    Workspace {
        workspace: WorkspaceRef,
    },
    WorkspaceByExternalId {
        provisioner: String,
        id: String,
    },
    Workspaces,
    Members {
        workspace: WorkspaceRef,
    },
    WorkspacesOf {
        user: UserRef,
    },
    DefaultWorkspace {
        user: UserRef,
        actor: Option<String>,
        door: Option<String>,
    },
    Apply {
        batch: Batch,
        then: Then,
    },
    Preview {
        batch: Batch,
    },
    Changes {
        after: u64,
    },
    ChangesNow {
        after: u64,
        limit: usize,
    },
    TrimChanges {
        before: u64,
    },
    Verify,
    FindFaults {
        limit: usize,
    },
    Backup {
        path: String,
        overwrite: bool,
    },
    Export {
        path: String,
        overwrite: bool,
    },
    Load {
        path: String,
    },
    /// The next part of a list.
    Next {
        cursor: u32,
    },
    /// Gives up a list.
    Drop {
        cursor: u32,
    },
}

/// What to answer a batch with.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Then {
    /// What became of each operation.
    Applied,
    /// The same, and nothing is written.
    DryRun,
    /// The user whom its one operation was about.
    User,
    /// The workspace that its one operation was about.
    Workspace,
    /// The id of what its one operation was about.
    Id,
    /// The seats afterwards.
    Seats,
}

/// One request without a directory.
#[derive(Deserialize)]
#[serde(
    tag = "do",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Alone {
    Open {
        path: Option<String>,
        #[serde(default)]
        options: OpenOptions,
    },
    Restore {
        backup: String,
        path: String,
        overwrite: bool,
    },
    Compact {
        path: String,
    },
    FindFaultsOf {
        path: String,
        limit: usize,
    },
    PlanRepair {
        path: String,
        limit: usize,
    },
    Repair {
        path: String,
        aside: String,
        limit: usize,
    },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenOptions {
    #[serde(default)]
    pub shared: bool,
    #[serde(default)]
    pub read_only: bool,
    create_if_missing: Option<bool>,
    license_if_new: Option<License>,
    cache_bytes: Option<usize>,
    page_cache_bytes: Option<usize>,
    log_bytes: Option<u64>,
    salvage_log: Option<bool>,
    sync_interval_ms: Option<f64>,
}

impl OpenOptions {
    pub fn build(&self) -> Result<Options> {
        let mut options = Options::new().read_only(self.read_only);
        if let Some(create) = self.create_if_missing {
            options = options.create_if_missing(create);
        }
        if let Some(license) = self.license_if_new {
            options = options.license_if_new(license);
        }
        if let Some(bytes) = self.cache_bytes {
            options = options.user_cache_bytes(bytes);
        }
        if let Some(bytes) = self.page_cache_bytes {
            options = options.page_cache_bytes(bytes);
        }
        if let Some(bytes) = self.log_bytes {
            options = options.log_bytes(bytes);
        }
        if let Some(salvage) = self.salvage_log {
            options = options.salvage_log(salvage);
        }
        if let Some(ms) = self.sync_interval_ms {
            let interval = Duration::try_from_secs_f64(ms / 1e3).map_err(|_| {
                invalid(format!(
                    "syncIntervalMs is {ms}; give milliseconds from 0 on"
                ))
            })?;
            options = options.sync_interval(interval);
        }
        Ok(options)
    }
}

pub fn parse<T: std::str::FromStr<Err = headcount::Error>>(text: &str) -> Result<T> {
    Ok(text.parse()?)
}

pub fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(headcount::ErrorKind::InvalidArgument, message)
}
