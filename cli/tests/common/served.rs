//! A directory in a file that a server has open, for commands to work through.

use std::path::Path;

use headcount::{Directory, ErrorKind, Options};
use headcount_server::{Config, Holder, NewKey, Scope, Server};

#[path = "../../../server/tests/http/serving.rs"]
mod serving;

use self::serving::Serving;

/// A server that stops at the end of the test, when its directory is verified.
pub struct Served {
    pub directory: Directory,
    pub url: String,
    server: Server,
    serving: Serving,
}

impl Served {
    pub fn start(file: &Path, options: &Options, config: Config) -> Self {
        let scheme = if config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let directory = options.open(file).unwrap();
        let server = Server::new(directory.clone(), config).unwrap();
        let serving = Serving::start(&server);
        Self {
            directory,
            url: format!("{scheme}://{}", serving.address),
            server,
            serving,
        }
    }

    /// A new key with this scope.
    pub fn key(&self, holder: Holder, scope: Scope) -> String {
        let new = NewKey::new("test", holder).scope(scope);
        let (_, secret) = self.server.keys().create(new).unwrap();
        secret.expose().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.wait();
        match self.directory.verify() {
            // The test has closed it.
            Err(error) if error.kind() == ErrorKind::Closed => {}
            verified if !std::thread::panicking() => drop(verified.unwrap()),
            _ => {}
        }
    }
}
