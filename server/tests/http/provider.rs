//! An identity provider: it serves its configuration and keys, exchanges codes for tokens if the
//! verifier matches the challenge, and records what it was sent.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use headcount_server::{Config, Issuer};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::Running;

#[derive(Clone)]
pub struct Provider {
    pub url: String,
    keys: Arc<Mutex<Vec<(String, EcdsaKeyPair)>>>,
    /// How often the keys were requested.
    pub questions: Arc<AtomicUsize>,
    /// How often the configuration was requested.
    pub configurations: Arc<AtomicUsize>,
    /// Locked while the provider doesn't answer.
    pub stuck: Arc<Mutex<()>>,
    /// Codes, each with its challenge and the claims of its token.
    codes: Arc<Mutex<HashMap<String, (String, Value)>>>,
    /// The paths and forms that were posted.
    pub posted: Arc<Mutex<Vec<(String, String)>>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let provider = Self {
            url: format!("http://{address}/staff"),
            keys: Arc::default(),
            questions: Arc::default(),
            configurations: Arc::default(),
            stuck: Arc::default(),
            codes: Arc::default(),
            posted: Arc::default(),
        };
        provider.add_key("first");
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                drop(serving.stuck.lock());
                serving.serve(&mut stream.unwrap(), address);
            }
        });
        provider
    }

    fn serve(&self, stream: &mut TcpStream, address: SocketAddr) {
        let mut line = String::new();
        let mut lines = BufReader::new(&*stream);
        lines.read_line(&mut line).unwrap();
        let (mut length, mut authorization) = (0, String::new());
        let mut header = String::new();
        while lines.read_line(&mut header).unwrap() > 2 {
            let lower = header.to_lowercase();
            if let Some(digits) = lower.strip_prefix("content-length: ") {
                length = digits.trim().parse().unwrap();
            }
            if lower.starts_with("authorization: ") {
                header["authorization: ".len()..]
                    .trim()
                    .clone_into(&mut authorization);
            }
            header.clear();
        }
        let mut form = vec![0; length];
        lines.read_exact(&mut form).unwrap();
        let form = String::from_utf8(form).unwrap();
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let (status, body) = if path.ends_with("/userinfo") {
            (200, json!({ "asked": authorization }))
        } else if line.starts_with("POST") {
            self.posted
                .lock()
                .unwrap()
                .push((path.clone(), form.clone()));
            self.post(&path, &form)
        } else {
            (200, self.told(&path, address))
        };
        let body = if status == 204 {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        let _ = write!(
            stream,
            "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
    }

    fn told(&self, path: &str, address: SocketAddr) -> Value {
        if path.contains("openid-configuration") {
            self.configurations.fetch_add(1, Ordering::SeqCst);
            return json!({
                "issuer": self.url,
                "jwks_uri": format!("http://{address}/keys"),
                "authorization_endpoint": format!("{}/auth", self.url),
                "token_endpoint": format!("{}/token", self.url),
            });
        }
        self.questions.fetch_add(1, Ordering::SeqCst);
        let keys = self.keys.lock().unwrap();
        let keys = keys.iter().map(|(id, pair)| public(id, pair));
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    fn post(&self, path: &str, form: &str) -> (u16, Value) {
        if path.ends_with("/auth/device") {
            return (
                200,
                json!({ "device_code": "d", "expires_in": 600, "interval": 5 }),
            );
        }
        if path.ends_with("/logout") {
            return (204, Value::Null);
        }
        let field = |name: &str| field(form, name).unwrap_or_default();
        let code = self.codes.lock().unwrap().remove(&field("code"));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
        match code {
            Some((expected, claims)) if expected == challenge => {
                (200, json!({ "id_token": self.token(&claims) }))
            }
            _ => (400, json!({ "error": "invalid_grant" })),
        }
    }

    /// Logs a user in: returns the code for the login with which a browser was sent here.
    pub fn code(&self, place: &str, claims: &Value) -> String {
        let code = format!("code+{}", self.codes.lock().unwrap().len());
        let mut claims = claims.clone();
        if claims["nonce"].is_null() {
            claims["nonce"] = json!(field(place, "nonce"));
        }
        let challenge = field(place, "code_challenge").unwrap();
        self.codes
            .lock()
            .unwrap()
            .insert(code.clone(), (challenge, claims));
        code
    }

    pub fn add_key(&self, id: &str) {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        self.keys.lock().unwrap().push((id.to_owned(), pair));
    }

    pub fn server(&self, claim: &str) -> Running {
        Running::with(Config {
            issuer: Some(self.issuer(claim)),
            ..Config::default()
        })
    }

    pub fn issuer(&self, claim: &str) -> Issuer {
        let mut issuer = Issuer::new(&self.url, "headcount");
        claim.clone_into(&mut issuer.user_claim);
        issuer
    }

    /// A token with these claims, signed by the latest key.
    pub fn token(&self, claims: &Value) -> String {
        let id = self.keys.lock().unwrap().last().unwrap().0.clone();
        self.sign(&json!({ "alg": "ES256", "kid": id }), &self.claims(claims))
    }

    /// These claims, with the others that a valid token needs.
    pub fn claims(&self, claims: &Value) -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let mut all = json!({ "iss": self.url, "aud": "headcount", "exp": now.as_secs() + 60 });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    }

    /// A token with this head and these claims, signed by the latest key.
    pub fn sign(&self, head: &Value, claims: &Value) -> String {
        let signed = Self::unsigned(head, claims);
        let keys = self.keys.lock().unwrap();
        let (_, pair) = keys.last().unwrap();
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", Self::text(signature.as_ref()))
    }

    /// The first two parts of a token.
    pub fn unsigned(head: &Value, claims: &Value) -> String {
        let part = |value: &Value| Self::text(value.to_string().as_bytes());
        format!("{}.{}", part(head), part(claims))
    }

    /// Bytes as base64url, as in tokens.
    pub fn text(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The public half of a key.
    pub fn jwk(&self, id: &str) -> Value {
        let keys = self.keys.lock().unwrap();
        let (_, pair) = keys.iter().find(|(name, _)| name == id).unwrap();
        public(id, pair)
    }
}

fn public(id: &str, pair: &EcdsaKeyPair) -> Value {
    let point = pair.public_key().as_ref();
    json!({ "kty": "EC", "crv": "P-256", "kid": id,
            "x": Provider::text(&point[1..33]), "y": Provider::text(&point[33..]) })
}

/// A field of a form or of the query of an address.
pub fn field(text: &str, name: &str) -> Option<String> {
    let text = text.rsplit('?').next().unwrap();
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.filter(|(found, _)| *found == name);
    found
        .map(|(_, value)| {
            value
                .replace("%2B", "+")
                .replace("%3A", ":")
                .replace("%2F", "/")
        })
        .next()
}
