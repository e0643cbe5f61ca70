//! Why a text is not an address, and the messages that explain it.

use crate::error::ErrorKind;
use crate::model::printable::{excerpt, named};

/// The first reason why a text is not an address. It is cheap to create, because lookups
/// discard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum InvalidEmail {
    Empty,
    TooLong,
    NoAt,
    LocalEmpty,
    LocalDot,
    LocalChar(char),
    LocalTooLong,
    LocalInternational(char),
    DomainEmpty,
    DomainDot,
    DomainChar(char),
    DomainLookAlikeDot(char),
    DomainUnseen(char),
    DomainInvalid,
    DomainNumeric,
    DomainTooLong,
    LabelHyphen,
    LabelTooLong,
}

impl InvalidEmail {
    pub(super) fn kind(self) -> ErrorKind {
        match self {
            Self::Empty => ErrorKind::EmailRequired,
            Self::LocalInternational(_) => ErrorKind::InternationalEmail,
            _ => ErrorKind::InvalidEmail,
        }
    }

    /// One line that says what is wrong with `typed` and what to do.
    pub(super) fn message(self, typed: &str) -> String {
        if self == Self::Empty {
            return "an email address is required and none was given; \
                    give one like ada@example.com"
                .to_owned();
        }
        format!(
            "{} is not a usable email address: {}",
            excerpt(typed),
            self.advice()
        )
    }

    /// What is wrong and what to do, without the text.
    pub(in crate::model) fn advice(self) -> String {
        match self {
            Self::Empty => "it is empty; give one like ada@example.com".to_owned(),
            Self::TooLong => "it is too long; an address has at most 254 octets".to_owned(),
            Self::NoAt => "it has no @; give one like ada@example.com".to_owned(),
            Self::LocalEmpty => "there is nothing before the @; add the mailbox's name".to_owned(),
            Self::LocalDot => "before the @, a dot may not come first, last or twice in a row; \
                               check for an extra dot"
                .to_owned(),
            Self::LocalChar('@') => "it has more than one @; give one address at a time".to_owned(),
            Self::LocalChar(c) => format!(
                "{} is not allowed before the @; give the bare address, \
                 without a name, quotes or brackets",
                named(c)
            ),
            Self::LocalTooLong => {
                "it has more than 64 octets before the @; shorten that part".to_owned()
            }
            Self::LocalInternational(c) => format!(
                "it has {} before the @, where letters outside ASCII are not supported yet; \
                 give an address of the same user that is in ASCII there",
                named(c)
            ),
            Self::DomainEmpty => "there is nothing after the @; add the domain".to_owned(),
            Self::DomainDot => "after the @, a dot may not come first, last or twice in a row; \
                                check for an extra dot"
                .to_owned(),
            Self::DomainChar(c) => format!(
                "{} is not allowed in a domain; use letters, digits, hyphens and dots",
                named(c)
            ),
            Self::DomainLookAlikeDot(c) => {
                format!(
                    "{} in the domain only looks like a dot; type an ASCII dot",
                    named(c)
                )
            }
            Self::DomainUnseen(c) => {
                format!(
                    "{} in the domain is invisible; type the domain again by hand",
                    named(c)
                )
            }
            Self::DomainInvalid => "its domain is not a valid internationalized name (UTS #46); \
                                    check its spelling"
                .to_owned(),
            Self::DomainNumeric => "its domain ends in a number, as IP addresses do; \
                                    give the host's name"
                .to_owned(),
            Self::DomainTooLong => {
                "its domain is too long; a domain has at most 253 octets".to_owned()
            }
            Self::LabelHyphen => "a part of its domain begins or ends with a hyphen; \
                                  check for an extra hyphen"
                .to_owned(),
            Self::LabelTooLong => "a part of its domain is too long; \
                                   there are at most 63 octets between two dots"
                .to_owned(),
        }
    }
}
