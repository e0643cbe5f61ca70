//! Opens hundreds of damaged copies of one directory.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use headcount::ErrorKind;

use crate::content::{self, Content};
use crate::damage::Damage;
use crate::kit::cases::number;
use crate::kit::temp::TempPath;

/// How many copies by default.
const DAMAGES: u64 = 500;

/// The directory's file, and all files beside it.
fn files(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let entries = path.parent().unwrap().read_dir().unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let beside = path.file_name().unwrap().to_str().unwrap();
        beside.starts_with(name)
    });
    paths.sort();
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

/// How many copies had each result.
#[derive(Debug, Default)]
struct Counts {
    refused: u64,
    right: u64,
    /// Swapped pages can show an older state of the directory.
    older: u64,
}

#[test]
fn a_damaged_file_gives_an_error_or_its_contents() {
    let seed = number("HEADCOUNT_DAMAGE_SEED").unwrap_or(1);
    println!("HEADCOUNT_DAMAGE_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let file = TempPath::new();
    let path = &file.path;
    content::make(path);
    let right = content::read(path).unwrap();
    let whole = files(path);
    let mut counts = Counts::default();
    for number in 0..number("HEADCOUNT_DAMAGES").unwrap_or(DAMAGES) {
        for (beside, _) in files(path) {
            fs::remove_file(beside).unwrap();
        }
        for (path, bytes) in &whole {
            fs::write(path, bytes).unwrap();
        }
        let (damaged, bytes) = &whole[random.usize(..whole.len())];
        let damage = Damage::draw(&mut random, bytes.len());
        let mut bytes = bytes.clone();
        damage.apply(&mut bytes);
        fs::write(damaged, bytes).unwrap();

        let read = catch_unwind(AssertUnwindSafe(|| content::read(path)));
        let what = format!("{number}: {damage:?} of {}", damaged.display());
        let read = read.unwrap_or_else(|_| panic!("{what}: a panic came through"));
        judge(read, &right, damage, &what, &mut counts);
    }
    println!("{counts:?}");
    assert!(counts.refused > 0 && counts.right > 0, "{counts:?}");
}

fn judge(
    read: headcount::Result<Content>,
    right: &Content,
    damage: Damage,
    what: &str,
    counts: &mut Counts,
) {
    match read {
        Ok(content) if content == *right => counts.right += 1,
        Ok(_) if matches!(damage, Damage::Swap(..)) => counts.older += 1,
        Ok(_) => panic!("{what}: other contents"),
        Err(error) => {
            let kinds = [
                ErrorKind::Corrupted,
                ErrorKind::UnsupportedFormat,
                ErrorKind::Io,
            ];
            assert!(kinds.contains(&error.kind()), "{what}: {error}");
            counts.refused += 1;
        }
    }
}
