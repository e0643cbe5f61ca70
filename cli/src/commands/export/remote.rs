//! The lines that a server exports, passed on as they come.

use std::io::{BufRead, BufReader, Write};

use serde::Deserialize;

use super::Written;
use crate::directory::Remote;
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// The last line.
#[derive(Deserialize)]
struct End {
    record: String,
    records: u64,
}

const USER: &[u8] = b"{\"record\":\"user\"";

pub(super) fn lines(remote: &Remote, progress: &Progress, out: &mut dyn Write) -> Result<Written> {
    let cut_off = |why: &str| {
        let message = format!("the server's export is cut off: {why}; export again");
        Failure::refused("io", message)
    };
    let mut reader = BufReader::new(remote.export_lines()?);
    let mut written = Written::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        read.map_err(|error| cut_off(&error.to_string()))?;
        if !line.ends_with(b"\n") {
            return Err(cut_off("its last line is missing"));
        }
        out.write_all(&line)?;
        if let Ok(end) = serde_json::from_slice::<End>(&line)
            && end.record == "end"
        {
            written.records = end.records;
            return Ok(written);
        }
        if line.starts_with(USER) {
            written.users += 1;
            progress.count(written.users);
        }
    }
}
