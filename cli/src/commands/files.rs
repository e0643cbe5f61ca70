//! `headcount backup`, `restore` and `compact`: the directory's file as a whole.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use headcount::{Copied, CopyOptions, CopyProgress, Directory, ErrorKind};
use indicatif::HumanBytes;
use serde_json::json;

use super::Store;
use super::export::target::{Target, unwritable};
use crate::args::{BackupArgs, RestoreArgs};
use crate::directory::Remote;
use crate::failure::{Failure, Result, took_effect};
use crate::output::{count, safe, write_json};
use crate::progress::Progress;

/// Bytes that are read from a server at a time.
const PART_BYTES: usize = 64 * 1024;

pub(super) fn backup(
    store: &Store<'_>,
    args: &BackupArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    refuse_existing(&args.file, args.force)?;
    let progress = Progress::of_long("backing up", json);
    let options = CopyOptions::new()
        .overwrite(args.force)
        .open_timeout(store.wait)
        .on_progress(|done| tell(&progress, "backing up", done));
    let copied = match store.server {
        Some(address) => fetch(&Remote::connect(address)?, args, options)?,
        None => copy(store, args, options)?,
    };
    drop(progress);
    let to = args.file.display().to_string();
    write_copied(["backup", "backed up"], copied, &to, json, out)
}

/// Backs up the file.
fn copy(store: &Store<'_>, args: &BackupArgs, options: CopyOptions<'_>) -> Result<Copied> {
    let directory = store.open_file()?;
    if fs::canonicalize(&args.file).ok() == fs::canonicalize(store.path).ok() {
        let file = args.file.display().to_string();
        return Err(Failure::refused(
            ErrorKind::InvalidArgument.name(),
            format!("{} is the directory itself; name another file", safe(&file)),
        ));
    }
    let copied = directory.backup_with(&args.file, options)?;
    directory.close()?;
    Ok(copied)
}

/// Fetches a backup that a server makes. It is verified again, and gets its name as the copy of a
/// file does.
fn fetch(remote: &Remote, args: &BackupArgs, options: CopyOptions<'_>) -> Result<Copied> {
    let cut_off = |error: &dyn std::fmt::Display| {
        let message = format!("the server's backup is cut off or damaged: {error}; try again");
        Failure::refused("io", message)
    };
    let mut target = Target::create(&args.file, args.force)?;
    let mut backup = remote.backup()?;
    let mut part = vec![0; PART_BYTES];
    loop {
        let read = backup.read(&mut part).map_err(|error| cut_off(&error))?;
        if read == 0 {
            break;
        }
        let written = target.write_all(&part[..read]);
        written.map_err(|error| unwritable(&args.file, &error))?;
    }
    let fetched = target.written()?;
    headcount::restore(fetched, &args.file, options).map_err(|error| match error.kind() {
        ErrorKind::Corrupted => cut_off(&error),
        _ => error.into(),
    })
}

pub(super) fn restore(
    store: &Store<'_>,
    args: &RestoreArgs,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    if let Err(error) = fs::metadata(&args.file) {
        let file = args.file.display().to_string();
        let what = format!("can't read {}", safe(&file));
        return Err(Failure::io(&what, &error));
    }
    refuse_existing(store.path, args.force)?;
    let progress = Progress::of_long("restoring", json);
    let options = CopyOptions::new()
        .overwrite(args.force)
        .open_timeout(store.wait)
        .on_progress(|done| tell(&progress, "restoring", done));
    let copied = headcount::restore(&args.file, store.path, options)?;
    drop(progress);
    let to = store.path.display().to_string();
    write_copied(["restored", "restored"], copied, &to, json, out)
}

fn tell(progress: &Progress, what: &str, done: CopyProgress) {
    let entries = match done.entries {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    };
    progress.rename(&format!("{what}: {entries}, {}", HumanBytes(done.bytes)));
}

fn refuse_existing(file: &Path, force: bool) -> Result<()> {
    // Anything else can't be replaced, which is reported later.
    let has_content =
        fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
    if force || !has_content {
        return Ok(());
    }
    let file = file.display().to_string();
    Err(Failure::refused(
        "file_exists",
        format!(
            "there is a file {} already; name another, or replace it with --force",
            safe(&file)
        ),
    ))
}

pub(super) fn compact(store: &Store<'_>, json: bool, out: &mut dyn Write) -> Result<()> {
    store.must_be_there()?;
    let options = Directory::options().open_timeout(store.wait);
    let progress = Progress::of_long("compacting", json);
    let compacted = options.compact(store.path)?;
    took_effect();
    drop(progress);
    let (before, after) = (compacted.bytes_before, compacted.bytes);
    if json {
        let bytes = json!({ "bytes_before": before, "bytes": after });
        return write_json(out, &json!({ "compacted": bytes }));
    }
    writeln!(out, "{before} bytes before, {after} bytes now")?;
    Ok(())
}

fn write_copied(
    [name, verb]: [&str; 2],
    copied: Copied,
    to: &str,
    json: bool,
    out: &mut dyn Write,
) -> Result<()> {
    took_effect();
    let Copied {
        users,
        sequence,
        bytes,
        ..
    } = copied;
    if json {
        let copied = json!({ "users": users, "sequence": sequence, "bytes": bytes });
        return write_json(out, &json!({ name: copied }));
    }
    let users = count(usize::try_from(users).unwrap_or(usize::MAX), "user");
    let to = safe(to);
    writeln!(
        out,
        "{verb} {users} to {to}, up to change {sequence}, {bytes} bytes"
    )?;
    Ok(())
}
