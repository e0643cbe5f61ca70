//! The Node.js addon behind `bindings/node`: few functions, which take and return
//! strings. All of what JavaScript shows its users is made in JavaScript.
//!
//! `napi` is where Node calls in, and the only unsafe code. `request` is what JavaScript
//! asks for, `run` does it, on a thread of `pool` where it may touch a disk, and `answer`
//! and `text` write what comes of it. `handle` has the directories that are open, and
//! `watch` those who wait for changes.

mod answer;
mod handle;
mod lines;
mod mailbox;
#[allow(unsafe_code)]
mod napi;
mod pool;
mod request;
mod run;
mod text;
mod watch;
