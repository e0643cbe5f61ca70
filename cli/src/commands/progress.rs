//! What is being done, on a terminal's standard error. Nothing elsewhere.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a count is passed on: drawing costs more than counting.
const STEP: u64 = 1_000;

/// One line that says what goes on, how fast, and how long it will take.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Of something whose size is not known yet.
    pub(super) fn new() -> Self {
        Self::start("{spinner} {msg} ({elapsed})", None)
    }

    /// Of `total` things, called `unit`.
    pub(super) fn of(total: u64, unit: &str) -> Self {
        let template = format!(
            "{{msg}} {{bar:16}} {{human_pos}} of {{human_len}} {unit}, {{per_sec:>}}, {{eta}} left"
        );
        Self::start(&template, Some(total))
    }

    /// Of a file with `total` bytes.
    pub(super) fn of_bytes(total: u64) -> Self {
        Self::start(
            "{msg} {bar:16} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            Some(total),
        )
    }

    fn start(template: &str, total: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        // The templates are constants, and one that is not understood shows less.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    pub(super) fn say(&self, what: String) {
        self.0.set_message(what);
    }

    /// Tells that `done` of them are done.
    pub(super) fn reach(&self, done: u64) {
        if done.is_multiple_of(STEP) {
            self.0.set_position(done);
        }
    }

    /// Tells that `done` of them are done, less often than [`reach`](Self::reach) is called.
    pub(super) fn reach_at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
