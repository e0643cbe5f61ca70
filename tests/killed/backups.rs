//! Repeatedly kills a process while it backs up: the target is the previous backup or a new one,
//! and complete.

use std::env;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, CopyOptions, Directory, License, NewUser};

use crate::kit::child;
use crate::kit::temp::TempPath;

/// The path of the directory; set for the process that is killed.
const PATH_VARIABLE: &str = "HEADCOUNT_BACKUP_PATH";

/// How many users the directory has, which determines how long a backup takes.
const USERS: usize = 400;

/// How many processes are killed.
const KILLS: u32 = 25;

/// Does nothing as a test; the test below starts it as a process, which backs up until it is
/// killed.
#[test]
fn the_process_that_backs_up() {
    let Some(path) = env::var_os(PATH_VARIABLE).map(PathBuf::from) else {
        return;
    };
    let directory = Directory::options().read_only(true).open(&path).unwrap();
    let target = path.with_extension("backup");
    loop {
        let options = CopyOptions::new().overwrite(true);
        directory.backup_with(&target, options).unwrap();
    }
}

#[test]
fn a_kill_leaves_the_old_backup_or_the_new_one() {
    let file = TempPath::new();
    let path = &file.path;
    let target = path.with_extension("backup");
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(path).unwrap();
    let new = (0..USERS).map(|n| NewUser::new(format!("user-{n}@ex.co")));
    directory
        .apply(new.fold(Batch::new(), Batch::create_user))
        .unwrap();
    let start_of_copy = Instant::now();
    directory.backup(&target).unwrap();
    let micros = u64::try_from(start_of_copy.elapsed().as_micros()).unwrap();
    directory.close().unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    let mut partials = 0;
    for _ in 0..KILLS {
        let mut command = child::again("backups::the_process_that_backs_up");
        let mut child = command.env(PATH_VARIABLE, path).spawn().unwrap();
        // The time to start, then a moment in one of the first backups.
        thread::sleep(Duration::from_micros(
            random.u64(5_000..20_000 + 2 * micros),
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        let backup = Directory::options().read_only(true).open(&target).unwrap();
        let verified = backup.verify().unwrap();
        assert_eq!(verified.active, USERS as u64);
        backup.close().unwrap();
        partials = file.names().len() - 2;
    }
    assert!(partials > 0, "no process was killed during a backup");
}
