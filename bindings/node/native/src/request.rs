//! What JavaScript asks for: JSON, parsed into the library's own types.

use std::time::Duration;

use headcount::{License, Options, Role, Sort, Timestamp, UserQuery, WorkspaceId, WorkspaceRef};
use serde::Deserialize;

use crate::answer::Refusal;
use crate::batch::Steps;

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
        user: String,
    },
    UserByUsername {
        username: String,
    },
    Users,
    Query {
        query: Query,
    },
    Count {
        query: Query,
    },
    Seats,
    Stats,
    Prometheus,
    Workspace {
        workspace: Workspace,
    },
    Workspaces,
    Members {
        workspace: Workspace,
    },
    WorkspacesOf {
        user: String,
    },
    DefaultWorkspace {
        user: String,
        actor: Option<String>,
    },
    Apply {
        batch: Steps,
        then: Then,
    },
    Preview {
        batch: Steps,
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
    license_if_new: Option<Seats>,
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
        if let Some(license) = &self.license_if_new {
            options = options.license_if_new(license.parse()?);
        }
        if let Some(bytes) = self.cache_bytes {
            options = options.cache_bytes(bytes);
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

/// A license: a name or a number of seats.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Seats {
    Number(u64),
    Name(String),
}

impl Seats {
    pub fn parse(&self) -> Result<License> {
        Ok(match self {
            Self::Number(seats) => License::Seats(*seats),
            Self::Name(name) => name.parse()?,
        })
    }
}

/// A workspace: its id or its name.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Workspace {
    Id(u64),
    Name(String),
}

impl From<&Workspace> for WorkspaceRef {
    fn from(workspace: &Workspace) -> Self {
        match workspace {
            Workspace::Id(id) => WorkspaceId::from_u64(*id).into(),
            Workspace::Name(name) => name.as_str().into(),
        }
    }
}

/// Which users, in what order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    active: Option<bool>,
    admin: Option<bool>,
    workspace: Option<Workspace>,
    role: Option<String>,
    email_prefix: Option<String>,
    email_domain: Option<String>,
    username_prefix: Option<String>,
    created_since: Option<String>,
    changed_since: Option<String>,
    sort: Option<String>,
    descending: Option<bool>,
    limit: Option<usize>,
    after: Option<String>,
}

impl Query {
    pub fn build(self) -> Result<UserQuery> {
        let mut query = UserQuery::new();
        query = match self.active {
            Some(true) => query.active(),
            Some(false) => query.inactive(),
            None => query,
        };
        match self.admin {
            Some(true) => query = query.admins(),
            Some(false) => {
                return Err(invalid(
                    "admin can only be true: a query finds admins, or everybody",
                ));
            }
            None => {}
        }
        let role = self.role.as_deref().map(parse::<Role>).transpose()?;
        match &self.workspace {
            Some(workspace) => query = query.member_of(WorkspaceRef::from(workspace), role),
            None if role.is_some() => {
                return Err(invalid("a role is one in a workspace; name the workspace"));
            }
            None => {}
        }
        query = set(query, self.email_prefix, UserQuery::email_prefix);
        query = set(query, self.email_domain, UserQuery::email_domain);
        query = set(query, self.username_prefix, UserQuery::username_prefix);
        query = set(
            query,
            moment(self.created_since.as_deref())?,
            UserQuery::created_since,
        );
        query = set(
            query,
            moment(self.changed_since.as_deref())?,
            UserQuery::changed_since,
        );
        query = set(query, self.limit, UserQuery::limit);
        query = set(query, self.after, UserQuery::after);
        let query = query.sort(match self.sort.as_deref() {
            None | Some("email") => Sort::Email,
            Some("username") => Sort::Username,
            Some("created") => Sort::Created,
            Some(other) => {
                return Err(invalid(format!(
                    "{other:?} is no order; sort by email, username or created"
                )));
            }
        });
        Ok(if self.descending == Some(true) {
            query.descending()
        } else {
            query
        })
    }
}

/// Sets what is given.
pub fn set<B, T>(builder: B, value: Option<T>, setter: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => setter(builder, value),
        None => builder,
    }
}

pub fn parse<T: std::str::FromStr<Err = headcount::Error>>(text: &str) -> Result<T> {
    Ok(text.parse()?)
}

pub fn moment(text: Option<&str>) -> Result<Option<Timestamp>> {
    text.map(parse).transpose()
}

pub fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(headcount::ErrorKind::InvalidArgument, message)
}
