//! Verifying when users were last seen.

use super::Examiner;
use super::fault::{Fault, FaultKind, Fix, name_of};
use super::sound::Found;
use crate::codec::keys::{self, KeyKind};
use crate::engine::Read;
use crate::error::Result;

impl<R: Read> Examiner<'_, R> {
    /// Checks that the users who were seen exist.
    pub(super) fn sightings(&mut self) -> Result<()> {
        self.each(KeyKind::Seen, |examiner, key, value| {
            let user = keys::seen_of(key);
            let is_whole = user.is_some() && keys::moment_in(value).is_some();
            let (kind, detail) = match user.map(|user| examiner.user_with_id(user)) {
                _ if !is_whole => (FaultKind::Malformed, "the record can't be decoded"),
                Some(Err(error)) => return Err(error),
                Some(Ok(Found::Absent)) => (FaultKind::Dangling, "the user doesn't exist"),
                _ => return Ok(()),
            };
            let fault = Fault::new(kind, name_of(KeyKind::Seen), detail).user(user);
            examiner.fault(fault, Fix::SetAside(key.to_vec(), value.to_vec()))
        })
    }
}
