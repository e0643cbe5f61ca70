//! The `headcount` command; all of it is in the library, where it can be fuzzed.

use std::process::ExitCode;

fn main() -> ExitCode {
    headcount_cli::run()
}
