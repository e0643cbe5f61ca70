//! Any script of requests, played to a directory and to the model in `tests/kit`: both
//! answer, refuse and hold the same, whatever the engine.

use crate::kit::cases::run_cases;
use crate::kit::draw;
use crate::kit::play::play;
use crate::kit::temp::TempPath;

#[test]
fn a_directory_in_memory_does_what_the_model_does() {
    run_cases(300, draw::scripts(50), |script| play(&script, None));
}

/// Fewer scripts, since each commit waits for the disk.
#[test]
fn a_directory_in_a_file_does_what_the_model_does() {
    run_cases(80, draw::scripts(40), |script| {
        play(&script, Some(&TempPath::new()));
    });
}
