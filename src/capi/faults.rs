//! Finding the faults of a directory, and repairing a file.

use std::ffi::{CString, c_char};

use super::arguments::{self, Out};
use super::directory::{HcDirectory, options_or_default};
use super::failure::HcError;
use super::guard;
use super::handle::{Handle, Latch};
use super::options::HcOptions;
use super::status::HcStatus;
use crate::directory::{Fault, Inspection, Repaired};

/// The faults of a directory, and what a repair did about them.
pub struct HcFaults {
    latch: Latch,
    faults: Vec<Listed>,
    total: u64,
    set_aside: u64,
    seats_over: u64,
}

/// A fault as C reads it.
struct Listed {
    kind: CString,
    text: CString,
}

impl Handle for HcFaults {
    const NAME: &'static str = "faults";

    fn latch(&self) -> &Latch {
        &self.latch
    }
}

impl HcFaults {
    fn new(faults: &[Fault], total: u64) -> Self {
        // None of these texts has a NUL in it.
        let text = |text: String| CString::new(text).unwrap_or_default();
        let listed = faults.iter().map(|fault| Listed {
            kind: text(fault.kind.name().to_owned()),
            text: text(fault.to_string()),
        });
        Self {
            latch: Latch::of_any_process(),
            faults: listed.collect(),
            total,
            set_aside: 0,
            seats_over: 0,
        }
    }
}

impl From<Inspection> for HcFaults {
    fn from(inspection: Inspection) -> Self {
        Self {
            seats_over: inspection.seats_over,
            ..Self::new(&inspection.faults, inspection.faults_total)
        }
    }
}

impl From<Repaired> for HcFaults {
    fn from(repaired: Repaired) -> Self {
        Self {
            seats_over: repaired.seats_over,
            set_aside: repaired.set_aside,
            ..Self::new(&repaired.faults, repaired.faults_total)
        }
    }
}

/// Lists what is wrong with a directory; an empty list if nothing is. A damaged value doesn't hide
/// other faults. Takes time in proportion to the size of the directory.
///
/// @retval HC_STATUS_CORRUPTED when the file itself can't be read to its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_directory_find_faults(
    directory: *const HcDirectory,
    faults_max: usize,
    faults: *mut *mut HcFaults,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live.
    unsafe {
        guard::call(directory, error, |directory| {
            let made = Out::required("faults", faults)?;
            let found = directory.directory.find_faults(faults_max)?;
            made.write(guard::hand_over(HcFaults::from(found)));
            Ok(())
        })
    }
}

/// Lists what is wrong with the directory in a file, like hc_directory_find_faults(), even where
/// it is too damaged for hc_directory_open(). No file is created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_file_find_faults(
    path: *const c_char,
    path_len: usize,
    options: *const HcOptions,
    faults_max: usize,
    faults: *mut *mut HcFaults,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and `path` has its
    // length.
    unsafe {
        guard::start(error, || {
            let made = Out::required("faults", faults)?;
            let path = arguments::text("path", path, path_len)?;
            let found = options_or_default(options)?.find_faults(path, faults_max)?;
            made.write(guard::hand_over(HcFaults::from(found)));
            Ok(())
        })
    }
}

/// Repairs the directory in a file, in one transaction; nobody may have it open. Lists what was
/// wrong, like hc_directory_find_faults(). Nothing calls this automatically: restoring a backup,
/// if there is one, loses less.
///
/// Indexes and counters are rebuilt from the records. A record that can't be read or kept is
/// removed and written to another file as a line of JSON, with its personal data; that file is
/// created only when needed. Nobody is deactivated.
///
/// @param options How to open it, and which license to set if it is lost; may be NULL.
/// @param aside The path of the file for removed records, which must not exist. NULL to write
///        nothing and only report what would be done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_file_repair(
    path: *const c_char,
    path_len: usize,
    options: *const HcOptions,
    aside: *const c_char,
    aside_len: usize,
    faults_max: usize,
    faults: *mut *mut HcFaults,
    error: *mut *mut HcError,
) -> HcStatus {
    // SAFETY: by the contract, all pointers are NULL or live, and both paths have
    // their lengths.
    unsafe {
        guard::start(error, || {
            let made = Out::required("faults", faults)?;
            let path = arguments::text("path", path, path_len)?;
            let options = options_or_default(options)?;
            let repaired = if aside.is_null() && aside_len == 0 {
                options.plan_repair(path, faults_max)?
            } else {
                let aside = arguments::text("aside", aside, aside_len)?;
                options.repair(path, aside, faults_max)?
            };
            made.write(guard::hand_over(HcFaults::from(repaired)));
            Ok(())
        })
    }
}

/// @return How many faults there are in all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_total(faults: *const HcFaults) -> u64 {
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, 0, |faults| Some(faults.total)) }
}

/// @return How many faults are listed: all, or as many as were asked for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_count(faults: *const HcFaults) -> usize {
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, 0, |faults| Some(faults.faults.len())) }
}

/// @return The fault in one line of English: its kind, the ids that it concerns, what was expected
///        and what was found, with no personal data but ids. An empty text for an index that is
///        too large, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_text_at(faults: *const HcFaults, index: usize) -> *const c_char {
    let answer = |faults: &HcFaults| faults.faults.get(index).map(|fault| fault.text.as_ptr());
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, c"".as_ptr(), answer) }
}

/// @return The name of its kind: `damaged`, `malformed`, `missing`, `wrong`, `leftover`,
///        `duplicate`, `dangling`, `not_deleted`, `counter`, `gap` or `unknown`; later releases
///        may add others. An empty text as in hc_faults_text_at().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_kind_at(faults: *const HcFaults, index: usize) -> *const c_char {
    let answer = |faults: &HcFaults| faults.faults.get(index).map(|fault| fault.kind.as_ptr());
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, c"".as_ptr(), answer) }
}

/// @return How many records a repair wrote to the other file, or would write; 0 without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_set_aside(faults: *const HcFaults) -> u64 {
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, 0, |faults| Some(faults.set_aside)) }
}

/// @return How many more users are active than there are seats, after the repair if there was one.
///        That is not a fault.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_seats_over(faults: *const HcFaults) -> u64 {
    // SAFETY: by the contract, `faults` is NULL or live.
    unsafe { guard::ask(faults, 0, |faults| Some(faults.seats_over)) }
}

/// Frees a list of faults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hc_faults_free(faults: *mut HcFaults) {
    // SAFETY: by the contract, `faults` is NULL or live, and given up.
    unsafe { guard::free(faults) }
}
