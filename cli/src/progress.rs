//! Shows a command's progress on standard error, if that is a terminal and `--json` is not set.

use std::io::{self, IsTerminal};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::safe;

/// How many things are counted between two updates: drawing costs more than counting.
const STEP: u64 = 1_000;

/// One line that says what is being done, how much of it is done, and how long the rest takes.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of something whose size is not known yet.
    pub(crate) fn new(json: bool) -> Self {
        if json || !io::stderr().is_terminal() {
            return Self::hidden();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
        let progress = Self(bar);
        progress.style("{spinner} {msg} ({elapsed})");
        progress
    }

    /// Of something that is mostly over at once: shown after a second.
    pub(crate) fn of_long(what: &str, json: bool) -> Self {
        let progress = Self::hidden();
        progress.say(what);
        if !json && io::stderr().is_terminal() {
            let bar = progress.0.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_secs(1));
                if !bar.is_finished() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            });
        }
        progress
    }

    /// Shows nothing.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Begins something whose size is not known.
    pub(crate) fn say(&self, what: &str) {
        // As in `start`.
        self.style("{msg}");
        self.rename(what);
        self.0.unset_length();
        self.style("{spinner} {msg} ({elapsed})");
    }

    /// Begins something with `total` things, which are called `unit`.
    pub(crate) fn begin(&self, what: &str, total: usize, unit: &str) {
        let template = format!(
            "{{msg}} {{bar:16}} {{human_pos}} of {{human_len}} {unit}, {{percent}}%, {{eta}} left"
        );
        self.start(what, total as u64, &template);
    }

    /// Begins something with `total` bytes.
    pub(crate) fn begin_bytes(&self, what: &str, total: u64) {
        let template = "{msg} {bar:16} {bytes} of {total_bytes}, {percent}%, {eta} left";
        self.start(what, total, template);
    }

    fn start(&self, what: &str, total: u64, template: &str) {
        // Each call may draw: the new numbers are never shown in the old unit.
        self.style("{msg}");
        self.rename(what);
        self.0.set_length(total);
        self.0.reset();
        self.style(template);
    }

    fn style(&self, template: &str) {
        // The templates are constants, and one that is not understood shows less.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }

    /// Changes the description, which may contain the name of a file.
    pub(crate) fn rename(&self, what: &str) {
        self.0.set_message(safe(what).into_owned());
    }

    /// Notes that `done` of the things are done. Cheap: most calls do nothing.
    pub(crate) fn count(&self, done: u64) {
        if done.is_multiple_of(STEP) {
            self.0.set_position(done);
        }
    }

    /// Notes that `done` of the things are done.
    pub(crate) fn reach(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_said_is_safe_on_a_terminal() {
        let says: [fn(&Progress, &str); 4] = [
            |progress, what| progress.say(what),
            |progress, what| progress.begin(what, 1, "users"),
            |progress, what| progress.begin_bytes(what, 1),
            |progress, what| progress.rename(what),
        ];
        for say in says {
            let progress = Progress::hidden();
            say(&progress, "reading \u{1b}[2J\u{202e}.csv");
            assert_eq!(progress.0.message(), "reading <U+001B>[2J<U+202E>.csv");
        }
    }
}
