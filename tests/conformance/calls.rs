//! The calls of the script as calls of the library.

use std::fs;
use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use headcount::{
    Batch, ChangeFeed, CopyOptions, Directory, Error, ErrorKind, NewUser, NewWorkspace, Op,
    Options, Result, Sort, Subject, Timestamp, User, UserQuery, UserRef, UserUpdate, WorkspaceId,
    WorkspaceRef, restore,
};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a case has: a folder, the directory in use, and perhaps a feed.
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

    /// Makes the call of a step; `on` names who acts (`as`) and the door (`through`).
    pub fn call(&mut self, name: &str, given: &Value, on: &Value) -> Result<Value> {
        let path = |key: &str| self.folder.path().join(text(&given[key]));
        let options = || CopyOptions::new().overwrite(given["overwrite"] == true);
        let copied = |copied: headcount::Copied| json!({ "users": copied.users, "sequence": copied.sequence });
        match name {
            "open" => self.directory = opened(&self.folder, given)?,
            "close" => self.directory.clone().close()?,
            "backup" => {
                return self
                    .directory
                    .backup_with(path("path"), options())
                    .map(copied);
            }
            "restore" => return restore(path("backup"), path("path"), options()).map(copied),
            "copy_file" => drop(fs::copy(path("from"), path("to")).unwrap()),
            "write_file" => fs::write(path("path"), text(&given["text"])).unwrap(),
            "remove_file" => fs::remove_file(path("path")).unwrap(),
            "export" => drop(
                self.directory
                    .export_lines(fs::File::create_new(path("path")).unwrap(), |_| {})?,
            ),
            "load" => {
                let lines = BufReader::new(fs::File::open(path("path")).unwrap());
                self.directory.load_lines(lines, |_| {})?;
            }
            "exists" => return Ok(path("path").exists().into()),
            "follow" => self.feed = Some(self.directory.follow(number(&given["after"]))),
            "position" => return Ok(self.feed.as_ref().unwrap().position().into()),
            "next" => {
                let timeout = Duration::from_millis(number(&given["timeout_ms"]));
                return self.feed.as_mut().unwrap().recv_timeout(timeout).map(json);
            }
            _ => {
                let mut directory = self.directory.clone();
                if let Some(actor) = on["as"].as_str() {
                    directory = directory.acting_as(actor.parse()?);
                }
                if let Some(door) = on["through"].as_str() {
                    directory = directory.through(door);
                }
                return call(&directory, name, given);
            }
        }
        Ok(Value::Null)
    }

    pub fn end(self) {
        // A case may have taken its file away.
        let _ = self.directory.close();
    }
}

fn opened(folder: &TempDir, given: &Value) -> Result<Directory> {
    let mut options = Options::new().read_only(given["read_only"] == true);
    options = options.create_if_missing(given["create_if_missing"] != false);
    if !given["license"].is_null() {
        options = options.license_if_new(text(&given["license"]).parse()?);
    }
    match given["path"].as_str() {
        Some(path) => options.open(folder.path().join(path)),
        None => options.in_memory(),
    }
}

/// Calls that need nothing but a directory.
pub fn call(directory: &Directory, name: &str, given: &Value) -> Result<Value> {
    let d = directory;
    let all = |members: Vec<headcount::Member>| json(members);
    match name {
        "create_user" => d.create_user(new_user(given)?).map(person),
        "update_user" => {
            let update = match given["if_version"].as_u64() {
                Some(version) => user_update(given).if_version(version),
                None => user_update(given),
            };
            d.update_user(user(given), update).map(person)
        }
        "activate_user" => d.activate_user(user(given)).map(person),
        "deactivate_user" => d.deactivate_user(user(given)).map(person),
        "delete_user" => d.delete_user(user(given)).map(json),
        "user" => d.user(user(given)).map(perhaps),
        "user_by_id" => d.user_by_id(text(&given["id"]).parse()?).map(perhaps),
        "user_by_email" => d.user_by_email(&text(&given["email"])).map(perhaps),
        "users_by_emails" => d.users_by_emails(&texts(&given["emails"])).map(|found| found.into_iter().map(perhaps).collect()),
        "users_by_ids" => {
            let ids = texts(&given["ids"]).iter().map(|id| id.parse()).collect::<Result<Vec<_>>>()?;
            d.users_by_ids(&ids).map(|found| found.into_iter().map(perhaps).collect())
        }
        "user_by_username" => d.user_by_username(&text(&given["username"])).map(perhaps),
        "user_by_external_id" => d.user_by_external_id(&text(&given["provisioner"]), &text(&given["id"])).map(perhaps),
        "workspace_by_external_id" => d.workspace_by_external_id(&text(&given["provisioner"]), &text(&given["id"])).map(json),
        "set_workspace_external_id" => d.set_workspace_external_id(workspace(given), text(&given["provisioner"]), given["id"].as_str()).map(json),
        "touch_user" => d.touch_user(user(given)).map(json),
        "last_seen" => d.last_seen(user(given)).map(json),
        "users" => d.users()?.map(|user| user.map(person)).collect(),
        "query" => {
            let page = d.query(&query(given)?)?;
            Ok(json!({ "users": page.users.into_iter().map(person).collect::<Vec<_>>(), "next": page.next }))
        }
        "count" => d.count(&query(given)?).map(json),
        "len" => d.len().map(json),
        "seats" => d.seats().map(json),
        "seat_history" => d.seat_history(given.get("since").map(moment).transpose()?).map(json),
        "set_license" => d.set_license(text(&given["license"]).parse()?).map(json),
        "create_workspace" => d.create_workspace(new_workspace(given)).map(json),
        "default_workspace" => d.default_workspace(user(given)).map(json),
        "workspace" => d.workspace(workspace(given)).map(json),
        "workspaces" => d.workspaces()?.collect::<Result<Vec<_>>>().map(json),
        "rename_workspace" => d.rename_workspace(workspace(given), text(&given["name"])).map(json),
        "archive_workspace" => d.archive_workspace(workspace(given)).map(json),
        "restore_workspace" => d.restore_workspace(workspace(given)).map(json),
        "delete_workspace" => d.delete_workspace(workspace(given)).map(json),
        "members" => d.members(workspace(given)).map(all),
        "workspaces_of" => d.workspaces_of(user(given)).map(all),
        "add_member" => d.add_member(workspace(given), user(given), text(&given["role"]).parse()?).map(json),
        "set_role" => d.set_role(workspace(given), user(given), text(&given["role"]).parse()?).map(json),
        "remove_member" => d.remove_member(workspace(given), user(given)).map(json),
        "apply" => d.apply(batch(given)?).map(|applied| shown_applied(&applied)),
        "dry_run" => d.dry_run(batch(given)?).map(|applied| shown_applied(&applied)),
        "preview" => d.refusals(batch(given)?).map(|errors| errors.iter().map(shown_error).collect()),
        "changes" => d.changes(number(&given["after"]))?.collect::<Result<Vec<_>>>().map(json),
        "trim_changes" => d.trim_changes(number(&given["before"])).map(json),
        "verify" => d.verify().map(|v| {
            json!({ "active": v.active, "inactive": v.inactive, "deleted": v.deleted, "workspaces": v.workspaces,
                    "members": v.members, "changes": v.changes })
        }),
        "stats" => d.stats().map(json),
        unknown => panic!("no call is named {unknown}"),
    }
}

fn batch(given: &Value) -> Result<Batch> {
    let mut batch = Batch::new();
    for operation in given["operations"].as_array().unwrap() {
        batch.push(op(operation)?);
        if let Some(version) = operation["if_version"].as_u64() {
            batch = batch.if_version(version);
        }
    }
    if let Some(actor) = given["actor"].as_str() {
        batch = batch.actor(actor.parse()?);
    }
    if let Some(door) = given["door"].as_str() {
        batch = batch.door(door);
    }
    if let Some(id) = given["request_id"].as_str() {
        // A request id is any 16 bytes; the script writes them like an id of a user.
        batch = batch.request_id(*id.parse::<headcount::RequestId>()?.as_bytes());
    }
    Ok(batch.allow_ownerless(given["allow_ownerless"] == true))
}

fn op(given: &Value) -> Result<Op> {
    Ok(match given["op"].as_str().unwrap() {
        "create_user" => Op::CreateUser(new_user(given)?),
        "update_user" => Op::UpdateUser(user(given), user_update(given)),
        "activate_user" => Op::ActivateUser(user(given)),
        "deactivate_user" => Op::DeactivateUser(user(given)),
        "delete_user" => Op::DeleteUser(user(given)),
        "set_license" => Op::SetLicense(text(&given["license"]).parse()?),
        "create_workspace" => Op::CreateWorkspace(new_workspace(given)),
        "default_workspace" => Op::DefaultWorkspace(user(given)),
        "rename_workspace" => Op::RenameWorkspace(workspace(given), text(&given["name"])),
        "set_workspace_external_id" => {
            let id = given["id"].as_str().map(str::to_owned);
            Op::SetWorkspaceExternalId(workspace(given), text(&given["provisioner"]), id)
        }
        "archive_workspace" => Op::ArchiveWorkspace(workspace(given)),
        "restore_workspace" => Op::RestoreWorkspace(workspace(given)),
        "delete_workspace" => Op::DeleteWorkspace(workspace(given)),
        "add_member" => Op::AddMember(workspace(given), user(given), text(&given["role"]).parse()?),
        "set_role" => Op::SetRole(workspace(given), user(given), text(&given["role"]).parse()?),
        "remove_member" => Op::RemoveMember(workspace(given), user(given)),
        unknown => panic!("no operation is named {unknown}"),
    })
}

fn new_user(given: &Value) -> Result<NewUser> {
    let mut user = NewUser::new(given["email"].as_str().unwrap_or_default());
    for (key, value) in given.as_object().unwrap() {
        user = match key.as_str() {
            "id" => user.id(text(value).parse()?),
            "username" => user.username(text(value)),
            "given_name" => user.given_name(text(value)),
            "family_name" => user.family_name(text(value)),
            "active" => user.active(value == true),
            "admin" => user.admin(value == true),
            "created_at" => user.created_at(text(value).parse()?),
            "attributes" => {
                let attributes = value.as_object().unwrap();
                attributes.iter().fold(user, |user, (name, value)| {
                    user.attribute(name, text(value))
                })
            }
            "external_ids" => {
                let ids = value.as_object().unwrap();
                ids.iter()
                    .fold(user, |user, (by, id)| user.external_id(by, text(id)))
            }
            "email" | "op" => user,
            unknown => panic!("no user has the field {unknown}"),
        };
    }
    Ok(user)
}

fn user_update(given: &Value) -> UserUpdate {
    let mut update = UserUpdate::new();
    for (key, value) in given.as_object().unwrap() {
        update = match key.as_str() {
            "email" => update.email(text(value)),
            "username" => update.username(value.as_str()),
            "given_name" => update.given_name(value.as_str()),
            "family_name" => update.family_name(value.as_str()),
            "admin" => update.admin(value == true),
            "replace_attributes" => update.replace_attributes(value == true),
            "attributes" => {
                let attributes = value.as_object().unwrap();
                attributes.iter().fold(update, |update, (name, value)| {
                    update.attribute(name, value.as_str())
                })
            }
            "external_ids" => {
                let ids = value.as_object().unwrap();
                ids.iter().fold(update, |update, (by, id)| {
                    update.external_id(by, id.as_str())
                })
            }
            "user" | "op" | "if_version" => update,
            unknown => panic!("no update has the field {unknown}"),
        };
    }
    update
}

fn query(given: &Value) -> Result<UserQuery> {
    let mut query = UserQuery::new();
    for (key, value) in given.as_object().into_iter().flatten() {
        query = match key.as_str() {
            "active" => query.active(value.as_bool()),
            "admins" => query.admins(value.as_bool()),
            "member_of" => {
                let role = given["role"].as_str().map(str::parse).transpose()?;
                query.member_of(workspace_ref(value), role)
            }
            "email_prefix" => query.email_prefix(value.as_str()),
            "email_domain" => query.email_domain(value.as_str()),
            "username_prefix" => query.username_prefix(value.as_str()),
            "created_since" => query.created_since(moment(value)?),
            "changed_since" => query.changed_since(moment(value)?),
            "created_before" => query.created_before(moment(value)?),
            "changed_before" => query.changed_before(moment(value)?),
            "seen_since" => query.seen_since(moment(value)?),
            "seen_before" => query.seen_before(moment(value)?),
            "search" => query.search(value.as_str()),
            "attributes" => value
                .as_object()
                .unwrap()
                .iter()
                .fold(query, |query, (name, value)| {
                    query.attribute(name, value.as_str())
                }),
            "has_attributes" => {
                let names = value.as_array().unwrap();
                names
                    .iter()
                    .fold(query, |query, name| query.attribute(text(name), None))
            }
            "sort" => query.sort(match text(value).as_str() {
                "email" => Sort::Email,
                "username" => Sort::Username,
                "created" => Sort::Created,
                unknown => panic!("no order is named {unknown}"),
            }),
            "descending" => query.descending(value == true),
            "limit" => query.limit(usize::try_from(number(value)).unwrap()),
            "after" => query.after(value.as_str()),
            "role" => query,
            unknown => panic!("no query has the field {unknown}"),
        };
    }
    Ok(query)
}

fn moment(given: &Value) -> Result<Timestamp> {
    text(given).parse()
}

fn new_workspace(given: &Value) -> NewWorkspace {
    let ids = given["external_ids"].as_object().into_iter().flatten();
    let workspace = ids.fold(NewWorkspace::new(text(&given["name"])), |new, (by, id)| {
        new.external_id(by, text(id))
    });
    match given["owner"].as_str() {
        Some(owner) => workspace.owner(owner),
        None => workspace,
    }
}

fn user(given: &Value) -> UserRef {
    given["user"].as_str().unwrap().into()
}

fn workspace(given: &Value) -> WorkspaceRef {
    workspace_ref(&given["workspace"])
}

fn workspace_ref(value: &Value) -> WorkspaceRef {
    match value.as_u64() {
        Some(id) => WorkspaceId::from_u64(id).into(),
        None => value.as_str().unwrap().into(),
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what the calls return is mapped with it"
)]
fn person(user: Arc<User>) -> Value {
    json(&*user)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text).collect()
}

fn perhaps(user: Option<Arc<User>>) -> Value {
    user.map_or(Value::Null, person)
}

fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn shown_applied(applied: &headcount::Applied) -> Value {
    let outcomes = applied.outcomes.iter().map(|outcome| {
        let subject = match outcome.subject {
            Subject::User(id) => json!({ "user": id }),
            Subject::Workspace(id) => json!({ "workspace": id }),
            Subject::Member(workspace, user) => json!({ "workspace": workspace, "user": user }),
            _ => json!("license"),
        };
        json!({ "subject": subject, "changed": outcome.changed, "version": outcome.version })
    });
    json!({ "sequence": applied.sequence, "replayed": applied.replayed, "outcomes": outcomes.collect::<Vec<_>>() })
}

/// An error with its numbers.
pub fn shown_error(error: &Error) -> Value {
    let mut shown = match error.kind() {
        ErrorKind::NoFreeSeat {
            limit,
            active,
            requested,
        } => {
            json!({ "limit": limit, "active": active, "requested": requested })
        }
        ErrorKind::Conflict { expected, found } => json!({ "expected": expected, "found": found }),
        ErrorKind::HistoryTrimmed { resume_after } => json!({ "resume_after": resume_after }),
        ErrorKind::ChangeNotYet { latest } => json!({ "latest": latest }),
        _ => json!({}),
    };
    shown["kind"] = error.kind().name().into();
    shown["op_index"] = error.op_index().into();
    shown["message"] = error.to_string().into();
    shown
}
