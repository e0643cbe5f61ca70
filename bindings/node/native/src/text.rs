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

    /// Appends a unit.
    pub fn unit(&mut self, unit: u8) {
        match &mut self.wide {
            Some(wide) => wide.push(u16::from(unit)),
            None => self.narrow.push(unit),
        }
    }

    /// Appends the last `units` digits of a number to the base of 256.
    pub fn number(&mut self, number: u64, units: usize) {
        for digit in (0..units).rev() {
            self.unit(number.to_be_bytes()[7 - digit]);
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
        self.unit(flags);
        let mut id = [0; uuid::fmt::Hyphenated::LENGTH];
        self.push(
            uuid::Uuid::from(user.id())
                .hyphenated()
                .encode_lower(&mut id),
        );
        self.number(user.version(), 7);
        self.number(user.created_at().as_unix_micros(), 8);
        self.number(user.updated_at().as_unix_micros(), 8);
        for text in texts {
            self.number(units_of(text), 2);
        }
        let (attributes, external_ids) = (user.attributes(), user.external_ids());
        for pairs in [attributes.len(), external_ids.len()] {
            self.unit(u8::try_from(pairs).unwrap_or(u8::MAX));
        }
        for text in texts {
            self.push(text);
        }
        for (name, value) in attributes.chain(external_ids) {
            for text in [name, value] {
                self.number(units_of(text), 2);
                self.push(text);
            }
        }
        if let Some(at) = user.deactivated_at() {
            self.number(at.as_unix_micros(), 8);
        }
    }
}

/// How many UTF-16 code units a text has. No text of a user has more than 64 Ki.
fn units_of(text: &str) -> u64 {
    let units = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    units as u64
}
