//! A time limit for clients that don't read their responses. It applies to the bytes that the
//! system accepts, below TLS: each of them counts as progress.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A connection on which a write fails when the system accepts no bytes for some time, because its
/// buffers are full and the client does not read.
pub(crate) struct Patient<S> {
    stream: S,
    limit: Duration,
    /// When the write that waits for the client fails.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(crate) fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            waiting: None,
        }
    }

    /// Ends the wait if the write made progress, and else begins or checks it.
    fn limited(
        &mut self,
        written: Poll<Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let limit = self.limit;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        waiting.as_mut().poll(context).map(|()| {
            let message = "the client does not read its response";
            Err(Error::new(ErrorKind::TimedOut, message))
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limited(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.limited(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::Instant;

    use super::*;

    /// A system that accepts this many bytes, and then none.
    struct Buffer(AtomicUsize);

    impl AsyncWrite for Buffer {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<Result<usize>> {
            match self.0.swap(0, Ordering::Relaxed).min(bytes.len()) {
                0 => Poll::Pending,
                count => Poll::Ready(Ok(count)),
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(test)
    }

    /// Tries to write a byte once; returns until when the client may take to accept one.
    async fn write(connection: &mut Patient<Buffer>) -> Option<Instant> {
        let written = poll_fn(|context| {
            let written = Pin::new(&mut *connection).poll_write(context, b"x");
            Poll::Ready(written.is_ready())
        });
        let is_written = written.await;
        let end = connection
            .waiting
            .as_ref()
            .map(|waiting| waiting.deadline());
        assert_eq!(is_written, end.is_none());
        end
    }

    #[test]
    fn each_byte_begins_the_wait_anew() {
        run(async {
            let mut connection = Patient::new(Buffer(0.into()), Duration::from_hours(1));
            let first = write(&mut connection).await;
            assert!(first.is_some());
            assert_eq!(write(&mut connection).await, first, "it goes on");
            connection.stream.0.store(1, Ordering::Relaxed);
            assert_eq!(write(&mut connection).await, None);
            std::thread::sleep(Duration::from_millis(5));
            assert!(write(&mut connection).await > first);
        });
    }

    #[test]
    fn a_wait_without_a_byte_ends() {
        let refused = run(async {
            let mut connection = Patient::new(Buffer(0.into()), Duration::from_millis(5));
            poll_fn(|context| Pin::new(&mut connection).poll_write(context, b"x")).await
        });
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
