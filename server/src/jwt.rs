//! Verification of tokens that an identity provider signed (RFC 7519). There is no I/O here: the
//! keys and the time are arguments.
//!
//! The key determines the algorithm, never the token, and keys in the token's head (`jku`,
//! `x5u`, `jwk`) are ignored. So a token can neither disable its verification nor supply its own
//! key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// The largest token, in bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Keys of a provider; further ones are ignored.
const KEYS_MAX: usize = 64;
/// The allowed difference between clocks.
pub(crate) const LEEWAY_SECONDS: f64 = 30.0;

/// The public keys of a provider.
#[derive(Default)]
pub(crate) struct PublicKeys(Vec<PublicKey>);

struct PublicKey {
    id: Option<String>,
    material: Material,
}

enum Material {
    /// For RS256: modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    /// For ES256: the uncompressed point.
    P256(Vec<u8>),
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Malformed,
    Algorithm,
    /// No key has this id; it may be a new one.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Expired,
    NotYet,
}

impl TokenError {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Malformed => "this is not a token that the server can read",
            Self::Algorithm => "the token is not signed with RS256 or ES256",
            Self::UnknownKey => "the token is signed with a key that its issuer does not list",
            Self::Signature => "the token's signature is wrong",
            Self::Issuer => "the token is another issuer's",
            Self::Audience => "the token is meant for another service",
            Self::Expired => "the token has expired; log in again",
            Self::NotYet => "the token is not valid yet; the clocks may differ",
        }
    }
}

/// What the claims of a token must match.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) now_seconds: f64,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    /// The kind of token (RFC 8725, section 3.11).
    typ: Option<String>,
    /// Extensions that the recipient must support: there are none here.
    crit: Option<Value>,
}

impl Head {
    /// Whether this can be the head of an access token or an ID token. Providers sign others with
    /// the same keys, such as logout tokens (`logout+jwt`).
    fn is_of_login(&self) -> bool {
        let typ = self.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        ["jwt", "at+jwt"].contains(&typ)
    }
}

/// The claims of a token.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: Audience,
    pub(crate) exp: f64,
    nbf: Option<f64>,
    #[serde(flatten)]
    pub(crate) others: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl PublicKeys {
    /// The keys of a JWK set (RFC 7517) that can verify signatures here; others are ignored.
    pub(crate) fn of_jwks(document: &Value) -> Option<Self> {
        let keys = document.get("keys")?.as_array()?;
        let readable = keys.iter().filter_map(PublicKey::of_jwk);
        Some(Self(readable.take(KEYS_MAX).collect()))
    }

    /// The claims of `token`, if one of these keys signed it and it is as expected.
    pub(crate) fn verify(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (head, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let head: Head = decode(head)?;
        if head.crit.is_some() || !head.is_of_login() {
            return Err(TokenError::Malformed);
        }
        if !["RS256", "ES256"].contains(&head.alg.as_str()) {
            return Err(TokenError::Algorithm);
        }
        let key = self.find(head.kid.as_deref(), &head.alg)?;
        let signature = URL_SAFE_NO_PAD.decode(signature);
        let signature = signature.map_err(|_| TokenError::Malformed)?;
        if !key.signed(signed.as_bytes(), &signature) {
            return Err(TokenError::Signature);
        }
        let claims: Claims = decode(claims)?;
        claims.check(expected)?;
        Ok(claims)
    }

    /// The key with this id for this algorithm; for a token without a key id, the only key. Keys of
    /// different types may share an id (RFC 7517, section 4.5).
    fn find(&self, id: Option<&str>, algorithm: &str) -> Result<&PublicKey, TokenError> {
        if id.is_none() && self.0.len() != 1 {
            return Err(TokenError::UnknownKey);
        }
        let is_named = |key: &&PublicKey| id.is_none() || key.id.as_deref() == id;
        let mut named = self.0.iter().filter(is_named).peekable();
        named.peek().ok_or(TokenError::UnknownKey)?;
        named
            .find(|key| key.algorithm() == algorithm)
            .ok_or(TokenError::Algorithm)
    }
}

impl PublicKey {
    fn of_jwk(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let verifies = |uses: &Vec<Value>| uses.iter().any(|purpose| purpose == "verify");
        let uses = jwk.get("key_ops").and_then(Value::as_array);
        if !uses.is_none_or(verifies) {
            return None;
        }
        let material = match text("kty")? {
            "RSA" => {
                let trimmed = |name| {
                    let bytes = bytes(name)?;
                    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                    Some(bytes[zeros..].to_vec())
                };
                Material::Rsa(trimmed("n")?, trimmed("e")?)
            }
            "EC" if text("crv") == Some("P-256") => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                Material::P256([&[4][..], &x, &y].concat())
            }
            _ => return None,
        };
        let key = Self {
            id: text("kid").map(str::to_owned),
            material,
        };
        let is_pinned = text("alg").is_none_or(|algorithm| algorithm == key.algorithm());
        is_pinned.then_some(key)
    }

    fn algorithm(&self) -> &'static str {
        match self.material {
            Material::Rsa(..) => "RS256",
            Material::P256(_) => "ES256",
        }
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa(n, e) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), TokenError> {
        if self.iss != expected.issuer {
            return Err(TokenError::Issuer);
        }
        let is_meant = match &self.aud {
            Audience::One(name) => name == expected.audience,
            Audience::Several(names) => names.iter().any(|name| name == expected.audience),
        };
        if !is_meant {
            return Err(TokenError::Audience);
        }
        if self.exp + LEEWAY_SECONDS <= expected.now_seconds {
            return Err(TokenError::Expired);
        }
        match self.nbf {
            Some(nbf) if nbf - LEEWAY_SECONDS > expected.now_seconds => Err(TokenError::NotYet),
            _ => Ok(()),
        }
    }
}

/// Decodes a part of a token; missing claims and claims of a wrong type are errors.
fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    let bytes = bytes.map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests;
