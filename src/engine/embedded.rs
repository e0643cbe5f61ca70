//! The engines, behind one type.
//!
//! So a directory in a file and one in memory have the same type, at the cost of one
//! predictable branch per call.

use std::ops::{ControlFlow, Deref};

use super::memory::{self, Memory};
use super::redb::{self, ReadOnly, Redb};
use super::{Engine, Inspect, KeyRange, Measured, Order, Read, Write};
use crate::error::Result;

/// Any of the engines.
pub(crate) enum Embedded {
    /// In a redb file.
    Redb(Redb),
    /// In a redb file opened read-only.
    ReadOnly(ReadOnly),
    /// In memory.
    Memory(Memory),
}

impl Embedded {
    /// The length of the file that grows while old states are held; 0 if there is none.
    pub(crate) fn file_bytes(&self) -> u64 {
        match self {
            Self::Redb(engine) => engine.file_bytes(),
            Self::ReadOnly(_) | Self::Memory(_) => 0,
        }
    }

    /// Figures of the log and of checkpoints; zeros if there are none.
    pub(crate) fn measured(&self) -> Measured {
        match self {
            Self::Redb(engine) => engine.measured(),
            Self::ReadOnly(_) | Self::Memory(_) => Measured::default(),
        }
    }
}

impl Engine for Embedded {
    type Snapshot = Snapshot;
    type Txn<'t> = Txn<'t>;

    fn snapshot(&self) -> Result<Snapshot> {
        match self {
            Self::Redb(engine) => engine.snapshot().map(Snapshot::Redb),
            Self::ReadOnly(engine) => engine.snapshot().map(Snapshot::Redb),
            Self::Memory(engine) => engine.snapshot().map(Snapshot::Memory),
        }
    }

    fn transact<T>(&self, body: impl FnOnce(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        match self {
            Self::Redb(engine) => engine.run(|txn| body(&mut Txn::Redb(txn))),
            Self::ReadOnly(engine) => Err(engine.refusal()),
            Self::Memory(engine) => engine.run(|txn| body(&mut Txn::Memory(txn))),
        }
    }

    fn close(&self) -> Result<()> {
        match self {
            Self::Redb(engine) => engine.close(),
            Self::ReadOnly(engine) => engine.close(),
            Self::Memory(engine) => engine.close(),
        }
    }
}

/// A committed state of any engine.
#[derive(Clone)]
pub(crate) enum Snapshot {
    /// A state of a redb file.
    Redb(redb::Snapshot),
    /// A state of a map in memory.
    Memory(memory::Snapshot),
}

/// The identity of a committed state, without holding it.
pub(crate) enum StateId {
    /// A state of a redb file.
    Redb(redb::StateId),
    /// A state of a map in memory.
    Memory(memory::StateId),
}

impl Snapshot {
    /// The identity of this state.
    pub(crate) fn id(&self) -> StateId {
        match self {
            Self::Redb(snapshot) => StateId::Redb(snapshot.id()),
            Self::Memory(snapshot) => StateId::Memory(snapshot.id()),
        }
    }
}

impl StateId {
    /// Whether this is the state of the snapshot.
    pub(crate) fn is_of(&self, snapshot: &Snapshot) -> bool {
        match (self, snapshot) {
            (Self::Redb(id), Snapshot::Redb(snapshot)) => id.is_of(snapshot),
            (Self::Memory(id), Snapshot::Memory(snapshot)) => id.is_of(snapshot),
            _ => false,
        }
    }
}

impl Read for Snapshot {
    type Value<'a> = Value<'a>;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        match self {
            Self::Redb(snapshot) => Ok(snapshot.get(key)?.map(Value::Redb)),
            Self::Memory(snapshot) => Ok(snapshot.get(key)?.map(Value::Memory)),
        }
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        match self {
            Self::Redb(snapshot) => snapshot.scan(range, order, visit),
            Self::Memory(snapshot) => snapshot.scan(range, order, visit),
        }
    }
}

impl Inspect for Snapshot {
    fn each_damaged(&self, visit: impl FnMut(&[u8], &[u8])) -> Result<()> {
        match self {
            Self::Redb(snapshot) => snapshot.each_damaged(visit),
            Self::Memory(snapshot) => snapshot.each_damaged(visit),
        }
    }
}

/// A running transaction of any engine.
pub(crate) enum Txn<'t> {
    /// In a redb file.
    Redb(redb::Txn<'t>),
    /// In a map in memory.
    Memory(memory::Txn<'t>),
}

impl Read for Txn<'_> {
    type Value<'a>
        = Value<'a>
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<Value<'_>>> {
        match self {
            Self::Redb(txn) => Ok(txn.get(key)?.map(Value::Redb)),
            Self::Memory(txn) => Ok(txn.get(key)?.map(Value::Memory)),
        }
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        match self {
            Self::Redb(txn) => txn.scan(range, order, visit),
            Self::Memory(txn) => txn.scan(range, order, visit),
        }
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        match self {
            Self::Redb(txn) => txn.put(key, value),
            Self::Memory(txn) => txn.put(key, value),
        }
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        match self {
            Self::Redb(txn) => txn.delete(key),
            Self::Memory(txn) => txn.delete(key),
        }
    }
}

/// A value, borrowed from any engine.
pub(crate) enum Value<'a> {
    /// From redb's page.
    Redb(redb::Value<'a>),
    /// From the map in memory.
    Memory(&'a [u8]),
}

impl Deref for Value<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Redb(value) => value,
            Self::Memory(value) => value,
        }
    }
}
