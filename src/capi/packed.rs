//! Batches of packed records, as `docs/packed.md` describes them: written straight
//! into the caller's buffer, without a copy in between.
//!
//! Everything here is safe code: what a record says of its size and what it writes
//! are checked against each other.

mod change;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod member;
mod user;
mod workspace;

use std::mem::MaybeUninit;

use super::error::Refusal;
use crate::error::{Error, ErrorKind, Result};

/// The version of the format. It grows when old readers would misread it.
const VERSION: u8 = 1;

/// Bytes of what stands before the first record.
const HEADER_BYTES: usize = 16;

/// What the records of a batch are.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Users = 1,
    Workspaces = 2,
    Members = 3,
    Changes = 4,
}

/// Something that has a packed form.
pub(crate) trait Record {
    const KIND: Kind;

    /// Bytes of the packed form.
    fn bytes(&self) -> usize;

    /// Writes the packed form; `bytes` is what [`bytes`](Self::bytes) said.
    fn write(&self, bytes: u32, to: &mut Writer<'_>);
}

/// One record that was read and not given out yet, because it was too large for
/// what was left of a buffer, or because it is an error that has to wait.
pub(super) struct Ahead<R>(Option<Result<R>>);

impl<R> Default for Ahead<R> {
    fn default() -> Self {
        Self(None)
    }
}

impl<R> Ahead<R> {
    /// How many records are kept back.
    pub(super) fn len(&self) -> u64 {
        u64::from(self.kept().is_some())
    }

    /// The record that is kept back.
    pub(super) fn kept(&self) -> Option<&R> {
        self.0.as_ref()?.as_ref().ok()
    }

    /// The next record: the one that was kept, or one from `read`.
    pub(super) fn next(&mut self, read: impl FnOnce() -> Option<Result<R>>) -> Result<Option<R>> {
        self.0.take().or_else(read).transpose()
    }

    /// Has a list that failed fail from then on: to report its end would say that
    /// all was read.
    pub(super) fn stay_failed<T>(&mut self, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        if let Err(Refusal::Library(error)) = &outcome {
            self.0 = Some(Err(error.clone()));
        }
        outcome
    }
}

impl<R: Record> Ahead<R> {
    /// Packs what `read` returns, until there is no more of it or the buffer is
    /// full. Returns the bytes that were written, 0 where there was nothing.
    ///
    /// An error behind the first record is kept for the next call.
    pub(super) fn pack(
        &mut self,
        buffer: &mut [MaybeUninit<u8>],
        mut read: impl FnMut() -> Option<Result<R>>,
    ) -> Result<usize, Refusal> {
        let mut batch = Batch::new(buffer);
        while let Some(item) = self.0.take().or_else(&mut read) {
            let pushed = match &item {
                Ok(record) => batch.push(record),
                Err(error) => Err(error.clone().into()),
            };
            if let Err(refusal) = pushed {
                let is_lost = matches!(refusal, Refusal::Library(_)) && batch.is_empty();
                self.0 = (!is_lost).then_some(item);
                if batch.is_empty() {
                    return Err(refusal);
                }
                break;
            }
        }
        batch.finish(R::KIND)
    }
}

/// A batch that is being written.
struct Batch<'b> {
    buffer: &'b mut [MaybeUninit<u8>],
    /// Bytes in use, the header included.
    bytes: usize,
    records: u32,
}

impl<'b> Batch<'b> {
    fn new(buffer: &'b mut [MaybeUninit<u8>]) -> Self {
        Self {
            buffer,
            bytes: HEADER_BYTES,
            records: 0,
        }
    }

    fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Appends a record, if it fits.
    fn push(&mut self, record: &impl Record) -> Result<(), Refusal> {
        let record_bytes = record.bytes();
        let end = self.bytes.saturating_add(record_bytes);
        let needed = || Refusal::Buffer {
            needed_bytes: HEADER_BYTES.saturating_add(record_bytes),
        };
        let place = self.buffer.get_mut(self.bytes..end).ok_or_else(needed)?;
        let mut writer = Writer {
            rest: place,
            overrun: false,
        };
        record.write(count(record_bytes), &mut writer);
        if writer.overrun || !writer.rest.is_empty() {
            return Err(inconsistent());
        }
        self.bytes = end;
        self.records += 1;
        Ok(())
    }

    /// Writes the header, and returns the size of the batch.
    fn finish(self, kind: Kind) -> Result<usize, Refusal> {
        if self.is_empty() {
            return Ok(0);
        }
        let header = self
            .buffer
            .get_mut(..HEADER_BYTES)
            .ok_or_else(inconsistent)?;
        let mut writer = Writer {
            rest: header,
            overrun: false,
        };
        writer.put(b"hc");
        writer.put(&[VERSION, kind as u8]);
        writer.put_u32(count(HEADER_BYTES));
        writer.put_u32(count(self.bytes));
        writer.put_u32(self.records);
        Ok(self.bytes)
    }
}

/// A bug, but one that writes nothing where it must not.
fn inconsistent() -> Refusal {
    Refusal::Library(Error::new(
        ErrorKind::TooLarge,
        "a record is not as large as it said",
    ))
}

/// A number of bytes or of records. Buffers are smaller than 2 GiB, so what
/// doesn't fit into 32 bits doesn't fit into a buffer either.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Writes a record from its beginning to its end.
pub(crate) struct Writer<'b> {
    rest: &'b mut [MaybeUninit<u8>],
    /// Whether there was not enough room for something.
    overrun: bool,
}

impl Writer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let rest = std::mem::take(&mut self.rest);
        match rest.split_at_mut_checked(bytes.len()) {
            Some((place, rest)) => {
                place.write_copy_of_slice(bytes);
                self.rest = rest;
            }
            None => self.overrun = true,
        }
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

    /// An id, or 16 zeros for none.
    fn put_id(&mut self, id: Option<&[u8; 16]>) {
        self.put(id.unwrap_or(&[0; 16]));
    }

    /// A text, and the NUL behind it.
    #[inline]
    fn put_text(&mut self, text: &str) {
        let rest = std::mem::take(&mut self.rest);
        match rest.split_at_mut_checked(text_bytes(text)) {
            Some((place, rest)) => {
                let (place, nul) = place.split_at_mut(text.len());
                place.write_copy_of_slice(text.as_bytes());
                nul.fill(MaybeUninit::new(0));
                self.rest = rest;
            }
            None => self.overrun = true,
        }
    }

    /// Where a text is.
    fn put_place(&mut self, place: Place) {
        self.put(&place_bytes(place));
    }
}

fn place_bytes((start, length): Place) -> [u8; 8] {
    (u64::from(start) | u64::from(length) << 32).to_le_bytes()
}

/// Where a text starts in its record, and its length. Both are 0 for no text.
type Place = (u32, u32);

/// Hands out places for texts, one behind the other.
struct Places {
    end: u32,
}

impl Places {
    /// The first text starts here.
    fn from(start: usize) -> Self {
        Self { end: count(start) }
    }

    fn place(&mut self, text: &str) -> Place {
        let start = self.end;
        self.end = start.saturating_add(count(text_bytes(text)));
        (start, count(text.len()))
    }

    fn optional(&mut self, text: Option<&str>) -> Place {
        text.map_or((0, 0), |text| self.place(text))
    }
}

/// Bytes of a text with the NUL behind it.
fn text_bytes(text: &str) -> usize {
    text.len() + 1
}

#[cfg(test)]
mod tests;
