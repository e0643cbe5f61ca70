//! Plots how long creates waited during a sustained run, as an SVG: time to the right, and upwards,
//! on a logarithmic axis, the longest wait in each quarter of a second.

use std::fmt::Write as _;
use std::time::Duration;

use crate::plot::{self, BOTTOM, COLOURS, LEFT, LINE_HEIGHT, RIGHT, TOP};
use crate::works::Wait;

/// The length of a step.
const STEP: Duration = Duration::from_millis(250);

/// The range of the axis, as powers of ten, in milliseconds.
const POWERS: std::ops::RangeInclusive<i32> = -1..=4;

/// The waits of a contender.
pub struct Timeline {
    name: &'static str,
    lasting: Duration,
    /// The longest wait, in milliseconds, of each step.
    longest: Vec<f64>,
}

impl Timeline {
    pub fn new(name: &'static str, waits: &[Wait], lasting: Duration) -> Self {
        let steps = lasting.as_millis() / STEP.as_millis();
        let mut longest = vec![0.0; usize::try_from(steps).unwrap()];
        for wait in waits {
            let step = usize::try_from(wait.at.as_millis() / STEP.as_millis()).unwrap();
            let took = wait.took.as_secs_f64() * 1e3;
            // The last creates end after the run's time.
            if let Some(longest) = longest.get_mut(step) {
                *longest = took.max(*longest);
            }
        }
        Self {
            name,
            lasting,
            longest,
        }
    }

    /// The points of the steps on the page. A step in which no create ended has no point: a wait
    /// counts in the step in which it ends.
    fn points(&self) -> String {
        let mut points = Vec::new();
        for (step, longest) in (0_u32..).zip(&self.longest) {
            if *longest > 0.0 {
                let part = (STEP * step).as_secs_f64() / self.lasting.as_secs_f64();
                points.push(format!("{:.1},{:.1}", x(part), y(*longest)));
            }
        }
        points.join(" ")
    }
}

fn x(part: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * part
}

fn y(millis: f64) -> f64 {
    let (lowest, highest) = (f64::from(*POWERS.start()), f64::from(*POWERS.end()));
    let part = (millis.log10() - lowest) / (highest - lowest);
    BOTTOM - (BOTTOM - TOP) * part.clamp(0.0, 1.0)
}

/// The plot, if anything was measured.
pub fn drawn(timelines: &[Timeline]) -> Option<String> {
    let seconds = timelines.first()?.lasting.as_secs();
    let mut svg = plot::begun(
        "Longest wait for a durable create over time",
        "Longest wait for a durable create, 16 threads, random addresses",
    );
    for power in POWERS {
        let millis = 10_f64.powi(power);
        plot::draw_height(&mut svg, y(millis), &format!("{millis} ms"));
    }
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{seconds} seconds</text>",
        f64::midpoint(LEFT, RIGHT),
        BOTTOM + 22.0
    )
    .unwrap();
    let mut label = TOP + 4.5;
    // Headcount last, on top.
    for (at, timeline) in timelines.iter().enumerate().rev() {
        let colour = COLOURS[at.min(COLOURS.len() - 1)];
        let points = timeline.points();
        writeln!(
            svg,
            "<polyline class=\"line\" stroke=\"{colour}\" points=\"{points}\"/>\
             <text x=\"{}\" y=\"{label:.1}\" style=\"fill:{colour}\">{}</text>",
            RIGHT + 12.0,
            timeline.name
        )
        .unwrap();
        label += LINE_HEIGHT;
    }
    Some(svg + "</svg>\n")
}
