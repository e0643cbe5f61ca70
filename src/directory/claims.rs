//! Who holds which unique key while a batch is under way.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};

/// The holders of each key that the batch has come across. More than one holder
/// is allowed until the batch ends.
pub(super) struct Claims<I> {
    /// What is claimed, as in "user has the email", and how a refusal is called.
    what: &'static str,
    refusal: ErrorKind,
    holders: HashMap<String, Vec<Claim<I>>>,
}

#[derive(Clone, Copy)]
struct Claim<I> {
    holder: I,
    /// The operation that made it; `None` where it is from before the batch.
    op_index: Option<usize>,
}

impl<I: Copy + PartialEq> Claims<I> {
    pub(super) fn new(what: &'static str, refusal: ErrorKind) -> Self {
        Self {
            what,
            refusal,
            holders: HashMap::new(),
        }
    }

    /// Notes that `holder` holds `key`, by which operation.
    pub(super) fn add(&mut self, key: &str, holder: I, op_index: Option<usize>) {
        let claim = Claim { holder, op_index };
        match self.holders.get_mut(key) {
            Some(claims) => claims.push(claim),
            None => {
                self.holders.insert(key.to_owned(), vec![claim]);
            }
        }
    }

    /// Notes that `holder` goes from one key to another.
    pub(super) fn change(
        &mut self,
        from: Option<&str>,
        to: Option<&str>,
        holder: I,
        op_index: usize,
    ) {
        if from == to {
            return;
        }
        if let Some(claims) = from.and_then(|key| self.holders.get_mut(key)) {
            claims.retain(|claim| claim.holder != holder);
        }
        if let Some(key) = to {
            self.add(key, holder, Some(op_index));
        }
    }

    /// The one who holds `key` at this point, as far as the batch knows.
    ///
    /// # Errors
    ///
    /// The kind of this set, where more than one holds it.
    pub(super) fn holder(&self, key: &str) -> Result<Option<I>> {
        match self.holders.get(key).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([claim]) => Ok(Some(claim.holder)),
            Some(_) => Err(Error::new(
                self.refusal,
                format!(
                    "more than one {} {key:?} at this point of the batch; name the one meant by id",
                    self.what
                ),
            )),
        }
    }

    /// The keys that would end up with two holders: a refusal for each operation
    /// that claimed one of another. `is_stored(key)` says whether one that
    /// the batch has not come across holds it.
    pub(super) fn contested(
        &self,
        mut is_stored: impl FnMut(&str) -> Result<bool>,
    ) -> Result<Vec<Error>> {
        let mut refusals = Vec::new();
        for (key, claims) in &self.holders {
            let mut newcomers: Vec<usize> = claims.iter().filter_map(|c| c.op_index).collect();
            if newcomers.is_empty() {
                continue;
            }
            newcomers.sort_unstable();
            let is_free = newcomers.len() == claims.len() && !is_stored(key)?;
            let refused = if is_free {
                &newcomers[1..]
            } else {
                &newcomers[..]
            };
            refusals.extend(
                refused
                    .iter()
                    .map(|op_index| self.taken(key).at_op(*op_index)),
            );
        }
        Ok(refusals)
    }

    fn taken(&self, key: &str) -> Error {
        let what = self.what;
        Error::new(
            self.refusal,
            format!("another {what} {key:?}; choose another or change that one first"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserId;

    fn refused(claims: &Claims<UserId>, stored: bool) -> Vec<usize> {
        let errors = claims.contested(|_| Ok(stored)).unwrap();
        let mut ops: Vec<usize> = errors.iter().filter_map(Error::op_index).collect();
        ops.sort_unstable();
        ops
    }

    #[test]
    fn the_first_claim_of_a_free_key_stands() {
        let (a, b) = (UserId::generate(), UserId::generate());
        let mut claims = Claims::new("user has the email", ErrorKind::EmailTaken);
        claims.add("k", a, Some(3));
        assert!(refused(&claims, false).is_empty());
        assert_eq!(refused(&claims, true), [3]);
        claims.add("k", b, Some(7));
        assert_eq!(refused(&claims, false), [7]);
        assert_eq!(
            claims.holder("k").unwrap_err().kind(),
            ErrorKind::EmailTaken
        );
    }

    #[test]
    fn a_holder_from_before_wins_until_it_lets_go() {
        let (a, b) = (UserId::generate(), UserId::generate());
        let mut claims = Claims::new("user has the email", ErrorKind::EmailTaken);
        claims.add("k", a, None);
        claims.change(None, Some("k"), b, 0);
        assert_eq!(refused(&claims, false), [0]);
        claims.change(Some("k"), Some("k"), a, 1);
        assert_eq!(refused(&claims, false), [0], "staying is not letting go");
        claims.change(Some("k"), Some("other"), a, 2);
        assert!(refused(&claims, false).is_empty());
        assert_eq!(claims.holder("k").unwrap(), Some(b));
    }
}
