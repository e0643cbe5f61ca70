//! redb trusts its file in places: a damaged page can make it index out of bounds or reach
//! an `unreachable!`. Calls into it are guarded, so that the caller gets an error of kind
//! `Corrupted` instead of a panic.
//!
//! With `panic = "abort"`, panics can't be caught and the process ends.

use std::any::Any;
use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::errors::Name;
use crate::error::Result;

/// Calls into redb. If a panic leaves redb's state half changed, its poisoned locks make it
/// refuse further calls.
pub(super) fn guarded<T>(name: &Name, call: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result,
        Err(panic) => Err(name.panicked(message(&*panic))),
    }
}

/// Calls into redb, which calls `visit` back; a panic of `visit` is passed on to the
/// caller.
pub(super) fn guarded_visit(
    name: &Name,
    mut visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    call: impl FnOnce(&mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>) -> Result<()>,
) -> Result<()> {
    let visiting = Cell::new(false);
    let mut marked = |key: &[u8], value: &[u8]| {
        visiting.set(true);
        let flow = visit(key, value);
        visiting.set(false);
        flow
    };
    match catch_unwind(AssertUnwindSafe(|| call(&mut marked))) {
        Ok(result) => result,
        Err(panic) if visiting.get() => resume_unwind(panic),
        Err(panic) => Err(name.panicked(message(&*panic))),
    }
}

/// The message of a panic.
pub(super) fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_panic_is_an_error_and_what_it_said_the_cause() {
        let name = Name::new("users.redb");
        let error = guarded::<()>(&name, || panic!("range {} out of range", 7)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupted);
        assert_eq!(
            error.to_string(),
            "`users.redb` is damaged: its pages contradict each other; restore it from a backup"
        );
        let cause = std::error::Error::source(&error).unwrap();
        assert_eq!(cause.to_string(), "range 7 out of range");
    }

    #[test]
    fn a_panic_of_the_visitor_goes_on() {
        let name = Name::new("users.redb");
        let visited = catch_unwind(|| {
            let visit = |_: &[u8], _: &[u8]| panic!("mine");
            guarded_visit(&name, visit, |visit| {
                let _ = visit(b"a", b"1");
                Ok(())
            })
        });
        assert_eq!(message(&*visited.unwrap_err()), "mine");
        let theirs = guarded_visit(
            &name,
            |_, _| ControlFlow::Continue(()),
            |visit| {
                let _ = visit(b"a", b"1");
                panic!("redb's")
            },
        );
        assert_eq!(theirs.unwrap_err().kind(), ErrorKind::Corrupted);
    }
}
