//! Streamed responses.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc;

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
