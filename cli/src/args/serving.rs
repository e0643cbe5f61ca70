//! The command line of `headcount serve` and `headcount keys`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use headcount::Timestamp;
use headcount_server::{Issuer, Login, Scope, Tls, is_private};
use log::LevelFilter;

use super::values::{address, at_least_1, expiry, log_level, token_scope, url};

/// The long help of `headcount serve`.
const SERVE_HELP: &str = "\
It serves the platform's own wire, so that the platform's SDK works against it:
set WALLAROO_URL to the address, WALLAROO_SDK_AUTH_TYPE to token, and
WALLAROO_SDK_CREDENTIALS to a file that `headcount keys create --credentials`
wrote. Health is at /healthz and /readyz, and metrics at /metrics.

The server has the directory's file to itself while it runs: make the first key
before, or have it made with --first-key. It ends on Ctrl-C or SIGTERM, when the
requests under way are answered.

Examples:
  headcount serve --first-key admin.key
  headcount serve --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key";

const CREATE_KEY_HELP: &str = "\
Examples:
  headcount keys create laptop --user ann@ex.co --scope admin
  headcount keys create okta --provisioner okta --scope scim --expires 2099-01-31
  headcount keys create sdk --user ann@ex.co --credentials ann.json";

const LIST_KEYS_HELP: &str = "\
Examples:
  headcount keys list
  headcount keys list --revoked --json";

const REVOKE_HELP: &str = "\
Examples:
  headcount keys revoke 6f1c2a9e04b7d358";

#[derive(Debug, clap::Args)]
#[command(after_help = SERVE_HELP)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 is a free one
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "HEADCOUNT_LISTEN",
        default_value = "127.0.0.1:8080",
        value_parser = address
    )]
    pub(crate) listen: SocketAddr,
    /// The certificate to encrypt with, and those between it and its root, as PEM; new
    /// files are taken within seconds
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Listen beyond this machine although nothing is encrypted: only behind a proxy
    /// that does that
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) plain_http: bool,
    #[command(flatten)]
    pub(crate) issuer: IssuerArgs,
    /// When there is no key yet, make one with the scope admin and write it to this
    /// new file
    #[arg(long, value_name = "FILE")]
    pub(crate) first_key: Option<PathBuf>,
    /// Requests a second that one key may make
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000,
        value_parser = at_least_1::<u32>,
        allow_negative_numbers = true
    )]
    pub(crate) key_rate: u32,
    /// Connections that may be open at once
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        value_parser = at_least_1::<usize>,
        allow_negative_numbers = true
    )]
    pub(crate) connections: usize,
    /// What to log to standard error: nothing (off), error, and in addition warn, info, debug
    #[arg(
        long,
        value_name = "LEVEL",
        env = "HEADCOUNT_LOG",
        default_value = "info",
        value_parser = log_level
    )]
    pub(crate) log: LevelFilter,
    /// Also serve metrics and health here, without a key
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    pub(crate) metrics: Option<SocketAddr>,
    /// Serve --metrics beyond this machine, although they need no key and are never encrypted
    #[arg(long, requires = "metrics")]
    pub(crate) plain_metrics: bool,
    /// Have SCIM create and leave users inactive where no seat is free, instead of refusing
    #[arg(long)]
    pub(crate) scim_inactive_when_full: bool,
}

/// An address that other machines reach, where nothing is encrypted.
pub(crate) enum Exposed {
    Server(SocketAddr),
    Metrics(SocketAddr),
}

impl ServeArgs {
    /// The certificate and its key, if both are given.
    pub(crate) fn tls(&self) -> Option<Tls> {
        Some(Tls {
            certificates: self.tls_cert.clone()?,
            key: self.tls_key.clone()?,
        })
    }

    /// An address where other machines could connect without encryption, although nobody allowed
    /// that. Metrics are never encrypted.
    pub(crate) fn exposed(&self) -> Option<Exposed> {
        let is_remote = |address: &SocketAddr| !address.ip().is_loopback();
        if is_remote(&self.listen) && !self.plain_http && self.tls_cert.is_none() {
            return Some(Exposed::Server(self.listen));
        }
        let metrics = self.metrics.filter(is_remote)?;
        (!self.plain_metrics).then_some(Exposed::Metrics(metrics))
    }
}

/// The identity provider whose tokens are accepted.
#[derive(Debug, clap::Args)]
pub(crate) struct IssuerArgs {
    /// Also take tokens (JWTs) of this identity provider: its URL, as tokens have it in iss
    #[arg(long, value_name = "URL", requires = "audience")]
    issuer: Option<String>,
    /// What the provider's tokens have in aud
    #[arg(long, value_name = "NAME", requires = "issuer")]
    audience: Option<String>,
    /// Where the provider's keys are, if it has no .well-known/openid-configuration
    #[arg(long, value_name = "URL", requires = "issuer", value_parser = url)]
    jwks: Option<String>,
    /// The claim that tells the user: sub for their id, email for their verified email,
    /// any other for their username
    #[arg(long, value_name = "CLAIM", default_value = "sub", requires = "issuer")]
    user_claim: String,
    /// What users with tokens may do: read or write; the directory's admins have admin
    #[arg(
        long,
        value_name = "SCOPE",
        default_value = "read",
        requires = "issuer",
        value_parser = token_scope
    )]
    token_scope: Scope,
    /// Have people log in to the page by the provider, which knows the page by this id; it
    /// has to send browsers back to PUBLIC-URL/admin/oidc/callback
    #[arg(long, value_name = "ID", requires_all = ["issuer", "public_url"])]
    login_client: Option<String>,
    /// A file with the secret of that client, for a provider that wants one
    #[arg(long, value_name = "FILE", requires = "login_client")]
    pub(crate) login_secret: Option<PathBuf>,
    /// Where browsers reach the server, such as <https://users.ex.co>
    #[arg(long, value_name = "URL", requires = "login_client", value_parser = url)]
    public_url: Option<String>,
    /// Relay the SDK's own logins to the openid-connect folder of an identity provider
    #[arg(long, value_name = "URL", value_parser = url)]
    pub(crate) relay: Option<String>,
}

impl IssuerArgs {
    /// A URL of the provider that the server would not connect to, because others could read and
    /// change what is sent. With the URL of its keys, that of the issuer is only a name, except
    /// for people's logins.
    pub(crate) fn unencrypted(&self) -> Option<&str> {
        let is_name = self.jwks.is_some() && self.login_client.is_none();
        let issuer = self.issuer.as_deref().filter(|_| !is_name);
        let mut urls = [issuer, self.jwks.as_deref(), self.relay.as_deref()]
            .into_iter()
            .flatten();
        urls.find(|url| !is_private(url))
    }

    /// The provider, if one was named, with the secret of the page's login.
    pub(crate) fn issuer(&self, login_secret: Option<String>) -> Option<Issuer> {
        let mut issuer = Issuer::new(self.issuer.clone()?, self.audience.clone()?);
        issuer.jwks_url.clone_from(&self.jwks);
        issuer.user_claim.clone_from(&self.user_claim);
        issuer.scope = self.token_scope;
        if let (Some(client), Some(url)) = (&self.login_client, &self.public_url) {
            let mut login = Login::new(client, url);
            login.client_secret = login_secret;
            issuer.login = Some(login);
        }
        Some(issuer)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key for the server and print it, which is done only once
    Create(CreateKeyArgs),
    /// List the keys, without their secrets
    #[command(visible_alias = "ls", after_help = LIST_KEYS_HELP)]
    List {
        /// List the latest 1,000 keys that were revoked instead, and who revoked them
        #[arg(long)]
        revoked: bool,
    },
    /// Remove a key for good
    #[command(after_help = REVOKE_HELP)]
    Revoke {
        /// The key's id, as `headcount keys list` shows it
        id: String,
    },
}

#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("holder").required(true), after_help = CREATE_KEY_HELP)]
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
    /// When the key expires, such as 2027-01-31 or 2027-01-31T08:00:00Z; never by default
    #[arg(long, value_name = "TIME", value_parser = expiry, allow_hyphen_values = true)]
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
            Command::Serve(serve) => serve.exposed().is_some(),
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
        let files = [
            "--listen",
            "0.0.0.0:80",
            "--tls-cert",
            "c",
            "--tls-key",
            "k",
        ];
        assert!(!is_exposed(&files));
        let metrics = |address| [&files[..], &["--metrics", address]].concat();
        assert!(!is_exposed(&metrics("127.0.0.1:9090")));
        assert!(is_exposed(&metrics("0.0.0.0:9090")));
        assert!(!is_exposed(
            &[&metrics("0.0.0.0:9090")[..], &["--plain-metrics"]].concat()
        ));
    }

    #[test]
    fn tokens_read_or_write() {
        for (scope, is_one) in [
            ("read", true),
            ("write", true),
            ("admin", false),
            ("scim", false),
        ] {
            let line = format!(
                "headcount serve --issuer https://id.ex.co --audience x --token-scope {scope}"
            );
            let parsed = Args::try_parse_from(line.split(' '));
            assert_eq!(parsed.is_ok(), is_one, "{scope}");
        }
    }
}
