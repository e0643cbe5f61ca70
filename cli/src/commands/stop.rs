//! Runs code when the process is asked to stop.

use crate::failure::{Failure, Result};

/// Runs `act` when the process is asked to stop.
pub(super) fn on_stop(act: impl FnMut() + Send + 'static) -> Result<()> {
    ctrlc::set_handler(act).map_err(|error| {
        Failure::refused("io", format!("can't listen for Ctrl-C: {error}; try again"))
    })
}
