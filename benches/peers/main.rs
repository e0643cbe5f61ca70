//! headcount beside its peers, on the same work: `cargo bench --bench peers`.
//!
//! All contenders run in one process and take turns, so that other load on the machine affects all
//! of them; each number is the median of the turns. They hold the same users, answer the same
//! queries from the same indexes (by email, id, username, state, domain, creation and update) and
//! keep the same rules: a create is one durable transaction that checks that the email and the
//! username are free and a seat is left, and writes the record, its entries in all indexes, the
//! counters and a numbered change. `setup` in each file of `contenders/` describes the contender's
//! configuration; `--help` lists the options.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "a program that prints a table, and has nothing to tell when it fails"
)]

mod args;
mod children;
mod contenders;
mod field;
mod group;
mod machine;
mod peer;
mod people;
mod plot;
mod report;
mod table;
mod timeline;
mod works;
mod zeroed_log;

use std::fs;
use std::path::PathBuf;
use std::process::{self, ExitCode};

use args::Options;
use works::Bench;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((children::CHILD, rest)) = arguments.split_first().map(|(a, b)| (&**a, b)) {
        children::run(rest);
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{}", args::USAGE);
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(arguments.into_iter()) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let home = Home(options.dir.join(format!("peers-{}", process::id())));
    fs::create_dir_all(&home.0).unwrap();
    let machine = machine::described(&home.0);
    let mut bench = Bench::new(options, home.0.clone());
    bench.run();

    let report = report::Report {
        machine,
        quick: bench.options.quick,
        rounds: bench.options.rounds(),
        rows: &bench.rows,
        timelines: &bench.timelines,
    };
    if bench.options.markdown {
        println!("{}", report.markdown());
    } else {
        println!("{}", report.text());
    }
    if bench.options.readme {
        report.write_readme();
    }
    ExitCode::SUCCESS
}

/// The folder of all files, which is removed when the program ends, even by a panic.
struct Home(PathBuf);

impl Drop for Home {
    fn drop(&mut self) {
        // Tell the user what could not be removed.
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} is left: {error}", self.0.display());
        }
    }
}
