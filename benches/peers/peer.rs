//! The interface of a contender: it is opened, read and written. To add one, write a file in
//! `contenders/` and add it to the list there.

use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use crate::people::Profile;

/// The kinds of work that are measured, as `--only` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Getting one user by email.
    Get,
    /// Getting many users by email at once.
    Many,
    /// Reading all users, and pages of them.
    List,
    /// Creating users, one durable transaction each.
    Create,
    /// Activating and deactivating users, one durable transaction each.
    Switch,
    /// Filling an empty directory: the time, the memory and the file.
    Load,
    /// Opening after a kill and after a clean close.
    Open,
    /// The memory of an open directory and of the users it has cached.
    Memory,
    /// Backing up and verifying, and how long creates wait meanwhile.
    Backup,
    /// Adding as many users as there are, in one transaction.
    Add,
    /// The slowest reads, with and without writers.
    Tail,
    /// Creating users with random addresses for some time.
    Sustained,
}

impl Work {
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Get, "get"),
        (Self::Many, "many"),
        (Self::List, "list"),
        (Self::Create, "create"),
        (Self::Switch, "switch"),
        (Self::Load, "load"),
        (Self::Open, "open"),
        (Self::Memory, "memory"),
        (Self::Backup, "backup"),
        (Self::Add, "add"),
        (Self::Tail, "tail"),
        (Self::Sustained, "sustained"),
    ];
}

/// A contender, and how to open it.
pub struct Contender {
    /// The heading of its column.
    pub name: &'static str,
    /// Its configuration, for readers of the table.
    pub setup: &'static str,
    /// The folder of its files, within that of the directory's size.
    pub folder: &'static str,
    /// The kinds of work that it takes part in.
    pub works: &'static [Work],
    pub open: fn(&Opening) -> Box<dyn Peer>,
    pub filling: Filling,
    /// Shrinks its closed files as far as possible.
    pub compact: Option<fn(&Opening)>,
}

impl Contender {
    pub fn takes_part_in(&self, work: Work) -> bool {
        self.works.contains(&work)
    }

    /// Where its files are, and how many users they hold.
    pub fn opening(&self, home: &Path, users: u64, caches: Caches) -> Opening {
        Opening {
            folder: home.join(self.folder),
            users,
            caches,
        }
    }
}

/// How its folder is filled before anything is measured.
#[derive(Clone, Copy)]
pub enum Filling {
    /// By loading all users, in a separate process.
    Load(fn(&Opening)),
    /// By copying the files of the contender with this name.
    CopyOf(&'static str),
    /// Not at all: opening it fills it.
    Nothing,
}

/// What to open.
#[derive(Clone, Debug)]
pub struct Opening {
    pub folder: PathBuf,
    pub users: u64,
    pub caches: Caches,
}

/// Which caches it has; a cache of pages always has room for the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caches {
    /// As its users would run it.
    All,
    /// Pages only: no cache of whole users.
    Pages,
}

/// Bytes for pages: more than the file of a million users.
pub const PAGE_CACHE_BYTES: u32 = 1 << 30;

/// An open directory of users.
pub trait Peer: Send + Sync {
    /// Creates the session of one thread.
    fn session(&self) -> Box<dyn Session + '_>;

    /// Writes a copy, durable when this returns, to a new file or folder while others write.
    fn back_up(&self, _to: &Path) {}

    /// Checks all of its contents while others write; returns false if it has no such check.
    fn verify(&self) -> bool {
        false
    }

    /// Closes it cleanly: when this returns, everything is in its files.
    fn close(self: Box<Self>);
}

/// One thread's access to a peer. Only the calls of the works that a contender takes part in are
/// made.
pub trait Session {
    /// Gets the whole user with this email, owned by the caller, and returns its
    /// digest.
    fn get(&mut self, email: &str) -> Digest;

    /// Gets the whole users with these emails, all of which exist.
    fn get_many(&mut self, emails: &[String]) -> Digest {
        let mut digest = Digest::default();
        for email in emails {
            digest += self.get(email);
        }
        digest
    }

    /// The id of the user with this email.
    fn id_of(&mut self, _email: &str) -> [u8; 16] {
        [0; 16]
    }

    /// Gets the whole user with this id, owned by the caller.
    fn get_by_id(&mut self, _id: &[u8; 16]) -> Digest {
        Digest::default()
    }

    /// Gets the whole users with these ids, all of which exist.
    fn get_many_by_id(&mut self, ids: &[[u8; 16]]) -> Digest {
        let mut digest = Digest::default();
        for id in ids {
            digest += self.get_by_id(id);
        }
        digest
    }

    /// Reads all fields of all users, ordered by email, without owning them where that is possible.
    fn list(&mut self) -> Digest {
        Digest::default()
    }

    /// Reads the `limit` users after `after` in the same way.
    fn page(&mut self, _after: &str, _limit: usize) -> Digest {
        Digest::default()
    }

    /// Creates an active user: durable when this returns.
    fn create(&mut self, _profile: Profile) {}

    /// Creates active users in one transaction: durable when this returns.
    fn create_all(&mut self, _profiles: Vec<Profile>) {}

    /// Activates or deactivates a user: durable when this returns.
    fn set_active(&mut self, _email: &str, _active: bool) {}
}

/// A summary of what was read: contenders that read the same users have equal digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    pub users: u64,
    /// Bytes of all texts of the users.
    pub text_bytes: u64,
    /// Users who are active.
    pub active: u64,
}

impl AddAssign for Digest {
    fn add_assign(&mut self, other: Self) {
        self.users += other.users;
        self.text_bytes += other.text_bytes;
        self.active += other.active;
    }
}

impl Digest {
    /// Adds a user of these texts.
    pub fn add(&mut self, texts: [&str; 4], active: bool) {
        self.users += 1;
        self.text_bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
        self.active += u64::from(active);
    }
}
