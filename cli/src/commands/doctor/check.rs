//! The result of one check, and how it is shown.

use std::io::Write;

use serde::Serialize;

use crate::failure::{Result, without_numbers};
use crate::output::safe;

/// The result of one check.
#[derive(Serialize)]
pub(super) struct Check {
    #[serde(rename = "check")]
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cure: Option<String>,
    /// The file belongs to another program.
    #[serde(skip)]
    pub(super) is_foreign: bool,
}

impl Check {
    /// Writes it as a row of the report; where that would be too narrow, as a paragraph.
    pub(super) fn write(&self, is_narrow: bool, out: &mut dyn Write) -> Result<()> {
        let (name, state, found) = (self.name, self.state.word(), safe(&self.found));
        let indent = if is_narrow {
            writeln!(out, "{state} {name}\n  {found}")?;
            2
        } else {
            writeln!(out, "{state:<7} {name:<11}  {found}")?;
            21
        };
        if let Some(cure) = &self.cure {
            writeln!(out, "{:indent$}{}", "", safe(cure))?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Ok,
    /// It can't be determined now.
    Unknown,
    Warning,
    Wrong,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "look",
            Self::Wrong => "WRONG",
        }
    }
}

pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Check {
    Check {
        name: check,
        state: State::Ok,
        found: without_numbers(&found.into()),
        cure: None,
        is_foreign: false,
    }
}

pub(super) fn bad(
    check: &'static str,
    state: State,
    found: impl Into<String>,
    cure: &str,
) -> Check {
    Check {
        cure: Some(cure.to_owned()),
        state,
        ..ok(check, found)
    }
}
