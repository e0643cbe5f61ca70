//! A process that is killed while it backs up, over and over: what is at the target is
//! the backup before, or a new one, and whole.

use std::env;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use headcount::{Batch, CopyOptions, Directory, License, NewUser};

use crate::random::Random;

/// Where the process that is killed finds its directory.
const PATH_VARIABLE: &str = "HEADCOUNT_BACKUP_PATH";

/// Users of the directory: the more, the longer a backup takes.
const USERS: usize = 400;

/// Processes that are killed.
const KILLS: u32 = 25;

/// Backs up for ever: started by the test below, and nothing by itself.
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

fn start(path: &PathBuf) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "backups::the_process_that_backs_up"])
        .env(PATH_VARIABLE, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_kill_leaves_the_old_backup_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.redb");
    let target = path.with_extension("backup");
    let options = Directory::options().license_if_new(License::Enterprise);
    let directory = options.open(&path).unwrap();
    let new = (0..USERS).map(|n| NewUser::new(format!("user-{n}@ex.co")));
    directory
        .apply(new.fold(Batch::new(), Batch::create_user))
        .unwrap();
    let start_of_copy = Instant::now();
    directory.backup(&target).unwrap();
    let micros = u64::try_from(start_of_copy.elapsed().as_micros()).unwrap();
    directory.close().unwrap();
    let mut random = Random::new(1);
    let mut torsos = 0;
    for _ in 0..KILLS {
        let mut child = start(&path);
        // Starting takes some time too; then anywhere in the first backups.
        thread::sleep(Duration::from_micros(
            random.within(5_000..20_000 + 2 * micros),
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        let backup = Directory::options().read_only(true).open(&target).unwrap();
        let verified = backup.verify().unwrap();
        assert_eq!(verified.active, USERS as u64);
        backup.close().unwrap();
        torsos = std::fs::read_dir(folder.path()).unwrap().count() - 2;
    }
    assert!(torsos > 0, "no process was killed while it wrote");
}
