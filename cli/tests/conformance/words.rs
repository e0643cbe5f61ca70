//! Command lines: the verbs of calls, and arguments of the script as options.

use serde_json::{Value, json};

/// Calls that are one verb each: its words, where `{key}` is that argument, and behind `>` the part
/// of the document that the call returns.
pub const VERBS: &str = "
activate_user = users activate -- {user} > user
deactivate_user = users deactivate -- {user} > user
delete_user = users delete --yes -- {user} > deleted
user = users get -- {user} > user
user_by_id = users get -- {id} > user
user_by_email = users get -- {email} > user
user_by_username = users get --username={username} > user
users = users list > users
len = users list --count > count
seats = license show > seats
set_license = license set {license} > seats
workspace = workspaces get -- {workspace} > workspace
workspaces = workspaces list --all > workspaces
default_workspace = workspaces default -- {user} > workspace
rename_workspace = workspaces rename -- {workspace} {name} > workspace
archive_workspace = workspaces archive -- {workspace} > workspace
restore_workspace = workspaces restore -- {workspace} > workspace
delete_workspace = workspaces delete --yes -- {workspace} > deleted
add_member = workspaces add --role={role} -- {workspace} {user}
set_role = workspaces set-role -- {workspace} {user} {role}
remove_member = workspaces remove -- {workspace} {user}
changes = changes --after={after} > changes
trim_changes = changes --yes --trim-before={before} > trimmed
verify = verify > verified
stats = stats > stats
export = export --output={path} > exported
load = import {path} > records
backup = backup {path} > backup
";

/// The same of calls on a file that is not in use.
pub const VERBS_OF_FILES: &str = "
compact = compact > compacted
restore = restore {backup} > restored
";

/// The words of a call and the part that it returns; nothing for all of it.
pub fn verb(verbs: &'static str, call: &str) -> Option<(Vec<&'static str>, &'static str)> {
    let rows = verbs.lines().filter_map(|line| line.split_once(" = "));
    let (_, row) = rows.into_iter().find(|(name, _)| *name == call)?;
    let (words, part) = row.split_once(" > ").unwrap_or((row, ""));
    Some((words.split(' ').collect(), part))
}

/// The words of a verb, with the arguments in their places and `--force` for `overwrite`.
pub fn filled(words: &[&str], given: &Value) -> Vec<String> {
    let filled = words.iter().map(|word| match word.split_once('{') {
        None => (*word).to_owned(),
        Some((before, key)) => {
            let key = key.trim_end_matches('}');
            let value = &given[key];
            let told = if key == "workspace" {
                workspace(value)
            } else {
                text(value)
            };
            format!("{before}{told}")
        }
    });
    let force = (given["overwrite"] == true).then(|| "--force".to_owned());
    filled.chain(force).collect()
}

/// A field as options on the command line; `None` if there are none.
pub fn flags_of(key: &str, value: &Value, is_update: bool) -> Option<Vec<String>> {
    let flag = format!("--{}", key.replace('_', "-"));
    // No argument of a process can have a NUL.
    if value.to_string().contains("\\u0000") {
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
        ("attributes", _) => pairs(value, |name, value| match value {
            Value::Null => format!("--remove-attribute={name}"),
            value => format!("--attribute={name}={}", text(value)),
        })?,
        ("external_ids", _) => pairs(value, |provisioner, id| {
            format!(
                "--external-id={provisioner}={}",
                id.as_str().unwrap_or_default()
            )
        })?,
        ("created_at" | "replace_attributes", _) => return None,
        (_, Value::Null) => vec![format!("{flag}=")],
        _ => vec![format!("{flag}={}", text(value))],
    })
}

fn pairs(of: &Value, flag: impl Fn(&str, &Value) -> String) -> Option<Vec<String>> {
    let pairs = of.as_object()?.iter();
    Some(pairs.map(|(name, value)| flag(name, value)).collect())
}

/// The command line of a query.
pub fn list(given: &Value) -> Vec<String> {
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

/// A workspace as the command line has it: a name, or an id.
fn workspace(value: &Value) -> String {
    match value.as_u64() {
        Some(id) => format!("id:{id}"),
        None => text(value),
    }
}

/// A text, or a number as one.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
