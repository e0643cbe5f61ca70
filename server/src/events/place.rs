//! Where a listener is: after which change, and after which event of a key.

use std::fmt;
use std::str::FromStr;

use headcount::Timestamp;
use serde::Deserialize;

/// What a listener has been told of. As text it is the id of an event: the number of a change, or
/// for a listener that is also told of keys, `NUMBER-MICROSECONDS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Place {
    /// The number of the last change.
    pub(crate) change: u64,
    /// The time of the last event of a key, of which no two have the same.
    pub(crate) keys: Option<Timestamp>,
}

impl Place {
    pub(crate) fn of_change(change: u64) -> Self {
        Self { change, keys: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.change.fmt(f)?;
        match self.keys {
            Some(keys) => write!(f, "-{}", keys.as_unix_micros()),
            None => Ok(()),
        }
    }
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const ODD: &str = "not the id of an event";
        let (change, keys) = match text.split_once('-') {
            Some((change, keys)) => (change, Some(keys)),
            None => (text, None),
        };
        let keys = keys.map(|micros| {
            let micros = micros.parse().map_err(|_| ODD)?;
            Timestamp::from_unix_micros(micros).map_err(|_| ODD)
        });
        Ok(Self {
            change: change.parse().map_err(|_| ODD)?,
            keys: keys.transpose()?,
        })
    }
}

impl TryFrom<String> for Place {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
