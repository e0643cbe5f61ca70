//! Requests to other servers, such as an identity provider: encrypted except to this machine,
//! limited, and blocking.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// The time limit of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest response, in bytes.
const ANSWER_BYTES_MAX: u64 = 512 * 1024;

/// Maximum bytes of a file of certificates: those of all authorities take a quarter of a MiB.
const CERTIFICATES_BYTES_MAX: u64 = 16 << 20;

/// An HTTP client that trusts the certificates in `ca_file`, or else those in the file that
/// `SSL_CERT_FILE` names, or else the system's. It follows no redirects, uses no proxy, and returns
/// responses of any status.
///
/// # Errors
///
/// `InvalidData` for a file without certificates, and those of reading it.
pub fn client(ca_file: Option<&Path>, patience: Duration) -> io::Result<ureq::Agent> {
    let roots = match ca_file {
        Some(file) => in_file(file)?,
        None => of_system(),
    };
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        .max_idle_connections(1)
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(tls)
        .build();
    Ok(config.into())
}

fn of_system() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        log::warn!("some trusted certificates can't be read: {error}");
    }
    let roots = found.certs.iter();
    roots
        .map(|root| Certificate::from_der(root).to_owned())
        .collect()
}

fn in_file(file: &Path) -> io::Result<Vec<Certificate<'static>>> {
    let mut text = Vec::new();
    let opened = std::fs::File::open(file)?;
    opened
        .take(CERTIFICATES_BYTES_MAX + 1)
        .read_to_end(&mut text)?;
    if text.len() as u64 > CERTIFICATES_BYTES_MAX {
        let told = format!(
            "it is larger than {} MiB, which no file of certificates is",
            CERTIFICATES_BYTES_MAX >> 20
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, told));
    }
    let parts = ureq::tls::parse_pem(&text).filter_map(|part| match part {
        Ok(ureq::tls::PemItem::Certificate(root)) => Some(Ok(root)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    let invalid = |told: String| io::Error::new(io::ErrorKind::InvalidData, told);
    let roots: Result<Vec<_>, _> = parts.collect();
    let roots = roots.map_err(|error| invalid(error.to_string()))?;
    if roots.is_empty() {
        return Err(invalid("there is no certificate in it".to_owned()));
    }
    Ok(roots)
}

/// A client that is created on first use.
pub(crate) struct Outbound(Option<ureq::Agent>);

impl Outbound {
    pub(crate) fn new() -> Self {
        // Only a `ca_file` can make this fail.
        Self(client(None, PATIENCE).ok())
    }

    /// Fetches the JSON at `url`; an error says why that failed.
    pub(crate) fn get(&self, url: &str) -> Result<Value, String> {
        let answer = self.fetch(url, None)?;
        if answer.status != 200 {
            return Err(format!("{url} answers with the status {}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| format!("{url}: {error}"))
    }

    /// Fetches `url` and returns the response, whatever its status. The request has this
    /// `Authorization`, if any.
    pub(crate) fn fetch(&self, url: &str, authorization: Option<&str>) -> Result<Answer, String> {
        let mut request = self.client(url)?.get(url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.call().and_then(read);
        answer.map_err(|error| format!("{url}: {error}"))
    }

    /// The client, if `url` is allowed.
    fn client(&self, url: &str) -> Result<&ureq::Agent, String> {
        if !is_private(url) {
            return Err(format!("{url} is neither https nor on this machine"));
        }
        let none = || format!("{url} can't be asked: no certificates are trusted");
        self.0.as_ref().ok_or_else(none)
    }

    /// Sends a form, with this `Authorization`, if any. Neither request nor response is ever
    /// logged.
    pub(crate) fn post(
        &self,
        url: &str,
        authorization: Option<&str>,
        form: &[u8],
    ) -> Result<Answer, String> {
        let mut request = self.client(url)?.post(url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .send(form);
        answer
            .and_then(read)
            .map_err(|error| format!("{url}: {error}"))
    }
}

/// A response of another server.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    Ok(Answer {
        body: body.read_to_vec()?,
        status: answer.status().as_u16(),
    })
}

/// Whether a URL is safe from eavesdropping and impersonation: `https`, or this machine.
///
/// ```
/// assert!(headcount_server::is_private("http://127.0.0.1:8080"));
/// assert!(!headcount_server::is_private("http://users.example.com"));
/// ```
pub fn is_private(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match place.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    };
    !place.contains('@') && ["127.0.0.1", "::1", "localhost"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn plain_http_is_asked_on_this_machine_only() {
        assert!(is_private("https://id.ex.co/jwks"));
        assert!(is_private("http://127.0.0.1:9000/x"));
        assert!(is_private("http://localhost/x"));
        assert!(is_private("http://[::1]:1/"));
        for other in [
            "http://id.ex.co/",
            "http://localhost.ex.co/",
            "http://127.0.0.1@ex.co/",
            "http://localhost:80@ex.co/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(!is_private(other), "{other}");
        }
    }
}
