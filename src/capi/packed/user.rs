//! The packed form of a user.

use std::sync::Arc;

use super::{Kind, Places, Record, Writer, count, text_bytes};
use crate::model::User;

/// Bytes before the attributes.
const FIXED_BYTES: u16 = 88;

/// Bytes of an attribute, without its texts.
const ATTRIBUTE_BYTES: usize = 16;

const ACTIVE: u16 = 1;
const ADMIN: u16 = 2;

impl Record for Arc<User> {
    const KIND: Kind = Kind::Users;

    fn bytes(&self) -> usize {
        let attributes = self.attributes();
        let texts = [self.given_name(), self.family_name(), own_username(self)];
        usize::from(FIXED_BYTES)
            + text_bytes(self.email().as_str())
            + texts.into_iter().flatten().map(text_bytes).sum::<usize>()
            + attributes
                .map(|(name, value)| ATTRIBUTE_BYTES + text_bytes(name) + text_bytes(value))
                .sum::<usize>()
    }

    fn write(&self, bytes: u32, to: &mut Writer<'_>) {
        let attributes = self.attributes();
        let table = usize::from(FIXED_BYTES);
        let mut places = Places::from(table + attributes.len() * ATTRIBUTE_BYTES);
        to.put_u32(bytes);
        to.put_u16(FIXED_BYTES);
        to.put_u16(
            if self.is_active() { ACTIVE } else { 0 } | if self.is_admin() { ADMIN } else { 0 },
        );
        to.put_id(Some(self.id().as_bytes()));
        to.put_u64(self.version());
        to.put_u64(self.created_at().as_unix_micros());
        to.put_u64(self.updated_at().as_unix_micros());
        let email = places.place(self.email().as_str());
        to.put_place(email);
        to.put_place(own_username(self).map_or(email, |name| places.place(name)));
        to.put_place(places.optional(self.given_name()));
        to.put_place(places.optional(self.family_name()));
        to.put_u32(count(table));
        to.put_u32(count(attributes.len()));
        for (name, value) in attributes {
            to.put_place(places.place(name));
            to.put_place(places.place(value));
        }

        to.put_text(self.email().as_str());
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
fn own_username(user: &User) -> Option<&str> {
    user.username.as_ref().map(crate::model::Username::as_str)
}
