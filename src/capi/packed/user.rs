//! The packed form of a user.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{
    Ahead, PAIR_BYTES, PackedBatch, PackedKind, PackedRecord, Writer, count, pair_texts_bytes,
    place_bytes, text_bytes,
};
use crate::capi::call_error::CallError;
use crate::directory::{UserView, Users};
use crate::error::Result;
use crate::model::{Timestamp, User};

/// Bytes before the attributes.
const FIXED_BYTES: u16 = 104;

const ACTIVE: u16 = 1;
const ADMIN: u16 = 2;

impl Ahead<Arc<User>> {
    /// Packs users directly from the store, like [`pack`](Self::pack). Users that don't fit
    /// stay in `users`.
    pub(in crate::capi) fn pack_all(
        &mut self,
        buffer: &mut [MaybeUninit<u8>],
        users: &mut Users,
    ) -> Result<usize, CallError> {
        if let Some(Err(kept)) = self.0.take() {
            return Err(kept.into());
        }
        let mut batch = PackedBatch::new(buffer);
        let read = users.visit(|user| match batch.push(user) {
            Ok(()) => ControlFlow::Continue(()),
            Err(refusal) => ControlFlow::Break(refusal),
        });
        match read {
            Err(error) if batch.is_empty() => return Err(error.into()),
            Ok(Some(refusal)) if batch.is_empty() => return Err(refusal),
            Err(error) => self.0 = Some(Err(error)),
            Ok(_) => {}
        }
        Ok(batch.finish(PackedKind::Users))
    }
}

impl PackedRecord for Arc<User> {
    const KIND: PackedKind = PackedKind::Users;

    fn bytes_at_most(&self) -> usize {
        UserView::from(&**self).bytes_at_most()
    }

    fn write(&self, to: &mut Writer<'_>) {
        UserView::from(&**self).write(to);
    }
}

impl PackedRecord for UserView<'_> {
    const KIND: PackedKind = PackedKind::Users;

    fn bytes_at_most(&self) -> usize {
        let names = [self.given_name(), self.family_name()];
        usize::from(FIXED_BYTES)
            + text_bytes(self.email())
            + text_bytes(self.username())
            + names.into_iter().flatten().map(text_bytes).sum::<usize>()
            + (self.attributes().len() + self.external_ids().len()) * PAIR_BYTES
            + self.attribute_bytes_at_most()
            + pair_texts_bytes(self.external_ids())
    }

    fn write(&self, to: &mut Writer<'_>) {
        let (attributes, ids) = (self.attributes(), self.external_ids());
        let (attribute_count, id_count) = (attributes.len(), ids.len());
        let table = usize::from(FIXED_BYTES);
        let id_table = table + attribute_count * PAIR_BYTES;
        // The texts come last, after their places.
        to.skip(id_table + id_count * PAIR_BYTES);
        let email = to.put_text(self.email());
        let username = own_username(self).map_or(email, |name| to.put_text(name));
        let given_name = to.put_optional(self.given_name());
        let family_name = to.put_optional(self.family_name());
        to.put_pairs(table, attributes);
        to.put_pairs(id_table, ids);

        // Assembled first, so that the room is checked once.
        let flags = (u16::from(self.is_active()) * ACTIVE) | (u16::from(self.is_admin()) * ADMIN);
        let mut fixed = [0; FIXED_BYTES as usize];
        fixed[0..4].copy_from_slice(&count(to.end).to_le_bytes());
        fixed[4..6].copy_from_slice(&FIXED_BYTES.to_le_bytes());
        fixed[6..8].copy_from_slice(&flags.to_le_bytes());
        fixed[8..24].copy_from_slice(self.id().as_bytes());
        fixed[24..32].copy_from_slice(&self.version().to_le_bytes());
        fixed[32..40].copy_from_slice(&self.created_at().as_unix_micros().to_le_bytes());
        fixed[40..48].copy_from_slice(&self.updated_at().as_unix_micros().to_le_bytes());
        fixed[48..56].copy_from_slice(&place_bytes(email));
        fixed[56..64].copy_from_slice(&place_bytes(username));
        fixed[64..72].copy_from_slice(&place_bytes(given_name));
        fixed[72..80].copy_from_slice(&place_bytes(family_name));
        fixed[80..88].copy_from_slice(&place_bytes((count(table), count(attribute_count))));
        let deactivated_at = self.deactivated_at().map_or(0, Timestamp::as_unix_micros);
        fixed[88..96].copy_from_slice(&deactivated_at.to_le_bytes());
        fixed[96..104].copy_from_slice(&place_bytes((count(id_table), count(id_count))));
        to.put_at(0, &fixed);
    }
}

/// The username, if it isn't the email.
fn own_username<'a>(user: &UserView<'a>) -> Option<&'a str> {
    let (username, email) = (user.username(), user.email());
    // Without one, it is the same text as the email.
    (!std::ptr::eq(username, email) && username != email).then_some(username)
}
