//! Describes the machine that a table was measured on, in a sentence.

use std::fs;
use std::path::Path;
use std::thread;

/// The processor, the cores, the kernel, the disk of `folder` and the scheduler.
pub fn described(folder: &Path) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{}, {cores} cores, Linux {}; {}; {}",
        processor(),
        kernel.trim(),
        disk(folder),
        scheduler()
    )
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn processor() -> String {
    let about = read("/proc/cpuinfo");
    let model = about.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()));
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// The file system of the folder, and the kind of disk under it.
fn disk(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_default();
    let mounts = read("/proc/mounts");
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (device, point, kind) = (words.next()?, words.next()?, words.next()?);
        folder.starts_with(point).then_some((point, device, kind))
    });
    let Some((_, device, kind)) = mounts.max_by_key(|(point, ..)| point.len()) else {
        return "an unknown disk".to_owned();
    };
    let name = device.trim_start_matches("/dev/");
    let is_virtual = name.starts_with("vd") || name.starts_with("xvd");
    let rotates = read(&format!("/sys/class/block/{name}/queue/rotational"));
    let sort = match (is_virtual, rotates.trim()) {
        (true, _) => "a virtual disk",
        (_, "1") => "a hard disk",
        (_, "0") => "a solid-state disk",
        _ => "a disk of unknown kind",
    };
    format!("{kind} on {sort} ({name})")
}

/// The scheduler of this process: field 41 of `/proc/self/stat`, found by counting from the end of
/// the command's name.
fn scheduler() -> &'static str {
    let stat = read("/proc/self/stat");
    let policy = stat
        .rsplit_once(')')
        .and_then(|(_, words)| words.split_whitespace().nth(38).map(str::to_owned));
    match policy.as_deref() {
        Some("1") => "real-time scheduling (FIFO)",
        Some("2") => "real-time scheduling (round robin)",
        _ => "the normal scheduler",
    }
}
