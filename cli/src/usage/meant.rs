//! What may have been meant by a command line that makes no sense.

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::Args;
use crate::nearest::{is_near, nearest};

/// Commands that a tip names.
const NAMED_MAX: usize = 3;

/// Words that other programs have for commands, in the group where they are typed.
const OF_GROUPS: [(&str, &[&str], &str); 5] = [
    (
        "keys",
        &["delete", "remove", "rm", "del", "destroy"],
        "keys revoke",
    ),
    ("keys", &["add", "new", "make"], "keys create"),
    ("license", &["get", "list", "ls"], "license show"),
    (
        "license",
        &["install", "update", "change", "create", "add"],
        "license set",
    ),
    (
        "workspaces",
        &["leave", "kick", "expel"],
        "workspaces remove",
    ),
];

/// Words that other programs have for commands, wherever they are typed.
const SYNONYMS: [(&[&str], &[&str]); 16] = [
    (&["version"], &["--version"]),
    (&["suspend", "block", "lock"], &["users deactivate"]),
    (
        &["unsuspend", "unblock", "unlock", "reactivate"],
        &["users activate"],
    ),
    (
        &["new", "invite", "register"],
        &["users create", "workspaces create"],
    ),
    (&["edit", "modify", "set", "change"], &["users update"]),
    (
        &["destroy", "del", "erase"],
        &["users delete", "workspaces delete"],
    ),
    (&["find", "query", "grep"], &["search", "users list"]),
    (&["log", "history", "audit", "watch"], &["changes"]),
    (&["status", "info"], &["stats", "doctor"]),
    (&["check", "fsck", "validate"], &["verify", "doctor"]),
    (&["dump"], &["export", "backup"]),
    (&["revert", "rollback"], &["undo"]),
    (&["fix", "recover"], &["repair", "restore"]),
    (&["vacuum", "shrink"], &["compact"]),
    (&["start", "server", "run"], &["serve"]),
    (
        &["promote", "demote"],
        &["users update", "workspaces set-role"],
    ),
];

/// Puts what may have been meant into the error, where this program knows better than its
/// parser, and returns all that is suggested.
pub(super) fn correct(error: &mut clap::Error) -> Vec<String> {
    drop_distant(error);
    if let Some(word) = unknown_command(error) {
        let is_near_one = error.get(ContextKind::SuggestedSubcommand).is_some();
        let mut commands = commands_called(&word, &group(error));
        if commands.is_empty() && !is_near_one {
            commands.extend(nearest_command(&word));
        }
        if !commands.is_empty() {
            error.remove(ContextKind::SuggestedSubcommand);
            let tip = tip(&commands);
            error.insert(
                ContextKind::Suggested,
                ContextValue::StyledStrs(vec![StyledStr::from(tip)]),
            );
            return commands;
        }
    }
    let kinds = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    let suggested = kinds.into_iter().filter_map(|kind| error.get(kind));
    let mut all: Vec<String> = suggested.flat_map(texts).collect();
    all.extend(in_sentence(&error.to_string()));
    all
}

/// Drops suggestions of the parser's that nobody can have meant: it takes distant words for near
/// ones.
fn drop_distant(error: &mut clap::Error) {
    for (given, suggested) in [
        (
            ContextKind::InvalidSubcommand,
            ContextKind::SuggestedSubcommand,
        ),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let (Some(ContextValue::String(given)), Some(all)) =
            (error.get(given), error.get(suggested))
        else {
            continue;
        };
        let given = given.to_lowercase();
        let bare = |name: &str| name.trim_start_matches('-').to_owned();
        let mut near = texts(all);
        near.retain(|one| is_near(&bare(&given), &bare(one)));
        if near.is_empty() {
            error.remove(suggested);
        } else if matches!(all, ContextValue::Strings(_)) {
            near.reverse();
            error.insert(suggested, ContextValue::Strings(near));
        }
    }
    // An empty list of other tips leaves an empty line.
    if matches!(error.get(ContextKind::Suggested), Some(ContextValue::StyledStrs(tips)) if tips.is_empty())
    {
        error.remove(ContextKind::Suggested);
    }
}

/// What was given where the name of a command has to be.
fn unknown_command(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) => Some(word.to_lowercase()),
        _ => None,
    }
}

/// The group of commands in which it was, such as `users`; empty for none.
fn group(error: &clap::Error) -> String {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return String::new();
    };
    let usage = usage.to_string();
    let words = usage.split_whitespace();
    let words = words.skip_while(|word| *word != "headcount").skip(1);
    let words = words.take_while(|word| !word.starts_with(['[', '<']));
    words.collect::<Vec<_>>().join(" ")
}

fn tip(commands: &[String]) -> String {
    let quoted: Vec<_> = { commands.iter() }
        .map(|command| format!("`headcount {command}`"))
        .collect();
    let all = match &*quoted {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        quoted => quoted.concat(),
    };
    format!("did you mean {all}?")
}

/// The commands that are called `word`, or that other programs call so; those of the group if there
/// are any.
fn commands_called(word: &str, group: &str) -> Vec<String> {
    let mut of_group = OF_GROUPS.iter();
    if let Some((_, _, command)) =
        of_group.find(|(of, words, _)| *of == group && words.contains(&word))
    {
        return vec![(*command).to_owned()];
    }
    let mut found: Vec<String> = all_commands()
        .into_iter()
        .filter(|command| last_word(command) == word)
        .collect();
    if found.is_empty() {
        let called = SYNONYMS.iter().find(|(words, _)| words.contains(&word));
        found.extend(
            called
                .iter()
                .flat_map(|(_, commands)| *commands)
                .map(|one| (*one).to_owned()),
        );
    }
    let is_of_group = |command: &String| command.split(' ').next() == Some(group);
    if found.iter().any(is_of_group) {
        found.retain(is_of_group);
    }
    found.truncate(NAMED_MAX);
    found
}

/// The command of a group whose name is nearest to `word`.
fn nearest_command(word: &str) -> Option<String> {
    let all = all_commands();
    let near = nearest(word, all.iter().map(|command| last_word(command)))?;
    all.iter()
        .find(|command| last_word(command) == near)
        .cloned()
}

/// The name of a command in its group.
fn last_word(command: &str) -> &str {
    command.rsplit(' ').next().unwrap_or(command)
}

/// All commands by all their names, such as `users disable`.
fn all_commands() -> Vec<String> {
    let root = Args::command();
    let mut all = Vec::new();
    for one in root.get_subcommands() {
        let name = one.get_name();
        if !one.has_subcommands() {
            all.push(name.to_owned());
        }
        for below in one.get_subcommands() {
            let names = below.get_name_and_visible_aliases().into_iter();
            all.extend(names.map(|below| format!("{name} {below}")));
        }
    }
    all
}

fn texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        // The nearest is the last.
        ContextValue::Strings(texts) => texts.iter().rev().cloned().collect(),
        _ => Vec::new(),
    }
}

/// What the refusal of a value asks about.
fn in_sentence(message: &str) -> Option<String> {
    let (_, behind) = message.split_once("did you mean ")?;
    let (meant, _) = behind.split_once('?')?;
    Some(meant.to_owned())
}
