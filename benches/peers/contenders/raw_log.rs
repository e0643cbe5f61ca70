//! The limit set by the disk; see [`ZeroedLog`].

use crate::group::{Committer, Grouped};
use crate::peer::{Contender, Digest, Filling, Opening, Peer, Session, Work};
use crate::people::Profile;
use crate::zeroed_log::ZeroedLog;

pub const RAW_LOG: Contender = Contender {
    name: "raw log",
    setup: "a preallocated, zero-written file; 1 KiB in one pwrite and one fdatasync per create, \
            with our group commit in front; no checks, no indexes, no reads",
    folder: "raw-log",
    works: &[Work::Create],
    open,
    filling: Filling::Nothing,
    compact: None,
};

fn open(opening: &Opening) -> Box<dyn Peer> {
    std::fs::create_dir_all(&opening.folder).unwrap();
    let log = ZeroedLog::create(&opening.folder.join("log"));
    Box::new(Grouped::new(log))
}

impl Committer for ZeroedLog {
    type Request = Profile;

    fn commit(&mut self, requests: &[&Profile]) {
        self.append(requests.iter().map(|profile| &*profile.email));
    }
}

impl Peer for Grouped<ZeroedLog> {
    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(self)
    }

    fn close(self: Box<Self>) {}
}

impl Session for &Grouped<ZeroedLog> {
    fn get(&mut self, _: &str) -> Digest {
        Digest::default()
    }

    fn create(&mut self, profile: Profile) {
        self.submit(profile);
    }
}
