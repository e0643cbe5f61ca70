//! Who holds which unique key while a batch is under way.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};
use crate::model::UserId;

/// The holders of each key that the batch has come across. More than one holder
/// is allowed until the batch ends.
pub(super) struct Claims {
    /// What is claimed, and how its refusal is called.
    what: &'static str,
    refusal: ErrorKind,
    holders: HashMap<String, Vec<Claim>>,
}

#[derive(Clone, Copy)]
struct Claim {
    user: UserId,
    /// The operation that made it; `None` where it is from before the batch.
    op_index: Option<usize>,
}

impl Claims {
    pub(super) fn new(what: &'static str, refusal: ErrorKind) -> Self {
        Self {
            what,
            refusal,
            holders: HashMap::new(),
        }
    }

    /// Notes that `user` holds `key`, by which operation.
    pub(super) fn add(&mut self, key: &str, user: UserId, op_index: Option<usize>) {
        let claim = Claim { user, op_index };
        match self.holders.get_mut(key) {
            Some(claims) => claims.push(claim),
            None => {
                self.holders.insert(key.to_owned(), vec![claim]);
            }
        }
    }

    /// Notes that `user` goes from one key to another.
    pub(super) fn change(
        &mut self,
        from: Option<&str>,
        to: Option<&str>,
        user: UserId,
        op_index: usize,
    ) {
        if from == to {
            return;
        }
        if let Some(claims) = from.and_then(|key| self.holders.get_mut(key)) {
            claims.retain(|claim| claim.user != user);
        }
        if let Some(key) = to {
            self.add(key, user, Some(op_index));
        }
    }

    /// The one user who holds `key` at this point, as far as the batch knows.
    ///
    /// # Errors
    ///
    /// The kind of this set, where more than one user holds it.
    pub(super) fn holder(&self, key: &str) -> Result<Option<UserId>> {
        match self.holders.get(key).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([claim]) => Ok(Some(claim.user)),
            Some(_) => Err(Error::new(
                self.refusal,
                format!(
                    "two users have the {} {key:?} at this point of the batch; name the user by id",
                    self.what
                ),
            )),
        }
    }

    /// The keys that would end up with two holders: a refusal for each operation
    /// that claimed one of another user. `is_stored(key)` says whether a user
    /// whom the batch has not come across holds it.
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
            format!("another user has the {what} {key:?}; choose another or update that user"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(claims: &Claims, stored: bool) -> Vec<usize> {
        let errors = claims.contested(|_| Ok(stored)).unwrap();
        let mut ops: Vec<usize> = errors.iter().filter_map(Error::op_index).collect();
        ops.sort_unstable();
        ops
    }

    #[test]
    fn the_first_claim_of_a_free_key_stands() {
        let (a, b) = (UserId::generate(), UserId::generate());
        let mut claims = Claims::new("email", ErrorKind::EmailTaken);
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
        let mut claims = Claims::new("email", ErrorKind::EmailTaken);
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
