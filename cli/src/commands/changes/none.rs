//! Why a list of changes is empty.

use std::collections::BTreeSet;

use headcount::{Change, quoted};

use super::filter::Filter;
use crate::args::ChangesArgs;
use crate::nearest::nearest;
use crate::output::count;

/// Doors that a hint names.
const NAMED_MAX: usize = 20;

/// What was seen of the changes that were read, shown or not.
#[derive(Default)]
pub(super) struct ReadChanges {
    number: usize,
    doors: BTreeSet<String>,
}

impl ReadChanges {
    pub(super) fn note(&mut self, change: &Change) {
        self.number += 1;
        let door = change.door.as_ref();
        if let Some(door) = door.filter(|door| !self.doors.contains(*door)) {
            self.doors.insert(door.clone());
        }
    }

    /// Why none of them is shown, for people.
    pub(super) fn why_none(&self, filter: &Filter, args: &ChangesArgs, trimmed: u64) -> String {
        let after = match args.after.unwrap_or(trimmed) {
            0 => String::new(),
            after => format!(" after {after}"),
        };
        if self.number == 0 || filter.is_empty() {
            return format!("no changes{after}");
        }
        let all = count(self.number, "change");
        let none = format!("no match among {all}{after}");
        match &args.door {
            Some(door) if !self.doors.contains(door) => {
                format!("{none}: {}", self.unknown_door(door))
            }
            _ => none,
        }
    }

    fn unknown_door(&self, door: &str) -> String {
        let doors = || self.doors.iter().map(String::as_str);
        let named: Vec<_> = doors().take(NAMED_MAX).collect();
        let known = match &*named {
            [] => " or any other".to_owned(),
            named => format!(" (doors: {})", named.join(", ")),
        };
        let meant = nearest(door, doors())
            .map_or_else(String::new, |near| format!("; did you mean {near}?"));
        format!("none came through the door {}{known}{meant}", quoted(door))
    }
}
