//! A server, and a client for it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use headcount::{Directory, NewUser, User};
use headcount_server::{Config, Holder, NewKey, Scope, Server};
use serde_json::Value;

use crate::serving::Serving;

/// A server, of a directory in memory by default, which ends with the test.
pub struct Running {
    pub directory: Directory,
    pub server: Server,
    pub address: SocketAddr,
    serving: Serving,
}

impl Running {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        Self::of(Directory::in_memory().unwrap(), config)
    }

    /// A server of this directory.
    pub fn of(directory: Directory, config: Config) -> Self {
        let server = Server::new(directory.clone(), config).unwrap();
        let serving = Serving::start(&server);
        Self {
            directory,
            server,
            address: serving.address,
            serving,
        }
    }

    /// A user with this name at `ex.co`, and a client with a key of theirs.
    pub fn user(&self, name: &str, scope: Scope) -> (Arc<User>, Client) {
        let email = format!("{name}@ex.co");
        let user = match self.directory.user_by_email(&email).unwrap() {
            Some(user) => user,
            None => self
                .directory
                .create_user(NewUser::new(email).username(name))
                .unwrap(),
        };
        let client = self.client(Holder::User(user.id()), scope);
        (user, client)
    }

    pub fn client(&self, holder: Holder, scope: Scope) -> Client {
        let new = NewKey::new("test", holder).scope(scope);
        let (_, secret) = self.server.keys().create(new).unwrap();
        self.bearing(secret.expose())
    }

    /// A client that sends `key`.
    pub fn bearing(&self, key: &str) -> Client {
        Client {
            address: self.address,
            authorization: format!("Authorization: Bearer {key}\r\n"),
        }
    }

    pub fn stranger(&self) -> Client {
        Client {
            address: self.address,
            authorization: String::new(),
        }
    }

    /// Asks the server to end.
    pub fn stop(&mut self) {
        self.serving.stop();
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) {
        self.serving.wait();
    }
}

/// Sends requests, each on a connection of its own.
pub struct Client {
    address: SocketAddr,
    authorization: String,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then_some(value)
        })
    }
}

/// The whole of a chunked body.
fn of_chunks(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole += &rest[..size];
        body = &rest[size + 2..];
    }
    panic!("the body was cut off after {} bytes", whole.len());
}

impl Client {
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "", &body.to_string())
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, "", &body.to_string())
    }

    /// Sends a request with more headers, each with its line end.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let head = self.head(method, path, body.len());
        let head = head.trim_end();
        self.raw(&format!("{head}\r\n{headers}\r\n{body}"))
    }

    /// The head of a request whose body has `length` bytes.
    pub fn head(&self, method: &str, path: &str, length: usize) -> String {
        let authorization = &self.authorization;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{authorization}\r\n"
        )
    }

    /// Sends bytes as they are and reads until the server closes the connection.
    pub fn raw(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        // A server that refuses the head may close the connection before it has read the body.
        let _ = stream.write_all(request.as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        // Backups are not text.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|digits| digits.parse().ok());
        Answer {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: if head.contains("transfer-encoding: chunked") {
                of_chunks(body)
            } else {
                body.to_owned()
            },
        }
    }

    /// The value of a metric.
    pub fn gauge(&self, name: &str) -> usize {
        let text = self.get("/metrics").body;
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        stream
    }

    /// Sends a GraphQL document and returns the whole answer.
    pub fn graphql(&self, query: &str, variables: Value) -> Value {
        let mut body = serde_json::json!({ "query": query });
        body["variables"] = variables;
        let answer = self.post("/v1/graphql", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}
