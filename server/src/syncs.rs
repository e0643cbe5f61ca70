//! The last request and the last refusal of each provisioner since the server started.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::response::Response;
use headcount::Timestamp;

/// The last request of each key, by its id. Only valid keys get here.
#[derive(Default)]
pub(crate) struct Syncs(Mutex<HashMap<String, Sync>>);

#[derive(Clone, Debug)]
pub(crate) struct Sync {
    pub(crate) at: Timestamp,
    pub(crate) refusal: Option<Refused>,
}

#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) at: Timestamp,
    pub(crate) status: u16,
    pub(crate) message: String,
}

/// The message of a failure, attached to its response.
#[derive(Clone, Debug)]
pub(crate) struct Told(pub(crate) String);

impl Syncs {
    pub(crate) fn of(&self, key: &str) -> Option<Sync> {
        let syncs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        syncs.get(key).cloned()
    }

    /// Records the response to a request of a key. 404 is not a refusal: provisioners check
    /// whether users exist.
    pub(crate) fn note(&self, key: &str, response: &Response) {
        let at = Timestamp::now();
        let status = response.status();
        let told = response.extensions().get::<Told>();
        let mut syncs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sync = syncs
            .entry(key.to_owned())
            .or_insert_with(|| Sync { at, refusal: None });
        sync.at = at;
        if let Some(Told(message)) = told.filter(|_| status.as_u16() != 404) {
            sync.refusal = Some(Refused {
                at,
                status: status.as_u16(),
                message: message.clone(),
            });
        }
    }
}
