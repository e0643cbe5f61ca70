//! Places in the list of users, sealed: they hold an email or a username, and addresses of pages
//! get into histories and logs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::door::Failure;

/// Places are padded to a multiple of this, since lengths tell something too.
const BLOCK_BYTES: usize = 32;

/// Seals places with a key of its own, which ends with the server.
pub(crate) struct Places(Result<LessSafeKey, Unsealed>);

/// That the system has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unsealed;

impl From<Unsealed> for Failure {
    fn from(_: Unsealed) -> Self {
        Self::internal("the system has no random numbers for the address of the next page")
    }
}

impl Places {
    pub(crate) fn new() -> Self {
        let mut key = [0; 32];
        let drawn = getrandom::fill(&mut key).map_err(|_| Unsealed);
        let key =
            drawn.and_then(|()| UnboundKey::new(&CHACHA20_POLY1305, &key).map_err(|_| Unsealed));
        Self(key.map(LessSafeKey::new))
    }

    /// `place` for the address of a list with this order.
    pub(super) fn seal(&self, order: &str, place: &str) -> Result<String, Unsealed> {
        let key = self.0.as_ref().map_err(|unsealed| *unsealed)?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| Unsealed)?;
        let mut text = place.as_bytes().to_vec();
        text.resize(text.len().next_multiple_of(BLOCK_BYTES), 0);
        let bound = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(bound, Aad::from(order), &mut text)
            .map_err(|_| Unsealed)?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &text].concat()))
    }

    /// The place that was sealed for this order since the server started.
    pub(super) fn open(&self, order: &str, sealed: &str) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let key = self.0.as_ref().ok()?;
        let place = key.open_in_place(nonce, Aad::from(order), text).ok()?;
        let place = str::from_utf8(place).ok()?;
        Some(place.trim_end_matches('\0').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_good_for_its_order_and_its_server_only() {
        let places = Places::new();
        for place in ["", "ann@ex.co", &"é".repeat(200)] {
            let sealed = places.seal("email", place).unwrap();
            assert_eq!(places.open("email", &sealed).as_deref(), Some(place));
            assert_ne!(places.seal("email", place), Ok(sealed.clone()));
            assert_eq!(places.open("created", &sealed), None);
            assert_eq!(Places::new().open("email", &sealed), None);
            for bad in [&sealed[1..], "", "!", "AAAA"] {
                assert_eq!(places.open("email", bad), None, "{bad}");
            }
        }
        let lengths = ["a@b.c", "ann.lee@example.com"].map(|place| {
            let sealed = places.seal("email", place);
            sealed.map(|sealed| sealed.len())
        });
        assert_eq!(lengths[0], lengths[1], "lengths tell nothing");
    }
}
