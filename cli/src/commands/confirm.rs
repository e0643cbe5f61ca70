//! Asks for confirmation before a change that can't be undone.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::args::Yes;
use crate::failure::{Failure, Result};
use crate::output::safe;
use crate::wrap;

/// Makes sure that `what` is meant: asks on a terminal, and refuses without one.
pub(super) fn confirm(what: &str, yes: Yes) -> Result<()> {
    if yes.yes {
        return Ok(());
    }
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(not_confirmed(&format!(
            "{what} can't be undone, and there is no terminal to ask on; pass --yes to confirm"
        )));
    }
    // A question that can't be shown is not answered.
    let question = format!("{} can't be undone. Continue? [y/N] ", safe(what));
    let width = wrap::stderr_width().unwrap_or(usize::MAX);
    write!(stderr, "{}", wrap::wrapped(&question, width))
        .and_then(|()| stderr.flush())
        .map_err(|_| not_confirmed("nobody confirmed; nothing was changed"))?;
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    let answer = answer.trim_ascii();
    if read.is_ok()
        && ["y", "yes"]
            .iter()
            .any(|yes| answer.eq_ignore_ascii_case(yes))
    {
        return Ok(());
    }
    Err(not_confirmed("nothing was changed"))
}

fn not_confirmed(message: &str) -> Failure {
    Failure::refused("not_confirmed", message)
}
