//! The library under test: installed as users install it, and instrumented.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::tools;

/// Where the library is installed: what `make install` makes of the profile that these
/// tests are built with, unless `HEADCOUNT_PREFIX` says where one is.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| match std::env::var_os("HEADCOUNT_PREFIX") {
        Some(prefix) => tools::root().join(prefix),
        None => install(),
    })
}

/// Costs little: the dependencies are there. The cargo that runs this test holds no
/// lock by now.
fn install() -> PathBuf {
    let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed");
    // Whatever an older Makefile installed is not to be found.
    let _ = std::fs::remove_dir_all(&prefix);
    tools::run(make("install").arg(format!("PREFIX={}", prefix.display())));
    prefix
}

/// `make`, for the profile and the folder of this test.
pub fn make(target: &str) -> Command {
    let mut make = Command::new("make");
    make.current_dir(tools::root())
        .args(["--no-print-directory", target])
        .arg(format!("PROFILE={}", profile().0))
        .arg(format!("CARGO={}", env!("CARGO")))
        .arg(format!("CARGO_TARGET_DIR={}", target_folder().display()));
    make
}

/// The profile of this test, and its folder.
fn profile() -> (&'static str, &'static str) {
    if cfg!(debug_assertions) {
        ("dev", "debug")
    } else {
        ("release", "release")
    }
}

/// The folder that this test was built in.
pub fn target_folder() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary)
}

/// How a program gets the library.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    Shared,
    Static,
    /// The one whose Rust is instrumented for the address sanitizer too.
    Sanitized,
}

impl Link {
    /// The arguments for the compiler, to be put behind the sources.
    pub fn arguments(self) -> Vec<String> {
        let lib = prefix().join("lib");
        let lib = lib.display();
        match self {
            Self::Shared => vec![
                format!("-L{lib}"),
                "-lheadcount".to_owned(),
                format!("-Wl,-rpath,{lib}"),
            ],
            Self::Static => archive(&format!("{lib}/libheadcount.a")),
            Self::Sanitized => archive(&sanitized().display().to_string()),
        }
    }
}

/// Links with a static library, and leaves out what only makes the program large.
fn archive(path: &str) -> Vec<String> {
    let arguments = [path, "-lpthread", "-ldl", "-lm", "-Wl,--strip-debug"];
    arguments.map(str::to_owned).to_vec()
}

/// The static library with its Rust instrumented for the address sanitizer, but for the
/// standard library. The switch is not stable, so the compiler has to be told that this
/// is meant.
fn sanitized() -> &'static Path {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        let triple = triple();
        let target_folder = target_folder().join("asan");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(tools::root())
            .env("RUSTC_BOOTSTRAP", "1")
            .env(
                "RUSTFLAGS",
                "-Zsanitizer=address -Cdebuginfo=line-tables-only",
            )
            .args([
                "rustc",
                "--quiet",
                "--locked",
                "--lib",
                "--features",
                "capi",
            ])
            .args(["--crate-type", "staticlib", "--target", &triple])
            .arg("--target-dir")
            .arg(&target_folder);
        tools::run(&mut cargo);
        target_folder.join(triple).join("debug/libheadcount.a")
    })
}

/// This platform, as rustc calls it.
fn triple() -> String {
    let version = tools::run(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}
