//! A server in a process of its own, what the system says of it, and a connection to it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A server, which ends with this.
pub struct Served {
    process: Child,
    pub address: String,
    /// How long it took to listen.
    pub started: Duration,
}

impl Served {
    pub fn start(path: &Path) -> Self {
        descriptors();
        let begun = Instant::now();
        let mut process = Command::new(binary())
            .arg("--db")
            .arg(path)
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .args(["--key-rate", "100000000", "--connections", "20000"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut lines = BufReader::new(process.stdout.as_mut().unwrap());
        lines.read_line(&mut line).unwrap();
        let started = begun.elapsed();
        let (_, rest) = line.split_once("http://").unwrap();
        Self {
            address: rest.split('"').next().unwrap().to_owned(),
            process,
            started,
        }
    }

    /// A request as it is sent.
    pub fn request(&self, method: &str, path: &str, key: &str, body: &str) -> String {
        let authorization = if key.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {key}\r\n")
        };
        let (address, length) = (&self.address, body.len());
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\
             {authorization}\r\n{body}"
        )
    }

    pub fn get(&self, path: &str, key: &str) {
        Connection::new(self).send(&self.request("GET", path, key, ""));
    }

    /// CPU that the process has used, by itself and for it.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<_> = rest.split(' ').collect();
        let ticks: u64 = fields[11..13].iter().map(|text| text.parse::<u64>().unwrap()).sum();
        let per_second = rustix::param::clock_ticks_per_second();
        Duration::from_micros(ticks * 1_000_000 / per_second)
    }

    /// Its memory that is resident.
    pub fn resident_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1_024.0 / 1e6
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn binary() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    std::env::var_os("HEADCOUNT_BIN").map_or_else(|| target.join("release/headcount"), PathBuf::from)
}

/// Raises the descriptors of this process, which the server inherits, as far as they go.
pub fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |count| usize::try_from(count).unwrap())
}

/// A connection that is kept.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn new(served: &Served) -> Self {
        let stream = TcpStream::connect(&served.address).unwrap();
        stream.set_nodelay(true).unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request, reads the whole answer, and checks that it is a good one.
    pub fn send(&mut self, request: &str) {
        let length = self.begin(request).unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
    }

    /// Sends a request and reads the head of the answer: the length of the body, if it has one.
    pub fn begin(&mut self, request: &str) -> Option<usize> {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 20"), "{line} to {request}");
        let mut length = None;
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            if line.trim_end().is_empty() {
                return length;
            }
            if let Some(digits) = line.strip_prefix("content-length: ") {
                length = Some(digits.trim_end().parse().unwrap());
            }
        }
    }

    /// Reads until a line begins like this.
    pub fn wait_for(&mut self, start: &str) {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the server has closed");
        }
    }
}
