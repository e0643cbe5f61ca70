//! Cuts the power repeatedly while four threads write.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use crate::disk::{Disk, DiskKind};
use crate::kit::skip::skip;
use crate::writer::{SEATS, acknowledged, open, start};

/// How many times the power is cut.
const CUTS: u32 = 12;

/// How long a process writes, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 30..700;

#[test]
fn what_was_acknowledged_survives_power_cuts() {
    let Some(disk) = Disk::new(DiskKind::Ext4, 128 << 20) else {
        return;
    };
    let path = disk.path().join("users.redb");
    let mut expected = HashSet::new();
    for life in 0..CUTS {
        let mut child = start(&path, life);
        thread::sleep(Duration::from_millis(fastrand::u64(LIFE_MS)));
        let cut = disk.cut_power();
        // The process ends when its writes fail.
        let users = acknowledged(&mut child);
        if let Err(why) = cut {
            skip(&format!(
                "the power can't be cut here, run it as root: {why}"
            ));
            return;
        }
        child.wait();
        expected.extend(users);
        disk.mount_again();
        let directory = open(&path).unwrap();
        directory.verify().unwrap();
        assert!(directory.seats().unwrap().active <= SEATS);
        let users = directory.users().unwrap();
        let found: HashSet<String> = users
            .map(|user| user.unwrap().email().to_string())
            .collect();
        let lost: Vec<_> = expected.difference(&found).collect();
        assert!(lost.is_empty(), "lost in life {life}: {lost:?}");
        // Users that were not acknowledged may exist; then they must stay.
        expected = found;
        directory.close().unwrap();
    }
    println!("{CUTS} power cuts, {} users", expected.len());
    assert!(
        expected.len() > CUTS as usize,
        "hardly anything was written"
    );
}
