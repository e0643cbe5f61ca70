//! Unknown names of columns and fields: the most similar known name, and the
//! message.

use std::borrow::Cow;

use headcount::quoted;

use super::beside::HALVES;
use super::name_tables::{ALIASES, OURS};
use super::names::{Field, aliases, our_name, our_names, plain};
use super::values::shortened;
use crate::nearest::is_comparable;
use crate::output::shell_word;

/// Names that are given as options.
const IGNORED_MAX: usize = 20;

/// Of all names that are known, the one most like `name`, if one is.
fn nearest(name: &str) -> Option<&'static str> {
    const LIKENESS_MIN: f64 = 0.7;
    if !is_comparable(name) {
        return None;
    }
    let name = plain(name);
    let ours = OURS.iter().map(|(ours, _)| (*ours, *ours));
    let others = aliases().flat_map(|(field, names)| {
        let ours = our_name(*field).unwrap_or("active");
        names.iter().map(move |name| (*name, ours))
    });
    let halves = { HALVES.iter() }.map(|(name, field)| (*name, our_name(*field).unwrap_or("")));
    ours.chain(others)
        .chain(halves)
        .map(|(like, ours)| {
            (
                strsim::normalized_damerau_levenshtein(&plain(like), &name),
                ours,
            )
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, ours)| ours)
}

/// Whether a name that nobody knows is `active` or `admin`, or an English name of theirs, with a
/// slip of the pen. To leave out that a user is inactive would give them a seat. JSON has
/// many other names, so that these must be nearer than what a message proposes.
pub(super) fn resembles_active_or_admin(name: &str) -> bool {
    /// The letters for each of which one may be wrong.
    const LETTERS_PER_SLIP: usize = 5;
    /// The fewest letters of an alias: `state` is too near to other words.
    const ALIAS_MIN: usize = 6;
    if !is_comparable(name) {
        return false;
    }
    let name = plain(name);
    let is_meant = |field: &Field| matches!(field, Field::Active | Field::Inactive | Field::Admin);
    let ours = { OURS.iter() }.filter(|(_, field)| is_meant(field));
    let others = { ALIASES.iter() }.filter(|(field, _)| is_meant(field));
    let others = others.flat_map(|(_, names)| names.iter().copied());
    ours.map(|(ours, _)| *ours)
        .chain(others.filter(|other| other.len() >= ALIAS_MIN))
        .any(|known| strsim::damerau_levenshtein(known, &name) <= known.len() / LETTERS_PER_SLIP)
}

/// One message for all unknown names.
pub(super) fn unknown(what: &str, names: &[&str]) -> String {
    let told: Vec<_> = names
        .iter()
        .map(|name| match nearest(name) {
            Some(known) => format!("{} (is it {known}?)", quoted(name)),
            None => quoted(&shortened(name)),
        })
        .collect();
    let (plural, it) = match names {
        [_] => ("", "it"),
        _ => ("s", "them"),
    };
    // A name that was cut off could not be pasted.
    let word = |name: &str, meaning: &str| match shortened(name) {
        Cow::Borrowed(name) => shell_word(&format!("{name}{meaning}")),
        Cow::Owned(_) => format!("NAME{meaning}"),
    };
    let ignore: Vec<_> = { names.iter().take(IGNORED_MAX) }
        .map(|name| format!("--ignore {}", word(name, "")))
        .collect();
    let more = if names.len() > IGNORED_MAX {
        " …"
    } else {
        ""
    };
    let name = names.first().copied().unwrap_or_default();
    format!(
        "unknown {what}{plural} {}; there are {}; use {}{more} to leave {it} out, or --map {} to \
         say what it is, such as attributes.team",
        told.join(", "),
        our_names(),
        ignore.join(" "),
        word(name, "=field")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_said_with_the_nearest() {
        let told = unknown("column", &["actve", "frist name", "zodiac"]);
        assert!(told.starts_with("unknown columns \"actve\" (is it active?), \"frist name\" (is it given_name?), \"zodiac\";"), "{told}");
    }

    #[test]
    fn what_a_message_proposes_can_be_pasted() {
        let told = unknown("column", &["Nom d'usage", "x"]);
        let proposed = r"use --ignore 'Nom d'\''usage' --ignore 'x' to leave them out";
        assert!(told.contains(proposed), "{told}");
        assert!(told.contains(r"--map 'Nom d'\''usage=field'"), "{told}");
    }
}
