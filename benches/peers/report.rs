//! The report: for the terminal, as Markdown, and in the README.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::args::Rounds;
use crate::contenders;
use crate::peer::Contender;
use crate::plot;
use crate::table::{self, Row};
use crate::timeline::{self, Timeline};

/// The root of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// The plot, from the root.
const PLOT: &str = "docs/creates.svg";
const TIMELINE: &str = "docs/sustained.svg";

/// This program writes the README's text between these two lines.
const BEGIN: &str = "<!-- peers: begin -->\n";
const END: &str = "<!-- peers: end -->\n";

/// A run, and the machine that it was on.
pub struct Report<'r> {
    pub machine: String,
    pub quick: bool,
    pub rounds: Rounds,
    pub rows: &'r [Row],
    pub timelines: &'r [Timeline],
}

impl Report<'_> {
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}; {}\n\n{}\n",
            self.machine,
            self.turns(),
            table::text(self.rows)
        );
        for contender in contenders::ALL {
            writeln!(text, "{}: {}", contender.name, contender.setup).unwrap();
        }
        text
    }

    fn turns(&self) -> String {
        let Rounds {
            reads,
            writes,
            files,
        } = self.rounds;
        format!("{reads} rounds of reads, {writes} of writes, {files} of loads and opens")
    }

    pub fn markdown(&self) -> String {
        let rows: Vec<&Row> = self.rows.iter().collect();
        self.section(&rows)
    }

    /// The machine, the table of `rows` and the configuration of each contender.
    fn section(&self, rows: &[&Row]) -> String {
        let quick = if self.quick { " -- --quick" } else { "" };
        let mut text = format!(
            "Measured by `cargo bench --bench peers{quick}` on {}. All contenders take turns in \
             one process ({}); the numbers are medians, except for sustained creates, which each \
             contender makes once; those in parentheses say how many times as good headcount \
             is.\n\n",
            self.machine,
            self.turns()
        );
        text += &table::markdown(rows);
        text += "\nA create checks that email and username are free and a seat is left, and \
                 writes the record, its entries in all indexes, the counters and a numbered \
                 change, in one durable transaction. The contenders are set up as their own \
                 users would:\n\n";
        for contender in taking_part(rows) {
            let (name, setup) = (contender.name, contender.setup);
            let line = table::escaped(&format!("**{name}**: {setup}"));
            writeln!(text, "- {line}.").unwrap();
        }
        text
    }

    /// Replaces the README's section and the plots.
    pub fn write_readme(&self) {
        let root = Path::new(ROOT);
        let plotted = plot::creates(self.rows);
        let mut section = String::new();
        if let Some(svg) = plotted {
            fs::write(root.join(PLOT), svg).unwrap();
            writeln!(
                section,
                "![Durable creates a second against threads]({PLOT})\n"
            )
            .unwrap();
        }
        if let Some(svg) = timeline::drawn(self.timelines) {
            fs::write(root.join(TIMELINE), svg).unwrap();
            writeln!(
                section,
                "![Longest wait for a durable create over time]({TIMELINE})\n"
            )
            .unwrap();
        }
        let rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| !row.goals.is_empty())
            .collect();
        section += &self.section(&rows);

        let path = root.join("README.md");
        let readme = fs::read_to_string(&path).unwrap();
        let (before, rest) = readme.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let written = format!("{before}{BEGIN}\n{section}\n{END}{after}");
        fs::write(&path, written).unwrap();
    }
}

/// The contenders with a number in any of the rows.
fn taking_part(rows: &[&Row]) -> impl Iterator<Item = &'static Contender> {
    contenders::ALL.into_iter().filter(|contender| {
        let mut medians = rows.iter().filter_map(|row| row.median(contender.name));
        medians.next().is_some()
    })
}
