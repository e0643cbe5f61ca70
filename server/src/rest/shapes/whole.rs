//! The schemas of what is told of the directory as a whole.

use utoipa::ToSchema;

/// Some of the figures; the others count from the start of the server.
#[derive(ToSchema)]
pub(super) struct Stats {
    users_active: u64,
    users_inactive: u64,
    workspaces: u64,
    latest_change: u64,
    seats_limit: Option<u64>,
}

#[derive(ToSchema)]
pub(super) struct Inspection {
    /// The counts of what could be read.
    verified: Verified,
    /// The first faults, up to the limit.
    faults: Vec<Fault>,
    /// The number of all faults: nothing is wrong if it is 0.
    faults_total: u64,
    /// How many more users are active than the license has seats, which is no fault.
    seats_over: u64,
}

#[derive(ToSchema)]
pub(super) struct Verified {
    active: u64,
    inactive: u64,
    /// Ids of deleted users.
    deleted: u64,
    workspaces: u64,
    members: u64,
    changes: u64,
}

#[derive(ToSchema)]
pub(super) struct Fault {
    kind: String,
    /// The kind of entry that it concerns.
    entry: String,
    #[schema(format = "uuid")]
    user: Option<String>,
    workspace: Option<u64>,
    change: Option<u64>,
    detail: String,
}
