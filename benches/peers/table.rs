//! The table: a row for each kind of work, a column for each contender, and the goals.

use std::fmt::Write as _;

use crate::contenders;

/// The unit of the numbers in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; less is better.
    Seconds,
    /// Per second; more is better.
    PerSecond,
    /// Less is better.
    Bytes,
    /// A growth; less is better.
    Times,
}

/// The goal.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// To be at least this many times as good as the contender of that name.
    Ahead(&'static str, f64),
    /// To need at most this many times as much as the contender of that name.
    Within(&'static str, f64),
    /// Not to exceed this number.
    AtMost(f64),
    /// To reach this number.
    AtLeast(f64),
    /// None: the number is only stated.
    Stated,
}

/// A kind of work, and the medians of all contenders that took part.
#[derive(Clone, Debug)]
pub struct Row {
    pub work: &'static str,
    pub users: u64,
    pub threads: usize,
    pub unit: Unit,
    /// By name of contender.
    pub medians: Vec<(&'static str, f64)>,
    pub goals: Vec<Goal>,
}

impl Row {
    pub fn median(&self, name: &str) -> Option<f64> {
        let found = self.medians.iter().find(|(of, _)| *of == name);
        found.map(|(_, median)| *median)
    }

    fn own(&self) -> Option<f64> {
        self.median(contenders::ALL[0].name)
    }

    /// How many times as good as that contender headcount is.
    fn ahead(&self, name: &str) -> Option<f64> {
        let (own, other) = (self.own()?, self.median(name)?);
        Some(match self.unit {
            Unit::PerSecond => own / other,
            _ => other / own,
        })
    }

    fn shown(&self, name: &str) -> String {
        let Some(median) = self.median(name) else {
            return String::new();
        };
        let value = self.unit.shown(median);
        match self.ahead(name) {
            Some(ahead) if name != contenders::ALL[0].name && self.unit != Unit::Times => {
                format!("{value} ({}×)", figures(ahead))
            }
            _ => value,
        }
    }

    fn goals(&self) -> String {
        let goals = self.goals.iter().filter_map(|goal| self.goal(*goal));
        goals.collect::<Vec<_>>().join(", ")
    }

    fn goal(&self, goal: Goal) -> Option<String> {
        let (aim, is_met) = match goal {
            Goal::Stated => return None,
            Goal::AtLeast(aim) => (format!("≥ {}", self.unit.shown(aim)), self.own()? >= aim),
            Goal::Ahead(name, aim) => {
                let aimed = format!("≥ {aim}× {name}");
                (aimed, self.ahead(name)? >= aim)
            }
            Goal::Within(name, aim) => {
                let aimed = format!("≤ {aim}× {name}");
                (aimed, self.ahead(name)? >= aim.recip())
            }
            Goal::AtMost(aim) => (format!("≤ {}", self.unit.shown(aim)), self.own()? <= aim),
        };
        Some(format!("{aim}: {}", if is_met { "met" } else { "missed" }))
    }

    fn threads(&self) -> String {
        match self.threads {
            0 => String::new(),
            threads => threads.to_string(),
        }
    }
}

impl Unit {
    fn shown(self, value: f64) -> String {
        let scaled = |scales: &[(f64, &str)]| {
            let fits = |(scale, _): &&(f64, &str)| value >= *scale;
            let (scale, unit) = scales.iter().find(fits).or(scales.last()).unwrap();
            format!("{}{unit}", figures(value / scale))
        };
        match self {
            Self::Seconds => scaled(&[(1.0, " s"), (1e-3, " ms"), (1e-6, " µs"), (1e-9, " ns")]),
            Self::PerSecond => scaled(&[(1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")]),
            Self::Bytes => scaled(&[(1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " B")]),
            Self::Times => format!("{}×", figures(value)),
        }
    }
}

/// The number with its significant decimals.
fn figures(value: f64) -> String {
    match value {
        _ if value < 0.001 => format!("{value:.5}"),
        _ if value < 0.1 => format!("{value:.3}"),
        _ if value < 1.0 => format!("{value:.2}"),
        _ if value < 10.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A number of users, with separators between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The cells of all rows, the header first; empty columns are left out.
fn cells(rows: &[&Row]) -> Vec<Vec<String>> {
    let names = contenders::ALL.map(|contender| contender.name);
    let names = names.into_iter().filter(|name| {
        let mut medians = rows.iter().filter_map(|row| row.median(name));
        medians.next().is_some()
    });
    let names: Vec<_> = names.collect();
    let fixed = ["work", "users", "threads"];
    let head = fixed
        .into_iter()
        .chain(names.iter().copied())
        .chain(["aim"]);
    let mut cells = vec![head.map(str::to_owned).collect()];
    for row in rows {
        let mut line = vec![row.work.to_owned(), grouped(row.users), row.threads()];
        line.extend(names.iter().map(|name| row.shown(name)));
        line.push(row.goals());
        cells.push(line);
    }
    cells
}

/// The table for a terminal.
pub fn text(rows: &[Row]) -> String {
    let cells = cells(&rows.iter().collect::<Vec<_>>());
    let width = |at: usize| cells.iter().map(|line| line[at].chars().count()).max();
    let widths: Vec<usize> = (0..cells[0].len()).filter_map(width).collect();
    let mut text = String::new();
    for (number, line) in cells.iter().enumerate() {
        let padded = line.iter().zip(&widths).enumerate();
        let padded = padded.map(|(at, (cell, width))| {
            if at == 0 || at + 1 == widths.len() {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        let padded = padded.collect::<Vec<_>>().join("  ");
        writeln!(text, "{}", padded.trim_end()).unwrap();
        if number == 0 {
            let rules: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(text, "{}", rules.join("  ")).unwrap();
        }
    }
    text
}

/// The text as Markdown, which would take `<…>` for HTML.
pub fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<")
}

/// The table as Markdown.
pub fn markdown(rows: &[&Row]) -> String {
    let mut text = String::new();
    for (number, line) in cells(rows).iter().enumerate() {
        let line: Vec<_> = line.iter().map(|cell| escaped(cell)).collect();
        let joined = format!("| {} |", line.join(" | "));
        // An empty cell is one space, not two.
        writeln!(
            text,
            "{}",
            joined.replace("|  |", "| |").replace("|  |", "| |")
        )
        .unwrap();
        if number == 0 {
            let rules = line.iter().enumerate().map(|(at, _)| {
                if at == 0 || at + 1 == line.len() {
                    "---"
                } else {
                    "---:"
                }
            });
            let rules: Vec<_> = rules.collect();
            writeln!(text, "| {} |", rules.join(" | ")).unwrap();
        }
    }
    text
}
