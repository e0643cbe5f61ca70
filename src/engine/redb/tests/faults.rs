//! A disk that fails.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::redb::StorageBackend;
use ::redb::backends::InMemoryBackend;

use super::{CREATE, EXISTING, get, put};
use crate::engine::redb::Redb;
use crate::engine::{Engine, Read};
use crate::error::ErrorKind;

/// A file in memory that outlives its engine, and can be made to fail.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedBackend {
    bytes: Arc<InMemoryBackend>,
    fails_to_sync: Arc<AtomicBool>,
    fails_to_write: Arc<AtomicBool>,
}

impl StorageBackend for SharedBackend {
    fn len(&self) -> io::Result<u64> {
        self.bytes.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.bytes.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.bytes.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.fails_to_sync.load(Ordering::Relaxed) {
            return Err(io::Error::other("the disk is on fire"));
        }
        self.bytes.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        if self.fails_to_write.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write(offset, data)
    }
}

/// A retry after a failed `fsync` can succeed without the data being there, so
/// after the first failure the engine must not even try.
#[test]
fn after_a_failed_commit_nothing_is_written_until_reopened() {
    for failing in ["sync", "write"] {
        let backend = SharedBackend::default();
        let engine = Redb::open_with_backend(backend.clone(), "users.redb", &CREATE).unwrap();
        put(&engine, b"ann", b"1").unwrap();
        let switch = if failing == "sync" {
            &backend.fails_to_sync
        } else {
            &backend.fails_to_write
        };
        switch.store(true, Ordering::Relaxed);

        let error = put(&engine, b"ann", b"2").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
        assert!(
            error
                .to_string()
                .contains("a commit to `users.redb` failed"),
            "{error}"
        );

        // The disk recovers, but who knows what of the commit is on it.
        switch.store(false, Ordering::Relaxed);
        let mut ran = false;
        let refused = engine.transact(|_| {
            ran = true;
            Ok(())
        });
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(
            error.to_string().contains("since a commit failed"),
            "{error}"
        );
        assert!(!ran, "a transaction ran after a failed commit");

        // What is known to be committed can still be read.
        assert_eq!(get(&engine, b"ann").unwrap(), b"1");

        let error = engine.close().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(
            error.to_string().contains("`users.redb` was closed"),
            "{error}"
        );
        engine.close().unwrap();

        let engine = Redb::open_with_backend(backend, "users.redb", &EXISTING).unwrap();
        let value = get(&engine, b"ann").unwrap();
        assert!(value == b"1" || value == b"2", "{value:?}");
        put(&engine, b"ann", b"3").unwrap();
        assert_eq!(
            engine.snapshot().unwrap().get(b"ann").unwrap().as_deref(),
            Some(&b"3"[..])
        );
    }
}

#[test]
fn a_new_file_that_cannot_be_written_is_refused() {
    let backend = SharedBackend::default();
    backend.fails_to_write.store(true, Ordering::Relaxed);
    let error = Redb::open_with_backend(backend, "users.redb", &CREATE)
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(
        error.to_string().contains("access to `users.redb` failed"),
        "{error}"
    );
}
