//! A folder to run the command in, and the command's output.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use headcount::Directory;
use serde_json::Value;
use tempfile::TempDir;

/// The repository's `examples/data`.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data");

/// A folder that is removed on drop, after the directory in it was verified.
pub struct Folder(TempDir);

/// The output of the command.
pub struct CommandOutput {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with copies of the repository's `examples/data`.
    pub fn with_examples() -> Self {
        let folder = Self::new();
        let data = folder.path("examples/data");
        fs::create_dir_all(&data).unwrap();
        for entry in fs::read_dir(DATA).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
        }
        folder
    }

    /// One with a directory in it that has no limit of seats.
    pub fn with_enterprise() -> Self {
        let folder = Self::new();
        folder.done("license set enterprise");
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn has_database(&self) -> bool {
        self.path("headcount.redb").exists()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headcount"));
        command
            .current_dir(self.0.path())
            .env_remove("HEADCOUNT_DB")
            .env_remove("HEADCOUNT_SERVER")
            .env_remove("COLUMNS")
            .args(args);
        command
    }

    /// Runs the command with arguments that may have spaces in them.
    pub fn run_args(&self, args: &[&str]) -> CommandOutput {
        CommandOutput::of(self.command(args).stdin(Stdio::null()))
    }

    /// Runs the command with the arguments in `line`.
    pub fn run(&self, line: &str) -> CommandOutput {
        self.run_args(&words(line))
    }

    /// Runs the command with something on its standard input.
    pub fn run_with_input(&self, line: &str, input: impl AsRef<[u8]>) -> CommandOutput {
        let mut child = self
            .command(&words(line))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_ref())
            .unwrap();
        CommandOutput::from_output(&child.wait_with_output().unwrap())
    }

    /// The output of a command that must succeed.
    pub fn done(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}: {}", run.err);
        run.out
    }

    /// The reason on standard error of a command that is refused.
    pub fn refused(&self, line: &str) -> String {
        let run = self.run(line);
        assert!(
            [1, 3, 4, 5].contains(&run.code),
            "{line}: {}{}",
            run.out,
            run.err
        );
        assert_eq!(run.out, "", "{line}");
        assert!(run.err.starts_with("headcount: "), "{line}: {}", run.err);
        run.err
    }

    /// The document that a command that succeeds prints with `--json`.
    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{line} --json"))).unwrap()
    }

    /// A user, who must exist.
    pub fn user(&self, user: &str) -> Value {
        self.json(&format!("users get {user}"))["user"].take()
    }

    /// The emails of all users, or of those that `filter` leaves.
    pub fn emails(&self, filter: &str) -> Vec<String> {
        let users = self.json(&format!("users list {filter}"))["users"].take();
        let emails = users.as_array().unwrap().iter();
        emails
            .map(|user| user["email"].as_str().unwrap().to_owned())
            .collect()
    }

    /// How many changes there were.
    pub fn changes(&self) -> usize {
        let changes = self.json("changes");
        changes["changes"].as_array().unwrap().len()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() || !self.has_database() {
            return;
        }
        let directory = Directory::open(self.path("headcount.redb")).unwrap();
        directory.verify().unwrap();
    }
}

impl CommandOutput {
    pub fn of(command: &mut Command) -> Self {
        Self::from_output(&command.output().unwrap())
    }

    fn from_output(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let run = Self {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        assert!(!run.err.contains("panicked"), "{}", run.err);
        run
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').filter(|word| !word.is_empty()).collect()
}

/// Asserts that `text` has each of `parts`.
#[track_caller]
pub fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
}
