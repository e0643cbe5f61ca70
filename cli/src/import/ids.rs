//! The ids of rows: ours are UUIDs, and those of other systems are left out.

use headcount::quoted;
use serde_json::Value;

use super::Row;
use super::reading::Reading;
use super::row::{filled, set};
use super::values::shortened;
use crate::output::shell_word;

impl Row {
    /// Reads an id. Those of a file are all ours, or all of another system.
    pub(super) fn read_id(
        &mut self,
        name: &str,
        value: Value,
        reading: &mut Reading<'_>,
    ) -> Result<(), String> {
        if reading.options.ignore_ids {
            return Ok(());
        }
        let text = match value {
            Value::Number(number) => number.to_string(),
            other => self.text(name, other)?,
        };
        let Some(text) = filled(&text) else {
            return Ok(());
        };
        if is_federated(text) {
            self.notes.push(format!(
                "the federated id {} is left out: it is not a UUID",
                quoted(&shortened(text))
            ));
            return Ok(());
        }
        let ways_out = || {
            format!(
                "use --ignore-ids if the ids are not to be kept, or --map {} --provisioner NAME to \
                 keep them as those of a provisioner",
                shell_word(&format!("{name}=external_id"))
            )
        };
        match text.parse() {
            Ok(id) if reading.id(name, text, true) => set(&mut self.id, name, id),
            Ok(_) => Err(format!(
                "{name}: {} is a UUID, and the ids before it are not; {}",
                quoted(text),
                ways_out()
            )),
            Err(_) if is_of_another_kind(text) && reading.id(name, text, false) => Ok(()),
            Err(error) => Err(format!("{name}: {error}; {}", ways_out())),
        }
    }
}

/// Whether an id is not just a UUID that lost a character or two: Okta's are 20 letters and digits,
/// GitLab's are numbers.
fn is_of_another_kind(id: &str) -> bool {
    const HEX_MIN: usize = 28;
    let hex = id.bytes().filter(u8::is_ascii_hexdigit).count();
    id.matches('-').count() < 2 && hex < HEX_MIN
}

/// Whether it is an id of Keycloak's for a user of another store.
pub(super) fn is_federated(id: &str) -> bool {
    id.starts_with("f:") && id[2..].contains(':')
}
