//! The scopes of keys.

use headcount::quoted;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key may be used for.
///
/// `Write` includes `Read`, and `Admin` includes both. `Scim` is apart: a provisioner's
/// key works on `/scim/v2` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Reading users, workspaces, seats and changes.
    Read,
    /// Changing users and workspaces.
    Write,
    /// Making admins, setting the license, and managing keys.
    Admin,
    /// Provisioning by SCIM.
    Scim,
}

impl Scope {
    /// Whether a key with this scope may do what `needed` asks for.
    pub fn covers(self, needed: Self) -> bool {
        match (self, needed) {
            (Self::Scim, _) | (_, Self::Scim) => self == needed,
            _ => self >= needed,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Scim => "scim",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Read, Self::Write, Self::Admin, Self::Scim]
            .into_iter()
            .find(|scope| scope.to_string() == text)
            .ok_or_else(|| {
                format!(
                    "{} is not a scope; say read, write, admin or scim",
                    quoted(text)
                )
            })
    }
}
