//! The workspaces that a change leaves without an active owner, in what is printed of it.

use std::io::Write;

use headcount::{WorkspaceId, quoted};
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::failure::Result;
use crate::output::{count, safe};

/// Workspaces that a report names.
const NAMED_MAX: usize = 20;

/// These workspaces, and what is known of each.
pub(crate) struct Ownerless(Vec<(WorkspaceId, Known)>);

/// What is known of a workspace.
enum Known {
    Name(String),
    /// It isn't there: a dry run would create it, or it was deleted meanwhile.
    Gone,
    /// It was not looked up, or that failed.
    Nothing,
}

impl Ownerless {
    /// Looks up the names that are going to be shown: all of them as JSON. The change is already
    /// done, so a failed look-up is not an error.
    pub(crate) fn find(directory: &Directory, ids: &[WorkspaceId], json: bool) -> Self {
        let named_max = if json { ids.len() } else { NAMED_MAX };
        let mut each: Vec<_> = ids.iter().map(|id| (*id, Known::Nothing)).collect();
        for (id, known) in each.iter_mut().take(named_max) {
            match directory.workspace(*id) {
                Ok(Some(workspace)) => *known = Known::Name(workspace.name().to_owned()),
                Ok(None) => *known = Known::Gone,
                // The others would fail too, each after a while.
                Err(_) => break,
            }
        }
        Self(each)
    }

    /// Adds them to the JSON of the change, if there are any. A workspace that a dry run would
    /// create has no id.
    pub(crate) fn add_to(&self, document: &mut Value, dry_run: bool) {
        if !self.0.is_empty() {
            let each = self.0.iter().map(|(id, known)| match known {
                Known::Name(name) => json!({ "id": id, "name": name }),
                Known::Gone if dry_run => json!({ "id": null, "name": null }),
                Known::Gone | Known::Nothing => json!({ "id": id, "name": null }),
            });
            document["ownerless"] = each.collect();
        }
    }

    /// Writes a line that names them, if there are any.
    pub(crate) fn write(&self, dry_run: bool, out: &mut dyn Write) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names = { self.0.iter().take(NAMED_MAX) }.map(|(id, known)| match known {
            Known::Name(name) => quoted(name),
            Known::Gone if dry_run => "a new one".to_owned(),
            Known::Gone | Known::Nothing => format!("the one with the id {id}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_gone_keeps_its_id() {
        let file = headcount::Directory::in_memory().unwrap();
        file.create_user("ann@ex.co").unwrap();
        let ids = [1, 2, 3].map(|number| {
            let new = headcount::NewWorkspace::new(format!("w{number}")).owner("ann@ex.co");
            file.create_workspace(new).unwrap().id()
        });
        file.delete_workspace(ids[1]).unwrap();
        let directory = Directory::Here(file);
        for (dry_run, id) in [(false, json!(ids[1])), (true, json!(null))] {
            let mut document = json!({});
            Ownerless::find(&directory, &ids, true).add_to(&mut document, dry_run);
            let gone = json!({ "id": id, "name": null });
            assert_eq!(document["ownerless"][1], gone);
            assert_eq!(document["ownerless"][2]["name"], "w3");
        }
    }

    #[test]
    fn a_failed_look_up_is_no_name() {
        let file = headcount::Directory::in_memory().unwrap();
        file.create_user("ann@ex.co").unwrap();
        let new = headcount::NewWorkspace::new("w").owner("ann@ex.co");
        let id = file.create_workspace(new).unwrap().id();
        file.clone().close().unwrap();
        let ownerless = Ownerless::find(&Directory::Here(file), &[id], false);
        let mut told = Vec::new();
        ownerless.write(false, &mut told).unwrap();
        let line = format!("1 workspace has no active owner now: the one with the id {id}\n");
        assert_eq!(String::from_utf8(told).unwrap(), line);
    }
}
