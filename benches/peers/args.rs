//! The command line.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use crate::peer::Work;

pub const USAGE: &str = "\
cargo bench --bench peers -- [OPTIONS]

  --quick         at 1,000 and 100,000 users with few rounds: under three minutes
  --users N       with N users only; repeatable
  --only WORK     only this work: get, many, list, create, switch, load, open, memory,
                  backup, tail, sustained or add (if asked for); repeatable
  --seconds N     how long sustained creates last: 60, or 3 with --quick
  --dir FOLDER    where files are created, and removed again: the disk to measure
  --markdown      prints the table as Markdown
  --readme        also writes it into README.md, and the plots to docs/
  --help

Under a normal scheduler on a busy machine a thread that waits for the disk is often
woken late. Where that is allowed, run it as `chrt -f 10 cargo bench --bench peers`.";

/// The options of a run.
pub struct Options {
    pub quick: bool,
    /// If empty, the default sizes.
    pub users: Vec<u64>,
    /// If empty, all works.
    pub only: Vec<Work>,
    /// How long sustained creates last, if given.
    pub seconds: Option<u64>,
    pub dir: PathBuf,
    pub markdown: bool,
    pub readme: bool,
}

/// The number of rounds for each kind of work. Lists of the largest directory, and reads beside
/// writers, have as many as writes.
#[derive(Clone, Copy)]
pub struct Rounds {
    pub reads: usize,
    pub writes: usize,
    /// Loading and opening.
    pub files: usize,
}

impl Options {
    /// Reads the arguments; an error says what is wrong with them.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            users: Vec::new(),
            only: Vec::new(),
            seconds: None,
            dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
            markdown: false,
            readme: false,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match &*argument {
                "--quick" => options.quick = true,
                "--users" => {
                    let users = value()?.replace([',', '_'], "").parse();
                    let users = users.map_err(|_| "--users needs a number".to_owned())?;
                    options.users.push(users);
                }
                "--seconds" => {
                    let seconds: NonZeroU64 =
                        { value()?.parse() }.map_err(|_| "--seconds needs a number from 1 on")?;
                    options.seconds = Some(seconds.get());
                }
                "--only" => options.only.push(work(&value()?)?),
                "--dir" => options.dir = value()?.into(),
                "--markdown" => options.markdown = true,
                "--readme" => options.readme = true,
                // Cargo passes this to every benchmark.
                "--bench" => {}
                _ => return Err(format!("no such option: {argument}\n\n{USAGE}")),
            }
        }
        Ok(options)
    }

    /// How many turns each contender has.
    pub fn rounds(&self) -> Rounds {
        let (reads, writes) = if self.quick { (7, 3) } else { (11, 5) };
        Rounds {
            reads,
            writes,
            files: if self.quick { 1 } else { 3 },
        }
    }

    /// How long sustained creates last for each contender.
    pub fn sustained(&self) -> Duration {
        let usual = if self.quick { 3 } else { 60 };
        Duration::from_secs(self.seconds.unwrap_or(usual))
    }

    pub fn asks_for(&self, work: Work) -> bool {
        // Adding takes minutes, and is measured only at its own sizes.
        (self.only.is_empty() && work != Work::Add) || self.only.contains(&work)
    }
}

fn work(name: &str) -> Result<Work, String> {
    let known = Work::ALL.into_iter().find(|(_, known)| *known == name);
    known
        .map(|(work, _)| work)
        .ok_or_else(|| format!("no such work: {name}\n\n{USAGE}"))
}
