//! The files of the repository.

use std::fs;
use std::path::Path;

/// Extensions of files that are written by hand.
const ENDINGS: [&str; 12] = [
    "rs", "toml", "md", "c", "h", "cpp", "hpp", "sh", "yml", "ts", "mjs", "cjs",
];

/// Files without an extension that are written by hand.
const SCRIPTS: [&str; 4] = ["test", "tests/tools", ".ci/run", "fuzz/run"];

/// A text file, and its path from the root of the repository.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    pub fn is_rust(&self) -> bool {
        has_ending(&self.path, &["rs"])
    }

    /// Whether all of it is compiled for tests or benches only.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| {
            matches!(
                part,
                "tests" | "tests.rs" | "suite" | "suite.rs" | "benches"
            )
        })
    }

    pub fn complaint(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// All files that are written by hand.
pub fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    collect(root, "", &mut sources);
    for script in SCRIPTS {
        sources.push(Source::new(
            script,
            fs::read_to_string(root.join(script)).unwrap(),
        ));
    }
    assert!(
        sources.len() > 100,
        "the walk through the repository found hardly any files"
    );
    sources
}

/// All Rust files.
pub fn rust() -> Vec<Source> {
    all().into_iter().filter(Source::is_rust).collect()
}

fn collect(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder && !name.starts_with('.') && !is_made(&name) {
            collect(&entry.path(), &format!("{prefix}{name}/"), sources);
        } else if !is_folder && has_ending(&name, &ENDINGS) {
            let text = fs::read_to_string(entry.path()).unwrap();
            sources.push(Source::new(format!("{prefix}{name}"), text));
        }
    }
}

/// Folders of generated files.
fn is_made(folder: &str) -> bool {
    folder.starts_with("target")
        || matches!(folder, "node_modules" | "__pycache__" | "dist" | "build")
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| endings.iter().any(|known| ending == *known))
}
