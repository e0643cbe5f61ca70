//! All records as lines of JSON: what makes the same directory again.

use std::io::Write;
use std::ops::ControlFlow;

use headcount::{Directory, Exported};
use serde::Serialize;
use serde_json::json;

use super::{Written, each_record};
use crate::commands::progress::Progress;
use crate::failure::Result;
use crate::import::records::FORMAT;

/// The first line, by which a file is known.
#[derive(Serialize)]
struct First<'a> {
    headcount_export: u64,
    #[serde(flatten)]
    record: &'a Exported<'a>,
}

/// Writes them, and a last line without which a file was cut off.
pub(super) fn write(
    directory: &Directory,
    progress: &Progress,
    out: &mut dyn Write,
) -> Result<Written> {
    let mut written = Written::default();
    each_record(directory, |record| {
        if matches!(record, Exported::Directory { .. }) {
            let headcount_export = FORMAT;
            let first = First {
                headcount_export,
                record,
            };
            serde_json::to_writer(&mut *out, &first)?;
        } else {
            serde_json::to_writer(&mut *out, record)?;
        }
        out.write_all(b"\n")?;
        written.records += 1;
        if matches!(record, Exported::User(_)) {
            written.users += 1;
            progress.reach(written.users);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let last = json!({ "record": "end", "records": written.records });
    writeln!(out, "{last}")?;
    Ok(written)
}
