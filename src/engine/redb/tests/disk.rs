//! A disk in memory that can fail and lose power.
//!
//! It separates what was written from what was synced. When the power is cut, each sector
//! of each file independently is as it was at the last sync, or after any number of later
//! writes to it: writes are lost, reordered and torn between sectors, and in the log's
//! files also within a sector. Names of files are as they were at their last sync, or after
//! any later change.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use ::redb::StorageBackend;
use fastrand::Rng;

use crate::engine::redb::errors::Name;
use crate::engine::redb::log::{SideFile, SideFiles};
use crate::engine::redb::place::FileId;
use crate::engine::redb::{Redb, RedbOptions};
use crate::error::Result;

/// The unit that a disk writes completely or not at all.
const SECTOR_BYTES: usize = 512;

/// The name of the database's file.
pub(super) const BASE: &str = "base";

/// A disk. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<String, Vec<Entry>>,
    calls: u64,
    /// Calls that change something.
    changes: u64,
    fault: Option<Fault>,
    /// The capacity in bytes, if it is limited.
    capacity: Option<usize>,
    /// The maximum bytes of a file beside the database, if they are limited.
    side_bytes_max: Option<usize>,
}

/// The target of a name: the number of a file, or none.
type Entry = Option<usize>;

/// A failure to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// The first call that fails, counted from the first ever.
    pub(crate) call: u64,
    /// How it fails.
    pub(crate) kind: io::ErrorKind,
    /// Whether all later calls fail too.
    pub(crate) for_good: bool,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// The contents that a power cut can't lose.
    synced: Vec<u8>,
    /// The changes since.
    pending: Vec<UnsyncedChange>,
    /// The contents as read.
    current: Vec<u8>,
}

#[derive(Clone, Debug)]
enum UnsyncedChange {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

/// How much of the unsynced changes a power cut keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PowerCut {
    /// Nothing.
    LosesAll,
    /// Everything, as when only the process is killed. Unsynced changes are not on the disk
    /// yet, and the next cut can lose them.
    KeepsAll,
    /// For each sector, any of its states.
    Tears,
    /// For each sector, any of its states; sectors of the files beside the database are
    /// also torn at any byte, and these files may have grown only in part. (redb assumes that
    /// its header is written as a whole.)
    TearsSectors,
}

impl Disk {
    /// Opens the engine on it.
    pub(crate) fn open(&self, options: &RedbOptions) -> Result<Redb> {
        let files = Arc::new(self.clone());
        Redb::start(
            || Ok(self.file(BASE)),
            files,
            Name::new("users.redb"),
            options,
            None,
        )
    }

    /// The file `name`, created if missing. Its name is durable at once, because creating
    /// the database is tested separately.
    pub(super) fn file(&self, name: &str) -> SimFile {
        let mut state = self.lock();
        let number = state.entry(name).unwrap_or_else(|| {
            state.files.push(File::default());
            let number = state.files.len() - 1;
            state.names.insert(name.to_owned(), vec![Some(number)]);
            number
        });
        SimFile {
            disk: self.clone(),
            number,
        }
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// How many of them change something.
    pub(super) fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// Makes a future call fail; `None` repairs the disk.
    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// Limits what fits on it; `None` for anything.
    pub(super) fn set_capacity(&self, bytes: Option<usize>) {
        self.lock().capacity = bytes;
    }

    /// Limits how long a file beside the database can become; `None` for any length.
    pub(super) fn set_side_bytes_max(&self, bytes: Option<usize>) {
        self.lock().side_bytes_max = bytes;
    }

    /// The bytes of all its files.
    pub(super) fn used(&self) -> usize {
        self.lock().used()
    }

    /// Makes the next call and all later ones fail.
    pub(super) fn fail_from_now(&self, kind: io::ErrorKind) {
        let mut state = self.lock();
        state.fault = Some(Fault {
            call: state.calls + 1,
            kind,
            for_good: true,
        });
    }

    /// Whether the fault has happened.
    pub(crate) fn has_failed(&self) -> bool {
        let state = self.lock();
        state.fault.is_some_and(|fault| state.calls >= fault.call)
    }

    /// The disk after a power cut, as a new disk.
    pub(crate) fn after(&self, cut: PowerCut, random: &mut Rng) -> Self {
        let state = self.lock();
        let base = state.entry(BASE);
        let files = state.files.iter().enumerate().map(|(number, file)| {
            let is_torn = matches!(cut, PowerCut::TearsSectors) && Some(number) != base;
            file.after(cut, is_torn, random)
        });
        let files = files.collect();
        let names = state.names.iter().map(|(name, entries)| {
            let at = match cut {
                PowerCut::LosesAll | PowerCut::KeepsAll => 0,
                PowerCut::Tears | PowerCut::TearsSectors => random.usize(..entries.len()),
            };
            match cut {
                PowerCut::KeepsAll => (name.clone(), entries.clone()),
                _ => (name.clone(), vec![entries[at]]),
            }
        });
        let names = names.collect();
        Self(Arc::new(Mutex::new(State {
            files,
            names,
            fault: None,
            ..State::default()
        })))
    }

    /// Gives direct access to the bytes of the file `name`.
    pub(in crate::engine) fn with_bytes<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Vec<u8>) -> T,
    ) -> Option<T> {
        let mut state = self.lock();
        let number = state.entry(name)?;
        let file = &mut state.files[number];
        let changed = change(&mut file.current);
        file.synced = file.current.clone();
        file.pending.clear();
        Some(changed)
    }

    /// The names of the files.
    pub(crate) fn names(&self) -> Vec<String> {
        let state = self.lock();
        let names = state.names.iter();
        let present = names.filter(|(_, entries)| entries.last().is_some_and(Option::is_some));
        present.map(|(name, _)| name.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn entry(&self, name: &str) -> Entry {
        *self.names.get(name)?.last()?
    }

    /// Counts a call; fails if it is the one to fail.
    fn call(&mut self) -> io::Result<()> {
        self.calls += 1;
        match self.fault {
            Some(fault) if self.calls == fault.call => Err(fault.kind.into()),
            Some(fault) if self.calls > fault.call && fault.for_good => Err(fault.kind.into()),
            _ => Ok(()),
        }
    }

    /// Counts a call that changes something.
    fn change(&mut self) -> io::Result<()> {
        self.changes += 1;
        self.call()
    }

    /// The bytes of the files that have a name.
    fn used(&self) -> usize {
        let numbers = self.names.keys().filter_map(|name| self.entry(name));
        numbers.map(|number| self.files[number].current.len()).sum()
    }

    /// Whether the file `number` can become `length` bytes long.
    fn fits(&self, number: usize, length: usize) -> io::Result<()> {
        let growth = length.saturating_sub(self.files[number].current.len());
        let is_side = self.entry(BASE) != Some(number);
        if is_side && growth > 0 && self.side_bytes_max.is_some_and(|max| length > max) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        match self.capacity {
            Some(capacity) if growth > 0 && self.used() + growth > capacity => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        }
    }

    fn rename(&mut self, name: &str, entry: Entry) {
        // A new name is not durable yet.
        let entries = self.names.entry(name.to_owned()).or_insert(vec![None]);
        entries.push(entry);
    }
}

/// What `resize` with zeros does, but not byte by byte in a build without optimizations.
fn set_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.truncate(length);
    bytes.extend_from_slice(&vec![0; length - bytes.len()]);
}

impl File {
    fn apply(bytes: &mut Vec<u8>, change: &UnsyncedChange) {
        match change {
            UnsyncedChange::Write(at, data) => {
                if bytes.len() < at + data.len() {
                    set_length(bytes, at + data.len());
                }
                bytes[*at..at + data.len()].copy_from_slice(data);
            }
            UnsyncedChange::SetLen(length) => set_length(bytes, *length),
        }
    }

    fn change(&mut self, change: UnsyncedChange) {
        Self::apply(&mut self.current, &change);
        self.pending.push(change);
    }

    fn sync(&mut self) {
        self.pending.clear();
        self.synced.clone_from(&self.current);
    }

    fn after(&self, cut: PowerCut, in_sectors: bool, random: &mut Rng) -> Self {
        let bytes = match cut {
            PowerCut::LosesAll => self.synced.clone(),
            PowerCut::KeepsAll => return self.clone(),
            PowerCut::Tears | PowerCut::TearsSectors => self.torn(in_sectors, random),
        };
        Self {
            synced: bytes.clone(),
            pending: Vec::new(),
            current: bytes,
        }
    }

    fn torn(&self, in_sectors: bool, random: &mut Rng) -> Vec<u8> {
        let stages = self.pending.len() + 1;
        // The length and each sector, each after some number of the changes.
        let mut length = self.synced.len();
        let mut length_stage = random.usize(..stages);
        let longest = self.pending.iter().map(UnsyncedChange::end).max();
        let mut bytes = self.synced.clone();
        set_length(&mut bytes, longest.unwrap_or_default().max(length));
        let sectors = bytes.len().div_ceil(SECTOR_BYTES);
        let part = if in_sectors {
            random.usize(1..SECTOR_BYTES)
        } else {
            SECTOR_BYTES
        };
        let mut kept = |_| [random.usize(..stages), random.usize(..stages)];
        let kept: Vec<_> = (0..sectors).map(&mut kept).collect();
        for (at, change) in self.pending.iter().enumerate() {
            if length_stage > 0 {
                length_stage -= 1;
                length = match change {
                    UnsyncedChange::Write(..) => length.max(change.end()),
                    UnsyncedChange::SetLen(to) => *to,
                };
            }
            for (sector, bytes) in bytes.chunks_mut(SECTOR_BYTES).enumerate() {
                let start = sector * SECTOR_BYTES;
                let (first, second) = bytes.split_at_mut(part.min(bytes.len()));
                if at < kept[sector][0] {
                    change.apply_to_sector(start, first);
                }
                if at < kept[sector][1] {
                    change.apply_to_sector(start + part, second);
                }
            }
        }
        if in_sectors {
            // A longer file may have become longer only in part.
            let grown = length.saturating_sub(self.synced.len()) / SECTOR_BYTES;
            length -= random.usize(..=grown) * SECTOR_BYTES * usize::from(random.bool());
        }
        bytes.truncate(length);
        bytes
    }
}

impl UnsyncedChange {
    /// The end of the change.
    fn end(&self) -> usize {
        match self {
            Self::Write(at, data) => at + data.len(),
            Self::SetLen(length) => *length,
        }
    }

    /// Applies the change to the sector that begins at `start`.
    fn apply_to_sector(&self, start: usize, sector: &mut [u8]) {
        let end = start + sector.len();
        match self {
            Self::Write(at, data) => {
                let (from, to) = (start.max(*at), end.min(at + data.len()));
                if from < to {
                    sector[from - start..to - start].copy_from_slice(&data[from - at..to - at]);
                }
            }
            Self::SetLen(length) => {
                if *length < end {
                    sector[length.saturating_sub(start)..].fill(0);
                }
            }
        }
    }
}

impl SideFiles for Disk {
    fn open(&self, name: &str) -> io::Result<Option<SideFile>> {
        let mut state = self.lock();
        state.call()?;
        let is_there = state.entry(name).is_some();
        drop(state);
        Ok(is_there.then(|| Box::new(self.file(name)) as SideFile))
    }

    fn create(&self, name: &str) -> io::Result<SideFile> {
        let mut state = self.lock();
        state.change()?;
        state.files.push(File::default());
        let number = state.files.len() - 1;
        state.rename(name, Some(number));
        drop(state);
        Ok(Box::new(SimFile {
            disk: self.clone(),
            number,
        }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.change()?;
        state.rename(name, None);
        Ok(())
    }

    fn rename(&self, name: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.change()?;
        let entry = state.entry(name);
        state.rename(name, None);
        state.rename(to, entry);
        Ok(())
    }

    fn database(&self) -> Option<FileId> {
        Some(FileId {
            device: 1,
            inode: 1,
        })
    }

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn available(&self) -> Option<u64> {
        let state = self.lock();
        let left = state.capacity?.saturating_sub(state.used());
        u64::try_from(left).ok()
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        for entries in state.names.values_mut() {
            entries.drain(..entries.len() - 1);
        }
        Ok(())
    }
}

/// A file of a [`Disk`].
#[derive(Debug)]
pub(super) struct SimFile {
    disk: Disk,
    number: usize,
}

impl SimFile {
    /// Counts a call and carries it out. A failing write may have begun.
    fn call<T>(&self, act: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.lock();
        state.call()?;
        act(&mut state.files[self.number])
    }
}

impl StorageBackend for SimFile {
    fn len(&self) -> io::Result<u64> {
        let state = self.disk.lock();
        Ok(state.files[self.number].current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.call(|file| {
            let at = usize::try_from(offset).unwrap();
            let there = file.current.get(at..at + out.len());
            out.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        let mut state = self.disk.lock();
        state.changes += 1;
        state.fits(self.number, len)?;
        drop(state);
        self.call(|file| {
            file.change(UnsyncedChange::SetLen(len));
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.call(|file| {
            file.sync();
            Ok(())
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let change = UnsyncedChange::Write(usize::try_from(offset).unwrap(), data.to_vec());
        let mut state = self.disk.lock();
        state.fits(self.number, change.end())?;
        let allowed = state.change();
        if allowed.is_ok() || state.fault.is_some_and(|fault| state.calls == fault.call) {
            // The failing change is in progress.
            state.files[self.number].change(change);
        }
        allowed
    }
}
