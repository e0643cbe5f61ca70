//! Every function of the headers is documented: doxygen finds undocumented parameters and results,
//! and the tests here the rest.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::parameters::{general, is_named_for_its_type};
use crate::tools;

/// The comment in front of a function, and its declaration.
fn functions(header: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for piece in header.split("\n/**").skip(1) {
        let Some((comment, rest)) = piece.split_once("*/\n") else {
            continue;
        };
        let declaration = rest.split(['{', ';']).next().unwrap_or_default().trim();
        let is_function = declaration.contains("hc_") && declaration.ends_with(')');
        let is_private = comment.contains("@cond");
        if is_function && !is_private && !declaration.starts_with(['#', 't', 'H']) {
            found.push((comment, declaration));
        }
    }
    found
}

/// Whether a parameter needs no words of its own: the preamble of headcount.h explains it, it
/// is named for its type, or the description of the function speaks of it by name.
fn is_explained(parameter: &str, at: usize, comment: &str, general: &[String]) -> bool {
    let (kind, name) = parameter.rsplit_once([' ', '*']).unwrap_or_default();
    let is_handle = at == 0 && parameter.contains("hc_") && !parameter.contains("**");
    let description = comment.split(" @").next().unwrap_or_default();
    let mut words = description.split(|c: char| !c.is_alphanumeric() && c != '_');
    is_handle
        || name == "error"
        || name.ends_with("_len")
        || general.iter().any(|one| one == name)
        || is_named_for_its_type(kind, name)
        || words.any(|word| word == name)
}

#[test]
fn every_function_says_what_it_must() {
    let mut complaints = Vec::new();
    for (file, count_min) in [("headcount.h", 180), ("headcount_packed.h", 6)] {
        let header = fs::read_to_string(tools::root().join("include").join(file)).unwrap();
        let is_main = file == "headcount.h";
        let general: Vec<_> = if is_main {
            general(&header).into_keys().collect()
        } else {
            Vec::new()
        };
        let functions = functions(&header);
        assert!(functions.len() >= count_min, "{file}: {}", functions.len());
        for (comment, declaration) in functions {
            let (before, parameters) = declaration.split_once('(').unwrap();
            let mut needed = Vec::new();
            let has_status = before.starts_with("hc_status ");
            if !before.contains("void hc_") && !has_status {
                needed.push("@return ".to_owned());
            }
            let parameters = parameters.trim_end_matches(')').split(',').map(str::trim);
            for (at, parameter) in parameters.filter(|one| *one != "void").enumerate() {
                if !(is_main && is_explained(parameter, at, comment, &general)) {
                    let name = parameter.rsplit([' ', '*']).next().unwrap_or_default();
                    needed.push(format!("@param {name} "));
                }
            }
            // With single spaces, since some headers align their comments.
            let said = comment.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
            let missing = needed.iter().filter(|words| !said.contains(words.as_str()));
            complaints.extend(missing.map(|words| format!("{declaration}: no {words}")));
            // The preamble says once what applies to all functions.
            let general = ["@since 0.1.0", "@note Thread-safe.", "See \"Errors\""];
            let repeated = general.iter().filter(|words| comment.contains(**words));
            if is_main {
                complaints.extend(repeated.map(|words| format!("{declaration}: says {words}")));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn doxygen_has_no_complaints() {
    if !tools::have(&["doxygen"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = doxygen(folder.path(), |header| header);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let page = fs::read_to_string(folder.path().join("html/headcount_8h.html")).unwrap();
    assert!(page.contains("hc_user_create") && page.contains("hc_log_set_callback"));
}

#[test]
fn doxygen_finds_missing_comments() {
    if !tools::have(&["doxygen"]) {
        return;
    }
    // A field, and a function's whole comment. The first test covers the rest.
    let gaps = [
        (" /**< Users who are active: each takes one seat. */", ""),
        (
            "/** @return How many operations there are. */",
            "/* Undocumented. */",
        ),
    ];
    for (gap, filling) in gaps {
        let folder = tempfile::tempdir().unwrap();
        let output = doxygen(folder.path(), |header| {
            assert!(header.contains(gap), "{gap} is not in the header");
            header.replacen(gap, filling, 1)
        });
        assert!(!output.status.success(), "doxygen did not miss {gap}");
    }
}

/// Generates the documentation of a changed header in `folder`.
fn doxygen(folder: &Path, change: impl FnOnce(String) -> String) -> Output {
    let root = tools::root();
    let include = folder.join("include");
    fs::create_dir(&include).unwrap();
    let header = fs::read_to_string(root.join("include/headcount.h")).unwrap();
    fs::write(include.join("headcount.h"), change(header)).unwrap();
    let config = fs::read_to_string(root.join("docs/Doxyfile")).unwrap();
    assert!(config.contains("= docs/c-api.md include/headcount.h "));
    let config = config.replace(
        " include/headcount.h ",
        &format!(" {} ", include.join("headcount.h").display()),
    );
    let config = config.replace("target/doxygen", folder.to_str().unwrap());
    let path = folder.join("Doxyfile");
    fs::write(&path, config).unwrap();
    let mut command = Command::new("doxygen");
    command.current_dir(root).arg(&path).output().unwrap()
}
