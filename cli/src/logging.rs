//! The log of a server, on standard error: one line for each event, with its time and level.

use std::io::{self, Write};

use headcount::Timestamp;
use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::output::safe;

struct StandardError;

impl Log for StandardError {
    /// Other crates' lines are none of an operator's business.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("headcount")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = match record.level() {
            Level::Error => "error",
            Level::Warn => "warning",
            Level::Info => "info",
            Level::Debug | Level::Trace => "debug",
        };
        let said = record.args().to_string();
        let line = format!("{} {level}: {}\n", Timestamp::now(), safe(&said));
        // There is nowhere else to say that this failed.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Logs what is at least as important as `level` from now on.
pub(crate) fn start(level: LevelFilter) {
    if log::set_logger(&StandardError).is_ok() {
        log::set_max_level(level);
    }
}
