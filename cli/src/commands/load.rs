//! `headcount import` of an export: creates the same directory in a new file.

use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use headcount::{CopyOptions, Directory, Seats, restore};
use serde_json::json;

use super::input::{self, Opened};
use super::{DOOR, Store};
use crate::args::{FormatArg, ImportArgs, WhenFull};
use crate::failure::{Failure, Result, took_effect};
use crate::import::encoding::Encoding;
use crate::import::options::{MatchBy, Missing, OnExisting};
use crate::import::reading::ReadOptions;
use crate::output::{count, write_json};
use crate::progress::Progress;

/// The beginning of an export.
const FIRST: &[u8] = b"{\"headcount_export\":";

/// The kind of an import's only file.
pub(super) enum Peeked {
    /// An export.
    Export(Lines),
    /// Something else. It has the file if that was opened to check: a pipe can be read only once.
    Other(Option<Opened>),
}

/// The lines of an export.
pub(super) struct Lines {
    name: String,
    reader: Box<dyn BufRead>,
    bytes: Option<u64>,
}

/// Checks whether the file is an export.
pub(super) fn peek(args: &ImportArgs) -> Result<Peeked> {
    let [file] = &*args.files else {
        return Ok(Peeked::Other(None));
    };
    if file.is_dir() {
        return Ok(Peeked::Other(None));
    }
    let Opened { mut reader, bytes } = input::open(file)?;
    let mut first = Vec::new();
    let mut head = reader.by_ref().take(FIRST.len() as u64);
    head.read_to_end(&mut first)
        .map_err(|error| input::unreadable(file, &error))?;
    let is_export = first == FIRST;
    let whole = Cursor::new(first).chain(reader);
    if is_export {
        return Ok(Peeked::Export(Lines {
            name: input::name_of(file),
            reader: Box::new(BufReader::new(whole)),
            bytes,
        }));
    }
    Ok(Peeked::Other(Some(Opened {
        reader: Box::new(whole),
        bytes,
    })))
}

pub(super) fn run(
    store: &Store<'_>,
    args: &ImportArgs,
    lines: Lines,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    if store.server.is_some() {
        return Err(Failure::refused(
            "needs_file",
            "this is an export of a whole directory, of which a new file is made; name one with \
             --db, and leave --server and HEADCOUNT_SERVER out",
        ));
    }
    refuse_options(args)?;
    let name = lines.name.clone();
    let progress = Progress::new(json);
    let (seats, records) = if args.dry_run {
        if !store.is_missing() {
            refuse_full(store, &store.open_file()?)?;
        }
        fill(&Directory::in_memory()?, lines, &progress)?
    } else if store.is_missing() {
        if store.actor.is_some() {
            return Err(no_actor());
        }
        make(store, lines, &progress)?
    } else {
        let directory = store.open_to_write()?;
        refuse_full(store, &directory)?;
        let filled = fill(&directory, lines, &progress)?;
        directory.close()?;
        filled
    };
    drop(progress);
    if !args.dry_run {
        took_effect();
    }
    if json {
        return write_json(
            out,
            &json!({
                "file": name,
                "format": "headcount",
                "dry_run": args.dry_run,
                "records": records,
                "seats": seats,
            }),
        );
    }
    let users = count(
        usize::try_from(seats.active + seats.inactive).unwrap_or(usize::MAX),
        "user",
    );
    let records = count(usize::try_from(records).unwrap_or(usize::MAX), "record");
    if args.dry_run {
        writeln!(
            out,
            "dry run, nothing is written: {records} of {name} would be taken over, {users} among them"
        )?;
    } else {
        writeln!(out, "took over {records} of {name}, {users} among them")?;
    }
    writeln!(out, "{seats}")?;
    Ok(())
}

/// Creates the missing directory. The file gets its name once it is complete.
fn make(store: &Store<'_>, lines: Lines, progress: &Progress) -> Result<(Seats, u64)> {
    let beside = Beside::of(store.path);
    let directory = Directory::open(&beside.0)?.through(DOOR);
    let filled = fill(&directory, lines, progress)?;
    directory.close()?;
    restore(
        &beside.0,
        store.path,
        CopyOptions::new().open_timeout(store.wait),
    )?;
    Ok(filled)
}

/// A file that is removed on drop.
struct Beside(PathBuf);

impl Beside {
    fn of(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Self(path.with_file_name(name))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // The name of a leftover says what it is.
        let _ = fs::remove_file(&self.0);
    }
}

/// Loads the lines; returns the number of records.
fn fill(directory: &Directory, lines: Lines, progress: &Progress) -> Result<(Seats, u64)> {
    let Lines {
        name,
        reader,
        bytes,
    } = lines;
    match bytes {
        Some(bytes) => progress.begin_bytes("importing", bytes),
        None => progress.say("importing"),
    }
    let loaded = directory.load_lines(reader, |done| progress.reach(done.bytes));
    let loaded = loaded.map_err(|error| {
        let kind = error.kind().name();
        Failure::refused(
            kind,
            format!("can't import {name}: {error}; nothing was changed"),
        )
    })?;
    Ok((directory.seats()?, loaded.records))
}

fn refuse_full(store: &Store<'_>, directory: &Directory) -> Result<()> {
    if directory.stats()?.latest_change == 0 {
        return Ok(());
    }
    let path = store.path.display();
    Err(Failure::refused(
        "not_empty",
        format!(
            "this is an export of a whole directory, and {path} is not empty: name a new file \
             with --db"
        ),
    ))
}

fn no_actor() -> Failure {
    Failure::refused(
        "invalid_argument",
        "a new directory has no users, so nobody can be the --actor; leave it out",
    )
}

/// Refuses options that apply only to files from other tools.
fn refuse_options(args: &ImportArgs) -> Result<()> {
    // Without `..`, so that no option is forgotten here.
    let ImportArgs {
        files: _,
        format,
        delimiter,
        encoding,
        map,
        ignore,
        ignore_attribute,
        ignore_ids,
        dates,
        provisioner,
        admin_role,
        admin_client_role,
        matching,
        on_existing,
        keep,
        missing,
        ownerless,
        when_full,
        skip_invalid,
        email_template,
        dry_run: _,
    } = args;
    let options = [
        ("--format", *format != FormatArg::Auto),
        ("--delimiter", delimiter.is_some()),
        ("--encoding", *encoding != Encoding::default()),
        ("--map", !map.is_empty()),
        ("--ignore", !ignore.is_empty()),
        ("--ignore-attribute", !ignore_attribute.is_empty()),
        ("--ignore-ids", *ignore_ids),
        ("--dates", dates.is_some()),
        ("--provisioner", provisioner.is_some()),
        (
            "--admin-role",
            admin_role != ReadOptions::default().admin_role,
        ),
        ("--admin-client-role", !admin_client_role.is_empty()),
        ("--match", **matching != [MatchBy::Id, MatchBy::Email]),
        ("--on-existing", *on_existing != OnExisting::default()),
        ("--keep", keep.is_some()),
        ("--missing", *missing != Missing::default()),
        ("--allow-ownerless", ownerless.is_allowed()),
        ("--when-full", *when_full != WhenFull::Fail),
        ("--skip-invalid", *skip_invalid),
        ("--email-template", email_template.is_some()),
    ];
    let given = options.iter().filter(|(_, is_given)| *is_given);
    let given: Vec<_> = given.map(|(option, _)| *option).collect();
    if given.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(
        "invalid_argument",
        format!(
            "this is an export of a whole directory, which is imported unchanged; leave out {} \
             (only --dry-run applies)",
            given.join(", ")
        ),
    ))
}
