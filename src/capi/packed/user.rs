//! The packed form of a user.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Ahead, Batch, Kind, Places, Record, Writer, count, place_bytes, text_bytes};
use crate::capi::error::Refusal;
use crate::error::Result;
use crate::model::User;
use crate::store::{UserView, Users};

/// Bytes before the attributes.
const FIXED_BYTES: u16 = 88;

/// Bytes of an attribute, without its texts.
const ATTRIBUTE_BYTES: usize = 16;

const ACTIVE: u16 = 1;
const ADMIN: u16 = 2;

impl Ahead<Arc<User>> {
    /// Packs users as they lie in the store, like [`pack`](Self::pack). What doesn't fit
    /// is left to `users`.
    pub(in crate::capi) fn pack_all(
        &mut self,
        buffer: &mut [MaybeUninit<u8>],
        users: &mut Users,
    ) -> Result<usize, Refusal> {
        if let Some(Err(kept)) = self.0.take() {
            return Err(kept.into());
        }
        let mut batch = Batch::new(buffer);
        let mut refused = None;
        let read = users.for_each_view(|user| match batch.push(&user) {
            Ok(()) => ControlFlow::Continue(()),
            Err(refusal) => {
                refused = Some(refusal);
                ControlFlow::Break(())
            }
        });
        match (read, refused) {
            (Err(error), _) if batch.is_empty() => return Err(error.into()),
            (Ok(()), Some(refusal)) if batch.is_empty() => return Err(refusal),
            (Err(error), _) => self.0 = Some(Err(error)),
            (Ok(()), _) => {}
        }
        batch.finish(Kind::Users)
    }
}

impl Record for Arc<User> {
    const KIND: Kind = Kind::Users;

    fn bytes(&self) -> usize {
        UserView::from(&**self).bytes()
    }

    fn write(&self, bytes: u32, to: &mut Writer<'_>) {
        UserView::from(&**self).write(bytes, to);
    }
}

impl Record for UserView<'_> {
    const KIND: Kind = Kind::Users;

    fn bytes(&self) -> usize {
        let attributes = self.attributes();
        let texts = [self.given_name(), self.family_name(), own_username(self)];
        usize::from(FIXED_BYTES)
            + text_bytes(self.email())
            + texts.into_iter().flatten().map(text_bytes).sum::<usize>()
            + attributes
                .map(|(name, value)| ATTRIBUTE_BYTES + text_bytes(name) + text_bytes(value))
                .sum::<usize>()
    }

    fn write(&self, bytes: u32, to: &mut Writer<'_>) {
        let attributes = self.attributes();
        let table = usize::from(FIXED_BYTES);
        let mut places = Places::from(table + attributes.len() * ATTRIBUTE_BYTES);
        let flags = (u16::from(self.is_active()) * ACTIVE) | (u16::from(self.is_admin()) * ADMIN);
        let email = places.place(self.email());
        let username = own_username(self).map_or(email, |name| places.place(name));
        let given_name = places.optional(self.given_name());
        let family_name = places.optional(self.family_name());

        // Put together first: one check of the room for all of it, instead of one each.
        let mut fixed = [0; FIXED_BYTES as usize];
        fixed[0..4].copy_from_slice(&bytes.to_le_bytes());
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
        fixed[80..88].copy_from_slice(&place_bytes((count(table), count(attributes.len()))));
        to.put(&fixed);
        for (name, value) in attributes {
            to.put_place(places.place(name));
            to.put_place(places.place(value));
        }

        to.put_text(self.email());
        let names = [own_username(self), self.given_name(), self.family_name()];
        for text in names.into_iter().flatten() {
            to.put_text(text);
        }
        for (name, value) in self.attributes() {
            to.put_text(name);
            to.put_text(value);
        }
    }
}

/// The username, where it isn't the email.
fn own_username<'a>(user: &UserView<'a>) -> Option<&'a str> {
    let (username, email) = (user.username(), user.email());
    // Without one, it is the very text of the email.
    (!std::ptr::eq(username, email) && username != email).then_some(username)
}
