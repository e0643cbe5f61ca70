//! A folder to run the command in, and the command's output.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use headcount::Directory;
use serde_json::Value;
use tempfile::TempDir;

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

    /// One with a directory in it that has no limit of seats, and these users at
    /// ex.co.
    pub fn with_users(names: &[&str]) -> Self {
        let folder = Self::new();
        folder.done("license set enterprise");
        for name in names {
            folder.done(&format!("users create {name}@ex.co"));
        }
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn has_database(&self) -> bool {
        self.path("headcount.redb").exists()
    }

    /// The command with the arguments in `line`.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headcount"));
        command
            .current_dir(self.0.path())
            .env_remove("HEADCOUNT_DB")
            .env_remove("HEADCOUNT_SERVER")
            .env_remove("COLUMNS")
            .args(words(line))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, line: &str) -> CommandOutput {
        CommandOutput::from_output(&self.command(line).output().unwrap())
    }

    /// Runs the command with something on its standard input.
    pub fn run_with_input(&self, line: &str, input: &str) -> CommandOutput {
        let mut child = self
            .command(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        CommandOutput::from_output(&child.wait_with_output().unwrap())
    }

    /// The output of a command that must succeed.
    #[track_caller]
    pub fn done(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}: {}", run.err);
        run.out
    }

    /// The reason on standard error of a command that is refused.
    #[track_caller]
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
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{line} --json"))).unwrap()
    }

    /// The error that a command that is refused prints with `--json`.
    #[track_caller]
    pub fn error(&self, line: &str) -> Value {
        let run = self.run(&format!("{line} --json"));
        assert!(
            [1, 3, 4, 5].contains(&run.code) && run.out.is_empty(),
            "{line}: {}",
            run.err
        );
        let mut document: Value = serde_json::from_str(&run.err).unwrap();
        document["error"].take()
    }

    /// What a list has under `field`, item by item.
    #[track_caller]
    pub fn listed(&self, line: &str, list: &str, field: &str) -> Vec<String> {
        texts(&self.json(line)[list], field)
    }

    /// The names before the @ of the users whom a filter leaves, in their order.
    #[track_caller]
    pub fn users(&self, filter: &str) -> Vec<String> {
        let emails = self.listed(&format!("users list {filter}"), "users", "email");
        let names = emails.iter().map(|email| email.split('@').next().unwrap());
        names.map(str::to_owned).collect()
    }

    /// The changes of the directory, oldest first.
    #[track_caller]
    pub fn changes(&self) -> Vec<Value> {
        let mut document = self.json("changes");
        serde_json::from_value(document["changes"].take()).unwrap()
    }

    /// Every command that does something, such as `users list`, as the helps name them.
    pub fn commands(&self) -> Vec<String> {
        let mut commands = Vec::new();
        let mut groups = vec![String::new()];
        while let Some(group) = groups.pop() {
            let help = self.done(&format!("{group} --help"));
            let Some((_, list)) = help.split_once("\nCommands:\n") else {
                commands.push(group);
                continue;
            };
            let lines = list.lines().take_while(|line| !line.is_empty());
            // Lines below a name belong to its description.
            let names = lines.filter_map(|line| line.strip_prefix("  "));
            let names = names.filter_map(|line| line.split(' ').next());
            let names = names.filter(|name| !["", "help"].contains(name));
            groups.extend(names.map(|name| format!("{group} {name}").trim().to_owned()));
        }
        commands.sort();
        commands
    }

    /// The members of a workspace, as `ann owner`.
    #[track_caller]
    pub fn members(&self, workspace: &str) -> Vec<String> {
        let document = self.json(&format!("workspaces members '{workspace}'"));
        let [emails, roles] = ["email", "role"].map(|field| texts(&document["members"], field));
        let both = emails.iter().zip(roles);
        both.map(|(email, role)| format!("{} {role}", email.split('@').next().unwrap()))
            .collect()
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
    fn from_output(output: &Output) -> Self {
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

/// What each item of a list has under `field`.
#[track_caller]
pub fn texts(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

/// The words of a line; text in single quotes is one word.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    words
}

/// Asserts that `text` has each of `parts`.
#[track_caller]
pub fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
}
