//! Asking other servers, such as an identity provider for its keys: encrypted beyond this
//! machine, with limits, and blocking.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 512 * 1024;

/// A client that trusts the certificates of the system, or of the file that
/// `SSL_CERT_FILE` names, and with `ca_file` those in that file alone. It follows no
/// redirects, goes through no proxy, and gives answers of any status back.
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
    let text = std::fs::read(file)?;
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

/// Asks, as [`client`] does.
pub(crate) struct Outbound(Option<ureq::Agent>);

impl Outbound {
    pub(crate) fn new() -> Self {
        // Without a file of its own it can't fail.
        Self(client(None, PATIENCE).ok())
    }

    /// The JSON at `url`, or why there is none.
    pub(crate) fn get(&self, url: &str) -> Result<Value, String> {
        let answer = self.fetch(url, None)?;
        if answer.status != 200 {
            return Err(format!("{url} answers with the status {}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| format!("{url}: {error}"))
    }

    /// What is at `url`, with whatever status. An `Authorization` goes with the request, if
    /// there is one.
    pub(crate) fn fetch(&self, url: &str, authorization: Option<&str>) -> Result<Answer, String> {
        let mut request = self.client(url)?.get(url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.call().and_then(read);
        answer.map_err(|error| format!("{url}: {error}"))
    }

    /// The client for an address that may be asked.
    fn client(&self, url: &str) -> Result<&ureq::Agent, String> {
        if !is_private(url) {
            return Err(format!("{url} is neither https nor on this machine"));
        }
        let none = || format!("{url} can't be asked: no certificates are trusted");
        self.0.as_ref().ok_or_else(none)
    }

    /// Sends a form with an `Authorization` of its own, if it has one. What is sent and what
    /// comes back is told to nobody.
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

/// What another server said.
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

/// Whether nobody can listen in or answer in the other's place: `https`, or this machine.
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
