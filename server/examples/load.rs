//! Puts load on a server, or on the library, and prints the results as JSON. The script
//! `server/tests/speed.py` runs it.
//!
//! ```console
//! $ load closed hello|user ADDRESS KEY USERS CONNECTIONS SECONDS
//! $ load open hello|user ADDRESS KEY USERS CONNECTIONS SECONDS RATE
//! $ load create ADDRESS KEY CONNECTIONS SECONDS
//! $ load library FILE THREADS SECONDS
//! $ load spin SECONDS
//! ```
//!
//! `closed` sends requests on each connection one after another, and `open` sends them at a fixed
//! rate; both get either `/healthz` or users by email. `open` counts from the time at which a
//! request was due, so a server that stalls is charged for every request that it delays; it also
//! prints by how much this program itself was late. `create` creates users through REST, and
//! `library` in a file. `spin` only reads the clock: the system interrupts a server as often.
//!
//! One thread serves all connections, so that the load takes as little as possible of the
//! processors that it shares with the server.

#![allow(clippy::print_stdout, reason = "it prints its measurements")]

use std::collections::VecDeque;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use headcount::{Directory, NewUser};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long to wait for an answer before looking at the clock again.
const PATIENCE: Duration = Duration::from_millis(100);
/// Longer times between two readings of the clock count as stops. An interrupt takes less.
const STOP: Duration = Duration::from_micros(500);

/// A persistent connection.
struct Connection {
    stream: TcpStream,
    /// When the request without a response so far was due.
    due: Option<Instant>,
    /// When the last response came.
    idle_since: Instant,
    answer: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            due: None,
            idle_since: Instant::now(),
            answer: Vec::new(),
        })
    }

    fn send(&mut self, request: &str, due: Instant) -> Outcome<()> {
        // A request is far smaller than a socket's buffer.
        self.stream.write_all(request.as_bytes())?;
        self.due = Some(due);
        self.answer.clear();
        Ok(())
    }

    /// Reads the bytes that have arrived; returns whether the response is complete.
    fn receive(&mut self) -> Outcome<bool> {
        let mut part = [0; 4096];
        let mut is_more = true;
        while is_more {
            match self.stream.read(&mut part) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(read) => {
                    self.answer.extend_from_slice(&part[..read]);
                    is_more = read == part.len();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(false);
        };
        let head = str::from_utf8(&self.answer[..end])?;
        if !head.starts_with("HTTP/1.1 20") {
            return Err(head.lines().next().unwrap_or_default().into());
        }
        let mut lengths = head.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then_some(value)
        });
        let length: usize = lengths.next().unwrap_or("0").trim().parse()?;
        Ok(self.answer.len() >= end + 4 + length)
    }
}

/// When requests are sent.
#[derive(Clone, Copy)]
enum Pace {
    /// On each connection, as soon as it has its response.
    Closed,
    /// This many per second, whether or not earlier ones are answered.
    Open(f64),
}

/// Sends requests for this long, waits for their responses, and returns how long each took.
fn requests(
    address: &str,
    connections: usize,
    seconds: f64,
    pace: Pace,
    request: impl Fn(usize) -> String,
) -> Outcome<()> {
    let opened: Outcome<Vec<_>> = (0..connections)
        .map(|_| Connection::open(address))
        .collect();
    let mut all = opened?;
    let mut idle: VecDeque<usize> = (0..connections).collect();
    let (mut latencies, mut delays) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(seconds);
    let mut number = 0;
    loop {
        let now = Instant::now();
        let mut wait = PATIENCE;
        while now < end && !idle.is_empty() {
            let due = match pace {
                Pace::Closed => now,
                #[allow(clippy::cast_precision_loss, reason = "a moment")]
                Pace::Open(rate) => begun + Duration::from_secs_f64(number as f64 / rate),
            };
            if due > now {
                wait = due - now;
                break;
            }
            if let Some(at) = idle.pop_front() {
                // Waiting for a connection is the server's delay, the rest is this program's.
                delays.push(all[at].idle_since.max(due).elapsed());
                all[at].send(&request(number), due)?;
                number += 1;
            }
        }
        if now >= end && idle.len() == connections {
            break;
        }
        let waiting: Vec<_> = (0..connections)
            .filter(|at| all[*at].due.is_some())
            .collect();
        for at in ready(&all, &waiting, wait)? {
            if all[at].receive()?
                && let Some(due) = all[at].due.take()
            {
                all[at].idle_since = Instant::now();
                latencies.push(all[at].idle_since - due);
                idle.push_back(at);
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let late = percentile(&mut delays, 0.99);
    println!("{}", told(latencies, seconds, late));
    Ok(())
}

/// The waiting connections that can be read.
fn ready(all: &[Connection], waiting: &[usize], wait: Duration) -> Outcome<Vec<usize>> {
    let mut polled: Vec<_> = { waiting.iter() }
        .map(|at| PollFd::new(&all[*at].stream, PollFlags::IN))
        .collect();
    poll(&mut polled, Some(&Timespec::try_from(wait)?))?;
    let came = polled.iter().map(|of| !of.revents().is_empty());
    let ready = waiting.iter().zip(came).filter(|(_, came)| *came);
    Ok(ready.map(|(at, _)| *at).collect())
}

/// The text of a request with this key.
fn text(method: &str, path: &str, key: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Runs `work` on threads that begin together, and collects their results.
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

/// The text of the request with this number.
fn get<'a>(what: &str, key: &'a str, users: &str) -> Outcome<impl Fn(usize) -> String + 'a> {
    let is_hello = match what {
        "hello" => true,
        "user" => false,
        _ => return Err("say hello or user".into()),
    };
    let users = users.parse::<usize>()?.max(1);
    Ok(move |number: usize| {
        if is_hello {
            return text("GET", "/healthz", key, "");
        }
        let user = number * 7919 % users;
        let path = format!("/api/v1/users/user{user:06}@example.com");
        text("GET", &path, key, "")
    })
}

/// A percentile of durations, in milliseconds.
fn percentile(durations: &mut [Duration], part: f64) -> f64 {
    durations.sort_unstable();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = (durations.len() as f64 * part) as usize;
    let found = durations.get(index.min(durations.len().saturating_sub(1)));
    found.map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
}

/// Requests per second, latencies in milliseconds, and how late this program itself was.
fn told(mut latencies: Vec<Duration>, seconds: f64, late_p99_ms: f64) -> Value {
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = latencies.len() as f64 / seconds;
    let mut at = |part: f64| percentile(&mut latencies, part);
    json!({
        "rate": rate,
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
        "late_p99_ms": late_p99_ms,
    })
}

/// Creates users in a directory on this many threads, for this long.
fn library(directory: &Directory, count: usize, seconds: f64, run: &str) -> Outcome<()> {
    let latencies = threads(count, |at, barrier| {
        barrier.wait();
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        let mut latencies = Vec::new();
        let mut number = at;
        while Instant::now() < end {
            let begun = Instant::now();
            directory.create_user(NewUser::new(format!("{run}-{number}@example.com")))?;
            latencies.push(begun.elapsed());
            number += count;
        }
        Ok(latencies)
    })?;
    println!("{}", told(latencies, seconds, 0.0));
    Ok(())
}

/// Reads the clock for this long, and prints how often and for how long the system interrupted
/// that.
fn spin(seconds: f64) {
    let begun = Instant::now();
    let end = begun + Duration::from_secs_f64(seconds);
    let (mut stops, mut longest, mut total) = (0_u32, Duration::ZERO, Duration::ZERO);
    let mut last = begun;
    while last < end {
        let now = Instant::now();
        let stop = now - last;
        if stop >= STOP {
            stops += 1;
            total += stop;
            longest = longest.max(stop);
        }
        last = now;
    }
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    println!(
        "{}",
        json!({ "stops": stops, "longest_ms": ms(longest), "total_ms": ms(total) })
    );
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
        ["closed", what, address, key, users, connections, seconds] => {
            let (get, connections) = (get(what, key, users)?, connections.parse()?);
            requests(address, connections, seconds.parse()?, Pace::Closed, get)
        }
        [
            "open",
            what,
            address,
            key,
            users,
            connections,
            seconds,
            rate,
        ] => {
            let (get, connections) = (get(what, key, users)?, connections.parse()?);
            let pace = Pace::Open(rate.parse()?);
            requests(address, connections, seconds.parse()?, pace, get)
        }
        ["create", address, key, connections, seconds] => {
            let (connections, seconds) = (connections.parse()?, seconds.parse()?);
            requests(address, connections, seconds, Pace::Closed, |number| {
                let body = json!({ "email": format!("{run}-{number}@example.com") });
                text("POST", "/api/v1/users", key, &body.to_string())
            })
        }
        ["spin", seconds] => {
            spin(seconds.parse()?);
            Ok(())
        }
        ["library", file, count, seconds] => {
            let directory = Directory::open(file)?;
            library(&directory, count.parse()?, seconds.parse()?, &run)?;
            Ok(directory.close()?)
        }
        _ => Err("see the top of server/examples/load.rs for its arguments".into()),
    }
}
