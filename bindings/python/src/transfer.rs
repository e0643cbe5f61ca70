//! A file object of Python's, as the library reads and writes.

use std::io::{self, Read, Write};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A binary file, and the exception that it raised.
pub(crate) struct File {
    file: Py<PyAny>,
    raised: Option<PyErr>,
}

impl File {
    /// A file to write to.
    pub(crate) fn to_write(file: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::new(file, "write", "wb")
    }

    /// A file to read from.
    pub(crate) fn to_read(file: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::new(file, "read", "rb")
    }

    /// Refuses a path, and a file of text, in words.
    fn new(file: &Bound<'_, PyAny>, method: &str, mode: &str) -> PyResult<Self> {
        let text = file.py().import("io")?.getattr("TextIOBase")?;
        if !file.hasattr(method)? || file.is_instance(&text)? {
            return Err(PyTypeError::new_err(format!(
                "give a binary file, as open(path, '{mode}') returns, not {}",
                file.get_type().name()?
            )));
        }
        Ok(Self {
            file: file.clone().unbind(),
            raised: None,
        })
    }

    /// The result of a call that used the file, or else what the file raised.
    pub(crate) fn raised<T>(self, result: PyResult<T>) -> PyResult<T> {
        match self.raised {
            Some(raised) => Err(raised),
            None => result,
        }
    }

    fn call<T>(&mut self, method: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>) -> io::Result<T> {
        Python::attach(|py| method(self.file.bind(py))).map_err(|error| {
            let told = io::Error::other(error.to_string());
            self.raised = Some(error);
            told
        })
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // An unbuffered file may take a part only, or None of it.
        let taken: Option<usize> = self.call(|file| {
            let bytes = PyBytes::new(file.py(), bytes);
            file.call_method1("write", (bytes,))?.extract()
        })?;
        Ok(taken.unwrap_or(0).min(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.call(|file| {
            if file.hasattr("flush")? {
                file.call_method0("flush")?;
            }
            Ok(())
        })
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len();
        self.call(|file| {
            let read = file.call_method1("read", (wanted,))?;
            let read = read.cast::<PyBytes>()?.as_bytes();
            let room = buffer.get_mut(..read.len()).ok_or_else(|| {
                let length = read.len();
                PyValueError::new_err(format!("read({wanted}) returned {length} bytes"))
            })?;
            room.copy_from_slice(read);
            Ok(read.len())
        })
    }
}
