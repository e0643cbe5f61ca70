//! The known name that is most similar to an unknown one.

/// The minimum similarity.
const LIKENESS_MIN: f64 = 0.8;

/// Of the known names, the one most like `name`, if one is.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
