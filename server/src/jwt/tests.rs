//! Attacks on tokens, and what a good one needs.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

use super::*;

const NOW: f64 = 1_800_000_000.0;
const EXPECTED: Expected<'_> = Expected {
    issuer: "https://id.ex.co",
    audience: "headcount",
    now_seconds: NOW,
};

/// The key and the token of RFC 7515, appendix A.2.
const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RSA_SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const RSA_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// A provider with an RSA key `r`, whose public half all know, and a P-256 key `e`.
struct Provider(EcdsaKeyPair);

impl Provider {
    fn new() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "kid": "e", "use": "sig",
                "x": text(&point[1..33]), "y": text(&point[33..]) })
    }

    fn keys(&self) -> PublicKeys {
        let rsa = json!({ "kty": "RSA", "kid": "r", "alg": "RS256", "n": RSA_N, "e": "AQAB" });
        PublicKeys::of_jwks(&json!({ "keys": [rsa, self.jwk()] })).unwrap()
    }

    fn sign(&self, head: &Value, claims: &Value) -> String {
        let signed = unsigned(head, claims);
        let signature = self
            .0
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What comes of a token that is good but for these claims; null takes one away.
    fn outcome(&self, other: &Value) -> Option<TokenError> {
        let mut claims = claims();
        for (name, value) in other.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let token = self.sign(&json!({ "alg": "ES256", "kid": "e" }), &claims);
        self.keys().verify(&token, &EXPECTED).err()
    }
}

fn claims() -> Value {
    json!({ "iss": EXPECTED.issuer, "aud": EXPECTED.audience, "exp": NOW + 60.0, "sub": "ann" })
}

fn unsigned(head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(head), part(claims))
}

#[test]
fn a_genuine_token_says_who_it_is() {
    let provider = Provider::new();
    let token = provider.sign(&json!({ "alg": "ES256", "kid": "e" }), &claims());
    let told = provider.keys().verify(&token, &EXPECTED).unwrap();
    assert_eq!(told.others["sub"], "ann");
    for typ in ["JWT", "at+jwt", "application/at+JWT"] {
        let head = json!({ "alg": "ES256", "kid": "e", "typ": typ });
        let token = provider.sign(&head, &claims());
        assert!(provider.keys().verify(&token, &EXPECTED).is_ok(), "{typ}");
    }
    for good in [
        json!({ "aud": ["other", "headcount"] }),
        json!({ "nbf": NOW + 10.0 }),
        json!({ "exp": NOW - 10.0 }),
    ] {
        assert_eq!(provider.outcome(&good), None);
    }
}

#[test]
fn rsa_signatures_are_checked() {
    let keys = Provider::new().keys();
    let signature = URL_SAFE_NO_PAD.decode(RSA_SIGNATURE).unwrap();
    assert!(keys.0[0].signed(RSA_SIGNED.as_bytes(), &signature));
    assert!(!keys.0[0].signed(RSA_SIGNED.replace('J', "K").as_bytes(), &signature));
    assert!(!keys.0[1].signed(RSA_SIGNED.as_bytes(), &signature));
}

#[test]
fn a_token_can_not_choose_how_it_is_checked() {
    let provider = Provider::new();
    let keys = provider.keys();
    let refusal = |token: &str| keys.verify(token, &EXPECTED).unwrap_err();
    for none in ["none", "None", "NONE", "", "HS256", "PS256", "ES384"] {
        for kid in ["r", "e"] {
            let head = json!({ "alg": none, "kid": kid });
            let bare = format!("{}.", unsigned(&head, &claims()));
            assert_eq!(refusal(&bare), TokenError::Algorithm, "{none}");
            assert_eq!(
                refusal(&provider.sign(&head, &claims())),
                TokenError::Algorithm
            );
        }
    }
    // The public key as a secret of HMAC, in the forms that libraries were fooled by.
    let jwk = json!({ "kty": "RSA", "n": RSA_N, "e": "AQAB" }).to_string();
    for secret in [
        RSA_N.as_bytes(),
        &URL_SAFE_NO_PAD.decode(RSA_N).unwrap(),
        jwk.as_bytes(),
    ] {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        for (alg, expected) in [
            ("HS256", TokenError::Algorithm),
            ("RS256", TokenError::Signature),
        ] {
            let signed = unsigned(&json!({ "alg": alg, "kid": "r" }), &claims());
            let tag = ring::hmac::sign(&key, signed.as_bytes());
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(refusal(&token), expected);
        }
    }
    // One key's algorithm under the name of another key.
    let token = provider.sign(&json!({ "alg": "ES256", "kid": "r" }), &claims());
    assert_eq!(refusal(&token), TokenError::Algorithm);
    let token = provider.sign(&json!({ "alg": "RS256", "kid": "e" }), &claims());
    assert_eq!(refusal(&token), TokenError::Algorithm);
}

#[test]
fn a_token_can_not_bring_its_key() {
    let (provider, thief) = (Provider::new(), Provider::new());
    let keys = provider.keys();
    let refusal = |head: &Value| {
        keys.verify(&thief.sign(head, &claims()), &EXPECTED)
            .unwrap_err()
    };
    let own = json!({ "alg": "ES256", "kid": "e", "jwk": thief.jwk(), "x5c": ["AAAA"],
                      "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/" });
    assert_eq!(refusal(&own), TokenError::Signature);
    for kid in ["../../../../dev/null", "' OR 1=1 --", "", "E", "r\u{0}"] {
        let head = json!({ "alg": "ES256", "kid": kid, "jwk": thief.jwk() });
        assert_eq!(refusal(&head), TokenError::UnknownKey, "{kid:?}");
    }
    assert_eq!(
        refusal(&json!({ "alg": "ES256" })),
        TokenError::UnknownKey,
        "which of two?"
    );
    assert_eq!(
        refusal(&json!({ "alg": "ES256", "kid": 1 })),
        TokenError::Malformed
    );
    for typ in ["logout+jwt", "application/secevent+jwt", "JWE", ""] {
        let head = json!({ "alg": "ES256", "kid": "e", "typ": typ });
        let token = provider.sign(&head, &claims());
        let outcome = keys.verify(&token, &EXPECTED);
        assert_eq!(outcome.unwrap_err(), TokenError::Malformed, "{typ}");
    }
    let critical = json!({ "alg": "ES256", "kid": "e", "crit": ["b64"], "b64": false });
    assert_eq!(refusal(&critical), TokenError::Malformed);
}

#[test]
fn claims_have_to_be_there_and_right() {
    let provider = Provider::new();
    for (claims, expected) in [
        (json!({ "iss": "https://id.ex.co/" }), TokenError::Issuer),
        (json!({ "aud": "other" }), TokenError::Audience),
        (
            json!({ "aud": ["other", "Headcount"] }),
            TokenError::Audience,
        ),
        (json!({ "aud": [] }), TokenError::Audience),
        (json!({ "exp": NOW - 31.0 }), TokenError::Expired),
        (json!({ "nbf": NOW + 31.0 }), TokenError::NotYet),
        (json!({ "iss": null }), TokenError::Malformed),
        (json!({ "aud": null }), TokenError::Malformed),
        (json!({ "exp": null }), TokenError::Malformed),
        (json!({ "exp": "9999999999" }), TokenError::Malformed),
        (json!({ "nbf": "soon" }), TokenError::Malformed),
    ] {
        assert_eq!(provider.outcome(&claims), Some(expected), "{claims}");
    }
}

#[test]
fn changed_and_broken_tokens_are_refused() {
    let provider = Provider::new();
    let keys = provider.keys();
    let token = provider.sign(&json!({ "alg": "ES256", "kid": "e" }), &claims());
    let refusal = |token: &str| keys.verify(token, &EXPECTED).unwrap_err();
    let mut other = claims();
    other["sub"] = "bob".into();
    let forged = unsigned(&json!({ "alg": "ES256", "kid": "e" }), &other);
    let signature = token.rsplit('.').next().unwrap();
    assert_eq!(
        refusal(&format!("{forged}.{signature}")),
        TokenError::Signature
    );
    let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
    assert_eq!(refusal(&format!("{forged}.{zeros}")), TokenError::Signature);
    assert_eq!(refusal(&format!("{forged}.")), TokenError::Signature);
    for end in 0..token.len() {
        assert!(keys.verify(&token[..end], &EXPECTED).is_err());
    }
    for broken in [
        "",
        ".",
        "..",
        "a.b.c",
        "e30.e30.",
        &format!("{token}.x"),
        &format!("{token}="),
    ] {
        assert_eq!(refusal(broken), TokenError::Malformed, "{broken}");
    }
    assert_eq!(
        refusal(&"a".repeat(TOKEN_BYTES_MAX + 1)),
        TokenError::Malformed
    );
}

#[test]
fn keys_of_two_types_may_share_a_name() {
    let provider = Provider::new();
    let rsa = json!({ "kty": "RSA", "kid": "e", "n": RSA_N, "e": "AQAB" });
    let mut own = provider.jwk();
    own["key_ops"] = json!(["verify"]);
    let keys = PublicKeys::of_jwks(&json!({ "keys": [rsa, own] })).unwrap();
    let token = provider.sign(&json!({ "alg": "ES256", "kid": "e" }), &claims());
    assert!(keys.verify(&token, &EXPECTED).is_ok());
    let token = provider.sign(&json!({ "alg": "RS256", "kid": "e" }), &claims());
    let refusal = keys.verify(&token, &EXPECTED).unwrap_err();
    assert_eq!(refusal, TokenError::Signature);
}

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let mut sealing = Provider::new().jwk();
    sealing["use"] = "enc".into();
    let secret = json!({ "kty": "oct", "k": "AAAA", "kid": "s" });
    let other = json!({ "kty": "RSA", "alg": "PS256", "n": RSA_N, "e": "AQAB" });
    let mut wrapping = Provider::new().jwk();
    wrapping["key_ops"] = json!(["wrapKey"]);
    let keys = json!({ "keys": [sealing, secret, other, wrapping, 7] });
    assert!(PublicKeys::of_jwks(&keys).unwrap().0.is_empty());
    assert!(PublicKeys::of_jwks(&json!({ "keys": {} })).is_none());
}
