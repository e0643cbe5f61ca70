//! What an import may change, and how it matches rows with users.

use clap::ValueEnum;

use crate::args::WhenFull;
use crate::progress::Progress;

/// How to import.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    /// The file's name in messages.
    pub(crate) file: &'a str,
    pub(crate) when_full: WhenFull,
    pub(crate) skip_invalid: bool,
    pub(crate) email_template: Option<&'a str>,
    pub(crate) on_existing: OnExisting,
    /// What stays as it is here; see [`keeps`](Self::keeps).
    pub(crate) keep: Option<&'a [Keep]>,
    pub(crate) matching: &'a [MatchBy],
    pub(crate) missing: Missing,
    pub(crate) allow_ownerless: bool,
    pub(crate) progress: &'a Progress,
}

impl Options<'_> {
    /// Whether `what` keeps its value in the directory. If neither field of the
    /// [default](DEFAULT_KEEP) is named, nor `none`, both are kept, beside the named fields.
    pub(crate) fn keeps(&self, what: Keep) -> bool {
        let named = self.keep.unwrap_or_default();
        named.contains(&what) || (self.keeps_by_default() && DEFAULT_KEEP.contains(&what))
    }

    /// Whether admins are kept only by default: then a file must not silently demote the last
    /// admin.
    pub(crate) fn keeps_by_default(&self) -> bool {
        let decides = |what: &Keep| *what == Keep::None || DEFAULT_KEEP.contains(what);
        !self.keep.unwrap_or_default().iter().any(decides)
    }
}

/// A file neither reactivates nor demotes anybody by default, because it may be out of date.
const DEFAULT_KEEP: [Keep; 2] = [Keep::Active, Keep::Admin];

/// What to do with a row of a user who is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnExisting {
    /// Change what differs
    #[default]
    Update,
    /// Refuse the row
    CreateOnly,
    /// Leave the user as they are
    Skip,
}

/// What an import leaves as it is in users who are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    /// Users who were deactivated here stay inactive
    Active,
    /// Users who are admins here stay admins
    Admin,
    Email,
    Username,
    #[value(name = "given_name", alias = "given-name")]
    GivenName,
    #[value(name = "family_name", alias = "family-name")]
    FamilyName,
    #[value(name = "external_ids", alias = "external-ids")]
    ExternalIds,
    Attributes,
    /// Neither active nor admin: the file decides
    None,
}

/// What a row is matched with a user by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatchBy {
    Id,
    Email,
    Username,
    #[value(name = "external_id", alias = "external-id")]
    ExternalId,
}

/// What to do with users who are not in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    /// Leave them as they are
    #[default]
    Keep,
    /// Deactivate them
    Deactivate,
}
