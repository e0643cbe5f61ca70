//! Each call to the disk of a copy fails in turn, once or permanently: the caller gets an
//! error, or a complete copy.

use std::io;

use super::crashes::all_of;
use super::disk::{BASE, Disk, Fault, PowerCut};
use super::{CREATE, put};
use crate::engine::memory::Memory;
use crate::engine::redb::copy::copy_to;
use crate::engine::redb::errors::Name;
use crate::engine::redb::read_only::ReadOnly;
use crate::engine::{Engine, Write};
use crate::error::ErrorKind;

/// A state of a few chunks.
fn state() -> Memory {
    let memory = Memory::new();
    memory
        .transact(|txn| {
            for n in 0..1_000u32 {
                txn.put(&n.to_be_bytes(), &[7; 300])?;
            }
            Ok(())
        })
        .unwrap();
    memory
}

#[test]
fn a_copy_is_whole_or_refused() {
    let state = state().snapshot().unwrap();
    let mut refused = 0;
    for for_good in [false, true] {
        for call in 1.. {
            let disk = Disk::default();
            let kind = io::ErrorKind::StorageFull;
            disk.set_fault(Some(Fault {
                call,
                kind,
                for_good,
            }));
            let name = Name::new("users.redb");
            let copied = copy_to(&state, disk.file(BASE), &name, &mut |_, _| {});
            let has_failed = disk.has_failed();
            disk.set_fault(None);
            match copied {
                Ok(()) => {
                    let name = Name::new("users.redb");
                    let copy =
                        ReadOnly::start(disk.file(BASE), &disk, name, 1 << 20, false).unwrap();
                    assert_eq!(all_of(&copy.snapshot().unwrap()).len(), 1_000);
                }
                Err(error) => {
                    assert!(has_failed, "{error}");
                    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                    refused += 1;
                }
            }
            if !has_failed {
                break;
            }
        }
    }
    assert!(refused > 20, "only {refused} copies were refused");
}

/// Otherwise a power cut after the renaming could leave a partial copy in the place of the old
/// file.
#[test]
fn a_copy_is_on_disk_before_it_is_renamed() {
    let state = state().snapshot().unwrap();
    let disk = Disk::default();
    let name = Name::new("users.redb");
    copy_to(&state, disk.file(BASE), &name, &mut |_, _| {}).unwrap();
    let disk = disk.after(PowerCut::LosesAll, &mut fastrand::Rng::with_seed(1));
    let copy = ReadOnly::start(disk.file(BASE), &disk, name, 1 << 20, false).unwrap();
    assert_eq!(all_of(&copy.snapshot().unwrap()).len(), 1_000);
}

#[test]
fn a_copy_is_smaller_than_what_was_written_at_random() {
    let disk = Disk::default();
    let engine = disk.open(&CREATE).unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..300 {
        let key = random.u64(..).to_be_bytes();
        put(&engine, &key, &[7; 400]).unwrap();
    }
    engine.checkpoint().unwrap();
    let copy = Disk::default();
    let snapshot = engine.snapshot().unwrap();
    let mut told = (0, 0);
    copy_to(
        &snapshot,
        copy.file(BASE),
        &Name::new("users.redb"),
        &mut |entries, bytes| {
            assert!(entries > told.0 && bytes > told.1);
            told = (entries, bytes);
        },
    )
    .unwrap();
    assert_eq!(told, (300, 300 * 408));
    let length = |disk: &Disk| disk.with_bytes(BASE, |bytes| bytes.len()).unwrap();
    assert!(length(&copy) <= length(&disk));
}
