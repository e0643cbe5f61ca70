//! The known name that is most similar to an unknown one.

/// The minimum similarity.
const LIKENESS_MIN: f64 = 0.8;

/// The bytes of the longest name that is compared: a comparison takes time by the product of both
/// lengths, and no known name is nearly as long.
const BYTES_MAX: usize = 128;

/// Whether a name is short enough to be a known one that was mistyped.
pub(crate) fn is_comparable(name: &str) -> bool {
    name.len() <= BYTES_MAX
}

/// Of the known names, the one most like `name`, if one is.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known
        .filter(|_| is_comparable(name))
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
