//! Batches that one thread hands in together.

use super::Directory;
use crate::error::Result;
use crate::model::{Applied, Batch};

impl Directory {
    /// The batch with what this handle adds to it.
    pub(crate) fn prepared(&self, mut batch: Batch) -> Batch {
        self.prepare(&mut batch);
        batch
    }

    /// Applies each of these prepared batches, in their order, as if they had come from
    /// as many threads: in few commits.
    pub(crate) fn apply_each(&self, batches: Vec<Batch>) -> Vec<Result<Applied>> {
        if let Err(error) = self.check() {
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
