//! TLS for the server's own address. Changed certificate and key files are reloaded while the
//! server runs.

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::server::TlsStream;

use crate::config::Tls;

/// How often the files are checked.
const LOOK: Duration = Duration::from_secs(1);

/// Accepts TLS connections.
#[derive(Clone)]
pub(crate) struct Encryption {
    acceptor: TlsAcceptor,
    certificate: Arc<Certificate>,
}

/// The certificate in use.
#[derive(Debug)]
struct Certificate {
    files: Tls,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Encryption {
    /// # Errors
    ///
    /// `InvalidData` if the files hold no certificate with its key, and those of reading.
    pub(crate) fn new(files: &Tls) -> io::Result<Self> {
        let certificate = Arc::new(Certificate {
            current: RwLock::new(Arc::new(load(files)?)),
            files: files.clone(),
        });
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&certificate) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }

    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }

    /// Reloads changed files for as long as the server runs; invalid ones are ignored.
    pub(crate) async fn follow_files(self) {
        let files = &self.certificate.files;
        let mut seen = (changed(&files.certificates), changed(&files.key));
        loop {
            tokio::time::sleep(LOOK).await;
            let now = (changed(&files.certificates), changed(&files.key));
            if now == seen {
                continue;
            }
            seen = now;
            self.certificate.reload();
        }
    }
}

impl Certificate {
    fn reload(&self) {
        match load(&self.files) {
            Ok(loaded) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(loaded);
                log::info!("the certificate was reloaded");
            }
            Err(error) => {
                log::error!("the new certificate can't be used, so the old one stays: {error}");
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

fn load(files: &Tls) -> io::Result<CertifiedKey> {
    let bad = |path: &Path, why: &dyn std::fmt::Display| {
        let message = format!("{}: {why}", path.display());
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    let path = &files.certificates;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| bad(path, &error))?
        .collect();
    let chain = chain.map_err(|error| bad(path, &error))?;
    if chain.is_empty() {
        return Err(bad(path, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| bad(&files.key, &error))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|error| bad(&files.key, &error))
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|found| found.modified())
        .ok()
}
