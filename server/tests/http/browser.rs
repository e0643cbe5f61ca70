//! A browser that uses the page: it keeps the cookie, and sends the origin of a form.

use std::io::Write;
use std::net::TcpStream;

use headcount_server::{Holder, Scope};

use crate::client::{Answer, Client, Running};

/// The separator of the fields in an uploaded form.
const BOUNDARY: &str = "----headcount";

/// Somebody who has logged in.
pub struct Browser {
    client: Client,
    cookie: String,
}

impl Browser {
    /// Logs in with a new key that has this scope.
    pub fn new(running: &Running, scope: Scope) -> Self {
        Self::with(running, Holder::Provisioner("desk".to_owned()), scope)
    }

    pub fn with(running: &Running, holder: Holder, scope: Scope) -> Self {
        let new = headcount_server::NewKey::new("desk", holder).scope(scope);
        let (_, secret) = running.server.keys().create(new).unwrap();
        let client = running.stranger();
        let headers = "Sec-Fetch-Site: same-origin\r\n\
                       Content-Type: application/x-www-form-urlencoded\r\n";
        let form = format!("key={}", secret.expose());
        let answer = client.send("POST", "/admin/login", headers, &form);
        assert_eq!(answer.header("location"), Some("/admin"), "{}", answer.body);
        let cookie = answer.header("set-cookie").unwrap();
        let (cookie, _) = cookie.split_once(';').unwrap();
        Self {
            client,
            cookie: cookie.to_owned(),
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.client
            .send("GET", path, &format!("Cookie: {}\r\n", self.cookie), "")
    }

    /// Sends a form of the page.
    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.send(path, "Sec-Fetch-Site: same-origin\r\n", form)
    }

    /// Sends a form with the header `origin`.
    pub fn send(&self, path: &str, origin: &str, form: &str) -> Answer {
        self.send_as("application/x-www-form-urlencoded", path, origin, form)
    }

    /// The same for a form with another content type.
    pub fn send_as(&self, kind: &str, path: &str, origin: &str, form: &str) -> Answer {
        let cookie = &self.cookie;
        let headers = format!("Cookie: {cookie}\r\nContent-Type: {kind}\r\n{origin}");
        self.client.send("POST", path, &headers, form)
    }

    /// Listens for events from now on, and waits until the response begins.
    pub fn listen(&self, path: &str) -> TcpStream {
        let stream = self.begin(path, "Accept: text/event-stream\r\n");
        let begun = stream.peek(&mut [0]).unwrap();
        assert_eq!(begun, 1, "the server ended the connection");
        stream
    }

    /// Sends a request with more headers, and reads nothing.
    pub fn begin(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = self.client.connect();
        let head = self.client.head("GET", path, 0);
        let head = head.trim_end();
        let cookie = &self.cookie;
        let request = format!("{head}\r\nCookie: {cookie}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// The page to which a form's response redirects.
    fn follow(&self, answer: Answer) -> Answer {
        match answer.header("location") {
            Some(place) if answer.status == 303 => self.get(place),
            _ => answer,
        }
    }

    /// Sends the form with this button, as the page has it, and follows the redirect.
    pub fn press(&self, page: &Answer, button: &str) -> Answer {
        let end = page.body.find(&format!(">{button}</button>"));
        let before = &page.body[..end.unwrap_or_else(|| panic!("no {button}: {}", page.body))];
        let form = &before[before.rfind("<form").unwrap()..];
        let attribute = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let fields: Vec<_> = form
            .split("<input")
            .skip(1)
            .filter_map(|tag| {
                let value = attribute(tag, "value")?.replace('@', "%40");
                Some(format!("{}={value}", attribute(tag, "name")?))
            })
            .collect();
        let action = attribute(form, "action").unwrap();
        let fields = fields.join("&").replace("&amp;", "%26");
        self.follow(self.post(&action, &fields))
    }

    /// Sends a form with fields that may be files.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            let file = if *name == "file" {
                "; filename=\"users.csv\""
            } else {
                ""
            };
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n\
                 {value}\r\n"
            )
        };
        let parts: String = fields.iter().map(part).collect();
        let body = format!("{parts}--{BOUNDARY}--\r\n");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send_as(&kind, path, "Sec-Fetch-Site: same-origin\r\n", &body)
    }

    /// Imports the file whose changes `preview` shows.
    pub fn import(&self, preview: &Answer) -> Answer {
        self.follow(self.send_preview("/admin/import/apply", preview, &[]))
    }

    /// Sends the form of a preview with more fields.
    pub fn send_preview(&self, path: &str, preview: &Answer, more: &[(&str, &str)]) -> Answer {
        let rest = preview.body.split_once("name=\"request\" value=\"");
        let (_, rest) = rest.unwrap_or_else(|| panic!("{}", preview.body));
        let request = rest.split('"').next().unwrap();
        let fields = [&[("request", request)], more].concat();
        self.upload(path, &fields)
    }
}
