//! The structs of Arrow's C data and C stream interfaces, which hand memory to others and
//! are told when they are done with it. This is the only unsafe code of the binding.
//!
//! Who holds a struct calls its `release` once; until then what it points to stays where
//! it is. A struct that was moved away has no `release` any more.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

use super::Batches;

/// `EIO`, which is what the interface asks for.
const FAILED: c_int = 5;
const NULLABLE: i64 = 2;

/// What a column is called and what is in it.
pub(super) struct Schema {
    name: &'static CStr,
    format: &'static CStr,
    nullable: bool,
    children: Vec<Schema>,
}

impl Schema {
    pub(super) fn new(name: &'static CStr, format: &'static CStr, nullable: bool) -> Self {
        Self {
            name,
            format,
            nullable,
            children: Vec::new(),
        }
    }

    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    fn export(self) -> ArrowSchema {
        let children = Children::new(self.children.into_iter().map(Self::export));
        let (n_children, pointers) = children.shape();
        ArrowSchema {
            format: self.format.as_ptr(),
            name: self.name.as_ptr(),
            metadata: ptr::null(),
            flags: if self.nullable { NULLABLE } else { 0 },
            n_children,
            children: pointers,
            dictionary: ptr::null_mut(),
            release: Some(release_schema),
            private_data: Box::into_raw(Box::new(children)).cast(),
        }
    }
}

/// The memory behind a pointer of an array.
pub(super) enum Buffer {
    None,
    Bytes(Vec<u8>),
    Offsets(Vec<i32>),
    Numbers(Vec<u64>),
}

impl Buffer {
    fn pointer(&self) -> *const c_void {
        match self {
            Self::None => ptr::null(),
            Self::Bytes(bytes) => bytes.as_ptr().cast(),
            Self::Offsets(offsets) => offsets.as_ptr().cast(),
            Self::Numbers(numbers) => numbers.as_ptr().cast(),
        }
    }
}

/// A column of a batch, or the batch.
pub(super) struct Array {
    rows: usize,
    nulls: usize,
    buffers: Vec<Buffer>,
    children: Vec<Array>,
}

impl Array {
    pub(super) fn new(rows: usize, buffers: Vec<Buffer>) -> Self {
        Self {
            rows,
            nulls: 0,
            buffers,
            children: Vec::new(),
        }
    }

    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(super) fn with_nulls(mut self, nulls: usize) -> Self {
        self.nulls = nulls;
        self
    }

    fn export(self) -> ArrowArray {
        let children = Children::new(self.children.into_iter().map(Self::export));
        let (n_children, child_pointers) = children.shape();
        let pointers = self.buffers.iter().map(Buffer::pointer).collect::<Vec<_>>();
        let owned = Box::new(OwnedArray {
            pointers,
            _buffers: self.buffers,
            _children: children,
        });
        ArrowArray {
            length: signed(self.rows),
            null_count: signed(self.nulls),
            offset: 0,
            n_buffers: signed(owned.pointers.len()),
            n_children,
            buffers: owned.pointers.as_ptr().cast_mut(),
            children: child_pointers,
            dictionary: ptr::null_mut(),
            release: Some(release_array),
            private_data: Box::into_raw(owned).cast(),
        }
    }
}

/// A count as the interface has it.
fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What an exported array points to.
struct OwnedArray {
    pointers: Vec<*const c_void>,
    _buffers: Vec<Buffer>,
    _children: Children<ArrowArray>,
}

/// The children of an exported struct, each in a place of its own, since a consumer may
/// move them away one by one.
struct Children<T: Released>(Vec<*mut T>);

impl<T: Released> Children<T> {
    fn new(children: impl Iterator<Item = T>) -> Self {
        Self(
            children
                .map(|child| Box::into_raw(Box::new(child)))
                .collect(),
        )
    }

    fn shape(&self) -> (i64, *mut *mut T) {
        (signed(self.0.len()), self.0.as_ptr().cast_mut())
    }
}

impl<T: Released> Drop for Children<T> {
    fn drop(&mut self) {
        for child in &self.0 {
            // SAFETY: each pointer came out of a box in `new`, and this is the only place
            // that takes it back.
            let mut child = unsafe { Box::from_raw(*child) };
            child.release();
        }
    }
}

/// What has a `release` to be called, unless it was moved away.
trait Released {
    fn release(&mut self);
}

#[repr(C)]
struct ArrowSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut ArrowSchema,
    dictionary: *mut ArrowSchema,
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    private_data: *mut c_void,
}

impl Released for ArrowSchema {
    fn release(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: a struct that has a `release` is one that nobody released.
            unsafe { release(self) };
        }
    }
}

unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: the interface calls this with a struct that `Schema::export` made, or a copy
    // of it, once.
    unsafe {
        drop(Box::from_raw(
            (*schema).private_data.cast::<Children<ArrowSchema>>(),
        ));
        (*schema).release = None;
    }
}

#[repr(C)]
struct ArrowArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut ArrowArray,
    dictionary: *mut ArrowArray,
    release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    private_data: *mut c_void,
}

impl ArrowArray {
    /// What says that no batch is left: an array that is released.
    fn end() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: ptr::null_mut(),
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }
}

impl Released for ArrowArray {
    fn release(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: a struct that has a `release` is one that nobody released.
            unsafe { release(self) };
        }
    }
}

unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: the interface calls this with a struct that `Array::export` made, or a copy
    // of it, once.
    unsafe {
        drop(Box::from_raw((*array).private_data.cast::<OwnedArray>()));
        (*array).release = None;
    }
}

/// The stream as it is in the capsule. A consumer takes it out and leaves it released.
#[repr(C)]
pub(super) struct Stream {
    get_schema: unsafe extern "C" fn(*mut Stream, *mut ArrowSchema) -> c_int,
    get_next: unsafe extern "C" fn(*mut Stream, *mut ArrowArray) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut Stream) -> *const c_char,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

// SAFETY: what is behind the pointer is a `Source`, which is `Send`, and of this stream
// alone.
unsafe impl Send for Stream {}

/// What a stream reads from, and the last error in words.
struct Source {
    batches: Batches,
    error: CString,
}

impl Stream {
    pub(super) fn new(batches: Batches) -> Self {
        let source = Box::new(Source {
            batches,
            error: CString::default(),
        });
        Self {
            get_schema,
            get_next,
            get_last_error,
            release: Some(release_stream),
            private_data: Box::into_raw(source).cast(),
        }
    }
}

/// Runs when the capsule goes: releases a stream that nobody took.
impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: a stream that has a `release` is one that nobody released.
            unsafe { release(self) };
        }
    }
}

unsafe extern "C" fn get_schema(_stream: *mut Stream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: the caller gives a place for a schema, whatever is in it.
    unsafe { out.write(Batches::schema().export()) };
    0
}

/// A panic must not leave a function that C calls: it would abort the process, which is
/// what Rust does for `extern "C"` by itself.
unsafe extern "C" fn get_next(stream: *mut Stream, out: *mut ArrowArray) -> c_int {
    // SAFETY: the caller gives a stream that isn't released, one call at a time.
    let source = unsafe { &mut *(*stream).private_data.cast::<Source>() };
    let array = match source.batches.next() {
        Ok(Some(batch)) => batch.export(),
        Ok(None) => ArrowArray::end(),
        Err(error) => {
            source.error = CString::new(error.to_string()).unwrap_or_default();
            return FAILED;
        }
    };
    // SAFETY: the caller gives a place for an array, whatever is in it.
    unsafe { out.write(array) };
    0
}

unsafe extern "C" fn get_last_error(stream: *mut Stream) -> *const c_char {
    // SAFETY: as in `get_next`. The text stays until the next call.
    unsafe { (*(*stream).private_data.cast::<Source>()).error.as_ptr() }
}

unsafe extern "C" fn release_stream(stream: *mut Stream) {
    // SAFETY: the interface calls this with a struct that `Stream::new` made, or a copy of
    // it, once.
    unsafe {
        drop(Box::from_raw((*stream).private_data.cast::<Source>()));
        (*stream).release = None;
    }
}
