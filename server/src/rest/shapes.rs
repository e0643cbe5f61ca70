//! The schemas of REST's responses: the library's records as JSON. These types only describe, and
//! are never constructed; the tests check the server's responses against them.
#![allow(dead_code, reason = "they only describe")]

mod whole;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use self::whole::{Fault, Inspection, Stats, Verified};
use super::{batch, changes, keys, license, query, users, workspaces};
use crate::keys::Scope;

/// All schemas of the document.
#[derive(OpenApi)]
#[openapi(components(schemas(
    User,
    Users,
    UsersOrCount,
    Workspace,
    Workspaces,
    Member,
    Members,
    SeatDay,
    SeatHistory,
    Seats,
    License,
    Change,
    Changes,
    Applied,
    Refused,
    Refusal,
    Stats,
    Inspection,
    Verified,
    Fault,
    changes::Trimmed,
    Found,
    Query,
    Outcome,
    Subject,
    Problem,
    SeatsAsked,
    Versions,
    Operation,
    users::NewUserBody,
    users::UserPatch,
    workspaces::NewWorkspaceBody,
    workspaces::WorkspacePatch,
    workspaces::Membership,
    license::LicenseBody,
    batch::BatchRequest,
    keys::NewKeyBody,
    Scope,
    keys::Shown,
    keys::Listed,
    query::Lookup,
    query::UserReference,
)))]
pub(super) struct Schemas;

#[derive(ToSchema)]
struct User {
    #[schema(format = "uuid")]
    id: String,
    email: String,
    username: String,
    given_name: Option<String>,
    family_name: Option<String>,
    active: bool,
    admin: bool,
    /// Ids by the names of their provisioners.
    external_ids: BTreeMap<String, String>,
    attributes: BTreeMap<String, String>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
    #[schema(format = "date-time")]
    deactivated_at: Option<String>,
    version: u64,
}

#[derive(ToSchema)]
struct Users {
    users: Vec<User>,
    /// The `after` of the next page.
    next: Option<String>,
}

/// The users who meet the conditions, or their number.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum UsersOrCount {
    Users {
        #[schema(value_type = Vec<User>)]
        users: Vec<Value>,
        /// The `after` of the next page.
        next: Option<String>,
    },
    Count {
        count: u64,
    },
}

#[derive(ToSchema)]
struct Workspace {
    id: u64,
    name: String,
    archived: bool,
    /// The user whose default workspace it is.
    #[schema(format = "uuid")]
    default_of: Option<String>,
    /// Ids by the names of their provisioners.
    external_ids: BTreeMap<String, String>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
    version: u64,
}

#[derive(ToSchema)]
struct Workspaces {
    workspaces: Vec<Workspace>,
    /// The `after` of the next page.
    next: Option<u64>,
}

#[derive(ToSchema)]
struct Member {
    workspace: u64,
    #[schema(format = "uuid")]
    user: String,
    #[schema(pattern = "^(owner|user)$")]
    role: String,
    #[schema(format = "date-time")]
    since: String,
    version: u64,
}

/// Owners first, then users, each ordered by email.
#[derive(ToSchema)]
struct Members {
    members: Vec<Member>,
}

/// `community`, `enterprise`, or a number of seats.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum License {
    Seats(u64),
    Named(Named),
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named {
    Community,
    Enterprise,
}

#[derive(ToSchema)]
struct Seats {
    #[schema(pattern = "^(community|enterprise|[0-9]+)$")]
    license: String,
    license_version: u64,
    /// Null if the license has no limit.
    limit: Option<u64>,
    active: u64,
    inactive: u64,
    free: Option<u64>,
    over_by: u64,
    /// Only with `since`.
    #[schema(required = false)]
    history: Option<SeatHistory>,
}

#[derive(ToSchema)]
struct SeatHistory {
    /// The first day of the history: the requested one, or the first on record.
    #[schema(format = "date-time")]
    since: String,
    /// The most users that were active at one time.
    peak: u64,
    /// The day of the peak; null if the number has not changed since.
    #[schema(format = "date-time")]
    peak_day: Option<String>,
    /// The days on which the number changed.
    days: Vec<SeatDay>,
}

#[derive(ToSchema)]
struct SeatDay {
    #[schema(format = "date-time")]
    day: String,
    peak: u64,
    /// How many were active at the end of the day.
    last: u64,
}

#[derive(ToSchema)]
struct Change {
    sequence: u64,
    #[schema(format = "date-time")]
    at: String,
    /// The user who made the change; null for a program.
    #[schema(format = "uuid")]
    actor: Option<String>,
    /// How the change came in, such as `rest`, `page` or `scim:okta`; absent for a program that
    /// uses the directory itself.
    #[schema(required = false)]
    door: Option<String>,
    /// The `Idempotency-Key` of the request, if it had one.
    #[schema(format = "uuid", required = false)]
    request_id: Option<String>,
    /// Each has its kind in `event`.
    events: Vec<BTreeMap<String, Value>>,
}

#[derive(ToSchema)]
struct Changes {
    changes: Vec<Change>,
    /// The `after` of the next page.
    next: Option<u64>,
}

#[derive(ToSchema)]
struct Applied {
    dry_run: bool,
    /// The number of the change; null if nothing changed.
    sequence: Option<u64>,
    /// Whether it was applied when it was sent the first time.
    replayed: bool,
    outcomes: Vec<Outcome>,
    /// Ids of the workspaces that were left without an active owner. Absent if there are none, and
    /// always if `replayed` is true: only the first response has them.
    #[schema(required = false)]
    ownerless: Vec<u64>,
    /// Only on request, and without deleted users.
    #[schema(required = false)]
    users: Vec<User>,
}

/// Empty if the batch would be applied.
#[derive(ToSchema)]
struct Refused {
    refused: Vec<Refusal>,
}

/// Some kinds have numbers in further members.
#[derive(ToSchema)]
struct Refusal {
    kind: String,
    message: String,
    /// Absent if it concerns the batch as a whole.
    #[schema(required = false)]
    op_index: usize,
}

#[derive(ToSchema)]
struct Found {
    /// In the order of the request.
    users: Vec<Option<User>>,
}

/// Conditions, all of which hold; without any, all users meet them.
#[derive(ToSchema)]
struct Query {
    #[schema(required = false)]
    active: Option<bool>,
    #[schema(required = false)]
    admins: Option<bool>,
    /// The id or the name of a workspace.
    #[schema(required = false)]
    member_of: Value,
    #[schema(pattern = "^(owner|user)$", required = false)]
    role: Option<String>,
    #[schema(required = false)]
    email_prefix: Option<String>,
    #[schema(required = false)]
    email_domain: Option<String>,
    #[schema(required = false)]
    username_prefix: Option<String>,
    /// A part of the email, the username or a name.
    #[schema(required = false)]
    search: Option<String>,
    /// Attributes with these values.
    #[schema(required = false)]
    attributes: BTreeMap<String, String>,
    /// Attributes with any value.
    #[schema(required = false)]
    has_attributes: Vec<String>,
    #[schema(format = "date-time", required = false)]
    created_since: Option<String>,
    #[schema(format = "date-time", required = false)]
    created_before: Option<String>,
    #[schema(format = "date-time", required = false)]
    changed_since: Option<String>,
    #[schema(format = "date-time", required = false)]
    changed_before: Option<String>,
    #[schema(format = "date-time", required = false)]
    seen_since: Option<String>,
    #[schema(format = "date-time", required = false)]
    seen_before: Option<String>,
    #[schema(pattern = "^(email|username|created)$", required = false)]
    sort: String,
    #[schema(required = false)]
    descending: bool,
    #[schema(minimum = 1, maximum = 1000, required = false)]
    limit: Option<usize>,
    #[schema(required = false)]
    after: Option<String>,
}

#[derive(ToSchema)]
struct Outcome {
    subject: Subject,
    changed: bool,
    version: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Subject {
    Record {
        user: Option<String>,
        workspace: Option<u64>,
    },
    License(String),
}

/// Why a request failed (RFC 9457).
#[derive(ToSchema)]
struct Problem {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// The directory's name for it, such as `no_free_seat`.
    kind: Option<String>,
    /// The index of the operation in the batch. Absent for what concerns the batch as a whole: seats,
    /// admins and owners are counted at its end.
    #[schema(required = false)]
    op_index: Option<usize>,
    /// Only with `no_free_seat`.
    #[schema(required = false)]
    seats: Option<SeatsAsked>,
    /// Only with `conflict`.
    #[schema(required = false)]
    versions: Option<Versions>,
    /// Only with `history_trimmed`: read all records, then the changes after this one.
    #[schema(required = false)]
    resume_after: Option<u64>,
    /// Only with `change_not_yet`: the number of the latest change.
    #[schema(required = false)]
    latest: Option<u64>,
}

#[derive(ToSchema)]
struct SeatsAsked {
    limit: u64,
    active: u64,
    requested: u64,
}

#[derive(ToSchema)]
struct Versions {
    expected: u64,
    found: u64,
}

/// An operation of a batch; its other members depend on `op`.
#[derive(ToSchema)]
pub(super) struct Operation {
    #[schema(
        pattern = "^(create_user|update_user|activate_user|deactivate_user|delete_user|set_license|create_workspace|default_workspace|rename_workspace|set_workspace_external_id|archive_workspace|restore_workspace|delete_workspace|add_member|set_role|remove_member)$"
    )]
    op: String,
    /// The id, email or username.
    #[schema(required = false)]
    user: Option<String>,
    /// The id or the name.
    #[schema(required = false)]
    workspace: Option<Value>,
    #[schema(required = false)]
    if_version: Option<u64>,
}
