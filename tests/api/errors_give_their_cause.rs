//! The source of an error can be downcast to its own type.

use std::error::Error as _;
use std::io;

use headcount::{CopyOptions, Directory, Error, ErrorKind, restore};

fn cause(error: &Error) -> &io::Error {
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    let source = error.source().expect("a cause");
    source.downcast_ref().expect("an error of the system")
}

#[test]
fn io_errors_have_a_cause() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let refused = Directory::options()
        .create_if_missing(false)
        .open(&missing)
        .unwrap_err();
    assert_eq!(cause(&refused).kind(), io::ErrorKind::NotFound);

    let refused = Directory::open(missing.join("users.redb")).unwrap_err();
    assert_eq!(cause(&refused).kind(), io::ErrorKind::NotFound);
    assert_eq!(cause(&refused.clone()).kind(), io::ErrorKind::NotFound);

    let refused = restore(&missing, folder.path().join("new"), CopyOptions::new()).unwrap_err();
    assert_eq!(cause(&refused).kind(), io::ErrorKind::NotFound);
}

#[test]
fn errors_of_writers_and_readers_have_a_cause() {
    let directory = Directory::in_memory().unwrap();
    let full: &mut [u8] = &mut [];
    let refused = directory.export_lines(full, |_| {}).unwrap_err();
    assert_eq!(cause(&refused).kind(), io::ErrorKind::WriteZero);

    let no_text = io::BufReader::new(Failing);
    let refused = directory.load_lines(no_text, |_| {}).unwrap_err();
    assert_eq!(cause(&refused).kind(), io::ErrorKind::BrokenPipe);
    assert!(refused.to_string().starts_with("line 1: "), "{refused}");
}

struct Failing;

impl io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn refusals_have_no_cause() {
    let directory = Directory::in_memory().unwrap();
    let refused = directory.delete_user("ann@ex.co").unwrap_err();
    assert!(refused.source().is_none());
    assert!(refused.is_refusal() && !refused.is_retryable());
}
