//! Panics of the command. Those that the library catches, of the storage engine over a damaged
//! file, are errors by then and must not be printed; any other is a bug, and told as one.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use crate::failure::{Failure, Result};

/// The last panic: its message and position.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Runs the command; a panic that nothing catches fails it.
pub(crate) fn caught(command: impl FnOnce() -> Result<()>) -> Result<()> {
    panic::set_hook(Box::new(|panic| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
    let done = panic::catch_unwind(AssertUnwindSafe(command));
    // What panics from now on has nobody else to tell it.
    let _ = panic::take_hook();
    done.unwrap_or_else(|_| Err(bug(&LAST.lock().unwrap_or_else(PoisonError::into_inner))))
}

fn bug(panic: &str) -> Failure {
    let told = panic.split_whitespace().collect::<Vec<_>>().join(" ");
    Failure::refused(
        "bug",
        format!("this is a bug in headcount, which ended the command: {told}; please report it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_a_bug() {
        let failure = caught(|| panic!("out of\ncheese")).unwrap_err();
        assert_eq!(failure.exit_code(), 101);
        let mut told = Vec::new();
        failure.write(&mut told, true).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["error"]["kind"], "bug");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains("panics.rs:"), "{message}");
        assert!(
            message.contains("out of cheese; please report it"),
            "{message}"
        );
        assert!(caught(|| Ok(())).is_ok());
    }
}
