//! Applying and previewing batches.

use super::Directory;
use crate::error::{Error, Result};
use crate::model::{Applied, Batch, Timestamp};
use crate::rules;

/// Batches.
impl Directory {
    /// Applies a batch as a whole, or changes nothing.
    ///
    /// # Errors
    ///
    /// The first refusal, of any kind for which [`Error::is_refusal`] is true;
    /// [`Error::op_index`] says which operation it concerns.
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let batch = Batch::new().create_user("ann@ex.co").create_user("bob@ex.co");
    /// assert_eq!(directory.apply(batch)?.sequence, Some(1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn apply(&self, mut batch: Batch) -> Result<Applied> {
        self.check_write()?;
        self.prepare(&mut batch);
        let applied = self
            .shared
            .commits
            .apply(&*self.shared.engine, &self.shared.cache, batch)?;
        if let Some(sequence) = applied.sequence {
            self.shared.latest.advance(sequence);
            self.shared.holds.check(&self.shared.engine);
        }
        Ok(applied)
    }

    /// Lists what stands in the way of a batch, without applying it: all refusals of single
    /// operations, in their order; if there are none, those of the batch as a whole. An empty list
    /// means that the batch would be accepted now.
    ///
    /// ```
    /// use headcount::{Batch, Directory, ErrorKind};
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let refusals = directory.preview(Batch::new().create_user("").create_user("Ann@ex.co"))?;
    /// let kinds: Vec<_> = refusals.iter().map(|r| (r.op_index(), r.kind())).collect();
    /// assert_eq!(
    ///     kinds,
    ///     [(Some(0), ErrorKind::EmailRequired), (Some(1), ErrorKind::EmailTaken)]
    /// );
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn preview(&self, mut batch: Batch) -> Result<Vec<Error>> {
        self.prepare(&mut batch);
        rules::refusals(&self.snapshot()?, &batch, Timestamp::now())
    }

    /// Returns what [`apply`](Self::apply) would return now, except for ids that it would draw,
    /// and changes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply).
    ///
    /// ```
    /// use headcount::{Batch, Directory};
    ///
    /// let directory = Directory::in_memory()?;
    /// let ann = directory.create_user("ann@ex.co")?;
    /// let batch = Batch::new().activate_user(&*ann).create_user("bob@ex.co");
    /// let applied = directory.dry_run(batch)?;
    /// assert!(!applied.outcomes[0].changed && applied.outcomes[1].changed);
    /// assert_eq!(directory.len()?, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn dry_run(&self, mut batch: Batch) -> Result<Applied> {
        self.prepare(&mut batch);
        let plan = rules::apply(&self.snapshot()?, batch, Timestamp::now())?;
        Ok(plan.applied)
    }

    pub(super) fn prepare(&self, batch: &mut Batch) {
        // The actor is part of the digest, so it is set first.
        batch.actor = batch.actor.or(self.actor);
        if batch.door.is_none() {
            batch.door.clone_from(&self.door);
        }
        batch.prepare();
    }
}
