//! The `headcount` command: a user directory at work from a shell.
//!
//! `docs/cli.md` documents the exit codes.

mod args;
mod commands;
mod csv_rows;
mod directory;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod import;
mod logging;
mod nearest;
mod ops;
mod output;
mod ownerless;
mod panics;
mod progress;
mod stdout;
mod usage;
mod wrap;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;
use wrap::Wrapping;

/// Runs the command line.
pub fn run() -> ExitCode {
    let mut out = Wrapping::new(BufWriter::new(stdout::open()), wrap::stdout_width());
    let (done, json) = match Args::try_parse() {
        Ok(args) => {
            if args.prints_data() {
                out.stop();
            }
            // A server continues after a panic in one of its requests, and must print it.
            let done = match args.command {
                Command::Serve(_) => commands::run(&args, &mut out),
                _ => panics::caught(|| commands::run(&args, &mut out)),
            };
            (done, args.json)
        }
        Err(error) if error.use_stderr() => return usage::refuse(error),
        Err(help) => (usage::help(&help, &mut out), usage::wants_json()),
    };
    let done = done.and_then(|()| Ok(out.flush()?));
    // The output of a failed command comes before its error.
    let _ = out.flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has closed the output, as in `headcount … | head`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            // Nothing is left to report this failure to.
            let _ = failure.write(&mut io::stderr().lock(), json);
            failure.exit_code().into()
        }
    }
}
