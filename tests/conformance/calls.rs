//! Makes the calls of the script with the library. The library's own types read the arguments and
//! write the results.

use std::fs;
use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use headcount::{
    Applied, ChangeFeed, CopyOptions, Directory, Error, ErrorKind, Op, Options, Result, Step, User,
    WorkspaceRef, restore,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::helper::files;
use crate::helper::lines::TABLE;

/// The state of a case: a folder, the current directory, and perhaps a feed.
pub struct Session {
    folder: TempDir,
    pub directory: Directory,
    feed: Option<ChangeFeed>,
}

impl Session {
    pub fn begin(open: &Value) -> Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        let directory = opened(&folder, open)?;
        Ok(Self {
            folder,
            directory,
            feed: None,
        })
    }

    /// Makes the call of a step; `on` names the actor (`as`) and the door (`through`).
    pub fn call(&mut self, name: &str, given: &Value, on: &Value) -> Result<Value> {
        let path = |key: &str| self.folder.path().join(given[key].as_str().unwrap());
        let options = || CopyOptions::new().overwrite(given["overwrite"] == true);
        let d = &self.directory;
        Ok(match name {
            "open" => {
                self.directory = opened(&self.folder, given)?;
                Value::Null
            }
            "close" => json(d.clone().close()?),
            "backup" => json(d.backup_with(path("path"), options())?),
            "restore" => json(restore(path("backup"), path("path"), options())?),
            "compact" => json(Options::new().compact(path("path"))?),
            "find_faults" | "plan_repair" | "repair" => self.faults(name, given)?,
            "export" => {
                let to = fs::File::create_new(path("path")).unwrap();
                json(d.export_lines(to, |_| {})?)
            }
            "load" => {
                let from = BufReader::new(fs::File::open(path("path")).unwrap());
                json(d.load_lines(from, |_| {})?)
            }
            "follow" => {
                self.feed = Some(d.follow(read(&given["after"])?));
                Value::Null
            }
            "position" => json(self.feed.as_ref().unwrap().position()),
            "next" => {
                let timeout = Duration::from_millis(read(&given["timeout_ms"])?);
                json(self.feed.as_mut().unwrap().recv_timeout(timeout)?)
            }
            _ => {
                if let Some(done) = files::call(self.folder.path(), name, given) {
                    return Ok(done.unwrap());
                }
                let mut directory = d.clone();
                if let Some(actor) = on["as"].as_str() {
                    directory = directory.acting_as(actor.parse()?);
                }
                if let Some(door) = on["through"].as_str() {
                    directory = directory.through(door);
                }
                call(&directory, name, given)?
            }
        })
    }

    /// The faults of the directory or of a file, and what a repair did about them.
    fn faults(&self, name: &str, given: &Value) -> Result<Value> {
        let limit = read(&given["limit"])?;
        let path = |key: &str| self.folder.path().join(given[key].as_str().unwrap());
        let found = match (name, given["path"].is_null()) {
            ("repair", _) => json(Options::new().repair(path("path"), path("aside"), limit)?),
            ("plan_repair", _) => json(Options::new().plan_repair(path("path"), limit)?),
            (_, true) => json(self.directory.find_faults(limit)?),
            (_, false) => json(Options::new().find_faults(path("path"), limit)?),
        };
        Ok(json!({
            "total": found["faults_total"], "listed": found["faults"],
            "set_aside": found["set_aside"], "seats_over": found["seats_over"],
        }))
    }

    pub fn end(self) {
        // A case may have removed its file.
        let _ = self.directory.close();
    }
}

fn opened(folder: &TempDir, given: &Value) -> Result<Directory> {
    let mut options = Options::new().read_only(given["read_only"] == true);
    options = options.create_if_missing(given["create_if_missing"] != false);
    options = options.salvage_log(given["salvage_log"] == true);
    if !given["license"].is_null() {
        options = options.license_if_new(read(&given["license"])?);
    }
    match given["path"].as_str() {
        Some(path) => options.open(folder.path().join(path)),
        None => options.in_memory(),
    }
}

/// Calls that need only a directory.
pub fn call(d: &Directory, name: &str, given: &Value) -> Result<Value> {
    if TABLE["operations"].get(name).is_some() {
        let mut operation = given.clone();
        operation["op"] = name.into();
        return change(d, read(&operation)?);
    }
    let workspace = || read::<WorkspaceRef>(&given["workspace"]);
    let (user, id) = (text(given, "user"), text(given, "id"));
    let provisioner = text(given, "provisioner");
    Ok(match name {
        "user" => json(d.user(user)?.as_deref()),
        "user_by_id" => json(d.user_by_id(id.parse()?)?.as_deref()),
        "user_by_email" => json(d.user_by_email(text(given, "email"))?.as_deref()),
        "user_by_username" => json(d.user_by_username(text(given, "username"))?.as_deref()),
        "user_by_external_id" => json(d.user_by_external_id(provisioner, id)?.as_deref()),
        "users_by_emails" => {
            let emails: Vec<String> = read(&given["emails"])?;
            d.users_by_emails(&emails)?
                .iter()
                .map(|found| json(found.as_deref()))
                .collect()
        }
        "users_by_ids" => {
            let found = d.users_by_ids(&read::<Vec<_>>(&given["ids"])?)?;
            found.iter().map(|found| json(found.as_deref())).collect()
        }
        "touch_user" => json(d.touch_user(user)?),
        "last_seen" => json(d.last_seen(user)?),
        "users" => { d.users()? }
            .map(|user| Ok(json(&*user?)))
            .collect::<Result<_>>()?,
        "query" => json(d.query(&read(given)?)?),
        "count" => json(d.count(&read(given)?)?),
        "len" => json(d.len()?),
        "seats" => json(d.seats()?),
        "seat_history" => json(d.seat_history(read::<Option<_>>(&given["since"])?)?),
        "workspace" => json(d.workspace(workspace()?)?),
        "workspace_by_external_id" => json(d.workspace_by_external_id(provisioner, id)?),
        "workspaces" => all(d.workspaces()?)?,
        "members" => json(d.members(workspace()?)?),
        "workspaces_of" => json(d.workspaces_of(user)?),
        "apply" => applied(&d.apply(read(given)?)?),
        "dry_run" => applied(&d.dry_run(read(given)?)?),
        "preview" => json(d.preview(read(given)?)?),
        "changes" => all(d.changes(read(&given["after"])?)?)?,
        "trim_changes" => json(d.trim_changes(read(&given["before"])?)?),
        "verify" => json(d.verify()?),
        "stats" => json(d.stats()?),
        "stats_text" => json(d.stats()?.prometheus()),
        unknown => panic!("no call is named {unknown}"),
    })
}

/// With a list that JSON leaves out where it is empty.
fn applied(applied: &Applied) -> Value {
    let mut shown = json(applied);
    shown["ownerless"] = json(&applied.ownerless);
    shown
}

/// A call that does the same as an operation of a batch.
fn change(d: &Directory, Step { op, if_version, .. }: Step) -> Result<Value> {
    let person = |user: Arc<User>| json(&*user);
    Ok(match op {
        Op::CreateUser(user) => person(d.create_user(user)?),
        Op::UpdateUser(user, update) => person(match if_version {
            Some(version) => d.update_user(user, update.if_version(version))?,
            None => d.update_user(user, update)?,
        }),
        Op::ActivateUser(user) => person(d.activate_user(user)?),
        Op::DeactivateUser(user) => person(d.deactivate_user(user)?),
        Op::DeleteUser(user) => json(d.delete_user(user)?),
        Op::SetLicense(license) => json(d.set_license(license)?),
        Op::CreateWorkspace(workspace) => json(d.create_workspace(workspace)?),
        Op::DefaultWorkspace(user) => json(d.default_workspace(user)?),
        Op::RenameWorkspace(workspace, name) => json(d.rename_workspace(workspace, name)?),
        Op::SetWorkspaceExternalId(workspace, provisioner, id) => {
            json(d.set_workspace_external_id(workspace, provisioner, id.as_deref())?)
        }
        Op::ArchiveWorkspace(workspace) => json(d.archive_workspace(workspace)?),
        Op::RestoreWorkspace(workspace) => json(d.restore_workspace(workspace)?),
        Op::DeleteWorkspace(workspace) => json(d.delete_workspace(workspace)?),
        Op::AddMember(workspace, user, role) => json(d.add_member(workspace, user, role)?),
        Op::SetRole(workspace, user, role) => json(d.set_role(workspace, user, role)?),
        Op::RemoveMember(workspace, user) => json(d.remove_member(workspace, user)?),
        unknown => panic!("no call does {unknown:?}"),
    })
}

fn text<'g>(given: &'g Value, key: &str) -> &'g str {
    given[key].as_str().unwrap_or_default()
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    let refused =
        |error: serde_json::Error| Error::new(ErrorKind::InvalidArgument, error.to_string());
    serde_json::from_value(value.clone()).map_err(refused)
}

pub fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn all<T: Serialize>(items: impl IntoIterator<Item = Result<T>>) -> Result<Value> {
    items.into_iter().map(|item| item.map(json)).collect()
}
