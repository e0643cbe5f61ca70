//! `headcount completions` and `headcount man`: what a shell and `man` know of it.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::failure::{Failure, Result};

pub(super) fn completions(shell: Shell, out: &mut dyn Write) -> Result<()> {
    // It panics where it can't write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "headcount", &mut script);
    Ok(out.write_all(&script)?)
}

/// The page of the command, or all pages to the folder.
pub(super) fn man(folder: Option<&Path>, mut out: &mut dyn Write) -> Result<()> {
    let Some(folder) = folder else {
        return Ok(clap_mangen::Man::new(Args::command()).render(&mut out)?);
    };
    clap_mangen::generate_to(Args::command(), folder).map_err(|error| {
        let folder = folder.display();
        Failure::refused("io", format!("can't write pages to {folder}: {error}"))
    })
}
