//! The latest previews of imports. An import applies what its preview showed, whatever the size of
//! the file: forms only name the preview.
//!
//! Previews are kept in memory, and are lost when the server restarts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use headcount::RequestId;

use super::plan::Step;
use crate::door::Failure;

/// Bytes of all kept previews together; beyond this the oldest are dropped.
const BYTES_MAX: usize = 16 << 20;

/// A file and the step that was shown for each of its rows.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) text: String,
    pub(super) steps: Vec<Step>,
}

impl Planned {
    fn bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.steps)
    }
}

/// The latest previews, oldest first, each with the request id of its import.
#[derive(Default)]
pub(crate) struct Previews(Mutex<VecDeque<(RequestId, Arc<Planned>)>>);

impl Previews {
    /// Keeps a preview, and returns the request id of its import.
    pub(super) fn keep(&self, planned: Planned) -> RequestId {
        let id = RequestId::generate();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((id, Arc::new(planned)));
        let mut bytes: usize = kept.iter().map(|(_, planned)| planned.bytes()).sum();
        while bytes > BYTES_MAX
            && kept.len() > 1
            && let Some((_, oldest)) = kept.pop_front()
        {
            bytes -= oldest.bytes();
        }
        id
    }

    /// The preview that a form names.
    pub(super) fn find(&self, id: RequestId) -> Result<Arc<Planned>, Failure> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(other, _)| *other == id);
        found
            .map(|(_, planned)| Arc::clone(planned))
            .ok_or_else(|| {
                let message = "the server no longer has this file: it has restarted, or there were \
                           many imports since; choose the file again";
                Failure::new(StatusCode::GONE, message)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_previews_are_kept() {
        let previews = Previews::default();
        let keep = |bytes| {
            let (text, steps) = ("x".repeat(bytes), Vec::new());
            previews.keep(Planned { text, steps })
        };
        let [first, second] = [keep(BYTES_MAX / 2), keep(BYTES_MAX / 2)];
        assert!(previews.find(first).is_ok());
        let third = keep(1);
        assert!(previews.find(first).is_err(), "there is no room for it");
        assert!(previews.find(second).is_ok() && previews.find(third).is_ok());
        let large = keep(2 * BYTES_MAX);
        assert!(previews.find(large).is_ok(), "the latest is kept");
    }
}
