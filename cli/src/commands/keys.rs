//! `headcount keys`: the keys of the server, in the directory's own file, or through the server
//! that has it open.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use headcount::{Timestamp, UserId, quoted};
use headcount_server::{Author, Holder, Key, KeyError, Keys, NewKey, RevokedKey};
use serde_json::json;

use super::{DOOR, Store};
use crate::args::{CreateKeyArgs, KeysCommand};
use crate::directory::{Directory, Remote};
use crate::failure::{Failure, Result, took_effect};
use crate::output::{Table, safe, write_json};
use crate::wrap;

pub(super) fn run(
    store: &Store<'_>,
    command: &KeysCommand,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    match command {
        KeysCommand::Create(args) => create(store, args, json, out),
        KeysCommand::List { revoked: false } => list(store, json, out),
        KeysCommand::List { revoked: true } => list_revoked(store, json, out),
        KeysCommand::Revoke { id } => revoke(store, id, json, out),
    }
}

/// The keys of a directory, wherever it is open.
enum KeyRing<'a> {
    Here(Keys),
    There(&'a Remote),
}

impl<'a> KeyRing<'a> {
    fn of(directory: &'a Directory) -> Result<Self> {
        Ok(match directory {
            Directory::Here(directory) => Self::Here(Keys::open(directory)?),
            Directory::There(remote) => Self::There(remote),
        })
    }

    /// Creates a key of this user, or of the provisioner that the arguments name, and returns it
    /// with its secret. Through a server, the creator is the holder of the request's key.
    fn create(
        &self,
        args: &CreateKeyArgs,
        user: Option<UserId>,
        creator: Option<UserId>,
    ) -> Result<(Key, String)> {
        let keys = match self {
            Self::Here(keys) => keys,
            Self::There(remote) => {
                let wanted = json!({
                    "name": args.name,
                    "user": user,
                    "provisioner": args.provisioner,
                    "scopes": args.scopes,
                    "expires_at": args.expires,
                });
                return Ok(remote.create_key(&wanted)?);
            }
        };
        let holder = match user {
            Some(user) => Holder::User(user),
            None => Holder::Provisioner(args.provisioner.clone().unwrap_or_default()),
        };
        let mut new = NewKey::new(&args.name, holder).author(author(creator));
        for scope in &args.scopes {
            new = new.scope(*scope);
        }
        if let Some(moment) = args.expires {
            new = new.expires_at(moment);
        }
        let (key, secret) = keys.create(new).map_err(refused)?;
        Ok((Key::clone(&key), secret.expose().to_owned()))
    }

    fn list(&self) -> Result<Vec<Key>> {
        Ok(match self {
            Self::Here(keys) => keys.list().iter().map(|key| Key::clone(key)).collect(),
            Self::There(remote) => remote.keys()?,
        })
    }

    fn revoked(&self) -> Result<Vec<RevokedKey>> {
        Ok(match self {
            Self::Here(keys) => {
                let keys = keys.revoked();
                keys.iter().map(|key| RevokedKey::clone(key)).collect()
            }
            Self::There(remote) => remote.revoked_keys()?,
        })
    }

    /// Revokes a key. Through a server, the actor is the holder of the request's key.
    fn revoke(&self, id: &str, actor: Option<UserId>) -> Result<()> {
        let is_revoked = match self {
            Self::Here(keys) => keys.revoke(id, author(actor))?,
            // Only a server of this program has a list of keys, and answers with 404 if one is not
            // in it.
            Self::There(remote) => {
                remote.keys()?.iter().any(|key| key.id == id) && remote.revoke_key(id)?
            }
        };
        if is_revoked {
            return Ok(());
        }
        Err(Failure::refused(
            "key_not_found",
            format!(
                "no key has the id {}; `headcount keys list` shows them",
                quoted(id)
            ),
        ))
    }
}

fn create(store: &Store<'_>, args: &CreateKeyArgs, json: bool, out: &mut dyn Write) -> Result<()> {
    // A new directory has no user who could own the key.
    let directory = match args.user {
        Some(_) => store.open_to_change()?,
        None => store.open_or_create()?,
    };
    let user = match &args.user {
        Some(name) => Some(directory.user(name)?.ok_or_else(|| {
            super::not_found(&format!(
                "{} is not a user's id, email or username",
                quoted(name)
            ))
        })?),
        None => None,
    };
    let keys = KeyRing::of(&directory)?;
    let creator = actor(store, &directory)?;
    let (key, secret) = keys.create(args, user.as_ref().map(|user| user.id()), creator)?;
    if let (Some(path), Some(user)) = (&args.credentials, &user) {
        let credentials = json!({
            "token": secret,
            "user_email": user.email(),
            "user_id": user.id(),
        });
        if let Err(failure) = write_secret(path, &credentials.to_string()) {
            // The key's secret was not delivered, so the key is revoked.
            keys.revoke(&key.id, creator)?;
            return Err(failure);
        }
    }
    let is_written = args.credentials.is_some();
    if is_written {
        took_effect();
    }
    let told = tell(&key, (!is_written).then_some(&secret), json, out);
    if told.is_err() && !is_written {
        // The same here.
        keys.revoke(&key.id, creator)?;
    }
    drop(keys);
    directory.close()?;
    told
}

/// Prints a new key, with its secret unless that went to a file.
fn tell(key: &Key, secret: Option<&str>, json: bool, out: &mut dyn Write) -> Result<()> {
    match secret {
        _ if json => {
            let mut document = json!(key);
            if let Some(secret) = secret {
                document["secret"] = json!(secret);
            }
            write_json(out, &json!({ "key": document }))?;
        }
        Some(secret) => writeln!(out, "{secret}")?,
        None => writeln!(out, "made the key {}; the file is its only copy", key.id)?,
    }
    out.flush()?;
    if secret.is_some() && !json {
        wrap::say(&format!("made the key {}; it is not shown again", key.id));
    }
    Ok(())
}

/// Writes a secret to a new file that nobody else can read.
pub(super) fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| {
        let path = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Failure::refused(
                "file_exists",
                format!("there is a file {path} already; name another"),
            );
        }
        Failure::io(&format!("can't write {path}"), &error)
    })
}

fn list(store: &Store<'_>, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open()?;
    let keys = KeyRing::of(&directory)?.list()?;
    if json {
        return write_json(out, &json!({ "keys": keys }));
    }
    let mut table = Table::new(
        ["ID", "NAME", "HOLDER", "SCOPES", "EXPIRES", "CREATED BY"],
        out,
    );
    for key in keys {
        let expires = match key.expires_at {
            Some(moment) if key.is_expired(Timestamp::now()) => format!("{moment} (over)"),
            Some(moment) => moment.to_string(),
            None => "never".to_owned(),
        };
        table.push([
            key.id.as_str().into(),
            key.name.as_str().into(),
            key.holder.to_string().into(),
            key.scope_names().into(),
            expires.into(),
            key.author().to_string().into(),
        ])?;
    }
    Ok(table.finish()?)
}

/// Lists the latest revoked keys in the order in which they were revoked.
fn list_revoked(store: &Store<'_>, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open()?;
    let revoked = KeyRing::of(&directory)?.revoked()?;
    if json {
        return write_json(out, &json!({ "keys": revoked }));
    }
    let heads = [
        "ID",
        "NAME",
        "HOLDER",
        "SCOPES",
        "CREATED BY",
        "REVOKED",
        "REVOKED BY",
    ];
    let mut table = Table::new(heads, out);
    for RevokedKey { key, at, by, .. } in revoked {
        table.push([
            key.id.as_str().into(),
            key.name.as_str().into(),
            key.holder.to_string().into(),
            key.scope_names().into(),
            key.author().to_string().into(),
            at.to_string().into(),
            by.to_string().into(),
        ])?;
    }
    Ok(table.finish()?)
}

/// The actor who creates or revokes keys in a file; a server knows its own.
fn actor(store: &Store<'_>, directory: &Directory) -> Result<Option<UserId>> {
    match directory.here() {
        Some(directory) => store.actor_in(directory),
        None => Ok(None),
    }
}

pub(super) fn author(user: Option<UserId>) -> Author {
    Author::new(user).through(DOOR)
}

fn revoke(store: &Store<'_>, id: &str, json: bool, out: &mut dyn Write) -> Result<()> {
    let directory = store.open_to_change()?;
    let actor = actor(store, &directory)?;
    KeyRing::of(&directory)?.revoke(id, actor)?;
    took_effect();
    directory.close()?;
    if json {
        return write_json(out, &json!({ "revoked": id }));
    }
    writeln!(out, "revoked the key {}", safe(id))?;
    Ok(())
}

pub(super) fn refused(error: KeyError) -> Failure {
    match error {
        KeyError::Directory(error) => error.into(),
        other => Failure::refused("invalid_argument", other.to_string()),
    }
}
