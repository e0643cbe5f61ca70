//! What the preamble of the header says of parameters that mean the same everywhere.

use std::collections::BTreeMap;

/// The parameters in the preamble's list, with what it says of them.
pub fn general(header: &str) -> BTreeMap<String, String> {
    let (_, rest) = header.split_once(" * Parameters. ").unwrap();
    let (list, _) = rest.split_once("\n *\n").unwrap();
    let mut general = BTreeMap::new();
    for entry in list.split("\n * - ").skip(1) {
        let words = entry.split_whitespace().filter(|word| *word != "*");
        let entry = words.collect::<Vec<_>>().join(" ");
        let (names, said) = entry.split_once(": ").unwrap();
        let names = names.split(", ");
        general.extend(names.map(|name| (name.to_owned(), said.to_owned())));
    }
    general
}

/// Whether a parameter is named for its type, which then says what it is: `hc_query *query`.
pub fn is_named_for_its_type(kind: &str, name: &str) -> bool {
    let words = kind.split([' ', '*']);
    words.into_iter().any(|word| word == format!("hc_{name}"))
}
