//! The limits of a server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::issuer::Issuer;

/// The files by which [`serve`](crate::serve) encrypts. They are read again when they
/// have changed, within seconds.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate, and those between it and its root, as PEM.
    pub certificates: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
}

/// The limits of a server. The defaults suit a platform of some hundred thousand users.
///
/// ```
/// use headcount_server::Config;
///
/// let config = Config { connections_max: 100, ..Config::default() };
/// assert_eq!(config.body_bytes_max, 1024 * 1024);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// Bytes of a request's body; a larger one is answered with 413.
    pub body_bytes_max: usize,
    /// The same for batches of REST: 16 MiB hold about 100,000 operations.
    pub batch_bytes_max: usize,
    /// Bytes of a GraphQL document.
    pub graphql_bytes_max: usize,
    /// How deeply a GraphQL document may be nested, its fragments included. The introspection
    /// query of common clients needs some 20.
    pub graphql_depth_max: usize,
    /// Bytes of the head of a request.
    pub head_bytes_max: usize,
    /// How long a client may take to send the head of a request; an idle connection is
    /// closed after this.
    pub head_timeout: Duration,
    /// How long a request may take from its head to the head of the answer.
    pub request_timeout: Duration,
    /// Open connections; further ones wait to be accepted.
    pub connections_max: usize,
    /// Writes that run at the same time. They share commits, so more of them make each
    /// commit larger.
    pub writes_max: usize,
    /// Writes that wait for their turn; further ones are answered with 503.
    pub writes_waiting_max: usize,
    /// Lists and searches that read many users, at the same time; further ones wait for
    /// their turn, up to `request_timeout`. They take no thread from writes.
    pub scans_max: usize,
    /// Requests a second that one key may make; further ones are answered with 429.
    pub key_requests_per_second: u32,
    /// Requests that a key may make at once before that limit counts.
    pub key_burst: u32,
    /// Whether and by what the server's own address is encrypted.
    pub tls: Option<Tls>,
    /// An identity provider whose tokens are taken besides keys.
    pub issuer: Option<Issuer>,
    /// An identity provider to which the SDK's logins are relayed: the address of its
    /// `openid-connect` folder, such as `https://id.ex.co/realms/staff/protocol/openid-connect`.
    pub relay: Option<String>,
    /// Where metrics and health are served without a key, besides the server's own address.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether SCIM provisions users as inactive when no seat is free. Otherwise it refuses
    /// them, and many refusals make identity providers suspend the connection.
    pub scim_inactive_when_full: bool,
    /// How long the server waits at its end for requests under way.
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
            request_timeout: Duration::from_secs(30),
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
