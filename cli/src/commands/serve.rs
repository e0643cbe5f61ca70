//! `headcount serve`: serves the directory until it is asked to stop.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use headcount_server::{Config, Holder, NewKey, Scope, Server};
use log::LevelFilter;
use serde_json::json;
use tokio::sync::oneshot;

use headcount::quoted;

use super::keys::{author, refused, write_secret};
use super::stop::on_stop;
use super::{Store, input};
use crate::args::{Exposed, ServeArgs};
use crate::failure::{Failure, Result};
use crate::logging;
use crate::output::safe;

pub(super) fn run(
    store: &Store<'_>,
    args: &ServeArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    if let Some(exposed) = args.exposed() {
        let told = match exposed {
            Exposed::Server(address) => format!(
                "{address} can be reached from other machines and nothing is encrypted: give \
                 --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that encrypts, \
                 or say --plain-http"
            ),
            Exposed::Metrics(address) => format!(
                "the metrics at {address} can be read from other machines, without a key and \
                 unencrypted: use an address of this machine such as 127.0.0.1:9090, or say \
                 --plain-metrics if only the operator's programs reach it"
            ),
        };
        return Err(Failure::refused("not_encrypted", told));
    }
    if let Some(url) = args.issuer.unencrypted() {
        let told = if url.starts_with("http://") {
            format!("keys and logins would be sent unencrypted to {url}; use https")
        } else {
            format!(
                "{} is not the URL of an identity provider; write it as https://id.ex.co",
                quoted(url)
            )
        };
        return Err(Failure::refused("invalid_argument", told));
    }
    // Errors before it listens end the command, so only warnings need the log.
    logging::start(args.log.min(LevelFilter::Warn));
    let stop = stop_signal()?;
    let directory = store.open_or_create_file()?;
    let served = serve(store, args, &directory, stop, json, out);
    let closed = directory.close();
    served?;
    Ok(closed?)
}

/// Serves a directory until the process is asked to end.
fn serve(
    store: &Store<'_>,
    args: &ServeArgs,
    directory: &headcount::Directory,
    stop: oneshot::Receiver<()>,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let server = Server::new(directory.clone(), config(store, args)?)?;
    let has_key = !server.keys().list().is_empty();
    let first_key = match &args.first_key {
        Some(path) if !has_key => Some(FirstKey::make(&server, path)?),
        _ => None,
    };
    let scheme = if args.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let mut told = Ok(());
    let ended = headcount_server::serve(&server, args.listen, stop, |listening| {
        log::set_max_level(args.log);
        let url = format!("{scheme}://{}", listening.address);
        let written = if json {
            let line = json!({ "listening": url, "connections": listening.connections_max });
            writeln!(out, "{line}").map_err(Into::into)
        } else {
            announce(store, args, (&url, listening.connections_max, has_key), out)
        };
        told = written.and_then(|()| Ok(out.flush()?));
    });
    if let Err(error) = ended {
        if let Some(first_key) = first_key {
            first_key.unmake(&server)?;
        }
        let what = format!("can't serve at {}", args.listen);
        return Err(Failure::io(&what, &error));
    }
    told
}

/// The key that is made for the first start.
struct FirstKey<'a> {
    id: String,
    path: &'a Path,
}

impl<'a> FirstKey<'a> {
    /// Creates the key and writes it to a new file.
    fn make(server: &Server, path: &'a Path) -> Result<Self> {
        let first = NewKey::new("first key", Holder::Provisioner("operator".to_owned()));
        let first = first.scope(Scope::Admin).author(author(None));
        let made = server.keys().create(first);
        let (key, secret) = made.map_err(refused)?;
        if let Err(failure) = write_secret(path, secret.expose()) {
            server.keys().revoke(&key.id, author(None))?;
            return Err(failure);
        }
        let id = key.id.clone();
        Ok(Self { id, path })
    }

    /// Revokes the key and removes the file: nothing was served.
    fn unmake(self, server: &Server) -> Result<()> {
        server.keys().revoke(&self.id, author(None))?;
        let removed = std::fs::remove_file(self.path);
        let what = || format!("can't remove {}", self.path.display());
        removed.map_err(|error| Failure::io(&what(), &error))
    }
}

/// Prints the server's address, its limits, and how to use it first.
fn announce(
    store: &Store<'_>,
    args: &ServeArgs,
    (url, connections, has_key): (&str, usize, bool),
    out: &mut dyn Write,
) -> Result<()> {
    let path = store.path.display().to_string();
    writeln!(out, "serving {} at {url}", safe(&path))?;
    if connections < args.connections {
        writeln!(
            out,
            "up to {connections} connections instead of {}: raise the hard limit of open files \
             (`ulimit -Hn`) for more",
            args.connections
        )?;
    }
    match (&args.first_key, has_key) {
        (_, true) => {}
        (Some(path), _) => writeln!(out, "the first key is in {}", path.display())?,
        (None, _) => writeln!(out, "{NO_KEY}")?,
    }
    Ok(())
}

fn config(store: &Store<'_>, args: &ServeArgs) -> Result<Config> {
    let read = |path: &PathBuf| -> Result<String> {
        let secret = input::read(path, input::SECRET)?;
        Ok(String::from_utf8_lossy(&secret).trim().to_owned())
    };
    let secret = args.issuer.login_secret.as_ref().map(read).transpose()?;
    Ok(Config {
        key_requests_per_second: args.key_rate,
        key_burst: args.key_rate.saturating_mul(2),
        connections_max: args.connections,
        tls: args.tls(),
        issuer: args.issuer.issuer(secret),
        relay: args.issuer.relay.clone(),
        metrics_listen: args.metrics,
        backup_folder: folder_of(store.path),
        scim_inactive_when_full: args.scim_inactive_when_full,
        ..Config::default()
    })
}

/// The folder of a file.
fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The hint for a server that nobody can use yet.
const NO_KEY: &str = "\
no key can use it yet: stop it (Ctrl-C), and either start it again with --first-key FILE,
or make a user's key, for example with
  headcount users create ann@ex.co --admin
  headcount keys create laptop --user ann@ex.co --scope admin";

/// Receives something once the process is asked to stop.
fn stop_signal() -> Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    on_stop(move || {
        let sender = sender.lock().ok().and_then(|mut sender| sender.take());
        if let Some(sender) = sender {
            // Without a receiver, the process is already ending.
            let _ = sender.send(());
        }
    })?;
    Ok(receiver)
}
