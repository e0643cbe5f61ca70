//! The state of the builders of users and updates.

#[cfg(feature = "capi")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};

/// The parts set so far, or the error of the first malformed one.
#[derive(Clone, Debug)]
pub(super) struct Building<T> {
    parts: Result<T>,
    /// The parts before the malformed one.
    before: Option<Box<T>>,
}

impl<T> Building<T> {
    pub(super) fn new(parts: Result<T>) -> Self {
        Self {
            parts,
            before: None,
        }
    }

    /// Sets a part, unless an earlier one was malformed.
    pub(super) fn with(mut self, set: impl FnOnce(&mut T) -> Result<()>) -> Self {
        if let Ok(parts) = &mut self.parts
            && let Err(error) = set(parts)
            && let Ok(before) = std::mem::replace(&mut self.parts, Err(error))
        {
            self.before = Some(Box::new(before));
        }
        self
    }

    /// Applies a setter for C: if it fails, the parts stay as they were.
    #[cfg(feature = "capi")]
    pub(super) fn set(&mut self, change: impl FnOnce(Self) -> Self) -> Result<()> {
        let taken = Error::new(ErrorKind::InvalidArgument, "a setter panicked");
        match change(std::mem::replace(self, Self::new(Err(taken)))) {
            Self {
                parts: Err(error),
                before: Some(before),
            } => {
                *self = Self::new(Ok(*before));
                Err(error)
            }
            changed => {
                *self = changed;
                self.get().map(|_| ())
            }
        }
    }

    /// The parts, or the error of the first malformed one.
    pub(super) fn get(&self) -> Result<&T> {
        self.parts.as_ref().map_err(Error::clone)
    }

    /// The parts, if none is malformed.
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.parts.as_mut().ok()
    }
}
