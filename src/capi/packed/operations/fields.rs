//! The fields of one packed operation.

use crate::capi::arguments::TEXT_BYTES_MAX;
use crate::capi::operation::HcOpField;
use crate::capi::refusal::Refusal;
use crate::error::Error;
use crate::model::UserId;

/// Bytes of a field before its value.
const FIELD_BYTES: usize = 8;

/// The flag of a field without a value.
const ABSENT: u16 = 1;

/// What is wrong with an operation.
pub(super) enum Wrong {
    /// How it was packed.
    Packed(String),
    /// What it says.
    Refused(Refusal),
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

/// The fields of an operation that were not taken yet, in their order.
pub(super) struct Fields<'a>(Vec<Field<'a>>);

struct Field<'a> {
    name: HcOpField,
    /// `None` where it is absent.
    value: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    pub(super) fn parse(mut bytes: &'a [u8]) -> Result<Self, Wrong> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let (field, behind) = split(bytes)?;
            fields.push(field);
            bytes = behind;
        }
        Ok(Self(fields))
    }

    /// Takes a field out.
    fn take(&mut self, name: HcOpField) -> Option<Field<'a>> {
        let at = self.0.iter().position(|field| field.name == name)?;
        Some(self.0.remove(at))
    }

    /// The value of a field that can't be absent.
    fn value(&mut self, name: HcOpField) -> Result<Option<&'a [u8]>, Wrong> {
        match self.take(name) {
            None => Ok(None),
            Some(Field { value: None, .. }) => {
                Err(Wrong::Packed(format!("its field {name:?} can't be absent")))
            }
            Some(Field { value, .. }) => Ok(value),
        }
    }

    /// A text; `Some(None)` where it is said that there is none.
    pub(super) fn text(&mut self, name: HcOpField) -> Result<Option<Option<&'a str>>, Wrong> {
        let Some(field) = self.take(name) else {
            return Ok(None);
        };
        field
            .value
            .map(|bytes| text(name, bytes))
            .transpose()
            .map(Some)
    }

    pub(super) fn required_text(&mut self, name: HcOpField) -> Result<&'a str, Wrong> {
        self.text(name)?.flatten().ok_or_else(|| missing(name))
    }

    pub(super) fn number(&mut self, name: HcOpField) -> Result<Option<u64>, Wrong> {
        let bytes = self.value(name)?;
        let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
        bytes
            .map(|bytes| number(bytes).ok_or_else(|| wrong_length(name, bytes, 8)))
            .transpose()
    }

    pub(super) fn required_number(&mut self, name: HcOpField) -> Result<u64, Wrong> {
        self.number(name)?.ok_or_else(|| missing(name))
    }

    pub(super) fn flag(&mut self, name: HcOpField) -> Result<Option<bool>, Wrong> {
        match self.number(name)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(other) => Err(Wrong::Packed(format!(
                "its field {name:?} is {other}; say 0 for no or 1 for yes"
            ))),
        }
    }

    pub(super) fn id(&mut self, name: HcOpField) -> Result<Option<UserId>, Wrong> {
        let bytes = self.value(name)?;
        let id = |bytes: &[u8]| Some(UserId::from_bytes(bytes.try_into().ok()?));
        bytes
            .map(|bytes| id(bytes).ok_or_else(|| wrong_length(name, bytes, 16)))
            .transpose()
    }

    /// The attributes: each a name, and its value right behind it.
    #[allow(clippy::type_complexity, reason = "pairs")]
    pub(super) fn attributes(&mut self) -> Result<Vec<(&'a str, Option<&'a str>)>, Wrong> {
        let mut attributes = Vec::new();
        while let Some(at) = self
            .0
            .iter()
            .position(|field| field.name == HcOpField::AttributeName)
        {
            let name = self.0.remove(at);
            let name = name
                .value
                .ok_or_else(|| missing(HcOpField::AttributeName))?;
            let is_value = |field: &Field<'_>| field.name == HcOpField::AttributeValue;
            if !self.0.get(at).is_some_and(is_value) {
                return Err(missing(HcOpField::AttributeValue));
            }
            let value = self.0.remove(at).value;
            let value = value.map(|bytes| text(HcOpField::AttributeValue, bytes));
            attributes.push((text(HcOpField::AttributeName, name)?, value.transpose()?));
        }
        Ok(attributes)
    }

    /// Refuses what was not taken.
    pub(super) fn finish(self) -> Result<(), Wrong> {
        match self.0.first() {
            None => Ok(()),
            Some(field) => Err(Wrong::Packed(format!(
                "its field {:?} is not one of this operation, or is there twice",
                field.name
            ))),
        }
    }
}

/// The first field, and what is behind it.
fn split(bytes: &[u8]) -> Result<(Field<'_>, &[u8]), Wrong> {
    let cut = || Wrong::Packed("a field ends behind its operation".to_owned());
    let (head, rest) = bytes.split_first_chunk::<FIELD_BYTES>().ok_or_else(cut)?;
    let [name_low, name_high, flags_low, flags_high, length @ ..] = *head;
    let name = u16::from_le_bytes([name_low, name_high]);
    let flags = u16::from_le_bytes([flags_low, flags_high]);
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| cut())?;
    let (value, behind) = rest.split_at_checked(length).ok_or_else(cut)?;
    let known = HcOpField::ALL
        .into_iter()
        .find(|known| *known as i32 == i32::from(name))
        .ok_or_else(|| Wrong::Packed(format!("{name} is none of HC_OP_FIELD_*")))?;
    let value = match flags {
        0 => Some(value),
        ABSENT if value.is_empty() => None,
        _ => return Err(Wrong::Packed(format!("the flags of {known:?} are {flags}"))),
    };
    Ok((Field { name: known, value }, behind))
}

fn text(name: HcOpField, bytes: &[u8]) -> Result<&str, Wrong> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(Wrong::Packed(format!(
            "its field {name:?} is {} bytes long; {TEXT_BYTES_MAX} are allowed",
            bytes.len()
        )));
    }
    std::str::from_utf8(bytes).map_err(|error| Refusal::utf8("a text", error.valid_up_to()).into())
}

fn missing(name: HcOpField) -> Wrong {
    Wrong::Packed(format!("its field {name:?} is missing"))
}

fn wrong_length(name: HcOpField, bytes: &[u8], wanted: usize) -> Wrong {
    Wrong::Packed(format!(
        "its field {name:?} has {} bytes; {wanted} are needed",
        bytes.len()
    ))
}
