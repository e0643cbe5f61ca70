//! Changes several users in one batch: all of them, or none.

mod guard;

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use headcount::{Applied, Batch, Op, Step, Subject, User, UserRef, UserUpdate, quoted};
use serde_json::json;

pub(super) use self::guard::refuse_changed;
use super::culprits::{blame, culprits};
use super::filter::{each, query_of};
use super::seats_after::seats_after;
use super::{input, note_effect, refusal};
use crate::args::{self, SelectionArgs};
use crate::directory::Directory;
use crate::failure::{Failure, Result};
use crate::import::encoding::{decode_unicode, lines, refuse_second_mark};
use crate::import::json::{Strict, problem_in_line};
use crate::output::{Table, count, write_json};
use crate::ownerless::Ownerless;

/// Maximum names that a message lists.
const NAMED_MAX: usize = 20;

/// The change to users.
pub(super) enum Verb {
    Activate,
    Deactivate,
    Delete,
    Update(Box<UserUpdate>),
}

impl Verb {
    pub(super) fn op(&self, user: impl Into<UserRef>) -> Op {
        match self {
            Self::Activate => Op::ActivateUser(user.into()),
            Self::Deactivate => Op::DeactivateUser(user.into()),
            Self::Delete => Op::DeleteUser(user.into()),
            Self::Update(update) => Op::UpdateUser(user.into(), (**update).clone()),
        }
    }

    fn done(&self) -> &'static str {
        match self {
            Self::Activate => "activated",
            Self::Deactivate => "deactivated",
            Self::Delete => "deleted",
            Self::Update(_) => "updated",
        }
    }

    /// The words for a user whom the change leaves unchanged.
    fn unchanged(&self) -> &'static str {
        match self {
            Self::Activate => "active already",
            Self::Update(_) => "like that already",
            _ => "inactive already",
        }
    }
}

/// The users that were named: one alone, or a list that can be empty.
pub(super) enum Named {
    One(String),
    Many(Vec<String>),
    Filter,
}

/// Reads the names, before the directory is opened.
pub(super) fn named(args: &SelectionArgs) -> Result<Named> {
    let is_named = !args.users.is_empty() || args.from.is_some();
    if is_named != args.filter.is_empty() {
        return Err(Failure::refused(
            "usage",
            if is_named {
                "name users or give conditions, not both"
            } else {
                "name a user, or give a condition such as --domain old.example; see --help"
            },
        ));
    }
    if !is_named {
        return Ok(Named::Filter);
    }
    if let (None, [user]) = (&args.from, &*args.users)
        && user != "-"
        && !args.dry_run
    {
        return Ok(Named::One(user.clone()));
    }
    let mut names = Vec::new();
    for user in &args.users {
        if user == "-" {
            read_names(Path::new("-"), &mut names)?;
        } else {
            names.push(user.clone());
        }
    }
    if let Some(file) = &args.from {
        read_names(file, &mut names)?;
    }
    Ok(Named::Many(names))
}

/// Reads a name from each line; a line may be a user as JSON too.
fn read_names(file: &Path, names: &mut Vec<String>) -> Result<()> {
    let bytes = input::read(file, input::NAMES)?;
    let file = input::name_of(file);
    let refused = |message| Failure::refused("unreadable_file", message);
    let text = decode_unicode(&bytes)
        .and_then(|text| refuse_second_mark(&text).map(|()| text))
        .map_err(|problem| refused(format!("can't read {file}: {problem}")))?;
    for (number, line) in (1..).zip(lines(&text)) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let name = if line.starts_with('{') {
            name_of_user(line)
                .map_err(|problem| refused(format!("line {number} of {file}: {problem}")))?
        } else {
            line.to_owned()
        };
        names.push(name);
    }
    Ok(())
}

/// The name of a user that is given as JSON: the id, or else the email, or else the username.
fn name_of_user(json: &str) -> Result<String, String> {
    let Strict(user) = serde_json::from_str(json).map_err(|error| {
        let cure = if error.is_data() {
            ""
        } else {
            "; write one user a line"
        };
        problem_in_line(&error) + cure
    })?;
    let name = ["id", "email", "username"]
        .iter()
        .find_map(|field| user[field].as_str());
    name.map(str::to_owned)
        .ok_or_else(|| "it has no id, email or username".to_owned())
}

/// The users who are named, each once; the error names all who don't exist.
pub(super) fn find(
    directory: &Directory,
    args: &SelectionArgs,
    who: &Named,
) -> Result<Vec<Arc<User>>> {
    let mut users = Vec::new();
    let mut seen = HashSet::new();
    let names = match who {
        Named::Filter => {
            each(directory, &query_of(directory, &args.filter)?, |user| {
                users.push(user);
                Ok(true)
            })?;
            return Ok(users);
        }
        Named::One(name) => std::slice::from_ref(name),
        Named::Many(names) => names,
    };
    let mut missing = Vec::new();
    for name in names {
        match directory.user(name)? {
            Some(user) if seen.insert(user.id()) => users.push(user),
            Some(_) => {}
            None => missing.push(name.as_str()),
        }
    }
    match &*missing {
        [] => Ok(users),
        [name] => {
            let told = format!("no user has {}", UserRef::from(*name));
            Err(super::not_found(&told).with("missing", json!(missing)))
        }
        many => Err(not_found(many)),
    }
}

fn not_found(missing: &[&str]) -> Failure {
    let mut shown: Vec<_> = missing
        .iter()
        .take(NAMED_MAX)
        .map(|name| quoted(name))
        .collect();
    if missing.len() > NAMED_MAX {
        shown.push(format!("and {} more", missing.len() - NAMED_MAX));
    }
    let told = format!(
        "no user has the id, email or username {}; nothing was changed",
        shown.join(", ")
    );
    Failure::refused("user_not_found", told)
        .with("missing", json!(missing))
        .with_help("list the users to see who is there")
}

/// How users are changed.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) dry_run: bool,
    pub(super) json: bool,
    /// Whether conditions chose them: one who has changed since may not meet them any more.
    pub(super) is_chosen: bool,
}

/// Applies the batch, or tries it, and reports on each user.
pub(super) fn change(
    directory: Directory,
    users: &[Arc<User>],
    verb: &Verb,
    allowed: Option<args::Ownerless>,
    how: How,
    out: &mut dyn Write,
) -> Result<()> {
    let How { dry_run, json, .. } = how;
    let applied = carry_out(&directory, users, verb, allowed, how)?;
    let ownerless = Ownerless::find(&directory, &applied.ownerless, json);
    let ops: Vec<_> = users.iter().map(|user| verb.op(user.id())).collect();
    let seats = seats_after(&directory, ops.iter(), &applied, dry_run)?;
    directory.close()?;
    let changed = applied.outcomes.iter().filter(|outcome| outcome.changed);
    let changed = changed.count();
    if json {
        let told: Vec<_> = outcomes(users, &applied)
            .map(|(user, changed)| {
                json!({ "id": user.id(), "email": user.email(), "changed": changed })
            })
            .collect();
        let mut document = json!({
            "dry_run": dry_run,
            "changed": changed,
            "users": told,
            "seats": seats,
        });
        ownerless.add_to(&mut document, dry_run);
        return write_json(out, &document);
    }
    let would = if dry_run {
        "dry run, nothing is written: would have "
    } else {
        ""
    };
    writeln!(out, "{would}{} {}", verb.done(), count(changed, "user"))?;
    if !users.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(["EMAIL", "USERNAME", "RESULT"], out);
        for (user, changed) in outcomes(users, &applied) {
            let result = if changed {
                verb.done()
            } else {
                verb.unchanged()
            };
            table.push([
                user.email().as_str().into(),
                user.username().into(),
                result.into(),
            ])?;
        }
        table.finish()?;
    }
    writeln!(out)?;
    ownerless.write(dry_run, out)?;
    let then = if dry_run { "then: " } else { "" };
    writeln!(out, "{then}{seats}")?;
    Ok(())
}

/// Applies the batch, or tries it. The refusal names the users who cause it.
fn carry_out(
    directory: &Directory,
    users: &[Arc<User>],
    verb: &Verb,
    allowed: Option<args::Ownerless>,
    how: How,
) -> Result<Applied> {
    let steps = || users.iter().map(|user| step(user, verb, how));
    let batch = || {
        let batch: Batch = steps().collect();
        match allowed {
            Some(allowed) => allowed.on(batch),
            None => batch,
        }
    };
    let tried = if how.dry_run {
        directory.dry_run(batch())
    } else {
        directory.apply(batch()).inspect(note_effect)
    };
    tried.map_err(|error| {
        if how.is_chosen && guard::is_of_change(&error) {
            let all = directory.preview(batch()).unwrap_or_default();
            return guard::changed_since(users, &[all, vec![error]].concat());
        }
        let steps: Vec<Step> = steps().collect();
        let behind = culprits(directory, &error, &steps).into_iter();
        let behind = behind.filter_map(|index| users.get(index)).map(|user| {
            let json = json!({ "id": user.id(), "email": user.email() });
            (user.email().to_string(), json)
        });
        let behind = behind.collect();
        let mut failure = refusal(error);
        blame(&mut failure, "users", behind);
        failure
    })
}

/// The change of a user, as long as they are as they were when conditions chose them.
fn step(user: &User, verb: &Verb, how: How) -> Step {
    let mut step = Step::from(verb.op(user.id()));
    step.if_version = how.is_chosen.then_some(user.version());
    step
}

/// Each user, and whether the batch changed them.
fn outcomes<'a>(
    users: &'a [Arc<User>],
    applied: &'a Applied,
) -> impl Iterator<Item = (&'a User, bool)> {
    users.iter().zip(&applied.outcomes).map(|(user, outcome)| {
        debug_assert_eq!(outcome.subject, Subject::User(user.id()));
        (&**user, outcome.changed)
    })
}
