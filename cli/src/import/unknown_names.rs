//! Unknown names of columns and fields: the most similar known name, and the
//! message.

use headcount::quoted;

use super::beside::HALVES;
use super::name_tables::OURS;
use super::names::{aliases, our_name, our_names, plain};
use crate::output::shell_word;

/// Names that are given as options.
const IGNORED_MAX: usize = 20;

/// Of all names that are known, the one most like `name`, if one is.
fn nearest(name: &str) -> Option<&'static str> {
    const LIKENESS_MIN: f64 = 0.7;
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

/// Whether a name that nobody knows is most like `active` or `admin`. To leave out that a
/// user is inactive would give them a seat.
pub(super) fn resembles_active_or_admin(name: &str) -> bool {
    matches!(nearest(name), Some("active" | "admin"))
}

/// One message for all unknown names.
pub(super) fn unknown(what: &str, names: &[&str]) -> String {
    let told: Vec<_> = names
        .iter()
        .map(|name| match nearest(name) {
            Some(known) => format!("{} (is it {known}?)", quoted(name)),
            None => quoted(name),
        })
        .collect();
    let (plural, it) = match names {
        [_] => ("", "it"),
        _ => ("s", "them"),
    };
    let ignore: Vec<_> = { names.iter().take(IGNORED_MAX) }
        .map(|name| format!("--ignore {}", shell_word(name)))
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
        shell_word(&format!("{name}=field"))
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
