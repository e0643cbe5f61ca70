//! Streamed responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::door::Failure;
use crate::server::Server;

/// Bytes of a part, beyond which the record that exceeds them is the last one.
pub(crate) const PART_BYTES: usize = 64 * 1024;

/// A body made of the texts from a channel.
pub(crate) struct Texts(pub(crate) mpsc::Receiver<Bytes>);

impl hyper::body::Body for Texts {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(context)
            .map(|text| text.map(|text| Ok(Frame::data(text))))
    }
}

/// A long list, which is written in parts.
pub(crate) trait Parts: Send + 'static {
    /// Appends the next part, of about [`PART_BYTES`], and returns whether it was the last one.
    fn write(&mut self, part: &mut Vec<u8>) -> Result<bool, Failure>;
}

/// A body with `head`, then all of `list`. Parts are read as scans, two at most before the client reads
/// them, so that one that does not read takes little memory and no thread. If reading fails
/// on the way, the connection ends early.
pub(crate) async fn in_parts(
    server: &Server,
    head: &[u8],
    list: impl Parts,
) -> Result<Body, Failure> {
    let (first, mut rest) = part_of(server, head.to_vec(), list).await?;
    if rest.is_none() {
        return Ok(Body::from(first));
    }
    let (sender, receiver) = mpsc::channel(1);
    let server = server.clone();
    tokio::spawn(async move {
        let mut part = Ok(first);
        // A client that has disconnected receives nothing.
        while sender.send(part).await.is_ok()
            && let Some(list) = rest.take()
        {
            part = match part_of(&server, Vec::new(), list).await {
                Ok((part, list)) => {
                    rest = list;
                    Ok(part)
                }
                Err(failure) => {
                    log::warn!("a list was cut off: {}", failure.message);
                    Err(io::Error::other(failure.message))
                }
            };
        }
    });
    Ok(Body::new(Received(receiver)))
}

/// The next part, which begins with `part`, and the list if there are more.
async fn part_of<L: Parts>(
    server: &Server,
    mut part: Vec<u8>,
    mut list: L,
) -> Result<(Bytes, Option<L>), Failure> {
    let work = move |_: &Server| {
        let is_last = list.write(&mut part)?;
        Ok((part.into(), (!is_last).then_some(list)))
    };
    server.scan(work).await
}

/// A body made of the parts from a channel. An error among them ends the connection early.
pub(crate) struct Received(pub(crate) mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Received {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0
            .poll_recv(context)
            .map(|part| part.map(|part| part.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use axum::body::to_bytes;
    use headcount::Directory;

    use super::*;
    use crate::config::Config;

    /// A list of parts, which counts those that were written. The last one may fail.
    struct List {
        left: usize,
        fails: bool,
        written: Arc<AtomicUsize>,
    }

    impl Parts for List {
        fn write(&mut self, part: &mut Vec<u8>) -> Result<bool, Failure> {
            self.written.fetch_add(1, Ordering::Relaxed);
            part.resize(PART_BYTES, b'x');
            self.left -= 1;
            if self.left == 0 && self.fails {
                return Err(Failure::internal("no more"));
            }
            Ok(self.left == 0)
        }
    }

    fn with_body(left: usize, fails: bool, check: impl AsyncFnOnce(Body, Arc<AtomicUsize>)) {
        let server = Server::new(Directory::in_memory().unwrap(), Config::default()).unwrap();
        let written = Arc::<AtomicUsize>::default();
        let list = List {
            left,
            fails,
            written: Arc::clone(&written),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let body = in_parts(&server, b"", list).await.unwrap();
            check(body, written).await;
        });
    }

    #[test]
    fn a_list_that_nobody_reads_is_hardly_written() {
        with_body(1_000, false, async |body, written| {
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(written.load(Ordering::Relaxed) <= 3, "{written:?}");
            let whole = to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(whole.len(), 1_000 * PART_BYTES);
        });
    }

    #[test]
    fn a_list_that_fails_is_not_taken_for_a_whole_one() {
        with_body(5, true, async |body, _| {
            assert!(to_bytes(body, usize::MAX).await.is_err());
        });
    }
}
