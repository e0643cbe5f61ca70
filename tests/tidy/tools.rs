//! `./test` installs the tools that it needs (`tests/tools`), and says which ones are missing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The programs that `tests/tools` itself and `bindings/jdk` call.
const PROGRAMS: &[&str] = &[
    "awk", "bash", "cat", "cut", "env", "head", "id", "ls", "sed", "sort", "tail", "tr",
];

/// A machine without tools, whose `apt-get` records its arguments.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(machine.path("bin")).unwrap();
        for program in PROGRAMS {
            let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(program));
            let found = found.iter().find(|path| path.exists()).unwrap();
            symlink(found, machine.path("bin").join(program)).unwrap();
        }
        machine.add("sudo", "shift; exec \"$@\"");
        machine.add("apt-get", "echo \"$@\" >>\"$ASKED\"");
        machine.add("apt-cache", "[ \"$2\" != valgrind ]");
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn add(&self, program: &str, script: &str) {
        let path = self.path("bin").join(program);
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a step of `./test`.
    fn run(&self, step: &str, ci: &str) -> Output {
        Command::new("bash")
            .args(["-c", &format!("set -euo pipefail; . tests/tools; {step}")])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("ASKED", self.path("asked"))
            .env("CI", ci)
            .output()
            .unwrap()
    }

    /// What `apt-get` was asked for.
    fn asked(&self) -> String {
        fs::read_to_string(self.path("asked")).unwrap_or_default()
    }
}

fn said(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn missing_tools_are_installed_at_once() {
    let machine = Machine::new();
    machine.add("mvn", "");
    let installed = machine.run("install_tools", "");
    assert!(installed.status.success(), "{installed:?}");
    let asked = machine.asked();
    let [update, install] = asked.lines().collect::<Vec<_>>()[..] else {
        panic!("{asked}");
    };
    assert_eq!(update, "update -qq");
    let packages: Vec<_> = install.split(' ').skip(4).collect();
    for wanted in ["clang", "golang-go", "mono-mcs", "nodejs", "npm"] {
        assert!(packages.contains(&wanted), "{wanted} in {install}");
    }
    // One tool is installed, one is unknown to apt, and one would start a server.
    for unwanted in ["maven", "valgrind", "nginx-light"] {
        assert!(!packages.contains(&unwanted), "{unwanted} in {install}");
    }
}

#[test]
fn a_step_whose_tools_are_missing_or_too_old_says_so() {
    let machine = Machine::new();
    machine.add("go", "echo go1.19.8");
    let step = "(need 'the Go binding' go; echo tested); (need 'the Java binding' maven); echo on";
    let skipped = said(&machine.run(step, ""));
    assert!(
        skipped.starts_with(
            "SKIPPED: the Go binding: it needs Go 1.26 or later; Debian's golang-go can't"
        ),
        "{skipped}"
    );
    assert!(
        skipped.contains("\nSKIPPED: the Java binding: it needs Maven; "),
        "{skipped}"
    );
    assert!(
        !skipped.contains("tested") && skipped.ends_with("\non\n"),
        "{skipped}"
    );

    machine.add("go", "echo go1.30.1");
    assert_eq!(
        said(&machine.run("need 'the Go binding' go; echo tested", "true")),
        "tested\n"
    );
}

#[test]
fn the_compilers_are_installed_first() {
    let machine = Machine::new();
    machine.run("install_tools gcc g++", "");
    assert!(
        machine.asked().ends_with(" gcc g++\n"),
        "{}",
        machine.asked()
    );
}

#[test]
fn a_jdk_is_chosen_by_its_version() {
    let machine = Machine::new();
    for (name, version, is_chosen) in [("java-99-jdk", "21.0.9", false), ("java-8-jdk", "99", true)]
    {
        let home = machine.path(name);
        fs::create_dir_all(home.join("bin")).unwrap();
        symlink("/bin/sh", home.join("bin/javac")).unwrap();
        fs::write(
            home.join("release"),
            format!("JAVA_VERSION=\"{version}\"\n"),
        )
        .unwrap();
        let found = machine.run(
            &format!("JAVA_HOME={} bindings/jdk || true", home.display()),
            "",
        );
        let found = String::from_utf8(found.stdout).unwrap();
        assert_eq!(
            found.trim() == home.to_str().unwrap(),
            is_chosen,
            "{name}: {found}"
        );
    }
}

#[test]
fn nothing_may_be_missing_in_ci() {
    let machine = Machine::new();
    let failed = machine.run("install_tools; echo tested", "true");
    assert!(!failed.status.success());
    assert_eq!(
        said(&failed).lines().last().unwrap().split(';').next(),
        Some("SKIPPED: every step: it needs abidiff")
    );
    assert!(machine.asked().contains(" nginx-light"));
}
