//! The calls of the script as command lines, and their output in the script's form.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use headcount::Directory;
use headcount_server::{Config, Holder, Scope};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::served::Served;

type Answer = Result<Value, Value>;

/// A folder with a directory's file in it, which a server may have open.
pub struct Session(TempDir, Option<Served>, Mutex<HashMap<String, String>>);

impl Session {
    /// Creates the file: the command creates one only for its first user.
    pub fn begin(open: &Value, through_server: bool) -> Self {
        let mut session = Self(tempfile::tempdir().unwrap(), None, Mutex::default());
        session.open(open);
        if through_server {
            let file = session.0.path().join("users.redb");
            let served = Served::start(&file, &Directory::options(), Config::default());
            session.1 = Some(served);
        }
        session
    }

    /// What names the directory, and whoever acts on it: through a server, a key of theirs.
    fn place(&self, actor: Option<&str>) -> Vec<String> {
        let Some(served) = &self.1 else {
            let actor = actor.map(|actor| format!("--actor={actor}"));
            return ["--db", "users.redb"]
                .map(str::to_owned)
                .into_iter()
                .chain(actor)
                .collect();
        };
        let mut keys = self.2.lock().unwrap();
        // One for each, since cursors are good for the key that listed.
        let key = keys.entry(actor.unwrap_or_default().to_owned());
        let key = key.or_insert_with(|| {
            let holder = match actor {
                Some(actor) => Holder::User(served.directory.user(actor).unwrap().unwrap().id()),
                None => Holder::Provisioner("test".to_owned()),
            };
            served.key(holder, Scope::Admin)
        });
        ["--server", &served.url, "--key", key]
            .map(str::to_owned)
            .into()
    }

    fn open(&self, open: &Value) {
        let options = match &open["license"] {
            Value::Null => Directory::options(),
            license => Directory::options().license_if_new(text(license).parse().unwrap()),
        };
        let file = self.0.path().join("users.redb");
        if fs::metadata(&file).is_ok() {
            return;
        }
        options.open(file).unwrap().close().unwrap();
    }

    fn path(&self, value: &Value) -> PathBuf {
        self.0.path().join(text(value))
    }

    /// The document that the command prints, or its error.
    fn run(&self, actor: Option<&str>, arguments: &[String], input: Option<&str>) -> Answer {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headcount"))
            .current_dir(self.0.path())
            .args(self.place(actor))
            .args(["--json", "--wait", "1m"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin
            .write_all(input.unwrap_or_default().as_bytes())
            .unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).unwrap());
        }
        let told = String::from_utf8(output.stderr).unwrap();
        let document: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"));
        let mut error = document["error"].clone();
        if error["kind"] == "usage" {
            error["kind"] = "invalid_argument".into();
        }
        if error["kind"] == "file_exists" {
            error["kind"] = "io".into();
        }
        Err(error)
    }

    /// What the library says of the seats.
    fn seat_history(&self, since: &str) -> Value {
        let since: headcount::Timestamp = since.parse().unwrap();
        let history = if let Some(served) = &self.1 {
            served.directory.seat_history(since)
        } else {
            let options = Directory::options().read_only(true);
            let directory = options.open(self.0.path().join("users.redb")).unwrap();
            directory.seat_history(since)
        };
        json!(history.unwrap())
    }

    fn line(&self, words: &[&str], actor: Option<&str>) -> Answer {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        self.run(actor, &words, None)
    }

    pub fn call(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        let (user, workspace) = (text(&given["user"]), workspace(&given["workspace"]));
        let line = |words: &[&str]| self.line(words, actor);
        let part = |words: &[&str], part: &str| Ok(line(words)?[part].clone());
        match name {
            "activate_user" => part(&["users", "activate", "--", &user], "user"),
            "deactivate_user" => part(&["users", "deactivate", "--", &user], "user"),
            "delete_user" => part(&["users", "delete", "--yes", "--", &user], "deleted"),
            "user" => or_null(part(&["users", "get", "--", &user], "user")),
            "user_by_id" => or_null(part(&["users", "get", "--", &text(&given["id"])], "user")),
            "user_by_email" => or_null(part(
                &["users", "get", "--", &text(&given["email"])],
                "user",
            )),
            "user_by_username" => {
                let username = format!("--username={}", text(&given["username"]));
                or_null(part(&["users", "get", &username], "user"))
            }
            "users" => part(&["users", "list"], "users"),
            "query" => self.run(None, &list(given), None),
            "count" => {
                let mut line = list(given);
                line.retain(|word| !word.starts_with("--limit"));
                line.push("--count".to_owned());
                Ok(self.run(None, &line, None)?["count"].clone())
            }
            "len" => part(&["users", "list", "--count"], "count"),
            "seats" => part(&["license", "show"], "seats"),
            "seat_history" => {
                let since = given["since"].as_str().unwrap_or("1970-01-01");
                let told = part(&["seats", "--since", since], "history");
                match told {
                    // The library takes a time to come, and the command refuses it.
                    Err(error) if text(&error["message"]).contains("is in the future") => {
                        Ok(self.seat_history(since))
                    }
                    told => told,
                }
            }
            "set_license" => part(&["license", "set", &text(&given["license"])], "seats"),
            "workspace" => or_null(part(&["workspaces", "get", "--", &workspace], "workspace")),
            "workspaces" => part(&["workspaces", "list", "--all"], "workspaces"),
            "default_workspace" => part(&["workspaces", "default", "--", &user], "workspace"),
            "create_workspace" => {
                let owner = text(&given["owner"]);
                let mut words = vec!["workspaces", "create"];
                if given["owner"].is_string() {
                    words.extend(["--owner", &owner]);
                }
                let name = text(&given["name"]);
                words.extend(["--", &name]);
                part(&words, "workspace")
            }
            "rename_workspace" => {
                let name = text(&given["name"]);
                part(
                    &["workspaces", "rename", "--", &workspace, &name],
                    "workspace",
                )
            }
            "archive_workspace" => part(&["workspaces", "archive", "--", &workspace], "workspace"),
            "restore_workspace" => part(&["workspaces", "restore", "--", &workspace], "workspace"),
            "delete_workspace" => part(
                &["workspaces", "delete", "--yes", "--", &workspace],
                "deleted",
            ),
            "members" => {
                let shown = line(&["workspaces", "get", "--", &workspace])?;
                Ok(with(
                    &shown["members"],
                    "workspace",
                    &shown["workspace"]["id"],
                ))
            }
            "workspaces_of" => {
                let shown = line(&["users", "get", "--", &user])?;
                Ok(with(&shown["workspaces"], "user", &shown["user"]["id"]))
            }
            "add_member" | "set_role" => {
                let verb = if name == "set_role" {
                    "set-role"
                } else {
                    "add"
                };
                self.member(verb, [&workspace, &user], &text(&given["role"]), actor)
            }
            "remove_member" => line(&["workspaces", "remove", "--", &workspace, &user]),
            _ => self.call_on_all(name, given, actor),
        }
    }

    /// The calls that are about the file or its history, and batches.
    fn call_on_all(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        let part = |words: &[&str], part: &str| Ok(self.line(words, actor)?[part].clone());
        match name {
            "create_user" | "update_user" => self.one(name, given, actor),
            "apply" => self.batch(given, &[]),
            "dry_run" => self.batch(given, &["--dry-run"]),
            "preview" => match self.batch(given, &["--dry-run"]) {
                Ok(_) => Ok(json!([])),
                Err(error) => Ok(by_line(&error["refused"])),
            },
            "changes" => part(&["changes", "--after", &text(&given["after"])], "changes"),
            "trim_changes" if self.1.is_some() => {
                let before = given["before"].as_u64().unwrap();
                let trimmed = self.1.as_ref().unwrap().directory.trim_changes(before);
                trimmed.map(Value::from).map_err(|error| json!(error))
            }
            "verify" if self.1.is_some() => {
                let verified = self.1.as_ref().unwrap().directory.verify();
                verified
                    .map(|verified| json!(verified))
                    .map_err(|error| json!(error))
            }
            "trim_changes" => {
                let before = text(&given["before"]);
                part(&["changes", "--yes", "--trim-before", &before], "trimmed")
            }
            "verify" => part(&["verify"], "verified"),
            "stats" => part(&["stats"], "stats"),
            "backup" | "restore" => {
                let file = text(&given[if name == "backup" { "path" } else { "backup" }]);
                let force = (given["overwrite"] == true).then_some("--force");
                let words: Vec<_> = [name, &file].into_iter().chain(force).collect();
                let told = if name == "backup" { name } else { "restored" };
                part(&words, told)
            }
            "open" => {
                let file = self.path(&given["path"]);
                let is_there = fs::metadata(&file).is_ok_and(|metadata| metadata.len() > 0);
                if is_there {
                    return self.line(&["license", "show"], None);
                }
                self.open(given);
                Ok(Value::Null)
            }
            "close" => Ok(Value::Null),
            "write_file" => {
                fs::write(self.path(&given["path"]), text(&given["text"])).unwrap();
                Ok(Value::Null)
            }
            "exists" => Ok(self.path(&given["path"]).exists().into()),
            unknown => panic!("no call is named {unknown}"),
        }
    }
}

/// Creating and changing: by their verbs where the command line can say it.
impl Session {
    fn one(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        let mut words = vec!["users".to_owned(), name.replace("_user", "")];
        let is_update = name == "update_user";
        let mut flags = Vec::new();
        let is_sayable = given.as_object().unwrap().iter().all(|(key, value)| {
            let flag = flags_of(key, value, is_update);
            flags.extend(flag.iter().flatten().cloned());
            flag.is_some()
        });
        // The command refuses an update of nothing.
        let is_empty = flags.iter().all(|flag| flag.starts_with("--if-version="));
        if !is_sayable || (is_update && is_empty) {
            let mut operation = given.clone();
            operation["op"] = name.into();
            let mut batch = json!({ "operations": [operation] });
            batch["actor"] = actor.into();
            let mut applied = self.batch(&batch, &[]).map_err(without_place)?;
            let id = applied["outcomes"][0]["subject"]["user"].take();
            return self.call("user", &json!({ "user": id }), None);
        }
        words.append(&mut flags);
        words.push("--".to_owned());
        words.push(text(&given[if is_update { "user" } else { "email" }]));
        Ok(self.run(actor, &words, None)?["user"].clone())
    }

    fn member(&self, verb: &str, who: [&str; 2], role: &str, actor: Option<&str>) -> Answer {
        let [workspace, user] = who;
        let words = if verb == "add" {
            vec!["workspaces", verb, "--role", role, "--", workspace, user]
        } else {
            vec!["workspaces", verb, "--", workspace, user, role]
        };
        self.line(&words, actor)
    }

    fn batch(&self, given: &Value, more: &[&str]) -> Answer {
        let operations = given["operations"].as_array().unwrap().iter();
        let lines: Vec<_> = operations.map(Value::to_string).collect();
        let mut words: Vec<_> = ["batch", "-"]
            .iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect();
        if given["request_id"].is_string() {
            words.push(format!("--request-id={}", text(&given["request_id"])));
        }
        if given["allow_ownerless"] == true {
            words.push("--allow-ownerless".to_owned());
        }
        let mut applied = self
            .run(given["actor"].as_str(), &words, Some(&lines.join("\n")))
            .map_err(|mut error| {
                error["op_index"] = op_index(&error["line"]);
                error
            })?;
        for outcome in applied["outcomes"].as_array_mut().unwrap() {
            let mut subject = Map::new();
            for part in ["workspace", "user"] {
                if outcome.get(part).is_some() {
                    subject.insert(part.to_owned(), outcome[part].clone());
                }
            }
            let is_license = outcome["op"] == "set_license";
            outcome["subject"] = if is_license {
                json!("license")
            } else {
                subject.into()
            };
        }
        Ok(applied)
    }
}

/// A field as an option on the command line; `None` if there is none.
fn flags_of(key: &str, value: &Value, is_update: bool) -> Option<Vec<String>> {
    let flag = format!("--{}", key.replace('_', "-"));
    if text(value).contains('\0') {
        return None;
    }
    Some(match (key, value) {
        ("user", _) => Vec::new(),
        ("email", _) if !is_update => Vec::new(),
        ("active", _) => (value == false)
            .then(|| "--inactive".to_owned())
            .into_iter()
            .collect(),
        ("admin", _) if !is_update => (value == true).then_some(flag).into_iter().collect(),
        ("username", Value::Null) => vec!["--username-from-email".to_owned()],
        ("attributes", _) => {
            let all = value.as_object()?.iter();
            all.map(|(name, value)| match value {
                Value::Null => format!("--remove-attribute={name}"),
                value => format!("--attribute={name}={}", text(value)),
            })
            .collect()
        }
        ("created_at" | "replace_attributes", _) => return None,
        (_, Value::Null) => vec![format!("{flag}=")],
        _ => vec![format!("{flag}={}", text(value))],
    })
}

/// The command line of a query.
fn list(given: &Value) -> Vec<String> {
    let mut words = vec!["users".to_owned(), "list".to_owned()];
    let limit = given.get("limit").cloned().unwrap_or(json!(100));
    for (key, value) in given.as_object().into_iter().flatten() {
        words.push(match (key.as_str(), value) {
            ("limit", _) => continue,
            ("attributes", _) => {
                let attributes = value.as_object().unwrap().iter();
                words.extend(
                    attributes.map(|(name, value)| format!("--attribute={name}={}", text(value))),
                );
                continue;
            }
            ("has_attributes", _) => {
                let names = value.as_array().unwrap().iter();
                words.extend(names.map(|name| format!("--attribute={}", text(name))));
                continue;
            }
            ("active", Value::Bool(false)) => "--inactive".to_owned(),
            ("admins", _) => "--admin".to_owned(),
            ("member_of", workspace_name) => format!("--workspace={}", workspace(workspace_name)),
            // The command refuses times to come, before which everybody was changed.
            ("changed_before", _) if text(value).starts_with("9999-") => {
                "--changed-before=0s".to_owned()
            }
            ("email_domain", _) => format!("--domain={}", text(value)),
            (key, Value::Bool(true)) => format!("--{}", key.replace('_', "-")),
            (key, value) => format!("--{}={}", key.replace('_', "-"), text(value)),
        });
    }
    // Without one the command lists all.
    words.push(format!("--limit={limit}"));
    words
}

/// Nobody is there: the command refuses what the library has no user for.
fn or_null(answer: Answer) -> Answer {
    match answer {
        Err(error) if text(&error["kind"]).ends_with("_not_found") => Ok(Value::Null),
        answer => answer,
    }
}

/// The errors of a batch, by operation instead of line.
fn by_line(refused: &Value) -> Value {
    let told = refused.as_array().unwrap().iter();
    told.map(|error| json!({ "kind": error["kind"], "op_index": op_index(&error["line"]) }))
        .collect()
}

fn op_index(line: &Value) -> Value {
    line.as_u64().map(|line| line - 1).into()
}

fn without_place(mut error: Value) -> Value {
    error["op_index"] = Value::Null;
    error
}

/// Each item of a list with what all of them have.
fn with(list: &Value, key: &str, value: &Value) -> Value {
    let mut list = list.clone();
    for item in list.as_array_mut().unwrap() {
        item[key] = value.clone();
    }
    list
}

/// A workspace as the command line has it: a name, or an id.
fn workspace(value: &Value) -> String {
    match value.as_u64() {
        Some(id) => format!("id:{id}"),
        None => text(value),
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
