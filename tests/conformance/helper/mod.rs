//! What the runners in Rust need beside what runs a case: the reading of scripts, the comparison of
//! values, and the calls on files.

pub mod files;
pub mod lines;
pub mod values;
