//! A server is killed while clients create users: each user whose creation was answered is
//! there when it starts again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use crate::folder::Folder;

const ROUNDS: usize = 3;
const CLIENTS: usize = 4;

fn serve(folder: &Folder) -> (Child, String) {
    let mut child = folder
        .command("serve --listen 127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let address = line.trim_end().rsplit_once("http://").unwrap().1.to_owned();
    (child, address)
}

/// The answer to a request, as far as it came.
fn ask(address: &str, key: &str, method: &str, path: &str, body: &str) -> String {
    let mut answer = String::new();
    let Ok(mut stream) = TcpStream::connect(address) else {
        return answer;
    };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.0\r\nAuthorization: Bearer {key}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    // A killed server breaks off anywhere.
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = Folder::new();
    folder.done("license set enterprise");
    let made = folder.json("keys create test --provisioner test --scope write");
    let key = made["key"]["secret"].as_str().unwrap();
    let answered = Mutex::new(Vec::new());
    for round in 0..ROUNDS {
        let (mut child, address) = serve(&folder);
        let ends = AtomicBool::new(false);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (address, ends, answered) = (&address, &ends, &answered);
                scope.spawn(move || {
                    for number in 0.. {
                        if ends.load(Relaxed) {
                            return;
                        }
                        let email = format!("u{round}-{client}-{number}@ex.co");
                        let body = format!("{{\"email\":\"{email}\"}}");
                        let answer = ask(address, key, "POST", "/api/v1/users", &body);
                        if answer.starts_with("HTTP/1.0 201") {
                            answered.lock().unwrap().push(email);
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(300));
            child.kill().unwrap();
            child.wait().unwrap();
            ends.store(true, Relaxed);
        });
    }
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() > ROUNDS * CLIENTS, "{}", answered.len());
    let (mut child, address) = serve(&folder);
    for email in &answered {
        let answer = ask(&address, key, "GET", &format!("/api/v1/users/{email}"), "");
        assert!(answer.starts_with("HTTP/1.0 200"), "{email}: {answer}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
