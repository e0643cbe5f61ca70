//! The engine in memory: the oracle that the others are compared with, and the engine of
//! in-memory directories.
//!
//! A state is a persistent map: a snapshot shares it, and a transaction works on a copy in
//! which only the changed chunks are new.

use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use immutable_chunkmap::map::{self, NodeRef};

use super::{Engine, Inspect, KeyRange, Order, Read, Write};
use crate::error::{Error, ErrorKind, Result};

/// Entries per allocation. Each change copies one chunk, so fewer make writing faster; more
/// make the tree flatter.
const CHUNK_ENTRIES: usize = 64;

/// A persistent map: cloning is cheap, and changing a clone doesn't change the original.
type Map = map::Map<Arc<[u8]>, Arc<[u8]>, CHUNK_ENTRIES>;
/// A node of a map's tree: some entries, with smaller ones to the left and larger ones to
/// the right.
type Node<'a> = NodeRef<'a, Arc<[u8]>, Arc<[u8]>, CHUNK_ENTRIES>;

/// An ordered map in memory.
pub(crate) struct Memory {
    /// The latest committed state; `None` after closing. Written only while `writer` is
    /// held.
    published: ArcSwapOption<Map>,
    /// Held by the writer. It guards no data, so a panic while it is held does no harm: an
    /// unfinished transaction is never published.
    writer: Mutex<()>,
}

impl Memory {
    /// A new, empty map.
    pub(crate) fn new() -> Self {
        Self {
            published: ArcSwapOption::from_pointee(Map::new()),
            writer: Mutex::new(()),
        }
    }

    /// [`transact`](Engine::transact), with the transaction handed over by value,
    /// so that a caller can wrap it in a type of its own.
    pub(super) fn run<T>(&self, body: impl FnOnce(Txn<'_>) -> Result<T>) -> Result<T> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = WorkingMap {
            map: Map::clone(&*self.state()?),
            changed: false,
        };
        let value = body(Txn(&mut draft))?;
        if draft.changed {
            self.published.store(Some(Arc::new(draft.map)));
        }
        Ok(value)
    }

    /// The latest committed state.
    fn state(&self) -> Result<Arc<Map>> {
        self.published.load_full().ok_or_else(|| {
            Error::new(
                ErrorKind::Closed,
                "the directory was closed and was in memory only; make a new one",
            )
        })
    }
}

impl Engine for Memory {
    type Snapshot = Snapshot;
    type Txn<'t> = Txn<'t>;

    fn snapshot(&self) -> Result<Snapshot> {
        self.state().map(Snapshot)
    }

    fn transact<T>(&self, body: impl FnOnce(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        self.run(|mut txn| body(&mut txn))
    }

    fn close(&self) -> Result<()> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.published.store(None);
        Ok(())
    }
}

/// A committed state. Cloning one is cheap.
#[derive(Clone)]
pub(crate) struct Snapshot(Arc<Map>);

impl Snapshot {
    /// The identity of this state, without holding it.
    pub(crate) fn id(&self) -> StateId {
        StateId(Arc::downgrade(&self.0))
    }
}

/// Identifies a state. The weak pointer keeps its address from being reused.
pub(crate) struct StateId(Weak<Map>);

impl StateId {
    pub(crate) fn is_of(&self, snapshot: &Snapshot) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&snapshot.0))
    }
}

impl Read for Snapshot {
    type Value<'a> = &'a [u8];

    fn get(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        Ok(get(&self.0, key))
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        scan(&self.0, range, order, visit);
        Ok(())
    }
}

impl Inspect for Snapshot {
    /// Values in memory are never damaged.
    fn each_damaged(&self, _: impl FnMut(&[u8], &[u8])) -> Result<()> {
        Ok(())
    }
}

/// The working copy of a transaction.
struct WorkingMap {
    /// The state with the transaction's writes.
    map: Map,
    /// Whether there were any writes.
    changed: bool,
}

/// A running transaction.
pub(crate) struct Txn<'t>(&'t mut WorkingMap);

impl Read for Txn<'_> {
    type Value<'a>
        = &'a [u8]
    where
        Self: 'a;

    fn get(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        Ok(get(&self.0.map, key))
    }

    fn scan(
        &self,
        range: KeyRange<'_>,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        scan(&self.0.map, range, order, visit);
        Ok(())
    }
}

impl Write for Txn<'_> {
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.0.map.insert_cow(key.into(), value.into());
        self.0.changed = true;
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<()> {
        // The map only removes by its own key type, so this uses the key that it holds.
        if let Some(held) = self.0.map.get_key(key).cloned() {
            self.0.map.remove_cow(&held);
            self.0.changed = true;
        }
        Ok(())
    }
}

/// The value under `key`, not copied.
fn get<'m>(map: &'m Map, key: &[u8]) -> Option<&'m [u8]> {
    map.get(key).map(|value| &**value)
}

/// Visits the entries of `range`. The map's own range iterator reaches its
/// start by visiting half of the nodes before it, so this goes down the tree
/// itself.
fn scan(
    map: &Map,
    (start, end): KeyRange<'_>,
    order: Order,
    visit: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
) {
    let mut scan = Scan { start, end, visit };
    // Whether it was broken off doesn't matter.
    let _ = match order {
        Order::Ascending => scan.up(map.root()),
        Order::Descending => scan.down(map.root()),
    };
}

/// The state of a scan through the tree.
struct Scan<'r, V> {
    /// The start of the range.
    start: Bound<&'r [u8]>,
    /// The end of the range.
    end: Bound<&'r [u8]>,
    /// Called with each entry of the range.
    visit: V,
}

impl<V: FnMut(&[u8], &[u8]) -> ControlFlow<()>> Scan<'_, V> {
    /// Visits the part of the tree under `node`, from its smallest key up.
    fn up(&mut self, node: Option<Node<'_>>) -> ControlFlow<()> {
        let Some(node) = node else {
            return ControlFlow::Continue(());
        };
        let span = self.span(&node);
        if span.left {
            self.up(node.left())?;
        }
        for (key, value) in node.pairs().take(span.to).skip(span.from) {
            (self.visit)(key, value)?;
        }
        if span.right {
            self.up(node.right())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Visits the part of the tree under `node`, from its largest key down.
    fn down(&mut self, node: Option<Node<'_>>) -> ControlFlow<()> {
        let Some(node) = node else {
            return ControlFlow::Continue(());
        };
        let span = self.span(&node);
        if span.right {
            self.down(node.right())?;
        }
        let entries: Vec<_> = node.pairs().take(span.to).skip(span.from).collect();
        for (key, value) in entries.into_iter().rev() {
            (self.visit)(key, value)?;
        }
        if span.left {
            self.down(node.left())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The part of `node` that lies in the range.
    fn span(&self, node: &Node<'_>) -> Span {
        let entries = node.len();
        let from = partition_point(node, |key| !self.is_after_start(key));
        let to = partition_point(node, |key| self.is_before_end(key));
        Span {
            from,
            to,
            left: from == 0,
            right: to == entries,
        }
    }

    /// Whether `key` lies after the start of the range.
    fn is_after_start(&self, key: &[u8]) -> bool {
        match self.start {
            Bound::Included(start) => key >= start,
            Bound::Excluded(start) => key > start,
            Bound::Unbounded => true,
        }
    }

    /// Whether `key` lies before the end of the range.
    fn is_before_end(&self, key: &[u8]) -> bool {
        match self.end {
            Bound::Included(end) => key <= end,
            Bound::Excluded(end) => key < end,
            Bound::Unbounded => true,
        }
    }
}

/// The part of a node and its subtrees that can lie in a range.
struct Span {
    /// The first entry in the range.
    from: usize,
    /// The first entry after the range; not above `from` if no entry is in it.
    to: usize,
    /// Whether smaller entries can lie in it.
    left: bool,
    /// Whether larger entries can lie in it.
    right: bool,
}

/// The number of entries of `node` that satisfy `holds`, which must be a prefix. It checks
/// the outermost entries first, because most nodes on the way down lie wholly on one side.
fn partition_point(node: &Node<'_>, holds: impl Fn(&[u8]) -> bool) -> usize {
    let holds_at = |index| node.pairs().nth(index).is_some_and(|(key, _)| holds(key));
    if !holds_at(0) {
        return 0;
    }
    let (mut low, mut high) = (0, node.len());
    if holds_at(high - 1) {
        return high;
    }
    // Entry `low` holds; entry `high` doesn't.
    while high - low > 1 {
        let middle = low.midpoint(high);
        if holds_at(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
