//! The engine without a file: the oracle the others are compared with, and what
//! an in-memory directory runs on.
//!
//! A state is a persistent map, so a snapshot shares it and a transaction works
//! on its own copy, of which only the changed chunks are new.

use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use immutable_chunkmap::map::{self, NodeRef};

use super::{Engine, Inspect, KeyRange, Order, Read, Write};
use crate::error::{Error, ErrorKind, Result};

/// How many entries share an allocation. Each change copies one chunk, so fewer
/// make writing quicker; more make the tree flatter.
const CHUNK_ENTRIES: usize = 64;

/// A persistent map: cloning one is cheap, and changing a clone leaves the other.
type Map = map::Map<Arc<[u8]>, Arc<[u8]>, CHUNK_ENTRIES>;
/// A node of a map's tree: some entries, smaller ones to the left, larger to the right.
type Node<'a> = NodeRef<'a, Arc<[u8]>, Arc<[u8]>, CHUNK_ENTRIES>;

/// An ordered map in memory.
pub(crate) struct Memory {
    /// The latest committed state; `None` once closed. Written only while
    /// `writer` is held.
    published: ArcSwapOption<Map>,
    /// Held by the one writer. It guards no data, so a panic under it leaves
    /// nothing unsound: a transaction that did not finish was never published.
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
        let mut draft = Draft {
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

    fn transact<T>(&self, mut body: impl FnMut(&mut Txn<'_>) -> Result<T>) -> Result<T> {
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
    /// Which state this is, without holding it.
    pub(crate) fn id(&self) -> StateId {
        StateId(Arc::downgrade(&self.0))
    }
}

/// Tells a state from others. Its memory is not given to another one meanwhile.
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
    /// Nothing in memory is damaged.
    fn each_damaged(&self, _: impl FnMut(&[u8], &[u8])) -> Result<()> {
        Ok(())
    }
}

/// What a transaction works on.
struct Draft {
    /// The state with the transaction's writes.
    map: Map,
    /// Whether there were any.
    changed: bool,
}

/// A transaction under way.
pub(crate) struct Txn<'t>(&'t mut Draft);

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
        // The map removes by its own key type only, which what it holds lends.
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
    // Broken off or at the end, it is over.
    let _ = match order {
        Order::Ascending => scan.up(map.root()),
        Order::Descending => scan.down(map.root()),
    };
}

/// One scan, on its way through the tree.
struct Scan<'r, V> {
    /// Where the range begins.
    start: Bound<&'r [u8]>,
    /// Where it ends.
    end: Bound<&'r [u8]>,
    /// Sees each entry of it.
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

    /// What of `node` lies in the range.
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

    /// Whether `key` lies in the range as far as its beginning goes.
    fn is_after_start(&self, key: &[u8]) -> bool {
        match self.start {
            Bound::Included(start) => key >= start,
            Bound::Excluded(start) => key > start,
            Bound::Unbounded => true,
        }
    }

    /// Whether `key` lies in the range as far as its end goes.
    fn is_before_end(&self, key: &[u8]) -> bool {
        match self.end {
            Bound::Included(end) => key <= end,
            Bound::Excluded(end) => key < end,
            Bound::Unbounded => true,
        }
    }
}

/// What of a node and below it can lie in a range.
struct Span {
    /// The first of its entries that does.
    from: usize,
    /// The first entry behind them; not above `from` if there are none.
    to: usize,
    /// Whether smaller entries can.
    left: bool,
    /// Whether larger entries can.
    right: bool,
}

/// How many of the first entries of `node` satisfy `holds`, which no entry does
/// after one that doesn't. Looks at the outermost first: on the way down most
/// nodes lie wholly on one side.
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
