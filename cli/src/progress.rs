//! Shows a command's progress on standard error, if that is a terminal and `--json` is not set.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::safe;
use crate::wrap;

/// How many things are counted between two updates: drawing costs more than counting.
const STEP: u64 = 1_000;

/// The columns of `, 12m left` and the like, and of ` 100%`.
const TIME_COLUMNS: usize = 12;
const SHARE_COLUMNS: usize = 5;

/// The fewest columns in which a description still says something.
const DESCRIPTION_MIN: usize = 20;

/// One line that says what is being done, how much of it is done, and how long the rest takes. It
/// is never wider than the terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The columns of the terminal.
    width: usize,
    /// The columns that are left for the description.
    room: AtomicUsize,
}

impl Progress {
    /// Of something whose size is not known yet.
    pub(crate) fn new(json: bool) -> Self {
        if json || !io::stderr().is_terminal() {
            return Self::hidden();
        }
        let progress = Self::of(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::stderr(),
        ));
        progress.bar.enable_steady_tick(Duration::from_millis(100));
        progress.style(&Style::of_time(progress.width));
        progress
    }

    /// Of something that is mostly over at once: shown after a second.
    pub(crate) fn of_long(what: &str, json: bool) -> Self {
        let progress = Self::hidden();
        progress.say(what);
        if !json && io::stderr().is_terminal() {
            let bar = progress.bar.clone();
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
        Self::of(ProgressBar::hidden())
    }

    fn of(bar: ProgressBar) -> Self {
        Self {
            bar,
            width: wrap::stderr_width().unwrap_or(usize::MAX),
            room: AtomicUsize::new(usize::MAX),
        }
    }

    /// Begins something whose size is not known.
    pub(crate) fn say(&self, what: &str) {
        self.start(what, &Style::of_time(self.width), || {
            self.bar.unset_length();
        });
    }

    /// Begins something with `total` things, which are called `unit`.
    pub(crate) fn begin(&self, what: &str, total: usize, unit: &str) {
        let total = total as u64;
        let counts = HumanCount(total).to_string().len() * 2 + unit.len() + 5;
        let template = format!("{{human_pos}} of {{human_len}} {unit}");
        self.count_up(what, total, &Style::of_share(self.width, &template, counts));
    }

    /// Begins something with `total` bytes.
    pub(crate) fn begin_bytes(&self, what: &str, total: u64) {
        // As in `1000.00 KiB of 1000.00 KiB`.
        const COUNTS: usize = 26;
        let template = "{bytes} of {total_bytes}";
        self.count_up(what, total, &Style::of_share(self.width, template, COUNTS));
    }

    fn count_up(&self, what: &str, total: u64, style: &Style) {
        self.start(what, style, || {
            self.bar.set_length(total);
            self.bar.reset();
        });
    }

    fn start(&self, what: &str, style: &Style, reset: impl FnOnce()) {
        // Each call may draw: the new numbers are never shown in the old unit.
        self.style(&Style {
            template: "{msg}".to_owned(),
            room: style.room,
        });
        self.rename(what);
        reset();
        self.style(style);
    }

    fn style(&self, style: &Style) {
        self.room.store(style.room, Ordering::Relaxed);
        // The templates are constants, and one that is not understood shows less.
        if let Ok(style) = ProgressStyle::with_template(&style.template) {
            self.bar.set_style(style);
        }
    }

    /// Changes the description, which may contain the name of a file.
    pub(crate) fn rename(&self, what: &str) {
        let room = self.room.load(Ordering::Relaxed);
        self.bar.set_message(wrap::cut(&safe(what), room));
    }

    /// Notes that `done` of the things are done. Cheap: most calls do nothing.
    pub(crate) fn count(&self, done: u64) {
        if done.is_multiple_of(STEP) {
            self.bar.set_position(done);
        }
    }

    /// Notes that `done` of the things are done.
    pub(crate) fn reach(&self, done: u64) {
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What a line looks like, and the columns that its description may have.
#[derive(Debug, PartialEq, Eq)]
struct Style {
    template: String,
    room: usize,
}

impl Style {
    /// Shows how long it has taken.
    fn of_time(width: usize) -> Self {
        Self {
            template: "{spinner} {msg} ({elapsed})".to_owned(),
            room: width.saturating_sub(TIME_COLUMNS),
        }
    }

    /// Shows how much of it is done, with as much as fits of a bar, the numbers and the rest of the
    /// time. `counts` is the template of the numbers, which take so many columns.
    fn of_share(width: usize, counts: &str, columns: usize) -> Self {
        const BAR: usize = 17;
        let share = SHARE_COLUMNS;
        let (numbers, time) = (columns + 2, TIME_COLUMNS);
        let styles = [
            (
                format!("{{msg}} {{bar:16}} {counts}, {{percent}}%, {{eta}} left"),
                BAR + numbers + share + time,
            ),
            (
                format!("{{msg}} {counts}, {{percent}}%, {{eta}} left"),
                numbers + share + time,
            ),
            ("{msg} {percent}%, {eta} left".to_owned(), share + time),
            ("{msg} {percent}%".to_owned(), share),
        ];
        let room = |needed: usize| width.saturating_sub(needed);
        let last = styles.len() - 1;
        let fitting = styles
            .iter()
            .position(|(_, needed)| room(*needed) >= DESCRIPTION_MIN);
        let (template, needed) = &styles[fitting.unwrap_or(last)];
        Self {
            template: template.clone(),
            room: room(*needed),
        }
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
            assert_eq!(progress.bar.message(), "reading <U+001B>[2J<U+202E>.csv");
        }
    }

    /// The line with its numbers at their longest.
    fn longest(style: &Style, total: &str) -> usize {
        let what = "x".repeat(style.room.min(200));
        let line = style.template.replace("{msg}", &what);
        let line = line.replace("{bar:16}", &"#".repeat(16));
        let line = line
            .replace("{bytes}", total)
            .replace("{total_bytes}", total);
        let line = line
            .replace("{human_pos}", total)
            .replace("{human_len}", total);
        let line = line.replace("{percent}", "100").replace("{eta}", "59m");
        line.replace("{spinner}", "-")
            .replace("{elapsed}", "100s")
            .len()
    }

    #[test]
    fn a_line_is_as_wide_as_the_terminal_at_most() {
        for width in 40..=140 {
            let rows = Style::of_share(width, "{human_pos} of {human_len} rows", 23);
            assert!(longest(&rows, "600,000") <= width, "{width}: {rows:?}");
            let bytes = Style::of_share(width, "{bytes} of {total_bytes}", 26);
            assert!(
                longest(&bytes, "1000.00 KiB") <= width,
                "{width}: {bytes:?}"
            );
            assert!(longest(&Style::of_time(width), "") <= width, "{width}");
            assert!(rows.room >= 20 && bytes.room >= 20, "{width}");
        }
        let wide = Style::of_share(120, "{bytes} of {total_bytes}", 26);
        assert!(wide.template.contains("{bar:16} {bytes}"), "{wide:?}");
    }

    #[test]
    fn a_long_description_is_cut_to_its_room() {
        let mut progress = Progress::hidden();
        progress.width = 40;
        progress.begin(&format!("reading {}.csv", "u".repeat(80)), 600_000, "rows");
        let shown = progress.bar.message();
        assert!(
            shown.ends_with('…') && shown.chars().count() == 23,
            "{shown}"
        );
    }
}
