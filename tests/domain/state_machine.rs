//! Plays random scripts of requests on a directory and on the model in `tests/kit`: on both
//! engines, their answers, refusals and contents are the same.

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
