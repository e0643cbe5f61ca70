//! Batches that one thread submits together.

use super::Directory;
use crate::error::Result;
use crate::model::{Applied, Batch};

impl Directory {
    /// Adds the actor and the door of this handle to the batch.
    pub(crate) fn prepared(&self, mut batch: Batch) -> Batch {
        self.prepare(&mut batch);
        batch
    }

    /// Applies these prepared batches in order, as if each came from a thread of its own,
    /// in few commits.
    pub(crate) fn apply_each(&self, batches: Vec<Batch>) -> Vec<Result<Applied>> {
        if let Err(error) = self.check_write() {
            return batches.iter().map(|_| Err(error.clone())).collect();
        }
        let shared = &self.shared;
        let outcomes = shared
            .commits
            .apply_each(&*shared.engine, &shared.cache, batches);
        let sequences = outcomes.iter().flatten().filter_map(|one| one.sequence);
        if let Some(latest) = sequences.max() {
            shared.latest.advance(latest);
            shared.holds.check(&shared.engine);
        }
        outcomes
    }
}
