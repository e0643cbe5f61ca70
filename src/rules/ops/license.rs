//! The operation on the license.

use super::super::session::Session;
use crate::codec::LicenseEntry;
use crate::error::Result;
use crate::model::{Event, License, Outcome, Step, Subject};

/// Sets the license.
pub(in crate::rules) fn set<R>(
    session: &mut Session<'_, R>,
    step: &Step,
    license: License,
) -> Result<Outcome> {
    step.check_version(session.license.version)?;
    let changed = session.license.license != license;
    if changed {
        session.license = LicenseEntry {
            license,
            version: session.license.version + 1,
        };
        session.events.push(Event::LicenseSet { license });
    }
    Ok(Outcome {
        subject: Subject::License,
        changed,
        version: session.license.version,
    })
}
