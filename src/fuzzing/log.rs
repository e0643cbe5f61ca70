//! The reader of the redo log: any bytes are frames, an end, or damage that is
//! said.

/// Checks the bytes of a log, which tell how its blocks were stamped, in part.
pub fn check(bytes: &[u8]) {
    crate::engine::check_log(bytes);
}
