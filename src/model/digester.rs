//! The hasher of digests.

use twox_hash::XxHash3_128;

use super::{Timestamp, UserId};

/// The digest of a batch.
pub(crate) type BatchDigest = [u8; 16];

/// Hashes parts one after the other. Each part is self-delimiting, so no two sequences of
/// parts produce the same bytes.
pub(super) struct Digester(XxHash3_128);

impl Digester {
    pub(super) fn new() -> Self {
        Self(XxHash3_128::new())
    }

    pub(super) fn finish(&self) -> BatchDigest {
        self.0.finish_128().to_le_bytes()
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    pub(super) fn tag(&mut self, tag: u8) {
        self.bytes(&[tag]);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.tag(u8::from(flag));
    }

    pub(super) fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    pub(super) fn id(&mut self, id: UserId) {
        self.bytes(id.as_bytes());
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.number(time.as_unix_micros());
    }

    pub(super) fn optional<T: ?Sized>(
        &mut self,
        value: Option<&T>,
        put: impl FnOnce(&mut Self, &T),
    ) {
        self.flag(value.is_some());
        if let Some(value) = value {
            put(self, value);
        }
    }
}
