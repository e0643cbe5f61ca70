//! The known name that is most similar to an unknown one.

/// The bytes of the longest name that is compared: a comparison takes time by the product of both
/// lengths, and no known name is nearly as long.
const BYTES_MAX: usize = 128;

/// The fewest bytes of a beginning by which a name is told, or of a name with a slip.
const BEGINNING_MIN: usize = 3;

/// Whether a name is short enough to be a known one that was mistyped.
pub(crate) fn is_comparable(name: &str) -> bool {
    name.len() <= BYTES_MAX
}

/// Of the known names, the one most like `name`, if one is.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known
        .filter_map(|known| Some((likeness(name, known)?, known)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Whether `name` may be a slip of the pen for the known name.
pub(crate) fn is_near(name: &str, known: &str) -> bool {
    likeness(name, known).is_some()
}

/// How alike a name and a known one are, if it may be meant: as its beginning, or with slips. One
/// letter may be wrong, or one in four, or two in five where the others are in their places: by
/// either measure alone, `version` would be `verify`.
fn likeness(name: &str, known: &str) -> Option<f64> {
    const SLIPS_MIN: f64 = 0.72;
    const SLIPS_IN_PLACE_MIN: f64 = 0.6;
    const PLACES_MIN: f64 = 0.9;
    if !is_comparable(name) {
        return None;
    }
    let by_slips = strsim::normalized_damerau_levenshtein(name, known);
    let by_places = strsim::jaro_winkler(name, known);
    let is_beginning = name.len() >= BEGINNING_MIN && known.starts_with(name);
    let is_one_slip = name.len() >= BEGINNING_MIN && strsim::damerau_levenshtein(name, known) == 1;
    let is_near = is_beginning
        || is_one_slip
        || by_slips >= SLIPS_MIN
        || (by_slips >= SLIPS_IN_PLACE_MIN && by_places >= PLACES_MIN);
    is_near.then_some(by_slips + by_places)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 13] = [
        "users",
        "search",
        "seats",
        "license",
        "verify",
        "bench",
        "restore",
        "export",
        "backup",
        "list",
        "activate",
        "created_at",
        "csv",
    ];

    #[test]
    fn a_slip_has_a_near_name_and_another_word_has_none() {
        for (slip, known) in [
            ("usres", "users"),
            ("sreach", "search"),
            ("licence", "license"),
            ("verfy", "verify"),
            ("exprot", "export"),
            ("seat", "seats"),
            ("lst", "list"),
            ("cvs", "csv"),
            ("back", "backup"),
            ("created", "created_at"),
        ] {
            assert_eq!(nearest(slip, KNOWN.into_iter()), Some(known), "{slip}");
        }
        let long = "users".repeat(BYTES_MAX);
        for other in ["version", "nosuch", "restart", "frobnicate", "x", "", &long] {
            assert_eq!(nearest(other, KNOWN.into_iter()), None, "{other}");
        }
    }
}
