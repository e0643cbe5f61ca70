//! The library under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::tools;

/// The directory that holds `libheadcount.so` and `libheadcount.a`.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = match std::env::var_os("HEADCOUNT_LIB_DIR") {
            Some(folder) => tools::root().join(folder),
            None => build(),
        };
        for name in ["libheadcount.so", "libheadcount.a"] {
            assert!(
                folder.join(name).is_file(),
                "{name} is not in {}; build it with `cargo rustc --lib --features capi \
                 --crate-type cdylib,staticlib` and set HEADCOUNT_LIB_DIR to where it is",
                folder.display()
            );
        }
        folder
    })
}

/// Builds the library beside this test, which costs little: its dependencies are
/// there. The cargo that runs this test holds no lock by now.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let (profile, folder) = if cfg!(debug_assertions) {
        ("dev", "debug")
    } else {
        ("release", "release")
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(tools::root())
        .args(["rustc", "--quiet", "--lib", "--features", "capi"])
        .args(["--crate-type", "cdylib,staticlib", "--profile", profile])
        .arg("--target-dir")
        .arg(target);
    tools::run(&mut cargo);
    target.join(folder)
}

/// How a program gets the library.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    Shared,
    Static,
}

impl Link {
    /// The arguments for the compiler, to be put behind the sources.
    pub fn arguments(self) -> Vec<String> {
        let folder = folder().display();
        match self {
            Self::Shared => vec![
                format!("-L{folder}"),
                "-lheadcount".to_owned(),
                format!("-Wl,-rpath,{folder}"),
            ],
            Self::Static => vec![
                format!("{folder}/libheadcount.a"),
                "-ldl".to_owned(),
                "-lm".to_owned(),
                "-Wl,--strip-debug".to_owned(),
            ],
        }
    }
}
