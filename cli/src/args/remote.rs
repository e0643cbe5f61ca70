//! The server that a command works through.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The heading of the options that every command has.
pub(super) const GLOBAL: &str = "Global options";

/// A key, which nothing prints.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) String);

impl FromStr for Key {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct RemoteArgs {
    /// Work through the server that has the file open, at this address; the default is
    /// `HEADCOUNT_SERVER` in the environment, unless --db names a file
    #[arg(long, global = true, value_name = "URL", conflicts_with = "db", help_heading = GLOBAL)]
    pub(crate) server: Option<String>,

    /// A file with the key for the server
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    pub(crate) key_file: Option<PathBuf>,

    /// The key itself, visible to other users of this machine; the default is
    /// `HEADCOUNT_KEY` in the environment
    #[arg(
        long,
        global = true,
        value_name = "KEY",
        conflicts_with = "key_file",
        help_heading = GLOBAL
    )]
    pub(crate) key: Option<Key>,

    /// A file with the certificates (PEM) to trust instead of the system's
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    pub(crate) ca_file: Option<PathBuf>,
}
