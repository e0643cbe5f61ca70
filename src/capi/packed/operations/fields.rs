//! The fields of one packed operation.

use crate::capi::arguments::TEXT_BYTES_MAX;
use crate::capi::call_error::CallError;
use crate::capi::operation::HcOpField;
use crate::error::Error;
use crate::model::UserId;

/// Bytes of a field before its value.
const FIELD_BYTES: usize = 8;

/// The flag of a field without a value.
const ABSENT: u16 = 1;

/// Why an operation is refused.
pub(super) enum Wrong {
    /// It is packed wrongly.
    Packed(String),
    /// Its content is refused.
    Refused(CallError),
}

impl Wrong {
    pub(super) fn missing(name: HcOpField) -> Self {
        Self::Packed(format!("its field {name:?} is missing"))
    }
}

impl From<CallError> for Wrong {
    fn from(refusal: CallError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

/// A name and its value; `None` if the value is absent.
type Pair<'a> = (&'a str, Option<&'a str>);

/// The fields of an operation that are not taken yet, in order.
pub(super) struct OperationFields<'a>(Vec<Field<'a>>);

struct Field<'a> {
    name: HcOpField,
    /// `None` if it is absent.
    value: Option<&'a [u8]>,
}

impl<'a> OperationFields<'a> {
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

    /// A text; `Some(None)` if the field is marked as absent.
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
        self.text(name)?
            .flatten()
            .ok_or_else(|| Wrong::missing(name))
    }

    pub(super) fn number(&mut self, name: HcOpField) -> Result<Option<u64>, Wrong> {
        let bytes = self.value(name)?;
        let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
        bytes
            .map(|bytes| number(bytes).ok_or_else(|| wrong_length(name, bytes, 8)))
            .transpose()
    }

    pub(super) fn required_number(&mut self, name: HcOpField) -> Result<u64, Wrong> {
        self.number(name)?.ok_or_else(|| Wrong::missing(name))
    }

    pub(super) fn flag(&mut self, name: HcOpField) -> Result<Option<bool>, Wrong> {
        match self.number(name)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(other) => Err(Wrong::Packed(format!(
                "its field {name:?} is {other}; use 0 for no or 1 for yes"
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

    /// The attributes: pairs of a name and the value that follows it.
    pub(super) fn attributes(&mut self) -> Result<Vec<Pair<'a>>, Wrong> {
        self.pairs(HcOpField::AttributeName, HcOpField::AttributeValue)
    }

    /// The external ids: pairs of a provisioner and the id that follows it.
    pub(super) fn external_ids(&mut self) -> Result<Vec<Pair<'a>>, Wrong> {
        self.pairs(HcOpField::Provisioner, HcOpField::ExternalId)
    }

    fn pairs(&mut self, name: HcOpField, value: HcOpField) -> Result<Vec<Pair<'a>>, Wrong> {
        let mut pairs = Vec::new();
        while let Some(at) = self.0.iter().position(|field| field.name == name) {
            let first = self.0.remove(at).value;
            let first = first.ok_or_else(|| Wrong::missing(name))?;
            if self.0.get(at).is_none_or(|field| field.name != value) {
                return Err(Wrong::missing(value));
            }
            let second = self.0.remove(at).value;
            let second = second.map(|bytes| text(value, bytes)).transpose()?;
            pairs.push((text(name, first)?, second));
        }
        Ok(pairs)
    }

    /// Refuses fields that were not taken.
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

/// The first field, and the bytes after it.
fn split(bytes: &[u8]) -> Result<(Field<'_>, &[u8]), Wrong> {
    let cut = || Wrong::Packed("a field goes beyond the end of its operation".to_owned());
    let (head, rest) = bytes.split_first_chunk::<FIELD_BYTES>().ok_or_else(cut)?;
    let [name_low, name_high, flags_low, flags_high, length @ ..] = *head;
    let name = u16::from_le_bytes([name_low, name_high]);
    let flags = u16::from_le_bytes([flags_low, flags_high]);
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| cut())?;
    let (value, behind) = rest.split_at_checked(length).ok_or_else(cut)?;
    let known = HcOpField::ALL
        .into_iter()
        .find(|known| *known as i32 == i32::from(name))
        .ok_or_else(|| Wrong::Packed(format!("{name} is not one of HC_OP_FIELD_*")))?;
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
    std::str::from_utf8(bytes)
        .map_err(|error| CallError::utf8("a text", error.valid_up_to()).into())
}

fn wrong_length(name: HcOpField, bytes: &[u8], wanted: usize) -> Wrong {
    Wrong::Packed(format!(
        "its field {name:?} has {} bytes; {wanted} are needed",
        bytes.len()
    ))
}
