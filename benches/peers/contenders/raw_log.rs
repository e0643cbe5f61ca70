//! The limit that the disk sets: a log that was allocated and written through
//! with zeros, one write of 1 KiB and one `fdatasync` for each create, or for each
//! group of them.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;

use crate::group::{Committer, Grouped};
use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::Profile;

pub const RAW_LOG: Contender = Contender {
    name: "raw log",
    setup: "a preallocated, zero-written file; 1 KiB in one pwrite and one fdatasync per create, \
            with our group commit in front; no checks, no indexes, no reads",
    folder: "raw-log",
    works: &[Work::Create],
    open: |opening| Box::new(Grouped::new(Log::new(opening))),
    filling: Filling::Nothing,
    compact: None,
};

const FILE_BYTES: u64 = 64 << 20;
const RECORD_BYTES: usize = 1 << 10;

struct Log {
    file: File,
    tail: u64,
    group: Vec<u8>,
}

impl Log {
    fn new(opening: &Opening) -> Self {
        std::fs::create_dir_all(&opening.folder).unwrap();
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(opening.folder.join("log"))
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
}

impl Committer for Log {
    type Request = Profile;

    fn commit(&mut self, requests: &[&Profile]) {
        self.group.clear();
        for profile in requests {
            let start = self.group.len();
            self.group.extend_from_slice(profile.email.as_bytes());
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

impl Peer for Grouped<Log> {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {}
}

impl Session for &Grouped<Log> {
    fn get(&mut self, _: &str) -> Digest {
        Digest::default()
    }

    fn create(&mut self, profile: Profile) {
        self.submit(profile);
    }
}
