//! The files of an import: read one after the other, as one request.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::input::{self, Opened};
use crate::args::ImportArgs;
use crate::failure::{Failure, Result};
use crate::import::names::Names;
use crate::import::reading::{ReadOptions, Reading};
use crate::import::remarks::Remarks;
use crate::import::report::ReadFile;
use crate::import::{Parsed, Rows, parse};
use crate::output::count;
use crate::progress::Progress;

/// The extensions of the files that are read from a folder.
const ENDINGS: [&str; 5] = ["json", "jsonl", "ndjson", "csv", "tsv"];

/// The rows of all files, and what was noticed while reading them.
pub(super) struct Files {
    pub(super) name: String,
    pub(super) list: Vec<ReadFile>,
    pub(super) rows: Rows,
    pub(super) remarks: Remarks,
}

impl Files {
    /// Reads them; if there is only one, it may be `opened` already.
    pub(super) fn read(
        args: &ImportArgs,
        mut opened: Option<Opened>,
        progress: &Progress,
        json: bool,
    ) -> Result<Self> {
        let mut reading = Reading::new(options(args, progress));
        let paths = expand(&args.files, &mut reading)?;
        let name = match &*args.files {
            [one] => input::name_of(one),
            _ => count(paths.len(), "file"),
        };
        let mut all = Self {
            name,
            list: Vec::with_capacity(paths.len()),
            rows: Rows::default(),
            remarks: Remarks::default(),
        };
        let mut realms = Vec::new();
        for path in &paths {
            let file = input::name_of(path);
            progress.say(&format!("reading {file}"));
            let bytes = match opened.take() {
                Some(opened) => opened.read(path, input::USERS)?,
                None => input::read(path, input::USERS)?,
            };
            let parsed = read(&bytes, &file, &mut reading)?;
            if parsed.is_realm_only {
                realms.push(file.clone());
            }
            all.add(file, parsed, paths.len() > 1);
        }
        if let Some(problem) = reading.mapped_column_missing() {
            return Err(Failure::refused("unreadable_file", problem));
        }
        // In a folder the realm is in one file and its users are in others.
        if realms.len() == paths.len() {
            return Err(Failure::refused(
                "unreadable_file",
                format!(
                    "can't import {}: it is a realm without users; export it with `kc.sh export \
                     --users realm_file`, or import the folder that its users are in too",
                    realms.join(", ")
                ),
            ));
        }
        for realm in realms {
            reading.note(format!("{realm} is a realm without users"));
        }
        all.remarks = reading.into_remarks(json);
        Ok(all)
    }

    fn add(&mut self, file: String, parsed: Parsed, is_one_of_many: bool) {
        let Parsed { format, rows, .. } = parsed;
        let name = is_one_of_many.then(|| Arc::from(&*file));
        self.list.push(ReadFile {
            file,
            format,
            rows: rows.len(),
        });
        self.rows.append(rows, name.as_ref());
    }
}

fn options<'a>(args: &'a ImportArgs, progress: &'a Progress) -> ReadOptions<'a> {
    ReadOptions {
        format: args.format,
        encoding: args.encoding,
        delimiter: args.delimiter,
        names: Names {
            map: &args.map,
            ignore: &args.ignore,
        },
        ignore_attributes: &args.ignore_attribute,
        ignore_ids: args.ignore_ids,
        dates: args.dates,
        provisioner: args.provisioner.as_deref(),
        admin_role: &args.admin_role,
        admin_client_roles: &args.admin_client_role,
        progress: Some(progress),
    }
}

fn read(bytes: &[u8], name: &str, reading: &mut Reading<'_>) -> Result<Parsed> {
    parse(bytes, name, reading).map_err(|problem| {
        Failure::refused("unreadable_file", format!("can't import {name}: {problem}"))
    })
}

/// The files, with those of a folder in its place, in the order of their names.
fn expand(files: &[PathBuf], reading: &mut Reading<'_>) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for file in files {
        if !file.is_dir() {
            paths.push(file.clone());
            continue;
        }
        let (mut known, others) = in_folder(file)?;
        if known.is_empty() {
            return Err(Failure::refused(
                "unreadable_file",
                format!(
                    "there is no file to import in {}: none that ends in {}",
                    file.display(),
                    ENDINGS.join(", ")
                ),
            ));
        }
        known.sort_by_cached_key(|path| natural_key(path));
        paths.append(&mut known);
        if !others.is_empty() {
            reading.note(format!("not imported: {}", others.join(", ")));
        }
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = paths.iter().find(|path| !seen.insert(*path)) {
        let name = input::name_of(twice);
        return Err(Failure::refused(
            "invalid_argument",
            format!("{name} is named twice; name it once"),
        ));
    }
    Ok(paths)
}

/// The files of a folder that can be imported, and the names of the others.
fn in_folder(folder: &Path) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let unreadable =
        |error: std::io::Error| Failure::io(&format!("can't read {}", folder.display()), &error);
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && !path.is_dir() && ENDINGS.iter().any(|known| ending == *known) {
            refuse_special(&path)?;
            known.push(path);
        } else {
            others.push(path.display().to_string());
        }
    }
    others.sort();
    Ok((known, others))
}

/// Refuses what is there under a file's name and would block, such as a pipe. What can't be read
/// at all is refused when it is.
fn refuse_special(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(Failure::refused(
            "io",
            format!(
                "can't read {}: it is not a regular file; remove it from the folder, or name the \
                 files to import",
                path.display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Orders `users-10` after `users-9`.
fn natural_key(path: &Path) -> Vec<(u64, String)> {
    let name = path.to_string_lossy();
    let mut key = Vec::new();
    let mut rest = &*name;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (text, after) = after.split_at(letters);
        key.push((number.parse().unwrap_or(0), text.to_owned()));
        rest = after;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_in_their_order() {
        let mut names = ["u-10.json", "u-9.json", "a.json", "u-1.json"].map(Path::new);
        names.sort_by_key(|path| natural_key(path));
        assert_eq!(
            names,
            ["a.json", "u-1.json", "u-9.json", "u-10.json"].map(Path::new)
        );
    }
}
