//! Puts load on a server, or on the library, and prints what came of it as JSON. The script
//! `server/tests/speed.py` runs it.
//!
//! ```console
//! $ load closed ADDRESS KEY USERS CONNECTIONS SECONDS
//! $ load open ADDRESS KEY USERS CONNECTIONS SECONDS RATE
//! $ load create ADDRESS KEY CONNECTIONS SECONDS
//! $ load library FILE THREADS SECONDS
//! ```
//!
//! `closed` gets users by email, each connection one after another, and `open` at a fixed rate:
//! it counts from the moment when a request was due, so a server that stalls is charged for
//! every request that it delays. `create` creates users through REST, and `library` in a file.

#![allow(clippy::print_stdout, reason = "what it measured is what it is for")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use headcount::{Directory, NewUser};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A connection that is kept.
struct Connection {
    stream: BufReader<TcpStream>,
    key: String,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: &str, key: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            key: key.to_owned(),
            body: Vec::new(),
        })
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Outcome<()> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 20") {
            return Err(format!("{method} {path}: {}", line.trim()).into());
        }
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(digits) = lower.strip_prefix("content-length:") {
                length = digits.trim().parse()?;
            }
        }
        self.body.resize(length, 0);
        Ok(self.stream.read_exact(&mut self.body)?)
    }
}

/// Runs `work` on threads that begin together; what they return is put together.
fn threads<T: Send>(
    count: usize,
    work: impl Fn(usize, &Barrier) -> Outcome<Vec<T>> + Sync,
) -> Outcome<Vec<T>> {
    let barrier = Barrier::new(count);
    let all = std::thread::scope(|scope| {
        let running: Vec<_> = (0..count)
            .map(|at| {
                let (work, barrier) = (&work, &barrier);
                scope.spawn(move || work(at, barrier))
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a panic".into())))
            .collect::<Outcome<Vec<_>>>()
    })?;
    Ok(all.into_iter().flatten().collect())
}

fn user_path(number: usize, users: usize) -> String {
    format!(
        "/api/v1/users/user{:06}@example.com",
        number * 7919 % users.max(1)
    )
}

/// Requests a second, and latencies in milliseconds.
fn told(mut latencies: Vec<Duration>, seconds: f64) {
    latencies.sort_unstable();
    let at = |part: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let place = (latencies.len() as f64 * part) as usize;
        let found = latencies.get(place.min(latencies.len().saturating_sub(1)));
        found.map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    };
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = latencies.len() as f64 / seconds;
    println!(
        "{}",
        json!({ "rate": rate, "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0) })
    );
}

/// Has `count` threads repeat `step` for this long, and times each.
fn repeated<S>(
    count: usize,
    seconds: f64,
    start: impl Fn() -> Outcome<S> + Sync,
    step: impl Fn(&mut S, usize) -> Outcome<()> + Sync,
) -> Outcome<()> {
    let latencies = threads(count, |at, barrier| {
        let started = start();
        barrier.wait();
        let mut state = started?;
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        let mut latencies = Vec::new();
        let mut number = at;
        while Instant::now() < end {
            let begun = Instant::now();
            step(&mut state, number)?;
            latencies.push(begun.elapsed());
            number += count;
        }
        Ok(latencies)
    })?;
    told(latencies, seconds);
    Ok(())
}

/// Sends requests when they are due, whether or not earlier ones are late.
fn open(
    (address, key): (&str, &str),
    users: usize,
    connections: usize,
    (seconds, rate): (f64, f64),
) -> Outcome<()> {
    let latencies = threads(connections, |at, barrier| {
        let connection = Connection::open(address, key);
        barrier.wait();
        let mut connection = connection?;
        let begun = Instant::now();
        let mut latencies = Vec::new();
        for number in (at..).step_by(connections) {
            #[allow(clippy::cast_precision_loss, reason = "a moment")]
            let due = number as f64 / rate;
            if due >= seconds {
                break;
            }
            let due = begun + Duration::from_secs_f64(due);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            connection.send("GET", &user_path(number, users), "")?;
            latencies.push(due.elapsed());
        }
        Ok(latencies)
    })?;
    told(latencies, seconds);
    Ok(())
}

/// A name that no other run uses.
fn unique() -> String {
    format!("{}", headcount::RequestId::generate())
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = unique();
    match *arguments {
        ["closed", address, key, users, connections, seconds] => {
            let users = users.parse()?;
            repeated(
                connections.parse()?,
                seconds.parse()?,
                || Connection::open(address, key),
                |connection, number| connection.send("GET", &user_path(number, users), ""),
            )
        }
        ["open", address, key, users, connections, seconds, rate] => open(
            (address, key),
            users.parse()?,
            connections.parse()?,
            (seconds.parse()?, rate.parse()?),
        ),
        ["create", address, key, connections, seconds] => repeated(
            connections.parse()?,
            seconds.parse()?,
            || Connection::open(address, key),
            |connection, number| {
                let body = json!({ "email": format!("{run}-{number}@example.com") });
                connection.send("POST", "/api/v1/users", &body.to_string())
            },
        ),
        ["library", file, count, seconds] => {
            let directory = Directory::open(file)?;
            repeated(
                count.parse()?,
                seconds.parse()?,
                || Ok(directory.clone()),
                |directory, number| {
                    let user = NewUser::new(format!("{run}-{number}@example.com"));
                    directory.create_user(user)?;
                    Ok(())
                },
            )?;
            Ok(directory.close()?)
        }
        _ => Err("see the top of server/examples/load.rs for its arguments".into()),
    }
}
