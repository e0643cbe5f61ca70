//! A self-signed certificate for `localhost`: X.509 in DER, the minimum that TLS needs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P_256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const BITS: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// The certificate in DER, and certificate and key as PEM.
pub fn localhost() -> (Vec<u8>, String, String) {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
    let signed_with = sequence(&[der(OID, &[ECDSA_WITH_SHA256])]);
    let common = sequence(&[der(OID, &[COMMON_NAME]), der(0x0c, &[b"localhost"])]);
    let name = sequence(&[der(0x31, &[&common])]);
    let validity = [b"250101000000Z", b"491231235959Z"].map(|time| der(0x17, &[time]));
    let kind = sequence(&[der(OID, &[EC_PUBLIC_KEY]), der(OID, &[P_256])]);
    let public = sequence(&[kind, der(BITS, &[&[0], pair.public_key().as_ref()])]);
    let alternative = sequence(&[der(0x82, &[b"localhost"])]);
    let extension = sequence(&[der(OID, &[SUBJECT_ALT_NAME]), der(OCTETS, &[&alternative])]);
    let body = sequence(&[
        der(0xa0, &[&der(0x02, &[&[2]])]),
        der(0x02, &[&[1]]),
        signed_with.clone(),
        name.clone(),
        sequence(&validity),
        name,
        public,
        der(0xa3, &[&sequence(&[extension])]),
    ]);
    let signature = pair.sign(&random, &body).unwrap();
    let certificate = sequence(&[body, signed_with, der(BITS, &[&[0], signature.as_ref()])]);
    let pem = |label: &str, bytes: &[u8]| {
        let text = STANDARD.encode(bytes);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    };
    let texts = (
        pem("CERTIFICATE", &certificate),
        pem("PRIVATE KEY", pkcs8.as_ref()),
    );
    (certificate, texts.0, texts.1)
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
    der(SEQUENCE, &parts)
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match content.len() {
        0..0x80 => vec![tag, length[1]],
        0x80..0x100 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [head, content].concat()
}
