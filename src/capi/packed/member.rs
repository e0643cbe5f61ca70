//! The packed form of a membership.

use super::{PackedKind, PackedRecord, Writer};
use crate::capi::role::HcRole;
use crate::model::Member;

const FIXED_BYTES: u16 = 48;

impl PackedRecord for Member {
    const KIND: PackedKind = PackedKind::Members;

    fn bytes_at_most(&self) -> usize {
        usize::from(FIXED_BYTES)
    }

    fn write(&self, to: &mut Writer<'_>) {
        to.put_u32(FIXED_BYTES.into());
        to.put_u16(FIXED_BYTES);
        to.put_u16(HcRole::of(self.role()) as u16);
        to.put_u64(self.workspace().as_u64());
        to.put_id(Some(self.user().as_bytes()));
        to.put_u64(self.since().as_unix_micros());
        to.put_u64(self.version());
    }
}
