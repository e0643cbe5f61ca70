//! What a committed batch did, for those who follow the directory.
//!
//! These types are stored as they are: the order of fields and variants is part
//! of the file format, and new variants go at the end.

use serde::Serialize;
use wincode::{SchemaRead, SchemaWrite};

use super::{License, Timestamp, UserId};

/// One committed [`Batch`](super::Batch): its place in the history and what it
/// changed. It holds ids, kinds and names of fields, never personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[non_exhaustive]
pub struct Change {
    /// The number of the change: 1, 2, 3 … without gaps, in commit order.
    pub sequence: u64,
    /// When the batch was made.
    pub at: Timestamp,
    /// Who made it, where the caller said so.
    pub actor: Option<UserId>,
    /// What happened, in the order of the batch; never empty.
    pub events: Vec<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A user was created.
    UserCreated {
        /// Whose record it is.
        user: UserId,
        /// Whether the user was active from the start.
        active: bool,
    },
    /// Fields of a user changed.
    UserUpdated {
        /// Whose record it is.
        user: UserId,
        /// The fields that differ from before.
        fields: Vec<Field>,
    },
    /// An inactive user became active.
    UserActivated {
        /// Whose record it is.
        user: UserId,
    },
    /// An active user became inactive.
    UserDeactivated {
        /// Whose record it was.
        user: UserId,
    },
    /// A user was deleted for good.
    UserDeleted {
        /// Whose record it was.
        user: UserId,
    },
    /// Another license was set.
    LicenseSet {
        /// The license from then on.
        license: License,
    },
}

/// The name of a field of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, SchemaRead, SchemaWrite)]
#[cfg_attr(test, derive(bincode::Encode))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// [`User::email`](super::User::email).
    Email,
    /// [`User::username`](super::User::username), set apart from the email.
    Username,
    /// [`User::given_name`](super::User::given_name).
    GivenName,
    /// [`User::family_name`](super::User::family_name).
    FamilyName,
    /// [`User::is_admin`](super::User::is_admin).
    Admin,
    /// [`User::attributes`](super::User::attributes).
    Attributes,
}
