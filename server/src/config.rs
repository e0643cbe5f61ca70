//! The limits of a server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::issuer::Issuer;

/// The certificate and key of [`serve`](crate::serve). Changed files are reloaded within
/// seconds.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate followed by the intermediate ones, as PEM.
    pub certificates: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
}

/// The limits of a server. The defaults suit a platform with a few hundred thousand users.
///
/// ```
/// use headcount_server::Config;
///
/// let config = Config { connections_max: 100, ..Config::default() };
/// assert_eq!(config.body_bytes_max, 1024 * 1024);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// The largest request body, in bytes; larger ones get 413.
    pub body_bytes_max: usize,
    /// The largest batch by REST, in bytes: 16 MiB hold about 100,000 operations.
    pub batch_bytes_max: usize,
    /// The largest GraphQL document, in bytes.
    pub graphql_bytes_max: usize,
    /// How deeply a GraphQL document may be nested, including its fragments. The introspection
    /// query of common clients needs about 20.
    pub graphql_depth_max: usize,
    /// The largest request head, in bytes.
    pub head_bytes_max: usize,
    /// How long a client may take to send the head of a request; an idle connection is
    /// closed after this.
    pub head_timeout: Duration,
    /// How long the system may accept no bytes of a response, because its buffers are full and the
    /// client does not read, before the connection is closed.
    pub read_timeout: Duration,
    /// How long a request may take from its head to the head of the response.
    pub request_timeout: Duration,
    /// The same for a backup and for a verification, which read the whole directory.
    pub whole_timeout: Duration,
    /// The folder in which a backup is made before it is sent, with room for a copy of the
    /// directory. By default it is the system's for temporary files.
    pub backup_folder: PathBuf,
    /// Open connections at a time; further ones wait to be accepted.
    pub connections_max: usize,
    /// Writes that run at a time. Concurrent writes share commits, so more of them make each
    /// commit larger.
    pub writes_max: usize,
    /// Writes that wait to run; further ones get 503.
    pub writes_waiting_max: usize,
    /// Requests that may read many records, such as searches, at a time; further ones wait, up to
    /// `request_timeout`. They don't use the threads of writes. `docs/server.md` lists them.
    pub scans_max: usize,
    /// Requests per second of one key; further ones get 429.
    pub key_requests_per_second: u32,
    /// Requests that a key may make in a burst above that rate.
    pub key_burst: u32,
    /// The certificate and key of the server's own address; without them it is not encrypted.
    pub tls: Option<Tls>,
    /// An identity provider whose tokens are accepted in addition to keys.
    pub issuer: Option<Issuer>,
    /// An identity provider that the SDK's logins are relayed to: the URL of its
    /// `openid-connect` folder, such as `https://id.ex.co/realms/staff/protocol/openid-connect`.
    pub relay: Option<String>,
    /// A second address that serves metrics and health without a key.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether SCIM creates users as inactive when no seat is free. Otherwise it refuses them,
    /// and identity providers suspend connections with many refusals.
    pub scim_inactive_when_full: bool,
    /// How long a server that shuts down waits for running requests.
    pub shutdown_grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            body_bytes_max: 1024 * 1024,
            batch_bytes_max: 16 * 1024 * 1024,
            graphql_bytes_max: 16 * 1024,
            graphql_depth_max: 32,
            head_bytes_max: 16 * 1024,
            head_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_mins(1),
            request_timeout: Duration::from_secs(30),
            whole_timeout: Duration::from_mins(10),
            backup_folder: std::env::temp_dir(),
            connections_max: 10_000,
            writes_max: 64,
            writes_waiting_max: 1_024,
            scans_max: 4,
            key_requests_per_second: 1_000,
            key_burst: 2_000,
            tls: None,
            issuer: None,
            relay: None,
            metrics_listen: None,
            scim_inactive_when_full: false,
            shutdown_grace: Duration::from_secs(20),
        }
    }
}
