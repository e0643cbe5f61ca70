//! `headcount completions` and `headcount man`: scripts for shells, and manual pages.

use std::io::Write;
use std::path::Path;

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::args::Args;
use crate::failure::{Failure, Result};

pub(super) fn completions(shell: Shell, out: &mut dyn Write) -> Result<()> {
    // The generator panics if a write fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "headcount", &mut script);
    if shell == Shell::Fish {
        script.extend_from_slice(fish_shells().as_bytes());
    }
    Ok(out.write_all(&script)?)
}

/// The line that completes the shells in `headcount completions SHELL`: the generator leaves
/// arguments out, so that fish offers the names of files.
fn fish_shells() -> String {
    let shells = Shell::value_variants().iter().map(ToString::to_string);
    format!(
        "complete -c headcount -n \"__fish_headcount_using_subcommand completions\" -f -a \"{}\"\n",
        shells.collect::<Vec<_>>().join(" ")
    )
}

/// The page of the command, or all pages to the folder.
pub(super) fn man(folder: Option<&Path>, mut out: &mut dyn Write) -> Result<()> {
    let Some(folder) = folder else {
        return Ok(clap_mangen::Man::new(Args::command()).render(&mut out)?);
    };
    clap_mangen::generate_to(Args::command(), folder).map_err(|error| {
        Failure::io(
            &format!("can't write pages to {}", folder.display()),
            &error,
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    /// Calls `visit(path, command)` for the command and all below it, such as
    /// `["headcount", "users", "list"]`.
    fn walk(
        command: &Command,
        path: &mut Vec<String>,
        visit: &mut impl FnMut(&[String], &Command),
    ) {
        path.push(command.get_name().to_owned());
        visit(path, command);
        for below in command.get_subcommands().filter(|c| !c.is_hide_set()) {
            walk(below, path, visit);
        }
        path.pop();
    }

    fn options(command: &Command) -> Vec<String> {
        let options = command.get_arguments().filter(|arg| !arg.is_hide_set());
        options
            .filter_map(|arg| Some(arg.get_long()?.to_owned()))
            .collect()
    }

    fn built() -> Command {
        let mut command = Args::command();
        command.build();
        command
    }

    #[test]
    fn shells_complete_every_command_and_option() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            completions(shell, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            let mut seen = 0;
            walk(&built(), &mut Vec::new(), &mut |path, command| {
                let name = path.last().unwrap();
                assert!(script.contains(&**name), "{shell}: {path:?}");
                for option in options(command) {
                    let typed = match shell {
                        Shell::Fish => format!(" -l {option}"),
                        _ => format!("--{option}"),
                    };
                    assert!(script.contains(&typed), "{shell}: {path:?} {option}");
                    seen += 1;
                }
            });
            assert!(seen > 300, "{seen}");
        }
    }

    #[test]
    fn every_command_has_a_page_with_its_options() {
        let folder = tempfile::tempdir().unwrap();
        man(Some(folder.path()), &mut Vec::new()).unwrap();
        walk(&built(), &mut Vec::new(), &mut |path, command| {
            if path.last().is_some_and(|name| name == "help") || path.iter().any(|n| n == "help") {
                return;
            }
            let page = folder.path().join(format!("{}.1", path.join("-")));
            let page = std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("{page:?}"));
            for option in options(command) {
                let typed = format!("\\-\\-{}", option.replace('-', "\\-"));
                assert!(page.contains(&typed), "{path:?} {option}");
            }
        });
    }
}
