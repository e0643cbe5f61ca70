//! Answers as one text each, which JavaScript takes apart by offsets.
//!
//! A string costs one call into the engine, whatever is in it, and its slices cost no
//! copy; an object costs a call for each property. `user.ts` reads what is written
//! here; both say `LAYOUT`.
//!
//! Numbers are written as code units below 256, high digits first, so that they never
//! make a text of one-byte units into one of two-byte units.

use headcount::UserView;

/// The version of the layout, which `user.ts` checks when it loads the addon.
pub const LAYOUT: u32 = 4;

/// A batch of users ends with the one that passes this. With the largest one that can be
/// it has less than 64 Ki.
pub const BATCH_UNITS: usize = 40 << 10;

/// The units of a user before the texts.
const FIXED_UNITS: usize = 70;

/// A text of UTF-16 code units, of which each takes one byte until one needs two.
#[derive(Default)]
pub struct Text {
    narrow: Vec<u8>,
    /// Everything, once there is a unit above 255.
    wide: Option<Vec<u16>>,
}

/// The units of a text.
pub enum Units<'t> {
    /// Each below 256: ISO 8859-1.
    Narrow(&'t [u8]),
    /// UTF-16.
    Wide(&'t [u16]),
}

impl Text {
    /// An empty text that keeps the memory that this one has.
    pub fn clear(&mut self) {
        self.narrow.clear();
        self.wide = None;
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.wide.as_ref().map_or(self.narrow.len(), Vec::len)
    }

    /// The units.
    pub fn units(&self) -> Units<'_> {
        match &self.wide {
            Some(wide) => Units::Wide(wide),
            None => Units::Narrow(&self.narrow),
        }
    }

    /// Appends units below 256.
    pub fn bytes(&mut self, bytes: &[u8]) {
        match &mut self.wide {
            Some(wide) => wide.extend(bytes.iter().copied().map(u16::from)),
            None => self.narrow.extend_from_slice(bytes),
        }
    }

    /// Appends a text.
    pub fn push(&mut self, text: &str) {
        match &mut self.wide {
            Some(wide) => wide.extend(text.encode_utf16()),
            None if text.is_ascii() => self.narrow.extend_from_slice(text.as_bytes()),
            None => self.push_beyond_ascii(text),
        }
    }

    fn push_beyond_ascii(&mut self, text: &str) {
        let start = self.narrow.len();
        for c in text.chars() {
            if let Ok(unit) = u8::try_from(c) {
                self.narrow.push(unit);
            } else {
                let mut wide: Vec<u16> = self.narrow[..start]
                    .iter()
                    .copied()
                    .map(u16::from)
                    .collect();
                wide.extend(text.encode_utf16());
                self.wide = Some(wide);
                return;
            }
        }
    }

    /// Appends a user.
    pub fn user(&mut self, user: &UserView<'_>) {
        let username = user.username();
        let follows = username == user.email();
        let (given, family) = (user.given_name(), user.family_name());
        let flags = [
            user.is_active(),
            user.is_admin(),
            follows,
            given.is_some(),
            family.is_some(),
            user.deactivated_at().is_some(),
        ];
        let flags = flags
            .iter()
            .rev()
            .fold(0, |bits, flag| bits << 1 | u8::from(*flag));
        let texts = [
            user.email(),
            if follows { "" } else { username },
            given.unwrap_or_default(),
            family.unwrap_or_default(),
        ];
        let (attributes, external_ids) = (user.attributes(), user.external_ids());
        // Assembled first, so that there is one append.
        let mut fixed = [0; FIXED_UNITS];
        fixed[0] = flags;
        uuid::Uuid::from(user.id())
            .hyphenated()
            .encode_lower(&mut fixed[1..37]);
        fixed[37..44].copy_from_slice(&user.version().to_be_bytes()[1..]);
        fixed[44..52].copy_from_slice(&user.created_at().as_unix_micros().to_be_bytes());
        fixed[52..60].copy_from_slice(&user.updated_at().as_unix_micros().to_be_bytes());
        for (place, text) in fixed[60..68].chunks_exact_mut(2).zip(texts) {
            place.copy_from_slice(&units_of(text).to_be_bytes());
        }
        let count = |pairs: usize| u8::try_from(pairs).unwrap_or(u8::MAX);
        fixed[68] = count(attributes.len());
        fixed[69] = count(external_ids.len());
        self.bytes(&fixed);
        for text in texts {
            self.push(text);
        }
        for (name, value) in attributes.chain(external_ids) {
            for text in [name, value] {
                self.bytes(&units_of(text).to_be_bytes());
                self.push(text);
            }
        }
        if let Some(at) = user.deactivated_at() {
            self.bytes(&at.as_unix_micros().to_be_bytes());
        }
    }
}

/// How many UTF-16 code units a text has. No text of a user has more than 64 Ki.
fn units_of(text: &str) -> u16 {
    let units = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    u16::try_from(units).unwrap_or(u16::MAX)
}
