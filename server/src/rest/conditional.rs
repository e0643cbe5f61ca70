//! Batches with the conditions in a request's headers: `If-Match` and `Idempotency-Key`.

use axum::http::HeaderMap;
use headcount::{Applied, Batch, Directory, ErrorKind, RequestId};

use crate::auth::only;
use crate::door::Failure;
use crate::preconditions;

/// A batch that requires one of several versions: one batch for each of them.
pub(super) struct Conditional(Vec<Batch>);

impl Conditional {
    /// The batch with the versions that its last operation requires, and with a request id if it
    /// can be sent again.
    pub(super) fn new(batch: Batch, headers: &HeaderMap) -> Result<Self, Failure> {
        let batch = with_request_id(batch, headers)?;
        Ok(Self(match preconditions::strong(headers)? {
            None => vec![batch],
            Some(versions) => versions
                .into_iter()
                .map(|version| batch.clone().if_version(version))
                .collect(),
        }))
    }

    /// Applies the batch whose version the record has. A request that is sent again finds the
    /// batch that was applied.
    pub(super) fn apply(self, directory: &Directory) -> headcount::Result<Applied> {
        let mut batches = self.0.into_iter();
        let mut outcome = directory.apply(batches.next().unwrap_or_default());
        for batch in batches {
            let Err(error) = &outcome else {
                break;
            };
            match error.kind() {
                ErrorKind::Conflict { .. } | ErrorKind::RequestIdReused => {
                    outcome = directory.apply(batch);
                }
                _ => break,
            }
        }
        outcome
    }
}

pub(super) fn with_request_id(batch: Batch, headers: &HeaderMap) -> Result<Batch, Failure> {
    let Some(value) = only(headers, "idempotency-key")? else {
        return Ok(batch);
    };
    // The header is a string in quotes (RFC 8941); most clients leave them out.
    let text = value.to_str().unwrap_or_default().trim_matches('"');
    let id: RequestId = text.parse().map_err(|_| {
        Failure::bad_request("Idempotency-Key must be a UUID: draw a new one for each request")
    })?;
    Ok(batch.request_id(id))
}
