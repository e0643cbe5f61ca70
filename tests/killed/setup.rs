//! How the process that will be killed opens its directory.

use std::env;
use std::process::Command;
use std::time::Duration;

use headcount::{License, Options};

use crate::life::SEATS;

const SYNC_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_SYNC_MS";
const LOG_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_LOG_BYTES";
const TRIM_VARIABLE: &str = "HEADCOUNT_TEST_KILLED_TRIM";

#[derive(Clone, Copy, Debug, Default)]
pub struct Setup {
    /// The size of the log, unless it is the default.
    pub log_bytes: Option<u64>,
    /// The sync interval; without one, each write is synced.
    pub sync_ms: Option<u64>,
    /// Changes up to this number are trimmed while new ones are made.
    pub trim_up_to: Option<u64>,
}

impl Setup {
    /// The setup that was passed to this process.
    pub fn of_this_process() -> Self {
        let number = |name| Some(env::var(name).ok()?.parse::<u64>().unwrap());
        Self {
            log_bytes: number(LOG_VARIABLE),
            sync_ms: number(SYNC_VARIABLE),
            trim_up_to: number(TRIM_VARIABLE),
        }
    }

    /// Passes the setup to a process that is about to be started.
    pub fn pass_to(self, command: &mut Command) {
        let variables = [
            (LOG_VARIABLE, self.log_bytes),
            (SYNC_VARIABLE, self.sync_ms),
            (TRIM_VARIABLE, self.trim_up_to),
        ];
        for (name, value) in variables {
            if let Some(value) = value {
                command.env(name, value.to_string());
            }
        }
    }

    pub fn options(self) -> Options {
        let mut options = headcount::Directory::options()
            .license_if_new(License::Seats(SEATS))
            .sync_interval(self.sync_ms.map(Duration::from_millis));
        if let Some(bytes) = self.log_bytes {
            options = options.log_bytes(bytes);
        }
        options
    }
}
