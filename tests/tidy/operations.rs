//! Each binding has each operation of the library's `Directory`, under a name in its language's
//! style.

use std::collections::BTreeSet;

use crate::expect_none;
use crate::sources::{self, Source};

/// The operations that bindings need not have, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("apply_stream", "imports of the command and the server"),
    ("dry_run_stream", "imports of the command and the server"),
    ("preview_stream", "imports of the command and the server"),
    ("extra", "records of the server"),
    ("extras", "records of the server"),
    ("set_extra", "records of the server"),
    ("remove_extra", "records of the server"),
    ("backup_with", "backup, with options"),
    ("export_lines", "export, into the binding's own streams"),
    ("load_lines", "load, from the binding's own streams"),
    ("for_each_in_page", "query, without owned users"),
    ("for_each_user", "users, without owned users"),
    (
        "workspaces_of_up_to",
        "workspaces_of, for the server's pages",
    ),
    ("peak_active_since", "seat_history"),
    ("generation", "for a host's cache"),
    ("generation_address", "for a host's cache"),
    ("options", "the caller's own options"),
    ("len", "count"),
    ("is_empty", "count"),
];

/// A language, the files that declare its operations, and how those begin.
struct Binding {
    path: &'static str,
    declares: fn(&str) -> Vec<String>,
    /// The operations with a different name.
    renamed: &'static [(&'static str, &'static str)],
}

const BINDINGS: &[Binding] = &[
    Binding {
        path: "bindings/python/python/headcount/_headcount.pyi",
        declares: |name| vec![format!("    def {name}(")],
        renamed: &[("open", "__new__")],
    },
    Binding {
        path: "bindings/node/src/",
        declares: |name| {
            let name = camel(name);
            ["  ", "  static ", "  static async "]
                .map(|before| format!("{before}{name}("))
                .into()
        },
        // No text is both an id and an email.
        renamed: &[("user_by_id", "user"), ("user_by_email", "user")],
    },
    Binding {
        path: "bindings/go/",
        declares: |name| {
            let name = pascal(name).replace("Id", "ID");
            vec![
                format!("func (d *Directory) {name}("),
                format!("func {name}("),
            ]
        },
        renamed: &[("in_memory", "open_in_memory")],
    },
    Binding {
        path: "bindings/java/src/main/java/headcount/Directory.java",
        declares: |name| vec![format!(" {}(", camel(name))],
        renamed: &[],
    },
    Binding {
        path: "bindings/csharp/src/Directory.cs",
        declares: |name| {
            vec![
                format!(" {}(", pascal(name)),
                format!(" Find{}(", pascal(name)),
            ]
        },
        renamed: &[("close", "dispose")],
    },
];

#[test]
fn each_binding_has_each_operation() {
    let sources = sources::rust();
    let library = sources
        .iter()
        .filter(|source| source.path.starts_with("src/directory/"));
    let operations: BTreeSet<&str> = library.flat_map(operations_of).collect();
    assert!(operations.len() > 60, "{operations:?}");
    let mut complaints = Vec::new();
    for (name, _) in LEFT_OUT {
        if !operations.contains(name) {
            complaints.push(format!("there is no {name} to leave out"));
        }
    }
    let wanted = operations
        .iter()
        .filter(|name| LEFT_OUT.iter().all(|(left_out, _)| left_out != *name));
    let wanted: Vec<&str> = wanted.copied().collect();
    for binding in BINDINGS {
        complaints.extend(missing(binding, &text(binding.path), &wanted));
    }
    expect_none(&complaints);
}

/// The public methods of `Directory` in a file.
fn operations_of(source: &Source) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut is_directory, mut is_hidden) = (false, false);
    for line in source.text.lines() {
        match line {
            "impl Directory {" => is_directory = true,
            "}" => is_directory = false,
            "" | "    }" => is_hidden = false,
            "    #[doc(hidden)]" => is_hidden = true,
            _ => {}
        }
        let declared = line
            .strip_prefix("    pub fn ")
            .and_then(|rest| rest.split(['(', '<']).next());
        names.extend(declared.filter(|_| is_directory && !is_hidden));
    }
    names
}

fn missing(binding: &Binding, text: &str, wanted: &[&str]) -> Vec<String> {
    let renamed = |name: &str| binding.renamed.iter().find(|(from, _)| *from == name);
    let is_declared = |name: &str| {
        (binding.declares)(name)
            .iter()
            .any(|start| text.contains(start))
    };
    let lacks = |name: &&&str| !is_declared(renamed(name).map_or(name, |(_, to)| to));
    wanted
        .iter()
        .filter(lacks)
        .map(|name| format!("{} has no {name}", binding.path))
        .collect()
}

/// A file, or the files of a folder.
pub fn text(path: &str) -> String {
    let at = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if at.is_file() {
        return std::fs::read_to_string(at).unwrap();
    }
    let files = at.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file() && !path.to_string_lossy().contains("_test."));
    files
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

pub fn pascal(name: &str) -> String {
    let words = name
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

pub fn camel(name: &str) -> String {
    name[..1].to_owned() + &pascal(name)[1..]
}

#[test]
fn what_a_binding_lacks_is_found() {
    let file = "impl Directory {\n    pub fn user(&self) {\n    }\n\n    #[doc(hidden)]\n    pub fn trick(\n    }\n\
                \n    pub fn users_by_ids<T>(\n    }\n\n    fn own(\n}\nimpl Other {\n    pub fn other(\n}\n";
    let source = Source::new("src/directory/x.rs", file);
    let operations = operations_of(&source);
    assert_eq!(operations, ["user", "users_by_ids"]);
    let go = &BINDINGS[2];
    assert_eq!(
        missing(go, "func (d *Directory) User(ref string)", &operations),
        ["bindings/go/ has no users_by_ids"]
    );
    assert!(missing(go, "func User( func UsersByIDs(", &operations).is_empty());
}
