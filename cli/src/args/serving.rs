//! The command line of `headcount serve` and `headcount keys`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use headcount::Timestamp;
use headcount_server::Scope;

/// What `headcount serve` offers, at length.
const SERVE_HELP: &str = "\
It serves the platform's own wire, so that the platform's SDK works against it:
set WALLAROO_URL to the address, WALLAROO_SDK_AUTH_TYPE to token, and
WALLAROO_SDK_CREDENTIALS to a file that `headcount keys create --credentials`
wrote. Health is at /healthz and /readyz, and metrics at /metrics.

The server has the directory's file to itself while it runs: make the first key
before, or have it made with --first-key. It ends on Ctrl-C or SIGTERM, when the
requests under way are answered.";

#[derive(Debug, clap::Args)]
#[command(after_help = SERVE_HELP)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 is a free one
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "HEADCOUNT_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: SocketAddr,
    /// Listen beyond this machine although nothing is encrypted: only behind a proxy
    /// that does that
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// When there is no key yet, make one with the scope admin and write it to this
    /// new file
    #[arg(long, value_name = "FILE")]
    pub(crate) first_key: Option<PathBuf>,
    /// Requests a second that one key may make
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) key_rate: u32,
    /// Connections that may be open at once
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) connections: usize,
    /// Also serve metrics and health here, without a key
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Have SCIM create and leave users inactive where no seat is free, instead of refusing
    #[arg(long)]
    pub(crate) scim_inactive_when_full: bool,
}

impl ServeArgs {
    /// Whether others than this machine could connect without anybody having said that
    /// they may.
    pub(crate) fn is_exposed(&self) -> bool {
        let is_local = match self.listen.ip() {
            IpAddr::V4(address) => address.is_loopback(),
            IpAddr::V6(address) => address.is_loopback(),
        };
        !is_local && !self.plain_http
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key for the server and print it, which is done only once
    Create(CreateKeyArgs),
    /// List the keys, without their secrets
    #[command(visible_alias = "ls")]
    List,
    /// Remove a key for good
    Revoke {
        /// The key's id, as `headcount keys list` has it
        id: String,
    },
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("holder").required(true))]
pub(crate) struct CreateKeyArgs {
    /// What the key is for
    pub(crate) name: String,
    /// The id, email or username of the user whose key it is: it works while the user is active
    #[arg(long, group = "holder")]
    pub(crate) user: Option<String>,
    /// The name of a program whose key it is, such as an identity provider
    #[arg(long, value_name = "NAME", group = "holder")]
    pub(crate) provisioner: Option<String>,
    /// read, write (and read), admin (and both) or scim; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", default_value = "read")]
    pub(crate) scopes: Vec<Scope>,
    /// When the key ends, such as 2027-01-31T00:00:00Z; never unless given
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Option<Timestamp>,
    /// Write the key to this new file as credentials of the platform's SDK, and don't
    /// print it
    #[arg(long, value_name = "FILE", conflicts_with = "provisioner")]
    pub(crate) credentials: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::{Args, Command};

    fn is_exposed(arguments: &[&str]) -> bool {
        let line = ["headcount", "serve"].iter().chain(arguments);
        match Args::try_parse_from(line).unwrap().command {
            Command::Serve(serve) => serve.is_exposed(),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn only_loopback_is_served_without_being_asked_for() {
        assert!(!is_exposed(&[]));
        assert!(!is_exposed(&["--listen", "[::1]:80"]));
        assert!(!is_exposed(&["--listen", "127.8.8.8:80"]));
        assert!(is_exposed(&["--listen", "0.0.0.0:80"]));
        assert!(is_exposed(&["--listen", "[::]:80"]));
        assert!(is_exposed(&["--listen", "10.0.0.1:80"]));
        assert!(!is_exposed(&["--listen", "0.0.0.0:80", "--plain-http"]));
    }
}
