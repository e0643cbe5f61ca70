//! Fuzzing without a fuzzer: checks the committed corpus of a target, then mutations of it for some
//! seconds. This needs no separate build, so every test run can afford it. `fuzz/run` runs the same
//! checks in libFuzzer, which measures coverage, under the address sanitizer.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Seconds for each target, unless `HEADCOUNT_FUZZ_SECONDS` sets them.
const SECONDS: u64 = 2;
/// Maximum bytes of an input, as `fuzz/run` sets it.
const BYTES_MAX: usize = 4096;
/// How long checking one input may take. `fuzz/run` allows ten seconds; here, other tests and
/// programs use the processors too.
const TIME_MAX: Duration = Duration::from_mins(1);

/// Numbers near which lengths and counts overflow.
const EDGES: [u64; 8] = [
    0,
    1,
    0x7f,
    0x80,
    0xffff,
    0x7fff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Checks each file in the corpus of `target`, then mutations of them, different ones in every run.
/// A failure prints the input, and the `HEADCOUNT_FUZZ_SEED` that repeats it.
pub fn fuzz(target: &str, check: impl Fn(&[u8])) {
    let corpus = corpus(target);
    for (file, bytes) in &corpus {
        attempt(bytes, &check, || format!("fuzz/corpus/{target}/{file}"));
    }
    let files: Vec<&[u8]> = corpus.iter().map(|(_, bytes)| &bytes[..]).collect();
    let mutation = |seed| {
        let bytes = mutated(&files, &mut Rng::with_seed(seed));
        let name = || {
            let bytes = bytes.escape_ascii();
            format!("{target} with HEADCOUNT_FUZZ_SEED={seed}, which is b\"{bytes}\",")
        };
        attempt(&bytes, &check, name);
    };
    if let Some(seed) = number("HEADCOUNT_FUZZ_SEED") {
        return mutation(seed);
    }
    let seconds = number("HEADCOUNT_FUZZ_SECONDS").unwrap_or(SECONDS);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        mutation(fastrand::u64(..));
    }
}

/// The names and contents of the files in the corpus of `target`, ordered by name.
pub fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut parents = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let corpora = parents.find_map(|parent| {
        let folder = parent.join("fuzz/corpus");
        folder.is_dir().then_some(folder)
    });
    let folder = corpora.unwrap().join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

fn attempt(bytes: &[u8], check: &impl Fn(&[u8]), name: impl Fn() -> String) {
    let start = Instant::now();
    let passed = catch_unwind(AssertUnwindSafe(|| check(bytes)));
    assert!(passed.is_ok(), "{} fails", name());
    let taken = start.elapsed();
    assert!(taken < TIME_MAX, "{} takes {taken:?}", name());
}

/// A file of the corpus after one to eight mutations.
fn mutated(files: &[&[u8]], random: &mut Rng) -> Vec<u8> {
    let mut bytes = files[random.usize(..files.len())].to_vec();
    for _ in 0..random.usize(1..=8) {
        let part = part(&bytes, random);
        let at = part.start;
        match random.u8(..7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.u8(..8);
                }
            }
            5 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = byte.wrapping_add_signed(random.i8(-4..=4));
                }
            }
            1 => _ = bytes.drain(part),
            2 => {
                let copy = bytes[part].to_vec();
                let to = random.usize(..=bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => {
                let edge = EDGES[random.usize(..EDGES.len())].to_le_bytes();
                let width = (1 << random.u8(..4)).min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&edge[..width]);
            }
            4 => {
                let other = files[random.usize(..files.len())];
                let other = &other[self::part(other, random)];
                bytes.splice(part, other.iter().copied());
            }
            _ => {
                let count = random.usize(1..=4);
                bytes.splice(at..at, (0..count).map(|_| random.u8(..)));
            }
        }
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

/// A random range of the bytes, more often a short one.
fn part(bytes: &[u8], random: &mut Rng) -> std::ops::Range<usize> {
    let start = random.usize(..=bytes.len());
    let longest = 1 << random.u8(..11);
    let length = random.usize(..=longest);
    start..bytes.len().min(start + length)
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().unwrap())
}
