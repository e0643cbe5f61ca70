//! Where in the files a row is.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Where a row is: in which of the files, and where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowPosition {
    /// The file's name, where there are several.
    pub(crate) file: Option<Arc<str>>,
    pub(crate) spot: Spot,
}

/// Where in its file a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Spot {
    /// A line, counted from 1.
    #[serde(rename = "l")]
    Line(usize),
    /// A member of a list, counted from 0, in that realm of a list of realms.
    #[serde(rename = "i")]
    Index {
        realm: Option<usize>,
        list: List,
        index: usize,
    },
}

/// A list of users in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum List {
    /// The document itself.
    #[serde(rename = "d")]
    Document,
    #[serde(rename = "u")]
    Users,
    #[serde(rename = "f")]
    FederatedUsers,
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Document => "",
            Self::Users => "users",
            Self::FederatedUsers => "federatedUsers",
        }
    }
}

impl Default for Spot {
    fn default() -> Self {
        Self::Line(0)
    }
}

impl fmt::Display for RowPosition {
    /// `line 3`, or a path as jq has them: `users[2]`, `[0].users[2]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        match self.spot {
            Spot::Line(line) => write!(f, "line {line}"),
            Spot::Index { realm, list, index } => {
                if let Some(realm) = realm {
                    write!(f, "[{realm}].")?;
                }
                write!(f, "{}[{index}]", list.name())
            }
        }
    }
}
