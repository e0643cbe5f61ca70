//! The C decoder of packed records as a program, built for the address sanitizer and the one
//! for undefined behavior: the library's own tests can't link C.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::testkit::skip;

pub(super) struct Decoder {
    process: Child,
    pipes: RefCell<(ChildStdin, ChildStdout)>,
}

impl Decoder {
    /// Compiles and starts it; `None` if there is no gcc with both sanitizers, and the test
    /// is skipped.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if !has_sanitizers(folder.path()) {
            skip::skip("it needs gcc with the libraries of its sanitizers");
            return None;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = folder.path().join("decoder");
        let gcc = Command::new("gcc")
            .args(["-std=gnu99", "-g", "-O1", "-Wall", "-Wextra", "-Werror"])
            .args(SANITIZERS)
            .arg("-I")
            .arg(root.join("include"))
            .args(["packed_fields.c", "packed_program.c"].map(|file| root.join("fuzz").join(file)))
            .arg("-o")
            .arg(&program)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&gcc.stderr);
        assert!(gcc.status.success(), "{said}");
        let mut process = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pipes = (
            process.stdin.take().unwrap(),
            process.stdout.take().unwrap(),
        );
        Some(Self {
            process,
            pipes: RefCell::new(pipes),
        })
    }

    /// The fields of a batch as `fuzz/packed_fields.c` writes them; `None` if it is refused.
    pub fn decode(&self, batch: &[u8]) -> Option<Vec<u8>> {
        let (input, output) = &mut *self.pipes.borrow_mut();
        let length = u32::try_from(batch.len()).unwrap();
        input.write_all(&length.to_le_bytes()).unwrap();
        input.write_all(batch).unwrap();
        let mut answer = [0; 5];
        let ended = "the decoder ended; the sanitizers say why";
        output.read_exact(&mut answer).expect(ended);
        let [is_whole, length @ ..] = answer;
        let mut fields = vec![0; u32::from_le_bytes(length).try_into().unwrap()];
        output.read_exact(&mut fields).expect(ended);
        (is_whole == 1).then_some(fields)
    }
}

const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// Whether gcc builds an empty program with the sanitizers, in `folder`.
fn has_sanitizers(folder: &Path) -> bool {
    let source = folder.join("empty.c");
    std::fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(SANITIZERS).arg(source);
    let built = gcc.arg("-o").arg(folder.join("empty")).output();
    built.is_ok_and(|built| built.status.success())
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
