//! A file system for one story.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::kit::skip::skip;

/// A file system, mounted until this is dropped.
pub struct Disk {
    folder: TempDir,
    kind: DiskKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskKind {
    Ext4,
    Tmpfs,
}

impl Disk {
    /// Creates an empty file system; `None`, which skips the test, if this machine doesn't allow
    /// it.
    pub fn new(kind: DiskKind, bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self { folder, kind };
        fs::create_dir(disk.path()).unwrap();
        let mounted = match kind {
            DiskKind::Tmpfs => run(
                "mount",
                [
                    "-t".as_ref(),
                    "tmpfs".as_ref(),
                    "-o".as_ref(),
                    format!("size={bytes}").as_ref(),
                    "tmpfs".as_ref(),
                    disk.path().as_os_str(),
                ],
            ),
            DiskKind::Ext4 => {
                File::create(disk.image()).unwrap().set_len(bytes).unwrap();
                let image = disk.image();
                // Reserve nothing for root.
                let options = ["-q", "-m", "0"].map(OsStr::new);
                run("mkfs.ext4", options.into_iter().chain([image.as_os_str()]))
                    .and_then(|()| disk.mount())
            }
        };
        if let Err(why) = mounted {
            skip(&format!(
                "{kind:?} can't be mounted here, run it as root: {why}"
            ));
            return None;
        }
        Some(disk)
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    fn mount(&self) -> Result<(), String> {
        let (image, path) = (self.image(), self.path());
        run(
            "mount",
            [
                "-o".as_ref(),
                "loop".as_ref(),
                image.as_os_str(),
                path.as_os_str(),
            ],
        )
    }

    /// Cuts the power: everything that is not on the disk is lost, and every further call to the
    /// file system fails. Returns why if this machine can't do that.
    pub fn cut_power(&self) -> Result<(), String> {
        // `FS_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`. Rust can't make this system call
        // safely, and perl is on every Debian.
        const CUT: &str = "open(my $folder, '<', $ARGV[0]) or die $!; \
                           my $flag = pack('L', 2); \
                           ioctl($folder, 0x8004587d, $flag) or die $!;";
        let path = self.path();
        run("perl", ["-e".as_ref(), CUT.as_ref(), path.as_os_str()])
    }

    /// Mounts it again, as after a power cut.
    pub fn mount_again(&self) {
        run("umount", [self.path()]).unwrap();
        self.mount().unwrap();
    }

    /// Fills it except for `left` bytes, and returns the path of the file that does.
    pub fn fill(&self, left: u64) -> PathBuf {
        let path = self.path().join("ballast");
        let file = File::create(&path).unwrap();
        // Metadata needs some blocks.
        let mut bytes = free_bytes(&self.path()).saturating_sub(left);
        let allocate =
            |bytes| rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes);
        while allocate(bytes).is_err() {
            bytes -= 4096;
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let flags: &[&OsStr] = match self.kind {
            DiskKind::Tmpfs => &[],
            // This releases the loop device.
            DiskKind::Ext4 => &["-d".as_ref()],
        };
        let path = self.path();
        let arguments = flags.iter().copied().chain([path.as_os_str()]);
        let _ = run("umount", arguments);
    }
}

/// The free bytes available to unprivileged users.
pub fn free_bytes(path: &Path) -> u64 {
    let found = rustix::fs::statvfs(path).unwrap();
    found.f_bavail * found.f_frsize
}

/// Runs a command; the error is what it prints.
fn run<A: AsRef<OsStr>>(
    command: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Result<(), String> {
    let output = Command::new(command)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{command}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command}: {}", said.trim()))
}
