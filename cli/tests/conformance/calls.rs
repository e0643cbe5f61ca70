//! The calls of the script as command lines, and their output in the script's form.

use serde_json::{Map, Value, json};

use crate::session::{Answer, Session};
use crate::words::{VERBS, VERBS_OF_FILES, filled, flags_of, list, text, verb};

/// Calls that return null where the command finds nobody.
const LOOKUPS: [&str; 5] = [
    "user",
    "user_by_id",
    "user_by_email",
    "user_by_username",
    "workspace",
];

impl Session {
    pub fn call(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        if let Some(answer) = self.through_the_library(name, given) {
            return answer;
        }
        if let Some((words, part)) = verb(VERBS, name) {
            let answer = self.words(actor, &filled(&words, given));
            return or_null(LOOKUPS.contains(&name), part_of(answer, part));
        }
        if let Some((words, part)) = verb(VERBS_OF_FILES, name) {
            let words = filled(&words, given);
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            return part_of(self.on_file(&text(&given["path"]), &words), part);
        }
        match name {
            "create_user" | "update_user" => self.one_user(name, given, actor),
            "create_workspace" => self.create_workspace(given, actor),
            "set_workspace_external_id" => self.as_batch(name, given, actor),
            "user_by_external_id" => self.with_external_id("users", given),
            "workspace_by_external_id" => self.with_external_id("workspaces", given),
            "query" => self.words(None, &list(given)),
            "count" => {
                let mut words = list(given);
                words.retain(|word| !word.starts_with("--limit"));
                words.push("--count".to_owned());
                part_of(self.words(None, &words), "count")
            }
            "seat_history" => {
                let since = given["since"].as_str().unwrap_or("1970-01-01");
                part_of(
                    self.run(actor, &["seats", "--since", since], None),
                    "history",
                )
            }
            "members" => {
                let shown = self.words(
                    None,
                    &filled(&["workspaces", "get", "--", "{workspace}"], given),
                )?;
                Ok(with(
                    &shown["members"],
                    "workspace",
                    &shown["workspace"]["id"],
                ))
            }
            "workspaces_of" => {
                let shown = self.words(None, &filled(&["users", "get", "--", "{user}"], given))?;
                Ok(with(&shown["workspaces"], "user", &shown["user"]["id"]))
            }
            "apply" => self.batch(given, &[]),
            "dry_run" => self.batch(given, &["--dry-run"]),
            "preview" => match self.batch(given, &["--dry-run"]) {
                Ok(_) => Ok(json!([])),
                Err(error) => Ok(by_line(&error["refused"])),
            },
            "find_faults" => self.faults(given, &["verify"]),
            "plan_repair" => self.faults(given, &["repair", "--dry-run"]),
            "repair" => self.faults(given, &["repair", "--yes", "--aside={aside}"]),
            "stats_text" => {
                let told = self.tell(None, &["stats", "--format", "prometheus"], None);
                told.error.map_or_else(|| Ok(told.out.into()), Err)
            }
            unknown => {
                Err(json!({ "kind": "no_verb", "message": format!("no verb does {unknown}") }))
            }
        }
    }

    /// What the script asks in another form than the command takes, or of a server's file: the
    /// library answers.
    fn through_the_library(&self, name: &str, given: &Value) -> Option<Answer> {
        let told = |error: headcount::Error| json!(error);
        let answer = match (name, &self.served) {
            // The command refuses a time to come.
            ("seat_history", served) if text(&given["since"]).starts_with("9999-") => {
                let since: headcount::Timestamp = text(&given["since"]).parse().unwrap();
                let history = if let Some(served) = served {
                    served.directory.seat_history(since)
                } else {
                    let options = headcount::Directory::options().read_only(true);
                    let directory = options.open(self.path().join(self.file())).unwrap();
                    directory.seat_history(since)
                };
                history.map(|history| json!(history))
            }
            _ => return None,
        };
        Some(answer.map_err(told))
    }

    fn words(&self, actor: Option<&str>, words: &[String]) -> Answer {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        self.run(actor, &words, None)
    }

    /// A user or workspace of a list, by the id that a provisioner has for it.
    fn with_external_id(&self, of: &str, given: &Value) -> Answer {
        let all = (of == "workspaces").then_some("--all");
        let words: Vec<_> = [of, "list"].into_iter().chain(all).collect();
        let listed = self.run(None, &words, None)?;
        let provisioner = text(&given["provisioner"]);
        let is_it = |item: &&Value| item["external_ids"][&provisioner] == given["id"];
        let found = listed[of].as_array().unwrap().iter().find(is_it);
        Ok(found.cloned().unwrap_or_default())
    }

    /// What is wrong with a file, or was; a report comes with an error too.
    fn faults(&self, given: &Value, words: &[&str]) -> Answer {
        // The command lists at least one.
        let limit = given["limit"].as_u64().unwrap();
        let mut words = filled(words, given);
        words.push(format!("--limit={}", limit.max(1)));
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let told = match given["path"].as_str() {
            Some(path) => self.tell_of_file(path, &words),
            None => self.tell(None, &[&["--json"][..], &words].concat(), None),
        };
        let Ok(found) = serde_json::from_str::<Value>(&told.out) else {
            return Err(told.error.unwrap());
        };
        let mut listed = found["faults"].clone();
        listed
            .as_array_mut()
            .unwrap()
            .truncate(usize::try_from(limit).unwrap());
        Ok(json!({
            "total": found["faults_total"], "listed": listed,
            "set_aside": found["set_aside"], "seats_over": found["seats_over"],
        }))
    }
}

/// Creating and changing: by their verbs where the command line can say it.
impl Session {
    fn one_user(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
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
            return self.as_batch(name, given, actor);
        }
        words.append(&mut flags);
        words.push("--".to_owned());
        words.push(text(&given[if is_update { "user" } else { "email" }]));
        part_of(self.words(actor, &words), "user").map_err(of_the_only_operation)
    }

    fn create_workspace(&self, given: &Value, actor: Option<&str>) -> Answer {
        if given.get("external_ids").is_some() {
            return self.as_batch("create_workspace", given, actor);
        }
        let owner = given["owner"]
            .as_str()
            .map(|owner| format!("--owner={owner}"));
        let words = ["workspaces", "create"]
            .map(str::to_owned)
            .into_iter()
            .chain(owner);
        let words: Vec<_> = words
            .chain(["--".to_owned(), text(&given["name"])])
            .collect();
        part_of(self.words(actor, &words), "workspace")
    }

    /// A batch of one operation, for what no verb can say; returns what it concerned.
    fn as_batch(&self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        let mut operation = given.clone();
        operation["op"] = name.into();
        let batch = json!({ "operations": [operation], "actor": actor });
        let applied = self.batch(&batch, &[]).map_err(of_the_only_operation)?;
        let subject = &applied["outcomes"][0]["subject"];
        let kind = if subject.get("user").is_some() {
            "user"
        } else {
            "workspace"
        };
        self.call(kind, &json!({ kind: subject[kind] }), None)
    }

    fn batch(&self, given: &Value, more: &[&str]) -> Answer {
        let operations = given["operations"].as_array().unwrap().iter();
        let lines: Vec<_> = operations.map(Value::to_string).collect();
        let request_id = given["request_id"].as_str();
        let request_id = request_id.map(|id| format!("--request-id={id}"));
        let ownerless = (given["allow_ownerless"] == true).then_some("--allow-ownerless");
        let words = ["batch", "-"].iter().chain(more).copied();
        let words: Vec<_> = words
            .chain(request_id.as_deref())
            .chain(ownerless)
            .collect();
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
        // The command tells their names too, and leaves out an empty list.
        let ownerless = applied["ownerless"].as_array().into_iter().flatten();
        applied["ownerless"] = ownerless.map(|workspace| workspace["id"].clone()).collect();
        Ok(applied)
    }
}

/// A part of what the command told; all of it for none.
fn part_of(answer: Answer, part: &str) -> Answer {
    if part.is_empty() {
        return answer;
    }
    Ok(answer?[part].clone())
}

/// The command refuses a lookup where the library finds nobody.
fn or_null(is_lookup: bool, answer: Answer) -> Answer {
    match answer {
        Err(error) if is_lookup && text(&error["kind"]).ends_with("_not_found") => Ok(Value::Null),
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

/// The library says which operation was refused, also of the only one.
fn of_the_only_operation(mut error: Value) -> Value {
    error["op_index"] = 0.into();
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
