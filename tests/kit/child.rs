//! Processes that a test starts from its own binary, to be killed or to crash.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a process may be silent before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// This test binary, to run only the test `name`. Such a test does nothing unless its variables are
/// set in the environment.
pub fn again(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// A process whose standard error is read. Dropping this kills it.
pub struct Talking {
    process: Child,
    lines: Receiver<String>,
}

impl Talking {
    /// Starts it with `input` as standard input.
    pub fn start(command: &mut Command, input: &str) -> Self {
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdin = process.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stderr.split(b'\n') {
                let line = String::from_utf8_lossy(&line.unwrap()).into_owned();
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { process, lines }
    }

    /// The next line; `None` after the last one, when the process has ended.
    pub fn next(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the process hangs"),
        }
    }

    /// Kills the process, which may have ended already.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Talking {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
