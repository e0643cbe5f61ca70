//! Decides which server a command works through, if any, and which commands can't use one.

use std::env;

use headcount::quoted;

use crate::args::{self, Args, Command, RemoteArgs};
use crate::directory::Address;
use crate::failure::{Failure, Result};

use super::input;

/// The server through which the command works: `None` for one that works on a file.
pub(super) fn of(args: &Args) -> Result<Option<Address>> {
    let remote = &args.remote;
    if matches!(
        args.command,
        Command::Completions { .. } | Command::Man { .. }
    ) {
        return Ok(None);
    }
    let url = match &remote.server {
        Some(url) => Some(url.clone()),
        None if args.names_a_file() => None,
        None => variable("HEADCOUNT_SERVER"),
    };
    let Some(url) = url else {
        refuse_without_server(remote)?;
        return Ok(None);
    };
    if args::url(&url).is_err() {
        let named = match url.as_str() {
            "" => "--server names no address".to_owned(),
            url => format!("{} is not the address of a server", quoted(url)),
        };
        let cure = "write it as https://users.example.com, or leave it out to work on the file";
        return Err(Failure::refused("usage", format!("{named}; {cure}")));
    }
    if let Some(command) = needs_file(&args.command) {
        return Err(Failure::refused(
            "needs_file",
            format!(
                "`headcount {command}` needs the directory's file and can't go through the server \
                 {url}: name the file with --db, and leave --server and HEADCOUNT_SERVER out"
            ),
        ));
    }
    if args.actor.is_some() {
        return Err(Failure::refused(
            "usage",
            "through a server, the key identifies the actor; leave --actor out and use a key of that user",
        ));
    }
    let key = match (&remote.key, &remote.key_file) {
        (Some(key), _) => Some(key.0.clone()),
        (None, Some(file)) => {
            let bytes = input::read(file, input::SECRET)?;
            Some(String::from_utf8_lossy(&bytes).trim().to_owned())
        }
        (None, None) => variable("HEADCOUNT_KEY"),
    };
    let key = key.ok_or_else(|| {
        Failure::refused(
            "usage",
            "the server needs a key: give it with --key-file FILE, or set HEADCOUNT_KEY; \
             `headcount keys create` makes one",
        )
    })?;
    Ok(Some(Address {
        url,
        key,
        ca_file: remote.ca_file.clone(),
    }))
}

/// Refuses options for a server if none is named: the command would work on a file
/// instead.
fn refuse_without_server(remote: &RemoteArgs) -> Result<()> {
    let options = [
        ("--key-file", remote.key_file.is_some()),
        ("--key", remote.key.is_some()),
        ("--ca-file", remote.ca_file.is_some()),
    ];
    match options.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::refused(
            "usage",
            format!(
                "{option} is for a server, and none is named: use --server URL or \
                 HEADCOUNT_SERVER, or leave {option} out to work on the file"
            ),
        )),
    }
}

/// The variable of the environment; an empty one counts as missing.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The command's name, if it needs the file itself.
fn needs_file(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Backup(_) => "backup",
        Command::Restore(_) => "restore",
        Command::Compact => "compact",
        Command::Doctor => "doctor",
        Command::Bench(_) => "bench",
        Command::Verify(_) => "verify",
        Command::Repair(_) => "repair",
        Command::Serve(_) => "serve",
        Command::Changes(changes) if changes.trim_before.is_some() => "changes --trim-before",
        _ => return None,
    })
}
