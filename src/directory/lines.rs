//! Exporting and loading all records of a directory as lines of JSON.

use std::cell::Cell;
use std::io::{BufRead, Read, Write};
use std::ops::ControlFlow;

use super::Directory;
use crate::error::{Error, ErrorKind, Result};
use crate::rules::{Exported, Line, Record, lines};

/// Maximum bytes of a line: more than any record can have, because its parts are limited.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Lines are written once there are this many bytes of them.
const WRITE_BYTES: usize = 64 << 10;

/// The number of records between calls of `progress`.
const RECORDS_BETWEEN: u64 = 1_000;

/// The progress of [`Directory::export_lines`] or [`Directory::load_lines`], and their
/// result.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// let written = directory.export_lines(Vec::new(), |progress| println!("{}", progress.records))?;
/// assert_eq!((written.records, written.users), (2, 1)); // the directory, and Ann
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct LinesProgress {
    /// Records written or read: users, workspaces and all others.
    pub records: u64,
    /// How many of them are users.
    pub users: u64,
    /// Bytes of their lines.
    pub bytes: u64,
}

impl LinesProgress {
    fn count(&mut self, is_user: bool, progress: &mut impl FnMut(Self)) {
        self.records += 1;
        self.users += u64::from(is_user);
        if self.records.is_multiple_of(RECORDS_BETWEEN) {
            progress(*self);
        }
    }
}

impl Directory {
    /// Writes every record as a line of JSON, in the order of [`export`](Self::export), and a last
    /// line that marks the export as complete. [`load_lines`](Self::load_lines) makes the same
    /// directory from them, and so does `headcount import`.
    ///
    /// `out` gets about 64 KiB at a time, always whole lines, so it needs no buffer of its own.
    /// `progress` is called after every thousand records.
    ///
    /// # Errors
    ///
    /// [`Io`](ErrorKind::Io) if `out` fails, after a part of the lines.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let mut lines = Vec::new();
    /// let written = directory.export_lines(&mut lines, |_| {})?;
    /// assert_eq!((written.users, written.bytes), (1, lines.len() as u64));
    ///
    /// let copy = Directory::in_memory()?;
    /// copy.load_lines(&*lines, |_| {})?;
    /// assert_eq!(copy.user("ann@ex.co")?, directory.user("ann@ex.co")?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn export_lines(
        &self,
        mut out: impl Write,
        mut progress: impl FnMut(LinesProgress),
    ) -> Result<LinesProgress> {
        let mut done = LinesProgress::default();
        let mut buffer = Vec::with_capacity(WRITE_BYTES);
        let failed = self.export(|record| {
            let from = buffer.len();
            let mut written = lines::write(&mut buffer, record);
            done.bytes += (buffer.len() - from) as u64;
            if buffer.len() >= WRITE_BYTES && written.is_ok() {
                written = out.write_all(&buffer);
                buffer.clear();
            }
            match written {
                Ok(()) => {
                    done.count(matches!(record, Exported::User(_)), &mut progress);
                    ControlFlow::Continue(())
                }
                Err(error) => ControlFlow::Break(error),
            }
        })?;
        let from = buffer.len();
        failed
            .map_or(Ok(()), Err)
            .and_then(|()| lines::write_end(&mut buffer, done.records))
            .and_then(|()| out.write_all(&buffer))
            .and_then(|()| out.flush())
            .map_err(|error| {
                let told = format!(
                    "can't write the export: {error}; check where it goes, and export again"
                );
                Error::new(ErrorKind::Io, told).with_source(error)
            })?;
        done.bytes += (buffer.len() - from) as u64;
        Ok(done)
    }

    /// Loads the lines of [`export_lines`](Self::export_lines) into an empty directory, in one
    /// transaction: see [`load`](Self::load).
    ///
    /// `progress` is called after every thousand records; the transaction is committed after the
    /// last.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load), with the number of the line;
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a line that is not a record, and if
    /// lines are missing; [`Io`](ErrorKind::Io) if `input` fails. Then nothing is written.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let mut lines = Vec::new();
    /// directory.export_lines(&mut lines, |_| {})?;
    ///
    /// let copy = Directory::in_memory()?;
    /// assert_eq!(copy.load_lines(&*lines, |_| {})?.users, 1);
    /// assert_eq!(copy.user("ann@ex.co")?, directory.user("ann@ex.co")?);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn load_lines(
        &self,
        input: impl BufRead,
        progress: impl FnMut(LinesProgress),
    ) -> Result<LinesProgress> {
        let line = Cell::new(0);
        let mut reading = Reading {
            input,
            progress,
            line: &line,
            done: LinesProgress::default(),
            text: Vec::new(),
            is_over: false,
        };
        self.load(&mut reading)
            .map_err(|error| error.behind(format_args!("line {}", line.get())))?;
        Ok(reading.done)
    }
}

/// Reads records from lines.
struct Reading<'l, I, P> {
    input: I,
    progress: P,
    /// The number of the current line.
    line: &'l Cell<u64>,
    done: LinesProgress,
    text: Vec<u8>,
    is_over: bool,
}

impl<I: BufRead, P: FnMut(LinesProgress)> Reading<'_, I, P> {
    /// The next record; `None` after the last line.
    fn read(&mut self) -> Result<Option<Record>> {
        self.line.set(self.line.get() + 1);
        self.text.clear();
        let line = self.input.by_ref().take(LINE_BYTES_MAX);
        let bytes = { line }
            .read_until(b'\n', &mut self.text)
            .map_err(unreadable)?;
        self.done.bytes += bytes as u64;
        if bytes == 0 {
            let what = "the file ends here without the last line of an export: part of it is \
                        missing; export it again";
            return Err(refused(what));
        }
        match lines::parse(self.text.trim_ascii())? {
            Line::Record(record) => {
                let is_user = matches!(*record, Record::User { .. });
                self.done.count(is_user, &mut self.progress);
                Ok(Some(*record))
            }
            Line::End(records) if records == self.done.records => self.read_end(),
            Line::End(records) => Err(refused(format!(
                "there are {} records before it, not {records}; export it again",
                self.done.records
            ))),
        }
    }

    /// Checks that nothing follows the last line.
    fn read_end(&mut self) -> Result<Option<Record>> {
        if self.input.fill_buf().map_err(unreadable)?.is_empty() {
            return Ok(None);
        }
        let what = "something follows the last line of the export; remove it";
        Err(refused(what))
    }
}

impl<I: BufRead, P: FnMut(LinesProgress)> Iterator for Reading<'_, I, P> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.read();
        self.is_over = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, what)
}

fn unreadable(error: std::io::Error) -> Error {
    let told = format!("can't read the export: {error}; check where it is, and load it again");
    Error::new(ErrorKind::Io, told).with_source(error)
}
