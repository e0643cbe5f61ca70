//! Plots durable creates against threads, as an SVG for light and dark pages: both axes are
//! logarithmic, and each contender has a labelled line.

use std::fmt::Write as _;

use crate::contenders;
use crate::table::{Row, grouped};
use crate::works::CREATES;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
pub const LEFT: f64 = 64.0;
pub const RIGHT: f64 = WIDTH - 136.0;
pub const TOP: f64 = 56.0;
pub const BOTTOM: f64 = HEIGHT - 52.0;
/// The minimum distance of labels.
pub const LINE_HEIGHT: f64 = 16.0;

/// Headcount's colour, and those of the others in their order: of medium lightness, so that they
/// stand out on black and on white.
pub const COLOURS: [&str; 6] = [
    "#e5484d", "#3b82f6", "#0ea5a4", "#a855f7", "#d97706", "#7c8794",
];

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#57606a}\
.title{font-size:15px;font-weight:600;fill:#24292f}\
.grid{stroke:#8b949e;stroke-opacity:.3}\
.line{fill:none;stroke-width:2;stroke-linejoin:round}\
.own{stroke-width:4}\
@media(prefers-color-scheme:dark){text{fill:#9da7b3}.title{fill:#e6edf3}}";

/// A contender's line: its name, and pairs of threads and creates a second.
struct Line {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// The plot, if creates were measured with several numbers of threads. If there were several sizes,
/// it shows the one with goals.
pub fn creates(rows: &[Row]) -> Option<String> {
    let rows = rows.iter().filter(|row| row.work == CREATES);
    let usual = |row: &&Row| !row.goals.is_empty();
    let users = rows.clone().find(usual)?.users;
    let rows: Vec<&Row> = rows.filter(|row| row.users == users).collect();
    let lines: Vec<Line> = contenders::ALL
        .into_iter()
        .filter_map(|contender| line(contender.name, &rows))
        .collect();
    Some(drawn(&lines, users))
}

fn line(name: &'static str, rows: &[&Row]) -> Option<Line> {
    let points = rows.iter().filter_map(|row| {
        let threads = u32::try_from(row.threads).ok()?;
        Some((f64::from(threads), row.median(name)?))
    });
    let points: Vec<_> = points.collect();
    (!points.is_empty()).then_some(Line { name, points })
}

/// The positions of numbers on the page.
struct Scale {
    threads_max: f64,
    /// Powers of ten.
    lowest: i32,
    highest: i32,
}

impl Scale {
    fn of(lines: &[Line]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let rates = || points().map(|(_, rate)| *rate);
        #[expect(clippy::cast_possible_truncation, reason = "a power of ten")]
        Self {
            threads_max: points().map(|(threads, _)| *threads).fold(2.0, f64::max),
            lowest: rates().fold(f64::MAX, f64::min).log10().floor() as i32,
            highest: rates().fold(1.0, f64::max).log10().ceil() as i32,
        }
    }

    fn x(&self, threads: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * threads.log2() / self.threads_max.log2()
    }

    fn y(&self, rate: f64) -> f64 {
        let part = (rate.log10() - f64::from(self.lowest)) / f64::from(self.highest - self.lowest);
        BOTTOM - (BOTTOM - TOP) * part
    }
}

/// The beginning of a plot with a title for those who can't see it, and a heading.
pub fn begun(title: &str, heading: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         role=\"img\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"26\">{heading}</text>\n"
    )
}

/// Draws a line across the plot at the height `y`, and its label.
pub fn draw_height(svg: &mut String, y: f64, label: &str) {
    writeln!(
        svg,
        "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
         <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
        LEFT - 8.0,
        y + 4.5
    )
    .unwrap();
}

fn drawn(lines: &[Line], users: u64) -> String {
    let scale = Scale::of(lines);
    let heading = format!(
        "Durable creates a second, in a directory of {} users",
        grouped(users)
    );
    let mut svg = begun("Durable creates a second against threads", &heading);
    draw_axes(&mut svg, &scale, lines);
    let labels = label_heights(lines, &scale);
    // Headcount last, on top.
    for (at, (line, label)) in lines.iter().zip(labels).enumerate().rev() {
        let colour = COLOURS[at.min(COLOURS.len() - 1)];
        let own = if at == 0 { " own" } else { "" };
        let points = line
            .points
            .iter()
            .map(|(threads, rate)| format!("{:.1},{:.1}", scale.x(*threads), scale.y(*rate)));
        let points: Vec<_> = points.collect();
        let joined = points.join(" ");
        writeln!(
            svg,
            "<polyline class=\"line{own}\" stroke=\"{colour}\" points=\"{joined}\"/>"
        )
        .unwrap();
        for point in &points {
            let (x, y) = point.split_once(',').unwrap_or_default();
            writeln!(
                svg,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{colour}\"/>"
            )
            .unwrap();
        }
        let weight = if at == 0 { ";font-weight:700" } else { "" };
        let x = RIGHT + 12.0;
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{label:.1}\" style=\"fill:{colour}{weight}\">{}</text>",
            line.name
        )
        .unwrap();
    }
    svg + "</svg>\n"
}

fn draw_axes(svg: &mut String, scale: &Scale, lines: &[Line]) {
    for power in scale.lowest..=scale.highest {
        let rate = 10_f64.powi(power);
        let y = scale.y(rate);
        let label = match power {
            ..3 => format!("{rate}"),
            3..6 => format!("{}k", rate / 1e3),
            _ => format!("{}M", rate / 1e6),
        };
        draw_height(svg, y, &label);
    }
    let below = BOTTOM + 22.0;
    for (threads, _) in lines.first().map_or(&[][..], |line| &line.points) {
        let x = scale.x(*threads);
        writeln!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>\
             <text x=\"{x:.1}\" y=\"{below}\" text-anchor=\"middle\">{threads}</text>"
        )
        .unwrap();
    }
    let middle = f64::midpoint(LEFT, RIGHT);
    let lowest = BOTTOM + 42.0;
    writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{lowest}\" text-anchor=\"middle\">threads</text>"
    )
    .unwrap();
}

/// The baselines of the labels: beside the ends of the lines, moved down where they would overlap,
/// and all moved up if that leaves the page.
fn label_heights(lines: &[Line], scale: &Scale) -> Vec<f64> {
    let end = |line: &Line| {
        line.points
            .last()
            .map_or(BOTTOM, |(_, rate)| scale.y(*rate))
    };
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|one, other| end(&lines[*one]).total_cmp(&end(&lines[*other])));
    let mut heights = vec![0.0; lines.len()];
    let mut above = f64::MIN;
    for at in &order {
        above = (end(&lines[*at]) + 4.5).max(above + LINE_HEIGHT);
        heights[*at] = above;
    }
    let mut below = HEIGHT;
    for at in order.iter().rev() {
        heights[*at] = heights[*at].min(below - LINE_HEIGHT);
        below = heights[*at];
    }
    heights
}
