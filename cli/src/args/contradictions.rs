//! Options that a command can't honor: a format that is not JSON beside `--json`, or an actor.

use super::{Args, Command, ExportFormat, ListArgs, ListFormat, StatsFormat, UsersCommand};

impl Args {
    /// Whether programs read standard output, so that no line of it may be wrapped.
    pub(crate) fn prints_data(&self) -> bool {
        let is_data = match &self.command {
            Command::Users(UsersCommand::List(list)) => list.is_data(),
            Command::Search(search) => search.list.is_data(),
            Command::Export(export) => export.output.is_none(),
            Command::Stats(stats) => stats.is_data(),
            Command::Completions { .. } | Command::Man { .. } => true,
            _ => false,
        };
        self.json || is_data
    }

    /// The output that was requested beside `--json` although it is not one JSON document.
    pub(crate) fn contradicts_json(&self) -> Option<&'static str> {
        if !self.json {
            return None;
        }
        match &self.command {
            Command::Users(UsersCommand::List(list)) => of_list(list),
            Command::Search(search) => of_list(&search.list),
            Command::Stats(stats) => match stats.format? {
                StatsFormat::Table => Some("--format table"),
                StatsFormat::Prometheus => Some("--format prometheus"),
                StatsFormat::Json => None,
            },
            Command::Export(export) if export.output.is_none() => match export.format {
                ExportFormat::Jsonl => Some("an export as jsonl without --output"),
                ExportFormat::Csv => Some("an export as csv without --output"),
                ExportFormat::Keycloak => None,
            },
            Command::Completions { .. } => Some("a completion script"),
            Command::Man { .. } => Some("a manual page"),
            _ => None,
        }
    }
}

impl Command {
    /// Whether the command takes an actor.
    pub(crate) fn has_actor(&self) -> bool {
        !matches!(
            self,
            Self::Restore(_)
                | Self::Compact
                | Self::Doctor
                | Self::Bench(_)
                | Self::Verify(_)
                | Self::Repair(_)
                | Self::Serve(_)
                | Self::Completions { .. }
                | Self::Man { .. }
        )
    }
}

fn of_list(list: &ListArgs) -> Option<&'static str> {
    match list.format? {
        ListFormat::Table => Some("--format table"),
        ListFormat::Jsonl => Some("--format jsonl"),
        ListFormat::Csv => Some("--format csv"),
        ListFormat::Json => None,
    }
}
