//! A platform mounts the router in its own server, with its own state, health, fallback, listener
//! and shutdown.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use headcount_server::{Holder, Scope, Server};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::sync::oneshot;

use crate::browser::Browser;
use crate::client::Running;

/// The platform's server, until it is told to shut down.
struct Platform {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Platform {
    fn start(server: &Server) -> Self {
        let router = Router::new()
            .route(
                "/own",
                get(|State(name): State<&'static str>| async move { name }),
            )
            .route("/healthz", get(|| async { "the platform is well" }))
            .route("/v1/api/models/list", get(|| async { "models" }))
            .fallback(|| async { "the platform's own page" })
            .with_state("the platform's state")
            .merge(server.router());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let server = server.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                serve(router, listener, stopped, &server).await;
            });
        });
        Self {
            address: told.recv().unwrap(),
            stop,
            thread,
        }
    }

    /// Shuts it down, which doesn't wait for streams.
    fn end(self) {
        self.stop.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

async fn serve(
    router: Router,
    listener: tokio::net::TcpListener,
    mut stopped: oneshot::Receiver<()>,
    server: &Server,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted.unwrap(),
            _ = &mut stopped => break,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move { drop(connection.await) });
    }
    server.end_streams();
    graceful.shutdown().await;
}

/// A server of a directory, mounted in a platform that its clients connect to.
fn mounted() -> (Running, Platform) {
    let mut running = Running::new();
    let platform = Platform::start(&running.server);
    running.address = platform.address;
    (running, platform)
}

#[test]
fn both_have_their_routes_and_their_words() {
    let (running, platform) = mounted();
    let holder = || Holder::Provisioner("ops".to_owned());
    let client = running.client(holder(), Scope::Write);
    for (path, body) in [
        ("/own", "the platform's state"),
        ("/healthz", "the platform is well"),
        ("/v1/api/models/list", "models"),
        ("/", "the platform's own page"),
        ("/v1/api/models/none", "the platform's own page"),
        ("/metrics", "the platform's own page"),
    ] {
        assert_eq!(client.get(path).body, body, "{path}");
    }
    let made = client.post("/api/v1/users", &json!({ "email": "ann@ex.co" }));
    assert_eq!(made.status, 201, "{}", made.body);
    let all = client.post("/v1/api/users/query", &json!({}));
    assert_eq!(all.json()["users"].as_object().unwrap().len(), 1);
    let none = client.get("/api/v1/none");
    assert_eq!((none.status, &none.json()["status"]), (404, &json!(404)));
    let wrong = client.send("DELETE", "/api/v1/stats", "", "");
    assert_eq!((wrong.status, &wrong.json()["status"]), (405, &json!(405)));
    let scim = running.client(holder(), Scope::Scim);
    assert_eq!(scim.get("/scim/v2/Me").status, 501);
    assert_eq!(scim.get("/scim/v2/None").json()["status"], "404");
    platform.end();
}

#[test]
fn the_page_has_its_links_its_cookie_and_its_forms() {
    let (running, platform) = mounted();
    let browser = Browser::new(&running, Scope::Admin);
    let page = browser.get("/admin");
    assert_eq!(page.status, 200);
    for link in page.body.split("href=\"").skip(1) {
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        if link.starts_with('/') {
            assert_eq!(browser.get(&link).status, 200, "{link}");
        }
    }
    let none = browser.get("/admin/none");
    assert_eq!(none.status, 404);
    assert!(none.body.contains("Back to the users"), "{}", none.body);
    let done = browser.post(
        "/admin/keys",
        "name=x&kind=provisioner&holder=ci&scope=read",
    );
    assert_eq!(done.status, 303, "{}", done.body);
    platform.end();
}

#[test]
fn streams_end_with_the_platform() {
    let (running, platform) = mounted();
    let browser = Browser::new(&running, Scope::Read);
    let mut stream = BufReader::new(browser.listen("/admin/audit?after=0"));
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    platform.end();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
}
