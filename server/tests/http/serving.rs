//! A server on a free port, which ends with the test. The command's tests include this file too.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use headcount_server::Server;
use tokio::sync::oneshot;

pub struct Serving {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Serving {
    pub fn start(server: &Server) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let running = server.clone();
        let thread = std::thread::spawn(move || {
            let any = "127.0.0.1:0".parse().unwrap();
            headcount_server::serve(&running, any, stopped, |listening| {
                tell.send(listening.address).unwrap();
            })
        });
        Self {
            address: told.recv_timeout(Duration::from_secs(10)).unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Asks the server to end.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.unwrap().unwrap();
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.wait();
    }
}
