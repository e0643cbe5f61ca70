//! The library under test: installed as users install it, or instrumented.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::tools;

/// Where the library is installed: by `make install`, in the profile of these tests, unless
/// `HEADCOUNT_PREFIX` names an installation.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| match std::env::var_os("HEADCOUNT_PREFIX") {
        Some(prefix) => tools::root().join(prefix),
        None => install(),
    })
}

/// Compiles the library, unless that was done: with its own dependencies only, whose features
/// differ from those in the tests.
fn install() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let prefix = folder.join("installed");
    // `./test` runs the tests of C and C++ side by side, and `cargo nextest` runs each test in a
    // process of its own; the first process installs.
    let lock = File::create(folder.join("installed.lock")).unwrap();
    lock.lock().unwrap();
    let runs = ["HEADCOUNT_RUN_ID", "NEXTEST_RUN_ID"].map(std::env::var);
    let run = runs.into_iter().find_map(Result::ok).unwrap_or_default();
    let note = folder.join("installed.run");
    if !run.is_empty() && std::fs::read_to_string(&note).is_ok_and(|noted| noted == run) {
        return prefix;
    }
    // Removes files that only an older Makefile installed.
    let _ = std::fs::remove_dir_all(&prefix);
    tools::run(make("install").arg(format!("PREFIX={}", prefix.display())));
    std::fs::write(note, run).unwrap();
    prefix
}

/// `make`, with the profile and target folder of this test.
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

/// How a program is linked with the library.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    Shared,
    Static,
    /// With the build for this sanitizer.
    Sanitized(Sanitizer),
}

impl Link {
    /// The compiler's arguments, to follow the sources.
    pub fn arguments(self) -> Vec<String> {
        let lib = prefix().join("lib").display().to_string();
        match self {
            Self::Shared => shared(&lib),
            Self::Static => archive(&format!("{lib}/libheadcount.a")),
            Self::Sanitized(sanitizer) => sanitizer.arguments(),
        }
    }
}

/// Links with the shared library in that folder, which the program then loads even if
/// `LD_LIBRARY_PATH` has another one, such as cargo's.
fn shared(folder: &str) -> Vec<String> {
    let arguments = [
        format!("-L{folder}"),
        "-lheadcount".to_owned(),
        format!("-Wl,--disable-new-dtags,-rpath,{folder}"),
    ];
    arguments.to_vec()
}

/// Links with a static library, without debug information.
fn archive(path: &str) -> Vec<String> {
    let arguments = [path, "-lpthread", "-ldl", "-lm", "-Wl,--strip-debug"];
    arguments.map(str::to_owned).to_vec()
}

/// A sanitizer that instruments both Rust and C. Rust's option is unstable, so it must be enabled
/// explicitly.
#[derive(Clone, Copy, Debug)]
pub enum Sanitizer {
    /// Finds invalid memory accesses, but in the standard library only in calls such as `memcpy`.
    Address,
    /// Finds data races everywhere. The standard library is rebuilt for it, because otherwise its
    /// locks would not be seen.
    Thread,
}

impl Sanitizer {
    /// Whether it is available: the thread sanitizer needs the sources of the standard library,
    /// which not every toolchain has.
    pub fn is_there(self) -> bool {
        let sources = sysroot().join("lib/rustlib/src/rust/library/Cargo.lock");
        match self {
            Self::Address => true,
            Self::Thread => sources.is_file(),
        }
    }

    /// The compiler's arguments. For the address sanitizer, the library is shared, which links much
    /// faster; for the thread sanitizer, it must be linked with the runtime.
    fn arguments(self) -> Vec<String> {
        let folder = self.folder().display().to_string();
        match self {
            Self::Address => shared(&folder),
            Self::Thread => archive(&format!("{folder}/libheadcount.a")),
        }
    }

    /// The folder of the library, which is built first.
    fn folder(self) -> &'static Path {
        static FOLDERS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        FOLDERS[self as usize].get_or_init(|| self.build())
    }

    fn build(self) -> PathBuf {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(tools::root())
            .env("RUSTFLAGS", self.flags())
            .args(["rustc", "--quiet", "--locked", "--lib"])
            .args(["--features", "capi", "--target", &triple()]);
        let target_folder = match self {
            // Beside the library that `make` builds, whose macros and build scripts are reused
            // here. Some of them would be rebuilt when RUSTC_BOOTSTRAP changes, so cargo must not
            // see it.
            Self::Address => {
                cargo.env(
                    "RUSTC_WRAPPER",
                    tools::root().join("tests/capi/sanitizing-rustc"),
                );
                cargo.args(["--crate-type", "cdylib"]);
                target_folder().to_owned()
            }
            Self::Thread => {
                cargo.env("RUSTC_BOOTSTRAP", "1");
                cargo.args(["--crate-type", "staticlib", "-Zbuild-std"]);
                target_folder().join("sanitizer-thread")
            }
        };
        tools::run(cargo.arg("--target-dir").arg(&target_folder));
        target_folder.join(triple()).join("debug")
    }

    /// The flags for the Rust compiler.
    fn flags(self) -> String {
        let name = match self {
            Self::Address => "address",
            Self::Thread => "thread",
        };
        format!("-Zsanitizer={name} -Cdebuginfo=line-tables-only")
    }

    /// The sanitizer's runtime, if it isn't gcc's, whose thread sanitizer lacks functions that
    /// rustc's instrumentation calls.
    pub fn runtime(self) -> Vec<String> {
        let Self::Thread = self else {
            return Vec::new();
        };
        let folder = sysroot().join("lib/rustlib").join(triple()).join("lib");
        let is_it = |file: &PathBuf| file.to_string_lossy().ends_with("_rt.tsan.a");
        let file = tools::files(&folder, "a").into_iter().find(is_it);
        let file = file.unwrap_or_else(|| panic!("no tsan in {}", folder.display()));
        let file = file.display();
        let arguments = ["--whole-archive", "--no-whole-archive"].map(|flag| format!("-Wl,{flag}"));
        let [whole, not_whole] = arguments;
        vec![
            whole,
            file.to_string(),
            not_whole,
            "-lrt".to_owned(),
            "-lm".to_owned(),
        ]
    }
}

/// This platform, in rustc's terms.
fn triple() -> String {
    let version = tools::run(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

/// The folder of the toolchain.
fn sysroot() -> PathBuf {
    let printed = tools::run(Command::new("rustc").args(["--print", "sysroot"]));
    printed.trim_end().into()
}
