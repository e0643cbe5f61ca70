//! Work in a process of its own: loading, whose memory is measured, and writing until the process
//! is killed. The children run this program with other arguments.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::contenders;
use crate::peer::{Caches, Contender, Filling, Opening};
use crate::people::{self, Profile};

/// The first argument of a child.
pub const CHILD: &str = "--child";

/// How many threads write when the process is killed.
const CRASHING_THREADS: u64 = 4;

/// The cost of a load.
pub struct Loaded {
    pub seconds: f64,
    /// The peak memory of the process.
    pub peak_bytes: f64,
}

/// Loads a directory of `users` in a child.
pub fn load(contender: &Contender, home: &Path, users: u64) -> Loaded {
    let mut child = start("load", contender, home, [users, 0, 0]);
    let line = first_line(&mut child);
    assert!(
        child.wait().unwrap().success(),
        "loading {}",
        contender.name
    );
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap());
    let mut next = || numbers.next().unwrap();
    Loaded {
        seconds: next(),
        peak_bytes: next(),
    }
}

/// The memory that a directory takes in a child.
pub struct Held {
    /// After opening it and reading one user.
    pub opened: f64,
    /// After listing all users.
    pub listed: f64,
    /// After also getting each of them by email.
    pub got: f64,
}

/// Opens a directory of `users` in a child, and reads it.
pub fn hold(contender: &Contender, home: &Path, users: u64) -> Held {
    let mut child = start("hold", contender, home, [users, 0, 0]);
    let line = first_line(&mut child);
    assert!(
        child.wait().unwrap().success(),
        "reading {}",
        contender.name
    );
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap());
    let mut next = || numbers.next().unwrap();
    Held {
        opened: next(),
        listed: next(),
        got: next(),
    }
}

/// Lets a child create users from `first_number` on, and kills it once `writes` of them are
/// durable.
pub fn crash(contender: &Contender, home: &Path, users: u64, first_number: u64, writes: u64) {
    let mut child = start("crash", contender, home, [users, first_number, writes]);
    assert_eq!(first_line(&mut child).trim(), "written");
    // SIGKILL, on Unix.
    child.kill().unwrap();
    child.wait().unwrap();
}

fn start(what: &str, contender: &Contender, home: &Path, numbers: [u64; 3]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([CHILD, what, contender.name])
        .arg(home)
        .args(numbers.map(|number| number.to_string()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    line
}

/// Runs a child.
pub fn run(arguments: &[String]) {
    let [what, name, home, numbers @ ..] = arguments else {
        panic!("not a child: {arguments:?}");
    };
    let numbers: Vec<u64> = numbers.iter().map(|word| word.parse().unwrap()).collect();
    let contender = contenders::named(name).unwrap();
    let opening = contender.opening(Path::new(home), numbers[0], Caches::All);
    match (&**what, contender.filling) {
        ("load", Filling::Load(load)) => {
            std::fs::create_dir_all(&opening.folder).unwrap();
            let began = Instant::now();
            load(&opening);
            let seconds = began.elapsed().as_secs_f64();
            println!("{seconds} {}", memory_bytes("VmHWM:"));
        }
        ("hold", _) => println!("{}", held(contender, &opening)),
        ("crash", _) => {
            let peer = (contender.open)(&opening);
            let written = AtomicU64::new(0);
            thread::scope(|scope| {
                for thread in 0..CRASHING_THREADS {
                    let (peer, written) = (&peer, &written);
                    let numbers = (numbers[1] + thread..).step_by(4);
                    scope.spawn(move || {
                        let mut session = peer.session();
                        for number in numbers {
                            session.create(Profile::numbered(number));
                            written.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                while written.load(Ordering::Relaxed) < numbers[2] {
                    thread::sleep(Duration::from_micros(200));
                }
                println!("written");
                std::io::stdout().flush().unwrap();
            });
        }
        _ => panic!("not a child's work: {what} of {name}"),
    }
}

/// The resident memory that the directory adds to this process, as the fields of [`Held`].
fn held(contender: &Contender, opening: &Opening) -> String {
    let resident = || memory_bytes("VmRSS:");
    let before = resident();
    let peer = (contender.open)(opening);
    let mut session = peer.session();
    session.get(&people::email(0));
    let opened = resident();
    session.list();
    let listed = resident();
    for number in people::numbers(opening.users) {
        session.get(&people::email(number));
    }
    let figures =
        [opened, listed, resident()].map(|bytes| bytes.saturating_sub(before).to_string());
    drop(session);
    peer.close();
    figures.join(" ")
}

/// The memory of this process, as the field `name` of `/proc/self/status`.
fn memory_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
