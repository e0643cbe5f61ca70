//! A read-only file for a database that needs to write.
//!
//! When redb opens a file, it repairs it after a crash and marks it as open. [`Overlay`]
//! keeps these writes in memory, on top of the file, so that files can be opened that were
//! not closed or are read-only. The writes are few; if a whole file must be repaired, they
//! are proportional to its free space map.

use std::collections::HashMap;
use std::io;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ::redb::{BackendError, StorageBackend};

/// Bytes per page.
const PAGE_BYTES: usize = 4096;

/// A backend whose writes go to memory. It holds a shared lock on its file: other readers
/// can open the file, writers can't.
#[derive(Debug)]
pub(super) struct Overlay<B> {
    file: B,
    written: RwLock<Written>,
}

/// The writes in memory.
#[derive(Debug)]
struct Written {
    pages: HashMap<u64, Box<[u8]>>,
    /// The apparent length of the file.
    length: u64,
    /// The length of the part that is read from the file; the rest was truncated or is new.
    length_of_file: u64,
}

impl<B: StorageBackend> Overlay<B> {
    /// Creates an overlay on `file` and locks it; `None` if it is open for writing.
    pub(super) fn new(file: B) -> io::Result<Option<Self>> {
        match file.try_lock_shared_range(Bound::Unbounded, Bound::Unbounded) {
            Ok(true) | Err(BackendError::Unsupported) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Err(io::Error::other(error)),
        }
        let length = file.len()?;
        Ok(Some(Self {
            file,
            written: RwLock::new(Written {
                pages: HashMap::new(),
                length,
                length_of_file: length,
            }),
        }))
    }

    /// Reads bytes of the file itself at `offset`, and zeros after its end.
    fn read_file(&self, written: &Written, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = written.length_of_file.saturating_sub(offset);
        let there = usize::try_from(there).unwrap_or(usize::MAX).min(out.len());
        let (of_file, behind) = out.split_at_mut(there);
        behind.fill(0);
        if of_file.is_empty() {
            return Ok(());
        }
        self.file.read(offset, of_file)
    }

    fn read_lock(&self) -> RwLockReadGuard<'_, Written> {
        self.written.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_lock(&self) -> RwLockWriteGuard<'_, Written> {
        self.written.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pages of `length` bytes at `offset`: for each page its number, the offset within it,
/// and the range of the bytes.
fn pages(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= length {
            return None;
        }
        let place = offset + at as u64;
        let number = place / PAGE_BYTES as u64;
        let start = place_in_page(place);
        let end = length.min(at + PAGE_BYTES - start);
        let range = at..end;
        at = end;
        Some((number, start, range))
    })
}

/// The offset within the page of the byte at `offset`.
fn place_in_page(offset: u64) -> usize {
    usize::try_from(offset % PAGE_BYTES as u64).unwrap_or_default()
}

impl<B: StorageBackend> StorageBackend for Overlay<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.read_lock().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.read_lock();
        if offset.saturating_add(out.len() as u64) > written.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_file(&written, offset, out)?;
        if written.pages.is_empty() {
            return Ok(());
        }
        for (number, start, range) in pages(offset, out.len()) {
            if let Some(page) = written.pages.get(&number) {
                let end = start + range.len();
                out[range].copy_from_slice(&page[start..end]);
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut written = self.write_lock();
        if length < written.length {
            written
                .pages
                .retain(|number, _| number * (PAGE_BYTES as u64) < length);
            let start = place_in_page(length);
            if let Some(page) = written.pages.get_mut(&(length / PAGE_BYTES as u64)) {
                page[start..].fill(0);
            }
            written.length_of_file = written.length_of_file.min(length);
        }
        written.length = length;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.write_lock();
        written.length = written.length.max(offset + data.len() as u64);
        for (number, start, range) in pages(offset, data.len()) {
            if !written.pages.contains_key(&number) {
                let mut page = vec![0; PAGE_BYTES].into_boxed_slice();
                self.read_file(&written, number * PAGE_BYTES as u64, &mut page)?;
                written.pages.insert(number, page);
            }
            if let Some(page) = written.pages.get_mut(&number) {
                page[start..start + range.len()].copy_from_slice(&data[range]);
            }
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    // It is already locked as redb would lock it.
}

#[cfg(test)]
mod tests {
    use ::redb::backends::InMemoryBackend;
    use fastrand::Rng;

    use super::*;

    /// A file of `length` bytes, none of which is zero.
    fn file(length: usize) -> InMemoryBackend {
        let file = InMemoryBackend::new();
        file.set_len(length as u64).unwrap();
        file.write(0, &vec![7; length]).unwrap();
        file
    }

    #[test]
    fn it_answers_as_a_file_would_and_leaves_the_file() {
        let mut random = Rng::with_seed(1);
        for _ in 0..50 {
            let length = random.usize(0..4 * PAGE_BYTES);
            let mut expected = vec![7; length];
            let overlay = Overlay::new(file(length)).unwrap().unwrap();
            for _ in 0..40 {
                let at = random.usize(0..5 * PAGE_BYTES);
                if random.u8(0..4) == 0 {
                    expected.resize(at, 0);
                    overlay.set_len(at as u64).unwrap();
                } else {
                    let data = vec![random.u8(1..); random.usize(1..2 * PAGE_BYTES)];
                    expected.resize(expected.len().max(at + data.len()), 0);
                    expected[at..at + data.len()].copy_from_slice(&data);
                    overlay.write(at as u64, &data).unwrap();
                }
                let mut all = vec![1; expected.len()];
                assert_eq!(overlay.len().unwrap(), expected.len() as u64);
                overlay.read(0, &mut all).unwrap();
                assert!(all == expected, "it reads as something else");
                assert!(overlay.read(1, &mut all).is_err() || all.is_empty());
            }
            let mut below = vec![0; length];
            assert_eq!(overlay.file.len().unwrap(), length as u64);
            overlay.file.read(0, &mut below).unwrap();
            assert!(below == vec![7; length], "the file was changed");
        }
    }
}
