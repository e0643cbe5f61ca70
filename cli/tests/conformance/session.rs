//! A case's folder, and the command as it is run there: on a file, or through a server that has
//! the file open.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Directory, Options};
use headcount_server::{Config, Holder, Scope};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::helper::files;
use crate::served::Served;
use crate::words::text;

/// What a call came to: its result, or its error.
pub type Answer = Result<Value, Value>;

/// What the command calls by a name of its own, and the script by the library's.
const KINDS: [(&str, &str); 4] = [
    ("usage", "invalid_argument"),
    ("not_empty", "invalid_argument"),
    ("file_exists", "io"),
    ("no_directory", "io"),
];

pub struct Session {
    folder: TempDir,
    /// The name of the directory's file.
    file: String,
    through_server: bool,
    pub served: Option<Served>,
    /// A key for each actor, since cursors are good for the key that listed.
    keys: Mutex<HashMap<String, String>>,
    /// The last change that was taken from the feed.
    position: u64,
}

/// What a process wrote.
pub struct Told {
    pub out: String,
    /// The error, if it failed.
    pub error: Option<Value>,
}

impl Session {
    /// Creates the file: the command creates one only for its first user.
    pub fn begin(open: &Value, through_server: bool) -> Self {
        let mut session = Self {
            folder: tempfile::tempdir().unwrap(),
            file: String::new(),
            through_server,
            served: None,
            keys: Mutex::default(),
            position: 0,
        };
        session.open(open).unwrap();
        session
    }

    /// Makes the call of a step.
    pub fn step(&mut self, name: &str, given: &Value, actor: Option<&str>) -> Answer {
        match name {
            "open" => return self.open(given),
            "close" => self.close(),
            "follow" => self.position = given["after"].as_u64().unwrap(),
            "position" => return Ok(self.position.into()),
            "next" => return self.next(given["timeout_ms"].as_u64().unwrap()),
            _ => match files::call(self.folder.path(), name, given) {
                Some(done) => return done.map_err(|error| io_error(&error)),
                None => return self.call(name, given, actor),
            },
        }
        Ok(Value::Null)
    }

    /// Goes on with this file. A new one is made by the library, an existing one read by the
    /// command, which makes or opens none for longer.
    fn open(&mut self, open: &Value) -> Answer {
        let file = open["path"].as_str().unwrap_or("memory.redb");
        let path = self.folder.path().join(file);
        let is_there = path.metadata().is_ok_and(|metadata| metadata.len() > 0);
        let options = options(open);
        if is_there || open["create_if_missing"] == false {
            let salvage = (open["salvage_log"] == true).then_some("--salvage-log");
            let words: Vec<_> = salvage.into_iter().chain(["license", "show"]).collect();
            self.on_file(file, &words)?;
        } else {
            let made = options.open(&path).and_then(Directory::close);
            made.map_err(|error| json!(error))?;
        }
        self.close();
        if file != self.file {
            self.keys.get_mut().unwrap().clear();
        }
        file.clone_into(&mut self.file);
        if self.through_server {
            let options = options.open_timeout(Duration::from_mins(1));
            self.served = Some(Served::start(&path, &options, Config::default()));
        }
        Ok(Value::Null)
    }

    /// Closes the directory that a server has open; no command keeps one open.
    fn close(&mut self) {
        if let Some(served) = self.served.take() {
            served.directory.clone().close().unwrap();
        }
    }

    /// The next change of the feed: the first one after the last that was taken.
    fn next(&mut self, timeout_ms: u64) -> Answer {
        let end = Instant::now() + Duration::from_millis(timeout_ms);
        loop {
            let changes = self.call("changes", &json!({ "after": self.position }), None)?;
            if let Some(change) = changes.get(0) {
                self.position = change["sequence"].as_u64().unwrap();
                return Ok(change.clone());
            }
            if Instant::now() >= end {
                return Ok(Value::Null);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    /// The document that a command prints, or its error.
    pub fn run(&self, actor: Option<&str>, words: &[&str], input: Option<&str>) -> Answer {
        let told = self.tell(actor, &[&["--json"][..], words].concat(), input);
        told.error.map_or_else(|| Ok(document(&told.out)), Err)
    }

    /// The same of a command on one of the folder's files, which waits for nobody to close it.
    pub fn on_file(&self, file: &str, words: &[&str]) -> Answer {
        let told = self.tell_of_file(file, words);
        told.error.map_or_else(|| Ok(document(&told.out)), Err)
    }

    /// What such a command prints and its error, if it has both.
    pub fn tell_of_file(&self, file: &str, words: &[&str]) -> Told {
        self.spawn(
            &[&["--db", file, "--wait", "0s", "--json"][..], words].concat(),
            "",
        )
    }

    /// What a command prints.
    pub fn tell(&self, actor: Option<&str>, words: &[&str], input: Option<&str>) -> Told {
        let place = self.place(actor);
        let place: Vec<_> = place.iter().map(String::as_str).collect();
        let all = [&place[..], &["--wait", "1m"][..], words].concat();
        self.spawn(&all, input.unwrap_or_default())
    }

    fn spawn(&self, words: &[&str], input: &str) -> Told {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headcount"))
            .current_dir(self.folder.path())
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        Told {
            out: String::from_utf8(output.stdout).unwrap(),
            error: (!output.status.success()).then(|| in_words_of_the_script(&told)),
        }
    }

    /// What names the directory, and whoever acts on it: through a server, a key of theirs.
    fn place(&self, actor: Option<&str>) -> Vec<String> {
        let Some(served) = &self.served else {
            let actor = actor.map(|actor| format!("--actor={actor}"));
            let file = ["--db".to_owned(), self.file.clone()];
            return file.into_iter().chain(actor).collect();
        };
        let mut keys = self.keys.lock().unwrap();
        let key = keys.entry(actor.unwrap_or_default().to_owned());
        let key = key.or_insert_with(|| {
            let holder = match actor {
                Some(actor) => Holder::User(served.directory.user(actor).unwrap().unwrap().id()),
                None => Holder::Provisioner("test".to_owned()),
            };
            served.key(holder, Scope::Admin)
        });
        let place = ["--server", &served.url, "--key", key];
        place.map(str::to_owned).into()
    }
}

fn options(open: &Value) -> Options {
    let options = Directory::options()
        .read_only(open["read_only"] == true)
        .salvage_log(open["salvage_log"] == true);
    let license = &open["license"];
    if license.is_null() {
        return options;
    }
    options.license_if_new(text(license).parse().unwrap())
}

fn document(out: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|_| panic!("no document: {out}"))
}

fn in_words_of_the_script(told: &str) -> Value {
    let document: Value = serde_json::from_str(told).unwrap_or_else(|_| panic!("{told}"));
    let mut error = document["error"].clone();
    if let Some((_, kind)) = KINDS
        .iter()
        .find(|(of_command, _)| error["kind"] == *of_command)
    {
        error["kind"] = (*kind).into();
    }
    error
}

fn io_error(error: &std::io::Error) -> Value {
    json!({ "kind": "io", "message": error.to_string() })
}
