//! A buffer of entries to write, which can be sorted by key, in a few large allocations.

use super::entries::ModelEntry;
use super::external::HasExternalIds;
use crate::error::{Error, ErrorKind, Result};

/// Keys to set, with their values, and keys to remove.
#[derive(Default)]
pub(super) struct EntryBuffer {
    /// Each key, followed by its value.
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

/// Where an entry is in [`EntryBuffer::bytes`].
#[derive(Clone, Copy)]
struct Slot {
    start: usize,
    key_bytes: u32,
    /// [`REMOVED`] if the key is to be removed.
    value_bytes: u32,
    /// While sorting, bytes of the key after the prefix that all keys share. Most
    /// comparisons need no more, and so read no other memory.
    prefix: [u8; PREFIX_BYTES],
}

/// Up to this many entries are sorted without prefixes.
const FEW: usize = 64;

/// Enough bytes to distinguish most keys of a kind.
const PREFIX_BYTES: usize = 16;

/// Marks the absence of a value; no value is that long.
const REMOVED: u32 = u32::MAX;

impl EntryBuffer {
    /// A buffer with room for `entries` entries and `bytes` bytes.
    pub(super) fn with_capacity(entries: usize, bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            slots: Vec::with_capacity(entries),
        }
    }

    /// Sets `key` to the value that `put_value` appends.
    pub(super) fn put(
        &mut self,
        key: &[u8],
        put_value: impl FnOnce(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.finish_put(start, put_value)
    }

    fn push_removed(&mut self, start: usize, end: usize) -> Result<()> {
        self.slots.push(Slot {
            start,
            key_bytes: narrow(end - start)?,
            value_bytes: REMOVED,
            prefix: [0; PREFIX_BYTES],
        });
        Ok(())
    }

    /// Replaces one entry with another. Unchanged entries are not written. If one record
    /// gives up a key and another takes it, the key gets the new value, whatever the order
    /// of the records.
    pub(super) fn replace(
        &mut self,
        before: Option<ModelEntry<'_>>,
        now: Option<ModelEntry<'_>>,
    ) -> Result<()> {
        if before == now {
            return Ok(());
        }
        let start = self.bytes.len();
        if let Some(before) = before {
            before.put_key(&mut self.bytes);
        }
        let middle = self.bytes.len();
        if let Some(now) = &now {
            now.put_key(&mut self.bytes);
        }
        if self.bytes[start..middle] == self.bytes[middle..] {
            // The same key with another value.
            self.bytes.truncate(middle);
            return match now {
                Some(now) => self.finish_put(start, |out| now.put_value(out)),
                None => Ok(()),
            };
        }
        if middle > start {
            self.push_removed(start, middle)?;
        }
        match now {
            Some(now) => self.finish_put(middle, |out| now.put_value(out)),
            None => Ok(()),
        }
    }

    /// Replaces the external ids of a record, provisioner by provisioner.
    pub(super) fn replace_external_ids<'a, T: HasExternalIds>(
        &mut self,
        before: Option<&'a T>,
        now: Option<&'a T>,
        entry: impl Fn(&'a T, &str) -> Option<ModelEntry<'a>>,
    ) -> Result<()> {
        let provisioners = |record: Option<&'a T>| {
            let ids = record.map(|record| record.external_ids().map(|(name, _)| name));
            ids.into_iter().flatten()
        };
        let is_kept = |name: &&str| now.is_some_and(|now| now.external_id(name).is_some());
        let removed = provisioners(before).filter(|name| !is_kept(name));
        for provisioner in provisioners(now).chain(removed) {
            let entry = |record: Option<&'a T>| entry(record?, provisioner);
            self.replace(entry(before), entry(now))?;
        }
        Ok(())
    }

    /// Appends the value and registers the entry whose key begins at `start`.
    fn finish_put(
        &mut self,
        start: usize,
        put_value: impl FnOnce(&mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let middle = self.bytes.len();
        put_value(&mut self.bytes)?;
        self.slots.push(Slot {
            start,
            key_bytes: narrow(middle - start)?,
            value_bytes: narrow(self.bytes.len() - middle)?,
            prefix: [0; PREFIX_BYTES],
        });
        Ok(())
    }

    /// Sorts the entries by key and removes duplicates: a key that is both removed and set
    /// is set.
    pub(super) fn sort(&mut self) {
        let Self { bytes, slots } = self;
        // A batch of one operation appends nearly all its entries in order.
        if slots.is_sorted_by(|a, b| a.key(bytes) < b.key(bytes)) {
            return;
        }
        if slots.len() > FEW {
            let shared = shared_bytes(bytes, slots);
            for slot in &mut *slots {
                slot.prefix = prefix(&slot.key(bytes)[shared..]);
            }
        }
        slots.sort_by(|a, b| {
            let is_removed = |slot: &Slot| slot.value_bytes == REMOVED;
            let by_prefix = a.prefix.cmp(&b.prefix);
            by_prefix
                .then_with(|| a.key(bytes).cmp(b.key(bytes)))
                .then_with(|| is_removed(a).cmp(&is_removed(b)))
        });
        slots.dedup_by(|next, kept| {
            next.prefix == kept.prefix && next.key(bytes) == kept.key(bytes)
        });
    }

    /// The entries; the value of a key to remove is `None`.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], Option<&[u8]>)> {
        self.slots.iter().map(|slot| slot.entry(&self.bytes))
    }
}

impl Slot {
    fn key<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start..][..self.key_bytes as usize]
    }

    fn entry<'b>(&self, bytes: &'b [u8]) -> (&'b [u8], Option<&'b [u8]>) {
        let behind = &bytes[self.start + self.key_bytes as usize..];
        let value = (self.value_bytes != REMOVED).then(|| &behind[..self.value_bytes as usize]);
        (self.key(bytes), value)
    }
}

/// The length of the prefix that all keys share.
fn shared_bytes(bytes: &[u8], slots: &[Slot]) -> usize {
    let Some((first, others)) = slots.split_first() else {
        return 0;
    };
    let first = first.key(bytes);
    others.iter().fold(first.len(), |shared, slot| {
        let pairs = std::iter::zip(&first[..shared], slot.key(bytes));
        pairs.take_while(|(a, b)| a == b).count()
    })
}

/// The first bytes, padded with zeros.
fn prefix(bytes: &[u8]) -> [u8; PREFIX_BYTES] {
    let mut first = [0; PREFIX_BYTES];
    let count = bytes.len().min(PREFIX_BYTES);
    first[..count].copy_from_slice(&bytes[..count]);
    first
}

fn narrow(bytes: usize) -> Result<u32> {
    match u32::try_from(bytes) {
        Ok(bytes) if bytes < REMOVED => Ok(bytes),
        _ => Err(Error::new(
            ErrorKind::TooLarge,
            "a record of the batch is larger than 4 GiB; split the batch",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::IdEntry;
    use crate::model::UserId;

    /// The entry of the id `key`, which leads to the email `value`.
    fn entry(key: u8, value: &str) -> ModelEntry<'_> {
        ModelEntry::Id(UserId::from_bytes([key; 16]), IdEntry::User(value))
    }

    /// The last byte of each key and of its value.
    fn written(mut buffer: EntryBuffer) -> Vec<(u8, Option<u8>)> {
        buffer.sort();
        let last = |bytes: &[u8]| bytes[bytes.len() - 1];
        buffer
            .iter()
            .map(|(key, value)| (last(key), value.map(last)))
            .collect()
    }

    #[test]
    fn a_key_can_change_hands_in_either_order() {
        let first = (entry(1, "a"), entry(2, "a"));
        let second = (entry(2, "b"), entry(1, "b"));
        for turns in [[first, second], [second, first]] {
            let mut buffer = EntryBuffer::default();
            for (before, now) in turns {
                buffer.replace(Some(before), Some(now)).unwrap();
            }
            assert_eq!(written(buffer), [(1, Some(b'b')), (2, Some(b'a'))]);
        }
    }

    #[test]
    fn what_stays_is_not_written() {
        let mut buffer = EntryBuffer::default();
        buffer
            .replace(Some(entry(1, "a")), Some(entry(1, "a")))
            .unwrap();
        buffer
            .replace(Some(entry(2, "a")), Some(entry(2, "b")))
            .unwrap();
        buffer.replace(Some(entry(3, "a")), None).unwrap();
        buffer.replace(None, None).unwrap();
        assert_eq!(written(buffer), [(2, Some(b'b')), (3, None)]);
    }
}
