//! With a certificate, the server speaks only TLS, reloads renewed files, and marks the page's
//! cookie as secure.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use headcount_server::{Config, Scope, Tls};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use crate::certificate::localhost;
use crate::client::Running;

/// Writes a certificate for `localhost` and its key, and returns it as a root.
fn certify(folder: &Path) -> RootCertStore {
    let (der, certificate, key) = localhost();
    std::fs::write(folder.join("cert.pem"), certificate).unwrap();
    std::fs::write(folder.join("key.pem"), key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(der.into()).unwrap();
    roots
}

fn config(folder: &Path) -> Config {
    Config {
        tls: Some(Tls {
            certificates: folder.join("cert.pem"),
            key: folder.join("key.pem"),
        }),
        head_timeout: Duration::from_secs(1),
        ..Config::default()
    }
}

fn ask(running: &Running, roots: RootCertStore, request: &str) -> std::io::Result<String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(running.address)?;
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // The server may close the connection without TLS's close_notify.
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(String::from_utf8(answer).unwrap()),
    }
}

#[test]
fn it_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let roots = certify(folder.path());
    let running = Running::with(config(folder.path()));
    let (_, plain) = running.user("ann", Scope::Write);
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = ask(&running, roots.clone(), get).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        ask(&running, RootCertStore::empty(), get).is_err(),
        "the client checks"
    );
    let answer = plain.get("/healthz");
    assert_eq!(answer.status, 0, "{}", answer.body);

    // A client that connects and sends nothing is disconnected.
    let started = Instant::now();
    let mut silent = plain.connect();
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(ask(&running, roots, get).is_ok(), "others go on");
}

#[test]
fn the_pages_cookie_is_safe() {
    let folder = tempfile::tempdir().unwrap();
    let roots = certify(folder.path());
    let running = Running::with(config(folder.path()));
    let holder = headcount_server::Holder::Provisioner("ops".to_owned());
    let new = headcount_server::NewKey::new("ops", holder).scope(Scope::Write);
    let (_, secret) = running.server.keys().create(new).unwrap();
    let body = format!("key={}", secret.expose());
    let request = format!(
        "POST /admin/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Origin: https://localhost\r\nX-Forwarded-Proto: http\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(&running, roots, &request).unwrap();
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: "));
    let cookie = cookie.unwrap();
    assert!(
        cookie.contains("__Host-headcount=") && cookie.ends_with("Secure"),
        "{cookie}"
    );
}

#[test]
fn renewed_files_are_taken_and_bad_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let old = certify(folder.path());
    let running = Running::with(config(folder.path()));
    let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    std::fs::write(folder.path().join("cert.pem"), "half a file").unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(ask(&running, old.clone(), get).is_ok());
    let new = certify(folder.path());
    let patience = Instant::now() + Duration::from_secs(20);
    while ask(&running, new.clone(), get).is_err() {
        assert!(
            Instant::now() < patience,
            "the new certificate is not taken"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(ask(&running, old, get).is_err());
}

#[test]
fn files_that_can_not_be_used_are_told() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let other = tempfile::tempdir().unwrap();
    certify(other.path());
    let copy = |name: &str| std::fs::copy(other.path().join(name), folder.path().join(name));
    let refusal = || {
        let directory = headcount::Directory::in_memory().unwrap();
        let server = headcount_server::Server::new(directory, config(folder.path())).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let (_stop, stopped) = tokio::sync::oneshot::channel();
        let ended = headcount_server::serve(&server, any, stopped, |_| panic!("it listens"));
        ended.unwrap_err().to_string()
    };
    copy("key.pem").unwrap();
    assert!(refusal().contains("key.pem"), "another certificate's");
    std::fs::write(folder.path().join("cert.pem"), "nothing").unwrap();
    assert!(refusal().contains("there is no certificate in it"));
    std::fs::remove_file(folder.path().join("cert.pem")).unwrap();
    assert!(refusal().contains("cert.pem"));
}
