//! Verifying a directory: finds every fault, each with its remedy.
//!
//! Records (users, workspaces, memberships, changes) are trusted; everything else must
//! follow from them. Each entry that they require must exist with the right value, and no
//! other entries may exist. Consequences of an unreadable record are not reported, so that
//! one damaged value is one fault.

mod fault;
mod history;
mod leftovers;
mod meta;
mod order;
mod progress;
mod seat_days;
mod seen;
mod sound;
mod tallies;
mod users;
mod workspaces;

use std::collections::{HashMap, HashSet};

pub(super) use self::fault::Fix;
pub use self::fault::{Fault, FaultKind};
pub use self::progress::CheckProgress;
pub(super) use self::progress::Watch;
pub(super) use self::sound::{Replacements, Sound};

use self::fault::{kind_of, name_of};
use self::progress::ReadCounter;
use self::sound::{readable, unsound};
use super::entries::ModelEntry;
use crate::codec::keys::{self, KeyKind};
use crate::codec::{IdEntry, Totals, decode_totals, put_id};
use crate::engine::{Inspect, Read};
use crate::error::Result;
use crate::model::{License, Timestamp, UserId, WorkspaceId};

/// What a verification read. [`Directory::verify`](crate::Directory::verify) returns it only
/// if nothing is wrong.
///
/// ```
/// use headcount::Directory;
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.default_workspace("ann@ex.co")?;
/// let verified = directory.verify()?;
/// assert_eq!((verified.active, verified.workspaces, verified.changes), (1, 1, 2));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Verified {
    /// Active users, counted one by one.
    pub active: u64,
    /// Inactive users, counted one by one.
    pub inactive: u64,
    /// Ids of deleted users.
    pub deleted: u64,
    /// Workspaces, archived ones included.
    pub workspaces: u64,
    /// Memberships.
    pub members: u64,
    /// Changes on record.
    pub changes: u64,
}

/// What an inspection found: see
/// [`Directory::find_faults`](crate::Directory::find_faults).
///
/// ```
/// use headcount::{Directory, License};
///
/// let directory = Directory::in_memory()?;
/// directory.create_user("ann@ex.co")?;
/// directory.set_license(License::Seats(0))?;
/// let inspection = directory.find_faults(100)?;
/// assert_eq!((inspection.faults_total, inspection.seats_over), (0, 1));
/// # Ok::<(), headcount::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Inspection {
    /// The counts of what could be read.
    pub verified: Verified,
    /// The first faults, up to the requested limit.
    pub faults: Vec<Fault>,
    /// The number of all faults.
    pub faults_total: u64,
    /// How many more users are active than the license has seats. That is no fault:
    /// setting a smaller license makes it so.
    pub seats_over: u64,
}

impl Inspection {
    /// Whether nothing is wrong. More active users than seats is not a fault.
    ///
    /// ```
    /// use headcount::Directory;
    ///
    /// assert!(Directory::in_memory()?.find_faults(0)?.is_sound());
    /// # Ok::<(), headcount::Error>(())
    /// ```
    pub fn is_sound(&self) -> bool {
        self.faults_total == 0
    }
}

/// Returns what was read, or fails with the first fault and the number of faults.
pub(crate) fn verify(read: &impl Inspect) -> Result<Verified> {
    let inspection = inspect(read, 1, &|_| ())?;
    match inspection.faults.first() {
        None => Ok(inspection.verified),
        Some(first) => Err(unsound(inspection.faults_total, first)),
    }
}

/// Finds every fault, and keeps the first `faults_max`.
pub(crate) fn inspect(
    read: &impl Inspect,
    faults_max: usize,
    watch: Watch<'_>,
) -> Result<Inspection> {
    let sound = Sound::new(read)?;
    let mut faults = Vec::new();
    let mut inspection = examine(&sound, License::Community, watch, &mut |fault, _| {
        if faults.len() < faults_max {
            faults.push(fault);
        }
        Ok(())
    })?;
    inspection.faults = faults;
    Ok(inspection)
}

/// Reports every fault, with its remedy. A lost license becomes the last one in the
/// history, or else `license`.
pub(super) fn examine<R: Read>(
    state: &Sound<'_, R>,
    license: License,
    watch: Watch<'_>,
    report: &mut dyn FnMut(Fault, Fix) -> Result<()>,
) -> Result<Inspection> {
    let mut examiner = Examiner::new(state, watch, report)?;
    examiner.format()?;
    examiner.damaged()?;
    examiner.read_in_order()?;
    examiner.users()?;
    examiner.workspaces()?;
    examiner.memberships()?;
    examiner.sightings()?;
    examiner.history()?;
    examiner.leftovers()?;
    examiner.unknown()?;
    let seats_over = examiner.license(license)?;
    examiner.totals()?;
    examiner.seat_days()?;
    Ok(Inspection {
        verified: examiner.verified,
        faults: Vec::new(),
        faults_total: examiner.faults,
        seats_over,
    })
}

/// The state of an examination.
struct Examiner<'e, R> {
    state: &'e Sound<'e, R>,
    report: &'e mut dyn FnMut(Fault, Fix) -> Result<()>,
    progress: ReadCounter<'e>,
    faults: u64,
    verified: Verified,
    /// The stored counters; `None` if they can't be read.
    on_record: Option<Totals>,
    /// The counters as counted.
    counted: Totals,
    /// The time of the latest change so far.
    latest_at: Timestamp,
    /// Unreadable users, each of which is already a fault.
    unreadable_users: u64,
    unreadable_workspaces: u64,
    /// The number of existing entries that records require, by the byte of their kind.
    present: HashMap<u8, u64>,
    /// The kinds of which exactly those entries exist that users require.
    confirmed: Vec<KeyKind>,
    /// Keys that were already reported.
    judged: HashSet<Vec<u8>>,
    /// Missing entries, each with the first record that requires it.
    missing: HashMap<Vec<u8>, Caller>,
    /// Users whose id doesn't lead to them: the id and the email key.
    displaced: HashMap<UserId, String>,
    /// The license that was set last according to the history.
    license_set: Option<License>,
    /// The number of the first change on record.
    first_change: Option<u64>,
}

/// A record that requires an entry.
#[derive(Clone)]
enum Caller {
    User { id: UserId, email_key: String },
    Workspace(WorkspaceId),
    Member(UserId, WorkspaceId),
}

impl Caller {
    fn mark(&self, fault: Fault) -> Fault {
        match self {
            Self::User { id, .. } => fault.user(*id),
            Self::Workspace(id) => fault.workspace(*id),
            Self::Member(user, workspace) => fault.user(*user).workspace(*workspace),
        }
    }
}

/// The state of an entry that a record requires.
enum Entered {
    /// It has the right value, or was already reported.
    Settled,
    /// It has another value, or it is missing and another record requires it too.
    Contested(Rival),
}

/// A rival claim to an entry.
enum Rival {
    /// The stored value of the entry.
    Stored(Vec<u8>),
    /// A record that was examined before.
    Seen(Caller),
}

impl<'e, R: Read> Examiner<'e, R> {
    fn new(
        state: &'e Sound<'e, R>,
        watch: Watch<'e>,
        report: &'e mut dyn FnMut(Fault, Fix) -> Result<()>,
    ) -> Result<Self> {
        let on_record = match state.get(keys::TOTALS)? {
            Some(bytes) => readable(decode_totals(&bytes))?,
            None => None,
        };
        Ok(Self {
            state,
            report,
            progress: ReadCounter::start(watch, on_record),
            faults: 0,
            verified: Verified::default(),
            on_record,
            counted: Totals {
                last_at: on_record.map_or_else(Timestamp::default, |totals| totals.last_at),
                ..Totals::default()
            },
            latest_at: Timestamp::default(),
            unreadable_users: 0,
            unreadable_workspaces: 0,
            present: HashMap::new(),
            confirmed: Vec::new(),
            judged: HashSet::new(),
            missing: HashMap::new(),
            displaced: HashMap::new(),
            license_set: None,
            first_change: None,
        })
    }

    fn fault(&mut self, fault: Fault, fix: Fix) -> Result<()> {
        self.faults += 1;
        (self.report)(fault, fix)
    }

    /// Visits the entries of a kind.
    fn each(
        &mut self,
        kind: KeyKind,
        mut visit: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        let prefix = kind.all();
        let end = prefix.end();
        let state = self.state;
        state.each(&prefix.0, Some(&end), |key, value| visit(self, key, value))
    }

    /// Reports damaged values, except those of users, whose ids are found later.
    fn damaged(&mut self) -> Result<()> {
        let state = self.state;
        for (key, stored) in state.damaged() {
            let kind = kind_of(key);
            if kind == Some(KeyKind::User) {
                continue;
            }
            self.unreadable_workspaces += u64::from(kind == Some(KeyKind::Workspace));
            let membership = keys::membership_of(key);
            let fault = Fault::new(
                FaultKind::Damaged,
                entry_name(key),
                "the stored bytes don't match their checksum",
            )
            .user(
                keys::id_of(key)
                    .or(membership.map(|(user, _)| user))
                    .or(keys::seen_of(key)),
            )
            .workspace(keys::workspace_of(key).or(membership.map(|(_, workspace)| workspace)))
            .change(keys::sequence_of(key));
            let fix = match kind {
                // The id may be that of a deleted user, so it stays taken.
                Some(KeyKind::Id) => Fix::Put(key.to_vec(), tombstone()?),
                Some(kind) if is_derived(kind) => Fix::Remove(key.to_vec()),
                _ => Fix::SetAside(key.to_vec(), stored.to_vec()),
            };
            self.fault(fault, fix)?;
        }
        Ok(())
    }

    /// Checks that `entry` exists as a record requires it.
    fn expect(&mut self, kind: KeyKind, entry: &ModelEntry<'_>, from: &Caller) -> Result<Entered> {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        entry.put_key(&mut key);
        entry.put_value(&mut value)?;
        let state = self.state;
        if state.is_damaged(&key) {
            return Ok(Entered::Settled);
        }
        let Some(stored) = state.get(&key)? else {
            if let Some(first) = self.missing.get(&key) {
                return Ok(Entered::Contested(Rival::Seen(first.clone())));
            }
            self.missing.insert(key.clone(), from.clone());
            let fault = Fault::new(FaultKind::Missing, name_of(kind), "the entry is missing");
            self.fault(from.mark(fault), Fix::Put(key, value))?;
            return Ok(Entered::Settled);
        };
        *self.present.entry(kind as u8).or_default() += 1;
        if *stored == *value {
            return Ok(Entered::Settled);
        }
        let stored = stored.to_vec();
        self.judged.insert(key);
        Ok(Entered::Contested(Rival::Stored(stored)))
    }

    /// Reports that an entry has a different value than `caller` requires.
    fn wrong(
        &mut self,
        fault: FaultKind,
        kind: KeyKind,
        entry: &ModelEntry<'_>,
        caller: &Caller,
    ) -> Result<()> {
        let detail = match fault {
            FaultKind::NotDeleted => "the id is marked as deleted, but the user exists",
            FaultKind::Malformed => "the entry can't be decoded",
            _ => "the entry doesn't lead to the record that requires it",
        };
        let (mut key, mut value) = (Vec::new(), Vec::new());
        entry.put_key(&mut key);
        entry.put_value(&mut value)?;
        let fault = caller.mark(Fault::new(fault, name_of(kind), detail));
        self.fault(fault, Fix::Put(key, value))
    }
}

/// The name of the entry at a key in [`Fault::entry`].
pub(super) fn entry_name(key: &[u8]) -> &'static str {
    match key {
        keys::FORMAT => "format",
        keys::LICENSE => "license",
        keys::TOTALS => "totals",
        _ => kind_of(key).map_or("unknown", name_of),
    }
}

/// Whether entries of a kind can be derived from records.
const fn is_derived(kind: KeyKind) -> bool {
    !matches!(
        kind,
        KeyKind::Meta
            | KeyKind::User
            | KeyKind::Id
            | KeyKind::Workspace
            | KeyKind::Membership
            | KeyKind::Seen
            | KeyKind::Change
            | KeyKind::Request
            | KeyKind::SeatDay
    )
}

/// The value of the id of a deleted user.
fn tombstone() -> Result<Vec<u8>> {
    let mut value = Vec::new();
    put_id(&mut value, &IdEntry::Deleted)?;
    Ok(value)
}
