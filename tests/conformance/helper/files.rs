//! The calls of the script that are about the files of a case's folder.

use std::path::Path;
use std::{fs, io};

use serde_json::Value;

/// Makes such a call; `None` if the call is another.
pub fn call(folder: &Path, name: &str, given: &Value) -> Option<io::Result<Value>> {
    let text = |key: &str| given[key].as_str().unwrap_or_default();
    let path = |key: &str| folder.join(text(key));
    Some(match name {
        "copy_file" => fs::copy(path("from"), path("to")).map(|_| Value::Null),
        "write_file" => fs::write(path("path"), text("text")).map(|()| Value::Null),
        "replace_in_file" => {
            replace(&path("path"), text("text"), text("with")).map(|()| Value::Null)
        }
        "remove_file" => fs::remove_file(path("path")).map(|()| Value::Null),
        "exists" => Ok(path("path").exists().into()),
        _ => return None,
    })
}

/// Puts `with` in every place of `text`.
fn replace(path: &Path, text: &str, with: &str) -> io::Result<()> {
    let mut bytes = fs::read(path)?;
    let places = { bytes.windows(text.len()).enumerate() }
        .filter(|(_, bytes)| *bytes == text.as_bytes())
        .map(|(at, _)| at);
    for at in places.collect::<Vec<_>>() {
        bytes[at..at + text.len()].copy_from_slice(with.as_bytes());
    }
    fs::write(path, bytes)
}
