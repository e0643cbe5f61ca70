//! The part of an update in the digest of its batch.

use super::UserUpdate;
use crate::model::digester::Digester;
use crate::model::{Email, Username};

impl UserUpdate {
    /// Hashes everything that was set.
    pub(in crate::model) fn put_into(&self, out: &mut Digester) {
        let parts = match self.0.get() {
            Ok(parts) => parts,
            Err(error) => {
                out.tag(0);
                out.text(&error.to_string());
                return;
            }
        };
        out.tag(1);
        out.optional(parts.if_version.as_ref(), |out, version| {
            out.number(*version);
        });
        let email = parts.email.as_ref().map(Email::as_str);
        out.optional(email, Digester::text);
        out.optional(parts.username.as_ref(), |out, name| {
            out.optional(name.as_ref().map(Username::as_str), Digester::text);
        });
        for name in [&parts.given_name, &parts.family_name] {
            out.optional(name.as_ref(), |out, name| {
                out.optional(name.as_deref(), Digester::text);
            });
        }
        out.optional(parts.admin.as_ref(), |out, admin| out.flag(*admin));
        out.number(parts.external_ids.len() as u64);
        for (provisioner, id) in &parts.external_ids {
            out.text(provisioner);
            out.optional(id.as_deref(), Digester::text);
        }
        out.flag(parts.replace_attributes);
        out.number(parts.attributes.len() as u64);
        for (name, value) in &parts.attributes {
            out.text(name);
            out.optional(value.as_deref(), Digester::text);
        }
    }
}
