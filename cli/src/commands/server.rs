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
    if let Some((command, why)) = needs_file(&args.command) {
        return Err(Failure::refused(
            "needs_file",
            format!(
                "`headcount {command}` can't go through the server {url}: {why}, and leave \
                 --server and HEADCOUNT_SERVER out"
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

/// The name of a command that needs the file itself; with why, and what to do instead.
fn needs_file(command: &Command) -> Option<(&'static str, &'static str)> {
    Some(match command {
        Command::Restore(_) => (
            "restore",
            "it replaces the directory's file; stop the server, name the file with --db",
        ),
        Command::Compact => (
            "compact",
            "it rewrites the directory's file; stop the server, name the file with --db",
        ),
        Command::Repair(_) => (
            "repair",
            "it changes the directory's file beneath the server; stop the server, name the file \
             with --db",
        ),
        Command::Doctor => (
            "doctor",
            "it checks the directory's file and the machine it is on (`headcount verify` checks \
             the contents through a server); run it on that machine, name the file with --db",
        ),
        Command::Bench(_) => (
            "bench",
            "it measures this machine, with a directory of its own; run it without a server",
        ),
        Command::Serve(_) => (
            "serve",
            "it is a server itself; name the directory's file with --db",
        ),
        _ => return None,
    })
}
