//! The packed form of an outcome.

use super::{PackedKind, PackedRecord, Writer};
use crate::capi::outcome::HcOutcome;
use crate::model::Outcome;

/// Bytes of an outcome.
const FIXED_BYTES: u16 = 48;

impl PackedRecord for Outcome {
    const KIND: PackedKind = PackedKind::Outcomes;

    fn bytes_at_most(&self) -> usize {
        FIXED_BYTES.into()
    }

    fn write(&self, to: &mut Writer<'_>) {
        let outcome = HcOutcome::from(self);
        to.put_u32(FIXED_BYTES.into());
        to.put_u16(FIXED_BYTES);
        to.put_u16(u16::from(outcome.changed != 0));
        to.put_u64(outcome.version);
        to.put_u64(outcome.workspace);
        to.put_id(Some(&outcome.user));
        to.put_u32(outcome.subject.unsigned_abs());
        to.put_u32(0);
    }
}
