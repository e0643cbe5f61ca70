//! Code that is called during a write can read the directory; calls that would wait for that write
//! forever are refused.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use headcount::{Directory, ErrorKind, NewUser, Op, OpStream, Record, Timestamp, UserId};

use crate::helpers::{on_both_engines, refusal};

/// Far longer than any of these stories takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the story, and fails if it doesn't end.
fn ends(directory: &Directory, story: impl FnOnce(&Directory) + Send + 'static) {
    let (sender, end) = mpsc::channel();
    let directory = directory.clone();
    let told = thread::spawn(move || {
        story(&directory);
        drop(directory);
        sender.send(()).unwrap();
    });
    let ended = end.recv_timeout(PATIENCE);
    assert_ne!(ended, Err(RecvTimeoutError::Timeout), "it waits for itself");
    told.join().unwrap();
}

/// Asserts that every call that would wait for the writer is refused, and that reads work.
fn assert_inside(directory: &Directory, users: u64) {
    let stream = OpStream::new([Op::CreateUser("new@ex.co".into())]);
    let calls = [
        directory.create_user("new@ex.co").map(drop),
        directory.apply_stream(stream, |_| {}).map(drop),
        directory.load([]).map(drop),
        directory.set_extra("theme", b"dark"),
        directory.remove_extra("theme").map(drop),
        directory.trim_changes(1).map(drop),
        directory
            .export(|_| ControlFlow::<()>::Continue(()))
            .map(drop),
        directory.clone().close(),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(refusal(call), ErrorKind::InvalidArgument, "call {number}");
    }
    assert_eq!(directory.len().unwrap(), users);
    assert_eq!(directory.users().unwrap().count() as u64, users);
}

#[test]
fn streamed_operations_can_read_and_cannot_write() {
    on_both_engines(|directory| {
        directory.create_user("ann@ex.co").unwrap();
        ends(directory, |directory| {
            let ops = ["bob@ex.co", "cho@ex.co"].into_iter().map(|email| {
                assert_inside(directory, 1);
                Op::CreateUser(email.into())
            });
            let mut others = Vec::new();
            let visit = |_| {
                assert_inside(directory, 1);
                let seen = directory.touch_user("ann@ex.co");
                assert_eq!(refusal(seen), ErrorKind::InvalidArgument);
                // Other directories and other threads can write.
                let other = Directory::in_memory().unwrap();
                other.create_user("ann@ex.co").unwrap();
                let directory = directory.clone();
                let write = move || directory.create_user("dee@ex.co").map(drop);
                others.push(thread::spawn(write));
            };
            directory.apply_stream(OpStream::new(ops), visit).unwrap();
            for other in others {
                other.join().unwrap().unwrap();
            }
            directory.create_user("eve@ex.co").unwrap();
            assert_eq!(directory.len().unwrap(), 5);
        });
    });
}

#[test]
fn a_stream_that_panics_leaves_the_directory_writable() {
    on_both_engines(|directory| {
        ends(directory, |directory| {
            let ops = || OpStream::new([Op::CreateUser("ann@ex.co".into())]);
            let stream = || directory.apply_stream(ops(), |_| panic!("on purpose"));
            catch_unwind(AssertUnwindSafe(stream)).unwrap_err();
            assert_eq!(directory.len().unwrap(), 0);
            directory.apply_stream(ops(), |_| {}).unwrap();
        });
    });
}

#[test]
fn dry_runs_of_streams_let_others_write() {
    on_both_engines(|directory| {
        ends(directory, |directory| {
            let ops = OpStream::new([Op::CreateUser("ann@ex.co".into())]);
            let visit = |_| drop(directory.create_user("ann@ex.co").unwrap());
            directory.dry_run_stream(ops, visit).unwrap();
            assert_eq!(directory.len().unwrap(), 1);
        });
    });
}

#[test]
fn loaded_records_can_read_and_cannot_write() {
    on_both_engines(|directory| {
        ends(directory, |directory| {
            let records = ["ann@ex.co", "bob@ex.co"].into_iter().map(|email| {
                assert_inside(directory, 0);
                let at = Timestamp::now();
                let user = NewUser::new(email).id(UserId::generate());
                Ok(Record::User {
                    user: user.created_at(at),
                    updated_at: at,
                    deactivated_at: None,
                    version: 1,
                })
            });
            directory.load(records).unwrap();
            directory.create_user("cho@ex.co").unwrap();
            assert_eq!(directory.len().unwrap(), 3);
        });
    });
}
