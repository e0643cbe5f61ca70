//! Batches of packed records, as `docs/packed.md` describes them: written straight
//! into the caller's buffer, without a copy in between.
//!
//! A record is written in one pass, which also counts its bytes. Only a record that might not
//! fit is counted first, so that no part of it is written if it doesn't fit.

mod change;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod member;
pub(super) mod operations;
mod outcome;
mod user;
mod workspace;

use std::mem::MaybeUninit;

use super::call_error::CallError;
use crate::error::{Error, ErrorKind, Result};

/// The version of the format, incremented when older readers would misread it.
const VERSION: u8 = 1;

/// Bytes before the first record.
const HEADER_BYTES: usize = 16;

/// The kind of the records of a batch.
#[derive(Clone, Copy)]
pub(crate) enum PackedKind {
    Users = 1,
    Workspaces = 2,
    Members = 3,
    Changes = 4,
    Operations = 5,
    Outcomes = 6,
}

/// Something that has a packed form.
pub(crate) trait PackedRecord {
    const KIND: PackedKind;

    /// An upper bound for the bytes of the packed form that is cheap to compute.
    fn bytes_at_most(&self) -> usize;

    /// Writes the packed form.
    fn write(&self, to: &mut Writer<'_>);
}

/// A record that was read but not returned yet, because it didn't fit into the rest of a
/// buffer, or an error to return next.
pub(super) struct Ahead<R>(Option<Result<R>>);

impl<R> Default for Ahead<R> {
    fn default() -> Self {
        Self(None)
    }
}

impl<R> Ahead<R> {
    /// The number of records kept back.
    pub(super) fn len(&self) -> u64 {
        u64::from(self.kept().is_some())
    }

    /// The record kept back.
    pub(super) fn kept(&self) -> Option<&R> {
        self.0.as_ref()?.as_ref().ok()
    }

    /// The next record: the one kept back, or one from `read`.
    pub(super) fn next(&mut self, read: impl FnOnce() -> Option<Result<R>>) -> Result<Option<R>> {
        self.0.take().or_else(read).transpose()
    }

    /// A failed list keeps failing: reporting its end would claim that it was complete.
    pub(super) fn stay_failed<T>(&mut self, outcome: Result<T, CallError>) -> Result<T, CallError> {
        if let Err(CallError::Library(error)) = &outcome {
            self.0 = Some(Err(error.clone()));
        }
        outcome
    }
}

impl<R: PackedRecord> Ahead<R> {
    /// Packs the records that `read` returns, until there are no more or the buffer is full.
    /// Returns the bytes written, 0 if there was no record.
    ///
    /// An error after the first record is kept for the next call.
    pub(super) fn pack(
        &mut self,
        buffer: &mut [MaybeUninit<u8>],
        mut read: impl FnMut() -> Option<Result<R>>,
    ) -> Result<usize, CallError> {
        let mut batch = PackedBatch::new(buffer);
        while let Some(item) = self.0.take().or_else(&mut read) {
            let pushed = match &item {
                Ok(record) => batch.push(record),
                Err(error) => Err(error.clone().into()),
            };
            if let Err(refusal) = pushed {
                let is_lost = matches!(refusal, CallError::Library(_)) && batch.is_empty();
                self.0 = (!is_lost).then_some(item);
                if batch.is_empty() {
                    return Err(refusal);
                }
                break;
            }
        }
        Ok(batch.finish(R::KIND))
    }
}

/// Packs one record; returns the bytes of the batch.
pub(super) fn pack_one<R: PackedRecord>(
    buffer: &mut [MaybeUninit<u8>],
    record: &R,
) -> Result<usize, CallError> {
    let mut batch = PackedBatch::new(buffer);
    batch.push(record)?;
    Ok(batch.finish(R::KIND))
}

/// A batch that is being written.
pub(super) struct PackedBatch<'b> {
    buffer: &'b mut [MaybeUninit<u8>],
    /// Bytes in use, the header included.
    bytes: usize,
    records: u32,
}

impl<'b> PackedBatch<'b> {
    pub(super) fn new(buffer: &'b mut [MaybeUninit<u8>]) -> Self {
        Self {
            buffer,
            bytes: HEADER_BYTES,
            records: 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// The beginning of the next record.
    pub(super) fn end(&self) -> u32 {
        count(self.bytes)
    }

    /// Bytes of the records so far.
    pub(super) fn record_bytes(&self) -> usize {
        self.bytes.saturating_sub(HEADER_BYTES)
    }

    /// Bytes that are still free.
    pub(super) fn room_bytes(&self) -> usize {
        self.buffer.len().saturating_sub(self.bytes)
    }

    /// Appends a record, if it fits.
    pub(super) fn push(&mut self, record: &impl PackedRecord) -> Result<(), CallError> {
        let room = self.buffer.get_mut(self.bytes..).unwrap_or_default();
        if record.bytes_at_most() > room.len() {
            let counted = Writer::write(record, &mut []);
            if counted > room.len() {
                return Err(CallError::Buffer {
                    needed_bytes: HEADER_BYTES.saturating_add(counted),
                });
            }
        }
        let capacity = room.len();
        let written = Writer::write(record, room);
        if written > capacity {
            return Err(inconsistent());
        }
        self.bytes += written;
        self.records += 1;
        Ok(())
    }

    /// Writes the header, and returns the size of the batch.
    pub(super) fn finish(self, kind: PackedKind) -> usize {
        if self.is_empty() {
            return 0;
        }
        let mut writer = Writer {
            room: self.buffer,
            end: 0,
        };
        writer.put(b"hc");
        writer.put(&[VERSION, kind as u8]);
        writer.put_u32(count(HEADER_BYTES));
        writer.put_u32(count(self.bytes));
        writer.put_u32(self.records);
        self.bytes
    }
}

/// A bug, which wrote nothing outside the buffer.
fn inconsistent() -> CallError {
    CallError::Library(Error::new(
        ErrorKind::TooLarge,
        "a record is larger than it said",
    ))
}

/// A number of bytes or of records. Buffers are smaller than 2 GiB, so a number that doesn't
/// fit into 32 bits doesn't fit into a buffer either.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Writes a record from its beginning to its end. Bytes without room are not written, but
/// counted.
pub(crate) struct Writer<'b> {
    room: &'b mut [MaybeUninit<u8>],
    /// Bytes of the record so far.
    end: usize,
}

impl<'b> Writer<'b> {
    /// Writes a record; returns its size, which may exceed the room.
    fn write(record: &impl PackedRecord, room: &'b mut [MaybeUninit<u8>]) -> usize {
        let mut writer = Self { room, end: 0 };
        record.write(&mut writer);
        writer.end
    }

    /// Skips this many bytes, to be written with [`put_at`](Self::put_at).
    fn skip(&mut self, bytes: usize) {
        self.end = self.end.saturating_add(bytes);
    }

    #[inline]
    fn put_at(&mut self, at: usize, bytes: &[u8]) {
        let end = at.saturating_add(bytes.len());
        if let Some(place) = self.room.get_mut(at..end) {
            place.write_copy_of_slice(bytes);
        }
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.put_at(self.end, bytes);
        self.skip(bytes.len());
    }

    fn put_u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }

    fn put_u32(&mut self, number: u32) {
        self.put(&number.to_le_bytes());
    }

    fn put_u64(&mut self, number: u64) {
        self.put(&number.to_le_bytes());
    }

    /// Writes an id, or 16 zeros for none.
    fn put_id(&mut self, id: Option<&[u8; 16]>) {
        self.put(id.unwrap_or(&[0; 16]));
    }

    /// Writes a text and a NUL; returns its place.
    #[inline]
    fn put_text(&mut self, text: &str) -> TextPlace {
        let start = self.end;
        self.skip(text_bytes(text));
        if let Some((nul, place)) = self
            .room
            .get_mut(start..self.end)
            .and_then(<[_]>::split_last_mut)
        {
            place.write_copy_of_slice(text.as_bytes());
            nul.write(0);
        }
        (count(start), count(text.len()))
    }

    /// Writes a text, if there is one.
    fn put_optional(&mut self, text: Option<&str>) -> TextPlace {
        text.map_or((0, 0), |text| self.put_text(text))
    }

    /// Writes the texts of pairs, and their places into the table at `entry`.
    fn put_pairs<'a>(&mut self, mut entry: usize, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in pairs {
            for text in [name, value] {
                let place = place_bytes(self.put_text(text));
                self.put_at(entry, &place);
                entry += place.len();
            }
        }
    }

    /// Writes the place of a text.
    fn put_place(&mut self, place: TextPlace) {
        self.put(&place_bytes(place));
    }
}

/// Bytes of an entry of a table of pairs: two places.
const PAIR_BYTES: usize = 16;

/// Bytes of the texts of pairs.
fn pair_texts_bytes<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    pairs
        .map(|(name, value)| text_bytes(name) + text_bytes(value))
        .sum()
}

/// The start of a text in its record, and its length; both are 0 for no text.
type TextPlace = (u32, u32);

fn place_bytes((start, length): TextPlace) -> [u8; 8] {
    (u64::from(start) | u64::from(length) << 32).to_le_bytes()
}

/// Bytes of a text and its NUL.
fn text_bytes(text: &str) -> usize {
    text.len() + 1
}

#[cfg(test)]
mod tests;
