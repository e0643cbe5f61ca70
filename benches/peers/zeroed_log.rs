//! The limit set by the disk: a log that was preallocated and filled with zeros, and gets one write
//! and one `fdatasync` for each group of creates.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

const FILE_BYTES: u64 = 64 << 20;
/// How many bytes a create writes.
const RECORD_BYTES: usize = 1 << 10;

pub struct ZeroedLog {
    file: File,
    tail: u64,
    group: Vec<u8>,
}

impl ZeroedLog {
    /// Creates or truncates the file.
    pub fn create(path: &Path) -> Self {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..FILE_BYTES >> 20 {
            file.write_all(&zeros).unwrap();
        }
        file.sync_all().unwrap();
        Self {
            file,
            tail: 0,
            group: Vec::new(),
        }
    }

    /// Writes the creates of these addresses durably. At the end of the file, it continues at the
    /// beginning.
    pub fn append<'a>(&mut self, emails: impl Iterator<Item = &'a str>) {
        self.group.clear();
        for email in emails {
            let start = self.group.len();
            self.group.extend_from_slice(email.as_bytes());
            self.group.resize(start + RECORD_BYTES, 0xA5);
        }
        let bytes = self.group.len() as u64;
        if self.tail + bytes > FILE_BYTES {
            self.tail = 0;
        }
        self.file.write_all_at(&self.group, self.tail).unwrap();
        self.file.sync_data().unwrap();
        self.tail += bytes;
    }
}
