//! The workspaces that a change leaves without an active owner, in what is printed of it.

use std::io::Write;

use headcount::WorkspaceId;
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::failure::Result;
use crate::output::{count, safe};

/// Workspaces that a report names.
const NAMED_MAX: usize = 20;

/// These workspaces, each with its name; `None` for one that a dry run would create.
pub(crate) struct Ownerless(Vec<Option<(WorkspaceId, String)>>);

impl Ownerless {
    pub(crate) fn find(directory: &Directory, ids: &[WorkspaceId]) -> headcount::Result<Self> {
        let named = ids.iter().map(|id| {
            let workspace = directory.workspace(*id)?;
            Ok(workspace.map(|workspace| (*id, workspace.name().to_owned())))
        });
        Ok(Self(named.collect::<headcount::Result<_>>()?))
    }

    /// Adds them to the JSON of the change, if there are any.
    pub(crate) fn add_to(&self, document: &mut Value) {
        if !self.0.is_empty() {
            let each = self.0.iter().map(|workspace| {
                let (id, name) = workspace.as_ref().map(|(id, name)| (id, name)).unzip();
                json!({ "id": id, "name": name })
            });
            document["ownerless"] = each.collect();
        }
    }

    /// Writes a line that names them, if there are any.
    pub(crate) fn write(&self, dry_run: bool, out: &mut dyn Write) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names = self.0.iter().take(NAMED_MAX).map(|workspace| {
            let name = workspace.as_ref().map(|(_, name)| format!("{name:?}"));
            name.unwrap_or_else(|| "a new one".to_owned())
        });
        let mut names = names.collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = self.0.len().checked_sub(NAMED_MAX) {
            names = format!("{names} and {more} more; --json lists them all");
        }
        let workspaces = count(self.0.len(), "workspace");
        let left = match (dry_run, self.0.len()) {
            (true, _) => "would have no active owner",
            (false, 1) => "has no active owner now",
            (false, _) => "have no active owner now",
        };
        writeln!(out, "{}", safe(&format!("{workspaces} {left}: {names}")))?;
        Ok(())
    }
}
