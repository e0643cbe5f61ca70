//! Finding the faults of a directory, and repairing one that nobody has open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Directory, Options};
use crate::engine::redb::{Redb, RedbOptions};
use crate::engine::{Engine, Inspect};
use crate::error::{Error, ErrorKind, Result};
use crate::rules::repair::{Aside, Repair};
use crate::rules::{self, Inspection, Repaired, format};

impl Directory {
    /// Lists what is wrong with the directory. Every fault is counted, and the first `faults_max`
    /// are returned. One damaged value doesn't hide others. Takes time in proportion to the size
    /// of the directory.
    ///
    /// [`verify`](Self::verify) fails on damage instead: prefer it where nobody reads the list.
    ///
    /// # Errors
    ///
    /// [`Corrupted`](ErrorKind::Corrupted) if the file can't be read to its end;
    /// [`UnsupportedFormat`](ErrorKind::UnsupportedFormat) if a newer release wrote some of it.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// let directory = Directory::in_memory()?;
    /// directory.create_user("ann@ex.co")?;
    /// let inspection = directory.find_faults(100)?;
    /// assert!(inspection.is_sound());
    /// assert_eq!(inspection.verified.active, 1);
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn find_faults(&self, faults_max: usize) -> Result<Inspection> {
        rules::inspect(&self.snapshot()?, faults_max, &|_| ())
    }
}

impl Options {
    /// Does what [`Directory::find_faults`] does, even for a file that is too damaged to be opened
    /// as a directory.
    ///
    /// # Errors
    ///
    /// Those of [`Directory::open`] that come from the file, and those of
    /// [`Directory::find_faults`].
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.close()?;
    /// let inspection = Directory::options().find_faults(&path, 100)?;
    /// assert!(inspection.is_sound());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn find_faults(&self, path: impl AsRef<Path>, faults_max: usize) -> Result<Inspection> {
        let engine = self.open_existing(path.as_ref())?;
        let watch = |progress| self.watch.tell(progress);
        let inspection = rules::inspect(&engine.snapshot()?, faults_max, &watch)?;
        engine.close()?;
        Ok(inspection)
    }

    /// Returns what [`repair`](Self::repair) would do to the file at `path`, and writes nothing.
    ///
    /// # Errors
    ///
    /// Those of [`repair`](Self::repair).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.close()?;
    /// let planned = Directory::options().plan_repair(&path, 100)?;
    /// assert_eq!((planned.written, planned.set_aside, planned.verified.active), (0, 0, 1));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn plan_repair(&self, path: impl AsRef<Path>, faults_max: usize) -> Result<Repaired> {
        let engine = self.open_existing(path.as_ref())?;
        let snapshot = engine.snapshot()?;
        let repair = self.plan(&snapshot, faults_max, &mut |_| Ok(()))?;
        engine.close()?;
        Ok(repair.report)
    }

    /// Makes the directory in the file at `path` sound again, in one transaction. Nothing calls
    /// this automatically: restoring a backup, if there is one, loses less.
    ///
    /// Indexes and counters are rebuilt from the records. A record that can't be read or kept is
    /// removed and written to the file `aside`, which must not exist: one line of JSON each, with
    /// key and value in hexadecimal and the reason. That file contains personal data and is readable
    /// by its owner only; it is not created if nothing is removed. The first `faults_max` faults are
    /// returned.
    ///
    /// Of two users with one username or one id, the one created first stays. The ids of removed
    /// users stay taken. Of two workspaces with one name, the later one gets its id appended to the
    /// name. If changes are missing, those before are trimmed, so that followers read everything
    /// again. If the license is lost, it becomes the one that was set last, or else
    /// [`license_if_new`](Self::license_if_new). Nobody is deactivated: a directory with more active
    /// users than seats is over the limit.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) if `aside` exists;
    /// [`Corrupted`](ErrorKind::Corrupted) if the file can't be read to its end or holds nothing;
    /// those of [`Directory::open`] that come from the file.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("users.redb");
    /// use headcount::Directory;
    ///
    /// let directory = Directory::open(&path)?;
    /// directory.create_user("ann@ex.co")?;
    /// directory.close()?;
    /// let repaired = Directory::options().repair(&path, folder.path().join("aside.jsonl"), 100)?;
    /// assert_eq!((repaired.faults_total, repaired.set_aside), (0, 0));
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn repair(
        &self,
        path: impl AsRef<Path>,
        aside: impl AsRef<Path>,
        faults_max: usize,
    ) -> Result<Repaired> {
        let path = path.as_ref();
        let mut aside = AsideFile::new(aside.as_ref())?;
        let engine = self.open_existing(path)?;
        let repaired = self.repair_into(&engine, &mut aside, faults_max);
        match &repaired {
            Ok(repaired) => log::warn!(
                "repaired {}: {} faults, {} records set aside",
                path.display(),
                repaired.faults_total,
                repaired.set_aside
            ),
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {}
            Err(_) => aside.remove(),
        }
        let closed = engine.close();
        let repaired = repaired?;
        closed?;
        Ok(repaired)
    }

    fn repair_into(
        &self,
        engine: &Redb,
        aside: &mut AsideFile,
        faults_max: usize,
    ) -> Result<Repaired> {
        let snapshot = engine.snapshot()?;
        let repair = self.plan(&snapshot, faults_max, &mut |record| aside.write(record))?;
        drop(snapshot);
        // Records are saved durably before they are removed.
        aside.sync()?;
        engine.transact(|txn| repair.write_to(txn))?;
        Ok(repair.report)
    }

    fn plan(
        &self,
        snapshot: &impl Inspect,
        faults_max: usize,
        set_aside: &mut dyn FnMut(&Aside<'_>) -> Result<()>,
    ) -> Result<Repair> {
        let watch = |progress| self.watch.tell(progress);
        Repair::plan(snapshot, self.license_if_new, faults_max, &watch, set_aside)
    }

    fn open_existing(&self, path: &Path) -> Result<Redb> {
        let options = RedbOptions {
            create: false,
            ..self.engine.clone()
        };
        let engine = Redb::open(path, &options)?;
        if format::is_empty(&engine.snapshot()?).unwrap_or(false) {
            return Err(Error::corrupted("the file holds no directory"));
        }
        Ok(engine)
    }
}

/// The file for removed records, which is created for the first one.
struct AsideFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl AsideFile {
    fn new(path: &Path) -> Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!(
                    "`{}` exists; name a new file for the records that are set aside",
                    path.display()
                ),
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            file: None,
        })
    }

    fn write(&mut self, record: &Aside<'_>) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(
                create(&self.path).map_err(|error| failed(&self.path, error))?,
            )),
        };
        write_line(file, record).map_err(|error| failed(&self.path, error))
    }

    /// Makes the file's content and its directory entry durable.
    fn sync(&mut self) -> Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let synced = file.flush().and_then(|()| file.get_ref().sync_all());
        let synced = synced.and_then(|()| sync_folder(&self.path));
        synced.map_err(|error| failed(&self.path, error))
    }

    fn remove(&mut self) {
        if self.file.take().is_some() {
            // The records in it are still in the directory.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// On other systems a folder can't be opened, and so can't be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn write_line(out: &mut impl Write, record: &Aside<'_>) -> io::Result<()> {
    let Aside {
        entry,
        key,
        value,
        reason,
    } = record;
    write!(out, "{{\"entry\":\"{entry}\",\"key\":\"")?;
    write_hex(out, key)?;
    write!(out, "\",\"value\":\"")?;
    write_hex(out, value)?;
    // Reasons consist of this library's own texts and ids.
    let reason = reason.replace(['"', '\\'], "'");
    writeln!(out, "\",\"reason\":\"{reason}\"}}")
}

fn write_hex(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!(
            "`{}` can't be written: {error}; name another file",
            path.display()
        ),
    )
    .with_source(error)
}
