//! A directory in a file that a server has open, for commands to work through.

use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use headcount::{Directory, Options};
use headcount_server::{Config, Holder, NewKey, Scope, Server};
use tokio::sync::oneshot;

/// A server that ends, and whose directory is verified, with the test.
pub struct Served {
    pub directory: Directory,
    pub url: String,
    server: Server,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
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
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let running = server.clone();
        let thread = std::thread::spawn(move || {
            let any = "127.0.0.1:0".parse().unwrap();
            headcount_server::serve(&running, any, stopped, |listening| {
                tell.send(listening.address).unwrap();
            })
        });
        let address: SocketAddr = told.recv_timeout(Duration::from_secs(10)).unwrap();
        Self {
            directory,
            url: format!("{scheme}://{address}"),
            server,
            stop: Some(stop),
            thread: Some(thread),
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
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap().unwrap();
            self.directory.verify().unwrap();
        }
    }
}
