//! The table of the database that holds the whole map.

use ::redb::TableDefinition;

/// redb's type for keys and values: bytes, compared as bytes. The lifetime is only part of
/// redb's type and says nothing about the data.
pub(super) type Bytes = &'static [u8];

/// The table.
pub(super) const TABLE: TableDefinition<'static, Bytes, Bytes> = TableDefinition::new("headcount");
