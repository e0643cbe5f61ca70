//! Standard output, which may be closed from the start.
//!
//! Before `main`, Rust opens `/dev/null` in place of a closed standard output, and every write
//! seems to succeed. So it is checked earlier.

use std::io::{self, Write};

/// Standard output, or a writer that always fails if it is closed.
pub(crate) fn open() -> Box<dyn Write> {
    if was_closed() {
        Box::new(Closed)
    } else {
        Box::new(io::stdout().lock())
    }
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        Err(io::Error::other("standard output is closed"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
use at_start::was_closed;

#[cfg(not(unix))]
fn was_closed() -> bool {
    false
}

#[cfg(unix)]
mod at_start {
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    pub(super) fn was_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }

    ctor::declarative::ctor! {
        // SAFETY: it makes one system call and sets a flag, neither of which needs what
        // Rust sets up before `main`.
        #[ctor(unsafe)]
        fn look() {
            let descriptor = rustix::io::fcntl_getfd(rustix::stdio::stdout());
            CLOSED.store(descriptor.is_err(), Ordering::Relaxed);
        }
    }
}
