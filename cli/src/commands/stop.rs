//! What is done when the process is asked to end.

use crate::failure::{Failure, Result};

/// Has `act` done when the process is asked to end.
pub(super) fn on_stop(act: impl FnMut() + Send + 'static) -> Result<()> {
    ctrlc::set_handler(act)
        .map_err(|error| Failure::refused("io", format!("can't listen for Ctrl-C: {error}")))
}
