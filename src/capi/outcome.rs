//! The outcome of one operation.

use crate::model::{Outcome, Subject, WorkspaceId};

/// The kind of record that an operation concerned.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HcSubject {
    /// The user with the id in the outcome.
    User = 1,
    /// The license.
    License = 2,
    /// The workspace with the id in the outcome.
    Workspace = 3,
    /// The membership of that user in that workspace.
    Member = 4,
}

/// The outcome of one operation of a batch. Initialize it with #HC_OUTCOME_INIT.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HcOutcome {
    /// Set by #HC_OUTCOME_INIT.
    pub struct_size: u32,
    /// The kind of record it concerned: one of HC_SUBJECT_*.
    pub subject: i32,
    /// 1 if it changed anything, otherwise 0: activating an active user does not.
    pub changed: i32,
    /// Always 0.
    pub reserved: i32,
    /// The version of the record afterwards; 0 if it was deleted.
    pub version: u64,
    /// The id of the workspace it concerned; 0 for none.
    pub workspace: u64,
    /// The id of the user it concerned; zeros for none.
    pub user: [u8; 16],
}

// There is no padding, so the layout is the same for every compiler.
const _: () = assert!(size_of::<HcOutcome>() == 48 && align_of::<HcOutcome>() <= 8);

impl From<&Outcome> for HcOutcome {
    fn from(outcome: &Outcome) -> Self {
        let (subject, user, workspace) = match outcome.subject {
            Subject::User(user) => (HcSubject::User, Some(user), None),
            Subject::License => (HcSubject::License, None, None),
            Subject::Workspace(workspace) => (HcSubject::Workspace, None, Some(workspace)),
            Subject::Member(workspace, user) => (HcSubject::Member, Some(user), Some(workspace)),
        };
        Self {
            struct_size: 0,
            subject: subject as i32,
            changed: outcome.changed.into(),
            reserved: 0,
            version: outcome.version,
            workspace: workspace.map_or(0, WorkspaceId::as_u64),
            user: user.map_or([0; 16], |id| *id.as_bytes()),
        }
    }
}
