//! The files that Keycloak makes of a large realm, `demo-users-0.json` and on: which are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The numbers of such files, by their names as far as `-users-`, without folders.
#[derive(Debug, Default)]
pub(super) struct NumberedFiles(BTreeMap<String, BTreeSet<u64>>);

impl NumberedFiles {
    /// Adds a file, if it is named like one of these.
    pub(super) fn add(&mut self, path: &str) {
        if let Some((stem, number)) = numbered(path) {
            self.0.entry(stem.to_owned()).or_default().insert(number);
        }
    }

    /// Says of each export which file is the first one that is missing.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|(stem, numbers)| {
            let (missing, later) = (0..).zip(numbers).find(|(at, number)| at != *number)?;
            Some(format!(
                "{stem}{missing}.json is missing: {stem}{later}.json is a later part of the same \
                 export"
            ))
        })
    }
}

/// What is before the number of such a file, and its number.
fn numbered(path: &str) -> Option<(&str, u64)> {
    let name = Path::new(path).file_name()?.to_str()?;
    let rest = name.strip_suffix(".json")?;
    let digits = rest.len() - rest.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, number) = rest.split_at(rest.len() - digits);
    if !stem.ends_with("-users-") {
        return None;
    }
    Some((stem, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(files: &[&str]) -> Vec<String> {
        let mut numbered = NumberedFiles::default();
        for file in files {
            numbered.add(file);
        }
        numbered.notes().collect()
    }

    #[test]
    fn the_first_missing_file_of_each_export_is_named() {
        let told = |first: &str, later: &str| {
            format!("{first} is missing: {later} is a later part of the same export")
        };
        assert_eq!(
            notes(&[
                "x/demo-users-0.json",
                "x/demo-users-9.json",
                "b-users-1.json"
            ]),
            [
                told("b-users-0.json", "b-users-1.json"),
                told("demo-users-1.json", "demo-users-9.json"),
            ]
        );
        assert_eq!(
            notes(&["a-users-18446744073709551615.json"]),
            [told("a-users-0.json", "a-users-18446744073709551615.json")]
        );
    }

    #[test]
    fn files_from_zero_on_and_other_names_are_whole() {
        let whole = [
            "x/demo-users-1.json",
            "y/demo-users-0.json",
            "demo-realm.json",
        ];
        assert_eq!(notes(&whole), [""; 0]);
        let others = [
            "users-7.json",
            "a-users-2.csv",
            "a-users-.json",
            "a-users-x1.json",
        ];
        assert_eq!(notes(&others), [""; 0]);
        assert_eq!(
            notes(&["a-users-99999999999999999999.json", "7.json", ""]),
            [""; 0]
        );
    }
}
