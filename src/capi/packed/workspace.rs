//! The packed form of a workspace.

use super::{PAIR_BYTES, PackedKind, PackedRecord, Writer, count, pair_texts_bytes, text_bytes};
use crate::model::{UserId, Workspace};

/// Bytes before the external ids.
const FIXED_BYTES: u16 = 72;

const ARCHIVED: u16 = 1;
const DEFAULT: u16 = 2;

impl PackedRecord for Workspace {
    const KIND: PackedKind = PackedKind::Workspaces;

    fn bytes_at_most(&self) -> usize {
        usize::from(FIXED_BYTES)
            + self.external_ids().len() * PAIR_BYTES
            + text_bytes(self.name())
            + pair_texts_bytes(self.external_ids())
    }

    fn write(&self, to: &mut Writer<'_>) {
        let default_of = self.default_of();
        let archived = if self.is_archived() { ARCHIVED } else { 0 };
        let default = default_of.map_or(0, |_| DEFAULT);
        let table = usize::from(FIXED_BYTES);
        let ids = self.external_ids();
        let id_count = ids.len();
        let texts = table + id_count * PAIR_BYTES;
        to.put_u32(count(self.bytes_at_most()));
        to.put_u16(FIXED_BYTES);
        to.put_u16(archived | default);
        to.put_u64(self.id().as_u64());
        to.put_u64(self.version());
        to.put_u64(self.created_at().as_unix_micros());
        to.put_u64(self.updated_at().as_unix_micros());
        to.put_id(default_of.as_ref().map(UserId::as_bytes));
        to.put_place((count(texts), count(self.name().len())));
        to.put_place((count(table), count(id_count)));
        to.skip(texts - table);
        to.put_text(self.name());
        to.put_pairs(table, ids);
    }
}
