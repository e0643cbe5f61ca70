//! How fast the server is, and how much memory it takes:
//! `cargo build --release -p headcount-cli && cargo bench -p headcount-server --bench speed`.
//!
//! It starts `target/release/headcount serve` (or what `HEADCOUNT_BIN` names) and talks to it
//! on loopback. Contenders take turns within one run, so only ratios and CPU per request, from
//! `/proc`, say much on a machine that does other things too. The hello-world is the server's
//! own `/healthz`, which goes through the same layers. Run it on Linux, on an idle machine,
//! with `ulimit -n 25000` for all idle connections. `HEADCOUNT_BENCH_SECONDS` is the length of
//! a turn, `HEADCOUNT_BENCH_USERS` the size of the directory.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod load;
mod served;

use std::env;
use std::path::Path;
use std::time::{Duration, Instant};

use headcount::{Batch, Directory, License, NewUser};
use headcount_server::{Holder, Keys, NewKey, Scope};

use self::load::{Turn, closed_loop, open_loop};
use self::served::{Connection, Served};

const TURNS: usize = 3;
const CONNECTIONS: usize = 64;
const THREADS: usize = 16;
const LISTENERS: usize = 1_000;
const IDLE_MAX: usize = 10_000;
const PAGE: usize = 1_000;

/// What the run uses.
struct Bench {
    users: usize,
    turn: Duration,
    key: String,
    scim_key: String,
}

fn number(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let seconds = number("HEADCOUNT_BENCH_SECONDS", 2);
    let mut bench = Bench {
        users: number("HEADCOUNT_BENCH_USERS", 100_000),
        turn: Duration::from_secs(u64::try_from(seconds).unwrap()),
        key: String::new(),
        scim_key: String::new(),
    };
    empty(folder.path());
    let path = folder.path().join("users.redb");
    bench.fill(&path);
    let served = Served::start(&path);
    served.get("/healthz", &bench.key);
    told("start, 100,000 users", served.started.as_secs_f64() * 1e3, "ms", "");
    told("resident, 100,000 users opened", served.resident_mb(), "MB", "at most 40");
    bench.gets(&served);
    bench.walk(&served);
    bench.creates(&served, folder.path());
    bench.listeners(&served);
    bench.idle(&served);
}

fn told(what: &str, value: f64, unit: &str, target: &str) {
    println!("{what:<44} {value:>10.2} {unit:<10} {target}");
}

fn empty(folder: &Path) {
    let served = Served::start(&folder.join("empty.redb"));
    told("start, empty", served.started.as_secs_f64() * 1e3, "ms", "at most 150");
    served.get("/healthz", "");
    told("resident, empty", served.resident_mb(), "MB", "at most 15");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Bench {
    fn fill(&mut self, path: &Path) {
        let directory = Directory::open(path).unwrap();
        directory.set_license(License::Enterprise).unwrap();
        let emails = (0..self.users).map(email);
        let emails: Vec<_> = emails.collect();
        for lot in emails.chunks(10_000) {
            let batch = lot.iter().fold(Batch::new(), |batch, email| {
                batch.create_user(NewUser::new(email).given_name("Ann").family_name("Lee"))
            });
            directory.apply(batch).unwrap();
        }
        let keys = Keys::open(&directory).unwrap();
        let key = |scope| {
            let new = NewKey::new("bench", Holder::Provisioner("bench".to_owned())).scope(scope);
            keys.create(new).unwrap().1.expose().to_owned()
        };
        (self.key, self.scim_key) = (key(Scope::Write), key(Scope::Scim));
        directory.close().unwrap();
    }

    fn gets(&self, served: &Served) {
        let hello = |_: usize| served.request("GET", "/healthz", "", "");
        let get = |at: usize| {
            let path = format!("/api/v1/users/{}", email(at * 7_919 % self.users));
            served.request("GET", &path, &self.key, "")
        };
        let (mut hellos, mut gets) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            hellos.push(closed_loop(served, CONNECTIONS, self.turn, &hello));
            gets.push(closed_loop(served, CONNECTIONS, self.turn, &get));
        }
        let of = |turns: &[Turn], part: fn(&Turn) -> f64| median(turns.iter().map(part).collect());
        let (rate, cpu): (fn(&Turn) -> f64, fn(&Turn) -> f64) =
            (Turn::per_second, |turn| turn.cpu_micros);
        told("hello-world with all layers", of(&hellos, rate), "/s", "");
        told("hello-world, CPU per request", of(&hellos, cpu), "µs", "");
        told("get by email with key", of(&gets, rate), "/s", "");
        told("get by email with key, CPU per request", of(&gets, cpu), "µs", "");
        let ratio = |turn: (&Turn, &Turn)| turn.0.cpu_micros / turn.1.cpu_micros;
        let ratios = hellos.iter().zip(&gets).map(ratio).collect();
        told("get against hello-world, by CPU", 100.0 * median(ratios), "%", "at least 65");
        let ratios = hellos.iter().zip(&gets);
        let ratios = ratios.map(|(hello, get)| get.per_second() / hello.per_second());
        let by_rate = median(ratios.collect());
        told("get against hello-world, by rate", 100.0 * by_rate, "%", "");
        let load = 0.7 * of(&gets, rate);
        let mut latencies = open_loop(served, CONNECTIONS, self.turn, load, &get);
        latencies.sort_unstable();
        let p99 = latencies[latencies.len() * 99 / 100];
        told("get at 70 % load, p99", p99.as_secs_f64() * 1e3, "ms", "at most 3");
    }

    /// Reads all users by SCIM: the last pages have to cost what the first ones do.
    fn walk(&self, served: &Served) {
        let mut connection = Connection::new(served);
        let mut seconds = Vec::new();
        for start in (1..=self.users).step_by(PAGE) {
            let path = format!("/scim/v2/Users?startIndex={start}&count={PAGE}");
            let begun = Instant::now();
            connection.send(&served.request("GET", &path, &self.scim_key, ""));
            seconds.push(begun.elapsed().as_secs_f64());
        }
        let quarter = (seconds.len() / 4).max(1);
        let sum = |part: &[f64]| part.iter().sum::<f64>();
        told("SCIM walk of all users", sum(&seconds), "s", "");
        let (first, last) = (&seconds[..quarter], &seconds[seconds.len() - quarter..]);
        let ratio = sum(last) / sum(first);
        told("its last quarter against its first", ratio, "times", "about 1: linear");
    }

    fn creates(&self, served: &Served, folder: &Path) {
        let own = Directory::open(folder.join("own.redb")).unwrap();
        own.set_license(License::Enterprise).unwrap();
        let (mut ratios, mut rates, mut owns, mut cpus) = (vec![], vec![], vec![], vec![]);
        for turn in 0..TURNS {
            let create = |at: usize| {
                let body = format!("{{\"email\":\"new{at}@{turn}.example.com\"}}");
                served.request("POST", "/api/v1/users", &self.key, &body)
            };
            let through = closed_loop(served, CONNECTIONS, self.turn, &create);
            let mine = load::in_threads(THREADS, self.turn, |at| {
                let email = format!("new{at}@{turn}.example.com");
                own.create_user(email.as_str()).unwrap();
            });
            ratios.push(through.per_second() / mine);
            rates.push(through.per_second());
            cpus.push(through.cpu_micros);
            owns.push(mine);
        }
        told("durable creates, 64 connections", median(rates), "/s", "");
        told("durable creates, CPU per request", median(cpus), "µs", "");
        told("durable creates, library, 16 threads", median(owns), "/s", "");
        told("creates against the library's", median(ratios), "times", "at least 0.5");
        own.close().unwrap();
    }

    fn listeners(&self, served: &Served) {
        let before = served.resident_mb();
        let request = served.request("GET", "/api/v1/changes", &self.key, "");
        let request = request.replace("\r\n\r\n", "\r\nAccept: text/event-stream\r\n\r\n");
        let mut listeners: Vec<_> = (0..LISTENERS).map(|_| Connection::new(served)).collect();
        for listener in &mut listeners {
            listener.begin(&request);
        }
        let begun = Instant::now();
        let create = served.request("POST", "/api/v1/users", &self.key, "{\"email\":\"e@e.example\"}");
        Connection::new(served).send(&create);
        for listener in &mut listeners {
            listener.wait_for("event: change");
        }
        told("a change to 1,000 listeners", begun.elapsed().as_secs_f64() * 1e3, "ms", "");
        let more = served.resident_mb() - before;
        told("1,000 listeners", more, "MB", "at most 30");
    }

    fn idle(&self, served: &Served) {
        let before = served.resident_mb();
        let count = served::descriptors().saturating_sub(200).min(IDLE_MAX);
        let idle: Vec<_> = (0..count).map(|_| Connection::new(served)).collect();
        served.get("/api/v1/seats", &self.key);
        let what = format!("{} idle connections", idle.len());
        told(&what, served.resident_mb() - before, "MB", "");
    }
}

fn email(number: usize) -> String {
    format!("user{number}@example.com")
}
