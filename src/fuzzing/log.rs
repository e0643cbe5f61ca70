//! The reader of the redo log: any bytes are frames, an end, or reported damage.

/// Checks the bytes of a log; some of them choose the stamps of its blocks.
pub fn check(bytes: &[u8]) {
    crate::engine::check_log(bytes);
}
