//! The process that is killed.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use headcount::{Batch, CopyOptions, Directory, ErrorKind, License, NewUser, UserUpdate};

/// The folder that it works in; set for the process that is killed.
pub const FOLDER: &str = "HEADCOUNT_SOAK_FOLDER";
/// How many threads write.
pub const WRITERS: usize = 6;
/// How many users each writer keeps.
pub const KEPT: u64 = 400;
/// The largest license.
pub const SEATS_MAX: u64 = 90;

/// The address of a writer's user.
pub fn name(writer: usize, number: u64) -> String {
    format!("{number}@w{writer}.ex")
}

/// The last acknowledged user of a writer.
pub fn acknowledged(folder: &Path, writer: usize) -> u64 {
    let text = fs::read(folder.join(format!("acknowledged-{writer}"))).unwrap_or_default();
    text.try_into().map_or(0, u64::from_le_bytes)
}

/// Does nothing as a test; the soak test starts it as a process.
#[test]
fn the_process_that_is_killed() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let directory = Directory::options()
        .license_if_new(License::Seats(SEATS_MAX))
        .log_bytes(8 << 20)
        .open(folder.join("users.redb"))
        .unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (directory, folder) = (&directory, &folder);
            scope.spawn(move || write(directory, folder, writer));
        }
        scope.spawn(|| switch_licenses(&directory));
        scope.spawn(|| walk(&directory));
        scope.spawn(|| back_up(&directory, &folder));
        scope.spawn(|| trim(&directory));
    });
}

fn write(directory: &Directory, folder: &Path, writer: usize) {
    let path = folder.join(format!("acknowledged-{writer}"));
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .unwrap();
    for number in acknowledged(folder, writer) + 1.. {
        let user = NewUser::new(name(writer, number)).active(false);
        let mut batch = Batch::new().create_user(user.attribute("note", "x".repeat(64)));
        let old = number.saturating_sub(KEPT);
        if old > 0
            && directory
                .user(name(writer, old).as_str())
                .unwrap()
                .is_some()
        {
            batch = batch.delete_user(name(writer, old).as_str());
        }
        match directory.apply(batch) {
            Ok(_) => file.write_all_at(&number.to_le_bytes(), 0).unwrap(),
            // The last process did it, and was killed before it could note that.
            Err(error) => assert_eq!(error.kind(), ErrorKind::EmailTaken, "{error}"),
        }
        let some = name(writer, number - fastrand::u64(..number.min(KEPT)));
        let update = UserUpdate::new().given_name(format!("n{number}").as_str());
        let changed = match fastrand::u8(..4) {
            0 => directory.update_user(some.as_str(), update).map(drop),
            1 => directory.activate_user(some.as_str()).map(drop),
            2 => directory.deactivate_user(some.as_str()).map(drop),
            _ => Ok(()),
        };
        if let Err(error) = changed {
            let expected = matches!(
                error.kind(),
                ErrorKind::NoFreeSeat { .. } | ErrorKind::UserNotFound
            );
            assert!(expected, "{error}");
        }
    }
}

fn switch_licenses(directory: &Directory) {
    for seats in [SEATS_MAX / 2, SEATS_MAX].into_iter().cycle() {
        directory.set_license(License::Seats(seats)).unwrap();
        thread::sleep(Duration::from_millis(300));
    }
}

/// Reads each user, slowly, and the counters.
fn walk(directory: &Directory) {
    loop {
        for user in directory.users().unwrap() {
            match user {
                Ok(_) => thread::sleep(Duration::from_micros(50)),
                Err(error) => {
                    assert_ne!(error.kind(), ErrorKind::Corrupted, "{error}");
                    break;
                }
            }
        }
        assert!(directory.seats().unwrap().active <= SEATS_MAX);
    }
}

/// A complete backup replaces the previous one.
fn back_up(directory: &Directory, folder: &Path) {
    let backup = folder.join("backup.redb");
    loop {
        thread::sleep(Duration::from_secs(2));
        let options = CopyOptions::new().overwrite(true);
        directory.backup_with(&backup, options).unwrap();
    }
}

fn trim(directory: &Directory) {
    loop {
        thread::sleep(Duration::from_secs(5));
        let latest = directory.stats().unwrap().latest_change;
        directory
            .trim_changes(latest.saturating_sub(10_000))
            .unwrap();
    }
}
